"""What local editions add to a self-evaluation: fixed level-1 weights, fixed indicators, mid-year changes."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Indicator, Level2
from budgetperf.ledger import Execution
from budgetperf.money import Money
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.facts import Achieved, Actual, NotApplicable, Rated, Reached
from budgetperf.scoring.required_reasons import Deviation, required_reasons
from budgetperf.scoring.self_evaluation import SelfEvaluationRules, self_evaluation, self_evaluation_scheme
from tests.scoring.makers import make_execution, make_indicator, self_evaluation_rules

BOOK = Rulebook.load()
NATIONAL = self_evaluation_rules()
SICHUAN = BOOK.by_id("sichuan/self_evaluation/2023-01-01").rules_as(SelfEvaluationRules)
YINCHUAN = BOOK.by_id("yinchuan/self_evaluation/2020-02-25").rules_as(SelfEvaluationRules)
PAID = make_execution(100, 100, initial=100)
FIXED: dict[str, Actual] = {
    "project_decision": Achieved(Achievement.MET, Decimal(1)),
    "project_management": Achieved(Achievement.MET, Decimal(1)),
}


def filed(output: str, benefit: str) -> list[Indicator]:
    return [make_indicator("1", output), make_indicator("2", benefit, level2=Level2.SOCIAL)]


def reached(value: str = "100") -> dict[str, Actual]:
    return {"1": Reached(Decimal(value)), "2": Reached(Decimal(100))}


def code_of(indicators: list[Indicator], actuals: dict[str, Actual]) -> str:
    with pytest.raises(Invalid) as refusal:
        self_evaluation(indicators, actuals, execution=PAID, rules=YINCHUAN)
    return refusal.value.code


def test_the_edition_brings_its_own_indicators_before_the_filed_ones() -> None:
    scheme = self_evaluation_scheme(filed("30", "35"), YINCHUAN)
    assert [(d.label, d.weight) for d in scheme.dimensions] == [
        ("决策", 10),
        ("管理", 15),
        ("产出指标", 30),
        ("效益指标", 35),
        ("预算执行", 10),
    ]


@pytest.mark.parametrize(("output", "benefit"), [("29.99", "35.01"), ("30.01", "34.99")])
def test_a_level_one_off_its_fixed_weight_is_refused(output: str, benefit: str) -> None:
    assert code_of(filed(output, benefit), {**FIXED, **reached()}) == "scoring.level1_weights"


def test_a_level_one_of_no_group_cannot_be_filed() -> None:
    assert YINCHUAN.level1 is not None
    only_output = [
        group.model_copy(update={"levels": group.levels[-1:]}) for group in YINCHUAN.level1.groups[:1]
    ]
    groups = (*only_output, YINCHUAN.level1.groups[1])
    rules = YINCHUAN.model_copy(
        update={"level1": YINCHUAN.level1.model_copy(update={"groups": tuple(groups)})}
    )
    cost = make_indicator("1", "30", level2=Level2.ECONOMIC_COST)
    with pytest.raises(Invalid, match="本表不设成本指标"):
        self_evaluation_scheme([cost, *filed("30", "35")[1:]], rules)


@pytest.mark.parametrize("actual", [Reached(Decimal(1)), Rated(Decimal(10)), None])
def test_a_fixed_indicator_is_judged_by_a_tier(actual: Any) -> None:
    given = {**FIXED, **reached(), "project_decision": actual}
    if actual is None:
        del given["project_decision"]
    assert code_of(filed("30", "35"), given) == "scoring.facts"


def test_a_filed_indicator_cannot_take_the_key_of_a_fixed_one() -> None:
    indicators = [make_indicator("project_decision", "30"), *filed("30", "35")[1:]]
    assert code_of(indicators, {**FIXED, **reached()}) == "scoring.keys"


def test_the_national_form_knows_no_fixed_indicator() -> None:
    with pytest.raises(Invalid, match="project_decision"):
        self_evaluation([make_indicator()], {**FIXED, **reached()}, execution=PAID, rules=NATIONAL)


@pytest.mark.parametrize(
    ("actual", "deviation"),
    [
        (Achieved(Achievement.MET, Decimal(1)), []),
        (Achieved(Achievement.MET, Decimal("0.99")), [Deviation.BELOW_TARGET]),
        (NotApplicable("未开展"), [Deviation.NOT_APPLICABLE]),
    ],
)
def test_a_fixed_indicator_short_of_full_points_is_explained(
    actual: Actual, deviation: list[Deviation]
) -> None:
    given = {**FIXED, **reached(), "project_decision": actual}
    found = required_reasons(filed("30", "35"), given, execution=PAID, rules=YINCHUAN)
    assert [reason.deviation for reason in found] == deviation


@pytest.mark.parametrize(
    ("initial", "adjusted", "carried", "due"),
    [
        (100, 100, 0, False),
        (100, 99, 0, True),
        (100, 101, 0, True),
        (100, 130, 30, False),
        (100, 130, 29, True),
    ],
)
def test_a_change_in_mid_year_is_explained_money_carried_in_aside(
    initial: int, adjusted: int, carried: int, due: bool
) -> None:
    money = Execution(
        initial=Money(initial),
        adjusted=Money(adjusted),
        received=Money(0),
        paid=Money(adjusted),
        carried_in=Money(carried),
    )
    indicators = [make_indicator()]
    found = required_reasons(indicators, {"1": Reached(Decimal(100))}, execution=money, rules=SICHUAN)
    assert [(r.key, r.deviation) for r in found] == (
        [("adjustment", Deviation.MID_YEAR_CHANGE)] if due else []
    )
    assert required_reasons(indicators, {"1": Reached(Decimal(100))}, execution=money, rules=NATIONAL) == ()


def broken(change: dict[str, Any]) -> dict[str, Any]:
    return YINCHUAN.model_dump() | change


def test_rules_whose_points_do_not_add_up_are_refused() -> None:
    raw = YINCHUAN.model_dump()
    raw["level1"]["groups"][0]["weight"] = 31
    with pytest.raises(ValidationError, match="各组一级指标分值之和"):
        SelfEvaluationRules.model_validate(raw)
    with pytest.raises(ValidationError, match="须等于总分"):
        SelfEvaluationRules.model_validate(broken({"fixed": None}))
    raw = YINCHUAN.model_dump()
    raw["level1"]["groups"][1]["levels"] = ["output", "satisfaction"]
    with pytest.raises(ValidationError, match="只能列入一组"):
        SelfEvaluationRules.model_validate(raw)
    raw = YINCHUAN.model_dump()
    raw["fixed"]["dimensions"][0]["criteria"][0]["formula"] = {"name": "judged"}
    with pytest.raises(ValidationError, match="按档次赋分"):
        SelfEvaluationRules.model_validate(raw)
