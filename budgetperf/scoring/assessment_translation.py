"""Facts of one city told in the codes of another: the share of full marks earned there, filled in here.

Takes the results under A and a map of codes, gives the long table for B; B's own rules then judge
it as any other. Nothing is guessed: what the map does not name is asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.adjustments import AdjustmentItem
from budgetperf.scoring.assessment import AssessmentRules, Component, Slot, Track
from budgetperf.scoring.assessment_cells import NOT_APPLICABLE, UnitFact, read_answer
from budgetperf.scoring.assessment_mapping import ADJUSTED, CityMap
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.formulas import Graded, Judged, MinMax, Rank, YesNo

_PLACES = 4
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Translated:
    """What B judges.

    Parameters
    ----------
    rules : AssessmentRules
        B, with the groups that have units.
    facts : tuple of UnitFact
    left_out : tuple of str
        Units that have no group in B.
    """

    rules: AssessmentRules
    facts: tuple[UnitFact, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Told:
    """One unit under A, and its rows by item."""

    result: UnitResult
    worth: Mapping[str, AdjustmentItem]
    rows: Mapping[str, list[UnitFact]]
    shares: dict[str, tuple[Decimal | None, Decimal]] = field(default_factory=dict)

    def share(self, codes: Sequence[str]) -> Fraction | None:
        """Return points over full marks of parts or items, None when none applies."""
        applied = [
            (points, full) for code in codes for points, full in [self.shares[code]] if points is not None
        ]
        whole = sum((full for _, full in applied), Decimal(0))
        return (
            Fraction(sum((points for points, _ in applied), Decimal(0))) / Fraction(whole) if whole else None
        )

    def points(self, code: str) -> Decimal:
        """Return the points of a claimed item, or of a side after its caps."""
        if code in ADJUSTED:
            return self.result.bonus if code == ADJUSTED[0] else self.result.penalty
        claims = (claim for claim in self.result.claims if claim.item == code)
        return sum((self.worth[code].worth(claim.value) for claim in claims), Decimal(0))


def translated(
    before: AssessmentRules,
    after: AssessmentRules,
    results: Sequence[UnitResult],
    facts: Sequence[UnitFact],
    by: CityMap,
) -> Translated:
    """Return the table for B.

    Parameters
    ----------
    before, after : AssessmentRules
        A and B.
    results : sequence of UnitResult
        Under A.
    facts : sequence of UnitFact
        The table as filed; rows that only B knows are taken over as they are.
    by : CityMap

    Raises
    ------
    Invalid
        ``assessment.map`` with every part of B that nothing is mapped to.
    """
    known = {*before.common_items(), *(item for track in before.tracks for item in track.items())}
    rows: list[UnitFact] = []
    lacking: dict[str, None] = {}
    placed: set[str] = set()
    left_out: list[str] = []
    by_unit = _by_unit(facts)
    for result in results:
        group = by.units.get(result.unit) or by.groups.get(result.group, "")
        track = after.track_of(group)
        if result.total is None or track is None:
            left_out.append(result.unit)
            continue
        placed.add(group)
        told = _told(before, result, by_unit[result.unit])
        rows += _unit(told, group, track, (by, known), lacking)
        rows += _common(told, group, after, (by, known))
    if not placed:
        lacking["对照表的分组和单位在事实表中都没有出现，请核对分组编码"] = None
    if lacking:
        raise Invalid("assessment.map", "对照表不完整：" + "；".join(lacking))
    return Translated(_with_groups(after, placed), tuple(rows), tuple(left_out))


def _told(rules: AssessmentRules, result: UnitResult, rows: Mapping[str, list[UnitFact]]) -> _Told:
    track = next(track for track in rules.tracks if track.key == result.track)
    told = _Told(result, {item.key: item for item in track.claimable()}, rows)
    for part in result.components:
        told.shares |= {item.key: (item.points, item.out_of) for item in part.items}
    for part in result.components:
        told.shares[part.key] = (part.points, part.out_of)
    return told


def _by_unit(facts: Sequence[UnitFact]) -> dict[str, dict[str, list[UnitFact]]]:
    found: dict[str, dict[str, list[UnitFact]]] = {}
    for fact in facts:
        found.setdefault(fact.unit.strip(), {}).setdefault(fact.item.strip(), []).append(fact)
    return found


def _unit(
    told: _Told, group: str, track: Track, given: tuple[CityMap, set[str]], lacking: dict[str, None]
) -> Iterator[UnitFact]:
    """Yield the rows of one unit; what is not mapped is noted."""
    by, known = given
    for part in track.components:
        for slot in part.slots:
            codes = _codes(part, slot, by)
            own = [] if codes or slot.item in known else told.rows.get(slot.item, [])
            if own:
                yield from (_moved(row, group, slot.item) for row in own)
            elif part.deductions and any(code in told.rows for code in codes):
                yield from (
                    _moved(row, group, slot.item) for code in codes for row in told.rows.get(code, [])
                )
            elif part.deductions:
                text = (
                    f"“{slot.label}”（{slot.item}）按次扣分，不能由得分率折算，请在事实表中按这个编码直接填报"
                )
                lacking[text] = None
            elif applied := [code for code in codes if code in told.shares]:
                yield from _filled(part, slot, told, group, applied)
            else:
                lacking[f"“{part.label}”没有对照或没有写全，请加一行 item,{part.key},A的部分或项目"] = None
    for item in track.claimable():
        yield from _claimed(item, told, group, by, known)
    for veto in track.vetoes:
        yield from _answered(veto.key, told, group, given)


def _codes(part: Component, slot: Slot, by: CityMap) -> tuple[str, ...]:
    """Return what of A stands for a cell: named for itself, its criterion, or its part."""
    criterion = slot.criterion.key if slot.criterion else slot.item
    return by.items.get(slot.item) or by.items.get(criterion) or by.items.get(part.key, ())


def _filled(part: Component, slot: Slot, told: _Told, group: str, codes: Sequence[str]) -> Iterator[UnitFact]:
    """Yield one share as every period and rater of a cell."""
    share = told.share(codes)
    periods = [period.key for period in part.periods.periods] if part.periods else [""]
    groups = part.raters.groups if part.raters else ()
    raters = [f"{g.key}/{number}" for g in groups for number in range(1, g.at_least + 1)] or [""]
    value = NOT_APPLICABLE if share is None else plain_number(half_up(_value(part, slot, share), _PLACES))
    standard = plain_number(_standard(slot)) if part.wants_standard(slot) else ""
    note = f"按 A 的 {'+'.join(codes)} 折算"
    at = min(row.row for rows in told.rows.values() for row in rows)
    for period in periods:
        for rater in raters:
            yield UnitFact(at, told.result.unit, slot.item, value, group, period, rater, standard, note)


def _value(part: Component, slot: Slot, share: Fraction) -> Fraction:
    """Return what stands for ``share`` of full marks in a cell."""
    if part.raters and part.raters.scale:
        return max(share * Fraction(part.raters.scale.highest), Fraction(part.raters.scale.lowest))
    if isinstance(slot.formula, Judged) and slot.criterion:
        return share * Fraction(slot.criterion.weight)
    if isinstance(slot.formula, YesNo):
        return Fraction(share == 1)
    if isinstance(slot.formula, Graded):
        return share
    return (1 - share if slot.item in part.lower_is_better else share) * 100


def _standard(slot: Slot) -> Decimal:
    """Return the standard beside a percentage: 100, or nothing where only the excess counts."""
    return Decimal(0) if isinstance(slot.formula, MinMax | Rank) else _HUNDRED


def _claimed(
    item: AdjustmentItem, told: _Told, group: str, by: CityMap, known: set[str]
) -> Iterator[UnitFact]:
    """Yield points as points, times as times."""
    codes = by.items.get(item.key, ())
    if not codes and item.key not in known:
        yield from (_moved(row, group, item.key) for row in told.rows.get(item.key, []))
    if item.at_most is None:
        yield from (_moved(row, group, item.key) for code in codes for row in told.rows.get(code, []))
    elif codes:
        points = sum(
            (told.points(code) for code in codes if code in ADJUSTED or code in told.worth), Decimal(0)
        )
        if points:
            value = plain_number(min(points, item.at_most))
            yield UnitFact(
                1, told.result.unit, item.key, value, group, note=f"按 A 的 {'+'.join(codes)} 折算"
            )


def _common(
    told: _Told, group: str, after: AssessmentRules, given: tuple[CityMap, set[str]]
) -> Iterator[UnitFact]:
    for state in after.states():
        yield from _answered(state.key, told, group, given)
    for consequence in after.consequences:
        if consequence.key not in given[1]:
            yield from (_moved(row, group, consequence.key) for row in told.rows.get(consequence.key, []))


def _answered(key: str, told: _Told, group: str, given: tuple[CityMap, set[str]]) -> Iterator[UnitFact]:
    """Yield a yes where one of its codes was answered yes."""
    by, known = given
    codes = by.items.get(key) or (() if key in known else (key,))
    held = [row for code in codes for row in told.rows.get(code, []) if read_answer(row.value)]
    if held:
        yield UnitFact(held[0].row, told.result.unit, key, "是", group)


def _moved(row: UnitFact, group: str, item: str) -> UnitFact:
    return UnitFact(row.row, row.unit, item, row.value, group, row.period, row.rater, row.standard, row.note)


def _with_groups(rules: AssessmentRules, used: set[str]) -> AssessmentRules:
    """Return the rules without the groups that A has nobody for."""
    tracks: list[Track] = []
    for track in rules.tracks:
        kept = used | {group.within for group in track.groups if group.key in used}
        groups = tuple(group for group in track.groups if group.key in kept)
        if groups:
            tracks.append(track.model_copy(update={"groups": groups}))
    return rules.model_copy(update={"tracks": tuple(tracks)})
