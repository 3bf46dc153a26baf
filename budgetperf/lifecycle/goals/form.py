"""绩效目标申报表: the request with its funds, cost items and three-level indicators."""

from datetime import date

from budgetperf.classification import FundSource
from budgetperf.evaluands import ProjectNature, ProjectOrigin, Protection
from budgetperf.forms import Amount, Form, Line, Number, Text, Year, ask
from budgetperf.indicators import Direction, Indicator, Level2, Operator
from budgetperf.money import Money, MoneyUnit


class FundLine(Form):
    """One source of money of the request."""

    source: FundSource = ask("资金来源", width=18)
    amount: Amount = ask("金额", "按本表金额单位填写", width=14)


class CostItem(Form):
    """One item of the cost composition, with the two years before."""

    item: Line = ask("支出明细", width=24)
    amount: Amount = ask("本年申报", width=14)
    basis: Line = ask("测算依据", "标准×数量、合同、招标文件等；评审时逐项核对", default="", width=30)
    prior_year: Amount = ask("上年实际", "用于成本基线比较", default=Money(0), width=14)
    year_before: Amount = ask("前年实际", default=Money(0), width=14)


class IndicatorRow(Form):
    """One level-3 indicator as filed."""

    level2: Level2 = ask("二级指标", width=16)
    name: Line = ask("三级指标", width=26)
    operator: Operator = ask("指标性质", "≥、>、=、≤、< 或 定性", width=9)
    target: Number | None = ask(
        "指标值", "定量指标填数字；定性指标留空并在“定性目标”中写明", default=None, width=10
    )
    target_text: Line = ask("定性目标", default="", width=20)
    uom: Line = ask("度量单位", "如：个、公里、%", default="", width=9)
    weight: Number = ask("权重", "各指标权重合计90，预算执行率10在自评时计入", width=7)
    direction: Direction = ask("指标方向性", "≥、>、= 为正向，≤、< 为反向", width=10)
    basis: Line = ask("指标值依据", "计划、行业、历史标准或支出标准", default="", width=18)
    evidence: Line = ask("佐证资料", "实际值从哪里取得", default="", width=18)


class GoalForm(Form):
    """The filed request: what the money is for and what it promises."""

    project_name: Line = ask("项目名称", width=30)
    agency_name: Line = ask("单位名称", width=24)
    fiscal_year: Year = ask("预算年度", width=8)
    amount_unit: MoneyUnit = ask("金额单位", "元、万元或亿元；表内金额均按此单位")
    function_code: Line = ask("支出功能分类科目", "3、5或7位数字", width=14)
    nature: ProjectNature = ask("项目属性", "经常性或一次性")
    origin: ProjectOrigin = ask("项目类型", "新增或延续")
    starts_on: date = ask("开始日期")
    ends_on: date = ask("结束日期")
    basis: Text = ask("立项依据", "法律法规、规划或政策文件，事前评估“必要性”据此判断", width=40)
    overall_goal: Text = ask("年度总体目标", "写要达到的结果，不写金额和支出内容", width=40)
    request: Amount = ask("项目资金总额", width=14)
    funds: tuple[FundLine, ...] = ask("资金来源")
    cost_items: tuple[CostItem, ...] = ask("支出构成", default=())
    indicators: tuple[IndicatorRow, ...] = ask("绩效指标")


def indicator_tree(form: GoalForm) -> tuple[Indicator, ...]:
    """Return the filed indicators, keyed ``"1"``, ``"2"`` … in filed order."""
    return tuple(
        Indicator(
            key=str(number),
            level2=row.level2,
            name=row.name,
            operator=row.operator,
            target=row.target,
            target_text=row.target_text,
            uom=row.uom,
            weight=row.weight,
            direction=row.direction,
        )
        for number, row in enumerate(form.indicators, start=1)
    )


class NewRequestForm(Form):
    """What it takes to open a request for a new or a known project."""

    fiscal_year: Year = ask("预算年度", width=8)
    project_code: Line = ask("项目编码", "延续项目填已有编码；新项目留空，由系统编码", default="")
    agency_path: Line = ask("申报单位", "经办多个单位的，新项目须写明单位路径", default="")
    project_name: Line = ask("项目名称", width=30)
    function_code: Line = ask("支出功能分类科目", "3、5或7位数字", width=14)
    nature: ProjectNature = ask("项目属性")
    origin: ProjectOrigin = ask("项目类型")
    protection: Protection | None = ask(
        "保障类别", "三保、法定或合同约定支出须注明，核减时据此保底", default=None
    )
    protected_amount: Amount | None = ask("保障金额", "法定和合同约定支出须填写有依据的金额", default=None)
    protection_basis: Line = ask("保障依据", "标准、法规或合同名称", default="")


class ApprovalForm(Form):
    """What is approved with the budget."""

    approved: Amount = ask("批复金额", "不超过申报额；经事前评估的不超过建议金额")
    document_number: Line = ask("批复文号")
