"""The words of the methods: how factors are drawn and kept, how indicators are weighed.

Imports nothing, so pages and forms may speak of methods without loading any.
"""

from budgetperf.terms import Term


class Extraction(Term):
    """How factors are drawn from the correlation matrix."""

    COMPONENT = "component", "主成分法"
    AXIS = "axis", "主轴因子法"


class Retention(Term):
    """How many factors are kept."""

    KAISER = "kaiser", "特征值大于1"
    CUMULATIVE = "cumulative", "累计方差贡献率"


class WeightMethod(Term):
    """How evaluands are scored; all but the factor score weigh indicators."""

    FACTOR = "factor", "因子载荷权重"
    ENTROPY = "entropy", "熵权"
    AHP = "ahp", "层次分析权重"
    EQUAL = "equal", "等权"
    FACTOR_SCORE = "factor_score", "因子综合得分"

    @property
    def weighs(self) -> bool:
        """Whether it gives each indicator a weight."""
        return self is not WeightMethod.FACTOR_SCORE


class Screen(Term):
    """The three steps that drop a candidate, in their order."""

    MEMBERSHIP = "membership", "隶属度分析"
    CORRELATION = "correlation", "相关性分析"
    DISCRIMINATION = "discrimination", "辨别力分析"


class Measurement(Term):
    """What the differences of ratings mean (Stevens): names, ranks, distances or ratios."""

    NOMINAL = "nominal", "名义"
    ORDINAL = "ordinal", "顺序"
    INTERVAL = "interval", "等距"
    RATIO = "ratio", "等比"


class RatingWeights(Term):
    """How near two grades are counted as agreeing."""

    IDENTITY = "identity", "相同才算一致"
    LINEAR = "linear", "线性"
    QUADRATIC = "quadratic", "二次"
    ORDINAL = "ordinal", "按等级次序"


class Tail(Term):
    """On which side an outlier is looked for."""

    BOTH = "both", "两侧"
    LOW = "low", "偏低一侧"
    HIGH = "high", "偏高一侧"
