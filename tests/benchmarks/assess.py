"""How fast a whole assessment runs, file to file, beside bare numpy: ``python -m tests.benchmarks.assess``.

100,000 staff under Meiling (eight facts each) and 10,000 departments under Zhengding (fourteen each; in place of
QT until that edition is written), every one of them different. Ours is all of ``./bp assess``: reading the file,
every check, points, ranks, grades, reasons and the results file. Bare is the leanest numpy code for the totals
and ranks of the same marks, which it is given as arrays: no file, no check, no reason. Totals and ranks are
compared. Each runs in a process of its own; seconds are the clock's.
"""

import argparse
import csv
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from budgetperf.scoring.assessment_table import COLUMNS
from workflows.assess import assess_file

AIM = 20.0
DAY = date(2026, 1, 1)
Int64s = NDArray[np.int64]
Marks = Mapping[str, Int64s]
Fact = tuple[str, str, str, str, str]
"""Item, period, rater, value and standard."""

STAFF_GROUPS = ("section_cadre", "middle_cadre", "staff")
POSTS = {"section_post": 25, "community_post": 25, "key_project_1": 20, "key_project_2": 20}
LEADERS = ("书记", "主任")
HALVES, QUARTERS = ("mid", "end"), ("q1", "q2", "q3", "q4")
DEPARTMENT_ITEMS = ("economic_work", "business", "environment")


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of assessment to be timed.

    Parameters
    ----------
    scheme : str
    units : int
        How many by default.
    made, facts, bare : callables
        Seeded marks by name, ``(units,)``; group and facts of one unit; hundredths of totals, and ranks.
    """

    scheme: str
    units: int
    made: Callable[[int], Marks]
    facts: Callable[[Marks, int], tuple[str, Iterator[Fact]]]
    bare: Callable[[Marks], tuple[Int64s, Int64s]]


def _half_up(num: Int64s, den: int) -> Int64s:
    return (2 * num + den) // (2 * den)


def _ranks(values: Int64s) -> Int64s:
    """Equal values share a rank; highest first."""
    return len(values) - np.searchsorted(np.sort(values), values, side="right") + 1


# ---------------------------------------------------------------------- meiling


def _staff(number: int) -> Marks:
    rng = np.random.default_rng(20260101)
    marks = {item: rng.integers(0, most * 10 + 1, number) for item, most in POSTS.items()}
    marks |= {leader: rng.integers(0, 1001, number) for leader in LEADERS}
    return {**marks, "late": rng.integers(0, 12, number), "absent": rng.integers(0, 3, number)}


def _staff_facts(marks: Marks, unit: int) -> tuple[str, Iterator[Fact]]:
    tenths = [(item, "", marks[item][unit] / 10) for item in POSTS]
    tenths += [("leader_rating", f"leader/{leader}", marks[leader][unit] / 10) for leader in LEADERS]
    counts = ((item, "", "", str(marks[item][unit]), "") for item in ("late", "absent"))
    rated = ((item, "", rater, f"{value:.1f}", "") for item, rater, value in tenths)
    return STAFF_GROUPS[unit % 3], iter((*counts, *rated))


def _staff_bare(marks: Marks) -> tuple[Int64s, Int64s]:
    attendance = np.maximum(100 - 10 * marks["late"] - 50 * marks["absent"], 0)
    base = sum((marks[item] for item in POSTS), attendance)  # tenths
    rating = marks[LEADERS[0]] + marks[LEADERS[1]]
    totals, places = np.zeros_like(base), np.zeros_like(base)
    for group in range(len(STAFF_GROUPS)):
        own = slice(group, None, len(STAFF_GROUPS))
        first, second = _half_up(len(base[own]) * np.array([25, 55]), 100)
        place = _ranks(rating[own])
        banded = np.where(place <= first, 90, np.where(place <= second, 80, 70))
        totals[own] = 6 * base[own] + 40 * banded
        places[own] = _ranks(totals[own])
    return totals, places


# -------------------------------------------------------------------- zhengding


def _departments(number: int) -> Marks:
    rng = np.random.default_rng(20260101)
    marks = {f"{i} {half}": rng.integers(0, 131, number) for i in DEPARTMENT_ITEMS for half in HALVES}
    marks |= {quarter: rng.integers(0, 10_001, number) for quarter in QUARTERS}
    raters = [f"{leader} {half}" for leader in LEADERS for half in HALVES]
    return {**marks, **{rater: rng.integers(0, 101, number) for rater in raters}}


def _department_facts(marks: Marks, unit: int) -> tuple[str, Iterator[Fact]]:
    measured = (
        (item, half, "", str(marks[f"{item} {half}"][unit]), "100")
        for item in DEPARTMENT_ITEMS
        for half in HALVES
    )
    asked = (("satisfaction", q, "", f"{marks[q][unit] / 100:.2f}", "") for q in QUARTERS)
    rated = (
        ("leader_rating", half, f"leader/{leader}", str(marks[f"{leader} {half}"][unit]), "")
        for leader in LEADERS
        for half in HALVES
    )
    return "department", iter((*measured, *asked, *rated))


def _department_bare(marks: Marks) -> tuple[Int64s, Int64s]:
    zero = np.zeros_like(marks[QUARTERS[0]])
    # 20 points x min(actual, 100) / 100 in hundredths, two halves of 50 % each
    measured = sum((20 * np.minimum(marks[f"{i} {h}"], 100) for i in DEPARTMENT_ITEMS for h in HALVES), zero)
    indicators = _half_up(measured, 2)
    steps = [
        np.select([marks[q] >= b * 100 for b in (90, 80, 70, 60)], [100, 90, 80, 70], 0) for q in QUARTERS
    ]
    public = _half_up(30 * sum(steps, zero), 4)
    leaders = _half_up(10 * sum((marks[f"{r} {h}"] for r in LEADERS for h in HALVES), zero), 4)
    totals = indicators + public + leaders
    return totals, _ranks(totals * 10_000 + indicators)


SORTS = {
    "staff": Sort("meiling", 100_000, _staff, _staff_facts, _staff_bare),
    "units": Sort("zhengding", 10_000, _departments, _department_facts, _department_bare),
}

# --------------------------------------------------------------------- measure


def write_facts(file: TextIO, sort: Sort, marks: Marks, number: int) -> int:
    """Write the long table; return its rows."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    rows = 0
    for unit in range(number):
        group, facts = sort.facts(marks, unit)
        for fact in facts:
            writer.writerow((f"u{unit:06}", group, *fact, ""))
            rows += 1
    return rows


def seconds_in_child(name: str, facts: Path, out: Path) -> tuple[float, float, float]:
    """Clock and processor seconds of ours, and the most MiB it held, in a process of its own."""
    asked = [sys.executable, "-m", "tests.benchmarks.assess", "--file", name, str(facts), str(out)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    return float(told[-3]), float(told[-2]), float(told[-1])


def run_file(name: str, facts: Path, out: Path) -> None:
    """Answer for one process."""
    clock, began = time.perf_counter(), time.process_time()
    if assess_file(SORTS[name].scheme, facts, print, out=out, as_of=DAY):
        raise SystemExit("refused")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - clock, time.process_time() - began, peak)


def demand_same(out: Path, totals: Int64s, places: Int64s) -> None:
    """Refuse to report sides that do not say the same."""
    with out.open(encoding="utf-8", newline="") as file:
        found = [(int(row["total"].replace(".", "")), int(row["rank"])) for row in csv.DictReader(file)]
    if found != list(zip(totals.tolist(), places.tolist(), strict=True)):
        raise SystemExit("totals or ranks differ")


def measure(name: str, number: int, folder: Path) -> bool:
    """Time one kind and print; tell whether the aim is reached."""
    sort = SORTS[name]
    facts, out = folder / "facts.csv", folder / "results.csv"
    marks = sort.made(number)
    with facts.open("w", encoding="utf-8", newline="") as file:
        rows = write_facts(file, sort, marks, number)
    began = time.perf_counter()
    totals, places = sort.bare(marks)
    bare = time.perf_counter() - began
    clock, spent, peak = seconds_in_child(name, facts, out)
    demand_same(out, totals, places)
    reached = clock <= AIM
    print(f"  {number} {name} under {sort.scheme}, {rows} facts: totals and ranks are the same")
    print(f"    bare {bare * 1000:8.1f} ms, arithmetic on arrays alone")
    print(f"    ours {clock:8.1f} s, file to file ({spent:.1f} s of one processor), {peak:.0f} MiB at most")
    print(f"    {clock:.1f} s (aim at most {AIM:g}) {'reached' if reached else 'MISSED'}")
    return reached


def main() -> int:
    """Measure and print, or answer for one process; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", nargs=3, metavar=("KIND", "FACTS", "OUT"))
    parser.add_argument("--share", type=float, default=1.0, help="of the units")
    asked = parser.parse_args()
    if asked.file:
        run_file(asked.file[0], Path(asked.file[1]), Path(asked.file[2]))
        return 0
    today = datetime.now(UTC).date().isoformat()
    print(f"{today} · {platform.machine()} · Python {platform.python_version()} · numpy {np.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        kept = [measure(name, int(sort.units * asked.share), Path(folder)) for name, sort in SORTS.items()]
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
