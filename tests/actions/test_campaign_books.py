"""The tables of a campaign by Excel: handed out, filled in, filed; errors at sheet and cell, nothing kept on one."""

import hashlib
import io
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from budgetperf.actions.campaign_books import check_table_book, file_table_book, read_table_book, table_book
from budgetperf.actions.campaigns import open_campaign
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen, Target, file_form, open_record
from budgetperf.errors import Forbidden, Invalid, NotFound
from budgetperf.lifecycle.unit_assessment.form import (
    CampaignForm,
    FactReportForm,
    ImprovementForm,
    RosterForm,
    TaskBookForm,
)
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import seats_of, sheet_of, suppliers_of, units_of
from budgetperf.store.records import RecordFacts, get_record, latest_filing
from budgetperf.workbooks.table_form import write_tables
from tests import cast
from tests.actions.zhengding import BEGUN, ROSTER, TARGETS, zhengding
from tests.assessment_story import Story, at

Edit = Callable[[Workbook], None]
HALF = date(2025, 7, 1)


def seen(story: Story, actor: Actor, day: date, record: RecordFacts | str) -> tuple[Context, RecordFacts]:
    """A record as somebody sees it."""
    ctx = story.ctx(actor, at(day))
    return ctx, get_record(ctx.session, ctx.actor, record if isinstance(record, str) else record.id)


def handed_out(ctx: Context, record: RecordFacts, *, blank: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(write_tables(table_book(ctx, record, blank=blank))))


def saved(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def offered(content: bytes) -> str:
    """What the cells of the first sheet may be chosen from."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return "；".join(str(rule.formula1) for rule in sheet.data_validations.dataValidation)


def told(error: Invalid) -> list[str]:
    return [f"{one.where}：{one.message}" for one in error.findings]


def drafted(story: Story) -> None:
    """A campaign opened and its roster kept, not started."""
    form = CampaignForm(jurisdiction=story.place, fiscal_year=story.year)
    story.id = open_campaign(story.office(BEGUN), form, Seen()).record_id


def report_for(story: Story, actor: Actor, supplier: str) -> tuple[Context, RecordFacts]:
    """The first open report of a supplier up to mid-year, books issued."""
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    for day in (date(2025, 4, 1), HALF):
        story.act(cast.ASSESSMENT_OFFICE, day, story.id, "advance")
        found = [r for r in story.records(Stage.FACT_REPORT, day, Status.DRAFT) if supplier in r.subject]
        if found:
            return seen(story, actor, day, found[0])
        story.reports(day)
    raise AssertionError(supplier)


def test_a_roster_filled_in_by_excel_is_kept_and_goes_out_again(story: Story) -> None:
    drafted(story)
    ctx, record = seen(story, cast.ASSESSMENT_OFFICE, BEGUN, story.id)
    workbook = handed_out(ctx, record, blank=True)
    for row, unit in enumerate(ROSTER["units"], 4):
        for column, name in enumerate(("code", "name", "group", "organisation", "person", "leader"), 1):
            workbook["考评对象"].cell(row, column, unit.get(name))
    supplied = {one["supplier"]: one["organisation"] for one in ROSTER["suppliers"]}
    for row in range(4, 4 + len(supplied)):
        sheet = workbook["数据提供单位"]
        sheet.cell(row, 3, supplied[str(sheet.cell(row, 1).value)])
    for row, rater in enumerate(ROSTER["raters"], 4):
        for column, name in enumerate(("rater_group", "login", "units"), 1):
            workbook["评分人"].cell(row, column, rater.get(name))
    file_table_book(ctx, record, saved(workbook), Seen())
    assert [(unit.code, unit.path) for unit in units_of(ctx.session, story.id)] == [
        ("D1", cast.WATER),
        ("D2", cast.EDUCATION),
    ]
    assert {one.supplier: one.path for one in suppliers_of(ctx.session, story.id)}[
        "office"
    ] == cast.WATER_SUPPLY
    assert all(seat.units == ["D1", "D2"] for seat in seats_of(ctx.session, story.id))
    ctx, record = seen(story, cast.ASSESSMENT_OFFICE, BEGUN, story.id)
    intake = read_table_book(ctx, record, write_tables(table_book(ctx, record)))
    assert intake.findings == ()
    assert intake.form is not None
    known = RosterForm.model_validate(ROSTER)
    assert isinstance(intake.form, RosterForm)
    assert {unit.group for unit in intake.form.units} == {"县直部门"}
    assert [unit.model_copy(update={"group": "department"}) for unit in intake.form.units] == [*known.units]
    assert "乡镇,县直部门,古城工程" in offered(write_tables(table_book(ctx, record)))
    file_table_book(ctx, record, write_tables(table_book(ctx, record)), Seen())
    assert {unit.group_key for unit in units_of(ctx.session, story.id)} == {"department"}
    assert {seat.rater_group for seat in seats_of(ctx.session, story.id)} == {"leader"}
    assert set(intake.form.suppliers) == set(known.suppliers)
    assert {row.login for row in intake.form.raters} == {"rater1", "rater2"}


def test_what_is_wrong_with_a_roster_is_told_at_its_sheet_and_cell_and_nothing_is_kept(story: Story) -> None:
    drafted(story)
    story.act(cast.ASSESSMENT_OFFICE, BEGUN, story.id, "enrol", ROSTER)
    ctx, record = seen(story, cast.ASSESSMENT_OFFICE, BEGUN, story.id)
    workbook = handed_out(ctx, record)
    workbook["考评对象"]["D5"] = "9999"
    workbook["考评对象"]["C4"] = "village"
    workbook["评分人"]["B4"] = "nobody"
    _, findings = check_table_book(ctx, record, saved(workbook))
    places = {str(one.where): one.message for one in findings}
    assert "没有编码的单位“9999”" in places["考评对象!D5"]
    assert "方案没有分组“village”" in places["考评对象!C4"]
    assert "没有登录名“nobody”" in places["评分人!B4"]
    with pytest.raises(Invalid):
        file_table_book(ctx, record, saved(workbook), Seen())
    assert [unit.group_key for unit in units_of(ctx.session, story.id)] == ["department", "department"]


def test_a_task_book_is_handed_out_with_the_items_of_the_track_and_filed_with_its_file(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    book = next(r for r in story.records(Stage.TASK_BOOK, BEGUN) if r.path == cast.WATER)
    ctx, record = seen(story, cast.WATER_CLERK, BEGUN, book)
    workbook = handed_out(ctx, record)
    sheet = workbook["任务"]
    assert [(sheet.cell(row, 2).value, sheet.cell(row, 3).value) for row in (4, 5, 6)] == [
        ("economic_work", "经济工作"),
        ("business", "业务工作"),
        ("environment", "发展环境"),
    ]
    for row in (4, 5, 6):
        filled = ("完成年度任务", "完成率", "２００", "分", None, "2025年12月20日", "分管领导")
        for column, content in enumerate(filled, 4):
            sheet.cell(row, column, content)
    sheet["I6"] = "2027-01-01"
    with pytest.raises(Invalid) as refusal:
        file_table_book(ctx, record, saved(workbook), Seen())
    assert "任务!I6：完成时限须在考评周期内" in told(refusal.value)[0]
    assert latest_filing(ctx.session, record.id, TaskBookForm.__name__) is None
    sheet["I6"] = date(2025, 12, 31)
    content = saved(workbook)
    assert file_table_book(ctx, record, content, Seen()).status == Status.FILED.value
    filing = latest_filing(ctx.session, record.id, TaskBookForm.__name__)
    assert filing is not None
    assert filing.file_digest == hashlib.sha256(content).hexdigest()
    assert ctx.files.get(filing.file_digest) == content
    again = read_table_book(ctx, record, write_tables(table_book(ctx, record)))
    assert again.form == TaskBookForm.model_validate(filing.document)


def test_last_years_improvements_stand_in_the_task_book_and_may_not_be_dropped(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    before = zhengding(story.ctx, 2024)
    before.open(date(2024, 1, 8), ROSTER)
    office = story.office(BEGUN)
    unit = next(one for one in units_of(office.session, before.id) if one.code == "D1")
    asked = open_record(
        office, Target(Stage.IMPROVEMENT, None, unit.subject, "水务局考评整改", unit.path, 2024)
    )
    mend = ImprovementForm(problem="漏损率偏高", demand="压降", due_on=date(2025, 12, 1))
    file_form(office, asked, mend, edition="")
    book = next(r for r in story.records(Stage.TASK_BOOK, BEGUN) if r.path == cast.WATER)
    ctx, record = seen(story, cast.WATER_CLERK, BEGUN, book)
    sheet = handed_out(ctx, record)["任务"]
    assert (sheet["D7"].value, sheet["L7"].value) == ("漏损率偏高", asked.record.id)
    assert sheet["L7"].protection.locked


def test_a_report_asks_for_every_cell_and_shows_the_standards_of_the_books_to_the_supplier(
    story: Story,
) -> None:
    ctx, record = report_for(story, cast.CLERK, ".S.office")
    workbook = handed_out(ctx, record)
    sheet = workbook["考评数据"]
    rows = [[sheet.cell(row, column).value for column in range(1, 10)] for row in range(4, sheet.max_row + 1)]
    assert rows[0] == [
        "D1",
        "水务局",
        "economic_work",
        "经济工作",
        "年中",
        None,
        "填数字，并填标准值",
        None,
        "200",
    ]
    assert [(row[0], row[2]) for row in rows if row[0]] == [
        (code, item) for code in ("D1", "D2") for item in ("economic_work", "business", "environment")
    ]
    assert sheet["I4"].protection.locked
    assert not sheet["H4"].protection.locked


def test_a_report_filled_in_by_excel_is_filed_and_what_is_lacking_or_changed_is_told_at_its_cell(
    story: Story,
) -> None:
    ctx, record = report_for(story, cast.CLERK, ".S.office")
    workbook = handed_out(ctx, record)
    sheet = workbook["考评数据"]
    for row in range(4, 10):
        sheet.cell(row, 8, 180)
    sheet["H5"] = None
    sheet["I6"] = 150
    sheet["A10"], sheet["C10"], sheet["H10"] = "D9", "business", 1
    with pytest.raises(Invalid) as refusal:
        file_table_book(ctx, record, saved(workbook), Seen())
    assert [text.partition("，")[0] for text in told(refusal.value)] == [
        "考评数据!I6：“发展环境”的标准值由任务书确定为200",
        "考评数据!A10：没有编码为“D9”的考评对象",
        "考评数据!H5：“水务局”的“业务工作”尚未填报；不适用的填“不适用”并写明原因",
    ]
    assert latest_filing(ctx.session, record.id, FactReportForm.__name__) is None
    sheet["H5"], sheet["I6"] = "２００", 200
    sheet.delete_rows(10)
    file_table_book(ctx, record, saved(workbook), Seen())
    filing = latest_filing(ctx.session, record.id, FactReportForm.__name__)
    assert filing is not None
    rows = FactReportForm.model_validate(filing.document).rows
    assert [row.value for row in rows] == ["180", "200", "180", "180", "180", "180"]


def test_the_report_of_another_period_is_refused(story: Story) -> None:
    ctx, first = report_for(story, cast.LIBRARY_CLERK, ".S.public_survey")
    content = write_tables(table_book(ctx, first))
    story.reports(date(2025, 4, 1))
    story.act(cast.ASSESSMENT_OFFICE, HALF, story.id, "advance")
    second = next(r for r in story.records(Stage.FACT_REPORT, HALF, Status.DRAFT) if "public" in r.subject)
    ctx, record = seen(story, cast.LIBRARY_CLERK, HALF, second)
    intake = read_table_book(ctx, record, content)
    assert intake.form is None
    assert {one.code for one in intake.findings} == {"workbook.template_about", "workbook.other_table"}


def test_a_rating_sheet_is_the_raters_own_and_its_file_is_not_kept(story: Story) -> None:
    report_for(story, cast.CLERK, ".S.office")
    story.reports(HALF)
    story.act(cast.ASSESSMENT_OFFICE, date(2025, 7, 2), story.id, "advance")
    day = date(2025, 7, 2)
    record = story.records(Stage.RATING, day, Status.DRAFT)[0]
    office = story.office(day)
    seat = next(
        s for s in seats_of(office.session, story.id) if s.id == sheet_of(office.session, record.id).seat_id
    )
    mine = next(one for one in cast.RATERS if one.id == seat.person_id)
    other = next(one for one in cast.RATERS if one.id != seat.person_id)
    with pytest.raises(NotFound):
        seen(story, other, day, record)
    for actor in (cast.ASSESSMENT_OFFICE, cast.AUDITOR):  # they may see that it exists, not what it says
        with pytest.raises(Forbidden):
            table_book(*seen(story, actor, day, record))
    ctx, record = seen(story, mine, day, record)
    workbook = handed_out(ctx, record)
    workbook["评分"]["F4"], workbook["评分"]["F5"] = 92, 101
    with pytest.raises(Invalid) as refusal:
        file_table_book(ctx, record, saved(workbook), Seen())
    assert "评分!F5：" in told(refusal.value)[0]
    workbook["评分"]["F5"] = "８０"
    content = saved(workbook)
    file_table_book(ctx, record, content, Seen())
    rows = sheet_of(ctx.session, record.id).document
    assert isinstance(rows, dict)
    assert [row["value"] for row in rows["rows"]] == ["92", "80"]
    assert hashlib.sha256(content).hexdigest() not in ctx.files.digests()


def test_progress_shows_the_tasks_it_is_about(story: Story) -> None:
    report_for(story, cast.CLERK, ".S.office")
    record = next(r for r in story.records(Stage.PROGRESS, HALF, Status.DRAFT) if r.path == cast.WATER)
    ctx, record = seen(story, cast.WATER_CLERK, HALF, record)
    workbook = handed_out(ctx, record)
    sheet = workbook["任务进展"]
    assert [sheet.cell(4, column).value for column in (1, 2, 3)] == ["1", "完成年度工作任务", "200分"]
    for row in (4, 5, 6):
        sheet.cell(row, 4, 100)
    file_table_book(ctx, record, saved(workbook), Seen())
    assert get_record(ctx.session, ctx.actor, record.id).status is Status.FILED


@pytest.mark.parametrize("actor", [cast.LEADER, cast.AUDITOR, cast.CLERK, cast.FINANCE_HEAD])
def test_the_roster_is_handed_out_to_the_office_alone(story: Story, actor: Actor) -> None:
    drafted(story)
    with pytest.raises(Forbidden):
        table_book(*seen(story, actor, BEGUN, story.id))
