from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.money import Money, MoneyUnit
from budgetperf.scoring.exante import (
    ConclusionRule,
    ExanteConclusion,
    Specialism,
    exante,
    rater_sheet,
    uncommented,
)
from tests.scoring.makers import exante_rules

RULES = exante_rules()
KEYS = [criterion.key for criterion in RULES.scheme.criteria()]


def ratings(points: str) -> dict[str, Decimal]:
    return dict.fromkeys(KEYS, Decimal(points))


def test_five_tests_weigh_twenty_each_in_two_items_of_ten() -> None:
    assert [d.label for d in RULES.scheme.dimensions] == [
        "立项必要性",
        "投入经济性",
        "绩效目标合理性",
        "实施方案可行性",
        "筹资合规性",
    ]
    assert {c.weight for c in RULES.scheme.criteria()} == {10}
    assert len(KEYS) == 10


@pytest.mark.parametrize(
    ("totals", "conclusion"),
    [
        (["8", "8", "8"], ExanteConclusion.SUPPORT),
        (["10", "8", "6"], ExanteConclusion.SUPPORT),
        (["8", "8", "7.99"], ExanteConclusion.PARTIAL),
        (["6", "6", "6"], ExanteConclusion.PARTIAL),
        (["6", "6", "5.99"], ExanteConclusion.REJECT),
        (["0", "0", "0"], ExanteConclusion.REJECT),
    ],
)
def test_the_mean_total_suggests_the_conclusion(totals: list[str], conclusion: ExanteConclusion) -> None:
    assert exante([ratings(points) for points in totals], RULES).suggested is conclusion


@pytest.mark.parametrize(
    ("last", "mean", "conclusion"),
    [("7.99", "80.00", ExanteConclusion.SUPPORT), ("7.98", "79.99", ExanteConclusion.PARTIAL)],
)
def test_the_cut_off_is_held_against_the_printed_mean(
    last: str, mean: str, conclusion: ExanteConclusion
) -> None:
    result = exante([ratings("8"), ratings("8"), {**ratings("8"), KEYS[0]: Decimal(last)}], RULES)
    assert (result.means.total.mean, result.suggested) == (Decimal(mean), conclusion)


def test_a_rater_cannot_leave_out_a_criterion_or_exceed_its_points() -> None:
    with pytest.raises(Invalid) as missing:
        rater_sheet({key: Decimal(8) for key in KEYS[1:]}, RULES)
    with pytest.raises(Invalid) as above:
        rater_sheet({**ratings("8"), KEYS[0]: Decimal("10.01")}, RULES)
    assert (missing.value.code, above.value.code) == ("scoring.facts", "scoring.points_range")


@pytest.mark.parametrize(
    ("points", "comment", "due"),
    [("6", "", False), ("5.99", "", True), ("5.99", " ", True), ("5.99", "依据不足", False)],
)
def test_a_low_rating_needs_a_comment(points: str, comment: str, due: bool) -> None:
    rated = {**ratings("8"), KEYS[3]: Decimal(points)}
    found = uncommented(rated, {KEYS[3]: comment}, rules=RULES)
    assert [criterion.key for criterion in found] == ([KEYS[3]] if due else [])


def test_the_threshold_is_money_and_the_panel_covers_three_specialisms() -> None:
    assert RULES.threshold.amount == Money.parse(500, MoneyUnit.WAN)
    assert set(RULES.panel.specialisms) == set(Specialism)
    assert (RULES.panel.size, RULES.panel.odd, RULES.panel.drop_extremes) == (5, True, False)


@pytest.mark.parametrize(
    "cuts",
    [
        [("support", "60"), ("partial", "80"), ("reject", "0")],
        [("support", "80"), ("partial", "80"), ("reject", "0")],
        [("support", "80"), ("partial", "60"), ("reject", "1")],
        [("partial", "80"), ("support", "60"), ("reject", "0")],
        [("support", "80"), ("reject", "0")],
    ],
)
def test_cut_offs_out_of_order_are_refused(cuts: list[tuple[str, str]]) -> None:
    raw = {
        "source": {"document": "测试文件"},
        "cut_offs": [{"conclusion": word, "at_least": edge} for word, edge in cuts],
    }
    with pytest.raises(ValidationError, match="结论"):
        ConclusionRule.model_validate(raw)
