"""Everything brought during a campaign as one long table of facts, each with where it came from.

Takes accepted reports, task books, sheets, settled claims, decided appeals and earlier consequences, and
gives the rows ``scoring.assess`` reads. No points are computed here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import LEFT, Member
from budgetperf.lifecycle.unit_assessment.form import (
    BonusForm,
    CorrectionRow,
    FactRow,
    PenaltyForm,
    RatingRow,
    TaskRow,
)
from budgetperf.lifecycle.unit_assessment.rules import Carried
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import NOT_APPLICABLE, UnitFact
from budgetperf.scoring.exact import half_up


@dataclass(frozen=True, slots=True)
class Line:
    """One fact and the record it came from."""

    unit: str
    item: str
    value: str
    period: str = ""
    rater: str = ""
    standard: str = ""
    note: str = ""
    origin: str = ""

    @property
    def cell(self) -> tuple[str, str, str, str]:
        """What it is about: unit, item, period, rater."""
        return self.unit, self.item, self.period, self.rater


def standards_of(unit: str, rows: Iterable[TaskRow]) -> dict[tuple[str, str], str]:
    """Return the targets of an issued task book by unit and item."""
    return {(unit, row.item): plain_number(row.target) for row in rows if row.item and row.target is not None}


def reported(
    rows: Iterable[FactRow], standards: Mapping[tuple[str, str], str], *, period: str, origin: str
) -> list[Line]:
    """Return the facts of a report; a target of the task book is the standard of its item."""
    return [
        Line(
            row.unit,
            row.item,
            row.value,
            period,
            row.rater,
            standards.get((row.unit, row.item), row.standard),
            row.note,
            origin,
        )
        for row in rows
        if row.value
    ]


def rated(rows: Iterable[RatingRow], *, rater: str, period: str) -> list[Line]:
    """Return the marks of a sheet under the number of its rater; rectified items stand apart."""
    return [
        Line(row.unit, row.item, row.value, period, rater, note=row.note, origin=rater)
        for row in rows
        if not row.item.startswith(IMPROVED)
    ]


YEARS_BACK = 20
"""How many years back the facts of an assessment may reach."""

IMPROVED = "improved:"
"""How an item of last year's rectification is named on a rater's sheet."""


def claimed(unit: str, form: BonusForm | PenaltyForm, value: Decimal, *, origin: str) -> Line:
    """Return a settled claim as a fact."""
    return Line(unit, form.item, plain_number(value), note=form.award, origin=origin)


def remembered(
    past: Mapping[str, Mapping[str, Sequence[int]]], members: Iterable[Member], scheme: AssessmentRules
) -> list[Line]:
    """Return what this year's units reached in earlier years: unit to consequence to years ago.

    Who is not assessed any more, and what the scheme no longer knows, is left out.
    """
    codes, known = {one.code for one in members}, {one.key for one in scheme.consequences}
    return [
        Line(unit, consequence, "是", f"-{ago}", origin="往年考评结果")
        for unit, reached in sorted(past.items())
        if unit in codes
        for consequence, years in sorted(reached.items())
        if consequence in known
        for ago in sorted(set(years))
        if ago <= YEARS_BACK
    ]


def exempted(members: Iterable[Member]) -> list[Line]:
    """Return who is not assessed this year."""
    return [
        Line(one.code, one.exempt, "是", origin="登记不参加考评")
        for one in members
        if one.exempt and one.exempt != LEFT
    ]


def corrected(lines: Iterable[Line], corrections: Iterable[tuple[CorrectionRow, str]]) -> list[Line]:
    """Return the facts with what upheld appeals corrected; ``corrections`` name their appeal."""
    found = {line.cell: line for line in lines}
    for row, appeal in corrections:
        cell = (row.unit, row.item, row.period, row.rater)
        before = found.get(cell, Line(row.unit, row.item, "", row.period, row.rater))
        found[cell] = replace(before, value=row.value, note=row.note, origin=appeal)
    return list(found.values())


def carried(
    scheme: AssessmentRules, rules: Iterable[Carried], members: Sequence[Member], lines: Sequence[Line]
) -> list[Line]:
    """Return the facts that are other members' results, each the mean of what its owner owns.

    To a member that owns none the item does not apply.
    """
    return [line for rule in rules for line in _carried(scheme, rule, members, lines)]


def _carried(
    scheme: AssessmentRules, rule: Carried, members: Sequence[Member], lines: Sequence[Line]
) -> Iterator[Line]:
    track = next(track for track in scheme.tracks if track.key == rule.track)
    leaves = {leaf.key for leaf in track.leaves()}
    owned = {one.code: one.owner for one in members if one.group in leaves and one.owner}
    totals: dict[str, list[Decimal]] = {}
    if owned:
        for result in assess(scheme, facts(members, [line for line in lines if line.unit in owned])):
            if result.total is not None:
                totals.setdefault(owned[result.unit], []).append(result.total)
    for member in members:
        own = scheme.track_of(member.group)
        if own is None or member.exempt or rule.item not in set(own.items()):
            continue
        if points := totals.get(member.code):
            mean = half_up(sum(map(Fraction, points), Fraction(0)) / len(points), track.places)
            origin = "、".join(sorted(code for code, owner in owned.items() if owner == member.code))
            yield Line(member.code, rule.item, plain_number(mean), origin=origin)
        else:
            note = f"本年没有{track.label}"
            yield Line(member.code, rule.item, NOT_APPLICABLE, note=note, origin=note)


def facts(members: Iterable[Member], lines: Iterable[Line]) -> list[UnitFact]:
    """Return the rows of the long table, numbered from 2 as under a heading, each with its group.

    Who left the campaign has none.
    """
    groups, gone = (
        {one.code: one.group for one in members},
        {one.code for one in members if one.exempt == LEFT},
    )
    ordered = sorted(
        (line for line in lines if line.unit not in gone), key=lambda line: (line.cell, line.note)
    )
    return [
        UnitFact(
            number,
            line.unit,
            line.item,
            line.value,
            groups.get(line.unit, ""),
            line.period,
            line.rater,
            line.standard,
            line.note,
        )
        for number, line in enumerate(ordered, 2)
    ]
