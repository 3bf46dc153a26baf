from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from budgetperf.costing.errors import Collinear, NoConstant, NotConverged, PerfectFit, TooFewRows
from budgetperf.costing.frontier import fit as fitting
from budgetperf.costing.frontier import fit_sfa
from budgetperf.costing.frontier.optimum import FLAT, climb
from budgetperf.findings import Severity

BETA = [1.0, 0.6, 0.3]
TRUNCATED = {"distribution": "truncated_normal"}


def sample(seed=1, *, n=400, su=0.4, sv=0.2, cost=False, draw=None):
    """Return y and X of a frontier 1 + .6 a + .3 b with labels u000, u001, …"""
    rng = np.random.default_rng(seed)
    index = pd.Index([f"u{i:03}" for i in range(n)], name="dmu")
    design = pd.DataFrame({"const": 1.0, "a": rng.normal(2, 1, n), "b": rng.normal(0, 1, n)}, index=index)
    u = np.abs(rng.normal(0, su, n)) if draw is None else draw(rng, design)
    y = design.to_numpy() @ BETA + rng.normal(0, sv, n) + (u if cost else -u)
    return pd.Series(y, index=index, name="y"), design


def codes(fit):
    return [finding.code.removeprefix("costing.") for finding in fit.findings]


# ------------------------------------------------------------------ what is found


@pytest.mark.parametrize("cost", [False, True])
def test_known_parameters_are_found_and_labels_kept(cost):
    y, design = sample(2, n=5000, cost=cost)
    fit = fit_sfa(y, design, kind="cost" if cost else "production")
    truth = [*BETA, 2 * np.log(0.4), 2 * np.log(0.2)]
    assert (np.abs(fit.params - truth) < 4 * fit.std_errors).all()
    assert fit.std_errors["frontier"].max() < 0.03
    assert list(fit.params["frontier"].index) == ["const", "a", "b"]
    pd.testing.assert_index_equal(fit.efficiency.index, y.index)
    np.testing.assert_allclose(fit.fitted + fit.residuals, y)
    np.testing.assert_allclose(fit.predict(design[["b", "const", "a"]]), fit.fitted)
    assert fit.gamma == pytest.approx(0.8, abs=0.05)
    assert codes(fit) == []
    assert fit.skewness < 0
    assert fit.one_sided_test.rejects()
    assert (fit.efficiency["lower"] < fit.efficiency["bc"]).all()
    assert (fit.efficiency["bc"] < fit.efficiency["upper"]).all()
    assert (fit.efficiency["jlms"] <= fit.efficiency["bc"]).all()  # Jensen


def test_exponential_and_truncated_parameters_are_found():
    y, design = sample(3, n=5000, draw=lambda rng, d: rng.exponential(0.4, len(d)))
    fit = fit_sfa(y, design, distribution="exponential")
    assert fit.sigma_u == pytest.approx(0.4, abs=0.03)
    assert fit.sigma_v == pytest.approx(0.2, abs=0.02)

    def above(rng, d):
        u = rng.normal(0.5, 0.3, 8 * len(d))
        return u[u >= 0][: len(d)]

    y, design = sample(4, n=20000, draw=above)
    fit = fit_sfa(y, design, **TRUNCATED)
    assert (np.abs(fit.params - [*BETA, 0.5, 2 * np.log(0.3), 2 * np.log(0.2)]) < 4 * fit.std_errors).all()


def test_covariates_of_inefficiency_are_found():
    def widening(rng, d):
        return np.abs(rng.normal(0, np.exp((-2 + 0.8 * d["b"]) / 2)))

    y, design = sample(5, n=5000, draw=widening)
    fit = fit_sfa(y, design, inefficiency_variance=design[["const", "b"]])
    assert (np.abs(fit.params["ln_sigma_u2"] - [-2, 0.8]) < 4 * fit.std_errors["ln_sigma_u2"]).all()
    assert np.isnan(fit.sigma_u)
    # d E(u) / d b = .8 E(u) / 2, E(u) = su sqrt(2 / pi)
    expected = 0.4 * np.exp((-2 + 0.8 * design["b"]) / 2) * np.sqrt(2 / np.pi)
    np.testing.assert_allclose(fit.effects["b"].mean(), expected.mean(), rtol=0.15)
    y, design = sample(
        6, n=5000, draw=lambda rng, d: np.exp(0.5 * d["b"]) * np.abs(rng.normal(0, 0.4, len(d)))
    )
    fit = fit_sfa(y, design, **TRUNCATED, inefficiency_scale=design[["b"]])
    assert fit.params["scale"]["b"] == pytest.approx(0.5, abs=4 * fit.std_errors["scale"]["b"])


def test_effects_are_the_slope_of_expected_inefficiency():
    y, design = sample(7, n=800)
    covariates = design[["const", "b"]]
    fit = fit_sfa(y, design, **TRUNCATED, inefficiency_mean=covariates, inefficiency_variance=covariates)

    def expected(shift):
        z = covariates.to_numpy() + np.array([0, shift])
        mu = z @ fit.params["mu"].to_numpy()
        su = np.exp(z @ fit.params["ln_sigma_u2"].to_numpy() / 2)
        return su * frontier_mean(mu / su)

    slope = (expected(1e-5) - expected(-1e-5)) / 2e-5
    np.testing.assert_allclose(fit.effects["b"], slope, atol=1e-8)


def frontier_mean(ratio):
    return ratio + norm.pdf(ratio) / norm.cdf(ratio)


# ------------------------------------------------------------------ what must not matter


MODELS = {
    "half_normal": {},
    "exponential": {"distribution": "exponential"},
    "truncated": TRUNCATED,
}


@pytest.mark.parametrize("options", MODELS.values(), ids=MODELS)
def test_a_change_of_units_changes_the_estimates_as_it_should(options):
    y, design = sample(8)
    base = fit_sfa(y, design, **options)
    odd = design * [1.0, 1e12, 1e-3]
    other = fit_sfa(50 + 3 * y, odd, **options)
    moved = base.params["frontier"] * 3 / [1.0, 1e12, 1e-3] + [50, 0, 0]
    np.testing.assert_allclose(other.params["frontier"], moved, rtol=1e-6)
    np.testing.assert_allclose(other.sigma_u, 3 * base.sigma_u, rtol=1e-5)
    np.testing.assert_allclose(other.efficiency["u"], 3 * base.efficiency["u"], rtol=1e-4)
    assert other.loglike == pytest.approx(base.loglike - len(y) * np.log(3), rel=1e-8)
    assert other.gamma == pytest.approx(base.gamma, rel=1e-5)


def test_cost_is_the_mirror_of_production():
    y, design = sample(9)
    plain, mirrored = fit_sfa(y, design), fit_sfa(-y, -design, kind="cost")
    np.testing.assert_allclose(mirrored.params, plain.params, rtol=1e-7)
    np.testing.assert_allclose(mirrored.efficiency, plain.efficiency, rtol=1e-7)


def test_the_constant_may_be_spanned_by_groups():
    y, design = sample(10)
    north = pd.Series(np.arange(len(y)) % 2 == 0, index=y.index)
    groups = design[["a", "b"]].assign(north=north.astype(float), south=(~north).astype(float))
    one = fit_sfa(y, groups)
    two = fit_sfa(y, design.assign(north=groups["north"]))
    assert one.loglike == pytest.approx(two.loglike, abs=1e-8)
    np.testing.assert_allclose(one.efficiency, two.efficiency, rtol=1e-5)


def test_scaling_variables_far_from_zero_give_the_same_frontier():
    y, design = sample(11, draw=lambda rng, d: np.exp(0.4 * d["b"]) * np.abs(rng.normal(0, 0.4, len(d))))
    near = fit_sfa(y, design, **TRUNCATED, inefficiency_scale=design[["b"]])
    far = fit_sfa(y, design, **TRUNCATED, inefficiency_scale=design[["b"]] + 20)
    slope = near.params["scale"]["b"]
    assert far.params["scale"]["b"] == pytest.approx(slope, rel=1e-6)
    assert far.std_errors["scale"]["b"] == pytest.approx(near.std_errors["scale"]["b"], rel=1e-5)
    assert far.params["mu"]["const"] == pytest.approx(
        near.params["mu"]["const"] * np.exp(-20 * slope), rel=1e-5
    )
    shifted = near.params["ln_sigma_u2"]["const"] - 40 * slope
    assert far.params["ln_sigma_u2"]["const"] == pytest.approx(shifted, rel=1e-6)


def test_input_is_not_changed():
    y, design = sample(12)
    before = y.copy(), design.copy()
    fit_sfa(y, design)
    pd.testing.assert_series_equal(y, before[0])
    pd.testing.assert_frame_equal(design, before[1])


# ------------------------------------------------------------------ what must be told


@pytest.mark.parametrize("distribution", ["half_normal", "exponential", "truncated_normal"])
def test_a_wrong_skewness_is_an_error_finding_and_no_efficiency(distribution):
    y, design = sample(13, n=200)
    fit = fit_sfa(-y, design, distribution=distribution)
    assert codes(fit) == ["wrong_skewness", "no_inefficiency", "weak_evidence"]
    assert fit.findings[0].severity is fit.findings[1].severity is Severity.ERROR
    assert fit.efficiency.isna().all(axis=None)
    assert fit.loglike == fit.ols_loglike
    assert fit.one_sided_test.statistic == 0
    assert fit.one_sided_test.p_value == 1
    ols = np.linalg.lstsq(design.to_numpy(), -y.to_numpy(), rcond=None)[0]
    np.testing.assert_allclose(fit.params["frontier"], ols, rtol=1e-9)
    assert fit.sigma_u == 0 == fit.gamma
    assert fit.std_errors.isna().all()
    assert fit.skewness_test.p_value > 0.5


def test_no_noise_is_told_and_has_no_interval():
    y, design = sample(14, sv=0.0)
    fit = fit_sfa(y, design)
    assert codes(fit) == ["no_noise"]
    assert fit.efficiency[["lower", "upper"]].isna().all(axis=None)
    assert fit.std_errors.isna().all()
    u = design.to_numpy() @ BETA - y
    np.testing.assert_allclose(fit.efficiency["u"], u, atol=0.02)


def test_a_truncation_that_runs_away_is_told():
    y, design = sample(15, draw=lambda rng, d: rng.gamma(0.6, 0.6, len(d)))
    fit = fit_sfa(y, design, **TRUNCATED)
    assert codes(fit) == ["runaway"]
    assert "指数" in fit.findings[0].message
    assert fit.loglike == pytest.approx(fit_sfa(y, design, distribution="exponential").loglike, abs=0.2)


def test_an_edge_higher_than_the_maximum_is_told():
    y, design = sample(24, n=25, su=0.5, sv=0.3)
    fit = fit_sfa(y, design)
    assert codes(fit) == ["higher_edge"]
    assert np.isfinite(fit.std_errors).all()  # what is reported is the maximum inside


def test_weak_evidence_is_a_warning():
    fit = fit_sfa(*sample(3, n=60, su=0.1, sv=0.3))
    assert not fit.one_sided_test.rejects()
    assert "weak_evidence" in codes(fit)


def test_a_response_without_logarithm_is_told():
    y, design = sample(16)
    fit = fit_sfa(1e6 * y, design)
    assert codes(fit) == ["not_logarithmic"]
    assert fit.efficiency["excess"].isna().all()
    assert not np.isinf(fit_sfa(1e12 * y, design).efficiency).any(axis=None)


def test_parameters_that_stand_for_each_other_are_told():
    y, design = sample(17)
    year = (design[["b"]] * 3).round() + 2015
    fit = fit_sfa(y, design, **TRUNCATED, inefficiency_scale=year)
    assert "weak_identification" in codes(fit)


def test_the_test_of_one_sided_error_holds_its_size():
    rejected = 0
    for seed in range(40):
        fit = fit_sfa(*sample(seed, n=300, su=0.0, sv=0.3))
        rejected += fit.one_sided_test.rejects(0.1)
    assert 1 <= rejected <= 9  # 4 expected of 40


# ------------------------------------------------------------------ what is refused


def test_a_missing_constant_is_refused_with_a_hint():
    y, design = sample(18)
    with pytest.raises(NoConstant, match=r"没有常数列.*assign\(const=1.0\)"):
        fit_sfa(y, design[["a", "b"]])
    with pytest.raises(NoConstant, match="无效率方差"):
        fit_sfa(y, design, inefficiency_variance=design[["b"]])


def test_collinear_and_constant_columns_are_refused_by_name():
    y, design = sample(18)
    for extra in (design["a"] * 2, 2.0, 0.0):
        with pytest.raises(Collinear, match="again"):
            fit_sfa(y, design.assign(again=extra))
    with pytest.raises(ValueError, match="缩放变量const各行相同"):
        fit_sfa(y, design, **TRUNCATED, inefficiency_scale=design[["const", "b"]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number_is_refused_with_its_place(bad):
    y, design = sample(18)
    y.iloc[3], places = bad, design.copy()
    with pytest.raises(ValueError, match="因变量第4行（u003）"):
        fit_sfa(y, design)
    places.iloc[5, 1] = bad
    with pytest.raises(ValueError, match="自变量第6行（u005）的“a”"):
        fit_sfa(sample(18)[0], places)
    with pytest.raises(ValueError, match="无效率方差的自变量第6行（u005）的“a”"):
        fit_sfa(sample(18)[0], design, inefficiency_variance=places[["const", "a"]])


def test_words_and_labels_that_do_not_fit_are_refused():
    y, design = sample(18)
    with pytest.raises(ValueError, match="“name”不是有限数：甲"):
        fit_sfa(y, design.assign(name="甲"))
    with pytest.raises(ValueError, match="“x”不是可选项，须为production"):
        fit_sfa(y, design, kind="x")
    with pytest.raises(ValueError, match="行标签"):
        fit_sfa(y.reset_index(drop=True), design)
    with pytest.raises(ValueError, match="列名重复：a"):
        fit_sfa(y, design[["const", "a", "a"]])
    with pytest.raises(ValueError, match="置信水平"):
        fit_sfa(y, design, level=95)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"inefficiency_mean": "b"}, "只用于截断正态"),
        ({"inefficiency_scale": "b", "distribution": "exponential"}, "只用于截断正态"),
        ({"inefficiency_scale": "b", "inefficiency_mean": "b", **TRUNCATED}, "缩放模型"),
        ({"inefficiency_variance": "b", "panel": "invariant"}, "面板模型不支持"),
        ({"distribution": "exponential", "panel": "invariant"}, "只有半正态与截断正态"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, text):
    y, design = sample(18)
    given = {k: design[["const", v]] if k.startswith("ineff") else v for k, v in options.items()}
    with pytest.raises(ValueError, match=text):
        fit_sfa(y, design, **given)


def test_equal_dmus_leave_nothing_to_explain():
    y, design = sample(18)
    with pytest.raises(PerfectFit, match="没有残差可分解"):
        fit_sfa(y * 0 + 3, design)
    with pytest.raises(PerfectFit):
        fit_sfa(design["a"] * 2 + 1, design)


def test_more_parameters_than_rows_are_refused():
    y, design = sample(18)
    assert fit_sfa(y[:15], design[:15]).n == 15
    with pytest.raises(TooFewRows, match="现有5，至少需要6"):
        fit_sfa(y[:5], design[:5])
    with pytest.raises(TooFewRows):
        fit_sfa(y[:1], design[:1])
    with pytest.raises(TooFewRows):
        fit_sfa(y[:0], design[:0])


def test_a_climb_that_fails_from_every_start_is_a_named_error(monkeypatch):
    def fails(*_):
        raise NotConverged("随机前沿", "试验")

    monkeypatch.setattr(fitting, "climb", fails)
    with pytest.raises(NotConverged, match="随机前沿未收敛"):
        fit_sfa(*sample(18))


def test_one_outlier_of_another_world_is_not_a_silent_number():
    y, design = sample(19)
    y.iloc[7] -= 1e6
    assert {"no_noise", "not_logarithmic"} <= set(codes(fit_sfa(y, design)))
    y.iloc[7] += 2e6
    assert {"wrong_skewness", "no_inefficiency"} <= set(codes(fit_sfa(y, design)))


def test_a_plain_that_is_no_proven_maximum_is_told_and_gives_no_errors(monkeypatch):
    monkeypatch.setattr(fitting, "climb", lambda *way: replace(climb(*way), ended=FLAT))
    fit = fit_sfa(*sample(18))
    assert "not_a_maximum" in codes(fit)
    assert fit.std_errors.isna().all()
    assert fit.efficiency["bc"].notna().all()
    assert fit.efficiency[["lower", "upper"]].isna().all(axis=None)
