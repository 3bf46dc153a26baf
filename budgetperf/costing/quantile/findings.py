"""What a quantile must tell before it is believed; nothing here changes a fit."""

from typing import TYPE_CHECKING

import numpy as np

from budgetperf.costing.conditioning import check_conditioning
from budgetperf.costing.design import Array, Floats
from budgetperf.costing.quantile.program import ON_PLANE, Vertex
from budgetperf.costing.quantile.sample import QuantileSample
from budgetperf.findings import Finding, Severity, Where

if TYPE_CHECKING:
    from budgetperf.costing.quantile import QuantileResult

TAIL = 15.0  # rows beyond the quantile per coefficient, below which normal approximations fail
NO_RESIDUAL = 1e-12  # of the largest response


def quantile_findings(
    sample: QuantileSample, vertex: Vertex, tau: float, residuals: Floats, ends: tuple[Array, Array]
) -> tuple[Finding, ...]:
    """Return every finding about one quantile, by fixed rules."""
    return (
        *check_residuals(sample, residuals),
        *check_unique(vertex, tau),
        *check_tail(sample, tau),
        *check_conditioning(sample.basis.condition_number, pointer="/quantile"),
        *check_ends(sample, ends),
    )


def check_residuals(sample: QuantileSample, residuals: Floats) -> tuple[Finding, ...]:
    """Something is left beside the quantile."""
    if float(residuals.abs().max()) > NO_RESIDUAL * max(float(sample.y.abs().max()), sample.scale):
        return ()
    text = "各行全部落在回归面上，各分位数相同：请核对数据是否由公式生成或相互复制"
    return (_finding("perfect_fit", Severity.ERROR, text),)


def check_unique(vertex: Vertex, tau: float) -> tuple[Finding, ...]:
    """No other estimate has the same loss: no dual of the vertex stands at its bound."""
    dual = vertex.dual[vertex.rows]
    if float(np.minimum(tau - dual, dual - (tau - 1)).min()) > ON_PLANE:
        return ()
    text = "最优解可能不唯一（对偶退化）：所报为其中一个顶点，损失相同的估计不止一个"
    return (_finding("not_unique", Severity.NOTE, text),)


def check_tail(sample: QuantileSample, tau: float) -> tuple[Finding, ...]:
    """Enough rows lie beyond the quantile (Chernozhukov and Fernandez-Val 2011)."""
    beyond = sample.n * min(tau, 1 - tau) / sample.design.shape[1]
    if beyond >= TAIL:
        return ()
    text = (
        f"分位点{tau:g}之外每个系数平均只有{beyond:.1f}行（宜不少于{TAIL:.0f}）："
        "估计由少数极端单位决定，区间的近似不可靠"
    )
    return (_finding("thin_tail", Severity.WARNING, text),)


def check_ends(sample: QuantileSample, ends: tuple[Array, Array]) -> tuple[Finding, ...]:
    """Every end of an interval is bounded by the data."""
    open_ended = np.isinf(ends[0]) | np.isinf(ends[1])
    if not open_ended.any():
        return ()
    names = "、".join(str(name) for name in sample.design.columns[open_ended])
    text = f"样本太小，这些系数的秩检验区间没有界：{names}"
    return (_finding("unbounded_interval", Severity.WARNING, text),)


def check_crossing(
    taus: tuple[float, ...], separate: "tuple[QuantileResult, ...]", held: "tuple[QuantileResult, ...]"
) -> tuple[Finding, ...]:
    """Separate optima do not cross."""
    cost = sum(fit.check_loss for fit in held) / sum(fit.check_loss for fit in separate) - 1
    moved = "、".join(f"{a.tau:g}" for a, b in zip(separate, held, strict=True) if a is not b)
    text = (
        f"分别估计的{len(taus)}个分位数在样本内交叉，已在不交叉的约束下共同估计（总损失增加{cost:.2%}）；"
        f"改变的分位点：{moved}；其区间仍来自分别估计，并扩至包含所报的点"
    )
    return (_finding("crossing", Severity.WARNING, text),)


def _finding(code: str, severity: Severity, text: str) -> Finding:
    return Finding(f"costing.{code}", severity, Where(pointer="/quantile"), text)
