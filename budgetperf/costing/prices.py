"""Price indices: money of one year in the prices of another, exactly.

Holds the index and its use on single amounts and on whole panels. Which index a city must use
is data of the rulebook; area indices come with the later issues.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from budgetperf.costing.panel import CostPanel
from budgetperf.costing.rounding import half_up
from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.provenance import Source


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """Yearly price levels, any base.

    Parameters
    ----------
    code : str
        E.g. ``"cpi-city"``.
    values : mapping of int to Decimal
        Level by year, positive.
    source : Source

    Examples
    --------
    >>> index = PriceIndex("cpi", {2023: Decimal(100), 2025: Decimal("102.5")}, Source("统计年鉴"))
    >>> index.convert(Money(1_000_000), 2025, to=2023)
    Money(fen=975610)
    """

    code: str
    values: Mapping[int, Decimal]
    source: Source

    def __post_init__(self) -> None:
        bad = [year for year, level in self.values.items() if level <= 0]
        if bad:
            raise Invalid("costing.price_index_level", f"价格指数{self.code}在{bad}年的值须为正数")

    def level(self, year: int) -> Decimal:
        """Return the level of ``year``.

        Raises
        ------
        Invalid
            If the index does not cover the year: nothing is extrapolated in silence.
        """
        if year not in self.values:
            raise Invalid(
                "costing.price_index_year",
                f"价格指数{self.code}没有{year}年的值，请补充后重算",
                index=self.code,
                year=year,
            )
        return self.values[year]

    def convert(self, amount: Money, year: int, *, to: int) -> Money:
        """Return ``amount`` of ``year`` in prices of ``to``, half up to the fen.

        Notes
        -----
        fen x level(to) / level(year), in exact fractions, rounded once.
        """
        ratio = Fraction(self.level(to)) / Fraction(self.level(year))
        return Money(half_up(amount.fen * ratio))


def at_base_prices(panel: CostPanel, index: PriceIndex) -> CostPanel:
    """Return the panel with each cost in prices of ``panel.spec.base_year``.

    Raises
    ------
    Invalid
        If the panel is deflated already, or the index lacks one of its years.
    """
    if panel.price_index:
        raise Invalid(
            "costing.deflated_twice", f"成本面板{panel.spec.code}已按{panel.price_index}折算，不能再折算一次"
        )
    base = panel.spec.base_year
    rows = tuple(replace(row, cost=index.convert(row.cost, row.year, to=base)) for row in panel.rows)
    return replace(panel, rows=rows, price_index=index.code)
