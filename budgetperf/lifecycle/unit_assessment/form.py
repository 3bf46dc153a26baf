"""What is filled in during a campaign: roster, task book, progress, facts, ratings, claims, appeals, approval."""

from datetime import date

from budgetperf.forms import Form, Line, Number, Text, Year, ask
from budgetperf.terms import Term

ROWS = 20_000


class CampaignForm(Form):
    """A new campaign of a year, by the editions of a place."""

    jurisdiction: Line = ask("考评方案", "方案所属的地区或单位")
    fiscal_year: Year = ask("考评年度")


class UnitRow(Form):
    """A unit, or a person, to be assessed."""

    code: Line = ask("编码", "本年度内不重复", width=12)
    name: Line = ask("名称", width=24)
    group: Line = ask("分组", "方案中的分组，名称或编码", width=12)
    organisation: Line = ask("单位编码", "考评对象为单位的必填，为人员的留空", default="", width=12)
    person: Line = ask("本人账号", "考评对象为人员的填写其登录名", default="", width=14)
    leader: Line = ask("负责人账号", "分管或单位负责人的登录名", default="", width=14)
    owner: Line = ask("归属对象", "成绩计入另一考评对象的，填其编码", default="", width=12)


class SupplierRow(Form):
    """Which organisation brings the facts of a supplier of the edition."""

    supplier: Line = ask("数据提供方", "方案中的名称或编码", width=16)
    organisation: Line = ask("单位编码", "由该单位经办人报送", width=16)


class RaterRow(Form):
    """A rater and whom they rate."""

    rater_group: Line = ask("评分人类别", "方案中的名称或编码", width=16)
    login: Line = ask("评分人账号", "评分人的登录名", width=16)
    units: Text = ask(
        "评分对象", "考评对象编码，以顿号分隔；留空为该类别应评的全部对象", default="", width=40
    )


class RosterForm(Form):
    """Who is assessed, who supplies, who rates."""

    units: tuple[UnitRow, ...] = ask("考评对象")
    suppliers: tuple[SupplierRow, ...] = ask("数据提供单位")
    raters: tuple[RaterRow, ...] = ask("评分人", default=())


class RatersForm(Form):
    """Raters who join while the campaign runs."""

    raters: tuple[RaterRow, ...] = ask("增补的评分人")


class ExemptionForm(Form):
    """Somebody who is not assessed this year, by an exemption of the scheme."""

    unit: Line = ask("考评对象", "编码", width=14)
    exemption: Line = ask(
        "不参加考评的情形", "方案所列的情形，或撤并、调出（left）；恢复考评的留空", default="", width=20
    )
    reason: Text = ask("理由", width=50)


class TaskRow(Form):
    """One task: specific, measurable, achievable, relevant, in time."""

    key: Line = ask("序号", width=6)
    item: Line = ask("考评项目", "方案中的项目编码；自定任务留空", default="", width=14)
    task: Text = ask("工作任务", "写明具体做什么", width=36)
    measure: Line = ask("衡量指标", "用什么衡量完成与否", width=24)
    target: Number | None = ask("目标值", "定量目标填数字", default=None, width=12)
    uom: Line = ask("计量单位", default="", width=10)
    target_text: Line = ask("定性目标", "不能定量的写明完成标志", default="", width=24)
    due_on: date | None = ask("完成时限", "年内的一天", default=None, width=14)
    responsible: Line = ask("责任人", default="", width=14)
    basis: Line = ask("依据", "上级部署、本单位职责或可行性依据", default="", width=24)
    improvement: Line = ask("整改来源", "上年整改事项的编号；由系统填写", default="", width=16)


class TaskBookForm(Form):
    """The year's task book of a unit."""

    rows: tuple[TaskRow, ...] = ask("任务")


class ProgressRow(Form):
    """How far a task is."""

    key: Line = ask("序号", width=6)
    actual: Number | None = ask("当前完成值", "定量目标填数字", default=None, width=14)
    done: Text = ask("进展情况", default="", width=40)
    behind: Line = ask("滞后原因", "未达进度时填写", default="", width=30)


class ProgressForm(Form):
    """Progress on the whole task book at a reporting day."""

    rows: tuple[ProgressRow, ...] = ask("任务进展")


class FactRow(Form):
    """One fact of one unit."""

    unit: Line = ask("考评对象", "编码", width=14)
    item: Line = ask("考评项目", "方案中的项目编码", width=18)
    rater: Line = ask("评分来源", "受托调查的写 类别/名称，其余留空", default="", width=16)
    value: Line = ask("值", "数字，或“是”“否”“不适用”；留空为尚未填报", default="", width=12)
    standard: Line = ask("标准值", "任务书已定的由系统填写", default="", width=12)
    note: Line = ask("说明", "不适用的写明原因", default="", width=30)


class FactReportForm(Form):
    """The facts of one supplier for one period."""

    rows: tuple[FactRow, ...] = ask("考评数据")


class RatingRow(Form):
    """One rating."""

    unit: Line = ask("评分对象", width=16)
    item: Line = ask("评分项目", width=16)
    value: Line = ask("评分", "按方案的分值范围；不了解的填“不适用”", width=10)
    note: Line = ask("说明", "“不适用”须写明原因", default="", width=30)


class RatingForm(Form):
    """One rater's sheet of one period."""

    rows: tuple[RatingRow, ...] = ask("评分")


class BonusForm(Form):
    """A bonus claimed with documents."""

    item: Line = ask("加分项目", "方案中的项目编码", width=18)
    value: Number = ask("数量", "次数；按分值申报的填分值", width=10)
    award: Line = ask("奖项或事由", "同一奖项有多级表彰的写同一名称", width=30)
    statement: Text = ask("说明", width=50)
    evidence: tuple[Line, ...] = ask("证明材料", "先在考评对象页上传，再在此选择")


class AdmissionForm(Form):
    """What is admitted of a claim."""

    value: Number = ask("认定数量", "不得高于申报", width=10)
    reason: Text = ask("认定理由", width=50)


class PenaltyForm(Form):
    """A penalty told to a unit."""

    item: Line = ask("扣分项目", "方案中的项目编码", width=18)
    value: Number = ask("数量", "次数；按分值扣减的填分值", width=10)
    award: Line = ask("事项", width=30)
    statement: Text = ask("事实与依据", width=50)


class AppealAbout(Term):
    """What an appeal is about."""

    PENALTY = "penalty", "扣分"
    BONUS = "bonus", "公示的加分"
    RESULT = "result", "考评结果"


class AppealForm(Form):
    """An appeal against a penalty or a result, or an objection to a published bonus."""

    about: AppealAbout = ask("申诉事项")
    record: Line = ask("针对的记录", "申诉扣分或异议加分的，由页面带入", default="", width=40)
    statement: Text = ask("理由", width=60)
    demand: Line = ask("请求", "请求更正什么", width=40)
    evidence: tuple[Line, ...] = ask("证明材料", default=())


class AppealOutcome(Term):
    """What an appeal came to."""

    UPHELD = "upheld", "采纳"
    PARTLY = "partly", "部分采纳"
    REJECTED = "rejected", "不予采纳"


class CorrectionRow(Form):
    """A fact as it should have been."""

    unit: Line = ask("考评对象", width=14)
    item: Line = ask("考评项目", width=18)
    period: Line = ask("考核期", default="", width=10)
    rater: Line = ask("评分来源", default="", width=16)
    value: Line = ask("更正为", width=12)
    note: Line = ask("依据", width=30)


class AppealDecisionForm(Form):
    """The answer to an appeal."""

    outcome: AppealOutcome = ask("答复结论")
    value: Number | None = ask("更正数量", "部分采纳扣分或加分异议的，填更正后的数量", default=None)
    corrections: tuple[CorrectionRow, ...] = ask("数据更正", "采纳对考评结果的申诉时填写", default=())
    reason: Text = ask("答复理由", width=60)


class ApprovalRow(Form):
    """The decision of one body."""

    body: Line = ask("审定机构", width=24)
    document: Line = ask("文号或会议纪要", width=30)
    decided_on: date = ask("审定日期", width=14)


class ResultApprovalForm(Form):
    """The decisions a result rests on, one per body of the edition, in its order."""

    rows: tuple[ApprovalRow, ...] = ask("审定情况")


class ImprovementForm(Form):
    """Something to be mended, from the feedback of a result."""

    problem: Text = ask("存在问题", width=50)
    demand: Text = ask("整改要求", width=50)
    due_on: date = ask("整改期限", width=14)


class ImprovementReply(Form):
    """What was done about it."""

    measures: Text = ask("整改措施与结果", width=60)
    done_on: date = ask("完成日期", width=14)
