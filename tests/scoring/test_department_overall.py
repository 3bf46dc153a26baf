from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Operator
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.department_overall import (
    DepartmentOverallRules,
    FiledIndicator,
    filed_facts,
    filed_rules,
)
from budgetperf.scoring.facts import Achieved, Measured, Reached

DAY = date(2025, 6, 1)


def edition(jurisdiction: str) -> DepartmentOverallRules:
    found = Rulebook.load().get("department_overall", DAY, jurisdiction=jurisdiction)
    return found.rules_as(DepartmentOverallRules)


QINGDAO = edition("qingdao")


def item(weight: str, target: str | None = "100", **changes: Any) -> FiledIndicator:
    operator = Operator.AT_LEAST if target else Operator.QUALITATIVE
    actual = Reached(Decimal(50)) if target else Achieved(Achievement.MET, Decimal(1))
    given = {"label": "指标", "weight": weight, "operator": operator, "target": target, "actual": actual}
    return FiledIndicator.model_validate({**given, **changes})


FILED = {
    "basic_duties": (item("30"), item("10", None)),
    "social": (item("40"),),
    "served": (item("10"),),
}


def test_filed_indicators_take_the_place_of_their_criteria_and_number_below_them() -> None:
    scheme = filed_rules(QINGDAO, FILED).scheme
    assert [(criterion.key, criterion.weight) for criterion in scheme.criteria()] == [
        ("basic_duties.1", 30),
        ("basic_duties.2", 10),
        ("social.1", 40),
        ("served.1", 10),
        ("execution", 10),
    ]
    assert set(filed_facts(FILED)) == {criterion.key for criterion in scheme.criteria()} - {"execution"}


def test_a_number_is_held_against_its_target_and_a_tier_stands_for_itself() -> None:
    facts = filed_facts(FILED)
    assert facts["basic_duties.1"] == Measured(target=Decimal(100), actual=Decimal(50))
    assert facts["basic_duties.2"] == Achieved(Achievement.MET, Decimal(1))


@pytest.mark.parametrize(
    ("filed", "code"),
    [
        ({**FILED, "execution": (item("10"),)}, "scoring.facts"),
        ({**FILED, "basic_duties": (item("30"), item("9.99"))}, "scoring.weights"),
        ({**FILED, "key_tasks": (item("0.01"),)}, "scoring.weights"),
        ({key: FILED[key] for key in ("basic_duties", "social")}, "scoring.weights"),
    ],
)
def test_filed_weights_sum_to_their_dimension_and_stand_where_filing_is_asked(
    filed: dict[str, tuple[FiledIndicator, ...]], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        filed_rules(QINGDAO, filed)
    assert refusal.value.code == code


def test_a_frame_with_fixed_criteria_takes_no_filed_indicators() -> None:
    with pytest.raises(Invalid, match="不由部门填报"):
        filed_rules(edition("hunan"), {"staff": (item("5"),)})
    assert filed_rules(edition("hunan"), {}) == edition("hunan")


@pytest.mark.parametrize(
    "given",
    [
        item("10", actual=Achieved(Achievement.MET, Decimal(1))),
        item("10", None, actual=Reached(Decimal(5))),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(given: FiledIndicator) -> None:
    with pytest.raises(Invalid, match="须填报"):
        filed_facts({"served": (given,)})


@pytest.mark.parametrize(
    ("weight", "target", "changes", "told"),
    [
        ("10", None, {"operator": Operator.AT_LEAST}, "定性指标不写"),
        ("10", "100", {"operator": Operator.QUALITATIVE}, "定性指标不写"),
        ("0", "100", {}, "大于0"),
        ("-1", "100", {}, "大于0"),
    ],
)
def test_an_indicator_that_does_not_fit_is_refused(
    weight: str, target: str | None, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        item(weight, target, **changes)


@pytest.mark.parametrize(
    ("dimensions", "told"),
    [(["duty"], "filed 所列维度不在方案中"), (["budget_management"], "可选维度")],
)
def test_filed_dimensions_are_known_and_never_left_out(dimensions: list[str], told: str) -> None:
    raw = QINGDAO.model_dump()
    raw["filed"]["dimensions"] = dimensions
    with pytest.raises(ValidationError, match=told):
        DepartmentOverallRules.model_validate(raw)


def test_every_operator_has_a_formula() -> None:
    raw = QINGDAO.model_dump()
    del raw["filed"]["operators"][Operator.AT_MOST]
    with pytest.raises(ValidationError, match="缺少以下指标性质的计分方法：≤"):
        DepartmentOverallRules.model_validate(raw)
