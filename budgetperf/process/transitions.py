"""THE table of moves. Buttons, work lists, routes, docs and event names are derived from it.

One row is one move: in which stage, by which verb, from where to where, with which permission,
who must be somebody else (two-person rule), which findings block, which outside facts it needs,
and whether a reason must be given. No code asks ``if status ==`` anywhere else.
"""

from dataclasses import dataclass

from budgetperf.findings import Severity
from budgetperf.permissions import Permission
from budgetperf.process.stages import Guard, Stage, Status


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Parameters
    ----------
    stage, verb
        What moves and how it is called; ``stage.verb`` is the event name.
    sources : tuple of Status
        Statuses it leaves from; empty for the verb that opens a record.
    target : Status
    permission : Permission
    label : str
        Chinese text of the button.
    not_by : tuple of str
        Verbs of this record whose doers may not do this one (two-person rule).
    blocking : Severity
        Findings of at least this weight stop the move.
    guards : tuple of Guard
        Outside facts it needs.
    needs_reason : bool
    at_will : bool
        Nobody waits for it: a correction that may be made, not work that is owed.
    """

    stage: Stage
    verb: str
    sources: tuple[Status, ...]
    target: Status
    permission: Permission
    label: str
    not_by: tuple[str, ...] = ()
    blocking: Severity = Severity.ERROR
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False
    at_will: bool = False

    @property
    def event(self) -> str:
        """Name of the event the move writes."""
        return f"{self.stage.value}.{self.verb}"


def _row(
    stage: Stage,
    verb: str,
    sources: tuple[Status, ...],
    target: Status,
    permission: str,
    label: str,
    *,
    not_by: tuple[str, ...] = (),
    guards: tuple[Guard, ...] = (),
    needs_reason: bool = False,
    at_will: bool = False,
) -> Transition:
    return Transition(
        stage,
        verb,
        sources,
        target,
        Permission(permission),
        label,
        not_by=not_by,
        guards=guards,
        needs_reason=needs_reason,
        at_will=at_will,
    )


S, T = Stage, Status
_FILLABLE = (T.DRAFT, T.RETURNED)

# A move is one row and stays one.
# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    # request: goals are filed with the request, accepted, stored, and approved with the budget
    _row(S.REQUEST, "open", (), T.DRAFT, "request:form:open", "新建项目申报"),
    _row(S.REQUEST, "file", _FILLABLE, T.FILED, "request:form:file", "报送"),
    _row(S.REQUEST, "return", (T.FILED,), T.RETURNED, "request:form:review", "退回修改", needs_reason=True),
    _row(S.REQUEST, "review", (T.FILED,), T.REVIEWED, "request:form:review", "部门审核通过", not_by=("file",)),
    _row(S.REQUEST, "send_back", (T.REVIEWED,), T.RETURNED, "request:form:accept", "财政退回", needs_reason=True),
    _row(S.REQUEST, "accept", (T.REVIEWED,), T.ACCEPTED, "request:form:accept", "财政审核通过", not_by=("file", "review")),
    _row(S.REQUEST, "store", (T.ACCEPTED,), T.STORED, "request:store:enter", "纳入项目库", guards=(Guard.EXANTE_PASSED,)),
    _row(S.REQUEST, "reject", (T.ACCEPTED,), T.REJECTED, "request:store:enter", "不予安排", needs_reason=True),
    _row(S.REQUEST, "approve", (T.STORED,), T.APPROVED, "request:budget:approve", "批复预算与绩效目标",
         not_by=("file", "review", "accept", "store")),
    # ex-ante evaluation: a panel is drawn, declares, scores blind; the conclusion gates the store
    _row(S.EXANTE, "open", (), T.OPEN, "request:form:accept", "列入事前绩效评估"),
    _row(S.EXANTE, "draw", (T.OPEN,), T.SCORING, "exante:panel:draw", "抽取专家", guards=(Guard.PANEL_COMPLETE,)),
    _row(S.EXANTE, "replenish", (T.SCORING,), T.SCORING, "exante:panel:draw", "补抽专家", guards=(Guard.PANEL_COMPLETE,)),
    _row(S.EXANTE, "declare", (T.SCORING,), T.SCORING, "exante:seat:declare", "签署承诺与利益申明", guards=(Guard.OWN_SEAT,)),
    _row(S.EXANTE, "score", (T.SCORING,), T.SCORING, "exante:seat:score", "提交评分",
         guards=(Guard.OWN_SEAT, Guard.SEAT_DECLARED, Guard.SEAT_OPEN)),
    _row(S.EXANTE, "conclude", (T.SCORING,), T.CONCLUDED, "exante:conclusion:write", "出具评估结论",
         guards=(Guard.ALL_SCORES_IN,), not_by=("score",)),
    _row(S.EXANTE, "confirm", (T.CONCLUDED,), T.CONFIRMED, "exante:conclusion:confirm", "确认评估结论", not_by=("score", "conclude")),
    # monitoring: one record a quarter
    _row(S.MONITORING, "open", (), T.DRAFT, "monitoring:form:open", "下达监控任务"),
    _row(S.MONITORING, "file", _FILLABLE, T.FILED, "monitoring:form:file", "报送监控表"),
    _row(S.MONITORING, "return", (T.FILED,), T.RETURNED, "monitoring:form:review", "退回修改", needs_reason=True),
    _row(S.MONITORING, "review", (T.FILED,), T.REVIEWED, "monitoring:form:review", "部门审核通过", not_by=("file",)),
    _row(S.MONITORING, "confirm", (T.REVIEWED,), T.CONFIRMED, "monitoring:lights:confirm", "确认监控结果",
         not_by=("file", "review")),
    # rectification: opened and closed by different people
    _row(S.RECTIFICATION, "open", (), T.NOTICED, "rectification:notice:issue", "下达整改通知", needs_reason=True),
    _row(S.RECTIFICATION, "respond", (T.NOTICED, T.RETURNED), T.RESPONDED, "rectification:form:respond", "反馈整改情况"),
    _row(S.RECTIFICATION, "return", (T.RESPONDED,), T.RETURNED, "rectification:response:judge", "整改不到位，退回",
         needs_reason=True),
    _row(S.RECTIFICATION, "close", (T.RESPONDED,), T.CLOSED, "rectification:response:judge", "核实销号",
         not_by=("open", "respond")),
    # self-evaluation in the national layout
    _row(S.SELF_EVALUATION, "open", (), T.DRAFT, "self_evaluation:form:open", "下达自评任务"),
    _row(S.SELF_EVALUATION, "file", _FILLABLE, T.FILED, "self_evaluation:form:file", "报送自评表"),
    _row(S.SELF_EVALUATION, "return", (T.FILED,), T.RETURNED, "self_evaluation:form:review", "退回修改", needs_reason=True),
    _row(S.SELF_EVALUATION, "review", (T.FILED,), T.REVIEWED, "self_evaluation:form:review", "部门审核通过", not_by=("file",)),
    _row(S.SELF_EVALUATION, "confirm", (T.REVIEWED,), T.CONFIRMED, "self_evaluation:score:confirm", "确认自评得分",
         not_by=("file", "review")),
    # finance evaluation of a seeded sample
    _row(S.FINANCE_EVALUATION, "open", (), T.OPEN, "finance_evaluation:sample:draw", "抽取评价项目"),
    _row(S.FINANCE_EVALUATION, "score", (T.OPEN,), T.SCORED, "finance_evaluation:score:write", "提交评价评分"),
    _row(S.FINANCE_EVALUATION, "confirm", (T.SCORED,), T.CONFIRMED, "finance_evaluation:score:confirm", "确认评价结果",
         not_by=("score",)),
    # cost baseline of one panel
    _row(S.BASELINE, "fit", (), T.FITTED, "baseline:model:fit", "测算成本基线"),
    _row(S.BASELINE, "adopt", (T.FITTED,), T.ADOPTED, "baseline:model:adopt", "采用成本基线", not_by=("fit",),
         guards=(Guard.LIMITS_NOT_ISSUED,)),
    # a cost only one unit has: claimed with documents, its movement shown, admitted or not
    _row(S.SPECIAL_FACTOR_CLAIM, "open", (), T.DRAFT, "special_factor_claim:form:file", "提出特殊因素申请",
         guards=(Guard.LIMITS_NOT_ISSUED, Guard.CLAIM_OPEN)),
    _row(S.SPECIAL_FACTOR_CLAIM, "file", _FILLABLE, T.FILED, "special_factor_claim:form:file", "报送特殊因素申请",
         guards=(Guard.LIMITS_NOT_ISSUED, Guard.CLAIM_OPEN)),
    _row(S.SPECIAL_FACTOR_CLAIM, "return", (T.FILED,), T.RETURNED, "special_factor_claim:decision:write", "退回补充",
         guards=(Guard.LIMITS_NOT_ISSUED,), needs_reason=True),
    _row(S.SPECIAL_FACTOR_CLAIM, "withdraw", (T.DRAFT, T.FILED, T.RETURNED), T.WITHDRAWN, "special_factor_claim:form:file",
         "撤回特殊因素申请", needs_reason=True, at_will=True),
    _row(S.SPECIAL_FACTOR_CLAIM, "admit", (T.FILED,), T.ADMITTED, "special_factor_claim:decision:write", "认定特殊因素",
         not_by=("file",), guards=(Guard.LIMITS_NOT_ISSUED, Guard.MOVEMENT_KNOWN), needs_reason=True),
    _row(S.SPECIAL_FACTOR_CLAIM, "reject", (T.FILED,), T.NOT_ADMITTED, "special_factor_claim:decision:write", "不予认定",
         not_by=("file",), guards=(Guard.MOVEMENT_KNOWN,), needs_reason=True),
    _row(S.SPECIAL_FACTOR_CLAIM, "revoke", (T.ADMITTED,), T.REVOKED, "special_factor_claim:decision:write", "撤销认定",
         not_by=("file", "admit"), guards=(Guard.LIMITS_NOT_ISSUED,), needs_reason=True, at_will=True),
    # one round of next year's limits
    _row(S.LIMITS, "open", (), T.OPEN, "limits:round:open", "启动控制数编制"),
    _row(S.LIMITS, "compute", (T.OPEN, T.COMPUTED), T.COMPUTED, "limits:round:compute", "测算控制数"),
    _row(S.LIMITS, "publish", (T.COMPUTED,), T.PUBLISHED, "limits:round:publish", "公布征求意见", not_by=("open", "compute")),
    _row(S.LIMITS, "finalise", (T.PUBLISHED,), T.FINAL, "limits:round:finalise", "定稿", guards=(Guard.OBJECTIONS_DECIDED,)),
    _row(S.LIMITS, "issue", (T.FINAL,), T.ISSUED, "limits:round:issue", "下达控制数", not_by=("open", "compute", "finalise")),
    # an objection to one limit
    _row(S.OBJECTION, "file", (), T.FILED, "objection:form:file", "提出异议", guards=(Guard.WINDOW_OPEN,), needs_reason=True),
    _row(S.OBJECTION, "decide", (T.FILED,), T.DECIDED, "objection:decision:write", "答复异议",
         not_by=("file",), needs_reason=True),
    # an edition of the rules: drafted and checked by the rules office, published by another person
    _row(S.RULE, "open", (), T.DRAFT, "rules:edition:draft", "起草规则版本"),
    _row(S.RULE, "file", _FILLABLE, T.FILED, "rules:edition:draft", "提交规则草案"),
    _row(S.RULE, "return", (T.FILED,), T.RETURNED, "rules:edition:publish", "退回修改", needs_reason=True),
    _row(S.RULE, "withdraw", _FILLABLE, T.WITHDRAWN, "rules:edition:draft", "撤回规则草案", needs_reason=True),
    _row(S.RULE, "publish", (T.FILED,), T.ENACTED, "rules:edition:publish", "发布规则版本", not_by=("file",)),
    # the assessment of units and staff: a campaign, and beside it books, facts, ratings, claims and appeals
    _row(S.ASSESSMENT, "open", (), T.DRAFT, "assessment:campaign:prepare", "启动年度考评"),
    _row(S.ASSESSMENT, "enrol", (T.DRAFT,), T.DRAFT, "assessment:campaign:prepare", "登记考评对象"),
    _row(S.ASSESSMENT, "withdraw", (T.DRAFT,), T.WITHDRAWN, "assessment:campaign:prepare", "撤销考评",
         needs_reason=True, at_will=True),
    _row(S.ASSESSMENT, "reopen", (T.WITHDRAWN,), T.DRAFT, "assessment:campaign:prepare", "恢复考评", at_will=True),
    _row(S.ASSESSMENT, "start", (T.DRAFT,), T.RUNNING, "assessment:campaign:start", "下达考评任务", not_by=("open", "enrol")),
    _row(S.ASSESSMENT, "advance", (T.RUNNING,), T.RUNNING, "assessment:result:compute", "推进考评阶段"),
    _row(S.ASSESSMENT, "exempt", (T.RUNNING,), T.RUNNING, "assessment:result:compute", "登记不参加考评", at_will=True),
    _row(S.ASSESSMENT, "add_raters", (T.RUNNING,), T.RUNNING, "assessment:result:compute", "增补评分人", at_will=True),
    _row(S.ASSESSMENT, "compute", (T.RUNNING, T.COMPUTED), T.COMPUTED, "assessment:result:compute", "汇总计分"),
    _row(S.ASSESSMENT, "publish", (T.COMPUTED,), T.OPENLY, "assessment:result:approve", "公示考评结果", not_by=("compute",)),
    _row(S.ASSESSMENT, "finalise", (T.OPENLY,), T.FINAL, "assessment:result:compute", "定稿", guards=(Guard.CONTEST_OVER,)),
    _row(S.ASSESSMENT, "approve", (T.FINAL,), T.APPROVED, "assessment:result:approve", "审定考评结果",
         not_by=("compute", "finalise")),
    _row(S.ASSESSMENT, "archive", (T.APPROVED,), T.ARCHIVED, "assessment:campaign:prepare", "归档"),
    # the year's task book: drafted by the unit, confirmed by its leader, audited and issued
    _row(S.TASK_BOOK, "open", (), T.DRAFT, "task_book:form:open", "布置任务书"),
    _row(S.TASK_BOOK, "file", _FILLABLE, T.FILED, "task_book:form:file", "报送任务书"),
    _row(S.TASK_BOOK, "return", (T.FILED,), T.RETURNED, "task_book:form:confirm", "退回修改", needs_reason=True),
    _row(S.TASK_BOOK, "void", (T.DRAFT, T.RETURNED), T.WITHDRAWN, "task_book:form:audit", "收回任务书",
         needs_reason=True, at_will=True),
    _row(S.TASK_BOOK, "reopen", (T.WITHDRAWN,), T.DRAFT, "task_book:form:audit", "重新布置", at_will=True),
    _row(S.TASK_BOOK, "confirm", (T.FILED,), T.CONFIRMED, "task_book:form:confirm", "领导确认", not_by=("file",)),
    _row(S.TASK_BOOK, "send_back", (T.CONFIRMED,), T.RETURNED, "task_book:form:audit", "审核退回", needs_reason=True),
    _row(S.TASK_BOOK, "audit", (T.CONFIRMED,), T.AUDITED, "task_book:form:audit", "审核通过", not_by=("file", "confirm")),
    _row(S.TASK_BOOK, "issue", (T.AUDITED,), T.ISSUED, "task_book:form:issue", "下达任务书", not_by=("file", "confirm", "audit")),
    # progress on the task book, at the rhythm of the edition
    _row(S.PROGRESS, "open", (), T.DRAFT, "task_book:form:open", "布置进展报告"),
    _row(S.PROGRESS, "file", _FILLABLE, T.FILED, "progress:form:file", "报送进展"),
    _row(S.PROGRESS, "return", (T.FILED,), T.RETURNED, "progress:form:check", "退回修改", needs_reason=True),
    _row(S.PROGRESS, "check", (T.FILED,), T.AUDITED, "progress:form:check", "核查通过", not_by=("file",)),
    _row(S.PROGRESS, "void", _FILLABLE, T.WITHDRAWN, "progress:form:check", "不再报送",
         needs_reason=True, at_will=True),
    _row(S.PROGRESS, "reopen", (T.WITHDRAWN,), T.DRAFT, "progress:form:check", "重新布置", at_will=True),
    # facts of a period from a named supplier
    _row(S.FACT_REPORT, "open", (), T.DRAFT, "fact_report:form:open", "布置数据报送"),
    _row(S.FACT_REPORT, "file", _FILLABLE, T.FILED, "fact_report:form:file", "报送数据"),
    _row(S.FACT_REPORT, "return", (T.FILED,), T.RETURNED, "fact_report:form:audit", "退回修改", needs_reason=True),
    _row(S.FACT_REPORT, "recall", (T.AUDITED,), T.RETURNED, "fact_report:form:audit", "退回更正",
         guards=(Guard.NOT_TOLD,), needs_reason=True, at_will=True),
    _row(S.FACT_REPORT, "void", (T.DRAFT,), T.WITHDRAWN, "fact_report:form:audit", "本期不报",
         needs_reason=True, at_will=True),
    _row(S.FACT_REPORT, "reopen", (T.WITHDRAWN,), T.DRAFT, "fact_report:form:audit", "重新布置", at_will=True),
    _row(S.FACT_REPORT, "accept", (T.FILED,), T.AUDITED, "fact_report:form:audit", "审核通过", not_by=("file",)),
    # one rater's sheet of one period; the sheet itself is kept apart and only as long as the edition says
    _row(S.RATING, "open", (), T.DRAFT, "rating:sheet:open", "发放评分表"),
    _row(S.RATING, "submit", (T.DRAFT,), T.FILED, "rating:sheet:submit", "提交评分", guards=(Guard.OWN_SHEET,)),
    _row(S.RATING, "void", (T.DRAFT,), T.WITHDRAWN, "rating:sheet:void", "收回评分表", needs_reason=True,
         at_will=True),
    _row(S.RATING, "reopen", (T.WITHDRAWN,), T.DRAFT, "rating:sheet:void", "重新发放", at_will=True),
    _row(S.RATING, "forget", (T.FILED,), T.ARCHIVED, "rating:sheet:void", "到期清除评分人信息",
         guards=(Guard.KEPT_LONG_ENOUGH,)),
    # a bonus: claimed with documents, judged, published for objection, settled
    _row(S.BONUS, "file", (), T.FILED, "bonus:form:file", "申报加分", guards=(Guard.RUNNING,)),
    _row(S.BONUS, "admit", (T.FILED,), T.ADMITTED, "bonus:claim:judge", "认定加分", not_by=("file",)),
    _row(S.BONUS, "reject", (T.FILED,), T.REJECTED, "bonus:claim:judge", "不予认定", needs_reason=True),
    _row(S.BONUS, "publish", (T.ADMITTED,), T.OPENLY, "bonus:claim:judge", "公示加分", not_by=("file",)),
    _row(S.BONUS, "strike", (T.OPENLY,), T.REJECTED, "bonus:claim:judge", "撤销加分", needs_reason=True),
    _row(S.BONUS, "settle", (T.OPENLY,), T.SETTLED, "bonus:claim:judge", "加分生效",
         guards=(Guard.NOT_COMPUTED, Guard.CONTEST_OVER), not_by=("file",)),
    # a penalty: told to the unit, which may appeal
    _row(S.PENALTY, "tell", (), T.TOLD, "penalty:notice:write", "告知扣分", guards=(Guard.RUNNING,)),
    _row(S.PENALTY, "withdraw", (T.TOLD,), T.WITHDRAWN, "penalty:notice:write", "撤销扣分", needs_reason=True),
    _row(S.PENALTY, "settle", (T.TOLD,), T.SETTLED, "penalty:notice:write", "扣分生效",
         guards=(Guard.NOT_COMPUTED, Guard.CONTEST_OVER)),
    # an appeal against a penalty or a result, or an objection to a published bonus
    _row(S.APPEAL, "file", (), T.FILED, "appeal:form:file", "提出申诉或异议", guards=(Guard.WINDOW_OPEN,)),
    _row(S.APPEAL, "withdraw", (T.FILED,), T.WITHDRAWN, "appeal:form:file", "撤回申诉", needs_reason=True),
    _row(S.APPEAL, "decide", (T.FILED,), T.DECIDED, "appeal:decision:write", "答复申诉", not_by=("file",),
         guards=(Guard.APPEAL_BODY, Guard.INDEPENDENT)),
    # what a result asks to be mended: becomes a task of the next year
    _row(S.IMPROVEMENT, "open", (), T.TOLD, "improvement:notice:write", "下达整改事项"),
    _row(S.IMPROVEMENT, "respond", (T.TOLD, T.RETURNED), T.RESPONDED, "improvement:form:respond", "反馈整改情况"),
    _row(S.IMPROVEMENT, "return", (T.RESPONDED,), T.RETURNED, "improvement:notice:write", "整改不到位，退回", needs_reason=True),
    _row(S.IMPROVEMENT, "close", (T.RESPONDED,), T.CLOSED, "improvement:notice:write", "核实销号", not_by=("respond",)),
)
# fmt: on

_INDEX = {(row.stage, row.verb, source): row for row in TRANSITIONS for source in row.sources or (None,)}


def find(stage: Stage, verb: str, status: Status | None) -> Transition | None:
    """Return the row that leaves ``status`` by ``verb``, or None."""
    return _INDEX.get((stage, verb, status))


def leaving(stage: Stage, status: Status | None) -> tuple[Transition, ...]:
    """Return every row that leaves ``status``, in table order."""
    return tuple(
        row
        for row in TRANSITIONS
        if row.stage is stage and (status in row.sources if status else not row.sources)
    )


def named(stage: Stage, verb: str) -> tuple[Transition, ...]:
    """Return the rows of ``stage`` called ``verb``, whatever they leave from."""
    return tuple(row for row in TRANSITIONS if row.stage is stage and row.verb == verb)
