import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from budgetperf.costing.errors import TooFewRows
from budgetperf.costing.frontier import fit_sfa
from budgetperf.costing.frontier.design import LN_U, LN_V, MU, linear_part, standardise
from budgetperf.costing.frontier.panel import PanelModel, eta_part, periods


def panel(seed=1, *, dmus=60, years=6, su=0.4, sv=0.2, eta=0.0, cost=False):
    """Return y and X by (dmu, year) of the frontier 1 + .6 a, u_it = exp(-eta (t - T)) |N(0, su)|."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"u{i:03}" for i in range(dmus)], range(2019, 2019 + years)], names=["dmu", "year"]
    )
    design = pd.DataFrame({"const": 1.0, "a": rng.normal(2, 1, len(index))}, index=index)
    u = np.outer(np.abs(rng.normal(0, su, dmus)), np.exp(-eta * (np.arange(years) - years + 1))).ravel()
    y = design.to_numpy() @ [1.0, 0.6] + rng.normal(0, sv, len(index)) + (u if cost else -u)
    return pd.Series(y, index=index), design


def codes(fit):
    return [finding.code.removeprefix("costing.") for finding in fit.findings]


def model(y, design):
    sample = standardise(y, design, sign=1)
    names = [linear_part(name, None, sample) for name in (MU, LN_U, LN_V)]
    return PanelModel(sample, (sample.part, *names, eta_part()), periods(y.index))


def test_the_gradient_is_that_of_finite_differences():
    found = model(*panel(dmus=7, years=4))
    at = np.array([0.1, -0.2, 0.3, -0.5, -0.7, 0.1])
    _, gradient = found.slope(at)
    for i in range(len(at)):
        move = 1e-6 * (np.arange(len(at)) == i)
        slope = (found.slope(at + move)[0] - found.slope(at - move)[0]) / 2e-6
        assert gradient[i] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_the_likelihood_of_a_dmu_is_the_integral_over_its_inefficiency():
    y, design = panel(dmus=2, years=3)
    found = model(y, design)
    mu, su, sv, eta = 0.2, 0.9, 0.7, 0.15
    at = np.array([0.1, -0.2, mu, 2 * np.log(su), 2 * np.log(sv), eta])
    e = found.sample.residual + found.parts[0].design @ at[:2]
    weight = np.exp(-eta * found.periods.since)
    whole, _ = quad(lambda u: np.exp(-((u - mu) ** 2) / (2 * su**2)), 0, np.inf)
    logs = []
    for dmu in (0, 1):
        rows = found.periods.dmu == dmu

        def joint(u, rows=rows):
            noise = np.exp(-((e[rows] + weight[rows] * u) ** 2) / (2 * sv**2)) / (np.sqrt(2 * np.pi) * sv)
            return np.prod(noise) * np.exp(-((u - mu) ** 2) / (2 * su**2)) / whole

        logs.append(np.log(quad(joint, 0, 20)[0]))
    assert found.slope(at)[0] == pytest.approx(sum(logs), rel=1e-8)


@pytest.mark.parametrize("cost", [False, True])
@pytest.mark.parametrize("eta", [0.0, 0.1])
def test_known_parameters_are_found(cost, eta):
    y, design = panel(2, dmus=600, eta=eta, cost=cost)
    fit = fit_sfa(y, design, kind="cost" if cost else "production", panel="time_varying")
    truth = [1.0, 0.6, 2 * np.log(0.4), 2 * np.log(0.2), eta]
    assert (np.abs(fit.params - truth) < 4 * fit.std_errors).all()
    assert codes(fit) == []


def test_time_invariant_efficiency_is_one_figure_per_dmu():
    y, design = panel(3)
    fit = fit_sfa(y, design, panel="invariant")
    by_dmu = fit.efficiency["bc"].groupby("dmu")
    assert (by_dmu.max() == by_dmu.min()).all()
    varying = fit_sfa(y, design, panel="time_varying")
    assert varying.loglike >= fit.loglike
    truncated = fit_sfa(y, design, panel="invariant", distribution="truncated_normal")
    assert truncated.loglike >= fit.loglike - 1e-8


def test_with_growing_eta_efficiency_grows():
    fit = fit_sfa(*panel(4, dmus=200, eta=0.15), panel="time_varying")
    assert fit.params["eta"]["const"] > 0
    means = fit.efficiency["bc"].groupby("year").mean()
    assert means.is_monotonic_increasing


def test_order_of_rows_does_not_matter_and_gaps_are_allowed():
    y, design = panel(5)
    kept = np.random.default_rng(0).random(len(y)) < 0.7
    fit = fit_sfa(y[kept], design[kept], panel="time_varying")
    mixed = np.random.default_rng(1).permutation(int(kept.sum()))
    again = fit_sfa(y[kept].iloc[mixed], design[kept].iloc[mixed], panel="time_varying")
    np.testing.assert_allclose(again.params, fit.params, rtol=1e-5)
    np.testing.assert_allclose(again.efficiency, fit.efficiency.iloc[mixed], rtol=1e-5)


def test_a_panel_whose_dmus_lean_the_wrong_way_is_told():
    y, design = panel(6)
    assert "wrong_skewness" in codes(fit_sfa(-y, design, panel="invariant"))


def test_a_panel_without_inefficiency_has_no_efficiencies():
    fits = [fit_sfa(*panel(seed, su=0.0), panel="invariant") for seed in range(6)]
    none = [fit for fit in fits if "no_inefficiency" in codes(fit)]
    assert none
    assert all(fit.efficiency.isna().all(axis=None) for fit in none)
    assert all("weak_evidence" in codes(fit) or fit.one_sided_test.rejects() for fit in fits)


def test_an_index_that_is_no_panel_is_refused():
    y, design = panel(7)
    with pytest.raises(ValueError, match="两级行标签"):
        fit_sfa(y.reset_index(drop=True), design.reset_index(drop=True), panel="invariant")
    twice = pd.concat([y, y[:1]]), pd.concat([design, design[:1]])
    with pytest.raises(ValueError, match="单位u000在时期2019有重复的行"):
        fit_sfa(*twice, panel="invariant")
    words = y.index.set_levels([f"第{i}期" for i in range(6)], level=1)
    with pytest.raises(ValueError, match="时期须为数值"):
        fit_sfa(y.set_axis(words), design.set_axis(words), panel="invariant")


def test_one_dmu_or_one_period_is_no_panel():
    y, design = panel(8)
    with pytest.raises(TooFewRows, match="单位数不足：现有1，至少需要2"):
        fit_sfa(y[:6], design[:6], panel="invariant")
    first = y.index.get_level_values("year") == 2019
    with pytest.raises(TooFewRows, match="时期数不足"):
        fit_sfa(y[first], design[first], panel="invariant")
