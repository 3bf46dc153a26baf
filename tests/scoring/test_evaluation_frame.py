from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.evaluation_frame import EvaluationFrameRules, Phase
from tests.scoring.makers import finance_rules

RULES = Rulebook.load().by_id("national/department_evaluation/2020-02-25").rules_as(EvaluationFrameRules)


@pytest.mark.parametrize(
    ("phase", "weights"),
    [(Phase.IMPLEMENTING, [20, 20, 40, 20]), (Phase.COMPLETED, [15, 15, 35, 35])],
)
def test_each_phase_weighs_to_a_hundred(phase: Phase, weights: list[int]) -> None:
    assert [dimension.weight for dimension in RULES.rules(phase).scheme.dimensions] == weights


def test_the_confirmed_five_points_of_the_basis_hold_in_both_phases() -> None:
    weights = [RULES.rules(phase).scheme.dimensions[0].criteria[0].weight for phase in Phase]
    assert weights == [5, 5]


def test_the_frame_holds_the_seventeen_criteria_of_the_finance_evaluation() -> None:
    framed, finance = RULES.rules(Phase.COMPLETED), finance_rules()
    labels = [criterion.label for criterion in framed.scheme.criteria()]
    assert labels == [criterion.label for criterion in finance.scheme.criteria()]
    for key, criterion in finance.money.items():
        assert (framed.money[key].part, framed.money[key].base) == (criterion.part, criterion.base)
    assert len(labels) == 17


@pytest.mark.parametrize(
    ("effect", "basis", "code"),
    [
        ("15", "15", ""),
        ("15.01", "14.99", ""),
        ("14.99", "15.01", "scoring.result_share"),
        ("15", "15.01", "scoring.weights"),
        ("29", "0", "scoring.weights"),
    ],
)
def test_output_and_benefit_hold_sixty_percent_whatever_a_work_plan_sets(
    effect: str, basis: str, code: str
) -> None:
    weights = {"effect": Decimal(effect), "basis": Decimal(basis)}
    if not code:
        assert RULES.rules(Phase.COMPLETED, weights=weights).scheme.total == 100
        return
    with pytest.raises(Invalid) as refusal:
        RULES.rules(Phase.COMPLETED, weights=weights)
    assert refusal.value.code == code


def test_a_weight_of_no_criterion_is_refused() -> None:
    with pytest.raises(Invalid, match="impact"):
        RULES.rules(Phase.COMPLETED, weights={"impact": Decimal(5)})


def changed(key: str, **change: Any) -> dict[str, Any]:
    raw = RULES.model_dump()
    for dimension in raw["dimensions"]:
        for criterion in dimension["criteria"]:
            if criterion["key"] == key:
                criterion.update(change)
    return raw


def with_weights(**weights: tuple[str, str]) -> dict[str, Any]:
    raw = RULES.model_dump()
    for dimension in raw["dimensions"]:
        for criterion in dimension["criteria"]:
            if criterion["key"] in weights:
                running, done = weights[criterion["key"]]
                criterion["weights"] = {"implementing": running, "completed": done}
    return raw


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (changed("basis", weights={"completed": 4}), "实施期间"),
        (changed("basis", weights={"implementing": 6, "completed": 4}), "合计应为100"),
        (changed("basis", looks_at=[]), "at least 1 item"),
        (with_weights(effect=("11.99", "25"), basis=("5.01", "5")), "低于总分的60"),
        (with_weights(effect=("12", "15"), basis=("5", "15")), "须高于实施期间"),
    ],
)
def test_a_frame_that_contradicts_the_rule_is_refused(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        EvaluationFrameRules.model_validate(raw)


def test_a_frame_just_above_the_other_phase_is_accepted() -> None:
    raw = with_weights(effect=("12", "15.01"), basis=("5", "14.99"))
    assert EvaluationFrameRules.model_validate(raw).rules(Phase.COMPLETED).scheme.total == 100
