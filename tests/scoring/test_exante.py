from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.money import Money, MoneyUnit
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.exante import (
    ConclusionRule,
    ExanteConclusion,
    ExanteResult,
    ExanteRules,
    NamedExanteResult,
    Specialism,
    exante,
    rater_sheet,
    uncommented,
)
from budgetperf.scoring.recompute import ExanteFacts, compute, rescore, to_json
from tests.scoring.makers import DAY, exante_rules

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


RULEBOOK = Rulebook.load()
BEIJING = RULEBOOK.get("exante_project", date(2018, 8, 31), jurisdiction="beijing").rules_as(ExanteRules)
NAMED = [("support", "甲", "支持"), ("partial", "乙", "调整后支持"), ("reject", "丙", "不予支持")]


def test_beijing_judges_by_the_five_tests_of_its_present_measure() -> None:
    present = RULEBOOK.get("exante_project", DAY, jurisdiction="beijing").rules_as(ExanteRules)
    labels = [dimension.label for dimension in present.scheme.dimensions]
    assert labels == ["设立必要性", "投入经济性", "绩效目标合理性", "实施方案可行性", "筹资合规性"]


def named_cuts(names: list[tuple[str, str, str]]) -> dict[str, object]:
    edges = range(10 * (len(names) - 1), -10, -10)
    cuts = [
        {"conclusion": word, "code": code, "label": label, "at_least": edge}
        for (word, code, label), edge in zip(names, edges, strict=True)
    ]
    return {"source": {"document": "测试文件"}, "cut_offs": cuts}


@pytest.mark.parametrize(
    ("points", "suggested", "label"),
    [
        ("16", ExanteConclusion.SUPPORT, "支持"),
        ("14", ExanteConclusion.PARTIAL, "调整完善后支持"),
        ("12", ExanteConclusion.PARTIAL, "部分支持"),
        ("11", ExanteConclusion.REJECT, "不支持"),
    ],
)
def test_an_edition_names_its_own_conclusions_and_what_each_lets_through(
    points: str, suggested: ExanteConclusion, label: str
) -> None:
    keys = [criterion.key for criterion in BEIJING.scheme.criteria()]
    result = exante([dict.fromkeys(keys, Decimal(points))], BEIJING)
    assert isinstance(result, NamedExanteResult)
    assert (result.suggested, result.label) == (suggested, label)


def test_a_named_conclusion_stands_in_the_package_and_recomputes() -> None:
    keys = [criterion.key for criterion in BEIJING.scheme.criteria()]
    facts = ExanteFacts({"01": dict.fromkeys(keys, Decimal(14))})
    package = to_json(compute(facts, BEIJING))
    assert isinstance(package, dict)
    assert (package["code"], package["suggested"]) == ("adjusted", "partial")
    assert rescore(to_json(facts), BEIJING) == package


def test_without_names_the_package_says_what_it_always_said() -> None:
    result = exante([ratings("8")], RULES)
    assert type(result) is ExanteResult
    package = to_json(result)
    assert isinstance(package, dict)
    assert set(package) == {"means", "suggested"}


def test_two_conclusions_may_let_a_part_through_and_none_need() -> None:
    four = [NAMED[0], NAMED[1], ("partial", "丁", "部分支持"), NAMED[2]]
    for names in (NAMED, four, [NAMED[0], NAMED[2]]):
        assert len(ConclusionRule.model_validate(named_cuts(names)).cut_offs) == len(names)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([NAMED[0], ("partial", "", "调整后支持"), NAMED[2]], "逐档写明"),
        ([NAMED[0], ("partial", "乙", ""), NAMED[2]], "逐档写明"),
        ([NAMED[0], ("partial", "甲", "调整后支持"), NAMED[2]], "不得重复"),
        ([NAMED[0], ("partial", "乙", "支持"), NAMED[2]], "不得重复"),
        ([NAMED[1], NAMED[0], NAMED[2]], "从 support 到 reject"),
        (NAMED[:2], "末档为 reject"),
        (NAMED[1:], "首档为 support"),
        ([NAMED[0], ("reject", "丁", "缓办"), NAMED[1], NAMED[2]], "从 support 到 reject"),
    ],
)
def test_named_conclusions_that_do_not_fit_are_refused(names: list[tuple[str, str, str]], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ConclusionRule.model_validate(named_cuts(names))
