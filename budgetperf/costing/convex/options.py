"""The words a convex regression is asked for with."""

from budgetperf.terms import Term


class Shape(Term):
    """Which function is fitted, and which side of it is inefficient."""

    PRODUCTION = "production", "生产函数（凹）"
    COST = "cost", "成本函数（凸）"

    @property
    def sign(self) -> int:
        """1 for a concave function with inefficiency below, -1 for a convex one with it above."""
        return 1 if self is Shape.PRODUCTION else -1


class ConvexReturns(Term):
    """Returns to scale."""

    VRS = "vrs", "规模报酬可变"
    CRS = "crs", "规模报酬不变"


class ErrorForm(Term):
    """How the error enters."""

    ADDITIVE = "additive", "加法误差"
    MULTIPLICATIVE = "multiplicative", "乘法误差"


class SecondStage(Term):
    """How residuals are split into noise and inefficiency."""

    MOMENTS = "moments", "矩估计"
    QUASI_LIKELIHOOD = "quasi_likelihood", "拟似然"
