"""Points of the components: criteria by ``score``, then raters, periods and forced bands.

Takes complete sheets of one track and gives each unit its printed parts. Each part is rounded
once, half up, to the places of the track; totals and ranks stand in ``assess``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.adjustments import remaining
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
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.score import score

GroupFacts: TypeAlias = Mapping[tuple[str, str, str], SingleFact]
"""Unit, item and period to where its value stands among those of its company."""


@dataclass(frozen=True, slots=True)
class _Year:
    """A component over the year: the share of full marks, exact; None when it does not apply."""

    share: Fraction | None
    items: tuple[ItemPoints, ...] = ()


def company(sheet: UnitSheet) -> str:
    """Return the group of units that ``sheet`` is ranked in."""
    match sheet.track.ranking.scope:
        case "group":
            return sheet.group
        case "parent":
            return sheet.track.parent(sheet.group)
        case "track":
            return sheet.track.key


def component_results(
    track: Track, sheets: Sequence[UnitSheet], defects: Defects
) -> dict[str, tuple[ComponentResult, ...]]:
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
        placed = _group_facts(component, sheets)
        for sheet in sheets:
            years[sheet.unit][component.key] = _year(component, sheet, placed, defects)
        if component.bands is not None:
            _force(component, sheets, years)
    return {sheet.unit: tuple(_printed(track, years[sheet.unit], sheet, defects)) for sheet in sheets}


def _group_facts(component: Component, sheets: Sequence[UnitSheet]) -> dict[tuple[str, str, str], SingleFact]:
    """Return the facts of the formulas over a group, made over all units at once."""
    found: dict[tuple[str, str, str], SingleFact] = {}
    names = {name: number for number, name in enumerate(sorted({company(sheet) for sheet in sheets}))}
    periods = [period.key for period in component.periods.periods] if component.periods else [""]
    for slot in component.slots():
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
                    values.append(cell.number)
                    groups.append(names[company(sheet)])
            column = (
                in_group(values, way, groups=groups)
                if isinstance(slot.formula, MinMax)
                else ranked(values, way, ties="mean", groups=groups)
            )
            found |= {(unit, slot.item, period): column[i] for i, unit in enumerate(units)}
    return found


def _year(component: Component, sheet: UnitSheet, placed: GroupFacts, defects: Defects) -> _Year:
    slots = tuple(component.slots())
    keys = sorted(sheet.cells.get(slots[0].item, {}))
    if all(sheet.cells[slot.item][key].number is None for slot in slots for key in keys):
        return _Year(None)
    if component.scheme is None:
        marks = {key: _left(component, slots, sheet, key) for key in keys}
        return _Year(_over_year(component, marks) / Fraction(component.scale))
    sheets = {}
    for key in keys:
        cells = {slot.item: sheet.cells[slot.item][key] for slot in slots}
        facts = _facts(component, slots, cells, placed, place=(sheet.unit, key[0]))
        try:
            sheets[key] = score(component.scheme, facts)
        except Invalid as refusal:
            _tell(component.scheme, facts, cells, refusal, sheet.unit, defects)
    if len(sheets) < len(keys):
        return _Year(None)
    share = _over_year(component, {key: found.total for key, found in sheets.items()})
    items: list[ItemPoints] = []
    for i, criterion in enumerate(component.scheme.criteria()):
        if all(found.lines[i].applicable for found in sheets.values()):
            points = _over_year(component, {key: found.lines[i].points for key, found in sheets.items()})
            printed = half_up(points, sheet.track.places)
            items.append(ItemPoints(criterion.key, criterion.label, printed, criterion.weight))
    return _Year(share / Fraction(component.scale), tuple(items))


def _left(component: Component, slots: Sequence[Slot], sheet: UnitSheet, key: CellKey) -> Decimal:
    """Return what deductions leave in one period."""
    assert component.deductions is not None
    counts = {slot.item: sheet.cells[slot.item][key].number or Decimal(0) for slot in slots}
    return remaining(counts, component.deductions)


def _over_year(component: Component, marks: Mapping[CellKey, Decimal]) -> Fraction:
    """Return the mean over raters, then over periods, exact."""
    periods: dict[str, dict[str, list[Decimal]]] = {}
    for (period, rater), mark in marks.items():
        periods.setdefault(period, {}).setdefault(rater.partition("/")[0], []).append(mark)
    results = {
        period: groups_mean(groups, component.raters) if component.raters else Fraction(groups[""][0])
        for period, groups in periods.items()
    }
    return year_result(results, component.periods) if component.periods else results[""]


def _facts(
    component: Component,
    slots: Sequence[Slot],
    cells: Mapping[str, Cell],
    placed: GroupFacts,
    *,
    place: tuple[str, str],
) -> dict[str, Fact]:
    """Return one fact per criterion of the component's scheme."""
    single: dict[str, SingleFact] = {}
    dropped: dict[str, str] = {}
    for slot in slots:
        cell = cells[slot.item]
        if cell.number is None:
            dropped[slot.item] = cell.note
            continue
        assert slot.formula is not None
        among = placed.get((place[0], slot.item, place[1]))
        single[slot.item] = scoring_fact(slot.formula, cell) if among is None else among
    assert component.scheme is not None
    facts: dict[str, Fact] = {}
    for criterion in component.scheme.criteria():
        halves = (f"{criterion.key}.level", f"{criterion.key}.growth")
        reasons = [dropped[item] for item in (criterion.key, *halves) if item in dropped]
        if reasons:
            facts[criterion.key] = NotApplicable(reasons[0])
        elif criterion.key in single:
            facts[criterion.key] = single[criterion.key]
        else:
            facts[criterion.key] = LevelAndGrowth(single[halves[0]], single[halves[1]])
    return facts


def _tell(
    scheme: Scheme,
    facts: Mapping[str, Fact],
    cells: Mapping[str, Cell],
    refusal: Invalid,
    unit: str,
    defects: Defects,
) -> None:
    """Note what a formula refused, by the row it read."""
    for criterion in scheme.criteria():
        fact = facts[criterion.key]
        if isinstance(fact, NotApplicable):
            continue
        try:
            criterion.formula.part(fact, criterion.weight)
        except Invalid as cause:
            items = (criterion.key, f"{criterion.key}.level", f"{criterion.key}.growth")
            row = next(cells[item].row for item in items if item in cells)
            defects.add("value", row, f"“{unit}”的“{criterion.label}”：{cause.text}")
            return
    defects.add("value", min(cell.row for cell in cells.values()), f"“{unit}”：{refusal.text}")


def _force(component: Component, sheets: Sequence[UnitSheet], years: Mapping[str, dict[str, _Year]]) -> None:
    """Replace the results of a component by the points of their places."""
    assert component.bands is not None
    companies: dict[str, dict[str, tuple[Fraction]]] = {}
    for sheet in sheets:
        share = years[sheet.unit][component.key].share
        if share is not None:
            companies.setdefault(company(sheet), {})[sheet.unit] = (share,)
    for values in companies.values():
        for unit, points in banded(values, component.bands).items():
            share = Fraction(points) / Fraction(component.out_of)
            years[unit][component.key] = _Year(share, years[unit][component.key].items)


def _printed(
    track: Track, years: Mapping[str, _Year], sheet: UnitSheet, defects: Defects
) -> Iterator[ComponentResult]:
    moved: dict[str, Decimal] = {}
    for part in track.components:
        if part.move_to and years[part.key].share is None:
            moved[part.move_to] = moved.get(part.move_to, Decimal(0)) + part.out_of
    for part in track.components:
        year = years[part.key]
        out_of = part.out_of + moved.get(part.key, Decimal(0))
        if year.share is None and part.key in moved:
            text = f"“{sheet.unit}”的“{part.label}”不适用，无法承接其他部分转入的分值，请填报实际情况"
            defects.add("value", min(c.row for cells in sheet.cells.values() for c in cells.values()), text)
        points = None if year.share is None else half_up(Fraction(out_of) * year.share, track.places)
        yield ComponentResult(part.key, part.label, points, out_of, part.factor, year.items)
