"""Costs as they come: in any unit, rounded or not, too small to reckon with, marks among numbers."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.convex import fit_cnls, fit_stoned
from budgetperf.costing.envelopment import fit_dea
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.regression import fit_cost_regression
from budgetperf.costing.regression.rounded import rounding_unit
from tests.costing.factories import make_sample


def codes(fit):
    return {finding.code for finding in fit.findings}


@pytest.mark.parametrize("unit", [1e-90, 1e-9, 1e-6, 1e-4, 1.0, 1e12])
@pytest.mark.parametrize("log", [True, False])
def test_whether_costs_are_a_formula_does_not_hang_on_their_unit(unit, log):
    rng = np.random.default_rng(0)
    drivers = pd.DataFrame({"a": rng.uniform(1, 9, 40)})
    formula = 30_000 * drivers["a"] ** 0.7
    noisy = formula * np.exp(rng.normal(0, 0.28, 40))
    for fit in (fit_cost_regression, partial(fit_quantile, tau=0.5, interval=None)):
        for cost in (noisy, noisy.round(2)):
            assert "costing.perfect_fit" not in codes(fit(cost * unit, drivers, log=log))
        if log:
            assert "costing.perfect_fit" in codes(fit(formula.round(2) * unit, drivers, log=log))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("log", [True, False])
def test_a_cost_too_small_to_reckon_with_is_named(log):
    cost, drivers, _ = make_sample(12)
    cost.iloc[2] = 1e-300
    for fit in (fit_cost_regression, partial(fit_quantile, tau=0.5, interval=None)):
        with pytest.raises(ValueError, match=r"成本第3行.*小得无法计算"):
            fit(cost, drivers, log=log)


@pytest.mark.parametrize(
    ("costs", "unit"),
    [
        ([1234.5, 99.75], 0.01),
        ([1234.0, 99.0], 0.01),
        ([120_000.0, 2_500_000.0], 100.0),
        ([np.pi, np.e], 0.0),
        ([1e-90, 1e90], 0.0),
    ],
)
def test_the_unit_of_rounding_is_read_off_the_costs(costs, unit):
    """No coarser than a thousandth of the smallest cost."""
    assert rounding_unit(np.array(costs)) == pytest.approx(unit)


def test_a_mark_among_costs_or_drivers_is_no_number():
    cost, drivers, _ = make_sample(12)
    marked, x = cost.astype(object), drivers.astype(object)
    marked.iloc[2] = x.iloc[2, 0] = True
    quantile = partial(fit_quantile, tau=0.5, interval=None)
    for fit in (fit_cost_regression, quantile, fit_cnls, fit_stoned):
        with pytest.raises(ValueError, match=r"第3行.*True"):
            fit(marked, drivers)
        with pytest.raises(ValueError, match=r"第3行.*True"):
            fit(cost, x)
    with pytest.raises(ValueError, match="True"):
        fit_dea(x[["a"]], drivers[["b"]])
    marks = pd.DataFrame({"m": np.arange(len(cost)) % 2 == 0}, index=cost.index)
    for kind in (bool, "boolean"):
        fit = fit_cost_regression(cost, drivers.join(marks.astype(kind)), levels=("m",))
        assert np.isfinite(fit.params["m"])
