"""The field kit: amounts with their unit, exact numbers, unknown keys refused, and findings that name their place."""

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.findings import Severity
from budgetperf.forms import Amount, FieldMeta, Form, Line, Number, Text, Year, ask, fields, read
from budgetperf.money import MAX_FEN, Money
from budgetperf.provenance import digest


class Colour(StrEnum):
    """A choice."""

    RED = "red"


class Row(Form):
    """A row of a table."""

    name: Line = ask("名称", width=26)
    amount: Amount = ask("金额", "按本表单位填写")


class Sheet(Form):
    """A form with every kind of field."""

    title: Text = ask("标题", "写全称", width=30)
    rows: tuple[Row, ...] = ask("明细")
    cover: Row | None = ask("封面", default=None)
    total: Number | None = ask("合计", default=None)
    day: date | None = ask("日期", default=None)
    year: Year = ask("年度", default=2025)
    count: int = ask("数量", default=1)
    agreed: bool = ask("同意", default=False)
    colour: Colour = ask("颜色", default=Colour.RED)


def amount_of(value: object) -> Money | None:
    row, findings = read(Row, {"name": "管材", "amount": value})
    assert (row is None) == bool(findings)
    return row.amount if row else None


def make_sheet(**changes: object) -> dict[str, object]:
    return {"title": "供水管网改造", "rows": [{"name": "管材", "amount": "100"}]} | changes


def told(form: type[Form], document: object) -> list[tuple[str, str]]:
    found, findings = read(form, document)
    assert found is None
    assert {(finding.code, finding.severity) for finding in findings} == {("form.field", Severity.ERROR)}
    return [(finding.where.pointer, finding.message) for finding in findings]


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        ("1234", 1_234),
        (" -5 ", -5),
        (4321, 4_321),
        (Money(7), 7),
        ({"value": "12.5", "unit": "wan"}, 12_500_000),
        ({"value": "12.5", "unit": "万元"}, 12_500_000),
        ({"value": "1,200", "unit": "元"}, 120_000),
        ({"value": "0.5", "unit": "yi"}, 5_000_000_000),
        (MAX_FEN, MAX_FEN),
    ],
)
def test_an_amount_is_whole_fen_or_a_number_with_its_unit(value: object, fen: int) -> None:
    assert amount_of(value) == Money(fen)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 1.5, "12.5", "十", "--5", "²", "１２", "", "1" * 19, MAX_FEN + 1, str(MAX_FEN + 2), [], {},
        {"value": "12.5"}, {"value": "12.5", "unit": "吨"}, {"value": "x", "unit": "wan"},
        {"value": "0.0000001", "unit": "wan"}, {"value": "1", "unit": "wan", "note": ""}, {"value": "1e300", "unit": "yi"},
    ],
)  # fmt: skip
def test_another_amount_is_refused_in_chinese_at_its_place(value: object) -> None:
    [(pointer, message)] = told(Row, {"name": "管材", "amount": value})
    assert pointer == "/amount"
    assert message.startswith("金额：")
    assert not message.removeprefix("金额：").isascii()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("12.5", "12.5"),
        ("1,200", "1200"),
        ("９５．５", "95.5"),
        (7, "7"),
        (Decimal("0.000001"), "0.000001"),
        ("1.50", "1.50"),
    ],
)
def test_a_number_is_exact(value: object, number: str) -> None:
    sheet, _ = read(Sheet, make_sheet(total=value))
    assert sheet is not None
    assert str(sheet.total) == number


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "应为十进制数字"),
        (0.1, "应为十进制数字"),
        ("九成", "“九成”不是数字"),
        ("", "“”不是数字"),
        ("NaN", "“NaN”不是数字"),
        ("1" + "0" * 15, "“1000000000000000”超出可填报的范围"),
        ("-1e15", "“-1e15”超出可填报的范围"),
        ("1e999", "“1e999”超出可填报的范围"),
        ("0.0000001", "“0.0000001”的小数超过6位，请四舍五入后填写"),
        ("1e-999", "“1e-999”的小数超过6位，请四舍五入后填写"),
    ],
)
def test_another_number_is_refused(value: object, message: str) -> None:
    assert told(Sheet, make_sheet(total=value)) == [("/total", f"合计：{message}")]


@pytest.mark.parametrize("year", [1989, 2101, -1, 10**30])
def test_a_year_is_one_people_live_in(year: int) -> None:
    assert told(Sheet, make_sheet(year=year)) == [("/year", "年度：超出可填报的范围")]


@pytest.mark.parametrize("year", [1990, 2100, "2026"])
def test_a_year_is_read(year: int | str) -> None:
    sheet, _ = read(Sheet, make_sheet(year=year))
    assert sheet is not None
    assert sheet.year == int(year)


def test_unknown_keys_are_refused_wherever_they_stand() -> None:
    document = make_sheet(extra=1, rows=[{"name": "管材", "amount": "1", "note": ""}])
    assert told(Sheet, document) == [
        ("/rows/0/note", "明细：不认识的栏目，请使用最新模板"),
        ("/extra", "extra：不认识的栏目，请使用最新模板"),
    ]


def test_a_pointer_escapes_what_json_pointer_reserves() -> None:
    [(pointer, _)] = told(Sheet, make_sheet(**{"a/b~c": 1}))
    assert pointer == "/a~1b~0c"


def test_every_wrong_field_is_told_with_its_own_label() -> None:
    document = {
        "rows": [{"name": "管材", "amount": "1"}, {"name": "字" * 201}],
        "cover": {"name": 5, "amount": "1"},
        "day": "明天",
        "count": "多",
        "agreed": "也许",
        "colour": "blue",
    }
    assert told(Sheet, document) == [
        ("/title", "标题：必填项未填写"),
        ("/rows/1/name", "名称：文字超出长度限制"),
        ("/rows/1/amount", "金额：必填项未填写"),
        ("/cover/name", "名称：应为文字"),
        ("/day", "日期：不是日期，请按 2025-12-31 的格式填写"),
        ("/count", "数量：应为整数"),
        ("/agreed", "同意：应为是或否"),
        ("/colour", "颜色：不在可选范围内"),
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (make_sheet(rows=3), ("/rows", "明细：应为若干行")),
        (make_sheet(rows=[3]), ("/rows/0", "明细：应为一组栏目")),
        ("供水管网", ("", "应为一组栏目")),
    ],
)
def test_a_wrong_shape_is_told_in_chinese(document: object, expected: tuple[str, str]) -> None:
    assert told(Sheet, document) == [expected]


def test_blanks_around_text_are_dropped() -> None:
    row, _ = read(Row, {"name": "  管材 ", "amount": "1"})
    assert row is not None
    assert row.name == "管材"


def test_fields_carry_label_help_and_width_in_declared_order() -> None:
    assert fields(Row) == (
        FieldMeta("name", "名称", "", True, 26, str),
        FieldMeta("amount", "金额", "按本表单位填写", True, 12, Money),
    )
    assert [(field.name, field.required) for field in fields(Sheet)][:3] == [
        ("title", True),
        ("rows", True),
        ("cover", False),
    ]


@given(
    st.integers(-MAX_FEN, MAX_FEN),
    st.decimals(min_value=-(10**14), max_value=10**14, places=6),
)
def test_a_filed_form_is_read_back_from_its_document(fen: int, total: Decimal) -> None:
    sheet = Sheet(
        title="供水", rows=(Row(name="管材", amount=Money(fen)),), total=total, day=date(2025, 12, 31)
    )
    document = json.loads(json.dumps(sheet.model_dump(mode="json")))
    assert read(Sheet, document) == (sheet, ())
    assert digest(document) == digest(sheet.model_dump(mode="json"))


def test_a_document_holds_money_as_fen_and_numbers_as_text() -> None:
    sheet = Sheet(title="供水", rows=(Row(name="管材", amount=Money(-5)),), total=Decimal("1E+2"))
    document = sheet.model_dump(mode="json")
    assert (document["rows"][0]["amount"], document["total"]) == ("-5", "100")


CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]


class Words(Form):
    """A required line and text, and those that may be left out."""

    name: Line = ask("名称")
    story: Text = ask("情况")
    alias: Line = ask("别名", default="")
    remark: Text = ask("备注", default="")


def words(**changes: str) -> dict[str, str]:
    return {"name": "水厂", "story": "改造"} | changes


@pytest.mark.parametrize("code", [code for code in CONTROLS if chr(code) not in "\n\t"], ids=hex)
def test_a_control_character_is_refused_by_the_name_of_its_field(code: int) -> None:
    odd = f"水{chr(code)}厂"
    message = "含有看不见的控制字符，请删除后重新填写"
    expected = [("/story", f"情况：{message}")]
    if chr(code) != "\r":  # that ends a line, and lines are joined
        expected.insert(0, ("/name", f"名称：{message}"))
    assert told(Words, words(name=odd, story=odd)) == expected


def test_a_line_broken_in_a_narrow_cell_is_joined() -> None:
    form, _ = read(Words, words(name="水厂\n改造\r\n工程\t一期"))
    assert form is not None
    assert form.name == "水厂 改造 工程 一期"


def test_a_text_keeps_its_lines_and_tabs_and_its_lines_end_in_one_way() -> None:
    form, _ = read(Words, words(story="一\r\n二\n\t三\r\n"))
    assert form is not None
    assert form.story == "一\n二\n\t三"


@pytest.mark.parametrize("blank", ["", "   ", "\u3000", "\t\r\n", "\xa0"], ids=ascii)
def test_blanks_alone_are_a_missing_text_and_may_stand_where_none_is_asked(blank: str) -> None:
    assert told(Words, words(name=blank, story=blank)) == [
        ("/name", "名称：必填项未填写"),
        ("/story", "情况：必填项未填写"),
    ]
    form, _ = read(Words, words(alias=blank, remark=blank))
    assert form is not None
    assert (form.alias, form.remark) == ("", "")
