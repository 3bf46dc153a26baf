"""How value cells of published forms are read, and what is not read."""

from decimal import Decimal

import pytest

from budgetperf.indicators import Achievement, Operator
from budgetperf.lifecycle.evaluation.published_value import (
    achievement_of,
    read_points,
    read_value,
    states_reason,
)

READ: list[tuple[str, Operator | None, str, str]] = [
    ("≥95%", Operator.AT_LEAST, "95", "%"),
    ("＞92％", Operator.MORE_THAN, "92", "%"),
    ("100人次", None, "100", "人次"),
    ("0起", None, "0", "起"),
    ("43.2", None, "43.2", ""),
    ("1346.0088万平方米", None, "1346.0088", "万平方米"),
    ("≥86,000㎡", Operator.AT_LEAST, "86000", "m2"),
    ("≤620万/月", Operator.AT_MOST, "620", "万/月"),
    ("不超过30万元", Operator.AT_MOST, "30", "万元"),
    ("不小于5个", Operator.AT_LEAST, "5", "个"),
    ("95%以上", Operator.AT_LEAST, "95", "%"),
    ("30天以内", Operator.AT_MOST, "30", "天"),
    ("12个月", None, "12", "个月"),
    ("3年", None, "3", "年"),
]


@pytest.mark.parametrize(("text", "operator", "number", "uom"), READ, ids=[row[0] for row in READ])
def test_a_plain_value_is_number_operator_and_uom(
    text: str, operator: Operator | None, number: str, uom: str
) -> None:
    found = read_value(text)
    assert (found.operator, found.number, found.uom) == (operator, Decimal(number), uom)


@pytest.mark.parametrize(
    "text",
    ["2019年", "2025年12月底前", "12月底", "5-10次", "90%~95%", "1,23个", "约95%", "完成", "不超预算", ">", "20条城市道路、4处广场", "1" * 400],
)  # fmt: skip
def test_a_date_a_range_or_a_sentence_is_no_number(text: str) -> None:
    found = read_value(text)
    assert (found.number, found.text) == (None, text)


def test_a_remark_in_brackets_is_set_apart() -> None:
    found = read_value("≥90% (published copy prints 290%)")
    assert (found.number, found.uom, found.remark) == (Decimal(90), "%", "(published copy prints 290%)")


@pytest.mark.parametrize(
    ("text", "blank", "crossed_out"),
    [("", True, False), ("/", True, True), ("无", True, True), ("高", False, False)],
)
def test_a_crossed_out_cell_is_blank_on_purpose(text: str, blank: bool, crossed_out: bool) -> None:
    found = read_value(text)
    assert (found.blank, found.crossed_out) == (blank, crossed_out)


@pytest.mark.parametrize(
    ("text", "points"),
    [("12.5", "12.5"), ("１０分", "10"), ("10（满分）", "10"), ("-", None), ("十", None), ("1e9", None), ("0.1234567", None)],
)  # fmt: skip
def test_points_are_a_number_a_form_can_hold(text: str, points: str | None) -> None:
    assert read_points(text) == (None if points is None else Decimal(points))


TIERS = [
    ("达成预期指标", Achievement.MET),
    ("已完成", Achievement.MET),
    ("达到预期目标", Achievement.MET),
    ("部分达成预期指标并具有一定效果", Achievement.PARTLY),
    ("未达成预期指标且效果较差", Achievement.NOT_MET),
    ("没有完成", Achievement.NOT_MET),
    ("基本完成", None),
    ("良好", None),
]


@pytest.mark.parametrize(("text", "tier"), TIERS, ids=[text for text, _ in TIERS])
def test_words_name_a_tier_or_none(text: str, tier: Achievement | None) -> None:
    assert achievement_of(text) is tier


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("部分项目延续至下年", True),
        ("0", False),
        ("/", False),
        ("无", False),
        ("无偏差", False),
        ("weight inferred", False),
    ],
)
def test_a_reason_is_chinese_words(text: str, said: bool) -> None:
    assert states_reason(text) is said


@pytest.mark.parametrize(
    "text", ["(" * 300_000, "x" + " " * 300_000 + "y", "()" * 150_000, "x" + ")" * 300_000]
)
def test_a_text_is_read_once_however_its_brackets_stand(text: str) -> None:
    assert read_value(text).number is None


@pytest.mark.parametrize(
    ("text", "remark"),
    [("90%(见附件)", "(见附件)"), ("90%（见附件）", "(见附件)"), ("90%((a)", "(a)"), ("(见附件)", ""), ("90%(a)b)", ""), ("90%(a) b", "")],
)  # fmt: skip
def test_only_brackets_at_the_end_are_a_remark(text: str, remark: str) -> None:
    assert read_value(text).remark == remark
