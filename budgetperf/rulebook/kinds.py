"""Which kinds of edition there are: the model of their rules and how their examples run.

One plain table. A new kind is a rules model, a case in ``cases`` and one line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from budgetperf.budget.rules import CutRules
from budgetperf.provenance import Json
from budgetperf.rulebook import cases, models, parameters
from budgetperf.rulebook.cut_cases import LimitCutsCase, limit_cuts_case
from budgetperf.scoring.exante import ExanteRules
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.goal_weights import GoalWeightRules
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.recompute import to_json
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

R = TypeVar("R", bound=BaseModel)
G = TypeVar("G", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of edition.

    Parameters
    ----------
    rules : type of BaseModel
        What the ``rules`` of the file must be.
    given : type of BaseModel
        What the ``given`` of an example must be.
    run : callable
        Rules and given to the outcome as plain JSON.
    """

    rules: type[BaseModel]
    given: type[BaseModel]
    run: Callable[[BaseModel, BaseModel], Mapping[str, Json]]


def _kind(rules: type[R], given: type[G], run: Callable[[R, G], cases.Outcome]) -> Kind:
    def erased(some_rules: BaseModel, some_given: BaseModel) -> Mapping[str, Json]:
        assert isinstance(some_rules, rules)
        assert isinstance(some_given, given)
        return {key: to_json(value) for key, value in run(some_rules, some_given).items()}

    return Kind(rules, given, erased)


KINDS: Mapping[str, Kind] = {
    "self_evaluation": _kind(SelfEvaluationRules, cases.SelfEvaluationCase, cases.self_evaluation_case),
    "grades": _kind(GradeRules, cases.GradeCase, cases.grade_case),
    "goal_weights": _kind(GoalWeightRules, cases.GoalWeightCase, cases.goal_weight_case),
    "exante_project": _kind(ExanteRules, cases.ExanteCase, cases.exante_case),
    "monitoring_lights": _kind(LightRules, cases.LightCase, cases.light_case),
    "monitoring_calendar": _kind(
        models.MonitoringCalendarRules, cases.MonitoringCalendarCase, cases.monitoring_calendar_case
    ),
    "finance_evaluation": _kind(
        FinanceEvaluationRules, cases.FinanceEvaluationCase, cases.finance_evaluation_case
    ),
    "rectification": _kind(models.RectificationRules, cases.RectificationCase, cases.rectification_case),
    "working_days": _kind(models.WorkingDaysRules, cases.WorkingDaysCase, cases.working_days_case),
    "cost_benefit": _kind(models.CostBenefitRules, cases.CostBenefitCase, cases.cost_benefit_case),
    "goal_practice": _kind(
        parameters.GoalPracticeRules, parameters.GoalPracticeCase, parameters.goal_practice_case
    ),
    "price_index": _kind(parameters.PriceIndexRules, parameters.PriceIndexCase, parameters.price_index_case),
    "cost_baseline": _kind(
        parameters.CostBaselineRules, parameters.CostBaselineCase, parameters.cost_baseline_case
    ),
    "line_priority": _kind(
        parameters.LinePriorityRules, parameters.LinePriorityCase, parameters.line_priority_case
    ),
    "limit_cuts": _kind(CutRules, LimitCutsCase, limit_cuts_case),
}
