"""One table of facts under two assessment schemes: who would stand where, and why.

Each scheme is given the rows it knows; a row that neither knows is refused. Where two cities call
things by other codes, a map says what of A stands where in B. The laying side by side is that of
``compare``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from budgetperf.errors import Invalid
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules, Track
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_mapping import CityMap
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.assessment_rows import Defects
from budgetperf.scoring.assessment_translation import translated
from budgetperf.scoring.compare import Difference, compare


@dataclass(frozen=True, slots=True)
class Beside:
    """One unit under both schemes."""

    difference: Difference
    before: UnitResult
    after: UnitResult


@dataclass(frozen=True, slots=True)
class Compared:
    """The units both schemes assess, by code, and those that one leaves out."""

    units: tuple[Beside, ...]
    left_out: tuple[str, ...]


def compare_assessments(
    before: AssessmentRules, after: AssessmentRules, facts: Sequence[UnitFact], by: CityMap | None = None
) -> Compared:
    """Lay two assessments of one table side by side.

    Parameters
    ----------
    before, after : AssessmentRules
        A and B.
    facts : sequence of UnitFact
    by : CityMap or None
        What of A stands where in B; None when both call everything by the same codes.

    Raises
    ------
    Invalid
        ``assessment.facts`` for a row that neither knows, or if the rows of one are not a whole
        assessment there; ``assessment.codes`` if the table cannot be of both without a map;
        ``assessment.map`` if the map leaves a part of B open.
    """
    known = _items(before), _items(after)
    _demand_known(facts, known[0] | known[1])
    if by is None:
        for told, side, other in (("A", before, after), ("B", after, before)):
            _demand_own_codes(told, side, other, facts)
    left = _side("A", before, [fact for fact in facts if fact.item.strip() in known[0]])
    if by is None:
        right = _side("B", after, [fact for fact in facts if fact.item.strip() in known[1]])
    else:
        there = translated(before, after, list(left.values()), facts, by)
        right = _side("B", there.rules, there.facts)
    judged = {unit for side in (left, right) for unit, result in side.items() if result.total is not None}
    both = sorted(unit for unit in judged if _judged(left, unit) and _judged(right, unit))
    return Compared(
        tuple(_beside(left[unit], right[unit], by) for unit in both),
        tuple(sorted({*left, *right} - set(both))),
    )


def _judged(side: dict[str, UnitResult], unit: str) -> bool:
    return unit in side and side[unit].total is not None


def _beside(before: UnitResult, after: UnitResult, by: CityMap | None) -> Beside:
    """Lay one unit side by side; parts under other codes are no parts that moved."""
    sides = [result.judgement() for result in (before, after)]
    judgements = [replace(one, lines=one.lines if by is None else ()) for one in sides if one is not None]
    (difference,) = compare(judgements[:1], judgements[1:])
    return Beside(difference, before, after)


def _side(told: str, rules: AssessmentRules, facts: Sequence[UnitFact]) -> dict[str, UnitResult]:
    """Assess under one scheme; what it refuses is told as its own."""
    try:
        return {result.unit: result for result in assess(rules, facts)}
    except Invalid as error:
        findings = tuple(replace(one, message=f"{one.message}（按 {told}）") for one in error.findings)
        raise Invalid(error.code, f"按 {told}：{error.text}", findings) from error


def _items(rules: AssessmentRules) -> set[str]:
    return {*rules.common_items(), *(item for track in rules.tracks for item in track.items())}


def _demand_known(facts: Sequence[UnitFact], known: set[str]) -> None:
    defects = Defects()
    for fact in facts:
        if fact.item.strip() not in known:
            text = f"“{fact.unit}”的项目编码“{fact.item.strip()}”不在任何一方的方案中，请更正"
            defects.add("item", fact.row, text)
    defects.demand_none()


def _demand_own_codes(
    told: str, side: AssessmentRules, other: AssessmentRules, facts: Sequence[UnitFact]
) -> None:
    """Refuse a table written in the codes of the other side alone, and say what to do."""
    strange = sorted(
        group
        for group in {fact.group.strip() for fact in facts} - {""}
        if side.track_of(group) is None and other.track_of(group) is not None
    )
    given = {fact.item.strip() for fact in facts}
    used = {fact.group.strip() for fact in facts}
    asked = [item for track in side.tracks if _used(track, used) for item in _required(track)]
    lacking = [item for item in asked if item not in given and item not in _items(other)]
    if strange or lacking:
        groups = f"没有分组 {'、'.join(strange)}" if strange else ""
        items = f"要求的 {'、'.join(lacking)} 在事实表中一行也没有" if lacking else ""
        raise Invalid(
            "assessment.codes",
            f"两个方案编码不同，这份事实表不能直接用于 {told}：{told} {'；'.join(filter(None, (groups, items)))}。"
            "请用 --map 给出对照表；空白对照表：./bp schemes compare A B --template > 对照表.csv",
        )


def _used(track: Track, groups: set[str]) -> bool:
    return not groups.isdisjoint(leaf.key for leaf in track.leaves())


def _required(track: Track) -> list[str]:
    return [slot.item for part in track.components for slot in part.slots]
