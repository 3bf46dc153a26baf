"""The other outputs as .xlsx show what their page models hold."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from budgetperf.money import Money, MoneyUnit
from budgetperf.workbooks.books import evaluation_book, limits_book, self_evaluation_book
from tests.reports.make import (
    indicators,
    make_evaluation_report,
    make_limit_line,
    make_limits_notice,
    make_self_evaluation,
)


def sheet_of(content: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(content)).worksheets[0]


def rows_of(content: bytes) -> list[tuple[object, ...]]:
    return [tuple(row) for row in sheet_of(content).iter_rows(values_only=True)]


def row_starting(content: bytes, first: object) -> tuple[object, ...]:
    return next(row for row in rows_of(content) if row[0] == first)


def test_same_page_gives_the_same_bytes() -> None:
    assert self_evaluation_book(make_self_evaluation()) == self_evaluation_book(make_self_evaluation())
    assert limits_book(make_limits_notice()) == limits_book(make_limits_notice())
    assert evaluation_book(make_evaluation_report()) == evaluation_book(make_evaluation_report())


def test_self_evaluation_has_the_national_layout() -> None:
    page = make_self_evaluation()
    content = self_evaluation_book(page)
    total = page.funds.total
    money = [Decimal(str(value)) for value in row_starting(content, "年度资金总额")[2:5]]
    assert money == [m.in_unit(page.unit) for m in (total.initial, total.adjusted, total.paid)]
    assert row_starting(content, "年度资金总额")[5:] == (10, "94.71%", 9.47)
    lines = [row for row in rows_of(content) if row[2] in {line.name for line in page.indicators}]
    assert [(row[3], row[4], Decimal(str(row[6]))) for row in lines] == [
        (line.target, line.actual, line.score) for line in page.indicators
    ]
    assert Decimal(str(row_starting(content, "总分")[6])) == page.total
    assert page.footer.digest in str(rows_of(content)[-1][0])


def test_indicator_that_does_not_apply_is_said_so() -> None:
    first, *others = indicators()
    page = make_self_evaluation(
        lines=(replace(first, applicable=False, score=Decimal(0), reason="未采购"), *others)
    )
    assert row_starting(self_evaluation_book(page), "成本指标")[7] == "不适用：未采购"


def test_evaluation_sheet_sums_to_its_total() -> None:
    page = make_evaluation_report()
    content = evaluation_book(page)
    names = {line.name for line in page.criteria}
    scores = [Decimal(str(row[3])) for row in rows_of(content) if row[1] in names]
    assert sum(scores) == Decimal(str(row_starting(content, "总分")[3])) == page.total
    rates = [row[1] for row in rows_of(content) if row[0] == "预算执行率"]
    assert len(set(rates)) == 3


@pytest.mark.parametrize("unit", list(MoneyUnit))
def test_limits_lead_from_request_to_limit_in_every_unit(unit: MoneyUnit) -> None:
    page = make_limits_notice(tuple(make_limit_line(n) for n in range(1, 8)), unit=unit)
    content = limits_book(page)
    for line in page.lines:
        code, _, request, *steps, limit, request_fen, limit_fen = row_starting(content, line.code)
        *cuts, adjusted = (Decimal(str(step)) for step in steps)
        assert code == line.code
        assert Decimal(str(request)) - sum(cuts) + adjusted == Decimal(str(limit))
        assert Money.parse(str(limit), unit) == line.limit
        assert (request_fen, limit_fen) == (str(line.request.fen), str(line.limit.fen))
    assert Money.parse(str(row_starting(content, "合计")[-3]), unit) == page.limit


def test_exact_fen_are_hidden_columns() -> None:
    sheet = sheet_of(limits_book(make_limits_notice()))
    hidden = {letter for letter, column in sheet.column_dimensions.items() if column.hidden}
    head = next(row for row in sheet.iter_rows() if row[0].value == "项目编码")
    covered = {cell.column_letter for cell in head if str(cell.value).endswith("（分）")}
    assert min(covered) in hidden
    assert sheet.column_dimensions[min(covered)].max == max(
        cell.column for cell in head if cell.column_letter in covered
    )


def test_user_text_stays_text() -> None:
    page = make_self_evaluation(goal_actual="=1+1")
    cells = [
        cell
        for row in sheet_of(self_evaluation_book(page)).iter_rows()
        for cell in row
        if cell.value == "=1+1"
    ]
    assert [cell.data_type for cell in cells] == ["s"]


def test_every_sheet_is_named_for_what_it_holds() -> None:
    books = {
        self_evaluation_book(make_self_evaluation()): ["绩效自评表"],
        evaluation_book(make_evaluation_report()): ["评价评分表"],
        limits_book(make_limits_notice()): ["控制数", "形成说明"],
    }
    for content, names in books.items():
        assert load_workbook(io.BytesIO(content)).sheetnames == names


def test_both_sheets_of_the_limits_are_frozen_under_their_head() -> None:
    for sheet in load_workbook(io.BytesIO(limits_book(make_limits_notice()))).worksheets:
        head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "项目编码")
        assert sheet.freeze_panes == f"C{head + 1}"


def test_score_papers_are_frozen_under_their_head_which_is_printed_on_each_page() -> None:
    for content in (
        self_evaluation_book(make_self_evaluation()),
        evaluation_book(make_evaluation_report()),
    ):
        sheet = sheet_of(content)
        head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "一级指标")
        assert sheet.freeze_panes == f"A{head + 1}"
        assert sheet.print_title_rows == f"${head}:${head}"


def test_head_that_would_fill_the_screen_is_printed_on_each_page_but_not_frozen() -> None:
    sheet = sheet_of(self_evaluation_book(make_self_evaluation(goal_actual="完成改造三座。" * 200)))
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "一级指标")
    assert sheet.freeze_panes is None
    assert sheet.print_title_rows == f"${head}:${head}"


@pytest.mark.parametrize(
    ("text", "points"), [("完成", None), ("改造完成。" * 60, 75), ("一\n二\n三", 45), ("改造" * 6000, 408)]
)
def test_row_of_a_long_text_is_as_tall_as_its_lines(text: str, points: int | None) -> None:
    sheet = sheet_of(self_evaluation_book(make_self_evaluation(goal_actual=text)))
    row = next(row[0].row for row in sheet.iter_rows() if row[0].value == "实际完成情况")
    assert sheet.row_dimensions[row].height == points


def test_every_step_of_every_line_is_told_with_its_reason_rule_and_whole_digest() -> None:
    page = make_limits_notice(tuple(make_limit_line(n) for n in range(1, 4)))
    sheet = load_workbook(io.BytesIO(limits_book(page)))["形成说明"]
    rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
    for line in page.lines:
        first, *steps, last = (row for row in rows if row[0] == line.code)
        assert [(row[2], *row[5:]) for row in steps] == [
            (step.label, step.reason, step.rule, step.package) for step in line.steps
        ]
        assert Money.parse(str(first[4]), page.unit) == line.request
        assert Money.parse(str(last[4]), page.unit) == Money.parse(str(last[3]), page.unit) == line.limit
