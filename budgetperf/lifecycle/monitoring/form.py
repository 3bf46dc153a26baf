"""绩效运行监控表: values and forecast of every indicator, causes and likelihood by 136号."""

from budgetperf.forms import Amount, Form, Line, Number, Text, ask
from budgetperf.indicators import Achievement
from budgetperf.terms import Term


class Cause(Term):
    """偏差原因 (财预〔2019〕136号)."""

    FUNDING = "funding", "经费保障"
    INSTITUTION = "institution", "制度保障"
    STAFF = "staff", "人员保障"
    HARDWARE = "hardware", "硬件条件保障"
    OTHER = "other", "其他"


class Likelihood(Term):
    """完成目标可能性 (财预〔2019〕136号)."""

    CERTAIN = "certain", "确定能"
    POSSIBLE = "possible", "有可能"
    IMPOSSIBLE = "impossible", "完全不可能"


class ProgressRow(Form):
    """Progress of one indicator at the end of the period."""

    key: Line = ask("序号", width=6)
    actual: Number | None = ask("当前完成值", "定量指标填数字", default=None, width=12)
    achievement: Achievement | None = ask(
        "达成档次", "定性指标选择达成、部分达成或未达成", default=None, width=12
    )
    forecast: Number | None = ask("全年预计完成值", default=None, width=12)
    likelihood: Likelihood = ask("完成目标可能性", width=12)
    cause: Cause | None = ask("偏差原因", "未达进度时必选", default=None, width=12)
    explanation: Line = ask("原因说明", "未达进度时必填", default="", width=30)


class MonitoringForm(Form):
    """The unit's report for one period."""

    rows: tuple[ProgressRow, ...] = ask("绩效目标执行情况")
    forecast_paid: Amount = ask("全年预计执行数", "到年底预计支付的金额")
    execution_note: Text = ask("预算执行偏差说明", "执行进度慢于序时进度时必填", default="", width=40)
