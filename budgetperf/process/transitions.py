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
    _row(S.BASELINE, "adopt", (T.FITTED,), T.ADOPTED, "baseline:model:adopt", "采用成本基线", not_by=("fit",)),
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
