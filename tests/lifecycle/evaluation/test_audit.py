"""The nine breaches of a filled form: each told where it stands, and not where it does not."""

from decimal import Decimal

import pytest

from tests.lifecycle.evaluation.audited import audited, form, row, told

WHY = "部分标段因征地推迟，已安排下年完成"


def message(filled: object, code: str) -> str:
    _, findings = audited(filled)  # type: ignore[arg-type]
    return next(finding.message for finding in findings if finding.code == f"audit.{code}")


def test_a_sound_form_is_told_nothing() -> None:
    case, findings = audited(form())
    assert findings == ()
    assert (str(case.found.total), str(case.found.out_of)) == ("99.50", "100")


def test_a_total_without_the_execution_score_is_told_with_the_right_one() -> None:
    assert told(form(total_score="90")) == ["total_without_execution"]
    assert "应为99.5分" in message(form(total_score="90"), "total_without_execution")


def test_a_total_without_execution_is_right_when_execution_earned_nothing() -> None:
    nothing = {"全年执行数": "0", "执行率": "0%", "得分": "0"}
    assert told(form(budget=nothing, total_score="90")) == []


def test_weights_of_110_are_told() -> None:
    rows = [row("≥100个", "50个", "70", "35", WHY), row("≥90%", "92%", "30", "30", level3="满意度")]
    assert told(form(rows, total_score="74.5")) == ["weights_sum"]
    assert "共110分，应为100分；指标分值须合计90分" in message(form(rows, total_score="74.5"), "weights_sum")


def test_weights_of_a_fragment_are_not_summed() -> None:
    fragment = form([row("≥100个", "100个", "60", "60")], completeness="truncated", total_score="")
    assert told(fragment) == ["partial"]


@pytest.mark.parametrize(
    ("score", "codes"),
    [
        ("9.5", []),
        ("10", ["execution_rounded_up"]),
        ("9.6", ["execution_score"]),
        ("9.4", ["execution_score"]),
    ],
)
def test_an_execution_score_is_right_rounded_up_or_wrong(score: str, codes: list[str]) -> None:
    total = str(90 + Decimal(score))
    assert told(form(budget={"得分": score}, total_score=total)) == codes


def test_an_execution_score_cut_to_one_decimal_is_a_warning() -> None:
    money = {"全年预算数": "43.2", "全年执行数": "37.24", "执行率": "86.2%", "得分": "8.6"}
    assert told(form(budget=money, total_score="98.6")) == ["score_rounded"]
    for printed in ("8.7", "9"):
        rounded = form(budget=money | {"得分": printed}, total_score=str(90 + Decimal(printed)))
        assert told(rounded) == ["execution_rounded_up"]


def test_an_execution_score_half_up_to_one_decimal_is_a_warning_and_no_more() -> None:
    money = {"全年预算数": "300", "全年执行数": "260", "执行率": "86.67%", "得分": "8.7"}
    assert told(form(budget=money, total_score="98.7")) == ["score_rounded"]
    assert told(form(budget=money | {"得分": "9"}, total_score="99")) == ["execution_rounded_up"]
    assert "total_above_maximum" in told(form(budget=money, total_score="98.8"))


def test_weight_times_the_raw_percentage_is_told_with_the_right_score() -> None:
    rows = [row("≥100个", "100个", "60", "60"), row("≥98%", "96%", "30", "28.8", WHY)]
    filled = form(rows, total_score="98.3")
    assert told(filled) == ["raw_percent"]
    assert "得29.39分" in message(filled, "raw_percent")


def test_weight_times_actual_over_target_is_right() -> None:
    rows = [row("≥100个", "100个", "60", "60"), row("≥98%", "96%", "30", "29.39", WHY)]
    assert told(form(rows, total_score="98.89")) == []


def test_a_count_is_no_percentage() -> None:
    rows = [row("≥120个", "100个", "60", "60", WHY), row("≥90%", "92%", "30", "30")]
    assert told(form(rows)) == ["score_wrong"]


@pytest.mark.parametrize("note", ["", "0", "/", "无"])
def test_a_deduction_without_a_reason_is_told(note: str) -> None:
    rows = [row("≥100个", "90个", "60", "54", note), row("≥90%", "92%", "30", "30")]
    assert told(form(rows, total_score="93.5")) == ["reason_missing"]


def test_a_deduction_with_a_reason_is_right() -> None:
    rows = [row("≥100个", "90个", "60", "54", WHY), row("≥90%", "92%", "30", "30")]
    assert told(form(rows, total_score="93.5")) == []


def test_a_total_above_what_weights_and_money_allow_is_told() -> None:
    assert "total_above_maximum" in told(form(total_score="99.51"))
    assert "最高分99.5分" in message(form(total_score="100"), "total_above_maximum")
    assert "total_above_maximum" not in told(form(total_score="99.5"))


def test_a_total_above_100_is_above_the_maximum_whatever_the_weights() -> None:
    rows = [row("≥100个", "100个", "70", "70"), row("≥90%", "92%", "30", "30")]
    assert "total_above_maximum" in told(form(rows, total_score="109.5"))


@pytest.mark.parametrize(("actual", "how"), [("≥90%", "照抄了年度指标值"), ("不低于91%", "写成了不等式")])
def test_an_inequality_as_actual_is_told(actual: str, how: str) -> None:
    rows = [row("≥100个", "100个", "60", "60"), row("≥90%", actual, "30", "30")]
    assert told(form(rows)) == ["inequality_as_actual"]
    assert how in message(form(rows), "inequality_as_actual")


SOURCES = [
    {"row": "年度资金总额", "全年预算数": "", "全年执行数": ""},
    {"row": "其中：当年财政拨款", "全年预算数": "90", "全年执行数": "85.5"},
    {"row": "其他资金", "全年预算数": "10", "全年执行数": "9.5"},
]


@pytest.mark.parametrize("printed", ["", "0"])
def test_an_empty_total_row_over_filled_sources_is_told_and_the_sources_are_summed(printed: str) -> None:
    filled = form(budget={"全年预算数": printed, "全年执行数": printed, "rows": SOURCES})
    case, findings = audited(filled)
    assert [finding.where.pointer for finding in findings] == ["/budget/adjusted", "/budget/executed"]
    assert {finding.code for finding in findings} == {"audit.empty_fund_total"}
    assert "总额应为100万元" in findings[0].message
    assert str(case.found.execution.points) == "9.50"


def sources(*amounts: str, first: str = "其中：当年财政拨款") -> dict[str, object]:
    names = (first, "其中：省级", "其他资金")
    rows = [{"row": "年度资金总额", "全年预算数": "100"}]
    rows += [{"row": name, "全年预算数": text} for name, text in zip(names, amounts, strict=False)]
    return {"rows": rows}


@pytest.mark.parametrize(
    ("budget", "codes"),
    [
        (sources("60", "", "55"), ["fund_total"]),
        (sources("60", "", "39"), ["fund_total"]),
        (sources("60", "", "40"), []),
        (sources("60.33", "", "39.68"), []),  # each rounded to the cent
        (sources("60.33", "", "39.70"), ["fund_total"]),
        (sources("60", "60", "40", first="财政拨款"), []),  # 其中 parts the source above it
    ],
)
def test_a_total_row_is_held_against_its_sources(budget: dict[str, object], codes: list[str]) -> None:
    assert told(form(budget=budget)) == codes


def test_the_funds_of_a_fragment_are_not_summed() -> None:
    assert told(form(budget=sources("60", "", "55"), completeness="truncated")) == ["partial"]


def test_a_filled_total_row_over_empty_sources_is_right() -> None:
    assert (
        told(form(budget={"rows": [{"row": "年度资金总额", "全年预算数": "100"}, {"row": "其他资金"}]})) == []
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"level3": "预算执行率"},
        {"level3": "年度资金支付完成率"},
        {"target": "100", "actual": "95", "score": "57", "level3": "完成投资", "note": WHY},
        {"target": "≥100万元", "actual": "95万元", "score": "57", "note": WHY},
    ],
)
def test_execution_scored_again_as_an_indicator_is_told(changes: dict[str, object]) -> None:
    rows = [row("≥100个", "100个", "60", "60") | changes, row("≥90%", "92%", "30", "30")]
    total = "96.5" if "score" in changes else "99.5"
    assert told(form(rows, total_score=total)) == ["execution_twice"]


@pytest.mark.parametrize(
    "name", ["政策性粮收购价格执行率", "管理制度执行率", "补贴资金发放及时率", "计划完成率"]
)
def test_other_rates_are_no_execution(name: str) -> None:
    rows = [row("=100%", "100%", "60", "60", level3=name), row("≥90%", "92%", "30", "30")]
    assert told(form(rows)) == []
