import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from budgetperf.costing.envelopment import fit_dea, simplex
from budgetperf.costing.envelopment.problem import Orientation, frame_problem
from budgetperf.costing.words import Returns

RADIAL = ("crs", "vrs", "drs", "irs")
BOTH = ("input", "output")


def units(seed, n, m=2, s=2):
    """Labelled inputs and outputs of a Cobb-Douglas truth with inefficiency."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(2, 0.7, (n, m))
    y = x.prod(axis=1, keepdims=True) ** (0.8 / m) * rng.uniform(0.3, 1, (n, s)) * rng.uniform(0.5, 1, (n, 1))
    labels = pd.Index([f"U{i}" for i in range(n)], name="dmu")
    return pd.DataFrame(x, labels).add_prefix("x"), pd.DataFrame(y, labels).add_prefix("y")


def with_zeros(seed, n):
    """Small whole numbers: many ties, zeros and repeated units."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 4, (n, 3)), rng.integers(0, 4, (n, 2))
    x[x.sum(axis=1) == 0, 0] = y[y.sum(axis=1) == 0, 0] = 1
    return pd.DataFrame(x).add_prefix("x").astype(float), pd.DataFrame(y).add_prefix("y").astype(float)


def textbook(inputs, outputs, row, returns, orientation):
    """The programme as books write it, solved without our code."""
    x, y = inputs.to_numpy(), outputs.to_numpy()
    n, shrink = len(x), orientation == "input"
    above = np.c_[-x[row] if shrink else np.zeros(x.shape[1]), x.T]
    below = np.c_[np.zeros(y.shape[1]) if shrink else y[row], -y.T]
    limits = np.r_[np.zeros(x.shape[1]), -y[row]] if shrink else np.r_[x[row], np.zeros(y.shape[1])]
    table, total = np.vstack([above, below]), np.r_[0, np.ones(n)]
    equal = {"A_eq": total[None], "b_eq": [1]} if returns == "vrs" else {}
    if returns in {"drs", "irs"}:
        sign = 1 if returns == "drs" else -1
        table, limits = np.vstack([table, sign * total]), np.r_[limits, sign]
    cost = np.r_[1 if shrink else -1, np.zeros(n)]
    return linprog(cost, A_ub=table, b_ub=limits, **equal).x[0]


def largest_slack_sum(inputs, outputs, row, score, returns, orientation):
    """The second stage as books write it."""
    x, y = inputs.to_numpy(), outputs.to_numpy()
    n, m, s = len(x), x.shape[1], y.shape[1]
    at_x, at_y = (x[row] * score, y[row]) if orientation == "input" else (x[row], y[row] * score)
    table = np.vstack([np.c_[x.T, np.eye(m), np.zeros((m, s))], np.c_[y.T, np.zeros((s, m)), -np.eye(s)]])
    limits = np.r_[at_x, at_y]
    if returns == "vrs":
        table, limits = np.vstack([table, np.r_[np.ones(n), np.zeros(m + s)]]), np.r_[limits, 1]
    return -linprog(np.r_[np.zeros(n), -np.ones(m + s)], A_eq=table, b_eq=limits).fun


@pytest.mark.parametrize("orientation", BOTH)
@pytest.mark.parametrize("returns", RADIAL)
@pytest.mark.parametrize(
    "frames", [units(1, 60), with_zeros(2, 50), units(3, 400, 3, 2)], ids=["60", "zeros", "400"]
)
def test_scores_are_those_of_the_textbook_programme(frames, returns, orientation):
    fit = fit_dea(*frames, returns=returns, orientation=orientation)
    rows = range(0, len(frames[0]), max(1, len(frames[0]) // 25))
    expected = [textbook(*frames, row, returns, orientation) for row in rows]
    np.testing.assert_allclose(fit.efficiency.iloc[list(rows)], expected, rtol=1e-7)
    assert [
        f for f in fit.findings if f.code in {"costing.envelopment.unsolved", "costing.envelopment.no_slacks"}
    ] == []


@pytest.mark.parametrize("orientation", BOTH)
@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize("frames", [units(4, 40, 3, 3), with_zeros(5, 40)], ids=["random", "zeros"])
def test_slack_sums_are_the_largest_and_targets_are_made_of_peers(frames, returns, orientation):
    fit = fit_dea(*frames, returns=returns, orientation=orientation)
    for row, label in enumerate(frames[0].index):
        expected = largest_slack_sum(*frames, row, fit.efficiency.iloc[row], returns, orientation)
        assert fit.slacks.iloc[row].sum() == pytest.approx(expected, abs=1e-6)
        weights = fit.peers.xs(label, level="dmu")
        mix = weights.to_numpy() @ pd.concat(frames, axis=1).loc[weights.index].to_numpy()
        np.testing.assert_allclose(mix, fit.targets.iloc[row], atol=1e-7)
    assert (fit.slacks.to_numpy() >= 0).all()


def test_the_technologies_are_nested():
    frames = units(6, 120)
    scores = {r: fit_dea(*frames, returns=r, slacks=False).efficiency for r in (*RADIAL, "fdh")}
    for smaller, larger in (("crs", "drs"), ("crs", "irs"), ("drs", "vrs"), ("irs", "vrs"), ("vrs", "fdh")):
        assert (scores[smaller] <= scores[larger] + 1e-12).all()
    grown = {
        r: fit_dea(*frames, returns=r, orientation="output", slacks=False).efficiency
        for r in (*RADIAL, "fdh")
    }
    for smaller, larger in (("crs", "drs"), ("crs", "irs"), ("drs", "vrs"), ("irs", "vrs"), ("vrs", "fdh")):
        assert (grown[smaller] >= grown[larger] - 1e-12).all()
    np.testing.assert_allclose(scores["crs"], 1 / grown["crs"], rtol=1e-12)


@pytest.mark.parametrize("orientation", BOTH)
@pytest.mark.parametrize("returns", [*RADIAL, "fdh"])
def test_neither_units_nor_order_matter(returns, orientation):
    inputs, outputs = units(7, 80)
    base = fit_dea(inputs, outputs, returns=returns, orientation=orientation)
    scaled = fit_dea(inputs * [1e12, 1e-3], outputs * [1e-3, 1e12], returns=returns, orientation=orientation)
    np.testing.assert_allclose(scaled.efficiency, base.efficiency, rtol=1e-9)
    order = np.random.default_rng(1).permutation(len(inputs))
    moved = fit_dea(
        inputs.iloc[order, ::-1], outputs.iloc[order, ::-1], returns=returns, orientation=orientation
    )
    np.testing.assert_allclose(moved.efficiency.loc[inputs.index], base.efficiency, rtol=1e-9)
    sums = moved.slacks.loc[inputs.index].sum(axis=1)
    np.testing.assert_allclose(sums, base.slacks.sum(axis=1), atol=1e-6)


def test_fdh_compares_with_single_units():
    inputs, outputs = with_zeros(8, 60)
    fit = fit_dea(inputs, outputs, returns="fdh")
    x, y = inputs.to_numpy(), outputs.to_numpy()
    for row in range(len(x)):
        better = (y >= y[row]).all(axis=1) & (x[:, x[row] == 0] == 0).all(axis=1)
        shares = (x[better][:, x[row] > 0] / x[row, x[row] > 0]).max(axis=1)
        assert fit.efficiency.iloc[row] == pytest.approx(shares.min())
    assert (fit.peers == 1).all()
    assert len(fit.peers) == len(x)


def test_a_growing_set_of_units_finds_what_all_units_find(monkeypatch):
    frames = units(9, 500)
    problem = frame_problem(*frames)
    grown = simplex.solve_radial(problem, Returns.VRS, Orientation.INPUT).score
    monkeypatch.setattr(simplex, "_seeds", lambda program: np.arange(program.columns.shape[1]))
    np.testing.assert_allclose(
        grown, simplex.solve_radial(problem, Returns.VRS, Orientation.INPUT).score, rtol=1e-12
    )
    monkeypatch.setattr(simplex, "_seeds", lambda _: np.array([0]))
    np.testing.assert_allclose(
        grown, simplex.solve_radial(problem, Returns.VRS, Orientation.INPUT).score, rtol=1e-12
    )


@pytest.mark.parametrize("orientation", BOTH)
@pytest.mark.parametrize("returns", RADIAL)
def test_highs_alone_gives_the_same(monkeypatch, returns, orientation):
    frames = units(10, 40)
    ours = fit_dea(*frames, returns=returns, orientation=orientation)
    monkeypatch.setattr(simplex, "STEPS", 0)
    theirs = fit_dea(*frames, returns=returns, orientation=orientation)
    np.testing.assert_allclose(theirs.efficiency, ours.efficiency, rtol=1e-9)
    np.testing.assert_allclose(theirs.slacks.sum(axis=1), ours.slacks.sum(axis=1), atol=1e-6)


# ------------------------------------------------------------------ who is compared with whom


def test_a_banned_unit_is_its_own_peer_only():
    inputs, outputs = units(11, 60)
    free = fit_dea(inputs, outputs, returns="vrs")
    star = free.peers.groupby("peer").size().idxmax()
    fit = fit_dea(inputs, outputs, returns="vrs", eligible_peers=[n for n in inputs.index if n != star])
    assert {dmu for dmu, peer in fit.peers.index if peer == star} == {star}
    assert fit.efficiency[star] == pytest.approx(1)
    others = inputs.index.drop(star)
    alone = fit_dea(inputs.loc[others], outputs.loc[others], returns="vrs")
    np.testing.assert_allclose(fit.efficiency[others], alone.efficiency, rtol=1e-10)


@pytest.mark.parametrize("returns", [*RADIAL, "fdh"])
def test_super_efficiency_is_the_score_against_all_others(returns):
    inputs, outputs = units(12, 25)
    fit = fit_dea(inputs, outputs, returns=returns, super_efficiency=True)
    for name in inputs.index:
        rest = inputs.index.drop(name)
        reference = (inputs.loc[rest], outputs.loc[rest])
        alone = fit_dea(inputs.loc[[name]], outputs.loc[[name]], returns=returns, reference=reference)
        np.testing.assert_allclose(fit.efficiency[name], alone.efficiency[name], rtol=1e-9)
    lost = [f.where.pointer for f in fit.findings if f.code == "costing.envelopment.infeasible"]
    assert lost == [f"/rows/{name}" for name in inputs.index[fit.efficiency.isna()]]


def test_super_efficiency_without_a_solution_is_told():
    inputs = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=["甲", "乙", "丙"])
    outputs = pd.DataFrame({"y": [1.0, 3.0, 4.0]}, index=inputs.index)
    fit = fit_dea(inputs, outputs, returns="vrs", super_efficiency=True)
    assert list(fit.efficiency.isna()) == [False, False, True]
    told = next(f for f in fit.findings if f.code == "costing.envelopment.infeasible")
    assert "丙" in told.message
    assert fit.targets.loc["丙"].isna().all()
    assert "丙" not in fit.peers.index.get_level_values("dmu")


def test_an_output_nobody_else_makes_has_no_output_score():
    inputs = pd.DataFrame({"x": [1.0, 1.0]}, index=["甲", "乙"])
    outputs = pd.DataFrame({"y": [0.0, 2.0], "z": [1.0, 0.0]}, index=inputs.index)
    for returns in (*RADIAL, "fdh"):
        fit = fit_dea(inputs, outputs, returns=returns, orientation="output", super_efficiency=True)
        assert fit.efficiency.isna().all()
        assert [f.code for f in fit.findings].count("costing.envelopment.infeasible") == 2


def test_against_a_reference_scores_may_exceed_one():
    inputs, outputs = units(13, 30)
    fit = fit_dea(inputs * 0.5, outputs, returns="crs", reference=(inputs, outputs))
    np.testing.assert_allclose(
        fit.efficiency, 2 * fit_dea(inputs, outputs, returns="crs").efficiency, rtol=1e-9
    )


# ------------------------------------------------------------------ scale and cost


def test_scale_classes_follow_a_known_frontier():
    x = np.array([1.0, 2, 4, 6, 8])
    y = np.array([0.5, 2, 4, 5, 5.5])
    scale = fit_dea(pd.DataFrame({"x": x}), pd.DataFrame({"y": y}), returns="vrs").scale()
    assert list(scale.returns_class) == ["irs", "crs", "crs", "drs", "drs"]
    np.testing.assert_allclose(scale.efficiency, y / x, rtol=1e-12)
    output = fit_dea(
        pd.DataFrame({"x": x}), pd.DataFrame({"y": y}), orientation="output", returns="vrs"
    ).scale()
    np.testing.assert_allclose(output.efficiency, y / x, rtol=1e-12)


@pytest.mark.parametrize("returns", [*RADIAL, "fdh"])
def test_cost_efficiency_is_the_least_cost_of_the_output(returns):
    inputs, outputs = units(14, 30)
    prices = pd.DataFrame(np.random.default_rng(2).uniform(1, 9, inputs.shape), inputs.index, inputs.columns)
    fit = fit_dea(inputs, outputs, returns=returns, prices=prices)
    assert (fit.cost_efficiency <= fit.efficiency + 1e-9).all()
    np.testing.assert_allclose(fit.cost_efficiency, fit.efficiency * fit.allocative_efficiency, rtol=1e-12)
    for name in inputs.index[:5]:
        cost = (inputs * prices.loc[name]).sum(axis=1).to_frame("cost")
        single = fit_dea(cost, outputs, returns=returns).efficiency[name]
        assert fit.cost_efficiency[name] == pytest.approx(single, rel=1e-9)


def test_prices_of_one_row_are_those_of_all():
    inputs, outputs = units(15, 20)
    row = pd.Series({"x1": 3.0, "x0": 2.0})
    table = pd.DataFrame([row] * len(inputs), index=inputs.index)
    one, many = (fit_dea(inputs, outputs, prices=p, returns="vrs").cost_efficiency for p in (row, table))
    pd.testing.assert_series_equal(one, many)
