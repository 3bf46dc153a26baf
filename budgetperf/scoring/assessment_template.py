"""What an assessment scheme asks for, as text to be filled: codes, periods, raters, and rows that run as they are.

Notes stand before the heading, each after a ``#``; ``assessment_table`` passes them over, so the
whole text is a facts file itself.
"""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from budgetperf.indicators import plain_number
from budgetperf.scoring.adjustments import AdjustmentItem, AdjustmentSide
from budgetperf.scoring.assessment import AssessmentRules, Component, Slot, Track
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_table import COLUMNS, NOTE
from budgetperf.scoring.formulas import Graded, Judged, Piecewise, Satisfaction, Step, YesNo
from budgetperf.scoring.formulas.composite import Single

_HUNDRED = Decimal(100)


def template(rules: AssessmentRules, title: str) -> str:
    """Return the notes and one example unit a group, full marks wherever that can be said."""
    page = io.StringIO()
    for note in _notes(rules, title):
        page.write(f"{NOTE} {note}\n")
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(fact, name) for name in COLUMNS] for fact in example_facts(rules))
    return page.getvalue()


def example_facts(rules: AssessmentRules) -> tuple[UnitFact, ...]:
    """Return what every group's one example unit must file, nothing optional among it."""
    rows = [
        (f"{leaf.label}示例", leaf.key, *row)
        for track in rules.tracks
        for leaf in track.leaves()
        for part in track.components
        for row in _rows(part)
    ]
    return tuple(
        UnitFact(row, unit, item, value, group, period, rater, standard)
        for row, (unit, group, item, period, rater, value, standard) in enumerate(rows, 2)
    )


def _rows(part: Component) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield item, period, rater, value and standard of every cell of a component."""
    periods = [period.key for period in part.periods.periods] if part.periods else [""]
    raters = (
        [f"{g.key}/{number}" for g in part.raters.groups for number in range(1, g.at_least + 1)]
        if part.raters
        else [""]
    )
    for period in periods:
        for rater in raters:
            for slot in part.slots:
                asks = part.wants_standard(slot)
                standard = plain_number(_HUNDRED) if asks else ""
                yield slot.item, period, rater, _value(part, slot), standard


def _value(part: Component, slot: Slot) -> str:
    """Return a value that the cell accepts."""
    formula = slot.formula
    if part.raters and part.raters.scale:
        return plain_number(part.raters.scale.highest)
    if isinstance(formula, YesNo):
        return "是"
    if isinstance(formula, Judged) and slot.criterion:
        return plain_number(slot.criterion.weight)
    if isinstance(formula, Graded):
        return plain_number(formula.tiers[0].at_least)
    if isinstance(formula, Satisfaction) or (isinstance(formula, Step) and formula.reading == "value"):
        return plain_number(formula.bands[0].bound)
    return "0" if part.deductions else plain_number(_HUNDRED)


# ------------------------------------------------------------------------ notes


def _notes(rules: AssessmentRules, title: str) -> Iterator[str]:
    yield f"考评事实表模板：{title}"
    yield "一行一项事实，列名行以下为例，可原样试算；以“#”开头的说明可以保留。没有的列留空。"
    yield "不适用的，value 填“不适用”并在 note 写明原因；加减分、否决、认定、不参加考评没有的不必填。"
    for track in rules.tracks:
        yield from _track(track)
    for what, states in (("认定事项", rules.statements), ("不参加考评", rules.exemptions)):
        for state in states:
            yield f"{what}：{state.key} {state.label}，value 填“是”"
    for consequence in rules.consequences:
        yield f"往年的后果：{consequence.key} {consequence.label}，value 填“是”，period 填 -1（上一年）、-2（前年）"


def _track(track: Track) -> Iterator[str]:
    groups = "、".join(f"{leaf.key} {leaf.label}" for leaf in track.leaves())
    yield f"【{track.label}】group：{groups}"
    for part in track.components:
        yield f"  {part.label}，{plain_number(part.out_of)}分{_when(part)}{_who(part)}"
        for slot in part.slots:
            asks = part.wants_standard(slot)
            yield f"    {slot.item} {slot.label}{scale_of(part, slot)}{'，standard 填标准值' if asks else ''}"
    sides = (("加分", track.adjustments.bonus), ("减分", track.adjustments.penalty))
    for what, side in sides:
        yield from _side(what, side)
    for veto in track.vetoes:
        yield f"  否决：{veto.key} {veto.label}，value 填“是”"


def _when(part: Component) -> str:
    if part.periods is None:
        return ""
    skipped = "，可缺期" if part.periods.missing == "skip" else ""
    return f"；period：{'、'.join(f'{p.key} {p.label}' for p in part.periods.periods)}{skipped}"


def _who(part: Component) -> str:
    if part.raters is None:
        return ""
    groups = "、".join(f"{g.key}/姓名 {g.label}（至少{g.at_least}份）" for g in part.raters.groups)
    return f"；rater：{groups}"


def scale_of(part: Component, slot: Slot) -> str:
    """Say what a cell takes, after a comma; empty for a plain number."""
    if part.raters and part.raters.scale:
        scale = part.raters.scale
        return f"，{plain_number(scale.lowest)}至{plain_number(scale.highest)}分"
    if isinstance(slot.formula, Judged) and slot.criterion:
        return f"，0至{plain_number(slot.criterion.weight)}分"
    if isinstance(slot.formula, YesNo):
        return "，填“是”或“否”"
    if part.deductions:
        return "，填次数"
    return _range(slot.formula)


def _range(formula: Single | None) -> str:
    """Say between which numbers a formula of bands takes or tells apart its value."""
    if isinstance(formula, Satisfaction):
        return "，0至100"
    if isinstance(formula, Piecewise):
        return f"，{plain_number(formula.bands[-1].bound)}至{plain_number(formula.highest)}"
    if isinstance(formula, Step) and formula.reading == "value":
        lowest, *_, highest = sorted(band.bound for band in (formula.bands[0], formula.bands[-1]))
        return f"，各档界限在{plain_number(lowest)}至{plain_number(highest)}之间"
    return ""


def _side(what: str, side: AdjustmentSide | None) -> Iterator[str]:
    for item in side.items() if side else ():
        yield f"  {what}：{item.key} {item.label}，{_worth(item)}"


def _worth(item: AdjustmentItem) -> str:
    if item.at_most is not None:
        return f"填分值，0至{plain_number(item.at_most)}分"
    once = plain_number(item.worth(Decimal(1)))
    if item.ladder:
        return f"每个{once}分，每个奖项一行，填1，note 写明奖项名称"
    return f"填次数，每次{once}分"
