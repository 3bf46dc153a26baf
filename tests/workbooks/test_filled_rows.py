"""Rows of a filled table that are no indicator: sums, heads of groups, totals, a second form below."""

import pytest

from budgetperf.errors import Invalid
from budgetperf.lifecycle.evaluation.audit_form import MAX_FORMS
from budgetperf.workbooks.filled_form import FilledSheet, read_filled
from tests.lifecycle.evaluation.audited import audited
from tests.workbooks.test_filled_form import LABELS, book

Row = list[object]
HEAD: list[Row] = [
    ["项目支出绩效自评表"],
    ["（2025年度）"],
    ["项目名称", "管网改造"],
    ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["", "年度资金总额", 100, 100, 95, 10, "95%", 9.5],
]
FIRST: Row = ["产出指标", "数量指标", "完成数量", "≥100个", "100个", 40, 40, ""]
SECOND: Row = ["产出指标", "质量指标", "合格率", "≥90%", "92%", 10, 10, ""]
THIRD: Row = ["效益指标", "社会效益指标", "受益人数", "≥50人", "50人", 40, 40, ""]
TOTAL: Row = ["总分", "", "", "", "", 100, 99.5]


def sheet(*rows: Row, head: list[Row] = HEAD, labels: list[str] = LABELS) -> list[Row]:
    return [*head, list(labels), *[list(row) for row in rows]]


def codes(found: FilledSheet) -> list[str]:
    return [finding.code for finding in (*found.findings, *audited(found.form)[1])]


def summed(label: str, weight: float, score: float, *, column: int = 0) -> Row:
    row: Row = [""] * 5 + [weight, score]
    row[column] = label
    return row


@pytest.mark.parametrize(
    "rows",
    [
        [FIRST, SECOND, summed("小计", 50, 50), THIRD, summed("小计", 40, 40), TOTAL],
        [FIRST, SECOND, summed("产出指标小计", 50, 50, column=2), THIRD, TOTAL],
        [FIRST, SECOND, THIRD, summed("指标合计", 90, 90), TOTAL],
        [FIRST, SECOND, THIRD, summed("合计", 90, 90), TOTAL],
        [summed("产出指标（50分）", 50, 50), FIRST, SECOND, summed("效益指标（40分）", 40, 40), THIRD, TOTAL],
        [summed("产出指标（50分）", 50, 50), FIRST, SECOND, THIRD, TOTAL],
        [FIRST, SECOND, THIRD, summed("自评总分", 100, 99.5)],
        [FIRST, SECOND, list(LABELS), THIRD, TOTAL],
    ],
    ids=["subtotals", "in the name column", "sum of indicators", "sum before total", "heads", "one head", "own total", "header again"],
)  # fmt: skip
def test_a_row_that_adds_up_others_is_no_indicator_and_no_total(rows: list[Row]) -> None:
    [found] = read_filled(book(sheet(*rows)))
    assert [row.name for row in found.form.indicators] == ["完成数量", "合格率", "受益人数"]
    assert (found.form.total_weight, found.form.total_score) == ("100", "99.5")
    assert codes(found) == []


def test_an_indicator_without_a_name_that_weighs_as_much_as_its_neighbour_stays_one() -> None:
    nameless: Row = ["产出指标", "数量指标", "", "≥100个", "100个", 40, 40, ""]
    [found] = read_filled(book(sheet(nameless, SECOND, THIRD, TOTAL)))
    assert [row.weight for row in found.form.indicators] == ["40", "10", "40"]


def test_the_head_of_a_group_names_the_level_of_its_rows() -> None:
    bare = [["", *row[1:]] for row in (FIRST, SECOND)]
    [found] = read_filled(book(sheet(summed("产出指标（50分）", 50, 50), *bare, TOTAL)))
    assert [row.level1 for row in found.form.indicators] == ["产出指标（50分）"] * 2


@pytest.mark.parametrize(
    "between", [[], [[]], [["评价等级", "优"], ["附件2"]]], ids=["none", "blank", "foot"]
)
def test_a_second_form_further_down_is_read_too(between: list[Row]) -> None:
    head = [["项目支出绩效自评表"], ["（2024年度）"], ["项目名称", "河道清淤"], *HEAD[3:]]
    both = [
        *sheet(FIRST, SECOND, THIRD, TOTAL),
        *between,
        *sheet(FIRST, SECOND, THIRD, [*TOTAL[:6], 98], head=head),
    ]
    first, second = read_filled(book(both))
    assert [(one.form.project, one.form.year) for one in (first, second)] == [
        ("管网改造", 2025),
        ("河道清淤", 2024),
    ]
    assert (codes(first), codes(second)) == ([], ["audit.total_sum"])
    assert second.form.budget.executed == "95"
    assert second.form.grade == ""


def test_a_sheet_of_ever_more_forms_is_refused() -> None:
    with pytest.raises(Invalid, match="一次最多复算") as refused:
        read_filled(book([LABELS, TOTAL] * (MAX_FORMS + 1)))
    assert refused.value.code == "audit.forms"


@pytest.mark.parametrize(
    "label",
    [
        "未完成原因分析",
        "偏差原因及改进措施",
        "未完成原因及拟采取的改进措施",
        "偏差原因分析及改进\n措施（扣分必填）",
    ],
)
def test_the_column_of_reasons_is_known_by_its_word(label: str) -> None:
    labels = [*LABELS[:7], label]
    short: Row = [*THIRD[:4], "45人", 40, 36, "两村缓建，已列入下年"]
    [found] = read_filled(book(sheet(FIRST, SECOND, short, [*TOTAL[:6], 95.5], labels=labels)))
    assert found.form.indicators[2].note == "两村缓建，已列入下年"
    assert codes(found) == []


def test_the_score_may_be_headed_as_the_units_own() -> None:
    labels = [*LABELS[:4], "全年实际值", "分值", "自评分", LABELS[7]]
    [found] = read_filled(book(sheet(FIRST, SECOND, THIRD, TOTAL, labels=labels)))
    assert codes(found) == []


def test_without_a_column_of_reasons_their_lack_is_noted_once_and_not_told_of_each_row() -> None:
    short: Row = [*THIRD[:4], "45人", 40, 36]
    rows = [row[:7] for row in (FIRST, SECOND, short, [*TOTAL[:6], 95.5])]
    [found] = read_filled(book(sheet(*rows, labels=LABELS[:7])))
    assert codes(found) == ["audit.no_reason_column"]
