from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import NotApplicable, Rated
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules, finance_evaluation_facts
from budgetperf.scoring.score import score
from tests.scoring.makers import finance_rules, make_execution

RULES = finance_rules()
FULL: dict[str, Rated | NotApplicable] = {
    criterion.key: Rated(criterion.weight)
    for criterion in RULES.scheme.criteria()
    if criterion.key not in RULES.money
}


def test_the_frame_is_twenty_twenty_thirty_thirty() -> None:
    assert [(d.label, d.weight) for d in RULES.scheme.dimensions] == [
        ("决策", 20),
        ("过程", 20),
        ("产出", 30),
        ("效益", 30),
    ]


def test_the_execution_rate_is_spent_over_received_not_over_budget() -> None:
    facts = finance_evaluation_facts(FULL, make_execution(2541, 10_000, received=2541), rules=RULES)
    sheet = score(RULES.scheme, facts)
    assert sheet.line("execution").points == 5
    assert sheet.line("arrival").points == Decimal("0.76")
    assert sheet.total == Decimal("97.76")


def test_money_criteria_cannot_be_rated_by_hand() -> None:
    with pytest.raises(Invalid) as refusal:
        finance_evaluation_facts({**FULL, "execution": Rated(Decimal(5))}, make_execution(1, 1), rules=RULES)
    assert refusal.value.code == "scoring.computed"


@pytest.mark.parametrize(("share", "fits"), [("0.60", True), ("0.61", False)])
def test_output_and_benefit_must_hold_their_share(share: str, fits: bool) -> None:
    raw = RULES.model_dump()
    raw["result_share"]["at_least"] = share
    if fits:
        assert FinanceEvaluationRules.model_validate(raw).result_share.at_least == Decimal("0.6")
    else:
        with pytest.raises(ValidationError, match="产出与效益权重合计60，低于总分的"):
            FinanceEvaluationRules.model_validate(raw)


def test_an_unknown_dimension_or_money_criterion_is_refused() -> None:
    raw = RULES.model_dump()
    raw["result_share"]["dimensions"] = ["output", "impact"]
    with pytest.raises(ValidationError, match="impact"):
        FinanceEvaluationRules.model_validate(raw)
    raw = RULES.model_dump()
    del raw["money"]["arrival"]
    with pytest.raises(ValidationError, match="恰好列出"):
        FinanceEvaluationRules.model_validate(raw)
