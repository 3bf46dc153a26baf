"""Factor analysis against R output kept by statsmodels, the definitions written out, and small cases by hand."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.multivariate.factor import Factor

from budgetperf.statistics.adequacy import judge_adequacy
from budgetperf.statistics.errors import BadTable, NothingLeft, SingularCorrelation, TooFewRows
from budgetperf.statistics.factor_weights import fit_factor_weights, loading_weights
from budgetperf.statistics.factors import extract, varimax
from budgetperf.statistics.methods import Extraction, Retention

# Data and R's loadings (psych::fa fm="pa", SMC=TRUE; GPArotation Varimax) as they stand in the installed
# statsmodels, multivariate/tests/test_factor.py: X and test_example_compare_to_R_output.
COFFEE = pd.DataFrame(
    {
        "basal": [2.068, 2.068, 2.09, 2.097, 2.117, 2.14, 2.045, 2.076, 2.09, 2.111, 2.093, 2.1, 2.104],
        "occ": [2.07, 2.074, 2.09, 2.093, 2.125, 2.146, 2.054, 2.088, 2.093, 2.114, 2.098, 2.106, 2.101],
        "max": [1.58, 1.602, 1.613, 1.613, 1.663, 1.681, 1.58, 1.602, 1.643, 1.643, 1.653, 1.623, 1.653],
        "id": [float(number) for number in range(1, 14)],
    }
)
UNROTATED = [
    [0.97541115, 0.20280987],
    [0.97113975, 0.17207499],
    [0.9618705, -0.2004196],
    [0.37570708, -0.45821379],
]
ROTATED = [
    [0.98828898, -0.12587155],
    [0.97424206, -0.15354033],
    [0.84418097, -0.502714],
    [0.20601929, -0.55558235],
]

# Eight indicators on four factors; what is expected of them is computed here, nothing is quoted.
LOADINGS = pd.DataFrame(
    {
        "1": [0.07, 0.13, 0.79, -0.64, 0.37, 0.82, 0.88, 0.08],
        "2": [0.97, 0.07, -0.21, 0.56, 0.17, -0.04, 0.23, 0.04],
        "3": [0.06, -0.07, 0.21, -0.04, 0.38, 0.25, -0.09, 0.96],
        "4": [0.06, 0.93, 0.42, 0.36, 0.68, 0.35, 0.09, 0.04],
    },
    index=[
        "patents",
        "royalties",
        "internet",
        "exports",
        "telephones",
        "electricity",
        "schooling",
        "university",
    ],
)
VARIANCES = {"1": 2.64, "2": 1.39, "3": 1.19, "4": 1.76}


def made(n: int = 60, m: int = 6) -> pd.DataFrame:
    """Two groups of indicators, each with a factor of its own."""
    rng = np.random.default_rng(7)
    hidden = rng.normal(size=(n, 2))
    noise = 0.4 * rng.normal(size=(n, m))
    return pd.DataFrame(
        np.repeat(hidden, m // 2, axis=1) + noise,
        index=[f"城市{row}" for row in range(n)],
        columns=[f"指标{column}" for column in range(m)],
    )


def test_principal_axes_are_those_of_r() -> None:
    fitted = extract(COFFEE, extraction=Extraction.AXIS, retention=Retention.CUMULATIVE, cumulative=0.9)
    signs = np.sign(np.asarray(UNROTATED).sum(axis=0))
    # R stops after 50 rounds, in the sixth place.
    np.testing.assert_allclose(fitted.unrotated.to_numpy(), UNROTATED * signs, atol=5e-6)


def test_varimax_is_that_of_r_before_normalising() -> None:
    np.testing.assert_allclose(varimax(np.asarray(UNROTATED), normalise=False), ROTATED, atol=1e-6)


def test_varimax_keeps_communalities_and_only_gains_simplicity() -> None:
    before = np.asarray(UNROTATED)
    after = varimax(before)
    np.testing.assert_allclose((after**2).sum(axis=1), (before**2).sum(axis=1))
    scaled = [part / np.sqrt((part**2).sum(axis=1, keepdims=True)) for part in (before, after)]
    simple = [float((part**2).var(axis=0).sum()) for part in scaled]
    assert simple[1] > simple[0]


def test_an_indicator_weighs_its_largest_share_of_a_factor_times_the_factors_variance() -> None:
    table = LOADINGS.to_dict()
    length = {factor: sum(loading**2 for loading in held.values()) for factor, held in table.items()}
    raw = {}
    for name in LOADINGS.index:
        share, factor = max((table[factor][name] ** 2 / length[factor], factor) for factor in table)
        raw[name] = share * VARIANCES[factor]
    found = loading_weights(LOADINGS, pd.Series(VARIANCES))
    assert found.to_dict() == pytest.approx({name: one / sum(raw.values()) for name, one in raw.items()})


def test_components_reproduce_the_correlations_when_all_are_kept() -> None:
    table = made()
    fitted = extract(table, extraction=Extraction.COMPONENT, retention=Retention.CUMULATIVE, cumulative=1.0)
    for loadings in (fitted.unrotated, fitted.loadings):
        np.testing.assert_allclose(loadings @ loadings.T, table.corr(), atol=1e-12)
    assert fitted.eigenvalues.sum() == pytest.approx(6)


def test_the_eigenvalues_decide_how_many_factors_are_kept() -> None:
    table = made()
    kaiser = extract(table, extraction=Extraction.COMPONENT, retention=Retention.KAISER)
    assert kaiser.loadings.shape[1] == int((kaiser.eigenvalues > 1).sum()) == 2
    held = (kaiser.eigenvalues / 6).cumsum()
    wanted = extract(
        table, extraction=Extraction.COMPONENT, retention=Retention.CUMULATIVE, cumulative=float(held[3])
    )
    assert wanted.loadings.shape[1] == 3


def test_adequacy_of_three_equally_correlated_indicators_by_hand() -> None:
    # r = 1/2: partial correlations (1/2 - 1/4) / (1 - 1/4) = 1/3; KMO = (1/4) / (1/4 + 1/9) = 9/13.
    # |R| = 1 - 3/4 + 2/8 = 1/2; chi-square = (21 - 1 - 11/6) ln 2 = 12.5922 with 3 degrees.
    names = ["a", "b", "c"]
    equal = pd.DataFrame(0.5, index=names, columns=names) + 0.5 * np.eye(3)
    found = judge_adequacy(equal, n=21)
    assert found.kmo == pytest.approx(9 / 13)
    assert found.msa.tolist() == pytest.approx([9 / 13] * 3)
    assert (round(found.chi_square, 4), found.df) == (12.5922, 3)
    assert 0.005 < found.p_value < 0.01  # table values 11.345 (1 %) and 12.838 (0.5 %)
    assert found.findings == ()


def test_unrelated_indicators_are_told_to_be_unfit() -> None:
    found = judge_adequacy(pd.DataFrame(np.eye(3), index=list("abc"), columns=list("abc")), n=50)
    assert [item.code for item in found.findings] == ["statistics.kmo", "statistics.bartlett"]


def test_the_scores_are_standard_and_the_composite_is_their_mean_by_variance() -> None:
    found = fit_factor_weights(made())
    np.testing.assert_allclose(found.scores.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(found.scores.std(ddof=0), 1, atol=1e-9)  # components: exact scores
    share = found.factors.variances / found.factors.variances.sum()
    np.testing.assert_allclose(found.composite, found.scores @ share)
    assert found.weights.sum() == pytest.approx(1)
    assert list(found.composite.index) == list(made().index)


def test_scores_by_axes_are_those_of_statsmodels() -> None:
    table = made()
    found = fit_factor_weights(table, extraction=Extraction.AXIS)
    other = Factor(table.to_numpy(), n_factor=2, method="pa").fit(maxiter=1000)
    other.loadings = found.factors.loadings.to_numpy()
    sample_sd = np.sqrt(60 / 59)  # statsmodels standardises by n - 1
    np.testing.assert_allclose(found.scores, other.factor_scoring(method="reg") * sample_sd, atol=1e-6)


def test_the_order_of_the_rows_changes_nothing() -> None:
    table = made()
    first, turned = fit_factor_weights(table), fit_factor_weights(table.iloc[::-1])
    pd.testing.assert_series_equal(first.weights, turned.weights)
    pd.testing.assert_series_equal(first.composite, turned.composite[::-1])


def test_a_constant_indicator_has_weight_zero_and_is_told() -> None:
    found = fit_factor_weights(made().assign(same=1.0))
    assert found.weights["same"] == 0
    assert "statistics.constant" in {item.code for item in found.findings}


def test_a_few_evaluands_are_told_to_be_few() -> None:
    assert "statistics.few_rows" in {item.code for item in fit_factor_weights(made(12)).findings}
    assert "statistics.few_rows" not in {item.code for item in fit_factor_weights(made(60)).findings}


def test_an_indicator_against_its_direction_is_told() -> None:
    table = made()
    turned = table.assign(指标0=-table["指标0"])
    found = {
        item.where.pointer for item in fit_factor_weights(turned).findings if "negative_loading" in item.code
    }
    assert found == {"/factor/指标0"}


def test_repeated_and_too_few_indicators_are_refused() -> None:
    table = made()
    with pytest.raises(SingularCorrelation):
        fit_factor_weights(table.assign(twice=table["指标0"] * 2))
    with pytest.raises(NothingLeft):
        fit_factor_weights(table[["指标0"]])
    with pytest.raises(TooFewRows):
        fit_factor_weights(table.iloc[:2])
    with pytest.raises(BadTable):
        fit_factor_weights(table.mask(table > 2))
