"""Worlds whose true costs are known: panels drawn from them, and efficient dmus that ask for what they need.

Log cost = log frontier + u + v: u = |N(0, waste^2)| of the dmu, v = N(0, noise^2) of the row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from scipy import stats

from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.design import Array
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec
from budgetperf.costing.words import DriverRole
from budgetperf.money import Money

SIZES = (20, 50, 200)
SMALLEST, LARGEST = 1.0, 4.0  # log of the work done
LAST_YEAR = 2024
AREA = DriverSpec("area", "保洁面积", "万平方米")
MANUAL = DriverSpec("manual", "人工清扫占比", "比例", logged=False, role=DriverRole.CONDITION)


def elastic(area: Array, _: Array) -> Array:
    """Cost grows with work at 1.15: every method's assumption holds."""
    return 9 + 1.15 * area


def with_fixed_cost(area: Array, _: Array) -> Array:
    """A fixed cost and a price: no straight line in logarithms."""
    return np.log(1.5e5 + 1.2e4 * np.exp(area))


def of_scale(area: Array, _: Array) -> Array:
    """Economies of scale: no convex cost function."""
    return 10 + 0.7 * area


def with_condition(area: Array, manual: Array) -> Array:
    """A local condition costs up to two thirds more."""
    return 9 + 1.15 * area + 0.5 * manual


@dataclass(frozen=True, slots=True)
class World:
    """How costs come about.

    Parameters
    ----------
    key, label : str
    waste : float
        Sigma of the inefficiency.
    noise : tuple of float
        Sigma of the noise of the smallest and the largest dmu.
    frontier : callable
        (log area, manual) to log cost.
    sizes : tuple of int
        Numbers of dmus it is drawn with.
    years : int
    condition : bool
        The panel knows the local condition.
    """

    key: str
    label: str
    waste: float
    noise: tuple[float, float]
    frontier: Callable[[Array, Array], Array] = elastic
    sizes: tuple[int, ...] = (50,)
    years: int = 1
    condition: bool = False

    def noise_at(self, area: Array) -> Array:
        """Return the sigma of the noise of dmus of this log area."""
        share = (area - SMALLEST) / (LARGEST - SMALLEST)
        return self.noise[0] + (self.noise[1] - self.noise[0]) * share

    @property
    def spec(self) -> PanelSpec:
        """What its panels measure."""
        drivers = (AREA, MANUAL) if self.condition else (AREA,)
        return PanelSpec(self.key, "道路清扫保洁", "保洁支出", drivers, LAST_YEAR)


WORLDS = (
    World("small", "无效率小、有噪声", 0.1, (0.1, 0.1), sizes=SIZES[:2]),
    World("large", "无效率大、有噪声", 0.4, (0.1, 0.1), sizes=SIZES),
    World("exact", "有无效率、无噪声", 0.3, (0.0, 0.0), sizes=SIZES[:2]),
    World("even", "都有效率、只有噪声", 0.0, (0.15, 0.15), sizes=SIZES),
    World("uneven", "规模越大噪声越大（异方差）", 0.2, (0.05, 0.3)),
    World("fixed", "形式不对：固定成本加单价", 0.2, (0.1, 0.1), with_fixed_cost),
    World("scale", "形式不对：规模经济", 0.2, (0.1, 0.1), of_scale),
    World("condition", "有当地条件（面板已列）", 0.2, (0.1, 0.1), with_condition, condition=True),
    World("years", "每单位4年、无效率长期不变", 0.2, (0.1, 0.1), years=4),
)


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Efficient dmus that are not of the panel, and what is true of them.

    Parameters
    ----------
    asked : tuple of BaselineTarget
    efficient : array (k,)
        True efficient cost, yuan.
    noisy : array (k,)
        The same with a year's noise.
    ordinary : array (k,)
        What a dmu drawn like those of the panel would spend with their work.
    waste, noise : array (k,)
        Sigmas.
    """

    asked: tuple[BaselineTarget, ...]
    efficient: Array
    noisy: Array
    ordinary: Array
    waste: Array
    noise: Array

    def quantile(self, tau: float) -> Array:
        """Return the true tau quantile of cost of dmus with their work (the composed error is skew normal)."""
        total = np.hypot(self.waste, self.noise)
        with np.errstate(divide="ignore"):
            shape = self.waste / self.noise
        known = np.where(
            np.isinf(shape),
            stats.halfnorm.ppf(tau, scale=self.waste + 1e-300),
            stats.skewnorm.ppf(tau, np.where(np.isinf(shape), 0, shape), scale=total),
        )
        return np.asarray(self.efficient * np.exp(known))


def draw(world: World, n: int, k: int, rng: np.random.Generator) -> tuple[CostPanel, Targets]:
    """Draw a panel of ``n`` dmus and ``k`` efficient dmus beside it."""
    area, manual = _work(n, rng)
    waste = np.abs(rng.normal(0, 1, n)) * world.waste
    rows = []
    for year in range(LAST_YEAR - world.years + 1, LAST_YEAR + 1):
        done = np.clip(area + (rng.normal(0, 0.05, n) if world.years > 1 else 0), SMALLEST, LARGEST)
        cost = np.exp(world.frontier(done, manual) + waste + rng.normal(0, 1, n) * world.noise_at(done))
        rows += [
            PanelRow(f"D{i:03}", f"D{i:03}", year, _money(cost[i]), _drivers(world, done[i], manual[i]))
            for i in range(n)
        ]
    return CostPanel(world.spec, tuple(rows)), _targets(world, k, rng)


def _targets(world: World, k: int, rng: np.random.Generator) -> Targets:
    area, manual = _work(k, rng)
    noise, best = world.noise_at(area), world.frontier(area, manual)
    v, other = rng.normal(0, 1, (2, k)) * noise
    u = np.abs(rng.normal(0, 1, k)) * world.waste
    asked = tuple(BaselineTarget(f"T{i}", _drivers(world, area[i], manual[i]), LAST_YEAR) for i in range(k))
    return Targets(
        asked, np.exp(best), np.exp(best + v), np.exp(best + u + other), np.full(k, world.waste), noise
    )


def _work(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    return rng.uniform(SMALLEST, LARGEST, n), rng.uniform(0, 1, n)


def _drivers(world: World, area: float, manual: float) -> dict[str, Decimal]:
    drivers = {AREA.code: Decimal(f"{np.exp(area):.6f}")}
    return drivers | ({MANUAL.code: Decimal(f"{manual:.6f}")} if world.condition else {})


def _money(yuan: float) -> Money:
    return Money(round(float(yuan) * 100))
