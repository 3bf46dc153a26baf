"""Facts and results of scoring decisions as plain JSON, and the way back to the same result.

What goes into ``DecisionPackage.facts`` and ``.result`` is made here, so that ``rescore`` on
another machine, years later, gives the same bytes. Holds one record per kind of decision; no
storage and no comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Indicator
from budgetperf.ledger import Execution
from budgetperf.money import Money
from budgetperf.provenance import DecisionKind, DecisionPackage, Json, plain
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_trace import traced_units
from budgetperf.scoring.dashboard import Dashboard, dashboard
from budgetperf.scoring.exante import ExanteResult, ExanteRules, exante
from budgetperf.scoring.facts import Actual, Fact
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.grade import Grade, GradeRules, grade
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.rules import Rule
from budgetperf.scoring.score import ScoreSheet, score
from budgetperf.scoring.self_evaluation import SelfEvaluationRules, self_evaluation


def _money_fields(value: object) -> object:
    """Read the fields of an ``Execution``, each the text of its fen."""
    if isinstance(value, Mapping):
        return {key: Money(int(fen)) for key, fen in value.items()}
    return value


ExecutionTotals = Annotated[Execution, BeforeValidator(_money_fields)]


@dataclass(frozen=True, slots=True)
class SelfEvaluationFacts:
    """What a self-evaluation is computed from."""

    indicators: tuple[Indicator, ...]
    actuals: Mapping[str, Actual]
    execution: ExecutionTotals


@dataclass(frozen=True, slots=True)
class FinanceEvaluationFacts:
    """One fact per criterion of the finance evaluation."""

    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class GradeFacts:
    """The total a grade is read from."""

    total: Decimal


@dataclass(frozen=True, slots=True)
class GradeResult:
    """The grade."""

    grade: Grade


@dataclass(frozen=True, slots=True)
class LightFacts:
    """What the lights of one project and period are computed from."""

    indicators: tuple[Indicator, ...]
    values: Mapping[str, Decimal | Achievement]
    execution: ExecutionTotals
    months: int


@dataclass(frozen=True, slots=True)
class ExanteFacts:
    """Points by criterion key, by the expert's code."""

    ratings: Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """The long table of a campaign, raters by number."""

    rows: tuple[UnitFact, ...]


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """The traces of all units of a campaign, by code."""

    units: tuple[Json, ...]


ScoringFacts: TypeAlias = (
    SelfEvaluationFacts | FinanceEvaluationFacts | GradeFacts | LightFacts | ExanteFacts | AssessmentFacts
)
ScoringResult: TypeAlias = ScoreSheet | GradeResult | Dashboard | ExanteResult | AssessmentResult


def compute(facts: ScoringFacts, rules: Rule) -> ScoringResult:
    """Decide ``facts`` under ``rules``.

    Raises
    ------
    Invalid
        ``scoring.rules`` if facts and rules are of different kinds, else as the engine says.
    """
    match facts, rules:
        case SelfEvaluationFacts(), SelfEvaluationRules():
            return self_evaluation(facts.indicators, facts.actuals, execution=facts.execution, rules=rules)
        case FinanceEvaluationFacts(), FinanceEvaluationRules():
            return score(rules.scheme, facts.facts)
        case GradeFacts(), GradeRules():
            return GradeResult(grade(facts.total, rules))
        case LightFacts(), LightRules():
            return dashboard(
                facts.indicators, facts.values, execution=facts.execution, months=facts.months, rules=rules
            )
        case ExanteFacts(), ExanteRules():
            return exante(list(facts.ratings.values()), rules)
        case AssessmentFacts(), AssessmentRules():
            return AssessmentResult(tuple(traced_units(assess(rules, facts.rows))))
    raise Invalid(
        "scoring.rules", f"{type(rules).__name__}不能用于{type(facts).__name__}，请核对所引用的规则版本"
    )


def to_json(value: object) -> Json:
    """Turn facts or a result into plain JSON: records by field, decimals and money as text."""
    if is_dataclass(value) and not isinstance(value, Money | type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return plain(value)


@dataclass(frozen=True, slots=True)
class Method:
    """What a package of these rules decides, the method it records, and how its facts are read."""

    kind: DecisionKind
    name: str
    facts: type[ScoringFacts]


METHODS: Mapping[type[Rule], Method] = {
    SelfEvaluationRules: Method(DecisionKind.SCORE, "scoring.self_evaluation/1", SelfEvaluationFacts),
    FinanceEvaluationRules: Method(
        DecisionKind.SCORE, "scoring.finance_evaluation/1", FinanceEvaluationFacts
    ),
    GradeRules: Method(DecisionKind.GRADE, "scoring.grade/1", GradeFacts),
    LightRules: Method(DecisionKind.LIGHT, "scoring.lights/1", LightFacts),
    ExanteRules: Method(DecisionKind.EXANTE, "scoring.exante/1", ExanteFacts),
    AssessmentRules: Method(DecisionKind.ASSESSMENT, "scoring.assess/1", AssessmentFacts),
}


def _method(rules: Rule) -> Method:
    method = METHODS.get(type(rules))
    if method is None:
        raise Invalid("scoring.rules", f"{type(rules).__name__}不产生评分、等级或亮灯结果，无法计算或重算")
    return method


def decision_package(
    facts: ScoringFacts,
    result: ScoringResult,
    *,
    rules: Rule,
    subject: str,
    period: str,
    edition: str,
    edition_digest: str,
) -> DecisionPackage:
    """Pack facts and the result that ``compute(facts, rules)`` gave.

    Parameters
    ----------
    subject, period : str
        Code of the evaluand; ``"2025"`` or ``"2025Q3"``.
    edition, edition_digest : str
        Id and digest of the edition ``rules`` came from.
    """
    method = _method(rules)
    return DecisionPackage(
        kind=method.kind,
        subject=subject,
        period=period,
        edition=edition,
        edition_digest=edition_digest,
        method=method.name,
        facts=to_json(facts),
        result=to_json(result),
    )


def read_facts(facts: Json, rules: Rule) -> ScoringFacts:
    """Read the facts of a package back, typed for ``rules``.

    Raises
    ------
    Invalid
        ``scoring.facts_json`` if they do not have the shape of these rules.
    """
    method = _method(rules)
    adapter: TypeAdapter[ScoringFacts] = TypeAdapter(method.facts)
    try:
        return adapter.validate_python(facts, extra="forbid")
    except ValidationError as error:
        places = "、".join("/".join(str(part) for part in item["loc"]) for item in error.errors())
        text = f"存档的事实与规则“{method.name}”不符：{places}，请核对决策包"
        raise Invalid("scoring.facts_json", text) from error


def rescore(facts: Json, rules: Rule) -> Json:
    """Recompute a result from the facts of a package and the rules of its edition."""
    return to_json(compute(read_facts(facts, rules), rules))
