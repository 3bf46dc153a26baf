"""What is asked when a cost baseline is fitted or a cost-benefit analysis filed."""

from budgetperf.costing.benefit import FlowKind
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.forms import Amount, Form, Line, Text, Year, ask


class FitForm(Form):
    """Which panel is fitted for which budget year."""

    panel_code: Line = ask("成本面板编码")
    fiscal_year: Year = ask("预算年度", "基线换算到该年度价格")


class FlowRow(Form):
    """One priced effect."""

    year_offset: int = ask("第几年", "基年为0")
    amount: Amount = ask("金额")
    kind: FlowKind = ask("类型")
    label: Line = ask("内容")
    price_year: Year = ask("价格年份")
    source: Line = ask("数据来源")


class EffectRow(Form):
    """One effect nobody could price."""

    label: Line = ask("效果")
    favourable: bool = ask("是否有利")
    description: Text = ask("说明")
    evidence: EvidenceGrade = ask("证据等级")


class OptionRow(Form):
    """One option, doing nothing among them."""

    code: Line = ask("方案代码")
    label: Line = ask("方案名称")
    life_years: int = ask("寿命期（年）")
    evidence: EvidenceGrade = ask("证据等级")
    do_nothing: bool = ask("是否为“不做”方案", default=False)
    flows: tuple[FlowRow, ...] = ask("效益与成本")
    unpriced: tuple[EffectRow, ...] = ask("未货币化效果", default=())


class BenefitForm(Form):
    """A cost-benefit analysis of one project."""

    base_year: Year = ask("基年")
    options: tuple[OptionRow, ...] = ask("方案")
