"""Intraclass correlation and Cronbach's alpha: by another road, by simulation, and at their edges."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from budgetperf.statistics.agreement import cronbach_alpha, icc
from budgetperf.statistics.errors import BadParameter, NoVariation

SHROUT_FLEISS = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    index=[f"t{i}" for i in range(1, 7)],
    columns=["J1", "J2", "J3", "J4"],
)


def made(seed: int, n: int = 12, k: int = 5, *, target: float = 1.0, rater: float = 0.7) -> pd.DataFrame:
    """Scores whose variances are known: of targets, of raters, and 1 of the rest."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, target, (n, 1)) + rng.normal(0, rater, (1, k)) + rng.normal(0, 1, (n, k))
    return pd.DataFrame(scores, index=[f"t{i}" for i in range(n)], columns=[f"r{j}" for j in range(k)])


def test_intervals_and_tests_are_those_of_r_psych() -> None:
    """R psych 1.4, ICC() on Shrout and Fleiss's table, as printed."""
    table = icc(SHROUT_FLEISS).table
    assert table["low"].tolist() == pytest.approx([-0.133, 0.019, 0.342, -0.884, 0.071, 0.676], abs=6e-4)
    assert table["high"].tolist() == pytest.approx([0.72, 0.76, 0.95, 0.91, 0.93, 0.99], abs=6e-3)
    assert table["f"].tolist() == pytest.approx([1.8, 11.0, 11.0] * 2, abs=0.05)
    assert table["p_value"].tolist() == pytest.approx([0.16477, 0.00013, 0.00013] * 2, abs=6e-6)
    assert table["df2"].tolist() == [18, 15, 15] * 2


def test_mean_squares_are_those_of_an_analysis_of_variance() -> None:
    scores = made(1)
    long = scores.rename_axis("target").reset_index().melt(id_vars="target", var_name="rater", value_name="y")
    two = anova_lm(ols("y ~ C(target) + C(rater)", long).fit())
    one = anova_lm(ols("y ~ C(target)", long).fit())
    expected = [
        *two["mean_sq"][["C(target)"]],
        one["mean_sq"]["Residual"],
        *two["mean_sq"][["C(rater)", "Residual"]],
    ]
    assert icc(scores).mean_squares.tolist() == pytest.approx(expected, rel=1e-10)
    assert icc(scores).table["f"]["ICC(3,1)"] == pytest.approx(two["F"]["C(target)"], rel=1e-10)
    assert icc(scores).table["p_value"]["ICC(1,1)"] == pytest.approx(one["PR(>F)"]["C(target)"], rel=1e-8)


def test_the_mean_of_k_follows_from_one_by_spearman_and_brown() -> None:
    table = icc(made(2)).table
    for column in ("estimate", "low", "high"):
        for form in (1, 2, 3):
            one = table.loc[f"ICC({form},1)", column]
            assert table.loc[f"ICC({form},k)", column] == pytest.approx(5 * one / (1 + 4 * one), rel=1e-9)


def test_consistency_is_the_share_of_covariance_in_variance() -> None:
    scores = made(3)
    covariance = scores.cov().to_numpy()
    between = (covariance.sum() - np.trace(covariance)) / (5 * 4)
    assert icc(scores).table["estimate"]["ICC(3,1)"] == pytest.approx(between / (np.trace(covariance) / 5))


@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_order_and_unit_do_not_matter(factor: float) -> None:
    scores = made(4)
    plain = icc(scores).table
    moved = scores.iloc[::-1, [2, 0, 4, 1, 3]] * factor + 3 * factor
    pd.testing.assert_frame_equal(icc(moved).table, plain, rtol=1e-7)
    assert cronbach_alpha(moved).alpha == pytest.approx(cronbach_alpha(scores).alpha, rel=1e-9)


def test_a_shift_of_one_rater_hurts_agreement_and_not_consistency() -> None:
    scores = made(5)
    shifted = scores.assign(r0=scores["r0"] + 10)
    plain, moved = icc(scores).table["estimate"], icc(shifted).table["estimate"]
    assert moved["ICC(3,1)"] == pytest.approx(plain["ICC(3,1)"])
    assert moved["ICC(2,1)"] < plain["ICC(2,1)"] / 3


@pytest.mark.parametrize(("form", "rater"), [("ICC(1,1)", 0.0), ("ICC(2,1)", 0.7), ("ICC(3,1)", 0.7)])
def test_intervals_cover_at_their_level(form: str, rater: float) -> None:
    """150 draws of 20 targets and 6 raters: 90 % within 3.5 standard errors."""
    true = 1 / (1 + 1 + (rater**2 if form == "ICC(2,1)" else 0))
    bounds = [icc(made(seed, 20, 6, rater=rater), confidence=0.9).table.loc[form] for seed in range(150)]
    covered = np.mean([one["low"] <= true <= one["high"] for one in bounds])
    assert covered == pytest.approx(0.9, abs=3.5 * (0.09 / 150) ** 0.5)


def test_the_test_of_no_correlation_rejects_at_its_level() -> None:
    """Exact under normality: 5 % of 150 draws without any difference of targets."""
    found = [icc(made(seed, 10, 3, target=0)).table["p_value"]["ICC(3,1)"] for seed in range(150)]
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=3.5 * (0.0475 / 150) ** 0.5)


# ------------------------------------------------------------------ at the edges


def test_raters_who_agree_but_for_a_shift_are_told() -> None:
    found = icc(pd.DataFrame({"a": [1, 2, 5], "b": [2, 3, 6]}))
    assert found.table["estimate"]["ICC(3,1)"] == 1
    assert found.table.loc["ICC(3,1)", ["low", "high"]].tolist() == [1, 1]
    assert np.isinf(found.table["f"]["ICC(3,1)"])
    assert [one.code for one in found.findings] == ["statistics.no_residual"]
    assert [one.code for one in cronbach_alpha(pd.DataFrame({"a": [1, 2, 5], "b": [2, 3, 6]})).findings] == [
        "statistics.no_residual"
    ]


def test_rounding_is_not_taken_for_disagreement() -> None:
    found = icc(pd.DataFrame({"a": [0.1 + 0.2, 0.5, 0.9], "b": [0.3, 0.5, 0.9]}))
    assert found.mean_squares["EMS"] == 0
    with pytest.raises(NoVariation, match="平均分完全相同"):
        icc(pd.DataFrame({"a": [0.1 + 0.2, 0.3], "b": [0.3, 0.3]}))


def test_targets_with_one_mean_are_refused() -> None:
    crossed = pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]})
    with pytest.raises(NoVariation):
        icc(crossed)
    with pytest.raises(NoVariation):
        cronbach_alpha(crossed)


def test_negative_correlations_are_told_and_what_has_no_meaning_is_empty() -> None:
    found = icc(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2.1, 1]}))
    assert {one.code for one in found.findings} == {"statistics.negative_icc", "statistics.undefined_icc"}
    assert found.table.loc["ICC(2,k)", ["estimate", "low", "high"]].isna().all()


def test_an_interval_without_an_end_is_told() -> None:
    found = icc(pd.DataFrame([[9, -17, -4], [1, 10, 13]]))
    assert np.isneginf(found.table["low"]["ICC(2,k)"])
    assert [one.code for one in found.findings] == ["statistics.unbounded_icc"]


def test_a_flat_rater_is_named() -> None:
    (told,) = icc(SHROUT_FLEISS.assign(J2=3)).findings
    assert (told.code, "“J2”" in told.message) == ("statistics.flat_rater", True)


def test_a_trillion_beside_a_thousandth() -> None:
    scores = pd.DataFrame({"a": [1e12, 2e12, 4e12], "b": [1e-3, 2e-3, 3e-3]})
    bms, _, _, ems = icc(scores).mean_squares
    a = scores["a"].var()
    assert (bms, ems) == (pytest.approx(a / 2), pytest.approx(a / 2))  # b is nothing beside a
    assert icc(scores).table["estimate"]["ICC(3,1)"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
def test_a_confidence_off_its_range_is_refused(confidence: float) -> None:
    with pytest.raises(BadParameter, match="置信水平"):
        icc(SHROUT_FLEISS, confidence=confidence)


# ------------------------------------------------------------------ Cronbach


def test_alpha_by_hand() -> None:
    """Variances 1, 1 and 4, of the totals (3, 7, 11) 16: 3 / 2 (1 - 6 / 16)."""
    found = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3], "c": [1, 3, 5]}))
    assert found.alpha == pytest.approx(0.9375)
    assert found.without["c"] == pytest.approx(1)  # a and b are the same
    assert found.without["a"] == pytest.approx(2 * (1 - 5 / 9))


def test_alpha_and_its_interval_are_those_of_consistency() -> None:
    for seed in range(5):
        found, form = cronbach_alpha(made(seed)), icc(made(seed)).table.loc["ICC(3,k)"]
        assert [found.alpha, found.low, found.high] == pytest.approx(
            form[["estimate", "low", "high"]].tolist()
        )


def test_a_reversed_item_is_told() -> None:
    (told,) = cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 2]})).findings
    assert told.code == "statistics.negative_alpha"
