"""What is wrong with what is filed during a campaign, each with its place and its remedy."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.unit_assessment.cells import Asked, Member
from budgetperf.lifecycle.unit_assessment.form import (
    BonusForm,
    FactReportForm,
    FactRow,
    PenaltyForm,
    ProgressForm,
    RatingForm,
    RatingRow,
    ResultApprovalForm,
    TaskBookForm,
    TaskRow,
)
from budgetperf.lifecycle.unit_assessment.gathering import IMPROVED
from budgetperf.lifecycle.unit_assessment.rules import Approval
from budgetperf.scoring.adjustments import AdjustmentSide
from budgetperf.scoring.assessment_cells import UnitFact, read_answer, read_number
from budgetperf.scoring.assessment_rows import Defect, read_cell, unscorable

HUNDRED = 100


def _error(code: str, pointer: str, message: str) -> Finding:
    return Finding(f"unit_assessment.{code}", Severity.ERROR, Where(pointer=pointer), message)


def _repeated(keys: Iterable[str]) -> set[str]:
    return {key for key, count in Counter(keys).items() if count > 1}


# ------------------------------------------------------------------- task book


@dataclass(frozen=True, slots=True)
class TaskBookContext:
    """What a task book is held against.

    Parameters
    ----------
    items : mapping of str to str
        Codes of the scheme's items whose standard the book sets, with their labels.
    cycle : tuple of date
        First and last day of the cycle.
    improvements : mapping of str to str
        Last year's items to be mended, by record, with their problem.
    """

    items: Mapping[str, str]
    cycle: tuple[date, date]
    improvements: Mapping[str, str]


def check_task_book(form: TaskBookForm, context: TaskBookContext) -> tuple[Finding, ...]:
    """Tasks are SMART, standards are set once each, last year's items are taken over."""
    found = [finding for at, row in enumerate(form.rows) for finding in _task(row, f"/rows/{at}", context)]
    if not form.rows:
        found.append(_error("no_task", "/rows", "任务书没有任务，请至少填写一项"))
    for at, row in enumerate(form.rows):
        if row.key in _repeated(one.key for one in form.rows):
            found.append(_error("key", f"/rows/{at}/key", f"序号“{row.key}”重复"))
        if row.item and row.item in _repeated(one.item for one in form.rows):
            text = f"考评项目“{row.item}”出现多次，每个项目只能有一个目标值"
            found.append(_error("item_twice", f"/rows/{at}/item", text))
    places = {row.item: f"/rows/{at}/target" for at, row in enumerate(form.rows)}
    set_here = {row.item for row in form.rows if row.target is not None}
    for item, label in context.items.items():
        if item not in set_here:
            lacking = "未填目标值" if item in places else "未列为任务"
            text = f"“{label}”按目标值计分而{lacking}，其标准值将由数据提供单位填写"
            where = Where(pointer=places.get(item, "/rows"))
            found.append(Finding("unit_assessment.standard", Severity.WARNING, where, text))
    taken = {row.improvement for row in form.rows}
    for record, problem in context.improvements.items():
        if record not in taken:
            found.append(_error("improvement", "/rows", f"上年整改事项“{problem}”未列入本年任务，请补列"))
    return tuple(found)


def _task(row: TaskRow, at: str, context: TaskBookContext) -> Iterator[Finding]:
    if row.target is None and not row.target_text:
        yield _error("measurable", f"{at}/target", "须填写目标值，不能定量的填写定性目标（可衡量）")
    if row.target is not None and not row.uom:
        yield _error("uom", f"{at}/uom", "填了目标值的须写明计量单位（可衡量）")
    if not row.responsible:
        yield _error("responsible", f"{at}/responsible", "须写明责任人（可实现）")
    if not row.basis and not row.item and not row.improvement:
        yield _error("basis", f"{at}/basis", "须写明依据，或对应的考评项目、整改来源（相关）")
    first, last = context.cycle
    if row.due_on is None:
        yield _error("due_on", f"{at}/due_on", "须填写完成时限（有时限）")
    elif not first <= row.due_on <= last:
        yield _error("due_on", f"{at}/due_on", f"完成时限须在考评周期内（{first}至{last}）")
    if row.item and row.item not in context.items:
        known = "、".join(context.items) or "无"
        yield _error(
            "item", f"{at}/item", f"考评项目“{row.item}”不以任务书目标值计分，可填：{known}；其他任务留空"
        )
    if row.improvement and row.improvement not in context.improvements:
        yield _error("source", f"{at}/improvement", "整改来源不是本单位上年的整改事项，请留空")


def check_progress(form: ProgressForm, tasks: Iterable[TaskRow]) -> tuple[Finding, ...]:
    """Every task of the issued book is reported on once, numbers where the target is one."""
    wanted = {task.key: task for task in tasks}
    found: list[Finding] = []
    for at, row in enumerate(form.rows):
        task = wanted.get(row.key)
        if task is None:
            found.append(_error("progress_key", f"/rows/{at}/key", f"任务书中没有序号“{row.key}”的任务"))
        elif task.target is not None and row.actual is None:
            found.append(
                _error(
                    "progress_actual", f"/rows/{at}/actual", f"“{task.measure}”为定量目标，须填写当前完成值"
                )
            )
        elif task.target is None and not row.done:
            found.append(
                _error("progress_done", f"/rows/{at}/done", f"“{task.measure}”为定性目标，须填写进展情况")
            )
    found += [
        _error("progress_twice", "/rows", f"序号“{key}”重复填报")
        for key in _repeated(row.key for row in form.rows)
    ]
    missing = sorted(set(wanted) - {row.key for row in form.rows})
    if missing:
        found.append(_error("progress_missing", "/rows", f"缺少任务 {'、'.join(missing)} 的进展"))
    return tuple(found)


# --------------------------------------------------------------- facts and marks


def check_facts(
    form: FactReportForm,
    asked: Iterable[Asked],
    *,
    stated: Mapping[str, Mapping[str, str]],
    standards: Mapping[tuple[str, str], str],
    members: Mapping[str, Member],
) -> tuple[Finding, ...]:
    """A report holds every cell asked for, each readable, and nothing else.

    Parameters
    ----------
    asked : iterable of Asked
    stated : mapping of str to mapping of str to str
        By unit, the vetoes and statements this supplier may report in this period, with their labels.
    standards : mapping
        Targets of issued task books by unit and item.
    members : mapping of str to Member
    """
    wanted = {(one.member.code, one.slot.item, one.rater_group): one for one in asked}
    found: list[Finding] = []
    for at, row in enumerate(form.rows):
        pointer = f"/rows/{at}"
        one = wanted.get(_place(row))
        if one is not None:
            found += _fact(row, pointer, one, standards.get((row.unit, row.item)))
        elif row.unit not in members:
            found.append(_error("unit", f"{pointer}/unit", f"没有编码为“{row.unit}”的考评对象"))
        elif any((unit, item) == (row.unit, row.item) for unit, item, _ in wanted):
            groups = "、".join(group for unit, item, group in wanted if (unit, item) == (row.unit, row.item))
            text = (
                f"“{row.item}”的评分来源应以 {groups} 之一开头（类别/名称）"
                if groups
                else f"“{row.item}”的评分来源应留空"
            )
            found.append(_error("rater", f"{pointer}/rater", text))
        elif row.item not in stated.get(row.unit, {}):
            text = f"“{members[row.unit].name}”的“{row.item}”不由本单位在本期报送，请删除该行"
            found.append(_error("item", f"{pointer}/item", text))
        elif read_answer(row.value) is None:
            text = f"“{members[row.unit].name}”的“{stated[row.unit][row.item]}”须填“是”或“否”"
            found.append(_error("value", f"{pointer}/value", text))
    seen: set[tuple[str, str, str]] = set()
    for at, row in enumerate(form.rows):
        key = (row.unit, row.item, row.rater)
        if key in seen:
            text = f"“{row.unit}”的“{row.item}”重复填报，请只保留一行"
            found.append(_error("twice", f"/rows/{at}/item", text))
        seen.add(key)
    return (*found, *_lacking(form, wanted))


def _place(row: FactRow) -> tuple[str, str, str]:
    return row.unit, row.item, row.rater.partition("/")[0]


def _lacking(form: FactReportForm, wanted: Mapping[tuple[str, str, str], Asked]) -> Iterator[Finding]:
    """Yield the cells nobody filled, at their row where there is one."""
    rows = {_place(row): at for at, row in reversed(list(enumerate(form.rows)))}
    given = {_place(row) for row in form.rows if row.value}
    for place, one in wanted.items():
        if place not in given:
            pointer = f"/rows/{rows[place]}/value" if place in rows else "/rows"
            who = f"（{place[2]}）" if place[2] else ""
            text = f"“{one.member.name}”的“{one.slot.label}”{who}尚未填报；不适用的填“不适用”并写明原因"
            yield _error("missing", pointer, text)


def _fact(row: FactRow, pointer: str, one: Asked, standard: str | None) -> Iterator[Finding]:
    if not row.value:
        return
    if standard is not None and row.standard and read_number(row.standard) != read_number(standard):
        text = f"“{one.slot.label}”的标准值由任务书确定为{standard}，请勿改动"
        yield _error("standard", f"{pointer}/standard", text)
        return
    cell = read_cell(
        UnitFact(
            0,
            row.unit,
            row.item,
            row.value,
            period=one.period,
            rater=row.rater,
            standard=standard or row.standard,
            note=row.note,
        ),
        one.part,
        one.slot,
    )
    if isinstance(cell, Defect):
        column = {"standard": "standard", "rater": "rater"}.get(cell.code, "value")
        yield _error(cell.code, f"{pointer}/{column}", f"“{one.member.name}”：{cell.text}")
    elif text := unscorable(cell, one.slot):
        yield _error("value", f"{pointer}/value", f"“{one.member.name}”：{text}")


def check_ratings(
    form: RatingForm, asked: Iterable[Asked], improved: Collection[tuple[str, str]]
) -> tuple[Finding, ...]:
    """A sheet holds one mark for every cell asked for, on its scale, and nothing else."""
    wanted = {(one.member.code, one.slot.item): one for one in asked}
    found: list[Finding] = []
    for at, row in enumerate(form.rows):
        one = wanted.get((row.unit, row.item))
        if one is not None:
            found += _mark(row, f"/rows/{at}", one)
        elif (row.unit, row.item) in improved:
            number = read_number(row.value)
            if number is None or not 0 <= number <= HUNDRED:
                found.append(_error("value", f"/rows/{at}/value", "整改复评须在0至100分之间"))
        else:
            found.append(_error("item", f"/rows/{at}/item", f"“{row.unit}”的“{row.item}”不在您的评分表中"))
    given = Counter((row.unit, row.item) for row in form.rows)
    for unit, item in (*wanted, *improved):
        if given[unit, item] > 1:
            found.append(_error("twice", "/rows", f"“{unit}”的“{item}”重复评分"))
        if not given[unit, item]:
            name = wanted[unit, item].slot.label if (unit, item) in wanted else "整改复评"
            found.append(_error("missing", "/rows", f"“{unit}”的“{name}”尚未评分"))
    return tuple(found)


def _mark(row: RatingRow, pointer: str, one: Asked) -> Iterator[Finding]:
    rater = f"{one.rater_group}/1"
    fact = UnitFact(0, row.unit, row.item, row.value, period=one.period, rater=rater, note=row.note)
    cell = read_cell(fact, one.part, one.slot)
    if isinstance(cell, Defect):
        yield _error(cell.code, f"{pointer}/value", f"“{one.member.name}”：{cell.text}")


def improvement_item(record: str) -> str:
    """Return how an item to be mended is named on a rater's sheet."""
    return f"{IMPROVED}{record}"


# ------------------------------------------------------------- claims, approval


def check_claim(
    form: BonusForm | PenaltyForm, side: AdjustmentSide | None, *, documented: bool
) -> tuple[Finding, ...]:
    """A claim names an item of the scheme, a count it may have, and (a bonus) a document."""
    items = {item.key: item for item in side.items()} if side else {}
    found: list[Finding] = []
    if form.item not in items:
        known = "、".join(f"{item.key} {item.label}" for item in items.values()) or "无"
        found.append(
            _error("claim_item", "/item", f"“{form.item}”不在该考评对象的加减分项目中，可填：{known}")
        )
    elif refusal := items[form.item].refusal(form.value, form.award):
        found.append(_error("claim_value", "/value", f"{refusal}，请更正"))
    if form.value <= 0:
        found.append(_error("claim_value", "/value", "数量须大于0"))
    if not documented:
        found.append(_error("evidence", "/evidence", "加分须附证明材料，请先上传再选择"))
    return tuple(found)


def check_approval(
    form: ResultApprovalForm, rules: Approval, *, not_before: date, as_of: date
) -> tuple[Finding, ...]:
    """The decisions are those of the edition's bodies, in order, not before the result and not in future."""
    found: list[Finding] = []
    bodies = tuple(row.body for row in form.rows)
    if bodies != rules.bodies:
        found.append(_error("approval", "/rows", f"须依次填写：{'、'.join(rules.bodies)}"))
    days = [row.decided_on for row in form.rows]
    if days != sorted(days):
        found.append(_error("approval_order", "/rows", "审定日期须按机构次序由早到晚"))
    for at, day in enumerate(days):
        if not not_before <= day <= as_of:
            text = f"审定日期须在定稿（{not_before}）之后、今日（{as_of}）之前（含当日）"
            found.append(_error("approval_day", f"/rows/{at}/decided_on", text))
    return tuple(found)
