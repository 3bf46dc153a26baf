"""Small builders for the tests of scoring; every figure a test asserts on is set in the test."""

from datetime import date
from decimal import Decimal

from budgetperf.indicators import Indicator, Level2, Operator
from budgetperf.ledger import Execution
from budgetperf.money import Money
from budgetperf.provenance import Source, SourceStatus
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.exante import ExanteRules
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.formulas import Formula, Judged
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.scheme import Criterion, Dimension, NotApplicableRule, Scheme
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

SOURCE = Source("测试文件", "测〔2025〕1号", "第一条", SourceStatus.OURS)
DAY = date(2025, 6, 1)


def self_evaluation_rules() -> SelfEvaluationRules:
    return Rulebook.load().get("self_evaluation", DAY).rules_as(SelfEvaluationRules)


def light_rules() -> LightRules:
    return Rulebook.load().get("monitoring_lights", DAY).rules_as(LightRules)


def exante_rules() -> ExanteRules:
    return Rulebook.load().get("exante_project", DAY).rules_as(ExanteRules)


def grade_rules() -> GradeRules:
    return Rulebook.load().get("grades", DAY).rules_as(GradeRules)


def finance_rules() -> FinanceEvaluationRules:
    return Rulebook.load().get("finance_evaluation", DAY).rules_as(FinanceEvaluationRules)


def make_criterion(key: str = "a", weight: str = "10", formula: Formula | None = None) -> Criterion:
    return Criterion(
        key=key, label=f"评分项{key}", weight=Decimal(weight), formula=formula or Judged(), source=SOURCE
    )


def make_scheme(
    *criteria: Criterion, places: int = 2, not_applicable: NotApplicableRule = "rescale"
) -> Scheme:
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    dimension = Dimension(key="all", label="全部", weight=total, criteria=criteria)
    return Scheme(total=total, places=places, not_applicable=not_applicable, dimensions=(dimension,))


def make_indicator(
    key: str = "1",
    weight: str = "90",
    *,
    operator: Operator = Operator.AT_LEAST,
    target: str | None = "100",
    level2: Level2 = Level2.QUANTITY,
) -> Indicator:
    return Indicator(
        key=key,
        level2=level2,
        name=f"指标{key}",
        operator=operator,
        target=None if target is None else Decimal(target),
        target_text="有效改善" if target is None else "",
        uom="个",
        weight=Decimal(weight),
        direction=operator.direction,
    )


def make_execution(paid: int, adjusted: int, *, received: int = 0, initial: int = 0) -> Execution:
    return Execution(
        initial=Money(initial), adjusted=Money(adjusted), received=Money(received), paid=Money(paid)
    )
