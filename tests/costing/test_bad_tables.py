"""What is no labelled table is refused by every method with a reason, at the fit and at the prediction."""

import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.convex import fit_cnls, fit_stoned
from budgetperf.costing.envelopment import fit_dea, malmquist
from budgetperf.costing.envelopment.bootstrap import correct_bias
from budgetperf.costing.errors import BadOption, BadTable, CostingError
from budgetperf.costing.frontier import fit_sfa
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.quantile.interval import IntervalOptions
from budgetperf.costing.regression import fit_cost_regression
from tests.costing.factories import make_sample

COST, DRIVERS, _ = make_sample(3, n_clusters=20)
COST = COST.rename("cost")


def with_constant(drivers):
    return drivers if drivers.columns.nlevels > 1 else drivers.assign(const=1.0)


FITS = {
    "regression": fit_cost_regression,
    "quantile": lambda cost, drivers: fit_quantile(cost, drivers, tau=0.5, interval=None),
    "sfa": lambda cost, drivers: fit_sfa(cost, with_constant(drivers), kind="cost"),
    "dea": lambda cost, drivers: fit_dea(cost.to_frame(), drivers),
    "cnls": lambda cost, drivers: fit_cnls(cost, drivers, kind="cost"),
    "stoned": lambda cost, drivers: fit_stoned(cost, drivers, kind="cost"),
}
BAD = {
    "too large to square": (COST, DRIVERS.assign(b=DRIVERS["b"] * 1e200)),
    "no columns": (COST, DRIVERS.iloc[:, :0]),
    "no rows": (COST.iloc[:0], DRIVERS.iloc[:0]),
    "text of digits": (COST, DRIVERS.assign(b=DRIVERS["b"].astype(str))),
    "text": (COST, DRIVERS.assign(b="三")),
    "complex": (COST.astype(complex), DRIVERS),
    "complex driver": (COST, DRIVERS.astype(complex)),
    "dates": (COST, DRIVERS.assign(b=pd.Timestamp("2024-01-01"))),
    "two levels of columns": (
        COST,
        DRIVERS.set_axis(pd.MultiIndex.from_product([["a"], ["x", "y"]]), axis=1),
    ),
    "a column twice": (COST, DRIVERS.set_axis(["a", "a"], axis=1)),
    "rows of others": (COST, DRIVERS.iloc[::-1]),
    "missing": (COST, DRIVERS.mask(DRIVERS.iloc[3, 0] == DRIVERS)),
    "endless": (COST.replace(COST[3], np.inf), DRIVERS),
}


PAIRS = [
    (name, bad)
    for name in FITS
    for bad in BAD
    if (name, bad) != ("sfa", "no columns")  # a frontier may be of a constant alone
]


@pytest.mark.parametrize(("name", "bad"), PAIRS)
def test_a_fit_refuses_what_is_no_table_of_numbers(name, bad):
    with pytest.raises(CostingError, match=r"[一-鿿]"):
        FITS[name](*BAD[bad])


@pytest.mark.parametrize("name", ["regression", "quantile", "sfa", "cnls"])
def test_a_prediction_names_the_column_it_lacks(name):
    fit = FITS[name](COST, DRIVERS)
    targets = DRIVERS.assign(const=1.0) if name == "sfa" else DRIVERS
    assert np.isfinite(fit.predict(targets)).all()
    with pytest.raises(CostingError, match=r"缺少列：.*b.*列名须与拟合时相同"):
        fit.predict(targets.drop(columns="b"))
    with pytest.raises(CostingError, match="须为带列名的DataFrame"):
        fit.predict(targets.to_numpy())


@pytest.mark.parametrize("name", ["regression", "quantile", "sfa", "cnls", "stoned"])
def test_an_array_is_told_what_it_lacks(name):
    with pytest.raises(CostingError, match="须为带"):
        FITS[name](COST.to_numpy(), DRIVERS)


OPTIONS = {
    "tau of text": lambda: fit_quantile(COST, DRIVERS, tau="0.5"),
    "tau of unlike lengths": lambda: fit_quantile(COST, DRIVERS, tau=[[0.1], [0.2, 0.3]]),
    "groups of other rows": lambda: fit_cost_regression(
        COST, DRIVERS, covariance="cluster", groups=COST.iloc[::-1]
    ),
    "groups as a list": lambda: fit_quantile(COST, DRIVERS, tau=0.5, groups=["a", "b"] * 20),
    "covariates without columns": lambda: fit_sfa(
        COST, with_constant(DRIVERS), inefficiency_variance=DRIVERS.iloc[:, :0]
    ),
    "prices twice": lambda: fit_dea(
        DRIVERS, COST.to_frame(), prices=pd.Series([1, 2, 3], index=["a", "a", "b"])
    ),
    "a price of text": lambda: fit_dea(DRIVERS, COST.to_frame(), prices=pd.Series({"a": "x", "b": 1})),
    "a reference that is no pair": lambda: fit_dea(DRIVERS, COST.to_frame(), reference=DRIVERS),
    "marks that are words": lambda: fit_dea(DRIVERS, COST.to_frame(), eligible_peers=COST.astype(str)),
    "a seed below zero": lambda: correct_bias(DRIVERS, COST.to_frame(), seed=-1),
    "periods of an array": lambda: malmquist(DRIVERS.to_numpy(), COST.to_frame()),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_means_nothing_is_refused(name):
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        OPTIONS[name]()


def test_least_cost_is_found_in_any_unit_of_price():
    found = [
        fit_dea(DRIVERS, COST.to_frame(), prices=pd.Series({"a": 2.0, "b": 3.0}) * unit).cost_efficiency
        for unit in (1, 1e200, 1e-200)
    ]
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-9)


COLLISIONS = {
    "quantile, constant": lambda cost, two: fit_quantile(cost, two.set_axis(["const", "b"], axis=1), tau=0.5),
    "regression, constant": lambda cost, two: fit_cost_regression(
        cost, two.set_axis(["const", "b"], axis=1), levels=["const"]
    ),
    "logarithm": lambda cost, two: fit_cost_regression(
        cost, two.set_axis(["a", "log(a)"], axis=1), levels=["log(a)"]
    ),
    "year": lambda cost, two: fit_cost_regression(
        cost, two.set_axis(["a", "year[1]"], axis=1), levels=["year[1]"], panel="pooled", time_effects=True
    ),
}
BY_YEAR = pd.MultiIndex.from_product([range(len(COST) // 4), range(4)], names=["dmu", "year"])


@pytest.mark.parametrize("name", COLLISIONS)
def test_a_driver_called_as_a_column_of_the_model_is_refused_and_replaces_nothing(name):
    rows = len(BY_YEAR)
    with pytest.raises(CostingError, match="请改名"):
        COLLISIONS[name](COST.iloc[:rows].set_axis(BY_YEAR), DRIVERS.iloc[:rows].set_axis(BY_YEAR))


PANEL_FITS = {
    "quantile": lambda cost, two: fit_quantile(cost, two, tau=0.5, interval="bootstrap"),
    "sfa": lambda cost, two: fit_sfa(np.log(cost), two.assign(const=1.0), panel="invariant"),
    "clustered": lambda cost, two: fit_cost_regression(cost, two, covariance="cluster"),
    "pooled": lambda cost, two: fit_cost_regression(cost, two, panel="pooled", covariance="cluster"),
    "within": lambda cost, two: fit_cost_regression(cost, two, panel="within"),
    "random": lambda cost, two: fit_cost_regression(cost, two, panel="random"),
}


@pytest.mark.parametrize("name", PANEL_FITS)
def test_a_row_that_names_no_dmu_belongs_to_none(name):
    named = [(None if dmu == 2 else f"D{dmu}", year) for dmu, year in BY_YEAR]
    index = pd.MultiIndex.from_tuples(named, names=["dmu", "year"])
    rows = len(index)
    with pytest.raises(CostingError, match="第9行没有单位编码"):
        PANEL_FITS[name](COST.iloc[:rows].set_axis(index), DRIVERS.iloc[:rows].set_axis(index))


def test_a_prediction_beyond_all_numbers_names_its_row():
    fit = fit_cost_regression(COST**4, DRIVERS)
    targets = pd.DataFrame([[1.0, 1.0], [1e99, 1e99]], index=["近", "远"], columns=DRIVERS.columns)
    assert np.isfinite(fit.predict(targets.iloc[:1])).all()
    with pytest.raises(CostingError, match="推算远的成本时超出数值范围"):
        fit.predict(targets)


def bootstrap(*, seed=1, draws=20, level=0.9):
    options = IntervalOptions(seed=seed, n_draws=draws)
    return fit_quantile(COST, DRIVERS, tau=0.5, interval="bootstrap", level=level, options=options)


def corrected(*, seed=1, draws=20, level=0.9):
    return correct_bias(DRIVERS, COST.to_frame(), seed=seed, draws=draws, level=level, returns="vrs")


BOOTSTRAPS = [bootstrap, corrected]
NO_TERMS = [{"draws": draws} for draws in (1, 0, -3, 2.5, 20.0, "a", None)]
NO_TERMS += [{"seed": seed} for seed in (-1, 1.5, "a", None, True)]
NO_TERMS += [{"level": level} for level in ("a", None, 0, 1)]


@pytest.mark.parametrize("method", BOOTSTRAPS)
@pytest.mark.parametrize("terms", NO_TERMS, ids=str)
def test_a_bootstrap_refuses_terms_it_cannot_draw_by(method, terms):
    with pytest.raises(BadOption, match=r"至少抽取2次|随机种子须为|须为0和1之间"):
        method(**terms)


@pytest.mark.parametrize("method", BOOTSTRAPS)
@pytest.mark.parametrize(
    ("draws", "level", "few"),
    [(20, 0.9, False), (19, 0.9, True), (39, 0.95, True), (np.int64(40), 0.95, False)],
)
def test_draws_that_do_not_reach_the_ends_of_an_interval_are_told(method, draws, level, few):
    found = method(seed=np.int32(1), draws=draws, level=level).findings
    assert ("costing.few_draws" in {one.code for one in found}) is few


@pytest.mark.parametrize("level", ["a", None, 0, 1])
def test_a_level_that_is_no_share_is_refused(level):
    fits = (
        lambda: fit_cost_regression(COST, DRIVERS, level=level),
        lambda: fit_quantile(COST, DRIVERS, tau=0.5, level=level),
        lambda: fit_sfa(COST, with_constant(DRIVERS), kind="cost", level=level),
        lambda: fit_cost_regression(COST, DRIVERS).interval(DRIVERS, level=level),
        lambda: fit_quantile(COST, DRIVERS, tau=0.5).interval(DRIVERS, level=level),
    )
    for fit in fits:
        with pytest.raises(BadOption, match="0和1之间"):
            fit()


PERIODS = {
    "two kinds": ([2024, "2025"], "时期须为同一种写法.*2024（int）、'2025'（str）"),
    "a gap": ([2024, None], "时期有缺失"),
}


@pytest.mark.parametrize("name", PERIODS)
def test_periods_without_an_order_are_refused(name):
    when, text = PERIODS[name]
    index = pd.MultiIndex.from_product([range(len(COST) // 2), when], names=["dmu", "year"])
    drivers, cost = DRIVERS.set_axis(index), COST.set_axis(index)
    with pytest.raises(BadTable, match=text):
        malmquist(drivers, cost.to_frame())
    with pytest.raises(BadTable, match=f"{text}|时期须为数值"):
        fit_cost_regression(cost, drivers, panel="pooled", time_effects=True)
