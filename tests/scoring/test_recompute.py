import json
from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Operator
from budgetperf.provenance import DecisionKind, canonical_json
from budgetperf.scoring.facts import Achieved, NotApplicable, Reached
from budgetperf.scoring.finance_evaluation import finance_evaluation_facts
from budgetperf.scoring.recompute import (
    ExanteFacts,
    FinanceEvaluationFacts,
    GradeFacts,
    LightFacts,
    ScoringFacts,
    SelfEvaluationFacts,
    compute,
    decision_package,
    read_facts,
    rescore,
    to_json,
)
from budgetperf.scoring.rules import Rule
from tests.scoring.makers import (
    exante_rules,
    finance_rules,
    grade_rules,
    light_rules,
    make_execution,
    make_indicator,
    self_evaluation_rules,
)
from tests.scoring.test_finance_evaluation import FULL

INDICATORS = (
    make_indicator("1", "50"),
    make_indicator("2", "30", target=None, operator=Operator.QUALITATIVE),
    make_indicator("3", "10", target="0.5"),
)
MONEY = make_execution(8_620_000_000_000_000, 10_000_000_000_000_001)
CRITERIA = [criterion.key for criterion in exante_rules().scheme.criteria()]
FINANCE = finance_rules()
CASES: list[tuple[DecisionKind, ScoringFacts, Rule]] = [
    (
        DecisionKind.SCORE,
        SelfEvaluationFacts(
            INDICATORS,
            {
                "1": Reached(Decimal("95.5")),
                "2": Achieved(Achievement.PARTLY, Decimal("0.7")),
                "3": NotApplicable("无"),
            },
            MONEY,
        ),
        self_evaluation_rules(),
    ),
    (
        DecisionKind.SCORE,
        FinanceEvaluationFacts(finance_evaluation_facts(FULL, MONEY, rules=FINANCE)),
        FINANCE,
    ),
    (DecisionKind.GRADE, GradeFacts(Decimal("89.5")), grade_rules()),
    (
        DecisionKind.LIGHT,
        LightFacts(INDICATORS, {"1": Decimal(40), "2": Achievement.PARTLY}, MONEY, 6),
        light_rules(),
    ),
    (
        DecisionKind.EXANTE,
        ExanteFacts({f"expert{i}": dict.fromkeys(CRITERIA, Decimal(8)) for i in range(5)}),
        exante_rules(),
    ),
]


@pytest.mark.parametrize(("kind", "facts", "rules"), CASES)
def test_facts_survive_canonical_json_and_give_the_same_result(
    kind: DecisionKind, facts: ScoringFacts, rules: Rule
) -> None:
    package = decision_package(
        facts,
        compute(facts, rules),
        rules=rules,
        subject="P001",
        period="2025",
        edition="national/x/2025-01-01",
        edition_digest="0" * 64,
    )
    assert package.kind is kind
    stored = json.loads(canonical_json(package.facts), parse_float=_no_floats)
    assert read_facts(stored, rules) == facts
    assert canonical_json(rescore(stored, rules)) == canonical_json(package.result)


def _no_floats(text: str) -> float:
    raise AssertionError(f"a float reached the package: {text}")


def test_the_stored_result_of_a_grade_is_plain() -> None:
    assert rescore({"total": "89.5"}, grade_rules()) == {"grade": "good"}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"total": "abc"},
        {"total": "80", "extra": "1"},
        {"total": None},
    ],
)
def test_facts_of_another_shape_are_refused(facts: dict[str, str | None]) -> None:
    with pytest.raises(Invalid) as refusal:
        rescore(facts, grade_rules())
    assert refusal.value.code == "scoring.facts_json"


def test_facts_and_rules_of_different_kinds_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        compute(GradeFacts(Decimal(1)), light_rules())
    assert refusal.value.code == "scoring.rules"
    with pytest.raises(Invalid) as refusal:
        read_facts({}, exante_rules().panel)
    assert refusal.value.code == "scoring.rules"


def test_a_float_has_no_place_in_a_package() -> None:
    with pytest.raises(TypeError):
        to_json({"rate": 0.5})
