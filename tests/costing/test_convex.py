"""Convex regressions: the optimum, its units and labels, predictions, and what bad data give."""

from dataclasses import replace

import clarabel
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import minimize

from budgetperf.costing.convex import cuts, fit_cnls, fit_stoned, models
from budgetperf.costing.convex.program import Solution
from budgetperf.costing.errors import Collinear, NotConverged, TooFewRows, WideColumn

ALL = [(kind, returns) for kind in ("production", "cost") for returns in ("vrs", "crs")]


def sample(n=40, d=2, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.Index([f"单位{i}" for i in range(n)])
    x = pd.DataFrame(rng.uniform(1, 10, (n, d)), index=index, columns=list("abcdef")[:d])
    y = pd.Series(np.prod(x.to_numpy() ** (0.8 / d), axis=1) * np.exp(rng.normal(0, 0.2, n)), index=index)
    return y, x


def codes(fit):
    return [finding.code.removeprefix("costing.") for finding in fit.findings]


def every_pair(y, x, kind, returns):
    """One programme in intercepts and slopes over all n (n - 1) pairs; the values at the rows."""
    n, d = x.shape
    sign, design = (1 if kind == "production" else -1), np.column_stack([np.ones(n), x])
    width = n * (d + 1)
    own = sparse.block_diag([sparse.csr_array(row[None, :]) for row in design], format="csr")
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    other = np.zeros((len(pairs), width))
    for row, (i, j) in enumerate(pairs):
        other[row, j * (d + 1) : (j + 1) * (d + 1)] = design[i]
    shape = sign * sparse.csr_array(own[[i for i, _ in pairs]] - other)
    slopes = -sparse.eye_array(width, format="csr")[[k for k in range(width) if k % (d + 1)]]
    through = sparse.eye_array(width, format="csr")[list(range(0, width, d + 1))]
    equal = through if returns == "crs" else through[:0]
    matrix = sparse.vstack([equal, shape, slopes], format="csc")
    cones = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(len(pairs) + n * d)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    upper = sparse.triu(own.T @ own, format="csc")
    right = np.zeros(matrix.shape[0])
    answer = clarabel.DefaultSolver(upper, -(own.T @ y), matrix, right, cones, settings).solve()
    return own @ np.asarray(answer.x)


@pytest.mark.parametrize(("kind", "returns"), ALL)
def test_generated_pairs_give_the_optimum_of_all_pairs(kind, returns):
    y, x = sample()
    fit = fit_cnls(y, x, kind=kind, returns=returns)
    theirs = every_pair(y.to_numpy(), x.to_numpy(), kind, returns)
    np.testing.assert_allclose(fit.fitted, theirs, atol=1e-4)
    assert fit.objective == pytest.approx(((y - theirs) ** 2).sum(), rel=1e-5)
    assert fit.certificate.pairs < 40 * 39 / 2
    assert max(fit.certificate.gap, fit.certificate.violation) < 1e-6


@pytest.mark.parametrize(("kind", "returns"), ALL)
@pytest.mark.parametrize("form", ["additive", "multiplicative"])
def test_every_row_has_a_supporting_plane_of_the_shape(kind, returns, form):
    y, x = sample()
    fit = fit_cnls(y, x, kind=kind, returns=returns, form=form)
    planes = fit.intercepts.to_numpy() + x.to_numpy() @ fit.slopes.to_numpy().T
    extremum = planes.min(axis=1) if kind == "production" else planes.max(axis=1)
    np.testing.assert_allclose(extremum, fit.fitted, rtol=1e-9)
    np.testing.assert_allclose(np.diag(planes), fit.fitted, rtol=1e-5)
    assert (fit.slopes >= 0).all(axis=None)
    if returns == "crs":
        assert (fit.intercepts == 0).all()


def test_three_rows_by_hand():
    y, x = pd.Series([0.0, 3.0, 0.0]), pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    fit = fit_cnls(y, x)
    np.testing.assert_allclose(fit.fitted, [0, 1.5, 1.5], atol=1e-5)
    assert fit.objective == pytest.approx(4.5)


def test_multiplicative_optimum_is_that_of_a_general_solver():
    y, x = sample(n=9)
    fit = fit_cnls(y, x, form="multiplicative", kind="cost")
    design, logs = np.column_stack([np.ones(9), x]), np.log(y.to_numpy())

    def values(at):
        return at.reshape(9, 3) @ design.T

    def squares(at):
        return ((logs - np.log(np.maximum(np.diag(values(at)), 1e-6))) ** 2).sum()

    start = np.tile(np.linalg.lstsq(design, y, rcond=None)[0], 9)
    shape = {"type": "ineq", "fun": lambda at: (np.diag(values(at))[None, :] - values(at)).ravel()}
    bounds = [(None, None), (0, None), (0, None)] * 9
    found = minimize(
        squares, start, bounds=bounds, constraints=shape, options={"maxiter": 300, "ftol": 1e-12}
    )
    assert fit.objective == pytest.approx(found.fun, rel=1e-5)


def test_a_level_put_into_a_contextual_variable_comes_back():
    y, x = sample(n=60)
    z = pd.DataFrame({"z": 2020.0 + np.arange(60) % 4}, index=y.index)
    without = fit_cnls(y, x, form="multiplicative", contextual=z)
    fit = fit_cnls(y * np.exp(0.3 * z["z"] - 600), x, form="multiplicative", contextual=z)
    assert fit.effects["z"] == pytest.approx(without.effects["z"] + 0.3, abs=1e-4)
    np.testing.assert_allclose(fit.residuals, without.residuals, atol=1e-4)
    added = fit_cnls(y + 5 * z["z"], x, contextual=z)
    base = fit_cnls(y, x, contextual=z)
    assert added.effects["z"] == pytest.approx(base.effects["z"] + 5, abs=1e-4)
    np.testing.assert_allclose(added.function - base.function, 5 * 2021.5, atol=1e-3)
    assert base.reference["z"] == 2021.5


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
@pytest.mark.parametrize("returns", ["vrs", "crs"])
def test_units_move_nothing_but_figures(form, returns):
    y, x = sample()
    here = fit_cnls(y, x, form=form, returns=returns)
    there = fit_cnls(y * 1e12, x * [1e12, 1e-3], form=form, returns=returns)
    np.testing.assert_allclose(there.fitted / 1e12, here.fitted, rtol=1e-6)
    np.testing.assert_allclose(there.intercepts / 1e12, here.intercepts, rtol=1e-3, atol=1e-3)


def test_labels_are_kept():
    y, x = sample()
    fit = fit_cnls(y, x, form="multiplicative")
    for series in (fit.fitted, fit.residuals, fit.function, fit.intercepts, fit.slopes, fit.corrected):
        assert series.index.equals(y.index)
    assert list(fit.slopes.columns) == ["a", "b"]
    np.testing.assert_allclose(np.log(y / fit.fitted), fit.residuals, atol=1e-12)


def test_equal_rows_share_one_value_and_proportional_ones_one_ray():
    y, x = sample()
    twice = pd.concat([x, x]).reset_index(drop=True)
    fit = fit_cnls(pd.concat([y, y * 1.2]).reset_index(drop=True), twice)
    np.testing.assert_array_equal(fit.fitted[:40], fit.fitted[40:])
    np.testing.assert_allclose(fit.fitted[:40], fit_cnls(y * 1.1, x).fitted, rtol=1e-5)
    rays = pd.concat([x, 2 * x]).reset_index(drop=True)
    both = fit_cnls(pd.concat([y, 2 * y]).reset_index(drop=True), rays, returns="crs", form="multiplicative")
    np.testing.assert_allclose(both.fitted[40:], 2 * both.fitted[:40])
    np.testing.assert_allclose(
        both.fitted[:40], fit_cnls(y, x, returns="crs", form="multiplicative").fitted, rtol=1e-5
    )


# ------------------------------------------------------------------ certificate


def test_the_certificate_refuses_what_is_not_certified(monkeypatch):
    y, x = sample()
    monkeypatch.setattr(cuts, "ACCEPTED", 1e-18)
    with pytest.raises(NotConverged, match="对偶间隙"):
        fit_cnls(y, x)
    monkeypatch.setattr(cuts, "ROUNDS", 1)
    with pytest.raises(NotConverged, match="1轮后"):
        fit_cnls(y, x)


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
def test_the_optimum_of_another_objective_is_refused(form, monkeypatch):
    """The programme solved must be that of the squares reported: their own gradient is asked."""
    y, x = sample()
    model = models.Additive if form == "additive" else models.Multiplicative
    right = model.target
    monkeypatch.setattr(model, "target", lambda self: replace(right(self), aim=right(self).aim * 1.001))
    with pytest.raises(NotConverged, match=r"违反[\d.e-]*，对偶间隙[\d.]+"):
        fit_cnls(y, x, form=form)


def test_the_gap_bounds_what_is_lost():
    """min (x - 3)^2 / 2 for x <= 1: at the optimum nothing, away from it at least what is lost."""
    for at in (1.0, 0.9, 0.5):
        price = np.array([3 - at])
        there = Solution(np.array([at]), np.empty((1, 0)), np.empty(0), np.array([at - 1]), price)
        lost = ((at - 3) ** 2 - 4) / 2
        assert there.gap(np.array([at - 3]), np.empty(0)) >= lost - 1e-12 * (at < 1)


# ------------------------------------------------------------------ prediction and frontier


@pytest.mark.parametrize(("kind", "returns"), ALL)
def test_prediction_is_the_fit_at_the_rows_and_the_tightest_between(kind, returns):
    y, x = sample()
    fit = fit_cnls(y, x, kind=kind, returns=returns)
    np.testing.assert_allclose(fit.predict(x), fit.fitted, rtol=1e-6)
    between = (x.iloc[:20].to_numpy() + x.iloc[20:].to_numpy()) / 2
    ours = fit.predict(pd.DataFrame(between, columns=x.columns))
    planes = fit.intercepts.to_numpy() + between @ fit.slopes.to_numpy().T
    chord = (fit.fitted.iloc[:20].to_numpy() + fit.fitted.iloc[20:].to_numpy()) / 2
    low, high = (chord, planes.min(axis=1)) if kind == "production" else (planes.max(axis=1), chord)
    assert (ours >= low - 1e-6).all()
    assert (ours <= high + 1e-6).all()


def test_prediction_beyond_the_sample_is_empty():
    y, x = sample()
    small, large = x.iloc[:1] * 0 + 0.5, x.iloc[:1] * 0 + 50.0
    assert fit_cnls(y, x).predict(small).isna().all()
    assert fit_cnls(y, x).predict(large).notna().all()
    cost = fit_cnls(y, x, kind="cost")
    assert cost.predict(large).isna().all()
    assert cost.predict(small).iloc[0] == pytest.approx(cost.fitted.min(), rel=0.2)


def test_prediction_knows_nothing_of_a_driver_no_row_has():
    y, x = sample()
    x["c"] = 0.0
    new = x.iloc[:1].assign(c=4.0)
    assert fit_cnls(y, x).predict(new).iloc[0] == pytest.approx(fit_cnls(y, x).fitted.iloc[0])
    assert fit_cnls(y, x, kind="cost").predict(new).isna().all()


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
def test_corrected_frontier_leaves_no_row_beyond_it(form):
    y, x = sample()
    ahead = fit_cnls(y, x, form=form).corrected - y
    assert ahead.min() == pytest.approx(0, abs=1e-9)
    behind = y - fit_cnls(y, x, kind="cost", form=form).corrected
    assert behind.min() == pytest.approx(0, abs=1e-9)


# ------------------------------------------------------------------ bad data


def test_constant_and_collinear_drivers_are_told():
    y, x = sample()
    constant = fit_cnls(y, x.assign(c=7.0))
    assert codes(constant) == ["constant_driver"]
    assert "c" in constant.findings[0].message
    assert (constant.slopes["c"] == 0).all()
    np.testing.assert_allclose(constant.fitted, fit_cnls(y, x).fitted)
    repeated = fit_cnls(y, x.assign(c=x["a"] + x["b"]))
    assert codes(repeated) == ["collinear_drivers"]
    np.testing.assert_allclose(repeated.fitted, fit_cnls(y, x).fitted, atol=1e-3)


@pytest.mark.parametrize("returns", ["vrs", "crs"])
def test_equal_dmus_are_a_perfect_fit_and_told(returns):
    y, x = sample()
    fit = fit_cnls(y * 0 + 5, x * 0 + 1, returns=returns)
    assert "perfect_fit" in codes(fit)
    assert len(codes(fit)) == 2
    np.testing.assert_allclose(fit.fitted, 5, rtol=1e-6)


def test_a_row_far_below_the_function_is_told_as_only_locally_optimal():
    y, x = sample()
    y.iloc[20] /= 100
    fit = fit_cnls(y, x, form="multiplicative")
    assert codes(fit) == ["local_optimum"]
    assert "单位20" in fit.findings[0].message
    assert fit.residuals.iloc[20] < -1


@pytest.mark.parametrize("returns", ["vrs", "crs"])
def test_one_row_of_1e12_beside_small_ones_is_told_or_refused(returns):
    y, x = sample()
    for small in (1e-3, 1.0):
        far = pd.Series(np.where(np.arange(40) == 3, 1e12, small), index=y.index)
        try:
            told = codes(fit_cnls(y * far, x.mul(far, axis=0), returns=returns))
        except (NotConverged, WideColumn):
            continue
        assert "perfect_fit" in told
    for high in (1e7, 1e10, 1e12):
        for call in (fit_cnls, fit_stoned):
            with pytest.raises(WideColumn, match="“b”从") as caught:
                call(y, frame_with(x, high), returns=returns)
            assert caught.value.column == "b"
    marks = x.assign(b=np.where(np.arange(40) == 3, 1e12, np.arange(40) % 2))
    with pytest.raises(WideColumn):
        fit_cnls(y, marks)


def test_a_cost_function_tells_what_no_cost_or_work_can_be():
    y, x = sample()
    assert "impossible_value" not in codes(fit_cnls(y, x, kind="cost"))
    y.iloc[4] = 0.0
    told = [one.message for one in fit_cnls(y, frame_with(x, -1.0), kind="cost").findings]
    assert any("成本" in one and "单位4" in one for one in told)
    assert any("“b”" in one and "单位2" in one for one in told)


def frame_with(x, value):
    changed = x.copy()
    changed.iloc[2, 1] = value
    return changed


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, "无"])
def test_what_is_no_number_is_named_with_its_place(value):
    y, x = sample()
    with pytest.raises(ValueError, match=r"第3行（单位2）的“b”不是有限数"):
        fit_cnls(y, frame_with(x.astype(object), value))
    bad = y.astype(object)
    bad.iloc[2] = value
    with pytest.raises(ValueError, match="因变量第3行"):
        fit_cnls(bad, x)


def test_what_the_form_cannot_carry_is_refused():
    y, x = sample()
    low = y.copy()
    low.iloc[4] = 0.0
    with pytest.raises(ValueError, match="单位4"):
        fit_cnls(low, x, form="multiplicative")
    with pytest.raises(ValueError, match="不为负"):
        fit_cnls(y, frame_with(x, -1.0), returns="crs")
    with pytest.raises(ValueError, match=r"单位0.*全为零"):
        fit_cnls(y, x.mul(x.index != "单位0", axis=0), returns="crs")
    with pytest.raises(TooFewRows):
        fit_cnls(y.iloc[:1], x.iloc[:1])
    with pytest.raises(ValueError, match="行标签"):
        fit_cnls(y, x.reset_index(drop=True))
    with pytest.raises(ValueError, match="列名重复"):
        fit_cnls(y, pd.concat([x, x], axis=1))
    with pytest.raises(ValueError, match="须为vrs"):
        fit_cnls(y, x, returns="drs")


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
def test_contextual_variables_that_say_nothing_of_their_own_are_refused(form):
    y, x = sample()
    with pytest.raises(Collinear):
        fit_cnls(y, x, form=form, contextual=pd.DataFrame({"z": 1.0}, index=y.index))
    z = pd.DataFrame({"z": np.arange(40.0), "w": 3 - np.arange(40.0)}, index=y.index)
    with pytest.raises(Collinear, match="z、w"):
        fit_cnls(y, x, form=form, contextual=z)


def test_a_linear_context_equal_to_a_driver_is_refused():
    y, x = sample()
    with pytest.raises(Collinear):
        fit_cnls(y, x, contextual=x[["a"]].rename(columns={"a": "z"}))


def test_a_solver_that_gets_stuck_is_tried_again_with_shorter_steps():
    rng = np.random.default_rng(0)
    drivers = pd.DataFrame({"a": np.exp(rng.uniform(1, 4, 20)), "b": np.exp(rng.uniform(0, 3, 20))})
    logs = 9 + 0.6 * np.log(drivers["a"]) + 0.3 * np.log(drivers["b"])
    waste = np.abs(rng.normal(0, 0.3, 20)) + rng.normal(0, 0.1, 20)
    fit = fit_cnls(np.exp(logs + waste), drivers, kind="cost", form="multiplicative")
    assert max(fit.certificate.violation, fit.certificate.gap) < 1e-6
    assert fit.certificate.rounds < 50
