"""How far data may be believed: near-collinear columns leave estimates to rounding, a wide one to its extreme rows."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import TypeVar

from budgetperf.findings import Finding, Severity, Where

SPAN = 1_000_000  # no two units of one service differ so much in work or cost
DATA = "/rows"  # where a finding stands that is about data alone: a panel tells it by its own checks
Number = TypeVar("Number", Decimal, float)

ILL_CONDITIONED = 1e5  # of columns of unit length: data of five digits decide no coefficient beyond it


def check_conditioning(condition_number: float, *, pointer: str) -> tuple[Finding, ...]:
    """Tell when estimates hang on the last digits of the data (Belsley, Kuh and Welsch 1980, ch. 3).

    Parameters
    ----------
    condition_number : float
        Of ``design.orthogonal_basis``.
    pointer : str
        Where the finding stands.
    """
    if condition_number <= ILL_CONDITIONED:
        return ()
    text = (
        f"自变量几乎线性相关（条件数{condition_number:.2g}）：各系数取决于数据最后几位的舍入，不能单独解释，"
        "也不能用于样本组合以外的预测；请去掉或合并重复的因素"
    )
    return (Finding("costing.ill_conditioned", Severity.WARNING, Where(pointer=pointer), text),)


def check_spans(columns: Mapping[str, Sequence[Number]], *, typical: bool = False) -> tuple[Finding, ...]:
    """Positive values of a column that lie a million times apart are hardly of one unit of measure.

    Parameters
    ----------
    columns : mapping
        Finite values by label.
    typical : bool
        Columns without logarithm: what is near zero there is not far, so the largest size is
        compared with the middle one.
    """
    found = []
    for label, values in columns.items():
        known = sorted(size for value in values if (size := abs(value) if typical else value) > 0)
        low = (median(known) if typical else known[0]) if known else 0
        if known and known[-1] > SPAN * low:
            what = "中位数" if typical else "最小值"
            text = f"“{label}”最大值是{what}的{known[-1] / low:.3g}倍，请核对计量单位；系数由极端的行决定"
            found.append(Finding("costing.span", Severity.WARNING, Where(pointer=DATA), text))
    return tuple(found)


def about_fit(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings a panel's own checks do not tell already."""
    return tuple(one for one in findings if one.where.pointer != DATA)
