"""What a convex regression must tell before it is believed; nothing here changes a fit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.costing.convex.models import Multiplicative
from budgetperf.costing.convex.options import Shape
from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.convex.second_stage import (
    EXACT,
    NO_INEFFICIENCY,
    NO_NOISE,
    NO_RESIDUALS,
    WRONG_SKEWNESS,
    Split,
)
from budgetperf.costing.design import Array, Floats
from budgetperf.findings import Finding, Severity, Where

SIGNIFICANT = 0.05
OFF_CENTRE = 0.1  # mean residual in standard deviations

FAILED = {
    WRONG_SKEWNESS: "残差的偏度方向与无效率相反（换算为生产方向的偏度{skewness:.3f}≥0）：数据中看不出无效率，"
    "不以小数值替代三阶矩，前沿与效率一律为空；请检查因素是否遗漏、规模报酬与误差形式、离群值",
    NO_INEFFICIENCY: "拟似然在无效率方差为零处最大：数据中看不出无效率，前沿与效率一律为空",
    NO_NOISE: "残差的偏度{skewness:.3f}超过半正态无效率所能有的，噪声方差无法为正，前沿与效率一律为空；请检查离群值，"
    "或并列报告校正凸回归（全部残差视为无效率）",
    NO_RESIDUALS: "没有残差可分解为噪声与无效率，前沿与效率一律为空",
}


def check_columns(problem: Problem, columns: Sequence[str]) -> tuple[Finding, ...]:
    """Every driver varies, and their slopes can be told apart."""
    found = []
    left_out = [column for column, used in zip(columns, problem.used, strict=True) if not used]
    if left_out:
        text = f"因素{'、'.join(left_out)}在各行相同，对函数没有作用，已不计入（斜率记为0）；请检查数据"
        found.append(_finding("constant_driver", Severity.WARNING, text))
    if problem.collinear is not None:
        text = f"因素{'、'.join(problem.collinear.columns)}几乎线性相关：拟合值仍唯一，斜率无法分开，不得解释为边际成本"
        found.append(_finding("collinear_drivers", Severity.WARNING, text))
    return tuple(found)


def check_signs(y: Floats, drivers: pd.DataFrame, shape: Shape) -> tuple[Finding, ...]:
    """A cost is positive, and no work is less than none."""
    if shape is Shape.PRODUCTION:
        return ()
    cells = [("成本", y.index[y <= 0], "不为正")]
    cells += [(f"因素“{name}”", column.index[column < 0], "为负") for name, column in drivers.items()]
    return tuple(
        _finding(
            "impossible_value",
            Severity.WARNING,
            f"{what}在{len(rows)}行{why}（{'、'.join(map(str, rows[:5]))}）：成本函数不容许，请核对数据",
        )
        for what, rows, why in cells
        if len(rows)
    )


def check_fit(residuals: Array, size: float) -> tuple[Finding, ...]:
    """Something is left to explain."""
    if float(np.sqrt((residuals**2).mean())) > EXACT * size:
        return ()
    text = "残差不到因变量离散程度的万分之一，小于求解精度，视为没有残差：样本太小、因素太多、各行相同或个别行量级悬殊，不说明各单位有效率"
    return (_finding("perfect_fit", Severity.WARNING, text),)


def check_convexity(model: Multiplicative, labels: Sequence[object]) -> tuple[Finding, ...]:
    """The logarithmic squares are convex at the optimum, so that no better one is near."""
    far = np.flatnonzero(model.residuals(model.level, model.effect) <= -1)
    if not len(far):
        return ()
    names = "、".join(str(labels[int(row)]) for row in far[:5])
    text = f"{len(far)}行（{names}等）的实际值不到拟合值的1/e：目标函数在此不凸，所报最优点只保证是局部的；请检查这些行的数据"
    return (_finding("local_optimum", Severity.WARNING, text),)


def check_split(split: Split, n: int, off_centre: float) -> tuple[Finding, ...]:
    """Residuals lean clearly to the side of inefficiency and are centred."""
    found = []
    p_value = float(stats.norm.cdf(split.skewness / np.sqrt(6 / n)))
    if split.failed:
        text = FAILED[split.failed].format(skewness=split.skewness)
        found.append(_finding(split.failed, Severity.ERROR, text))
    elif p_value > SIGNIFICANT:
        text = f"残差偏度{split.skewness:.3f}不显著（p={p_value:.3f}）：无效率与噪声难以区分，效率值主要来自半正态假设，不宜用于核定金额"
        found.append(_finding("weak_evidence", Severity.WARNING, text))
    if abs(off_centre) > OFF_CENTRE:
        text = f"残差均值为标准差的{off_centre:.2f}倍（规模报酬不变的加法形式过原点）：分解以零均值为前提，请改用规模报酬可变或乘法误差"
        found.append(_finding("off_centre", Severity.WARNING, text))
    return tuple(found)


def _finding(code: str, severity: Severity, text: str) -> Finding:
    return Finding(f"costing.{code}", severity, Where(pointer="/convex"), text)
