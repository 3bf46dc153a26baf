"""What is asked when an indicator system is built: the parameters, each with the default we use.

Imports nothing heavy. The sources name the steps but not the figures; every cut is therefore a
parameter with our default [ours].
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from budgetperf.forms import Form, Line, Number, ask
from budgetperf.statistics.methods import Extraction, Retention, WeightMethod


def _ratio(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError("应在0与1之间")
    return value


def _code(value: str) -> str:
    if not value.replace("-", "").replace("_", "").isalnum() or value != value.lower():
        raise ValueError("应为文字、小写英文字母、数字、短横线或下划线")
    return value


Ratio = Annotated[Number, AfterValidator(_ratio)]
Code = Annotated[Line, AfterValidator(_code)]


class IndexSpec(Form):
    """How the indicators are chosen and weighed, and what the draft is called."""

    title: Line = ask("指标体系名称", "印在报告和草案的题头")
    jurisdiction: Code = ask(
        "辖区代码", "下载的草案放入规则库的哪个文件夹，如 guangdong；送入规则版本的一律归本系统"
    )
    valid_from: date = ask("拟生效日期", "草案的生效日；送入规则版本后不能改")
    method: WeightMethod = ask(
        "草案采用的权重", "各方法的结果都列出，草案只取一种", default=WeightMethod.FACTOR
    )
    important_from: Annotated[int, Field(ge=1, le=5)] = ask(
        "几分及以上算选中", "重要性五分制；用于重要占比和隶属度", default=4
    )
    membership_cut: Ratio = ask(
        "隶属度下限", "选中人数占全部评分人的比例，低于此值删去", default=Decimal("0.3")
    )
    correlation_bound: Ratio = ask(
        "相关系数上限", "两指标相关系数绝对值高于此值，删去其中一项", default=Decimal("0.9")
    )
    variation_cut: Number = ask("变异系数下限", "各评价对象间的变异系数低于此值删去", default=Decimal("0.1"))
    extraction: Extraction = ask("因子提取方法", default=Extraction.COMPONENT)
    retention: Retention = ask("因子个数", default=Retention.KAISER)
    cumulative: Ratio = ask("累计方差贡献率", "因子个数按累计贡献率确定时采用", default=Decimal("0.85"))
    n_checked: Annotated[int, Field(ge=0, le=500)] = ask("抽查评分条数", "与原始问卷核对", default=10)
    seed: Annotated[int, Field(ge=0, le=2**31)] = ask(
        "抽查随机种子", "公开的种子，任何人可重抽", default=20110701
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.variation_cut < 0:
            raise ValueError("变异系数下限不能为负")
        if self.cumulative == 0:
            raise ValueError("累计方差贡献率应大于0")
        if not self.method.weighs:
            raise ValueError(f"“{self.method.label}”没有指标权重，不能作为草案的权重")
        return self


class IndexOrder(IndexSpec):
    """A build as the worker is told of it: the parameters, the day, and the kept tables by digest."""

    computed_on: date = ask("测算日期")
    survey: Line = ask("重要性问卷（文件摘要）")
    measured: Line = ask("指标数据表（文件摘要）")
    pairs: Line = ask("两两比较表（文件摘要）", default="")
