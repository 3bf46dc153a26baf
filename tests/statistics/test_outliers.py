"""Outliers and trimmed means: NIST's examples, statsmodels and scipy, and simulation."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.stats import mstats

from budgetperf.statistics.agreement import generalised_esd, grubbs, trimmed_mean
from budgetperf.statistics.errors import BadParameter, NoVariation, TooFewRows

SPECTROMETER = pd.Series([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])
"""Tietjen and Moore (1972), in NIST/SEMATECH e-Handbook 1.3.5.17.1."""

ROSNER = pd.Series([
    -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70,
    1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40,
    2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
])  # fmt: skip
"""Rosner (1983), in NIST/SEMATECH e-Handbook 1.3.5.17.3."""


def normal(seed: int, n: int = 20) -> "pd.Series[float]":
    return pd.Series(np.random.default_rng(seed).normal(size=n), index=[f"县{i}" for i in range(n)])


# ------------------------------------------------------------------ Grubbs


def test_nist_mass_spectrometer() -> None:
    found = grubbs(SPECTROMETER, side="high")
    assert (found.g, found.critical) == (pytest.approx(2.4687, abs=1e-4), pytest.approx(2.032, abs=5e-4))
    assert (found.value, found.label, found.is_outlier) == (245.57, "7", True)
    assert not grubbs(SPECTROMETER, side="low").is_outlier


@pytest.mark.parametrize("seed", range(6))
def test_it_is_bonferronis_test_of_a_studentised_residual(seed: int) -> None:
    values = normal(seed)
    test = sm.OLS(values, np.ones(len(values))).fit().outlier_test(method="bonf")
    found = grubbs(values)
    assert found.label == test["unadj_p"].idxmin()
    assert found.p_value == pytest.approx(test["bonf(p)"].min(), rel=1e-9)
    assert found.is_outlier == (found.p_value < 0.05)


@pytest.mark.parametrize("side", ["both", "low", "high"])
def test_false_alarms_come_at_their_level(side: str) -> None:
    """Normal samples of 15, 800 of them: 10 % within 3.5 standard errors."""
    rng = np.random.default_rng(1)
    alarms = [
        grubbs(pd.Series(rng.normal(size=15)), side=side, significance=0.1).is_outlier for _ in range(800)
    ]
    assert np.mean(alarms) == pytest.approx(0.1, abs=3.5 * (0.09 / 800) ** 0.5)


def test_unit_and_order_do_not_matter() -> None:
    values = normal(2)
    moved = grubbs((values * 1e-9 + 1e-3).iloc[::-1])
    assert (moved.label, moved.g) == (grubbs(values).label, pytest.approx(grubbs(values).g, rel=1e-6))
    low, high = grubbs(values, side="low"), grubbs(-values, side="high")
    assert (low.label, low.g) == (high.label, pytest.approx(high.g))


def test_few_values_are_warned_of() -> None:
    assert [one.code for one in grubbs(pd.Series([1, 2, 3, 50])).findings] == ["statistics.small_sample"]
    assert grubbs(normal(3, 7)).findings == ()


# ------------------------------------------------------------------ generalised ESD


def test_nist_rosner() -> None:
    found = generalised_esd(ROSNER, at_most=10)
    assert found.table["r"].tolist() == pytest.approx(
        [3.118, 2.942, 3.179, 2.810, 2.815, 2.848, 2.279, 2.310, 2.101, 2.067], abs=1e-3
    )
    assert found.table["critical"].tolist() == pytest.approx(
        [3.158, 3.151, 3.143, 3.136, 3.128, 3.120, 3.111, 3.103, 3.094, 3.085], abs=1e-3
    )
    assert ROSNER[[int(label) for label in found.outliers]].tolist() == [6.01, 5.42, 5.34]
    assert not found.table["r"].iloc[0] > found.table["critical"].iloc[0]  # the first is hidden by the others


def test_one_step_is_grubbs() -> None:
    values = normal(4)
    found, one = generalised_esd(values, at_most=1).table.iloc[0], grubbs(values)
    assert (found["r"], found["critical"], found.name) == (one.g, one.critical, one.label)


def test_twins_hide_from_grubbs_and_not_from_esd() -> None:
    values = pd.concat([normal(5, 18), pd.Series({"甲": 9.0, "乙": 9.1})])
    assert generalised_esd(values, at_most=5).outliers == ("乙", "甲")


def test_false_alarms_of_esd_come_at_their_level() -> None:
    """Normal samples of 30 with up to 3 outliers asked for, 800 of them: about 5 % (Rosner)."""
    rng = np.random.default_rng(6)
    alarms = [bool(generalised_esd(pd.Series(rng.normal(size=30)), at_most=3).outliers) for _ in range(800)]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.027)


def test_it_ends_when_all_that_is_left_is_equal() -> None:
    found = generalised_esd(pd.Series([1.0] * 14 + [5, 9]), at_most=4)
    assert len(found.table) == 2
    assert [one.code for one in found.findings] == ["statistics.nothing_left"]


@pytest.mark.parametrize("at_most", [0, -1, 28, 2.5, 2.0, "a", None, True])
def test_a_bound_off_its_range_is_refused(at_most: int) -> None:
    with pytest.raises(BadParameter, match="上限"):
        generalised_esd(ROSNER, at_most=at_most)


def test_a_bound_may_be_an_integer_of_numpy() -> None:
    assert len(generalised_esd(ROSNER, at_most=np.int64(3)).table) == 3  # type: ignore[arg-type]


def test_equal_values_and_odd_parameters_are_refused() -> None:
    for test in (grubbs, lambda v: generalised_esd(v, at_most=1)):
        with pytest.raises(NoVariation):
            test(pd.Series([0.1 + 0.2, 0.3, 0.3]))
    with pytest.raises(BadParameter, match="显著性"):
        grubbs(ROSNER, significance=5)
    with pytest.raises(BadParameter, match="high"):
        grubbs(ROSNER, side="up")


# ------------------------------------------------------------------ trimmed mean


def test_trimmed_by_hand() -> None:
    """A fifth of 5 is one: 2 3 4 are left; winsorised 2 2 3 4 4, squares 4; sqrt(4 / (3 * 2))."""
    found = trimmed_mean(pd.Series([4, 100, 3, -7, 2], index=list("甲乙丙丁戊")), share=0.2)
    assert (found.mean, found.n_counted, found.dropped_low, found.dropped_high) == (3, 3, ("丁",), ("乙",))
    assert found.std_error == pytest.approx((4 / 6) ** 0.5)
    assert found.high - found.mean == pytest.approx(stats.t.ppf(0.975, 2) * (4 / 6) ** 0.5)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.2, 0.3, 0.45])
@pytest.mark.parametrize("n", [20, 30, 51])
def test_it_is_scipys(share: float, n: int) -> None:
    values = normal(7, n)
    found = trimmed_mean(values, share=share)
    assert found.mean == pytest.approx(stats.trim_mean(values, share))
    assert found.n_counted == n - 2 * int(share * n + 1e-9)


def test_without_trimming_it_is_the_mean_and_its_interval() -> None:
    values = normal(8)
    found = trimmed_mean(values, share=0)
    low, high = stats.t.interval(0.95, 19, values.mean(), values.sem())
    assert (found.mean, found.low, found.high) == (
        pytest.approx(values.mean()),
        pytest.approx(low),
        pytest.approx(high),
    )


def test_the_error_is_of_the_winsorised_values() -> None:
    values = normal(9, 40)
    winsorised = mstats.winsorize(values.to_numpy(), limits=(0.1, 0.1))
    expected = (np.var(winsorised, ddof=1) * 39 / (32 * 31)) ** 0.5
    assert trimmed_mean(values, share=0.1).std_error == pytest.approx(expected)


@pytest.mark.parametrize("heavy", [False, True])
def test_intervals_cover_at_their_level(heavy: bool) -> None:
    """Normal values, and values of which one in ten is ten times as wide; 800 samples of 25."""
    rng, covered = np.random.default_rng(10), []
    for _ in range(800):
        wide = np.where(rng.random(25) < 0.1, 10, 1) if heavy else 1
        found = trimmed_mean(pd.Series(rng.normal(size=25) * wide), share=0.2, confidence=0.9)
        covered.append(found.low <= 0 <= found.high)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.037)


def test_nothing_trimmed_and_nothing_spread_are_told() -> None:
    assert [one.code for one in trimmed_mean(pd.Series([1, 2, 3])).findings] == ["statistics.nothing_trimmed"]
    assert [one.code for one in trimmed_mean(pd.Series([5, 5, 5, 5, 90]), share=0.2).findings] == [
        "statistics.no_error"
    ]


@pytest.mark.parametrize("share", [-0.1, 0.5, float("nan"), "a", None])
def test_a_share_off_its_range_is_refused(share: float) -> None:
    with pytest.raises(BadParameter, match="比例"):
        trimmed_mean(ROSNER, share=share)


def test_too_little_left_is_refused() -> None:
    with pytest.raises(TooFewRows):
        trimmed_mean(pd.Series([1, 2, 3]), share=0.4)
