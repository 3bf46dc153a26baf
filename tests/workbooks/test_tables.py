"""Tables as people really fill them in: moved, merged, renamed, percent, full-width; read rightly or told at the cell."""

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from budgetperf.findings import Severity
from budgetperf.lifecycle.unit_assessment.form import FactReportForm, RosterForm, TaskBookForm, TaskRow
from budgetperf.workbooks.intake import Intake
from budgetperf.workbooks.table_form import Locked, Part, Shown, TableBook, write_tables
from budgetperf.workbooks.table_intake import read_tables

FACTS = TableBook(
    FactReportForm,
    "考评数据",
    "KP2025-x.S.office 年终",
    parts={
        "rows": Part(
            (
                {"unit": Locked("D1"), "对象名称": "水务局", "item": Locked("work"), "value": "", "standard": Locked("200")},
                {"unit": Locked("D2"), "对象名称": "教育局", "item": Locked("work"), "value": "95", "note": "已核"},
            ),
            (Shown("对象名称", "unit"), Shown("考核期", "item", always="年终")),
        )
    },
)  # fmt: skip
Edit = Callable[[Worksheet], None]


def edited(edit: Edit, book: TableBook = FACTS) -> Intake[FactReportForm]:
    """The workbook handed out, changed in its first sheet and read back."""
    workbook = load_workbook(io.BytesIO(write_tables(book)))
    edit(workbook.worksheets[0])
    return read_tables(saved(workbook), FACTS, FactReportForm)


def saved(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def told(intake: Intake[FactReportForm]) -> list[tuple[str, str]]:
    return [(str(one.where), one.code) for one in intake.findings]


def errors(intake: Intake[FactReportForm]) -> list[tuple[str, str]]:
    return [(one.where.cell, one.code) for one in intake.findings if one.severity is Severity.ERROR]


def value(intake: Intake[FactReportForm], row: int = 0) -> str:
    assert intake.form is not None, told(intake)
    return intake.form.rows[row].value


def test_what_is_handed_out_reads_back_as_it_is() -> None:
    intake = edited(lambda _sheet: None)
    assert intake.findings == ()
    assert intake.form is not None
    assert [(r.unit, r.item, r.value, r.standard, r.note) for r in intake.form.rows] == [
        ("D1", "work", "", "200", ""),
        ("D2", "work", "95", "", "已核"),
    ]


def test_a_form_of_three_sheets_reads_back() -> None:
    parts = {
        "units": Part(({"code": "D1", "name": "水务局", "group": "department", "organisation": "0102"},)),
        "suppliers": Part(({"supplier": Locked("office"), "organisation": "010201"},)),
        "raters": Part(({"rater_group": "leader", "login": "rater1", "units": "D1、D2"},)),
    }
    book = TableBook(RosterForm, "名单", "", parts=parts, codes=(("分组", "department", "县直部门"),))
    assert load_workbook(io.BytesIO(write_tables(book))).sheetnames[:4] == [
        "考评对象",
        "数据提供单位",
        "评分人",
        "代码表",
    ]
    intake = read_tables(write_tables(book), book, RosterForm)
    assert intake.form is not None
    assert (intake.form.units[0].organisation, intake.form.raters[0].units) == ("0102", "D1、D2")


def test_numbers_and_days_of_a_task_book_read_back() -> None:
    row = {"key": "1", "task": "改造管网", "measure": "长度", "target": Decimal("12.5"), "uom": "公里"}
    parts = {"rows": Part(({**row, "due_on": date(2025, 12, 20)},))}
    book = TableBook(TaskBookForm, "任务书", "a", parts=parts)
    intake = read_tables(write_tables(book), book, TaskBookForm)
    assert intake.form is not None
    assert intake.form.rows == (TaskRow.model_validate({**row, "due_on": "2025-12-20"}),)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (86.5, "86.5"),
        ("８６．５", "86.5"),
        ("1,234.5", "1234.5"),
        ("95%", "95"),
        ("是", "是"),
        ("不适用", "不适用"),
        (True, "是"),
    ],
)
def test_a_value_is_read_however_it_is_typed(typed: object, read: str) -> None:
    assert value(edited(lambda sheet: sheet.__setitem__("F4", typed))) == read


def test_a_percent_cell_is_the_number_it_shows() -> None:
    def percent(sheet: Worksheet) -> None:
        sheet["F4"] = 0.95
        sheet["F4"].number_format = "0%"

    assert value(edited(percent)) == "95"


def test_a_formula_counts_by_its_stored_result_and_is_refused_without_one() -> None:
    intake = edited(lambda sheet: sheet.__setitem__("F4", "=90+5"))
    assert (intake.form, errors(intake)) == (None, [("F4", "workbook.formula_uncached")])


def test_a_day_typed_as_text_is_a_day_and_a_wrong_one_is_told_at_its_cell() -> None:
    row = {"key": "1", "task": "改造管网", "measure": "长度"}
    book = TableBook(TaskBookForm, "任务书", "a", parts={"rows": Part((row,))})
    for typed, day in (
        ("2025年12月20日", date(2025, 12, 20)),
        (datetime(2025, 12, 20), date(2025, 12, 20)),  # noqa: DTZ001 - as Excel keeps it
        ("12月底", None),
    ):
        workbook = load_workbook(io.BytesIO(write_tables(book)))
        workbook.worksheets[0]["H4"] = typed
        intake = read_tables(saved(workbook), book, TaskBookForm)
        if day:
            assert intake.form is not None
            assert intake.form.rows[0].due_on == day
        else:
            assert [str(one.where) for one in intake.findings] == ["任务!H4"]


def test_renamed_sheets_inserted_rows_and_moved_columns_do_no_harm() -> None:
    def move(sheet: Worksheet) -> None:
        sheet.title = "Sheet1 (2)"
        sheet.insert_rows(1, 2)
        sheet.insert_cols(1)
        sheet.insert_rows(7)  # a blank row between

    intake = edited(move)
    assert intake.form is not None
    assert [row.unit for row in intake.form.rows] == ["D1", "D2"]


def test_labels_repeated_for_printing_are_no_line() -> None:
    def repeat(sheet: Worksheet) -> None:
        for column in range(1, 11):
            sheet.cell(6, column, sheet.cell(3, column).value)

    intake = edited(repeat)
    assert intake.form is not None
    assert len(intake.form.rows) == 2


def test_a_code_merged_over_rows_counts_for_each_and_cells_merged_sideways_are_refused() -> None:
    def down(sheet: Worksheet) -> None:
        sheet["A5"] = None
        sheet.merge_cells("A4:A5")

    intake = edited(down)
    assert intake.form is not None
    assert [row.unit for row in intake.form.rows] == ["D1", "D1"]
    marks = edited(lambda sheet: sheet.merge_cells("F4:F5"))
    assert errors(marks) == [("F4", "workbook.merged")]
    across = edited(lambda sheet: sheet.merge_cells("F4:G4"))
    assert errors(across) == [("F4", "workbook.merged")]


def test_columns_gone_doubled_or_unknown_are_told_at_the_labels() -> None:
    assert errors(edited(lambda sheet: sheet.delete_cols(1)))[0][1] == "workbook.missing_label"
    assert ("考评数据!K3", "workbook.unknown_column") in told(
        edited(lambda sheet: sheet.__setitem__("K3", "备注"))
    )
    assert errors(edited(lambda sheet: sheet.__setitem__("K3", "值"))) == [("K3", "workbook.column_twice")]


def test_a_required_cell_left_empty_is_told_at_the_cell() -> None:
    assert errors(edited(lambda sheet: sheet.__setitem__("C5", None))) == [("C5", "form.field")]


def test_a_row_of_another_period_is_refused() -> None:
    assert errors(edited(lambda sheet: sheet.__setitem__("D5", "年中"))) == [("D5", "workbook.other_table")]


def meta(template: str, version: str, about: str) -> bytes:
    workbook = load_workbook(io.BytesIO(write_tables(FACTS)))
    for row, text in enumerate((template, version, about), 1):
        workbook["_template"].cell(row, 2, text)
    return saved(workbook)


@pytest.mark.parametrize(
    ("marks", "code", "readable"),
    [
        (("FactReportForm", "2020.1", FACTS.about), "workbook.template_version", True),
        (("TaskBookForm", "2026.1", FACTS.about), "workbook.template", False),
        (("FactReportForm", "2026.1", "KP2025-x.S.office 年中"), "workbook.template_about", False),
    ],
)
def test_the_template_of_something_else_is_refused_an_older_one_is_read(
    marks: tuple[str, str, str], code: str, readable: bool
) -> None:
    intake = read_tables(meta(*marks), FACTS, FactReportForm)
    assert told(intake) == [("考评数据!A1", code)]
    assert (intake.form is not None) is readable


def test_a_table_retyped_in_a_workbook_of_ones_own_is_read_with_a_warning() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["考评对象", "考评项目", "评分来源", "值", "标准值", "说明"])
    sheet.append(["D1", "work", "", 95, "", ""])
    intake = read_tables(saved(workbook), FACTS, FactReportForm)
    assert [code for _, code in told(intake)] == ["workbook.template_version"]
    assert value(intake) == "95"


def test_a_workbook_without_the_table_is_refused_with_what_it_has() -> None:
    workbook = Workbook()
    intake = read_tables(saved(workbook), FACTS, FactReportForm)
    assert intake.form is None
    assert "没有找到工作表“考评数据”（现有：Sheet）" in intake.findings[-1].message


def test_what_looks_like_a_formula_is_written_as_text() -> None:
    parts = {"rows": Part(({"unit": Locked("=1+1"), "item": "x", "note": "=cmd()"},))}
    sheet = load_workbook(
        io.BytesIO(write_tables(TableBook(FactReportForm, "t", "", parts=parts)))
    ).worksheets[0]
    assert (sheet["A4"].data_type, sheet["A4"].value) == ("s", "=1+1")


def test_what_is_locked_is_locked_and_what_is_asked_is_open() -> None:
    sheet = load_workbook(io.BytesIO(write_tables(FACTS))).worksheets[0]
    assert sheet.protection.sheet
    open_cells = {
        name: not sheet[name].protection.locked for name in ("A4", "B4", "C4", "F4", "G4", "G5", "A6")
    }
    assert open_cells == {
        "A4": False, "B4": False, "C4": False, "F4": True, "G4": False, "G5": True, "A6": True,
    }  # fmt: skip


def test_the_same_tables_give_the_same_bytes() -> None:
    assert write_tables(FACTS) == write_tables(FACTS)


def test_twenty_thousand_rows_go_out_and_come_back() -> None:
    rows = tuple({"unit": Locked(f"D{at}"), "item": Locked("work"), "value": "90"} for at in range(20_000))
    book = TableBook(FactReportForm, "考评数据", FACTS.about, parts={"rows": Part(rows, spare=0)})
    intake = read_tables(write_tables(book), book, FactReportForm)
    assert intake.form is not None, intake.findings[:3]
    assert len(intake.form.rows) == 20_000
