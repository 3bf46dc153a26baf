"""How fast a whole assessment runs, file to file, beside bare numpy: ``python -m tests.benchmarks.assess``.

100,000 staff under Meiling (eight facts each) and 10,000 units under Qitai, every one of them different: 9,000
departments (31 facts each, a special project's score among them) and 1,000 special projects tracked month by
month (110 each). Ours is all of ``./bp assess``: reading the file,
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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
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
HALVES, MONTHS = ("half", "end"), tuple(f"m{month:02}" for month in range(1, 13))
KEY_WORK = tuple(f"key_work_{number}" for number in range(1, 4))
TARGETS = tuple(f"target_{number}" for number in range(1, 7))
PANELS = tuple(f"panel_{number}" for number in range(1, 11))
TRACKED = dict(
    zip(
        (
            "decision",
            "approval",
            "tendering",
            "construction",
            "quality",
            "safety",
            "fund_supervision",
            "integrity",
            "progress",
        ),
        (5, 5, 10, 10, 10, 10, 10, 10, 10),
        strict=True,
    )
)
EACH = 10
"""Of so many units of Qitai one is a special project, the others are departments."""


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


# ------------------------------------------------------------------------ qitai


def _qitai(number: int) -> Marks:
    rng = np.random.default_rng(20260101)

    def drawn(names: Iterable[str], most: int) -> Marks:
        return {name: rng.integers(0, most + 1, number) for name in names}

    marks = dict(drawn((f"{item} {half}" for item in (*KEY_WORK, "conduct_score") for half in HALVES), 1000))
    marks |= drawn((f"{item} {half}" for item in TARGETS for half in HALVES), 130)
    marks |= drawn(["special_score"], 10_000)
    marks |= drawn(PANELS, 100)
    for item, most in TRACKED.items():
        marks |= drawn((f"{item} {month}" for month in MONTHS), most * 10)
    return {**marks, **drawn(["audit_supervision"], 100), **drawn(["project_satisfaction"], 1000)}


def _qitai_facts(marks: Marks, unit: int) -> tuple[str, Iterator[Fact]]:
    if unit % EACH == EACH - 1:
        return "special_project", _project_facts(marks, unit)
    return "department", _department_facts(marks, unit)


def _project_facts(marks: Marks, unit: int) -> Iterator[Fact]:
    for item, month in product(TRACKED, MONTHS):
        yield item, month, "", f"{marks[f'{item} {month}'][unit] / 10:.1f}", ""
    yield "audit_supervision", "", "", f"{marks['audit_supervision'][unit] / 10:.1f}", ""
    yield "satisfaction", "", "", f"{marks['project_satisfaction'][unit] / 10:.1f}", ""


def _department_facts(marks: Marks, unit: int) -> Iterator[Fact]:
    for item, half in product((*KEY_WORK, "conduct_score"), HALVES):
        yield item, half, "", f"{marks[f'{item} {half}'][unit] / 10:.1f}", ""
    for item, half in product(TARGETS, HALVES):
        yield item, half, "", str(marks[f"{item} {half}"][unit]), "100"
    yield "special_score", "", "", f"{marks['special_score'][unit] / 100:.2f}", ""
    for panel in PANELS:
        yield "satisfaction", "", panel, str(marks[panel][unit]), ""


def _qitai_bare(marks: Marks) -> tuple[Int64s, Int64s]:
    projects = np.arange(len(marks["special_score"])) % EACH == EACH - 1
    totals = np.where(projects, _project_totals(marks), _department_totals(marks))
    places = np.zeros_like(totals)
    for own in (projects, ~projects):
        places[own] = _ranks(totals[own])
    return totals, places


def _project_totals(marks: Marks) -> Int64s:
    months = (marks[f"{item} {month}"] for item, month in product(TRACKED, MONTHS))
    tracked = sum(months, np.zeros_like(marks["audit_supervision"]))  # tenths
    return (
        _half_up(10 * tracked, len(MONTHS)) + 10 * marks["audit_supervision"] + marks["project_satisfaction"]
    )


def _department_totals(marks: Marks) -> Int64s:
    special = marks["special_score"]
    zero = np.zeros_like(special)

    def year(items: Sequence[str], most: int) -> Int64s:
        half, end = (sum((np.minimum(marks[f"{item} {h}"], most) for item in items), zero) for h in HALVES)
        return 30 * half + 50 * end

    places = [special >= bound for bound in (9000, 8000, 7000)]
    rising = [_half_up(special - 8000, 10) + 800, _half_up(special - 7000, 10) + 500]
    worth = np.select(places, [np.full_like(special, 1000), *rising], 0)
    panels = sum((marks[panel] for panel in PANELS), zero)
    key_work, targets = _half_up(year(KEY_WORK, 1000), 80), _half_up(year(TARGETS, 100), 16)
    return key_work + targets + _half_up(year(["conduct_score"], 1000), 40) + worth + panels


SORTS = {
    "staff": Sort("meiling", 100_000, _staff, _staff_facts, _staff_bare),
    "units": Sort("qitai", 10_000, _qitai, _qitai_facts, _qitai_bare),
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
    if assess_file(SORTS[name].scheme, facts, print, out=out, as_of=DAY, today=DAY):
        raise SystemExit("refused")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - clock, time.process_time() - began, peak)


def demand_same(out: Path, totals: Int64s, places: Int64s) -> None:
    """Refuse to report sides that do not say the same."""
    with out.open(encoding="utf-8-sig", newline="") as file:
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
