"""Whether a row of facts fits the component it belongs to, and which rows a component still lacks.

Holds the checks of cells, each with its Chinese remedy; rows of bonus, veto and consequence are
read in ``assessment_facts``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import plain_number
from budgetperf.scoring.assessment import Component, Slot
from budgetperf.scoring.assessment_cells import (
    NOT_APPLICABLE,
    Cell,
    CellKey,
    UnitFact,
    read_answer,
    read_number,
    scoring_fact,
)
from budgetperf.scoring.formulas import Execution, Judged, MinMax, Rank, YesNo

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong: the last part of a finding's code, and a Chinese sentence with the remedy."""

    code: str
    text: str


class Defects:
    """The findings of one table, told together in the order of its rows."""

    def __init__(self) -> None:
        self._found: list[tuple[int, Finding]] = []

    def add(self, code: str, row: int, text: str) -> None:
        """Note a defect of ``row``."""
        finding = Finding(f"assessment.{code}", Severity.ERROR, Where(pointer=f"第{row}行"), text)
        self._found.append((row, finding))

    def demand_none(self) -> None:
        """Refuse the whole table if there is a defect.

        Raises
        ------
        Invalid
            ``assessment.facts`` with every finding; the text shows the first twenty.
        """
        if not self._found:
            return
        findings = tuple(finding for _, finding in sorted(self._found, key=lambda pair: pair[0]))
        lines = "；".join(f"{finding.where} {finding.message}" for finding in findings[:_SHOWN])
        more = f"；另有{len(findings) - _SHOWN}处" if len(findings) > _SHOWN else ""
        raise Invalid(
            "assessment.facts", f"考评事实有{len(findings)}处问题，未作任何计算：{lines}{more}", findings
        )


def read_cell(fact: UnitFact, component: Component, slot: Slot) -> Cell | Defect:
    """Return the cell of a row, or what is wrong with it."""
    if defect := _misplaced(fact, component):
        return defect
    if fact.value.strip() == NOT_APPLICABLE:
        if not fact.note.strip():
            return Defect("value", f"“{slot.label}”填为不适用，请在说明栏写明原因")
        return Cell(None, note=fact.note.strip())
    if refusal := _refusal(fact, component, slot):
        return Defect("value", refusal)
    standard = read_number(fact.standard)
    if component.wants_standard(slot) and standard is None:
        return Defect("standard", f"“{slot.label}”须填写标准值，且只填数字")
    text = "01"[bool(read_answer(fact.value))] if isinstance(slot.formula, YesNo) else fact.value
    return Cell(read_number(text), standard)


def unscorable(cell: Cell, slot: Slot) -> str:
    """Say why a formula refuses a number that can be read; empty when it does not, or asks for the whole group."""
    if cell.number is None or slot.criterion is None or slot.formula is None:
        return ""
    if isinstance(slot.formula, MinMax | Rank):
        return ""
    try:
        slot.formula.part(scoring_fact(slot.formula, cell), slot.criterion.weight)
    except Invalid as refusal:
        return f"“{slot.label}”：{refusal.text}"
    return ""


def _misplaced(fact: UnitFact, component: Component) -> Defect | None:
    """Return what is wrong with period or rater, if anything."""
    period, rater = fact.period.strip(), fact.rater.strip()
    periods = _periods(component)
    if period not in periods:
        wanted = "留空" if component.periods is None else f"为 {'、'.join(periods)} 之一"
        return Defect("period", f"“{component.label}”的考核期应{wanted}，填的是“{period}”")
    groups = [group.key for group in component.raters.groups] if component.raters else [""]
    if rater.partition("/")[0] not in groups:
        wanted = "留空" if component.raters is None else f"以 {'、'.join(groups)} 之一开头（组/姓名）"
        return Defect("rater", f"“{component.label}”的评分人应{wanted}，填的是“{rater}”")
    return None


def _periods(component: Component) -> list[str]:
    return [period.key for period in component.periods.periods] if component.periods else [""]


def _refusal(fact: UnitFact, component: Component, slot: Slot) -> str:
    """Say why the value cannot be taken; empty when it can."""
    if isinstance(slot.formula, YesNo):
        return "" if read_answer(fact.value) is not None else f"“{slot.label}”须填“是”或“否”"
    number = read_number(fact.value)
    if number is None:
        return f"“{slot.label}”须填数字，填的是“{fact.value.strip()}”，请只填半角数字，去掉单位和符号"
    if component.deductions and (number < 0 or number != int(number)):
        return f"“{slot.label}”按次扣分，须填非负整数次数"
    if isinstance(slot.formula, Execution) and number * 100 != int(number * 100):
        return f"“{slot.label}”为金额（元），最多两位小数"
    refusal = _off_scale(number, component, slot)
    return f"“{slot.label}”的{refusal}，请更正" if refusal else ""


def _off_scale(number: Decimal, component: Component, slot: Slot) -> str:
    if component.raters and component.raters.scale:
        return component.raters.scale.refusal(number)
    if isinstance(slot.formula, Judged) and slot.criterion and not 0 <= number <= slot.criterion.weight:
        return f"评分{plain_number(number)}不在0至{plain_number(slot.criterion.weight)}分的量表内"
    return ""


def gaps(
    component: Component,
    given: frozenset[tuple[str, str, str]],
    cells: Mapping[str, Mapping[CellKey, Cell]],
) -> Iterator[Defect]:
    """Yield what a unit's rows lack for one component.

    Parameters
    ----------
    component : Component
    given : frozenset of tuple
        Item, period and rater of every row, refused ones among them: these are not missing.
    cells : mapping of str to mapping of CellKey to Cell
        Those that were read.
    """
    slots = component.slots
    items = {slot.item for slot in slots}
    asked: list[CellKey] = []
    for period in _periods(component):
        raters = sorted({rater for item, at, rater in given if item in items and at == period})
        asked += [(period, rater) for rater in raters]
        skippable = component.periods is not None and component.periods.missing == "skip"
        if not raters and not skippable:
            yield _missing(component, period, "", [slot.label for slot in slots])
        if raters:
            yield from _silent(component, period, raters)
        for rater in raters:
            lacking = [slot.label for slot in slots if (slot.item, period, rater) not in given]
            if lacking:
                yield _missing(component, period, rater, lacking)
    if not asked and component.periods is not None and component.periods.missing == "skip":
        yield Defect("missing", f"的“{component.label}”没有任何一期的事实，请至少补报一期")
    yield from _inapplicable(component, asked, cells)


def _missing(component: Component, period: str, rater: str, labels: list[str]) -> Defect:
    when = f"{component.periods.label(period)}的" if component.periods else ""
    who = f"（评分人 {rater}）" if rater else ""
    return Defect(
        "missing",
        f"缺少“{component.label}”{when}{'、'.join(labels)}{who}，请补报；不适用的填“不适用”并写明原因",
    )


def _silent(component: Component, period: str, raters: list[str]) -> Iterator[Defect]:
    """Yield the groups of raters that are too few in a period that was rated."""
    if component.raters is None:
        return
    when = f"{component.periods.label(period)}的" if component.periods else ""
    for group in component.raters.groups:
        count = sum(1 for rater in raters if rater.partition("/")[0] == group.key)
        left_out = count == 0 and component.raters.absent_group == "rescale"
        if count < group.at_least and not left_out:
            text = f"“{component.label}”{when}“{group.label}”至少需要{group.at_least}份评分，现有{count}份"
            yield Defect("rater", f"的{text}，请补齐")


def _inapplicable(
    component: Component, asked: list[CellKey], cells: Mapping[str, Mapping[CellKey, Cell]]
) -> Iterator[Defect]:
    """Yield what is said not to apply where the rules do not allow it."""
    marks = [
        [cells[slot.item][key].number is None for slot in component.slots if key in cells.get(slot.item, {})]
        for key in asked
    ]
    if not any(any(mark) for mark in marks):
        return
    whole = [all(mark) for mark in marks]
    if all(whole):
        if component.absent == "refuse":
            yield Defect("value", f"的“{component.label}”全部填为不适用，但本方案不允许，请填报实际情况")
    elif any(whole):
        yield Defect("value", f"的“{component.label}”部分考核期或评分人全部填为不适用，请各期一致填报")
    elif component.scheme is None or component.scheme.not_applicable == "refuse":
        yield Defect("value", f"的“{component.label}”部分填为不适用，但本方案不允许，请填报实际情况")
