"""How fast a table is scored, beside bare numpy in the same run: ``python -m tests.benchmarks.scoring``.

A million self-evaluations of ten lines (nine indicators of the filed operators, and execution) through
``score``, against the leanest numpy code we can write for the same scheme: no checks, no notes, no refusals,
its weights and rounding as constants, in whole columns and again in blocks that fit the cache. The numbers are
compared before anything is timed; time is the processor's, all runs in turn. Only the ratios mean something;
absolute figures are the machine's of the day.
"""

import argparse
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from budgetperf.indicators import Achievement
from budgetperf.provenance import Source, SourceStatus
from budgetperf.scoring.formulas import Execution, Graded, Proportional, Reverse, Tier
from budgetperf.scoring.scheme import Criterion, Dimension, Scheme
from budgetperf.scoring.score import score
from budgetperf.scoring.table import AchievedColumn, Column, FactTable, MeasuredColumn, MoneyColumn, Numbers

ROWS = 1_000_000
TIME_AIM, MEMORY_AIM = 3.0, 2.0
GROWTH_AIM = 1.1
"""Linear is 1; a tenth is the noise of the machine."""
BLOCK = 1 << 15
Int64s = NDArray[np.int64]
FORWARD, REVERSE, GRADED = 5, 2, 2
WEIGHT = 10


@dataclass(frozen=True, slots=True)
class Inputs:
    """The raw arrays both sides read."""

    targets: tuple[Int64s, ...]
    actuals: tuple[Int64s, ...]
    tiers: tuple[NDArray[np.int8], ...]
    ratios: tuple[Int64s, ...]
    paid: Int64s
    budget: Int64s

    def rows(self, span: slice) -> "Inputs":
        """Some rows, as views."""
        cut = {name: tuple(part[span] for part in getattr(self, name)) for name in ("targets", "actuals")}
        tiers, ratios = tuple(t[span] for t in self.tiers), tuple(r[span] for r in self.ratios)
        return Inputs(**cut, tiers=tiers, ratios=ratios, paid=self.paid[span], budget=self.budget[span])


def made(number: int) -> Inputs:
    """Seeded values with two decimals; money in fen up to a hundred million yuan."""
    rng = np.random.default_rng(20250101)
    measured = FORWARD + REVERSE
    targets = tuple(rng.integers(100, 100_000, number) for _ in range(measured))
    actuals = tuple(target * rng.integers(0, 150, number) // 100 for target in targets)
    tiers = tuple(rng.integers(0, 3, number).astype(np.int8) for _ in range(GRADED))
    low, high = np.array([80, 60, 0]), np.array([101, 80, 60])
    ratios = tuple(rng.integers(low[tier], high[tier]) for tier in tiers)
    budget = rng.integers(10_000, 10_000_000_000, number)
    return Inputs(targets, actuals, tiers, ratios, budget * rng.integers(0, 120, number) // 100, budget)


# ------------------------------------------------------------------------ ours


def scheme() -> Scheme:
    """Nine indicators and execution, ten points each."""
    source = Source("测速", "", "", SourceStatus.OURS)
    edges = zip(Achievement, ("0.8", "0.6", "0"), ("1", "0.8", "0.6"), strict=True)
    tiers = tuple(Tier(achievement=a, at_least=Decimal(low), below=Decimal(top)) for a, low, top in edges)
    formulas = [
        *[Proportional(zero_target="at_most_zero")] * FORWARD,
        *[Reverse(zero_target="at_most_zero")] * REVERSE,
        *[Graded(tiers=tiers)] * GRADED,
        Execution(),
    ]
    criteria = tuple(
        Criterion(key=f"{i}", label=f"指标{i}", weight=Decimal(WEIGHT), formula=formula, source=source)
        for i, formula in enumerate(formulas)
    )
    total = Decimal(WEIGHT * len(criteria))
    dimension = Dimension(key="all", label="全部", weight=total, criteria=criteria)
    return Scheme(total=total, places=2, not_applicable="rescale", dimensions=(dimension,))


def columns(given: Inputs) -> dict[str, Column]:
    """The inputs as columns; no array is copied."""
    measured: list[Column] = [
        MeasuredColumn(Numbers(target, 2), Numbers(actual, 2))
        for target, actual in zip(given.targets, given.actuals, strict=True)
    ]
    graded: list[Column] = [
        AchievedColumn(tier, Numbers(ratio, 2)) for tier, ratio in zip(given.tiers, given.ratios, strict=True)
    ]
    every = [*measured, *graded, MoneyColumn(given.paid, given.budget)]
    return {f"{i}": column for i, column in enumerate(every)}


def ours(given: Inputs) -> tuple[list[Int64s], Int64s]:
    """Points by line and totals, in hundredths."""
    table = score(scheme(), FactTable(columns(given)))
    return [np.asarray(points.units) for points in table.points.values()], np.asarray(table.total.units)


# ------------------------------------------------------------------------ bare


def _half_up(num: Int64s, den: Int64s, out: Int64s) -> None:
    np.multiply(num, 200 * WEIGHT, out=out)
    out += den
    out //= den * 2


def _fill(given: Inputs, points: list[Int64s], total: Int64s) -> None:
    for i, (target, actual) in enumerate(zip(given.targets, given.actuals, strict=True)):
        if i < FORWARD:
            _half_up(np.minimum(actual, target), target, points[i])
        else:
            _half_up(target, np.maximum(actual, target), points[i])
    for i, ratio in enumerate(given.ratios, FORWARD + REVERSE):
        np.multiply(ratio, WEIGHT, out=points[i])
    _half_up(np.minimum(given.paid, given.budget), given.budget, points[-1])
    for column in points:
        total += column


def bare(given: Inputs) -> tuple[list[Int64s], Int64s]:
    """Whole columns at a time."""
    number = len(given.paid)
    points = [np.empty(number, dtype=np.int64) for _ in range(FORWARD + REVERSE + GRADED + 1)]
    total = np.zeros(number, dtype=np.int64)
    _fill(given, points, total)
    return points, total


def blocked(given: Inputs) -> tuple[list[Int64s], Int64s]:
    """Block by block."""
    number = len(given.paid)
    points = [np.empty(number, dtype=np.int64) for _ in range(FORWARD + REVERSE + GRADED + 1)]
    total = np.zeros(number, dtype=np.int64)
    for start in range(0, number, BLOCK):
        span = slice(start, start + BLOCK)
        _fill(given.rows(span), [column[span] for column in points], total[span])
    return points, total


SIDES: dict[str, Callable[[Inputs], tuple[list[Int64s], Int64s]]] = {
    "bare": bare,
    "blocked": blocked,
    "ours": ours,
}

# --------------------------------------------------------------------- measure


def times(runs: Sequence[tuple[str, Inputs]], rounds: int) -> list[float]:
    """Processor seconds of each run, in turn, round after round; medians."""
    spans: list[list[float]] = [[] for _ in runs]
    for i in range(rounds + 1):
        for found, (side, given) in zip(spans, runs, strict=True):
            began = time.process_time()
            SIDES[side](given)
            if i:  # the first round warms up
                found.append(time.process_time() - began)
    return [statistics.median(found) for found in spans]


def peak(side: str, number: int) -> int:
    """Most bytes one call holds beyond its inputs, its result among them."""
    given = made(number)
    SIDES[side](made(1000))
    tracemalloc.start()
    SIDES[side](given)
    return tracemalloc.get_traced_memory()[1]


def peak_in_child(side: str, number: int) -> int:
    """The same in a process of its own."""
    asked = [sys.executable, "-m", "tests.benchmarks.scoring", "--peak", side, str(number)]
    return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def demand_same(number: int) -> None:
    """Refuse to time sides that do not say the same."""
    given = made(number)
    found = {side: run(given) for side, run in SIDES.items()}
    for points, total in found.values():
        if not np.array_equal(total, found["ours"][1]):
            raise SystemExit("the totals differ")
        for one, other in zip(points, found["ours"][0], strict=True):
            if not np.array_equal(one, other):
                raise SystemExit("the points differ")


def verdict(name: str, ratio: float, aim: float) -> str:
    """One line of the report."""
    return f"  {name}: {ratio:.2f} (aim at most {aim:g}) {'reached' if ratio <= aim else 'MISSED'}"


def main() -> None:
    """Measure and print, or answer for one side of the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peak", nargs=2, metavar=("SIDE", "ROWS"))
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    if asked.peak:
        print(peak(asked.peak[0], int(asked.peak[1])))
        return
    demand_same(min(asked.rows, 200_000))
    today = datetime.now(UTC).date().isoformat()
    print(
        f"{today} · {platform.machine()} · Python {platform.python_version()} · numpy {np.__version__} · {asked.rows} rows"
    )
    whole = made(asked.rows)
    sizes = [asked.rows // 100, asked.rows // 10, asked.rows]
    smaller = [("ours", whole.rows(slice(0, size))) for size in sizes[:-1]]
    measured = times([(side, whole) for side in SIDES] + smaller, asked.rounds)
    spans = dict(zip(SIDES, measured, strict=False))
    peaks = {side: peak_in_child(side, asked.rows) for side in SIDES}
    for side in SIDES:
        print(
            f"  {side:8} {spans[side] * 1000:8.0f} ms   peak {peaks[side] / 2**20:7.1f} MiB beyond the inputs"
        )
    print(
        verdict(
            "time, of the faster bare side", spans["ours"] / min(spans["bare"], spans["blocked"]), TIME_AIM
        )
    )
    print(
        verdict(
            "memory, of the leaner bare side",
            peaks["ours"] / min(peaks["bare"], peaks["blocked"]),
            MEMORY_AIM,
        )
    )
    per_row = [span / size for span, size in zip((*measured[-2:], spans["ours"]), sizes, strict=True)]
    for size, span in zip(sizes, per_row, strict=True):
        print(f"  {size:9} rows: {span * 1e9:6.1f} ns a row")
    print(
        verdict(
            f"growth of the time per row, {sizes[0]} to {sizes[-1]}", per_row[-1] / per_row[0], GROWTH_AIM
        )
    )


if __name__ == "__main__":
    main()
