"""The named numerical failures of the costing cores.

They are ``ValueError``: the caller of a core sees Python, the user sees what ``baseline`` makes
of them. Nothing here is about permissions, records or HTTP.
"""

from collections.abc import Sequence


class CostingError(ValueError):
    """Base of the numerical failures; they travel between processes as they are."""

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[CostingError], said: tuple[object, ...], facts: dict[str, object]) -> CostingError:
    """Return an error as it was, from another process."""
    error = kind.__new__(kind, *said)
    error.__dict__.update(facts)
    return error


class TooFewRows(CostingError):  # named for what happened
    """The sample cannot carry the model.

    Parameters
    ----------
    text : str
    n : int
        What there is (rows or clusters).
    needed : int
        What the model needs at least.
    """

    def __init__(self, text: str, *, n: int, needed: int) -> None:
        super().__init__(f"{text}：现有{n}，至少需要{needed}")
        self.n = n
        self.needed = needed


class Collinear(CostingError):  # named for what happened
    """Regressors repeat each other so closely that estimates would be noise.

    Parameters
    ----------
    condition_number : float
        Of the design with its columns scaled to unit length.
    columns : sequence of str
        The columns that take part in the near dependence.
    """

    def __init__(self, condition_number: float, columns: Sequence[str]) -> None:
        names = "、".join(columns)
        super().__init__(
            f"自变量几乎线性相关（条件数{condition_number:.3g}），涉及：{names}；请去掉或合并其中的重复因素"
        )
        self.condition_number = condition_number
        self.columns = tuple(columns)


class WideColumn(CostingError):  # named for what happened
    """A column reaches so far beyond its usual steps that an optimum cannot be told from others.

    Parameters
    ----------
    column : str
    lowest, highest : float
    ratio : float
        Its reach over the reach of its closest values.
    """

    def __init__(self, column: str, lowest: float, highest: float, ratio: float) -> None:
        super().__init__(
            f"“{column}”从{lowest:.4g}到{highest:.4g}，跨度是其集中之处的{ratio:.2g}倍，最优性无法证明；"
            "请核对计量单位与录入（如多写的零），或剔除相差悬殊的行"
        )
        self.column = column
        self.ratio = ratio


class BadValue(CostingError):  # named for what happened
    """A value no method can use; ``row`` and ``column`` say where it stands."""

    def __init__(self, row: object, column: object, value: object, rule: str) -> None:
        super().__init__(f"“{row}”的“{column}”为{value}：{rule}")
        self.row = row
        self.column = column
        self.value = value


class BadTable(CostingError):  # named for what happened
    """A labelled table or column is none, lacks what the model knows, or holds what it cannot use; the text says where."""


class BadOption(CostingError):  # named for what happened
    """An argument does not fit the others, or is outside of its range; the text says which."""


class NotConverged(CostingError):  # named for what happened
    """A solver stopped without a certified optimum; ``detail`` says how far it got."""

    def __init__(self, method: str, detail: str) -> None:
        super().__init__(f"{method}未收敛：{detail}")
        self.method = method
        self.detail = detail


class NoConstant(CostingError):  # named for what happened
    """A design has no constant, which its model cannot do without; ``design`` names it."""

    def __init__(self, design: str) -> None:
        super().__init__(f"{design}没有常数列，请由调用方加入一列1（如 X.assign(const=1.0)）；不自动添加")
        self.design = design


class PerfectFit(CostingError):  # named for what happened
    """The rows lie on the regression: no residual is left to speak of noise or inefficiency."""

    def __init__(self, n: int) -> None:
        super().__init__(f"{n}行数据全部落在回归面上（例如各单位数值相同），没有残差可分解")
        self.n = n
