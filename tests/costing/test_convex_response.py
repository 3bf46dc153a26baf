"""Responses far apart, or all equal: right, or refused by name."""

import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.convex import fit_cnls, fit_stoned
from budgetperf.costing.errors import WideColumn
from tests.costing.test_convex import ALL, codes, sample


def reaching(top, n=30):
    """One driver, little noise; the last row's cost, at the largest work, is ``top``."""
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(1, 9, n))
    y = x**1.5 + rng.normal(0, 0.5, n)
    y[-1] = top
    return pd.Series(y), pd.DataFrame({"a": x})


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
@pytest.mark.parametrize("top", [30.0, 1e3, 1e4])
def test_one_large_response_leaves_the_fit_of_the_others_right(top, form):
    """At the largest work it binds none of them."""
    y, x = reaching(top)
    y = y if form == "additive" else y.clip(lower=0.5)
    fit = fit_cnls(y, x, kind="cost", form=form)
    others = fit_cnls(y[:-1], x[:-1], kind="cost", form=form)
    np.testing.assert_allclose(fit.fitted[:-1], others.fitted, atol=1e-3 * others.residuals.std())
    assert not codes(fit)


@pytest.mark.parametrize("top", [3e4, 1e5, 3e5, 1e6, 1e9, 1e12, 1e90])
@pytest.mark.parametrize(("kind", "returns"), ALL)
def test_a_response_too_far_beyond_the_others_is_refused_by_name_or_right(top, kind, returns):
    y, x = reaching(top)
    for call in (fit_cnls, fit_stoned):
        try:
            fit = call(y, x, kind=kind, returns=returns, form="additive")
        except WideColumn:
            continue
        assert top < 1e6
        assert "perfect_fit" not in codes(fit)
    if kind == "cost" and returns == "vrs":
        with pytest.raises(WideColumn, match="“因变量”从") as caught:
            fit_cnls(y, x, kind=kind)
        assert caught.value.column == "因变量"


def test_zeros_beside_one_cost_and_equal_costs_beside_one():
    _, x = reaching(1.0)
    y = pd.Series(np.zeros(30))
    y.iloc[-1] = 1e12
    np.testing.assert_allclose(fit_cnls(y, x, kind="cost").fitted / 1e12, y / 1e12, atol=1e-3)
    with pytest.raises(WideColumn):
        fit_cnls(y + 3.0, x, kind="cost")


@pytest.mark.parametrize("value", [3.0, 0.1, 1e-9, 3.3e17])
@pytest.mark.parametrize("form", ["additive", "multiplicative"])
@pytest.mark.parametrize("kind", ["production", "cost"])
def test_equal_responses_of_different_work_are_their_own_function(kind, form, value):
    _, x = sample()
    y = pd.Series(value, index=x.index)
    z = pd.DataFrame({"z": np.arange(40.0) % 3}, index=x.index)
    fit = fit_cnls(y, x, kind=kind, form=form, contextual=z)
    np.testing.assert_allclose(fit.fitted, value, rtol=1e-14)
    assert codes(fit) == ["perfect_fit"]
    assert (fit.slopes == 0).all(axis=None)
    assert (fit.effects == 0).all()
    np.testing.assert_allclose(fit.predict(x.iloc[:3]), value, rtol=1e-9)
    assert "no_residuals" in codes(fit_stoned(y, x, kind=kind, form=form))
    assert fit_stoned(y, x, kind=kind, form=form).frontier.isna().all()
