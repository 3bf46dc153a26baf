"""The tables of a campaign as workbooks: roster, task book, progress, fact report, rating sheet.

Says what each workbook holds when it is handed out; filing one goes the way of filing the form.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.actions.fact_reports import Report, file_report, report_of, standards
from budgetperf.actions.files import keep_file
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.ratings import asked_of, improved_of, seat_of
from budgetperf.actions.roster_book import NAME, NOTE, roster_book
from budgetperf.actions.task_books import (
    file_progress,
    file_task_book,
    issued_book,
    task_book_context,
    task_rows,
)
from budgetperf.actions.verbs import VERBS
from budgetperf.errors import Forbidden, Invalid, NotFound
from budgetperf.findings import Finding, Severity
from budgetperf.forms import Form, fields
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import (
    FactReportForm,
    FactRow,
    ProgressForm,
    RatingForm,
    TaskBookForm,
)
from budgetperf.permissions import may
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import named
from budgetperf.scoring.assessment import Slot
from budgetperf.scoring.assessment_template import scale_of
from budgetperf.store.campaigns import (
    get_campaign,
    sheet_of,
    unit_by_subject,
)
from budgetperf.store.records import RecordFacts, latest_filing
from budgetperf.workbooks.intake import Intake
from budgetperf.workbooks.table_form import Held, Locked, Part, Row, Shown, TableBook
from budgetperf.workbooks.table_intake import read_tables

TABLE_VERBS: Mapping[Stage, str] = {
    Stage.ASSESSMENT: "enrol",
    Stage.TASK_BOOK: "file",
    Stage.PROGRESS: "file",
    Stage.FACT_REPORT: "file",
    Stage.RATING: "submit",
}
"""The verb of each stage whose form travels as a workbook of tables."""

_ITEM, _PERIOD, _HOW = "项目名称", "考核期", "填写要求"


def table_book(ctx: Context, record: RecordFacts, *, blank: bool = False) -> TableBook:
    """Return the workbook of a record: as filed, or as handed out when nothing is filed or ``blank``.

    Raises
    ------
    NotFound
        The record has no table, or the sheet is somebody else's.
    Forbidden
        The actor does not fill it in.
    """
    if record.stage not in TABLE_VERBS:
        raise NotFound("workbook.stage", f"{record.stage.label}没有 Excel 表格")
    row = named(record.stage, TABLE_VERBS[record.stage])[0]
    if reason := may(ctx.actor, row.permission, record.path, row.label):
        raise Forbidden("workbook.forbidden", reason)
    return _BOOKS[record.stage](ctx, record, blank)


def read_table_book(ctx: Context, record: RecordFacts, content: bytes) -> Intake[Form]:
    """Read an uploaded workbook of a record; nothing is stored.

    Raises
    ------
    Invalid
        The file itself is refused.
    NotFound, Forbidden
        As ``table_book`` says.
    """
    form = VERBS[record.stage, TABLE_VERBS[record.stage]].form if record.stage in TABLE_VERBS else Form
    return read_tables(content, table_book(ctx, record, blank=True), form)


def check_table_book(
    ctx: Context, record: RecordFacts, content: bytes
) -> tuple[Intake[Form], tuple[Finding, ...]]:
    """Read a workbook and file it on trial; the caller undoes the transaction.

    Raises
    ------
    Invalid
        The file itself is refused.
    Conflict, Forbidden, NotFound
        It could not be filed now whatever it says.
    """
    intake = read_table_book(ctx, record, content)
    if intake.form is None:
        return intake, intake.findings
    try:
        outcome = file_table_book(ctx, record, content, Seen())
    except Invalid as error:
        return intake, error.findings
    return intake, (*intake.findings, *intake.locate(outcome.findings))


def file_table_book(ctx: Context, record: RecordFacts, content: bytes, seen: Seen) -> Outcome:
    """File the form of a workbook as a page would, and keep the file beside what it filed.

    A roster replaces the one before and a rating sheet is forgotten in time: their files are not kept.

    Raises
    ------
    Invalid
        With every finding at its sheet and cell; nothing is stored.
    """
    intake = read_table_book(ctx, record, content)
    if intake.form is None:
        raise Invalid("workbook.findings", f"表格有{_errors(intake.findings)}处错误，未保存", intake.findings)
    try:
        if record.stage in _KEEPING:
            return _KEEPING[record.stage](
                ctx, record.id, intake.form, seen, file_digest=keep_file(ctx, content)
            )
        return VERBS[record.stage, TABLE_VERBS[record.stage]].act(ctx, record.id, intake.form, seen)
    except Invalid as error:
        found = (*intake.findings, *intake.locate(error.findings))
        raise Invalid(error.code, error.text, found) from error


_KEEPING: Mapping[Stage, Callable[..., Outcome]] = {
    Stage.TASK_BOOK: file_task_book,
    Stage.PROGRESS: file_progress,
    Stage.FACT_REPORT: file_report,
}


def _errors(findings: Iterable[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


# --------------------------------------------------------------- task book, progress


def _task_book(ctx: Context, record: RecordFacts, blank: bool) -> TableBook:  # noqa: FBT001 - one shape for all
    unit = unit_by_subject(ctx.session, record.subject)
    work = work_for(ctx, get_campaign(ctx.session, unit.campaign_id))
    context = task_book_context(ctx, work, unit)
    filed = None if blank else task_rows(ctx, record)
    rows: list[Row]
    if filed is None:
        rows = [
            {"key": str(number), "item": Locked(item), _ITEM: label}
            for number, (item, label) in enumerate(context.items.items(), 1)
        ]
        rows += [
            {"key": str(number), "task": problem, "improvement": Locked(key)}
            for number, (key, problem) in enumerate(context.improvements.items(), len(rows) + 1)
        ]
    else:
        rows = [{**_values(row), _ITEM: context.items.get(row.item, "")} for row in filed.rows]
    part = Part(tuple(rows), (Shown(_ITEM, "item", 20),))
    codes = tuple(("考评项目", item, label) for item, label in context.items.items())
    first, last = context.cycle
    note = f"{NOTE}完成时限须在{first}至{last}之间；已列考评项目不设目标值的，请清空整行；整改事项不得删除。"
    title = f"{unit.name}{record.fiscal_year}年度任务书"
    return TableBook(TaskBookForm, title, record.subject, note, {"rows": part}, codes)


def _values(row: Form) -> dict[str, Held]:
    """Return the fields of a filed row as cells take them."""
    return {meta.name: getattr(row, meta.name) for meta in fields(type(row))}


def _progress(ctx: Context, record: RecordFacts, blank: bool) -> TableBook:  # noqa: FBT001 - one shape for all
    tasks = issued_book(ctx, record.subject, record.fiscal_year).rows
    filing = None if blank else latest_filing(ctx.session, record.id, ProgressForm.__name__)
    done = {row.key: row for row in ProgressForm.model_validate(filing.document).rows} if filing else {}
    rows = tuple(
        {
            **(_values(done[task.key]) if task.key in done else {}),
            "key": Locked(task.key),
            "工作任务": task.task,
            "目标": f"{plain_number(task.target)}{task.uom}" if task.target is not None else task.target_text,
        }
        for task in tasks
    )
    part = Part(rows, (Shown("工作任务", "key", 40), Shown("目标", "key", 20)), spare=0)
    about = f"{record.subject} {record.name} {record.period}"
    return TableBook(ProgressForm, f"{record.name}（{record.period}）", about, NOTE, {"rows": part})


# ------------------------------------------------------------------- facts, ratings


def _fact_report(ctx: Context, record: RecordFacts, blank: bool) -> TableBook:  # noqa: FBT001 - one shape for all
    report = report_of(ctx, record)
    asked = list(report.cells())
    fixed = standards(ctx, report.work)
    filing = None if blank else latest_filing(ctx.session, record.id, FactReportForm.__name__)
    rows = FactReportForm.model_validate(filing.document).rows if filing else tuple(_asked_rows(asked))
    cells = {(one.member.code, one.slot.item): one for one in asked}
    names = {unit.code: unit.name for unit in report.work.units}
    period = _period(asked, record.period)
    shown = (
        Shown(NAME, "unit", 24),
        Shown(_ITEM, "item", 26),
        Shown(_PERIOD, "item", 10, period),
        Shown(_HOW, "rater", 22),
    )
    part = Part(
        tuple(_fact(row, cells, names, fixed) for row in rows), shown, spare=20 if report.stated() else 0
    )
    note = f"{NOTE}每行一项数据，逐行填写“值”；不适用的填“不适用”并在说明中写明原因。"
    if report.stated():
        note += "否决、认定和不参加考评的事项，有则在末尾增行填“是”，编码见“代码表”。"
    about = f"{record.subject} {period}"
    title = f"{record.name}（{period}）"
    return TableBook(FactReportForm, title, about, note, {"rows": part}, tuple(_stated(report)))


def _period(asked: list[Asked], period: str) -> str:
    rules = next((one.part.periods for one in asked if one.part.periods), None)
    return rules.label(period) if rules and period else period or "全年"


def _asked_rows(asked: Iterable[Asked]) -> Iterator[FactRow]:
    """Yield an empty row for every cell; for an entrusted survey one for each rating it needs at least."""
    for one in asked:
        groups = one.part.raters.groups if one.rater_group and one.part.raters else ()
        raters = [f"{group.key}/{at}" for group in groups for at in range(1, group.at_least + 1)] or [""]
        yield from (FactRow(unit=one.member.code, item=one.slot.item, rater=rater) for rater in raters)


def _fact(
    row: FactRow,
    cells: Mapping[tuple[str, str], Asked],
    names: Mapping[str, str],
    fixed: Mapping[tuple[str, str], str],
) -> Row:
    key = row.unit, row.item
    one = cells.get(key)
    return {
        "unit": Locked(row.unit),
        NAME: names.get(row.unit, ""),
        "item": Locked(row.item),
        _ITEM: one.slot.label if one else "",
        "rater": row.rater,
        _HOW: _how(one, one.slot) if one else "填“是”或“否”",
        "value": row.value,
        "standard": Locked(fixed[key]) if key in fixed else row.standard,
        "note": row.note,
    }


def _how(one: Asked, slot: Slot) -> str:
    asks = "，并填标准值" if one.part.wants_standard(slot) else ""
    return f"{scale_of(one.part, slot).lstrip('，') or '填数字'}{asks}"


def _stated(report: Report) -> Iterator[tuple[str, str, str]]:
    """Yield the vetoes, statements and exemptions that may be reported besides."""
    keys = frozenset[str]().union(*report.stated().values())
    scheme = report.work.scheme
    kinds = (
        ("否决事项", (veto for track in scheme.tracks for veto in track.vetoes)),
        ("认定事项", scheme.statements),
        ("不参加考评", scheme.exemptions),
    )
    for what, items in kinds:
        yield from dict.fromkeys((what, one.key, one.label) for one in items if one.key in keys)


def _rating(ctx: Context, record: RecordFacts, blank: bool) -> TableBook:  # noqa: FBT001 - one shape for all
    sheet = sheet_of(ctx.session, record.id)
    seat = seat_of(ctx, sheet)
    if seat.person_id != ctx.actor.id:
        raise NotFound("rating.seat", "没有找到该评分表，或您无权查看")
    work = work_for(ctx, get_campaign(ctx.session, sheet.campaign_id))
    given = {} if blank or not sheet.document else _given(RatingForm.model_validate(sheet.document))
    asked = asked_of(work, seat, sheet.period)
    names = {unit.code: unit.name for unit in work.units}
    cells = [(one.member.code, one.slot.item, one.slot.label, _how(one, one.slot)) for one in asked]
    cells += [
        (unit, item, f"整改复评：{problem}", "0至100分")
        for (unit, item), problem in improved_of(sheet).items()
    ]
    rows = tuple(
        {
            **given.get((unit, item), {}),
            "unit": Locked(unit),
            NAME: names.get(unit, ""),
            "item": Locked(item),
            _ITEM: label,
            _HOW: how,
        }
        for unit, item, label, how in cells
    )
    shown = (Shown(NAME, "unit", 24), Shown(_ITEM, "item", 30), Shown(_HOW, "item", 20))
    return TableBook(
        RatingForm,
        record.name,
        f"{record.subject} {record.period}".strip(),
        f"{NOTE}每行一个评分；不了解的填“不适用”并写明原因。",
        {"rows": Part(rows, shown, spare=0)},
    )


def _given(form: RatingForm) -> dict[tuple[str, str], dict[str, Held]]:
    return {(row.unit, row.item): _values(row) for row in form.rows}


_BOOKS: Mapping[Stage, Callable[[Context, RecordFacts, bool], TableBook]] = {
    Stage.ASSESSMENT: roster_book,
    Stage.TASK_BOOK: _task_book,
    Stage.PROGRESS: _progress,
    Stage.FACT_REPORT: _fact_report,
    Stage.RATING: _rating,
}
