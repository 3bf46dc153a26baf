"""``assess``: a whole assessment from its facts: points, ranks, grades and consequences.

Composes the parts of ``assessment``; the points of a criterion come from ``score`` alone. Values
in, values out: who may see or approve the results is no matter of this file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from budgetperf.indicators import plain_number
from budgetperf.scoring.adjustments import Adjustment, AdjustmentSide, adjust
from budgetperf.scoring.assessment import AssessmentRules, Track
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_facts import UnitSheet, read_facts
from budgetperf.scoring.assessment_points import Parts, company, completion, component_results
from budgetperf.scoring.assessment_results import ComponentResult, Reached, UnitResult
from budgetperf.scoring.assessment_rows import Defects
from budgetperf.scoring.consequences import TOTAL, Standing, consequences
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.grade import named_grade
from budgetperf.scoring.ranking import Values, ranks, within
from budgetperf.scoring.vetoes import Veto, grade_after

_ZERO = Decimal(0)


@dataclass(slots=True)
class _Tally:
    """What is known of one unit so far; filled step by step inside ``assess`` only."""

    sheet: UnitSheet
    components: tuple[ComponentResult, ...]
    bonus: Decimal = _ZERO
    penalty: Decimal = _ZERO
    total: Decimal = _ZERO
    values: Values = ()
    rank: int = 0
    grade: str = ""
    reasons: list[str] = field(default_factory=list)


def assess(rules: AssessmentRules, facts: Iterable[UnitFact]) -> tuple[UnitResult, ...]:
    """Assess every unit of the table.

    Parameters
    ----------
    rules : AssessmentRules
    facts : iterable of UnitFact
        The long table; the order of rows and units does not matter.

    Returns
    -------
    tuple of UnitResult
        By code of the unit.

    Raises
    ------
    Invalid
        ``assessment.facts`` with every defect by row; nothing is computed then.

    Notes
    -----
    component = half_up(out_of x share); total = half_up(sum(component x factor) + (bonus - penalty)
    x adjustment factor), never below 0. Grades: cut-offs, then quotas over the ranked units, then
    vetoes; a place lost by a veto is not passed on, so a veto raises nobody.
    """
    sheets = read_facts(rules, facts)
    tallies = [tally for track, entered in _entered(rules, sheets) for tally in _placed(track, entered)]
    standings = [_standing(tally) for tally in tallies] if rules.consequences else []
    reached = consequences(standings, rules.consequences)
    results = [
        _result(tally, tuple(Reached(c.key, c.label) for c in reached.get(tally.sheet.unit, ())))
        for tally in tallies
    ]
    results += [_exempt(sheet) for sheet in sheets if sheet.exempt]
    return tuple(sorted(results, key=lambda result: result.unit))


def _entered(rules: AssessmentRules, sheets: Sequence[UnitSheet]) -> list[tuple[Track, list[_Tally]]]:
    """Return the units of each track with their totals, once the points of all tracks are accepted."""
    defects = Defects()
    found: list[tuple[Track, list[UnitSheet], Parts]] = []
    for track in rules.tracks:
        ranked = [sheet for sheet in sheets if sheet.track is track and not sheet.exempt]
        found.append((track, ranked, component_results(track, ranked, defects)))
    defects.demand_none()
    return [(track, [_tally(sheet, parts[sheet.unit]) for sheet in ranked]) for track, ranked, parts in found]


def _placed(track: Track, entered: list[_Tally]) -> list[_Tally]:
    """Grade and rank the units of a track."""
    _grade(track, entered)
    _rank(track, entered)
    return entered


def _tally(sheet: UnitSheet, components: tuple[ComponentResult, ...]) -> _Tally:
    track, tally = sheet.track, _Tally(sheet, components)
    tally.bonus = _side(tally, track.adjustments.bonus, "加分")
    tally.penalty = _side(tally, track.adjustments.penalty, "扣分")
    adjusted = tally.bonus - tally.penalty
    parts = _parts_total(tally)
    if isinstance(parts, Decimal):
        total = half_up(parts + adjusted * track.adjustment_factor, track.places)
    else:
        total = half_up(parts + Fraction(adjusted) * Fraction(track.adjustment_factor), track.places)
    if total < 0:
        tally.reasons.append(f"总分{plain_number(total)}分，低于0分按0分计")
    if total > track.total and track.above_total == "clip":
        full = plain_number(track.total)
        tally.reasons.append(f"总分{plain_number(total)}分，超过满分按{full}分计")
        total = track.total
    tally.total = max(total, _ZERO)
    points = {part.key: part.points or _ZERO for part in components}
    tally.values = (tally.total, *(points[key] for key in track.ranking.then_by))
    return tally


def _parts_total(tally: _Tally) -> Decimal | Fraction:
    """Return the exact sum of the parts, rescaled to full marks for those that do not apply."""
    track = tally.sheet.track
    applied = [part for part in tally.components if part.points is not None]
    found = sum((part.points * part.factor for part in applied if part.points is not None), _ZERO)
    if len(applied) == len(tally.components):
        return found
    rules = {part.key: part for part in track.components}
    labels = {part.key: part.label for part in track.components}
    for part in tally.components:
        if part.points is None and (target := rules[part.key].move_to):
            full = plain_number(part.out_of)
            tally.reasons.append(f"“{part.label}”不适用，其{full}分转入“{labels[target]}”")
        elif part.points is None:
            full = plain_number(track.total)
            tally.reasons.append(f"“{part.label}”不适用，其余部分按比例折算为{full}分")
    whole = sum((part.out_of * part.factor for part in applied), _ZERO)
    if whole == 0:
        tally.reasons.append("各部分均不适用，按0分计")
        return _ZERO
    return Fraction(found) * Fraction(track.total) / Fraction(whole)


def _side(tally: _Tally, side: AdjustmentSide | None, what: str) -> Decimal:
    if side is None:
        return _ZERO
    if not tally.sheet.claims:
        return _ZERO
    items = {item.key for item in side.items()}
    found: Adjustment = adjust((claim for claim in tally.sheet.claims if claim.item in items), side)
    tally.reasons += [f"{what}：{note}" for note in found.notes]
    return found.points


def _grade(track: Track, tallies: Sequence[_Tally]) -> None:
    """Grade by cut-off, quota and veto, in this order."""
    closed = _closed(track, tallies)
    for tally in tallies:
        earned = named_grade(tally.total, track.grades).key
        full = closed[tally.sheet.unit]
        placed = named_grade(tally.total, track.grades, closed=full).key if full else earned
        if placed != earned:
            tally.reasons.append(f"得分达到“{track.grades.label(earned)}”，但不在名额之内")
        struck = [veto for veto in track.vetoes if veto.key in tally.sheet.struck]
        tally.grade = grade_after(placed, struck, track.grades.order())
        tally.reasons += [_veto_reason(track, veto, placed, tally.grade) for veto in struck]


def _veto_reason(track: Track, veto: Veto, placed: str, grade: str) -> str:
    change = f"，由“{track.grades.label(placed)}”降为“{track.grades.label(grade)}”" if grade != placed else ""
    last = "，列同等次末位" if veto.last_in_grade else ""
    return f"否决事项“{veto.label}”{change}{last}"


def _closed(track: Track, tallies: Sequence[_Tally]) -> Mapping[str, frozenset[str]]:
    """Return the grades each unit has no place in."""
    closed = {tally.sheet.unit: frozenset[str]() for tally in tallies}
    keys = track.grades.order()
    for quota in track.quotas:
        bounded = frozenset(keys[: keys.index(quota.grade) + 1])
        pools: dict[str, dict[str, Values]] = {}
        for tally in tallies:
            group = tally.sheet.group
            if not quota.groups:
                pools.setdefault(company(tally.sheet), {})[tally.sheet.unit] = tally.values
            elif group in quota.groups or track.parent(group) in quota.groups:
                pools.setdefault("", {})[tally.sheet.unit] = tally.values
        for pool in pools.values():
            inside = within(pool, quota.size(len(pool)), track.ranking.ties)
            for unit in set(pool) - inside:
                closed[unit] |= bounded
    return closed


def _rank(track: Track, tallies: Sequence[_Tally]) -> None:
    """Set back whom a veto puts last in its grade, then rank inside each company."""
    companies: dict[str, list[_Tally]] = {}
    for tally in tallies:
        companies.setdefault(company(tally.sheet), []).append(tally)
    for members in companies.values():
        _set_back(track, members)
        places = ranks({tally.sheet.unit: tally.values for tally in members}, track.ranking.ties)
        for tally in members:
            tally.rank = places[tally.sheet.unit]


def _set_back(track: Track, members: Sequence[_Tally]) -> None:
    """Put vetoed units right behind the last of their grade: values of that one, a mark, their own."""
    order = track.grades.order()
    last = {veto.key for veto in track.vetoes if veto.last_in_grade}
    behind = [tally for tally in members if tally.sheet.struck & last]
    others = [tally for tally in members if not tally.sheet.struck & last]
    ahead = [(order.index(tally.grade), tally.values) for tally in others]
    for tally in behind:
        better = [values for place, values in ahead if place <= order.index(tally.grade)]
        tally.values = (*min([tally.values, *better]), _ZERO, *tally.values)
    for tally in others:
        tally.values = (*tally.values, Decimal(1), *tally.values)


def _standing(tally: _Tally) -> Standing:
    sheet = tally.sheet
    points = {part.key: part.points for part in tally.components if part.points is not None}
    points |= {item.key: item.points for part in tally.components for item in part.items}
    return Standing(
        unit=sheet.unit,
        track=sheet.track.key,
        parent=sheet.track.parent(sheet.group),
        group=sheet.group,
        grade=tally.grade,
        values=tally.values,
        points={**points, TOTAL: tally.total},
        ties=sheet.track.ranking.ties,
        found=sheet.found,
        past=sheet.past,
        completion=completion(sheet),
    )


def _result(tally: _Tally, reached: tuple[Reached, ...]) -> UnitResult:
    sheet = tally.sheet
    return UnitResult(
        unit=sheet.unit,
        track=sheet.track.key,
        group=sheet.group,
        components=tally.components,
        bonus=tally.bonus,
        penalty=tally.penalty,
        total=tally.total,
        rank=tally.rank,
        grade=tally.grade,
        grade_label=sheet.track.grades.label(tally.grade),
        consequences=reached,
        reasons=tuple(tally.reasons),
        claims=sheet.claims,
        struck=tuple(sorted(sheet.struck)),
    )


def _exempt(sheet: UnitSheet) -> UnitResult:
    return UnitResult(
        unit=sheet.unit,
        track=sheet.track.key,
        group=sheet.group,
        components=(),
        bonus=_ZERO,
        penalty=_ZERO,
        total=None,
        rank=None,
        grade="",
        grade_label="",
        consequences=tuple(Reached(state.key, state.outcome) for state in sheet.exempt),
        reasons=tuple(f"不参加考评：{state.label}" for state in sheet.exempt),
    )
