"""The other checks of a filled form: rows against their numbers, and what was not read."""

from decimal import Decimal

import pytest

from budgetperf.findings import Severity
from budgetperf.lifecycle.evaluation.audit_recompute import Basis
from tests.lifecycle.evaluation.audited import Row, audited, form, row, told

WHY = "部分标段因征地推迟，已安排下年完成"
SATISFIED = row("≥90%", "92%", "30", "30", level3="满意度")


def told_of(first: Row, total: str) -> list[str]:
    return told(form([first, SATISFIED], total_score=total))


@pytest.mark.parametrize(
    ("target", "actual", "score"),
    [
        ("≥100个", "95个", "57"),
        ("≤50万元", "60万元", "50"),
        ("=12次", "12次", "60"),
        ("0起", "0起", "60"),
        ("0起", "1起", "0"),
        ("100", "95", "57"),
    ],
)
def test_a_row_scored_as_its_values_earn_is_right(target: str, actual: str, score: str) -> None:
    assert told_of(row(target, actual, "60", score, WHY), str(Decimal(score) + Decimal("39.5"))) == []


@pytest.mark.parametrize(
    ("score", "codes"),
    [("40", []), ("39.99", ["score_wrong"]), ("45", ["score_wrong"])],
)
def test_a_wrong_score_is_told(score: str, codes: list[str]) -> None:
    assert told_of(row("≥90个", "60个", "60", score, WHY), str(Decimal(score) + Decimal("39.5"))) == codes


def test_a_score_cut_to_one_decimal_is_a_warning() -> None:
    assert told_of(row("≥90个", "61个", "60", "40.7", WHY), "80.2") == ["score_rounded"]


def test_a_score_above_its_weight_is_told() -> None:
    codes = told_of(row("≥90个", "90个", "60", "61"), "99.5")
    assert codes == ["score_above_weight", "total_sum"]


def test_a_score_below_nothing_is_told() -> None:
    codes = told_of(row("≥90个", "0个", "60", "-5", WHY), "34.5")
    assert codes == ["score_negative"]
    assert told_of(row("建立健全", "未达成", "60", "-5", WHY), "34.5") == ["score_negative"]


@pytest.mark.parametrize(
    ("target", "actual", "score", "codes"),
    [
        ("≥95%", "0.96", "60", ["rate_unsigned"]),
        ("≥95%", "1", "60", ["rate_unsigned"]),
        ("≥96%", "0.48", "30", ["rate_unsigned"]),
        ("≥98%", "0.96", "57.6", ["raw_percent", "rate_unsigned"]),
        ("≤1.5%", "0.8", "60", []),
        ("≥0.5%", "0.6", "60", []),
        ("≥95%", "0", "0", []),
        ("≥2件", "1", "30", []),
    ],
)
def test_a_share_under_a_target_in_percent_is_read_as_one_and_noted(
    target: str, actual: str, score: str, codes: list[str]
) -> None:
    told_codes = told_of(row(target, actual, "60", score, WHY), str(Decimal(score) + Decimal("39.5")))
    assert told_codes == codes


TIERS = [
    ("达成预期指标", "60", []),
    ("达成预期指标", "48", []),
    ("达成预期指标", "47.9", ["tier"]),
    ("部分达成", "47.9", []),
    ("部分达成", "48", ["tier"]),
    ("部分达成", "36", []),
    ("部分达成", "35.9", ["tier"]),
    ("未达成", "35.9", []),
    ("未达成", "36", ["tier"]),
]


@pytest.mark.parametrize(("actual", "score", "codes"), TIERS, ids=[f"{a} {s}" for a, s, _ in TIERS])
def test_a_score_lies_in_the_tier_its_words_name(actual: str, score: str, codes: list[str]) -> None:
    assert told_of(row("建立健全", actual, "60", score, WHY), str(Decimal(score) + Decimal("39.5"))) == codes


def test_the_words_of_the_target_are_a_target_met() -> None:
    assert told_of(row("2019年", "2019年", "60", "60"), "99.5") == []
    assert told_of(row("高", "高", "60", "60"), "99.5") == []


@pytest.mark.parametrize(
    ("target", "actual", "code", "severity"),
    [
        ("", "", "value_missing", Severity.ERROR),
        ("≥90%", "", "value_missing", Severity.ERROR),
        ("≤30万元", "完成", "unreadable", Severity.WARNING),
        ("≥30万元", "300000元", "unreadable", Severity.WARNING),
        ("建立健全", "基本完成", "unreadable", Severity.WARNING),
    ],
)
def test_what_cannot_be_read_is_told_and_keeps_its_score(
    target: str, actual: str, code: str, severity: Severity
) -> None:
    case, findings = audited(form([row(target, actual, "60", "60"), SATISFIED]))
    assert [(finding.code, finding.severity) for finding in findings] == [(f"audit.{code}", severity)]
    assert case.found.lines[0].basis is Basis.AS_PRINTED
    assert str(case.found.total) == "99.50"


def test_an_indicator_that_does_not_apply_drops_out_and_the_rest_is_rescaled() -> None:
    rows = [row("≥100个", "/", "60", "/", "本年未安排"), SATISFIED]
    case, _ = audited(form(rows, total_score="98.75"))
    assert case.found.lines[0].basis is Basis.NOT_APPLICABLE
    assert str(case.found.total) == "98.75"  # 39.5 of 40, out of 100
    assert told(form(rows, total_score="98.75")) == []


def test_a_bare_cost_target_undercut_is_read_as_the_upper_bound_its_score_shows() -> None:
    cost = {"level1": "产出指标", "level2": "成本指标", "level3": "单位成本"}
    assert told_of(row("50万元", "40万元", "60", "60") | cost, "99.5") == ["direction"]
    assert told_of(row("50万元", "40万元", "60", "50", WHY) | cost, "89.5") == ["score_wrong"]


@pytest.mark.parametrize(
    ("budget", "codes"),
    [
        ({"执行率": "95.00%"}, []),
        ({"执行率": "0.95"}, ["rate_unsigned"]),
        ({"执行率": "95.1%"}, ["execution_rate"]),
        ({"执行率": "九成五"}, ["unreadable"]),
        ({"执行率": ""}, ["rate_missing"]),
        ({"分值": "20", "得分": "19"}, ["execution_weight", "weights_sum"]),
        ({"全年预算数": "", "年初预算数": "100"}, ["budget_base"]),
        ({"全年执行数": "若干"}, ["unreadable"]),
        ({"全年预算数": "0", "全年执行数": "0"}, ["no_base"]),
    ],
)
def test_the_execution_row_is_checked(budget: Row, codes: list[str]) -> None:
    found = [code for code in told(form(budget=budget)) if not code.startswith("total")]
    assert sorted(found) == codes


def test_a_rate_rounded_to_the_decimals_it_is_printed_with_is_right() -> None:
    money = {"全年预算数": "287", "全年执行数": "171", "得分": "5.96"}
    assert told(form(budget=money | {"执行率": "60%"}, total_score="95.96")) == []
    assert told(form(budget=money | {"执行率": "59%"}, total_score="95.96")) == ["execution_rate"]


def test_execution_above_the_budget_earns_the_weight_and_no_more() -> None:
    assert told(form(budget={"全年执行数": "120", "执行率": "120%", "得分": "10"}, total_score="100")) == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"total_score": "98"}, ["total_sum"]),
        ({"total_score": "优秀"}, ["unreadable"]),
        ({"grade": "优秀"}, []),
        ({"grade": "良"}, ["grade"]),
        ({"grade": "良好"}, ["grade"]),
        ({"grade": "良性运行"}, []),
        ({"total_weight_published": "110"}, ["total_weight"]),
        ({"overall_goal": {"预期目标": "100", "实际完成情况": "95"}}, ["goal_is_amount", "goal_is_amount"]),
    ],
)
def test_the_foot_and_the_goal_are_checked(changes: Row, codes: list[str]) -> None:
    assert told(form(**changes)) == codes  # type: ignore[arg-type]


def test_values_that_are_the_weight_are_a_warning() -> None:
    assert told_of(row("60", "60", "60", "60"), "99.5") == ["weight_as_value"]


def test_weights_and_scores_that_are_no_numbers_are_told() -> None:
    assert told_of(row("≥1个", "1个", "六十", "满分"), "39.5")[:2] == ["unreadable", "unreadable"]


def test_a_form_without_scores_is_only_noted() -> None:
    rows = [row("≥100个", "", "60", ""), row("≥90%", "", "30", "")]
    filled = form(rows, budget={"得分": "", "执行率": ""}, total_score="")
    assert told(filled) == ["not_scored"]
    assert audited(filled)[0].found.total is None
