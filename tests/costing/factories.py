"""Made cost panels with a known truth, for the facts of this folder."""

from decimal import Decimal

import numpy as np
import pandas as pd

from budgetperf.costing.fitted import fit
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec
from budgetperf.costing.prices import PriceIndex
from budgetperf.money import Money
from budgetperf.provenance import Source

SPEC = PanelSpec(
    code="road",
    service="道路清扫保洁",
    cost_label="保洁支出",
    drivers=(
        DriverSpec("area", "保洁面积", "万平方米"),
        DriverSpec("manual", "人工清扫占比", "比例", logged=False),
    ),
    base_year=2024,
)
TRUTH = {"const": 9.0, "log(area)": 0.8, "manual": 0.5}
NOISE = 0.12
YEARS = (2022, 2023, 2024)
INDEX = PriceIndex(
    "cpi",
    {2022: Decimal(98), 2023: Decimal(99), 2024: Decimal(100), 2026: Decimal("102.5")},
    Source("统计年鉴"),
)


def make_row(dmu="D00", year=2024, *, cost="1000000", area="20", manual="0.5"):
    drivers = {"area": Decimal(area), "manual": Decimal(manual)}
    return PanelRow(dmu, f"{dmu}所", year, Money(int(Decimal(cost) * 100)), drivers)


def true_cost(area, manual):
    """Median cost in yuan of an ordinary unit."""
    return np.exp(TRUTH["const"] + TRUTH["log(area)"] * np.log(area) + TRUTH["manual"] * manual)


def make_panel(seed=5, *, n_dmus=40, years=YEARS, waste=None):
    """Return a panel; ``waste`` multiplies the cost of the named dmus."""
    rng, rows = np.random.default_rng(seed), []
    for i in range(n_dmus):
        dmu, area = f"D{i:02}", round(float(rng.lognormal(3, 0.8)), 3)
        for year in years:
            manual = round(float(rng.uniform(0.2, 0.8)), 3)
            cost = true_cost(area, manual) * np.exp(rng.normal(0, NOISE)) * (waste or {}).get(dmu, 1)
            rows.append(make_row(dmu, year, cost=f"{cost:.2f}", area=str(area), manual=str(manual)))
    return CostPanel(SPEC, tuple(rows))


def make_sample(seed, *, n_clusters=60, per_cluster=2, noise=0.2, shared=0.0):
    """Return cost, drivers and cluster of a Cobb-Douglas truth: log cost = 3 + .7 log a + .2 log b."""
    rng, n = np.random.default_rng(seed), n_clusters * per_cluster
    drivers = pd.DataFrame({"a": rng.lognormal(2, 1, n), "b": rng.lognormal(1, 0.7, n)})
    common = np.repeat(rng.normal(0, shared, n_clusters), per_cluster) if shared else 0.0
    cost = np.exp(
        3 + 0.7 * np.log(drivers["a"]) + 0.2 * np.log(drivers["b"]) + common + rng.normal(0, noise, n)
    )
    return cost, drivers, pd.Series([f"g{i // per_cluster}" for i in range(n)])


def one_baseline(panel, target, *, edition, prices=None):
    """The baseline of one target, fitted for it alone."""
    return fit(panel, edition, prices=prices).for_target(target)
