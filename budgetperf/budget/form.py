"""What is asked when a round of limits moves, an objection is filed or decided."""

from datetime import date

from budgetperf.budget.grounds import Ground
from budgetperf.budget.objections import ObjectionGround, Outcome
from budgetperf.forms import Amount, Form, Line, Text, Year, ask


class RoundForm(Form):
    """A new round of limits."""

    fiscal_year: Year = ask("预算年度")
    result_year: Year = ask("结果年度", "执行率、结转和绩效等级取自该年度")
    ceiling: Amount = ask("可用财力总额", "本轮全部控制数与未分配额之和")


class PublishForm(Form):
    """How long objections are heard."""

    window_ends_on: date = ask("异议截止日期")


class ObjectionForm(Form):
    """A department's claim against one cut."""

    cause: ObjectionGround = ask("异议类型")
    contests: Ground = ask("针对的核减")
    claimed: Amount = ask("要求恢复的金额")
    statement: Text = ask("理由", width=60)
    evidence: tuple[Line, ...] = ask("佐证材料", "先在项目页上传材料，再在此选择")


class DecisionForm(Form):
    """The answer to an objection."""

    outcome: Outcome = ask("答复结论")
    amount: Amount = ask("恢复金额", "不予采纳的填0")
    reason: Text = ask("答复理由", width=60)
