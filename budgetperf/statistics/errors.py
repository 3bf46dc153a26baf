"""The named refusals of the statistical cores.

They are ``ValueError``: the caller of a core sees Python, the user sees what ``actions`` and the
command make of them. What must only be told is a ``Finding`` and stands beside the result.
"""

from collections.abc import Sequence


class StatisticsError(ValueError):
    """Base of the refusals."""


class BadTable(StatisticsError):  # named for what happened
    """A table has missing or non-finite cells, or repeats a label; ``places`` names them."""

    def __init__(self, text: str, *, places: Sequence[str]) -> None:
        shown = "、".join(places[:10]) + ("等" if len(places) > 10 else "")
        super().__init__(f"{text}：{shown}")
        self.places = tuple(places)


class TooFewRows(StatisticsError):
    """The table cannot carry the method: ``n`` rows, ``needed`` at least."""

    def __init__(self, text: str, *, n: int, needed: int) -> None:
        super().__init__(f"{text}：现有{n}，至少需要{needed}")
        self.n = n
        self.needed = needed


class SingularCorrelation(StatisticsError):
    """The correlation matrix has no inverse: some indicators are combinations of others."""

    def __init__(self, condition_number: float) -> None:
        super().__init__(
            f"指标之间完全或几乎完全相关（相关矩阵条件数{condition_number:.3g}），因子得分无解；"
            "请降低相关系数上限或减少指标"
        )
        self.condition_number = condition_number


class NotConverged(StatisticsError):
    """An iteration stopped before it settled."""

    def __init__(self, method: str, iterations: int, remedy: str = "请改用主成分法提取因子") -> None:
        super().__init__(f"{method}迭代{iterations}次仍未收敛，{remedy}")
        self.method = method
        self.iterations = iterations


class NotReciprocal(StatisticsError):
    """A pairwise matrix contradicts itself; ``places`` names the pairs."""

    def __init__(self, places: Sequence[str]) -> None:
        shown = "、".join(places[:10]) + ("等" if len(places) > 10 else "")
        super().__init__(f"判断矩阵不是正互反矩阵（对角线须为1，两两互为倒数且大于0）：{shown}")
        self.places = tuple(places)


class NoRandomIndex(StatisticsError):
    """No random index is published for a matrix of this order."""

    def __init__(self, order: int, known: int) -> None:
        super().__init__(f"判断矩阵有{order}阶，平均随机一致性指标只公布到{known}阶；请分组比较")
        self.order = order


class NothingLeft(StatisticsError):
    """No indicator carries any information for the method."""


class BadParameter(StatisticsError):
    """A parameter of the method is off its range."""


class NoVariation(StatisticsError):
    """All values agree where the figure lives from their differences; it is not defined."""


class NoFiniteEstimate(StatisticsError):
    """The best estimate of some levels lies at infinity; ``places`` names them."""

    def __init__(self, text: str, *, places: Sequence[str]) -> None:
        super().__init__(f"{text}：{'、'.join(places)}")
        self.places = tuple(places)


class Disconnected(StatisticsError):
    """Parts of a rating design share nothing, so that their levels cannot be compared."""

    def __init__(self, text: str, *, subsets: Sequence[Sequence[str]]) -> None:
        shown = "；".join(f"第{i}组 {'、'.join(names)}" for i, names in enumerate(subsets, 1))
        super().__init__(f"{text}：{shown}")
        self.subsets = tuple(tuple(names) for names in subsets)
