"""The stages a record lives in and the statuses it can have; meaning never hides in spelling."""

from budgetperf.terms import Term


class Stage(Term):
    """A stage of the project's year."""

    REQUEST = "request", "项目申报与绩效目标"
    EXANTE = "exante", "事前绩效评估"
    MONITORING = "monitoring", "绩效双监控"
    RECTIFICATION = "rectification", "问题整改"
    SELF_EVALUATION = "self_evaluation", "绩效自评"
    FINANCE_EVALUATION = "finance_evaluation", "财政评价"
    BASELINE = "baseline", "成本绩效基线"
    SPECIAL_FACTOR_CLAIM = "special_factor_claim", "特殊因素申请"
    LIMITS = "limits", "预算控制数"
    OBJECTION = "objection", "控制数异议"
    RULE = "rule", "规则版本"
    ASSESSMENT = "assessment", "年度考评"
    TASK_BOOK = "task_book", "年度任务书"
    PROGRESS = "progress", "任务进展"
    FACT_REPORT = "fact_report", "考评数据"
    RATING = "rating", "考评评分"
    BONUS = "bonus", "加分申报"
    PENALTY = "penalty", "扣分"
    APPEAL = "appeal", "考评申诉"
    IMPROVEMENT = "improvement", "考评整改"


ASSESSMENT_STAGES = frozenset(
    {
        Stage.ASSESSMENT,
        Stage.TASK_BOOK,
        Stage.PROGRESS,
        Stage.FACT_REPORT,
        Stage.RATING,
        Stage.BONUS,
        Stage.PENALTY,
        Stage.APPEAL,
        Stage.IMPROVEMENT,
    }
)
"""The stages of the assessment of units and staff: seen and moved apart from the money's."""


class Status(Term):
    """Where a record stands within its stage."""

    DRAFT = "draft", "待填报"
    FILED = "filed", "已报送"
    RETURNED = "returned", "已退回"
    REVIEWED = "reviewed", "部门已审"
    ACCEPTED = "accepted", "财政已审"
    STORED = "stored", "已入项目库"
    APPROVED = "approved", "已批复"
    REJECTED = "rejected", "不予安排"
    OPEN = "open", "待组织"
    SCORING = "scoring", "专家评审中"
    CONCLUDED = "concluded", "已出结论"
    NOTICED = "noticed", "已下达整改通知"
    RESPONDED = "responded", "已反馈整改"
    CLOSED = "closed", "已销号"
    SCORED = "scored", "已评分"
    CONFIRMED = "confirmed", "已确认"
    FITTED = "fitted", "已测算"
    ADOPTED = "adopted", "已采用"
    COMPUTED = "computed", "已测算"
    PUBLISHED = "published", "已公布征求意见"
    FINAL = "final", "已定稿"
    ISSUED = "issued", "已下达"
    DECIDED = "decided", "已答复"
    ENACTED = "enacted", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"
    RUNNING = "running", "考评实施中"
    AUDITED = "audited", "已审核"
    ADMITTED = "admitted", "已认定"
    NOT_ADMITTED = "not_admitted", "不予认定"
    REVOKED = "revoked", "已撤销认定"
    TOLD = "told", "已告知"
    SETTLED = "settled", "已生效"
    OPENLY = "openly", "公示中"
    ARCHIVED = "archived", "已归档"


class Guard(Term):
    """A fact outside the record that a transition needs; the label is the refusal."""

    EXANTE_PASSED = "exante_passed", "该项目达到事前绩效评估标准，评估结论经确认并为支持或部分支持后方可入库"
    ALL_SCORES_IN = "all_scores_in", "仍有专家未提交评分，全部提交后方可出具结论"
    PANEL_COMPLETE = "panel_complete", "专家组人数或专业构成不符合要求，请补抽专家"
    OWN_SEAT = "own_seat", "您不是该项目的评审专家，或已回避"
    SEAT_DECLARED = "seat_declared", "请先签署专家承诺并申明利益关系，再提交评分"
    SEAT_OPEN = "seat_open", "您的评分已提交，提交后不可修改"
    WINDOW_OPEN = "window_open", "异议期未开始或已结束"
    RUNNING = "running", "该年度考评不在实施阶段"
    NOT_COMPUTED = "not_computed", "考评已汇总计分，汇总前未生效的加分、扣分不计入结果，不能再生效"
    NOT_TOLD = "not_told", "考评结果已公示，数据有误的按申诉程序更正"
    CONTEST_OVER = "contest_over", "公示或申诉期未满，或仍有申诉、异议未答复"
    OWN_SHEET = "own_sheet", "该评分表不是发给您的"
    APPEAL_BODY = "appeal_body", "按本方案规定，该申诉由另一机构受理"
    INDEPENDENT = "independent", "您办理过被申诉的事项，申诉须由他人答复"
    KEPT_LONG_ENOUGH = "kept_long_enough", "评分尚在方案规定的保存期内"
    CLAIM_OPEN = "claim_open", "申请期已结束，或该项目没有现行的成本绩效基线"
    LIMITS_NOT_ISSUED = (
        "limits_not_issued",
        "该年度预算控制数已下达，据以核减的基线不能再变动，不再受理、认定、撤销特殊因素，不再采用新的基线；控制数确需更正的，按预算调整程序办理",
    )
    MOVEMENT_KNOWN = "movement_known", "尚未测算该申请对各单位基线的影响，测算后方可认定或不予认定"
    OBJECTIONS_DECIDED = "objections_decided", "仍有异议未答复，全部答复后方可定稿"
