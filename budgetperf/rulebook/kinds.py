"""Which kinds of edition there are: the model of their rules and how their examples run.

One plain table. A new kind is a rules model, a case in ``cases`` and one line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from budgetperf.budget.rules import CutRules
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.provenance import Json
from budgetperf.rulebook import cases, form_cases, models, parameters
from budgetperf.rulebook.assessment_cases import AssessmentCase, assessment_case
from budgetperf.rulebook.campaign_cases import CampaignCase, campaign_case
from budgetperf.rulebook.cut_cases import LimitCutsCase, limit_cuts_case
from budgetperf.rulebook.exante_cases import ExanteCase, exante_case
from budgetperf.rulebook.index_cases import CompositeIndexCase, composite_index_case
from budgetperf.rulebook.monitoring_cases import (
    LightCase,
    MonitoringCalendarCase,
    light_case,
    monitoring_calendar_case,
)
from budgetperf.rulebook.scheme_cases import (
    DepartmentOverallCase,
    FiscalOperationCase,
    department_overall_case,
    fiscal_operation_case,
)
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.composite_index import CompositeIndexRules
from budgetperf.scoring.department_overall import DepartmentOverallRules
from budgetperf.scoring.evaluation_frame import EvaluationFrameRules
from budgetperf.scoring.exante import ExanteRules
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.fiscal_operation import FiscalOperationRules
from budgetperf.scoring.goal_weights import GoalWeightRules
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.recompute import to_json
from budgetperf.scoring.scoring_types import ScoringTypeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.scoring.unscored_evaluation import UnscoredEvaluationRules

R = TypeVar("R", bound=BaseModel)
G = TypeVar("G", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of edition.

    Parameters
    ----------
    label : str
        Chinese name.
    rules : type of BaseModel
        What the ``rules`` of the file must be.
    given : type of BaseModel
        What the ``given`` of an example must be.
    run : callable
        Rules and given to the outcome as plain JSON.
    refuses : bool
        Whether some given is refused; then an edition must show one that is.
    """

    label: str
    rules: type[BaseModel]
    given: type[BaseModel]
    run: Callable[[BaseModel, BaseModel], Mapping[str, Json]]
    refuses: bool


def _kind(
    label: str,
    rules: type[R],
    given: type[G],
    run: Callable[[R, G], cases.Outcome],
    *,
    refuses: bool = False,
) -> Kind:
    def erased(some_rules: BaseModel, some_given: BaseModel) -> Mapping[str, Json]:
        assert isinstance(some_rules, rules)
        assert isinstance(some_given, given)
        return {key: to_json(value) for key, value in run(some_rules, some_given).items()}

    return Kind(label, rules, given, erased, refuses)


KINDS: Mapping[str, Kind] = {
    "self_evaluation": _kind(
        "单位自评",
        SelfEvaluationRules,
        cases.SelfEvaluationCase,
        cases.self_evaluation_case,
        refuses=True,
    ),
    "grades": _kind("评价等级", GradeRules, cases.GradeCase, cases.grade_case, refuses=True),
    "goal_weights": _kind(
        "目标权重", GoalWeightRules, cases.GoalWeightCase, cases.goal_weight_case, refuses=True
    ),
    "exante_project": _kind("项目事前评估", ExanteRules, ExanteCase, exante_case, refuses=True),
    "exante_policy": _kind("政策事前评估", ExanteRules, ExanteCase, exante_case, refuses=True),
    "monitoring_lights": _kind("监控亮灯", LightRules, LightCase, light_case, refuses=True),
    "monitoring_calendar": _kind(
        "监控时点",
        models.MonitoringCalendarRules,
        MonitoringCalendarCase,
        monitoring_calendar_case,
        refuses=True,
    ),
    "finance_evaluation": _kind(
        "财政评价",
        FinanceEvaluationRules,
        cases.FinanceEvaluationCase,
        cases.finance_evaluation_case,
        refuses=True,
    ),
    "department_evaluation": _kind(
        "部门评价",
        EvaluationFrameRules,
        form_cases.EvaluationFrameCase,
        form_cases.evaluation_frame_case,
        refuses=True,
    ),
    "transfer_evaluation": _kind(
        "转移支付自评",
        UnscoredEvaluationRules,
        form_cases.UnscoredEvaluationCase,
        form_cases.unscored_evaluation_case,
        refuses=True,
    ),
    "scoring_types": _kind(
        "赋分方式",
        ScoringTypeRules,
        form_cases.ScoringTypeCase,
        form_cases.scoring_type_case,
        refuses=True,
    ),
    "department_overall": _kind(
        "部门整体支出",
        DepartmentOverallRules,
        DepartmentOverallCase,
        department_overall_case,
        refuses=True,
    ),
    "fiscal_operation": _kind(
        "财政运行综合绩效",
        FiscalOperationRules,
        FiscalOperationCase,
        fiscal_operation_case,
        refuses=True,
    ),
    "rectification": _kind(
        "整改期限", models.RectificationRules, cases.RectificationCase, cases.rectification_case
    ),
    "working_days": _kind(
        "工作日历", models.WorkingDaysRules, cases.WorkingDaysCase, cases.working_days_case
    ),
    "cost_benefit": _kind(
        "成本效益", models.CostBenefitRules, cases.CostBenefitCase, cases.cost_benefit_case
    ),
    "goal_practice": _kind(
        "目标审核实务",
        parameters.GoalPracticeRules,
        parameters.GoalPracticeCase,
        parameters.goal_practice_case,
    ),
    "price_index": _kind(
        "价格指数", parameters.PriceIndexRules, parameters.PriceIndexCase, parameters.price_index_case
    ),
    "cost_baseline": _kind(
        "成本基线", parameters.CostBaselineRules, parameters.CostBaselineCase, parameters.cost_baseline_case
    ),
    "line_priority": _kind(
        "项目排序", parameters.LinePriorityRules, parameters.LinePriorityCase, parameters.line_priority_case
    ),
    "composite_index": _kind(
        "综合指数", CompositeIndexRules, CompositeIndexCase, composite_index_case, refuses=True
    ),
    "limit_cuts": _kind("控制数核减", CutRules, LimitCutsCase, limit_cuts_case),
    "unit_assessment": _kind("考评", AssessmentRules, AssessmentCase, assessment_case, refuses=True),
    "assessment_campaign": _kind("考评组织实施", CampaignRules, CampaignCase, campaign_case, refuses=True),
}
