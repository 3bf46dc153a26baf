"""Scores left out, amounts in other units or unreadable, directions not written, execution as a row."""

import pytest

from budgetperf.findings import Severity
from budgetperf.lifecycle.evaluation.audit_answer import (
    AuditedEdition,
    AuditedForm,
    Chosen,
    answer_of,
    word_of,
)
from budgetperf.lifecycle.evaluation.audit_form import FilledForm
from budgetperf.lifecycle.evaluation.audit_recompute import Basis
from tests.lifecycle.evaluation.audited import Row, audited, form, row, told

SOURCES = [
    {"row": "年度资金总额"},
    {"row": "财政拨款", "年初预算数": "110", "全年预算数": "80", "全年执行数": "75"},
    {"row": "其他资金", "全年预算数": "20", "全年执行数": "20"},
]
SATISFIED = row("≥90%", "92%", "30", "30", level3="满意度")
WHY = "两个标段因征地推迟，已安排下年完成"


def answered(filled: FilledForm) -> AuditedForm:
    case, findings = audited(filled)
    edition = AuditedEdition(
        id="x", title="x", digest="x", chosen=word_of(Chosen.NATIONAL), place="", grades="x"
    )
    return answer_of(case, findings, edition=edition)


@pytest.mark.parametrize(
    "total",
    [
        {"全年预算数": ""},
        {"全年执行数": "0"},
        {"全年预算数": "", "全年执行数": "0", "年初预算数": "110"},
        {"年初预算数": "110", "全年预算数": "0"},
    ],
    ids=["no budget", "nothing paid", "both", "budget 0 beside the first budget"],
)
def test_an_empty_column_of_the_total_row_is_filled_from_its_sources(total: Row) -> None:
    filled = form(budget={"年初预算数": "110", "rows": SOURCES} | total)
    case, _ = audited(filled)
    funds = case.found.execution
    assert (str(funds.rate), str(funds.points), funds.base_is_initial) == ("0.9500", "9.50", False)
    assert funds.from_sources
    assert set(told(filled)) == {"empty_fund_total"}


@pytest.mark.parametrize("text", ["1000000元", "100万元", "100（万元）", "0.01亿元", "￥100", "１００ 万元"])
def test_an_amount_may_carry_its_own_unit(text: str) -> None:
    assert told(form(budget={"全年预算数": text})) == []


@pytest.mark.parametrize("text", ["八百六十", "1e300", "100千元", "约100"])
def test_an_amount_that_cannot_be_read_is_said_and_nothing_takes_its_place(text: str) -> None:
    filled = form(budget={"全年预算数": text, "年初预算数": "110", "rows": SOURCES})
    case, findings = audited(filled)
    assert [(one.code, one.where.pointer) for one in findings] == [("audit.unreadable", "/budget/adjusted")]
    assert (case.found.execution.base, case.found.execution.rate) == (None, None)


def test_a_source_that_cannot_be_read_is_said_and_leaves_no_sum() -> None:
    sources = [*SOURCES[:2], {"row": "其他资金", "全年预算数": "二十", "全年执行数": "20"}]
    filled = form(budget={"全年预算数": "", "rows": sources})
    assert told(filled) == ["empty_fund_total", "unreadable"]  # 年初预算数 and the source
    assert audited(filled)[0].found.execution.base is None


def test_a_weighted_row_without_a_score_is_told_with_the_right_one() -> None:
    filled = form([row("≥100个", "95个", "60", ""), SATISFIED], total_score="39.5")
    found = [one for one in audited(filled)[1] if one.code == "audit.score_missing"]
    assert [(one.where.pointer, one.severity) for one in found] == [("/indicators/0/score", Severity.ERROR)]
    assert "应为57分" in found[0].message
    assert told(form(budget={"得分": ""}, total_score="90")) == ["score_missing", "total_without_execution"]


def test_a_whole_form_states_its_total_and_a_fragment_need_not() -> None:
    assert told(form(total_score="")) == ["total_missing"]
    assert told(form(total_score="", completeness="truncated")) == ["partial"]


def test_full_marks_for_less_than_a_bare_target_are_doubted_and_kept() -> None:
    filled = form([row("5%", "2%", "60", "60", level3="群众投诉率"), SATISFIED])
    case, findings = audited(filled)
    assert [(one.code, one.severity) for one in findings] == [("audit.direction_missing", Severity.WARNING)]
    assert case.found.lines[0].basis is Basis.AS_PRINTED
    assert str(case.found.total) == "99.50"
    below = form([row("5%", "2%", "60", "30", WHY), SATISFIED], total_score="69.5")
    assert told(below) == ["score_wrong"]


@pytest.mark.parametrize(
    ("filled", "unverified"),
    [
        (form(), "0"),
        (form([row("建立健全", "基本完成", "60", "60"), SATISFIED]), "60.00"),
        (form(budget={"全年执行数": "若干"}), "9.50"),
        (form(completeness="truncated"), "0"),
    ],
    ids=["all", "a row in words", "the money", "a fragment"],
)
def test_no_grade_stands_on_what_could_not_be_verified(filled: FilledForm, unverified: str) -> None:
    told_of = answered(filled)
    assert str(told_of.unverified) == unverified
    assert (told_of.grade is not None) == (unverified == "0" and filled.complete)
    assert str(told_of.total) == "99.50"


def executed(weight: str, score: str) -> Row:
    return row("100%", "95%", weight, score, WHY, level3="预算执行率")


@pytest.mark.parametrize("at", [0, 2])
def test_execution_printed_as_an_indicator_is_the_execution_row(at: int) -> None:
    rows = [row("≥100个", "100个", "60", "60"), SATISFIED]
    rows.insert(at, executed("10", "9.5"))
    blank = {"分值": "", "得分": "", "执行率": ""}
    case, findings = audited(form(rows, budget=blank))
    assert [one.code for one in findings] == []
    assert case.found.lines[at].basis is Basis.EXECUTION
    assert (str(case.found.total), str(case.found.weight_sum)) == ("99.50", "90")
    rows[at] = executed("10", "10")
    wrong = audited(form(rows, budget=blank, total_score="100"))[1]
    assert ("audit.execution_rounded_up", f"/indicators/{at}/score") in [
        (one.code, one.where.pointer) for one in wrong
    ]


def test_execution_scored_in_the_funds_too_is_scored_twice() -> None:
    rows = [row("≥100个", "100个", "50", "50"), SATISFIED, executed("10", "9.5")]
    assert told(form(rows, total_score="99")) == ["execution_twice"]


@pytest.mark.parametrize(
    ("filled", "code", "expected"),
    [
        (form(budget={"全年执行数": "90", "rows": SOURCES}), "fund_total", "95"),
        (form([row("≥100个", "50个", "60", "-3"), SATISFIED]), "score_negative", "30"),
        (form([row("建立健全", "基本完成", "60", "-3"), SATISFIED]), "score_negative", ""),
    ],
)
def test_the_right_value_is_told_where_the_form_itself_shows_it(
    filled: FilledForm, code: str, expected: str
) -> None:
    found = next(one for one in answered(filled).findings if one.code == f"audit.{code}")
    assert found.expected == expected


def test_a_total_row_or_source_that_cannot_be_read_is_no_wrong_sum() -> None:
    unread = [*SOURCES, {"row": "自筹", "全年执行数": "若干"}]
    assert "fund_total" not in told(form(budget={"全年执行数": "90", "rows": unread}))
    total = {"年初预算数": "110", "全年执行数": "若干", "rows": SOURCES}
    assert {"empty_fund_total", "fund_total"}.isdisjoint(told(form(budget=total)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"level2": "经济成本指标", "level1": "成本指标", "level3": "单位改造成本"}, ["direction_missing"]),
        ({"level3": "安全事故发生数"}, ["direction_missing"]),
        ({"level3": "改造数量"}, []),
    ],
    ids=["cost", "accidents", "output"],
)
def test_more_than_a_bare_target_asks_for_its_sign_where_less_is_better(
    changes: Row, expected: list[str]
) -> None:
    over = row("70", "90", "60", "60", **changes)
    assert [code for code in told(form([over, SATISFIED])) if code == "direction_missing"] == expected


def test_points_without_a_weight_and_a_total_without_indicators_are_errors() -> None:
    bare = [row("≥100个", "100个", "", "60"), row("≥90%", "92%", "", "30", level3="满意度")]
    assert told(form(bare), Severity.ERROR).count("weight_missing") == 2
    empty = form().model_copy(update={"indicators": ()})
    assert "indicators_missing" in told(empty, Severity.ERROR)


def test_a_total_left_raw_beside_what_does_not_apply_is_told_its_rescaled_value() -> None:
    left_out = [row("≥100个", "100个", "60", "60"), row("≥90%", "/", "30", "", level3="满意度")]
    assert told(form(left_out, total_score="69.5")) == ["not_applicable_rescaled"]
    assert told(form(left_out, total_score="99.29")) == []


@pytest.mark.parametrize("name", ["预算完成率", "资金完成率", "预算执行率"])
def test_execution_under_another_name_is_scored_twice(name: str) -> None:
    rows = [row("≥100个", "100个", "60", "60"), row("=100%", "95%", "30", "28.5", WHY, level3=name)]
    assert "execution_twice" in told(form(rows, total_score="98"))
