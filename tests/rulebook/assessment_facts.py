"""Whole tables of facts for any assessment edition, drawn from a seed: full of ties, bounds, absences and claims."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from budgetperf.scoring.adjustments import AdjustmentItem
from budgetperf.scoring.assessment import AssessmentRules, Component, Slot, Track
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.formulas import Judged, MinMax, Proportional

LEVELS = (0, 59, 60, 70, 80, 90, 90, 95, 100, 100)
"""Percentages: grades and quotas are decided about these."""

Cell = tuple[str, str, str, str, str, str]
"""Item, period, rater, value, standard and note."""


def table(rules: AssessmentRules, seed: int, most: int = 6) -> list[UnitFact]:
    """Return facts of 1 to ``most`` units a group; some are alike in everything."""
    rng = Random(seed)
    rows: list[tuple[str, str, Cell]] = []
    for track in rules.tracks:
        for leaf in track.leaves():
            twin: list[Cell] = []
            for number in range(rng.randint(1, most)):
                if track.ranking.then_by and rng.random() < 0.2:
                    twin = list(_even(track, rng))
                elif not twin or rng.random() < 0.7:
                    twin = [*_cells(track, rng), *_common(rules, rng)]
                rows += [(f"{leaf.key}{number}", leaf.key, cell) for cell in twin]
    return [UnitFact(i, unit, item, value, group, period, rater, standard, note)
            for i, (unit, group, (item, period, rater, value, standard, note)) in enumerate(rows, 2)]  # fmt: skip


def _cells(track: Track, rng: Random) -> Iterator[Cell]:
    level = Decimal(rng.choice(LEVELS))
    for part in track.components:
        left_out = part.absent != "refuse" and rng.random() < 0.3
        for slot in part.slots:
            skipped = left_out or (_may_skip(part, slot) and rng.random() < 0.3)
            for period, rater in _asked(part, rng):
                if skipped:
                    yield slot.item, period, rater, "不适用", "", "没有这一项"
                else:
                    value, standard = _value(part, slot, level, rng)
                    yield slot.item, period, rater, value, standard, ""
    for item in track.claimable():
        for number in range(rng.choice((0, 0, 1, 3))):
            yield item.key, "", "", _claimed(item, rng), "", f"事项{number}"
    for veto in track.vetoes:
        if rng.random() < 0.1:
            yield veto.key, "", "", "是", "", ""


def _even(track: Track, rng: Random) -> Iterator[Cell]:
    """Yield one of three units with the same total that differ in the part by which ties are broken."""
    first = next(part for part in track.components if part.key == track.ranking.then_by[0])
    last = [part for part in track.components if part is not first and _linear(part)][-1]
    traded = rng.choice((0, 1, 2)) / Decimal(10)
    levels = {first.key: 50 + traded * last.out_of, last.key: 50 - traded * first.out_of}
    for part in track.components:
        for slot in part.slots:
            for period, rater in _asked(part, rng):
                value, standard = _value(part, slot, levels.get(part.key, Decimal(50)), None)
                yield slot.item, period, rater, value, standard, ""


def _linear(part: Component) -> bool:
    return all(isinstance(slot.formula, Judged | Proportional) for slot in part.slots)


def _may_skip(part: Component, slot: Slot) -> bool:
    """Tell whether one item may be left out; the first of a part never is, so that something applies."""
    assert part.slots
    return part.scheme is not None and part.scheme.not_applicable == "rescale" and slot != part.slots[0]


def _asked(part: Component, rng: Random) -> list[tuple[str, str]]:
    raters = [f"{g.key}/{n}" for g in part.raters.groups for n in range(g.at_least)] if part.raters else [""]
    return [(p.key, r) for p in part.periods.periods for r in raters] if part.periods else [("", r) for r in raters]  # fmt: skip


def _value(part: Component, slot: Slot, level: Decimal, rng: Random | None) -> tuple[str, str]:
    """Return value and standard of a cell at ``level``, or near it when chance has a say."""
    percent = (
        level if rng is None else min(Decimal(100), max(Decimal(0), level + rng.choice((0, 0, 0, -1, 1))))
    )
    standard = "100" if part.wants_standard(slot) else ""
    if part.deductions:
        return str(rng.choice((0, 0, 1, 2, 12)) if rng else 0), ""
    if part.raters and part.raters.scale:
        return str(percent * part.raters.scale.highest / 100), ""
    if isinstance(slot.formula, Judged):
        assert slot.criterion is not None
        return str(percent * slot.criterion.weight / 100), ""
    if isinstance(slot.formula, MinMax):
        value, base = (rng.choice((-20, 0, 5, 5, 120)), rng.choice((0, 5))) if rng else (5, 0)
        return str(value), str(base) if standard else ""
    return str(percent), standard


def _claimed(item: AdjustmentItem, rng: Random) -> str:
    if item.at_most is not None:
        return str(item.at_most * rng.choice((0, 50, 99, 100)) / 100)
    return "1" if item.ladder else str(rng.choice((0, 1, 9)))


def _common(rules: AssessmentRules, rng: Random) -> Iterator[Cell]:
    for state in rules.states():
        if rng.random() < 0.1:
            yield state.key, "", "", "是", "", ""
    for consequence in rules.consequences:
        if rng.random() < 0.2:
            yield consequence.key, rng.choice(("-1", "-2")), "", "是", "", ""
