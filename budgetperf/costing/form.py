"""What is asked when a cost baseline is fitted or a cost-benefit analysis filed."""

from typing import Annotated

from pydantic import Field

from budgetperf.costing.benefit import FlowKind
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import Amount, Form, Line, Text, Year, ask

LONGEST_LIFE = 100
Life = Annotated[int, Field(ge=1, le=LONGEST_LIFE)]
Offset = Annotated[int, Field(ge=0, le=LONGEST_LIFE)]


class FitForm(Form):
    """Which panel is fitted for which budget year."""

    panel_code: Line = ask("成本面板编码")
    fiscal_year: Year = ask("预算年度", "基线换算到该年度价格")
    payable_total: Amount | None = ask(
        "应付总额", "只在规则版本规定按应付总额校准时填写；不填即各单位实际成本之和", default=None
    )


class FlowRow(Form):
    """One priced effect."""

    year_offset: Offset = ask("第几年", "基年为0，不晚于寿命期末年")
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
    life_years: Life = ask("寿命期（年）", f"1至{LONGEST_LIFE}年")
    evidence: EvidenceGrade = ask("证据等级")
    do_nothing: bool = ask("是否为“不做”方案", default=False)
    flows: tuple[FlowRow, ...] = ask("效益与成本")
    unpriced: tuple[EffectRow, ...] = ask("未货币化效果", default=())


class BenefitForm(Form):
    """A cost-benefit analysis of one project."""

    base_year: Year = ask("基年")
    options: tuple[OptionRow, ...] = ask("方案")


def check_offsets_within_life(form: BenefitForm) -> tuple[Finding, ...]:
    """No amount falls after the life of its option."""
    return tuple(
        Finding(
            "benefit.offset",
            Severity.ERROR,
            Where(pointer=f"/options/{at}/flows/{row}/year_offset"),
            f"第几年：“{flow.label}”在第{flow.year_offset}年，方案“{option.label}”的寿命期只有{option.life_years}年",
        )
        for at, option in enumerate(form.options)
        for row, flow in enumerate(option.flows)
        if flow.year_offset > option.life_years
    )
