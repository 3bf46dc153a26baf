"""Points of the components: criteria by ``score``, all units as one table, then raters, periods and forced bands.

Takes complete sheets of one track and gives each unit its printed parts. Each part is rounded
once, half up, to the places of the track; totals and ranks stand in ``assess``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeAlias

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.adjustments import DeductionRules, remaining
from budgetperf.scoring.assessment import Component, Slot, Track
from budgetperf.scoring.assessment_cells import Cell, CellKey, scoring_fact
from budgetperf.scoring.assessment_facts import UnitSheet
from budgetperf.scoring.assessment_results import ComponentResult, ItemPoints
from budgetperf.scoring.assessment_rows import Defects
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.facts import Fact, LevelAndGrowth, NotApplicable, SingleFact
from budgetperf.scoring.formulas import MinMax, Rank
from budgetperf.scoring.group import in_group, ranked
from budgetperf.scoring.periods import year_result
from budgetperf.scoring.ranking import banded
from budgetperf.scoring.raters import groups_mean
from budgetperf.scoring.scheme import Criterion, Scheme
from budgetperf.scoring.score import score
from budgetperf.scoring.table import FactTable

GroupFacts: TypeAlias = Mapping[tuple[str, str, str], SingleFact]
"""Unit, item and period to where its value stands among those of its company."""

_Keys: TypeAlias = tuple[CellKey, ...]
"""The periods and raters a unit was judged by."""

_Line: TypeAlias = tuple[Decimal | None, ...]
"""The marks of one row: its total, then each criterion."""

Parts: TypeAlias = Mapping[str, tuple[ComponentResult, ...]]
"""By unit, its printed parts."""


class _Year(NamedTuple):
    """A component over the year: the result out of its scale, exact; None when it does not apply."""

    result: Decimal | Fraction | None
    scale: Decimal
    items: tuple[ItemPoints, ...]
    marks: Mapping[CellKey, Decimal]


class _Row(NamedTuple):
    """A unit's cells of one component in one period, by one rater."""

    sheet: UnitSheet
    key: CellKey

    def cell(self, slot: Slot) -> Cell:
        """Return what was filled in."""
        return self.sheet.cells[slot.item][self.key]


@dataclass(frozen=True, slots=True)
class _Marks:
    """The marks of rows, in their order, and of each criterion; None where it does not apply."""

    totals: Sequence[Decimal]
    items: Sequence[tuple[Criterion, Sequence[Decimal | None]]] = ()

    @property
    def criteria(self) -> list[Criterion]:
        """The criteria that have marks, in printed order."""
        return [criterion for criterion, _ in self.items]


def company(sheet: UnitSheet) -> str:
    """Return the group of units that ``sheet`` is ranked in."""
    match sheet.track.ranking.scope:
        case "group":
            return sheet.group
        case "parent":
            return sheet.track.parent(sheet.group)
        case "track":
            return sheet.track.key


def completion(sheet: UnitSheet) -> dict[str, Fraction]:
    """Return value / standard of every item that says how far a standard was reached."""
    cells = {
        slot.item: sheet.cells[slot.item]["", ""]
        for part in sheet.track.components
        for slot in part.completable
    }
    return {item: _completed(cell) for item, cell in cells.items() if cell.number is not None}


def _completed(cell: Cell) -> Fraction:
    assert cell.number is not None
    assert cell.standard is not None
    if cell.standard <= 0:
        return Fraction(cell.number >= cell.standard)
    return Fraction(cell.number) / Fraction(cell.standard)


def component_results(track: Track, sheets: Sequence[UnitSheet], defects: Defects) -> Parts:
    """Return the parts of every unit, in printed order.

    Parameters
    ----------
    track : Track
    sheets : sequence of UnitSheet
        The units of the track that are not exempt.
    defects : Defects
        Takes what a formula refuses, by row.
    """
    years: dict[str, dict[str, _Year]] = {sheet.unit: {} for sheet in sheets}
    for component in track.components:
        for unit, year in _years(component, sheets, track.places, defects).items():
            years[unit][component.key] = year
        if component.bands is not None:
            _force(component, sheets, years)
    return {sheet.unit: tuple(_printed(track, years[sheet.unit], sheet, defects)) for sheet in sheets}


def _group_facts(component: Component, sheets: Sequence[UnitSheet]) -> dict[tuple[str, str, str], SingleFact]:
    """Return the facts of the formulas over a group, made over all units at once."""
    found: dict[tuple[str, str, str], SingleFact] = {}
    names = {name: number for number, name in enumerate(sorted({company(sheet) for sheet in sheets}))}
    periods = [period.key for period in component.periods.periods] if component.periods else [""]
    for slot in component.slots:
        if not isinstance(slot.formula, MinMax | Rank):
            continue
        way = Direction.REVERSE if slot.item in component.lower_is_better else Direction.FORWARD
        for period in periods:
            units: list[str] = []
            values: list[Decimal] = []
            groups: list[int] = []
            for sheet in sheets:
                cell = sheet.cells[slot.item].get((period, ""))
                if cell is not None and cell.number is not None:
                    units.append(sheet.unit)
                    values.append(cell.number - _base(component, slot, cell))
                    groups.append(names[company(sheet)])
            column = (
                in_group(values, way, groups=groups)
                if isinstance(slot.formula, MinMax)
                else ranked(values, way, ties="mean", groups=groups)
            )
            found |= {(unit, slot.item, period): column[i] for i, unit in enumerate(units)}
    return found


def _base(component: Component, slot: Slot, cell: Cell) -> Decimal:
    """Return what a value is compared above: its standard where the rules say so, else 0."""
    if slot.item not in component.over_standard:
        return Decimal(0)
    assert cell.standard is not None
    return cell.standard


def _years(
    component: Component, sheets: Sequence[UnitSheet], places: int, defects: Defects
) -> dict[str, _Year]:
    """Return the year of every unit under one component, all its rows scored as one table."""
    slots = component.slots
    judged = [(sheet, _judged_at(slots, sheet)) for sheet in sheets]
    rows = [_Row(sheet, key) for sheet, keys in judged for key in keys]
    if component.deductions is not None:
        marks = _Marks(_left(component.deductions, slots, rows))
    else:
        marks = _scored(component, rows, _facts(slots, rows, _group_facts(component, sheets)), defects)
    lines = list(zip(marks.totals, *(points for _, points in marks.items), strict=True))
    made = _Years(component, marks.criteria, places)
    years: dict[str, _Year] = {}
    first = 0
    for sheet, keys in judged:
        years[sheet.unit] = made.year(keys, tuple(lines[first : first + len(keys)]))
        first += len(keys)
    return years


def _judged_at(slots: Sequence[Slot], sheet: UnitSheet) -> _Keys:
    """Return the periods and raters a unit was judged by; none when nothing of the component applies."""
    keys = tuple(sorted(sheet.cells.get(slots[0].item, {})))
    for slot in slots:
        cells = sheet.cells[slot.item]
        if any(cells[key].number is not None for key in keys):
            return keys
    return ()


def _left(rules: DeductionRules, slots: Sequence[Slot], rows: Sequence[_Row]) -> list[Decimal]:
    """Return what deductions leave in every row; equal counts are reckoned once."""
    counts = [tuple(row.cell(slot).number or Decimal(0) for slot in slots) for row in rows]
    items = [slot.item for slot in slots]
    left = {count: remaining(dict(zip(items, count, strict=True)), rules) for count in set(counts)}
    return [left[count] for count in counts]


def _facts(slots: Sequence[Slot], rows: Sequence[_Row], placed: GroupFacts) -> dict[str, list[Fact]]:
    """Return the facts of every criterion, one a row."""
    found: dict[str, list[Fact]] = {}
    for slot in slots:
        assert slot.criterion is not None
        key, column = slot.criterion.key, _column(slot, rows, placed)
        found[key] = list(map(_both, found[key], column)) if key in found else column
    return found


def _column(slot: Slot, rows: Sequence[_Row], placed: GroupFacts) -> list[Fact]:
    """Return the facts of one slot; equal cells share one."""
    made: dict[Cell, Fact] = {}
    found: list[Fact] = []
    for row in rows:
        cell = row.cell(slot)
        fact: Fact | None = placed.get((row.sheet.unit, slot.item, row.key[0])) if placed else None
        if fact is None and (fact := made.get(cell)) is None:
            fact = made[cell] = _own(slot, cell)
        found.append(fact)
    return found


def _own(slot: Slot, cell: Cell) -> Fact:
    """Return the fact of a cell by itself."""
    assert slot.formula is not None
    return NotApplicable(cell.note) if cell.number is None else scoring_fact(slot.formula, cell)


def _both(level: Fact, growth: Fact) -> Fact:
    """Return the two halves of a criterion as one fact; neither applies without the other."""
    if isinstance(level, NotApplicable) or isinstance(growth, NotApplicable):
        return level if isinstance(level, NotApplicable) else growth
    assert not isinstance(level, LevelAndGrowth)
    assert not isinstance(growth, LevelAndGrowth)
    return LevelAndGrowth(level, growth)


def _scored(
    component: Component, rows: Sequence[_Row], facts: Mapping[str, Sequence[Fact]], defects: Defects
) -> _Marks:
    """Return the marks of every row; what a formula refuses is noted by the row it read."""
    assert component.scheme is not None
    if not rows:
        return _Marks(())
    table = FactTable.of(facts)
    try:
        found = score(component.scheme, table)
    except Invalid:
        given = (dict(zip(facts, line, strict=True)) for line in zip(*facts.values(), strict=True))
        told = [_tell(component.scheme, row, line, defects) for row, line in zip(rows, given, strict=True)]
        if not any(told):
            raise
        return _Marks([Decimal(0)] * len(rows))  # never printed: the whole table is refused
    items: list[tuple[Criterion, Sequence[Decimal | None]]] = []
    for criterion in component.scheme.criteria():
        points = found.points[criterion.key].values()
        out = table.not_applicable.get(criterion.key, [False] * len(rows))
        items.append((criterion, [None if left else one for one, left in zip(points, out, strict=True)]))
    return _Marks(found.total.values(), items)


def _tell(scheme: Scheme, row: _Row, facts: Mapping[str, Fact], defects: Defects) -> bool:
    """Note what is refused of one row, if anything is."""
    try:
        score(scheme, facts)
    except Invalid as refusal:
        key = str(refusal.facts["key"])  # a row with nothing applicable is not scored
        items = {key, f"{key}.level", f"{key}.growth"} & row.sheet.cells.keys()
        at = row.sheet.first_row(items, row.key)
        defects.add("value", at, f"“{row.sheet.unit}”的{refusal.text}")
        return True
    return False


class _Years:
    """Makes the years of one component; what was made of equal marks is not made again."""

    def __init__(self, component: Component, criteria: Sequence[Criterion], places: int) -> None:
        self.component, self.criteria, self.places = component, criteria, places
        self.years: dict[tuple[_Keys, tuple[_Line, ...]], _Year] = {}
        self.results: dict[tuple[_Keys, tuple[Decimal, ...]], tuple[Decimal | Fraction, Decimal]] = {}

    def year(self, keys: _Keys, lines: tuple[_Line, ...]) -> _Year:
        """Return the year of one unit from the lines of its rows."""
        if (year := self.years.get((keys, lines))) is None:
            year = self.years[keys, lines] = self._year(keys, lines)
        return year

    def _year(self, keys: _Keys, lines: tuple[_Line, ...]) -> _Year:
        if not keys:
            return _Year(None, self.component.scale, (), {})
        totals, *columns = zip(*lines, strict=True)
        result, _ = self._result(keys, totals)
        items = tuple(
            ItemPoints(criterion.key, criterion.label, self._result(keys, points)[1], criterion.weight)
            for criterion, points in zip(self.criteria, columns, strict=True)
            if None not in points
        )
        return _Year(result, self.component.scale, items, dict(zip(keys, totals, strict=True)))

    def _result(self, keys: _Keys, marks: tuple[Decimal, ...]) -> tuple[Decimal | Fraction, Decimal]:
        """Return the result over the year, exact and half up."""
        if (result := self.results.get((keys, marks))) is None:
            exact = _over_year(self.component, keys, marks)
            result = self.results[keys, marks] = (exact, half_up(exact, self.places))
        return result


def _points(out_of: Decimal, year: _Year, places: int) -> Decimal | None:
    """Return the result on full marks of ``out_of``, rounded once."""
    if year.result is None or year.scale == out_of:
        return None if year.result is None else half_up(year.result, places)
    return half_up(Fraction(year.result) * Fraction(out_of) / Fraction(year.scale), places)


def _over_year(
    component: Component, keys: tuple[CellKey, ...], marks: Sequence[Decimal]
) -> Decimal | Fraction:
    """Return the mean over raters, then over periods, exact."""
    if len(marks) == 1:
        return marks[0]
    given = zip(keys, marks, strict=True)
    if component.raters is None:
        results: dict[str, Decimal | Fraction] = {period: mark for (period, _), mark in given}
    else:
        periods: dict[str, dict[str, list[Decimal]]] = {}
        for (period, rater), mark in given:
            periods.setdefault(period, {}).setdefault(rater.partition("/")[0], []).append(mark)
        results = {period: groups_mean(groups, component.raters) for period, groups in periods.items()}
    return year_result(results, component.periods) if component.periods else results[""]


def _force(component: Component, sheets: Sequence[UnitSheet], years: Mapping[str, dict[str, _Year]]) -> None:
    """Replace the results of a component by the points of their places."""
    assert component.bands is not None
    ratios = {
        sheet.unit: result.as_integer_ratio()
        for sheet in sheets
        if (result := years[sheet.unit][component.key].result) is not None
    }
    denominator = lcm(*{den for _, den in ratios.values()})
    companies: dict[str, dict[str, tuple[int]]] = {}
    for sheet in sheets:
        if sheet.unit in ratios:
            num, den = ratios[sheet.unit]
            companies.setdefault(company(sheet), {})[sheet.unit] = (num * (denominator // den),)
    for values in companies.values():
        for unit, points in banded(values, component.bands).items():
            year = years[unit][component.key]
            years[unit][component.key] = _Year(points, component.out_of, year.items, year.marks)


def _printed(
    track: Track, years: Mapping[str, _Year], sheet: UnitSheet, defects: Defects
) -> Iterator[ComponentResult]:
    moved: dict[str, Decimal] = {}
    for part in track.components:
        if part.move_to and years[part.key].result is None:
            moved[part.move_to] = moved.get(part.move_to, Decimal(0)) + part.out_of
    for part in track.components:
        year = years[part.key]
        out_of = part.out_of + moved[part.key] if part.key in moved else part.out_of
        if year.result is None and part.key in moved:
            text = f"“{sheet.unit}”的“{part.label}”不适用，无法承接其他部分转入的分值，请填报实际情况"
            defects.add("value", sheet.first_row(sheet.cells), text)
        points = _points(out_of, year, track.places)
        yield ComponentResult(part.key, part.label, points, out_of, part.factor, year.items, year.marks)
