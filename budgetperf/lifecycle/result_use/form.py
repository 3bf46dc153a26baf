"""整改: what the notice asks, what the unit answers."""

from datetime import date

from budgetperf.forms import Form, Text, ask


class NoticeForm(Form):
    """A rectification notice."""

    problem: Text = ask("存在问题", "写明依据的监控结果或评价结论", width=60)
    requirement: Text = ask("整改要求", width=60)


class ResponseForm(Form):
    """The unit's answer."""

    measures: Text = ask("整改措施", width=60)
    result: Text = ask("整改结果", width=60)
    effective_on: date = ask("整改完成日期", "须在下达整改通知之后")
