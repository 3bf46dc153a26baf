"""项目支出绩效自评表, and the sheet of a finance evaluation (财政评价)."""

from typing import Annotated

from pydantic import Field

from budgetperf.forms import Form, Line, Number, Text, Year, ask
from budgetperf.indicators import Achievement
from budgetperf.lifecycle.exante.form import PointsRow

LARGEST_SAMPLE = 10_000


class ResultRow(Form):
    """The year's result of one indicator."""

    key: Line = ask("序号", width=6)
    actual: Number | None = ask("实际完成值", "定量指标填数字，不带计算符号", default=None, width=12)
    achievement: Achievement | None = ask("达成档次", "定性指标选择", default=None, width=12)
    tier_ratio: Number | None = ask(
        "档内得分比例", "定性指标在所选档次范围内填写百分比，如 95", default=None, width=10
    )
    not_applicable: bool = ask("不适用", "该活动未发生时勾选并说明", default=False, width=8)
    reason: Line = ask("偏差原因分析及改进措施", "未完成、明显超额或不适用时必填", default="", width=40)


class SelfEvaluationForm(Form):
    """The unit's self-evaluation in the national layout; points are computed, never typed in."""

    rows: tuple[ResultRow, ...] = ask("绩效指标完成情况")
    overall_result: Text = ask("年度总体目标实际完成情况", width=60)
    execution_reason: Text = ask("预算执行偏差原因", "执行率低于90%时必填", default="", width=40)
    adjustment_reason: Text = ask("年中预算调整说明", "本地表式要求时填写", default="", width=40)
    conclusion: Text = ask("自评结论", "本地表式要求时填写", default="", width=40)
    problems: Text = ask("存在问题", default="", width=40)
    measures: Text = ask("改进措施", default="", width=40)


class EvaluationForm(Form):
    """The evaluator's sheet on 决策、过程、产出、效益."""

    rows: tuple[PointsRow, ...] = ask("评分明细")
    findings: Text = ask("主要绩效", width=60)
    problems: Text = ask("存在的问题", default="", width=60)
    suggestions: Text = ask("有关建议", default="", width=60)


class SampleForm(Form):
    """What the sample of finance evaluations rests on."""

    fiscal_year: Year = ask("评价年度")
    size: Annotated[int, Field(ge=1, le=LARGEST_SAMPLE)] = ask("抽取数量")
    seed: Line = ask("抽取种子", "事先公布的随机种子；任何人可用同一种子重做抽取")
