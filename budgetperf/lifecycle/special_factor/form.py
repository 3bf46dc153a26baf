"""特殊因素申请: which project, what for, how much of each year's cost, on what evidence."""

from typing import ClassVar

from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.forms import Amount, Form, Line, Text, Year, ask


class NewClaimForm(Form):
    """Whose baseline of which budget year, by which panel, is contested."""

    project_code: Line = ask("项目", "本单位列入成本面板的项目")
    fiscal_year: Year = ask("预算年度", "成本绩效基线所属的预算年度")
    panel_code: Line = ask("成本面板", "该年度基线已采用、且仍在申请期内的面板")


class ClaimedYearRow(Form):
    """The special part of one year's cost."""

    prefilled: ClassVar[frozenset[str]] = frozenset({"year"})

    year: Year = ask("年度", "成本面板中有本单位数据的年度", width=10)
    amount: Amount = ask("特殊因素金额", "当年价格，应小于该年成本", width=18)


class ClaimForm(Form):
    """A cost that comparable units do not have."""

    panel_code: Line = ask("成本面板", "项目所在的成本面板")
    label: Line = ask("特殊因素", "写明是什么成本，如山区桥隧保洁", width=30)
    statement: Text = ask("申请理由", "为什么只有本单位有这项成本，金额怎样核算", width=60)
    amounts: tuple[ClaimedYearRow, ...] = ask("各年金额", "只写该项特殊成本，不写全部成本")
    evidence: tuple[Line, ...] = ask("佐证材料", "先在项目页上传材料，再在此选择")

    def factor(self, dmu: str) -> SpecialFactor:
        """Return what is claimed, as the claimant's unit of the panel."""
        return SpecialFactor(dmu, self.label, {row.year: row.amount for row in self.amounts})


class ClaimAnswerForm(Form):
    """What the claimant is told of a decided claim: the decision's package and the own baseline by it."""

    reason: Text = ask("理由")
    package: Line = ask("测算决策包", "所依据的影响测算的摘要")
    before: Amount = ask("认定前基线")
    after: Amount = ask("认定后基线")
    given_back: Amount = ask("其中加回的特殊因素")
