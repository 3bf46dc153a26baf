from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Operator
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.facts import Achieved, Actual, NotApplicable, Reached
from budgetperf.scoring.required_reasons import Deviation
from budgetperf.scoring.unscored_evaluation import UnscoredEvaluationRules, unscored_evaluation
from tests.scoring.makers import make_execution, make_indicator

RULES = Rulebook.load().by_id("national/transfer_evaluation/2020-01-01").rules_as(UnscoredEvaluationRules)
MONEY = make_execution(8666, 10_000)


@pytest.mark.parametrize(
    ("operator", "target", "actual", "met"),
    [
        (Operator.AT_LEAST, "100", Reached(Decimal(100)), True),
        (Operator.AT_LEAST, "100", Reached(Decimal("99.99")), False),
        (Operator.AT_MOST, "0", Reached(Decimal(0)), True),
        (Operator.AT_MOST, "0", Reached(Decimal("0.01")), False),
        (Operator.QUALITATIVE, None, Achieved(Achievement.MET, Decimal("0.8")), True),
        (Operator.QUALITATIVE, None, Achieved(Achievement.PARTLY, Decimal("0.7")), False),
        (Operator.AT_LEAST, "1", NotApplicable("没有轮换"), None),
    ],
)
def test_a_target_is_reached_or_not_and_the_rest_is_explained(
    operator: Operator, target: str | None, actual: Actual, met: bool | None
) -> None:
    indicator = make_indicator("1", "0", operator=operator, target=target)
    result = unscored_evaluation([indicator], {"1": actual}, execution=MONEY, rules=RULES)
    assert result.rate == Decimal("0.8666")
    assert result.met == {"1": met}
    wanted = {True: {}, False: {"1": Deviation.BELOW_TARGET}, None: {"1": Deviation.NOT_APPLICABLE}}
    assert result.reasons == wanted[met]


def test_an_edition_may_ask_no_reason_for_a_missed_target() -> None:
    lenient = RULES.model_copy(
        update={"below_target": RULES.below_target.model_copy(update={"required": False})}
    )
    actuals: dict[str, Actual] = {"1": Reached(Decimal(1)), "2": NotApplicable("未开展")}
    indicators = [make_indicator("1", "0"), make_indicator("2", "0")]
    result = unscored_evaluation(indicators, actuals, execution=MONEY, rules=lenient)
    assert result.reasons == {"2": Deviation.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("weight", "actuals", "code"),
    [
        ("0.01", {"1": Reached(Decimal(100))}, "scoring.weights"),
        ("0", {}, "scoring.facts"),
        ("0", {"1": Reached(Decimal(100)), "2": Reached(Decimal(1))}, "scoring.facts"),
        ("0", {"1": Achieved(Achievement.MET, Decimal(1))}, "scoring.facts"),
    ],
)
def test_weights_and_values_that_do_not_fit_are_refused(
    weight: str, actuals: dict[str, Actual], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        unscored_evaluation([make_indicator("1", weight)], actuals, execution=MONEY, rules=RULES)
    assert refusal.value.code == code
