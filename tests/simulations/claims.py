"""What is simulated of an interval: who claims it, of what, under which designs. Holds the shape of a claim only."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.simulations.rates import Count, Rate, chance, rate_of
from tests.simulations.worlds import SIZES

LEVEL = 0.9

Draw = Callable[[np.random.Generator, int], Count]


@dataclass(frozen=True, slots=True)
class Design:
    """One way the data come about.

    Parameters
    ----------
    key, label : str
    draw : callable
        (rng, n) to the intervals that hold the truth and the intervals asked for, in one replicate.
    assumed : bool
        The assumptions of the interval hold, or nearly.
    sizes : tuple of int
    replicates : int
    """

    key: str
    label: str
    draw: Draw
    assumed: bool = True
    sizes: tuple[int, ...] = SIZES
    replicates: int = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """An interval somebody may read.

    Parameters
    ----------
    key, label : str
    of : str
        What it is an interval of.
    made_by : tuple of str
        Public functions of the code, without ``budgetperf.``, that are given its level.
    designs : tuple of Design
    """

    key: str
    label: str
    of: str
    made_by: tuple[str, ...]
    designs: tuple[Design, ...]


def coverage(claim: Claim, design: Design, n: int, replicates: int | None = None) -> Rate:
    """Return how often the interval holds the truth; a replicate in which the method refuses has failed."""
    name = f"{claim.key}/{design.key}"
    wanted = design.replicates if replicates is None else replicates
    return rate_of(_one(design, n, chance(name, n, at)) for at in range(wanted))


def _one(design: Design, n: int, rng: np.random.Generator) -> Count | None:
    try:
        return design.draw(rng, n)
    except ValueError:  # the named refusals of the cores
        return None


def inside(truth: object, lower: object, upper: object) -> Count:
    """Count the intervals that hold the truth, of those that have two ends."""
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    known = ~(np.isnan(low) | np.isnan(high))
    held = (low <= truth) & (truth <= high) & known
    return Count(float(held.sum()), float(known.sum()), float(((truth > high) & known).sum()))
