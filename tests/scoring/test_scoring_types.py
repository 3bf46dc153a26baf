from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.facts import Measured
from budgetperf.scoring.scoring_types import ScoringType, ScoringTypeRules

RULES = Rulebook.load().by_id("national/scoring_types/2021-08-18").rules_as(ScoringTypeRules)


@pytest.mark.parametrize(
    ("actual", "pass_from", "share"),
    [
        ("60", "0.6", "0.6"),
        ("59.99", "0.6", "0"),
        ("59.99", None, "0.5999"),
        ("99", "1", "0"),
        ("100", "1", "1"),
    ],
)
def test_a_completion_ratio_earns_from_its_pass_threshold_on(
    actual: str, pass_from: str | None, share: str
) -> None:
    criterion = RULES.criterion(
        ScoringType.COMPLETION,
        key="1",
        label="完成率",
        weight=Decimal(20),
        pass_from=None if pass_from is None else Decimal(pass_from),
    )
    part = criterion.formula.part(Measured(Decimal(100), Decimal(actual)), Decimal(20))
    assert part.share == Decimal(share)
    assert criterion.source == RULES.types[ScoringType.COMPLETION].source


@pytest.mark.parametrize(
    ("kind", "pass_from"),
    [(ScoringType.DIRECT, "0.6"), (ScoringType.COMPLETION, "1.01"), (ScoringType.COMPLETION, "-0.01")],
)
def test_a_threshold_is_a_ratio_and_only_of_a_completion(kind: ScoringType, pass_from: str) -> None:
    with pytest.raises(Invalid) as refusal:
        RULES.criterion(kind, key="1", label="指标", weight=Decimal(20), pass_from=Decimal(pass_from))
    assert refusal.value.code == "scoring.pass_from"


def without(kind: str) -> dict[str, Any]:
    raw = RULES.model_dump()
    return raw | {"types": {key: rule for key, rule in raw["types"].items() if key != kind}}


def swapped() -> dict[str, Any]:
    raw = RULES.model_dump()
    return raw | {"types": {**raw["types"], "direct": raw["types"]["tiers"]}}


@pytest.mark.parametrize(("raw", "told"), [(without("tiers"), "评判等级赋分"), (swapped(), "直接赋分")])
def test_every_type_stands_once_with_its_own_formula(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ScoringTypeRules.model_validate(raw)
