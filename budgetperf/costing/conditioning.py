"""How far a design may be believed: near-collinear columns leave estimates to the rounding of the data."""

from budgetperf.findings import Finding, Severity, Where

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
