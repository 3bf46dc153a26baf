"""The words of decision packages: what each key is called, which hold fen, which a code of a vocabulary.

Holds tables only; ``package_rows`` reads a package by them. A key is looked up with the one above it first
(``cost.lower``), then alone; ``*`` stands for a key that is itself a name given by the package (a criterion, a
driver, a year). Which keys there are is said by the records of the engines; a test compares.
"""

from collections.abc import Mapping

from api.desks.package_cost_words import COST_WORDS
from budgetperf.budget.ceiling import Level
from budgetperf.budget.grounds import Ground
from budgetperf.budget.objections import ObjectionGround, Outcome
from budgetperf.costing.benefit import FlowKind, Timing
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.words import (
    CalibrationWeight,
    DriverRole,
    Inefficiency,
    OutlierRule,
    Reconciliation,
    Returns,
    TreatmentEffect,
)
from budgetperf.evaluands import Protection
from budgetperf.findings import Severity
from budgetperf.indicators import Achievement, Direction, Level2, Operator
from budgetperf.provenance import SourceStatus
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.exante import ExanteConclusion
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour
from budgetperf.terms import Term


class FactKind(Term):
    """What a criterion or an indicator is judged on, as ``scoring.facts`` tags it."""

    REACHED = "reached", "实际完成值"
    MEASURED = "measured", "目标值与实际值"
    MONEY_RATIO = "money_ratio", "金额比例"
    ACHIEVED = "achieved", "定性完成档次"
    RATED = "rated", "评定得分"
    ANSWER = "answer", "是否判断"
    IN_GROUP = "in_group", "组内位置"
    RANKED = "ranked", "组内名次"
    LEVEL_AND_GROWTH = "level_and_growth", "水平与增幅"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Constraint(Term):
    """What the choice under a ceiling is bound by, where one word says it; the others name whom they bind."""

    CEILING = "ceiling", "可用财力"


WORDS: Mapping[str, str] = {
    # who and what
    "key": "编号",
    "grade.code": "绩效等级",
    "findings.code": "检查代码",
    "methods.name": "代码",
    "estimates.name": "代码",
    "code": "代码",
    "line": "项目",
    "name": "名称",
    "label": "名称",
    "dmu": "成本单元",
    "year": "年度",
    "department": "主管部门编码",
    "department_name": "主管部门",
    "agency": "单位",
    # indicators, points, lights, grades
    "level2": "二级指标",
    "operator": "计算符号",
    "direction": "指标方向",
    "target": "目标值",
    "target_text": "定性目标",
    "worst": "本组最差值",
    "*.best": "本组最好值",
    "level.best": "本组最好值",
    "growth.best": "本组最好值",
    "place": "名次",
    "size": "本组个数",
    "*.level": "水平",
    "growth": "增幅",
    "uom": "计量单位",
    "weight": "权重（分）",
    "months": "截至月份",
    "score.facts": "各项评分依据",
    "ratings": "专家评分",
    "actuals": "实际完成情况",
    "light.values": "当前完成值",
    "light.goal": "绩效目标灯色",
    "indicators": "绩效指标",
    "kind": "类别",
    "*.value": "实际完成值",
    "achievement": "完成档次",
    "actual": "实际值",
    "yes": "判断",
    "part": "数额",
    "points": "得分",
    "lost": "扣分",
    "applicable": "是否适用",
    "colour": "灯色",
    "means": "专家组平均",
    "allocation.lines": "各项目",
    "lines": "各项得分",
    "spread": "得分分布",
    "mean": "平均分",
    "low": "最低分",
    "high": "最高分",
    "counted": "计入人数",
    "total": "总分",
    "out_of": "满分",
    "suggested": "建议结论",
    "grade.grade": "绩效等级",
    # budget, payments and evidence of a line
    "ceiling": "可用财力",
    "request": "申报数",
    "floor": "保障底线",
    "priority_points": "优先级得分",
    "mandatory": "必须安排",
    "shielded": "只能全额保障",
    "initial": "年初预算数",
    "adjusted": "全年预算数（调整后）",
    "received": "到位资金",
    "carried_in": "上年结转",
    "carried_out": "结转下年",
    "exante": "事前评估",
    "conclusion": "评估结论",
    "recommended": "建议金额",
    "execution": "预算执行",
    "adjusted_budget": "调整后预算数",
    "paid": "支付数",
    "carry_over": "结转结余",
    "opening": "上年结转结余",
    "closing": "年末结转结余",
    "cut.grade": "绩效评价",
    "cut.cost": "成本绩效基线对照",
    "reviewed": "对照的申报金额",
    "protection": "支出保障",
    "basis": "保障依据",
    # cuts, objections, limits
    "cuts": "各项核减",
    "claim": "核减测算",
    "ground": "核减事由",
    "base": "基数",
    "ratio": "比例",
    "protection.amount": "需保障金额",
    "claim.amount": "测算核减额",
    "adjustments.amount": "恢复金额",
    "levels.amount": "安排金额",
    "changes.amount": "本方案金额",
    "amount": "金额",
    "claim.levels": "核减至某一水平",
    "absorbed": "已由前序核减覆盖",
    "absorbed_by": "覆盖它的核减事由",
    "limited": "因保障底线免核减",
    "applied": "实际核减",
    "notes": "不核减的事由",
    "adjustments": "异议调整",
    "objection": "异议记录编号",
    "cause": "异议理由",
    "contests": "针对的核减",
    "claimed": "要求恢复金额",
    "outcome": "处理结果",
    "remaining": "核减后余额",
    "limit": "控制数",
    "explanation": "测算过程",
    # allocation under the ceiling
    "shares": "部门份额约束",
    "minimum": "最低份额",
    "maximum": "最高份额",
    "pairs": "不能同时安排的项目",
    "first": "项目一",
    "second": "项目二",
    "allocation.reserve": "异议预留",
    "unallocated": "未分配金额",
    "shadow_price": "财力的影子价格",
    "levels.level": "安排档次",
    "amount_ratio": "安排比例",
    "ceiling_cut": "总额压减",
    "worth": "价值",
    "levels": "各项目安排",
    "runner_up": "次优方案",
    "worth_lost": "价值差额",
    "changes": "与本方案不同的项目",
    "other_amount": "次优方案金额",
    "certificate": "最优性证明",
    "program": "规划模型摘要",
    "bound": "可证明的价值上界",
    "solver_bound": "求解器给出的价值上界",
    "certificate.prices": "各约束的影子价格",
    "row": "约束",
    "price": "影子价格",
    "solver": "求解器",
    "nodes": "搜索节点数",
    **COST_WORDS,
    # assessment of units
    "assessment.rows": "考评数据各行",
    "assessment.units": "各考评对象结果",
    "rows.row": "行号",
    "unit": "考评对象",
    "track": "对象类别",
    "item": "考评项目",
    "rows.value": "填报值",
    "period": "考评时段",
    "rater": "评价人",
    "standard": "标准值",
    "rank": "名次",
    "units.grade": "考评等次",
    "grade_label": "等次名称",
    "components": "各考评部分",
    "factor": "系数",
    "marks": "各期得分",
    "items": "各考评项目得分",
    "claims": "加减分项",
    "claims.value": "数值",
    "award": "奖项或事由",
    "bonus": "加分",
    "penalty": "减分",
    "vetoes": "一票否决事项",
    "consequences": "结果运用",
    "reasons": "说明",
    # reasons, sources, findings
    "reason": "理由",
    "clause": "依据条款",
    "edition": "规则版本",
    "source": "依据",
    "document": "文件",
    "number": "文号",
    "source.clause": "条款",
    "status": "来源状态",
    "package": "所依据的决策包",
    "cut_package": "核减决策包",
    "allocation_package": "限额分配决策包",
    "findings": "检查提示",
    "severity": "严重程度",
    "message": "提示内容",
    "where": "位置",
    "sheet": "工作表",
    "cell": "单元格",
    "pointer": "字段位置",
}
"""What a key is called, in the order in which the keys of a record are shown."""

OPEN: Mapping[str, str] = {
    "ratings": "专家",
    "ratings.*": "",
    "score.facts": "",
    "actuals": "",
    "light.values": "",
    "light.indicators": "",
    "drivers": "",
    "prices.regions": "",
    "prices.values": "",
    "estimates": "",
}
"""Keys whose own keys are names given by the package, with the word that goes before such a name."""

COLUMNS: Mapping[str, tuple[str, ...]] = {"assessment.rows": UnitFact._fields}
"""Keys that hold rows without keys of their own, with the keys of their columns."""

FEN = frozenset(
    {
        "absorbed",
        "adjusted",
        "adjusted_budget",
        "amount",
        "applied",
        "base",
        "carried_in",
        "carried_out",
        "ceiling",
        "ceiling_cut",
        "claimed",
        "closing",
        "cost.lower",
        "cost.upper",
        "floor",
        "initial",
        "limit",
        "limited",
        "opening",
        "other_amount",
        "paid",
        "part",
        "received",
        "recommended",
        "remaining",
        "request",
        "reserve",
        "reviewed",
        "rounding_fen",
        "unallocated",
    }
)
"""Keys that hold an amount as the text of its fen; costing writes ``{"fen": "…"}`` instead."""

VOCABULARIES: Mapping[str, type[Term]] = {
    "*.kind": FactKind,
    "absorbed_by": Ground,
    "achievement": Achievement,
    "baselines.grade": EvidenceGrade,
    "baseline.grade": EvidenceGrade,
    "drivers.role": DriverRole,
    "calibration.weight": CalibrationWeight,
    "cause": ObjectionGround,
    "colour": LightColour,
    "conclusion": ExanteConclusion,
    "contests": Ground,
    "direction": Direction,
    "evidence": EvidenceGrade,
    "evidence_grade": EvidenceGrade,
    "flows.kind": FlowKind,
    "grade.code": Grade,
    "grade.grade": Grade,
    "ground": Ground,
    "level2": Level2,
    "levels.level": Level,
    "operator": Operator,
    "outcome": Outcome,
    "present": FlowKind,
    "protection.kind": Protection,
    "row": Constraint,
    "screening.rule": OutlierRule,
    "severity": Severity,
    "source.status": SourceStatus,
    "spec.distribution": Inefficiency,
    "spec.reconciliation": Reconciliation,
    "spec.returns": Returns,
    "suggested": ExanteConclusion,
    "timing": Timing,
    "treatments.effect": TreatmentEffect,
    "values.*": Achievement,
}
"""Keys that hold a code, with its vocabulary."""

NAMED = frozenset({"best", "dmu", "first", "line", "methods", "second"})
"""Keys that hold the code of something the package names elsewhere."""

DIGESTS = frozenset({"allocation_package", "cut_package", "package"})
"""Keys that hold the digest of another decision package."""
