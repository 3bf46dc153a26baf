"""The scatter of a baseline: the rows of its panel by the first driver, and what each method's line shows."""

from dataclasses import dataclass
from decimal import Decimal

from budgetperf.costing.claimed_costs import SpecialFactor, claimed_in
from budgetperf.costing.cost_baseline import Curve, LeftOut
from budgetperf.costing.panel import CostPanel, DriverSpec
from budgetperf.money import ZERO, Money
from budgetperf.reports.amounts import Prices, prices_of
from budgetperf.reports.baseline_words import UNDRAWN, UNNAMED, Practice, practice_of


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    """A row of the panel: ``x`` of the first driver, cost in the prices of the base year.

    Parameters
    ----------
    dmu, name : str
    year : int
    x : Decimal
    cost : Money
    why : str
        Why no method was fitted on it; empty for the others.
    claimed : Money
        Admitted special factors within its cost, in money of the year: no method was fitted on that part.
    """

    dmu: str
    name: str
    year: int
    x: Decimal
    cost: Money
    why: str = ""
    claimed: Money = ZERO


@dataclass(frozen=True, slots=True)
class Scatter:
    """Cost against the first driver, with each method's curve (the other drivers at their medians).

    ``tau`` is the edition's quantile.
    """

    driver: DriverSpec
    prices: Prices
    points: tuple[ScatterPoint, ...]
    curves: tuple[Curve, ...]
    tau: Decimal

    @property
    def drawn(self) -> tuple[Curve, ...]:
        """Curves with points."""
        return tuple(one for one in self.curves if one.points)

    def practice(self, curve: Curve) -> Practice:
        """Return whose cost a curve shows."""
        return practice_of(curve.method, self.tau)

    def line(self, curve: Curve) -> str:
        """Say what a line is: ``分位数基线：先进水平``."""
        return f"{curve.label}：{self.practice(curve).label}"

    @property
    def lacks_frontier(self) -> str:
        """Why no line shows best practice; empty where one does, and where there is no line at all."""
        best = [one for one in self.curves if self.practice(one).is_frontier]
        if not self.curves or any(one.points for one in best):
            return ""
        return UNDRAWN if best else UNNAMED


def scatter_of(
    based: CostPanel,
    curves: tuple[Curve, ...],
    left_out: tuple[LeftOut, ...],
    factors: tuple[SpecialFactor, ...],
    *,
    tau: Decimal,
) -> Scatter:
    """Return the scatter of a panel in the prices it is drawn in."""
    driver = next(iter(based.spec.work), based.spec.drivers[0])
    why = {(one.dmu, one.year): one.why for one in left_out}
    points = tuple(
        ScatterPoint(
            row.dmu,
            row.name,
            row.year,
            row.drivers[driver.code],
            row.cost,
            why.get((row.dmu, row.year), ""),
            claimed_in(factors, row.dmu, row.year),
        )
        for row in based.rows
        if driver.code in row.drivers
    )
    return Scatter(driver, prices_of(based), points, curves, tau)
