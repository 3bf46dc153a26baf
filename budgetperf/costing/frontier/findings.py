"""What a stochastic frontier must tell before it is believed: skewness, ridges, weak evidence.

Fixed rules, each a finding with its remedy; nothing here changes a fit.
"""

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.costing.design import Floats
from budgetperf.costing.diagnostics import TestResult
from budgetperf.costing.frontier.model import NO_INEFFICIENCY, NO_NOISE, RUNAWAY
from budgetperf.costing.frontier.optimum import FLAT
from budgetperf.findings import Finding, Severity, Where

SIGNIFICANT = 0.05
CLOSE = 0.99  # correlation of two estimates from which they cannot be told apart
LARGEST = 20.0  # exp(-20): no unit spends half a billion times too much

ENDED = {
    NO_INEFFICIENCY: "似然在无效率方差为零处最大：数据不支持存在无效率，前沿即最小二乘，效率不予给出",
    NO_NOISE: "似然在噪声方差为零处最大：全部残差都被当作无效率，标准误与区间不予给出；请检查离群值或改用其他方法",
    FLAT: "似然到此不再上升，却达不到极大值的判据（信息矩阵近于奇异），不能证明所报的点是极大值：参数可能不唯一，标准误与区间不予给出；"
    "请减少无效率的自变量、增加数据，或改用其他分布与方法",
    RUNAWAY: "截断点趋于无穷，似然没有极大值，模型退化（向负无穷时即为指数分布）；参数不可解释，请改用指数或半正态分布",
}
CODES = {NO_INEFFICIENCY: "no_inefficiency", NO_NOISE: "no_noise", RUNAWAY: "runaway", FLAT: "not_a_maximum"}


def skewness_test(skewness: float, n: int) -> TestResult:
    """Test symmetric residuals against those skewed as inefficiency would have it.

    Notes
    -----
    ``skewness / sqrt(6 / n)`` is about N(0, 1) (Coelli 1995, M3T); one-sided, the residuals of a
    cost frontier negated; in a panel the residual means of n dmus.
    """
    statistic = skewness / np.sqrt(6 / n)
    return TestResult(
        "Coelli M3T", "残差对称（无无效率）", float(statistic), float(stats.norm.cdf(statistic)), "N(0,1)"
    )


def one_sided_test(gain: float, q: int) -> TestResult:
    """Test for no inefficiency by likelihood ratio.

    Notes
    -----
    One variance on its boundary and q - 1 further parameters: an even mixture of chi2(q - 1) and
    chi2(q) (Kodde and Palm 1986; Coelli 1995), chi2(0) standing for zero.
    """
    statistic = max(2 * gain, 0.0)
    below = float(stats.chi2.sf(statistic, q - 1)) if q > 1 else float(statistic <= 0)
    p_value = (below + float(stats.chi2.sf(statistic, q))) / 2
    return TestResult(
        "单边误差LR", "没有无效率（最小二乘）", statistic, p_value, f"½chi2({q - 1})+½chi2({q})"
    )


def check_skewness(skewness: float) -> tuple[Finding, ...]:
    """Residuals lean to the side of inefficiency."""
    if skewness < 0:
        return ()
    text = (
        f"最小二乘残差的偏度方向与无效率相反（换算为生产方向的偏度{skewness:.3f}≥0）：无效率方差通常估为零，"
        "若仍估出无效率，则不来自偏度、不可靠；请检查因素是否遗漏、函数形式与离群值，不得据此认定各单位均有效率"
    )
    return (_finding("wrong_skewness", Severity.ERROR, text),)


def check_end(ended: str) -> tuple[Finding, ...]:
    """The likelihood has a maximum inside."""
    return (_finding(CODES[ended], Severity.ERROR, ENDED[ended]),) if ended else ()


def check_rival(gain: float, ended: str) -> tuple[Finding, ...]:
    """No ridge is higher than the maximum."""
    edges = {NO_NOISE: "噪声方差为零", RUNAWAY: "截断点趋于无穷", NO_INEFFICIENCY: "无效率方差为零"}
    text = (
        f"似然在{edges.get(ended, '没有极大值')}的边界处比所报的内部极大值高{gain:.3f}：所报为由矩估计起点到达的极大值，与通行软件一致；"
        "样本太小，两种解释都说得通，请与其他方法比较"
    )
    return (_finding("higher_edge", Severity.WARNING, text),)


def check_evidence(test: TestResult) -> tuple[Finding, ...]:
    """Inefficiency can be told from noise."""
    if test.rejects(SIGNIFICANT):
        return ()
    text = f"无效率与噪声无法区分（LR={test.statistic:.3f}，p={test.p_value:.3f}）：效率值主要来自分布假设，不宜用于核定金额"
    return (_finding("weak_evidence", Severity.WARNING, text),)


def check_identification(covariance: pd.DataFrame) -> tuple[Finding, ...]:
    """No two estimates of the inefficiency distribution stand for each other."""
    matrix = covariance.to_numpy()
    deviation = np.sqrt(np.diag(matrix))
    if not np.isfinite(deviation).all():
        return ()
    names = [f"{part}[{name}]" for part, name in covariance.index]
    correlation = np.abs(np.triu(matrix / np.outer(deviation, deviation), 1))
    pairs = [
        f"{names[i]}与{names[j]}（相关{correlation[i, j]:.4f}）" for i, j in np.argwhere(correlation > CLOSE)
    ]
    if not pairs:
        return ()
    text = f"无效率分布的参数识别很弱：{'、'.join(pairs)}几乎无法分开；不宜单独解释，请与半正态、指数分布的结果比较"
    return (_finding("weak_identification", Severity.WARNING, text),)


def check_logarithm(inefficiency: Floats) -> tuple[Finding, ...]:
    """Inefficiency is of the size of a logarithm, so that exp(-u) is an efficiency."""
    largest = float(inefficiency.max())
    if not largest > LARGEST:
        return ()
    text = f"无效率估计最大达{largest:.4g}，不像对数尺度：效率exp(-u)没有意义；请对因变量取对数"
    return (_finding("not_logarithmic", Severity.ERROR, text),)


def _finding(code: str, severity: Severity, text: str) -> Finding:
    return Finding(f"costing.{code}", severity, Where(pointer="/frontier"), text)
