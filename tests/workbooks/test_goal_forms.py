"""The blank form, the filled form, and the way back."""

import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import Level2, Operator
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.money import MoneyUnit
from budgetperf.workbooks.blank import blank_goals
from budgetperf.workbooks.fill import filled_goals
from budgetperf.workbooks.goal_sheet import META_SHEET, SHEET, TEMPLATE_VERSION, kind_of, plain_label
from budgetperf.workbooks.intake import read_goals
from tests.lifecycle.goal_forms import make_goals, make_indicators

TOTAL = Decimal(90)


def opened(content: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(content))[SHEET]


def test_blank_form_tells_every_required_field_and_table_at_its_cell() -> None:
    content = blank_goals(indicator_total=TOTAL)
    findings = read_goals(content).findings
    required = [name for name, info in GoalForm.model_fields.items() if info.is_required()]
    assert [f.where.pointer.removeprefix("/") for f in findings] == required
    assert all(f.where.sheet == SHEET and f.where.cell for f in findings)
    cells = {f.where.pointer: f.where.cell for f in findings}
    sheet = opened(content)
    for table, label in (("/funds", "*资金来源"), ("/indicators", "一级指标")):
        row = int(cells[table].removeprefix("A"))
        assert sheet.cell(row - 1, 1).value == label
        assert not sheet.cell(row, 1).value


@pytest.mark.parametrize(("table", "rows"), [("funds", range(13, 19)), ("indicators", range(37, 67))])
def test_required_table_without_a_row_is_told_at_its_first_row(table: str, rows: range) -> None:
    content = edited(**{f"{column}{row}": None for row in rows for column in "ABCDEFGHIJKL"})
    [finding] = read_goals(content).findings
    assert (finding.code, finding.where.pointer) == ("form.field", f"/{table}")
    assert finding.where.cell == f"A{rows.start}"


def test_blank_form_guides_whoever_fills_it() -> None:
    content = blank_goals(indicator_total=TOTAL)
    book = load_workbook(io.BytesIO(content))
    sheet = book[SHEET]
    assert book[META_SHEET].sheet_state == "veryHidden"
    assert sheet.protection.sheet
    assert sheet["A3"].protection.locked
    assert not sheet["B3"].protection.locked
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert '"元,万元,亿元"' in lists
    assert f'"{",".join(level.label for level in Level2)}"' in lists
    assert any(rule.prompt for rule in sheet.data_validations.dataValidation)
    [conditional] = [rule for rules in sheet.conditional_formatting for rule in rules.rules]
    assert (conditional.operator, conditional.formula) == ("notEqual", ["90"])
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$2"


def test_same_form_gives_the_same_bytes() -> None:
    assert filled_goals(make_goals(), indicator_total=TOTAL) == filled_goals(
        make_goals(), indicator_total=TOTAL
    )
    assert blank_goals(indicator_total=TOTAL) == blank_goals(indicator_total=TOTAL)


def test_total_row_carries_its_result() -> None:
    content = filled_goals(make_goals(), indicator_total=TOTAL)
    cached = load_workbook(io.BytesIO(content), data_only=True)[SHEET]
    totals = [row[7].value for row in cached.iter_rows() if row[0].value == "权重合计"]
    assert totals == [90]


@pytest.mark.parametrize("unit", list(MoneyUnit))
def test_filled_form_reads_back_in_every_unit(unit: MoneyUnit) -> None:
    form = make_goals(amount_unit=unit.value)
    intake = read_goals(filled_goals(form, indicator_total=TOTAL))
    assert intake.findings == ()
    assert intake.form == form
    assert intake.template_version == TEMPLATE_VERSION


def test_more_lines_than_the_blank_form_has_read_back() -> None:
    form = make_goals(indicators=[row | {"name": f"指标{i}"} for i, row in enumerate(make_indicators() * 12)])
    assert len(form.indicators) == 48
    assert read_goals(filled_goals(form, indicator_total=TOTAL)).form == form


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)


@pytest.mark.parametrize("word", ["年度总体目标", "绩效指标", "项目名称", "资金来源"])
def test_a_word_of_the_form_may_be_typed_as_a_value(word: str) -> None:
    rows = make_indicators()
    rows[0] = rows[0] | {"name": word, "basis": word}
    form = make_goals(project_name=word, basis=word, indicators=rows)
    assert read_goals(filled_goals(form, indicator_total=TOTAL)).form == form


@settings(max_examples=25, deadline=None)
@given(
    text=WORDS,
    fen=st.integers(1, 10**15),
    target=st.decimals(-(10**9), 10**9, places=4),
    operator=st.sampled_from([o for o in Operator if o is not Operator.QUALITATIVE]),
    unit=st.sampled_from(MoneyUnit),
)
def test_whatever_is_filed_reads_back(
    text: str, fen: int, target: Decimal, operator: Operator, unit: MoneyUnit
) -> None:
    rows = make_indicators()
    rows[0] = rows[0] | {"name": text, "target": target, "operator": operator.value, "basis": text}
    form = make_goals(project_name=text, basis=text, request=fen, amount_unit=unit.value, indicators=rows)
    intake = read_goals(filled_goals(form, indicator_total=TOTAL))
    assert intake.form == form, intake.findings


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "https://example.org", "+86", "00123"]
)
def test_user_text_is_written_as_text(text: str) -> None:
    cell = opened(filled_goals(make_goals(basis=text), indicator_total=TOTAL))["B8"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_findings_of_the_checks_get_their_cell() -> None:
    intake = read_goals(filled_goals(make_goals(), indicator_total=TOTAL))
    pointers = (
        "/indicators/1/weight",
        "/indicators/1",
        "/indicators",
        "/request",
        "",
        "/indicators/1/unknown",
    )
    findings = tuple(Finding("x", Severity.ERROR, Where(pointer=pointer), "m") for pointer in pointers)
    cells = [f.where.cell for f in intake.locate(findings)]
    assert cells == ["H38", "A38", "A36", "B10", "A1", "A38"]
    assert [f.where.pointer for f in intake.locate(findings)] == list(pointers)


def test_finding_with_a_cell_keeps_it() -> None:
    intake = read_goals(filled_goals(make_goals(), indicator_total=TOTAL))
    finding = Finding("x", Severity.NOTE, Where(sheet="别表", cell="Z9"), "m")
    assert intake.locate((finding,)) == (finding,)


def version_written(version: str | None) -> bytes:
    book = load_workbook(io.BytesIO(filled_goals(make_goals(), indicator_total=TOTAL)))
    if version is None:
        book.remove(book[META_SHEET])
    else:
        book[META_SHEET]["B2"] = version
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("version", ["2019.3", None])
def test_other_template_version_is_read_with_a_warning(version: str | None) -> None:
    intake = read_goals(version_written(version))
    assert intake.form == make_goals()
    assert [(f.code, f.severity) for f in intake.findings] == [
        ("workbook.template_version", Severity.WARNING)
    ]
    assert intake.template_version == (version or "")


def edited(**cells: object) -> bytes:
    book = load_workbook(io.BytesIO(filled_goals(make_goals(), indicator_total=TOTAL)))
    for cell, value in cells.items():
        book[SHEET][cell] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_level1_that_contradicts_level2_is_a_warning() -> None:
    intake = read_goals(edited(A37="效益指标"))
    assert intake.form == make_goals()
    assert [(f.code, f.where.cell) for f in intake.findings] == [("workbook.level1_mismatch", "A37")]


def test_percent_cell_with_another_uom_is_refused() -> None:
    content = edited(E37=0.12)
    book = load_workbook(io.BytesIO(content))
    book[SHEET]["E37"].number_format = "0%"
    stream = io.BytesIO()
    book.save(stream)
    assert ("workbook.percent_uom", "E37") in [
        (f.code, f.where.cell) for f in read_goals(stream.getvalue()).findings
    ]


def test_column_label_with_another_unit_is_refused() -> None:
    findings = read_goals(edited(B12="*金额（元）")).findings
    assert [(f.code, f.where.cell) for f in findings] == [("workbook.unit_conflict", "B12")]


def test_footnote_below_the_table_is_no_indicator() -> None:
    intake = read_goals(edited(A70="填表人：张三"))
    assert intake.form == make_goals()


def test_error_in_one_cell_leaves_no_form() -> None:
    intake = read_goals(edited(H37="二十"))
    assert intake.form is None
    assert [(f.code, f.where.cell) for f in intake.findings] == [("workbook.not_a_number", "H37")]


@pytest.mark.parametrize(
    ("label", "plain"),
    [(" *项目资金总额（万元）：", "项目资金总额"), ("指标\n性质", "指标性质"), (12.0, ""), ("", "")],
)
def test_label_is_reduced_to_its_words(label: object, plain: str) -> None:
    assert plain_label(label) == plain


def test_annotation_that_is_no_cell_is_refused() -> None:
    with pytest.raises(TypeError):
        kind_of(GoalForm.model_fields["funds"].annotation)


def test_blank_form_holds_what_is_known_and_asks_for_the_rest() -> None:
    known = {"project_name": "路灯养护", "fiscal_year": 2027, "amount_unit": "wan", "starts_on": "2027-01-01"}
    content = blank_goals(indicator_total=TOTAL, known=known)
    written = {str(cell) for row in opened(content).values for cell in row if cell is not None}
    assert written >= {"路灯养护", "2027", "万元", "2027-01-01 00:00:00"}
    missing = {f.where.pointer.removeprefix("/") for f in read_goals(content).findings}
    assert missing.isdisjoint(known)
    assert "overall_goal" in missing
