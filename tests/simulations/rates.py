"""Shares over replicates, with their Monte Carlo standard error. Knows nothing of what is counted."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

Count = tuple[float, float]  # hits, trials of one replicate
Run = Callable[[np.random.Generator], Count]
FIRST = 2  # replicates that are counted apart, so that a test can count them again


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of trials, drawn in replicates whose trials hang together.

    Parameters
    ----------
    hits, trials, replicates, failed : float, float, int, int
        Failed replicates, in which the method refused the data, have no trials.
    error : float
        Monte Carlo standard error of the share, between replicates.
    first : tuple of float
        Hits and trials of the first ``FIRST`` replicates.
    """

    hits: float
    trials: float
    replicates: int
    failed: int
    error: float
    first: Count


def rate_of(counts: Iterable[Count | None]) -> Rate:
    """Sum the replicates; None is one that failed.

    Notes
    -----
    The share is a ratio of sums; its error sqrt(R / (R - 1) sum (h_r - p m_r)^2) / sum m_r. Where all
    replicates agree that would be nothing: then 1 / (R + 2).
    """
    told = list(counts)
    kept = [count for count in told if count is not None and count[1] > 0]
    hits, trials = (float(sum(count[at] for count in kept)) for at in (0, 1))
    first = [count for count in told[:FIRST] if count is not None]
    error = float("nan")
    if trials:
        apart = np.array([h - hits / trials * m for h, m in kept])
        spread = float((apart**2).sum()) * len(kept) / max(len(kept) - 1, 1)
        error = spread**0.5 / trials if spread > 1e-9 else 1 / (len(kept) + 2)
    both = (float(sum(c[0] for c in first)), float(sum(c[1] for c in first)))
    return Rate(hits, trials, len(told), told.count(None), error, both)


@dataclass(slots=True)
class Tally:
    """Counts of many measures, replicate by replicate."""

    n: int = 0
    counts: dict[Hashable, list[Count | None]] = field(default_factory=dict)

    def replicate(self) -> None:
        """Begin the next replicate."""
        self.n += 1

    def add(self, key: Hashable, hits: float, trials: float) -> None:
        """Count a measure in the present replicate."""
        told = self.counts.setdefault(key, [])
        told += [None] * (self.n - 1 - len(told))
        told.append((float(hits), float(trials)))

    def rates(self) -> dict[Hashable, Rate]:
        """Return the rate of each measure; a replicate it was not counted in has failed it."""
        return {key: rate_of(told + [None] * (self.n - len(told))) for key, told in self.counts.items()}


def chance(name: str, n: int, replicate: int) -> np.random.Generator:
    """Return the source of chance of one replicate of a design: the same whatever else is run."""
    return np.random.default_rng([crc32(name.encode()), n, replicate])
