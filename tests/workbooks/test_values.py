"""One cell into the value a field takes."""

from datetime import date
from decimal import Decimal

import pytest

from budgetperf.findings import Severity
from budgetperf.indicators import Level2, Operator
from budgetperf.money import Money, MoneyUnit
from budgetperf.workbooks.cells import CellValue, Mark
from budgetperf.workbooks.values import read_cell, split_cell


def value_of(kind: type, value: CellValue, mark: Mark | None = None) -> object:
    reading = read_cell(kind, value, mark, MoneyUnit.WAN)
    assert reading.severity is not Severity.ERROR, reading.message
    return reading.value


def code_of(kind: type, value: CellValue, mark: Mark | None = None) -> str:
    reading = read_cell(kind, value, mark, MoneyUnit.WAN)
    assert reading.severity is Severity.ERROR
    assert reading.value is None
    return reading.code


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        ("１２．５", "12.5"),
        ("1，234.5", "1234.5"),
        ("-3", "-3"),
        (1e15, "1000000000000000"),
    ],
)
def test_number_is_read(value: CellValue, number: str) -> None:
    assert value_of(Decimal, value) == number


@pytest.mark.parametrize(
    "value", ["约100", "12,5", "1,0000", "10-12", "95%", True, "", "1e5", float("inf")], ids=repr
)
def test_what_is_no_plain_number_is_refused(value: CellValue) -> None:
    assert code_of(Decimal, value) == "workbook.not_a_number"


def test_percent_cell_is_read_as_shown() -> None:
    assert value_of(Decimal, 0.95, Mark.PERCENT) == "95"
    assert value_of(Decimal, 1.125, Mark.PERCENT) == "112.5"


@pytest.mark.parametrize("value", ["860.5", "￥860.50", "860.5万元", "８６０．５ 万元", 860.50], ids=repr)
def test_amount_is_read_in_the_unit_of_the_sheet(value: CellValue) -> None:
    read = value_of(Money, value)
    assert isinstance(read, dict)
    assert Money.parse(read["value"], MoneyUnit(read["unit"])) == Money(860_500_000)


@pytest.mark.parametrize("value", ["600000元", "0.006亿元"], ids=repr)
def test_amount_in_another_unit_is_refused(value: str) -> None:
    assert code_of(Money, value) == "workbook.unit_mismatch"


@pytest.mark.parametrize(
    ("value", "mark"), [("待定", None), (0.5, Mark.PERCENT), (False, None), ("万元", None)]
)
def test_what_is_no_amount_is_refused(value: CellValue, mark: Mark | None) -> None:
    assert code_of(Money, value, mark) == "workbook.not_an_amount"


@pytest.mark.parametrize(
    "value",
    [date(2026, 1, 5), 46027.0, "2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "２０２６年１月５日"],
)
def test_day_is_read(value: CellValue) -> None:
    assert value_of(date, value) == "2026-01-05"


@pytest.mark.parametrize("value", ["年底", "2026-02-30", 19_999.0, 80_000.0, 46027.5, "2026"], ids=repr)
def test_what_is_no_day_is_refused(value: CellValue) -> None:
    assert code_of(date, value) == "workbook.not_a_date"


@pytest.mark.parametrize(("number", "day"), [(20_000.0, "1954-10-03"), (79_999.0, "2119-01-10")])
def test_day_numbers_are_read_up_to_their_limits(number: float, day: str) -> None:
    assert value_of(date, number) == day


@pytest.mark.parametrize("value", [2026.0, "2026", "2026年", "2026年度", "２０２６"], ids=repr)
def test_year_is_read(value: CellValue) -> None:
    assert value_of(int, value) == 2026


@pytest.mark.parametrize("value", ["明年", 26.0, "20266", 2026.5], ids=repr)
def test_what_is_no_year_is_refused(value: CellValue) -> None:
    assert code_of(int, value) == "workbook.not_a_year"


@pytest.mark.parametrize(
    ("kind", "value", "term"),
    [
        (Operator, ">=", Operator.AT_LEAST),
        (Operator, "＞", Operator.MORE_THAN),
        (Operator, " 定性 ", Operator.QUALITATIVE),
        (Level2, "数量", Level2.QUANTITY),
        (Level2, "服务对象\n满意度指标", Level2.SATISFACTION),
        (MoneyUnit, "亿元", MoneyUnit.YI),
    ],
)
def test_word_of_a_list_is_read(kind: type, value: str, term: str) -> None:
    assert value_of(kind, value) == term


def test_word_outside_the_list_is_refused() -> None:
    assert code_of(Level2, "成本指标") == "workbook.not_in_list"


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "00123", "+86"])
def test_text_stays_as_typed(text: str) -> None:
    assert value_of(str, text) == text


def test_number_typed_into_a_text_cell_has_no_trailing_zero() -> None:
    assert value_of(str, 2120303.0) == "2120303"


@pytest.mark.parametrize("kind", [Decimal, Money, date, int, str, Operator])
def test_error_and_missing_result_are_told_for_every_kind(kind: type) -> None:
    assert code_of(kind, None, Mark.ERROR) == "workbook.error_value"
    assert code_of(kind, None, Mark.UNCACHED) == "workbook.formula_uncached"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("≥95%", ("95", Operator.AT_LEAST, "%")),
        ("＞＝９５％", ("95", Operator.AT_LEAST, "%")),
        ("≦1,200万元", ("1200", Operator.AT_MOST, "万元")),
        ("12公里", ("12", None, "公里")),
        ("300立方米/m3", ("300", None, "立方米/m3")),
    ],
)
def test_fused_target_is_taken_apart(text: str, parts: tuple[str, Operator | None, str]) -> None:
    assert split_cell(text) == parts


@pytest.mark.parametrize("value", ["约100", "5-10次", "12,5公里", "全市安全度汛", 95.0, None], ids=repr)
def test_what_is_more_than_a_target_is_left_whole(value: CellValue) -> None:
    assert split_cell(value) is None
