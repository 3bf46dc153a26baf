"""Shares over replicates, with their Monte Carlo standard error. Knows nothing of what is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np


class Count(NamedTuple):
    """One replicate: hits, trials, and misses by which the truth stands above."""

    hits: float
    trials: float
    above: float = 0.0


FIRST = 2  # replicates that are counted apart, so that a test can count them again


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of trials, drawn in replicates whose trials hang together.

    Parameters
    ----------
    hits, trials, above : float
        Above: trials in which the truth stands above the interval.
    replicates, failed, silent : int
        All; those in which the method refused the data; those it gave nothing in.
    error : float
        Monte Carlo standard error of the share, between replicates.
    first : tuple of float
        Hits and trials of the first replicates, ``FIRST`` of them.
    """

    hits: float
    trials: float
    above: float
    replicates: int
    failed: int
    silent: int
    error: float
    first: tuple[float, float]


def rate_of(counts: Iterable[Count | None]) -> Rate:
    """Sum the replicates; None is one that failed.

    Notes
    -----
    The share is a ratio of sums; its error sqrt(R / (R - 1) sum (h_r - p m_r)^2) / sum m_r. Where all
    replicates agree that would be nothing: then 1 / (R + 2).
    """
    told = list(counts)
    kept = [count for count in told if count is not None and count.trials > 0]
    hits, trials, above = (float(sum(count[at] for count in kept)) for at in range(3))
    failed = told.count(None)
    first = [count for count in told[:FIRST] if count is not None]
    error = float("nan")
    if trials:
        apart = np.array([h - hits / trials * m for h, m, _ in kept])
        spread = float((apart**2).sum()) * len(kept) / max(len(kept) - 1, 1)
        error = spread**0.5 / trials if spread > 1e-9 else 1 / (len(kept) + 2)
    both = (float(sum(one.hits for one in first)), float(sum(one.trials for one in first)))
    return Rate(hits, trials, above, len(told), failed, len(told) - failed - len(kept), error, both)


def chance(name: str, n: int, replicate: int) -> np.random.Generator:
    """Return the source of chance of one replicate of a design: the same whatever else is run."""
    return np.random.default_rng([crc32(name.encode()), n, replicate])
