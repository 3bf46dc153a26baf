"""Price indices: money of one year and region in the prices of another, exactly.

Holds the index and its use on single amounts and on whole panels. Which index a city must use
is data of the rulebook.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from numbers import Rational

from budgetperf.costing.panel import CostPanel
from budgetperf.costing.rounding import half_up
from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.provenance import Source


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """Yearly price levels, any base, and price levels of regions beside one another.

    Parameters
    ----------
    code : str
        E.g. ``"cpi-city"``.
    values : mapping of int to Decimal
        Level by year, positive.
    source : Source
    regions : mapping of str to Decimal
        Level by region, positive, 1 for the prices of the whole; empty where regions are not told apart.

    Examples
    --------
    >>> index = PriceIndex("cpi", {2023: Decimal(100), 2025: Decimal("102.5")}, Source("统计年鉴"))
    >>> index.convert(Money(1_000_000), 2025, to=2023)
    Money(fen=975610)
    """

    code: str
    values: Mapping[int, Decimal]
    source: Source
    regions: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = (*self.values.items(), *self.regions.items())
        bad = [str(key) for key, level in every if not _is_level(level)]
        if bad:
            raise Invalid(
                "costing.price_index_level", f"价格指数{self.code}的值须为正数且有限：{'、'.join(bad)}"
            )

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

    def region_level(self, region: str) -> Decimal:
        """Return the level of a region; 1 where regions are not told apart.

        Raises
        ------
        Invalid
            If regions are told apart and this one is not among them.
        """
        if not self.regions:
            return Decimal(1)
        if region not in self.regions:
            raise Invalid(
                "costing.price_index_region",
                f"价格指数{self.code}没有地区“{region}”的值，现有：{'、'.join(self.regions)}",
                index=self.code,
                region=region,
            )
        return self.regions[region]

    def factor(self, year: int, *, to: int, region: str = "") -> Fraction:
        """Return what an amount of ``year`` in ``region`` is multiplied by: level(to) / level(year) / level(region)."""
        return Fraction(self.level(to)) / Fraction(self.level(year)) / Fraction(self.region_level(region))

    def convert(self, amount: Money, year: int, *, to: int, region: str = "") -> Money:
        """Return ``amount`` of ``year`` and ``region`` in prices of ``to`` and the whole, half up to the fen.

        Notes
        -----
        fen x ``factor``, in exact fractions, rounded once.
        """
        return Money(half_up(amount.fen * self.factor(year, to=to, region=region)))


def _is_level(level: object) -> bool:
    if isinstance(level, Decimal):
        return level.is_finite() and level > 0
    if isinstance(level, float):
        return 0 < level < math.inf
    return isinstance(level, Rational) and int(level.numerator) > 0


def at_base_prices(panel: CostPanel, index: PriceIndex) -> CostPanel:
    """Return the panel with each cost in prices of ``panel.spec.base_year`` and of the whole.

    Raises
    ------
    Invalid
        If the panel is deflated already, or the index lacks one of its years or regions.
    """
    if panel.price_index:
        raise Invalid(
            "costing.deflated_twice", f"成本面板{panel.spec.code}已按{panel.price_index}折算，不能再折算一次"
        )
    base = panel.spec.base_year
    rows = tuple(
        replace(row, cost=index.convert(row.cost, row.year, to=base, region=row.group)) for row in panel.rows
    )
    return replace(panel, rows=rows, price_index=index.code)
