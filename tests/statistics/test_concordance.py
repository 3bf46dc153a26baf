"""Kendall's W: by hand, against Friedman and Spearman, and by simulation."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from budgetperf.statistics.agreement import kendall_w


def scores(seed: int, n: int = 9, m: int = 4, *, grades: int | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (n, m))
    return pd.DataFrame(made if grades is None else np.floor(stats.norm.cdf(made) * grades))


def test_by_hand_without_ties() -> None:
    """Rank sums 4, 5, 9: deviations -2, -1, 3; W = 12 * 14 / (9 * 24)."""
    found = kendall_w(pd.DataFrame({"a": [1, 2, 3], "b": [10, 20, 30], "c": [0.2, 0.1, 0.3]}))
    assert found.rank_sums.tolist() == [4, 5, 9]
    assert found.w == pytest.approx(168 / 216)
    assert found.f == pytest.approx(2 * (168 / 216) / (48 / 216))
    assert (found.df1, found.df2) == (pytest.approx(4 / 3), pytest.approx(8 / 3))


def test_by_hand_with_ties() -> None:
    """Ranks 1.5 1.5 3 4 and 1 2 3 4: sums 2.5 3.5 6 8, squared deviations 18.5, T = 6."""
    found = kendall_w(pd.DataFrame({"a": [5, 5, 6, 7], "b": [1, 2, 3, 4]}))
    assert found.ties.tolist() == [6, 0]
    assert found.w == pytest.approx(12 * 18.5 / (4 * 60 - 2 * 6))
    assert found.w_uncorrected == pytest.approx(12 * 18.5 / (4 * 60))


@pytest.mark.parametrize("grades", [None, 3, 5])
def test_the_chi_square_is_friedmans(grades: int | None) -> None:
    table = scores(1, grades=grades)
    expected = stats.friedmanchisquare(*table.to_numpy())
    found = kendall_w(table)
    assert (found.chi2, found.chi2_p_value) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
    )


def test_without_ties_it_is_the_mean_rank_correlation() -> None:
    table = scores(2)
    mean = np.mean([stats.spearmanr(table[i], table[j]).statistic for i, j in combinations(table.columns, 2)])
    assert kendall_w(table).w == pytest.approx((1 + 3 * mean) / 4)


def test_only_the_order_counts() -> None:
    table = scores(3, grades=4)
    moved = table.assign(**{"1": np.exp(table[1]) * 1e9}).drop(columns=1).iloc[::-1]
    assert kendall_w(moved).w == pytest.approx(kendall_w(table).w, rel=1e-12)
    assert kendall_w(-table).w == pytest.approx(kendall_w(table).w, rel=1e-12)


def test_labels_are_kept() -> None:
    table = scores(4).set_axis([f"项目{i}" for i in range(9)]).set_axis(list("甲乙丙丁"), axis=1)
    found = kendall_w(table)
    assert (list(found.rank_sums.index), list(found.ties.index)) == (list(table.index), list(table.columns))


@pytest.mark.parametrize(("n", "m"), [(8, 4), (15, 7)])
def test_chance_is_called_concordance_at_the_level_of_the_test(n: int, m: int) -> None:
    """F keeps its 5 % over 600 draws, the chi-square stays below (Legendre 2005)."""
    rng = np.random.default_rng(5)
    found = [kendall_w(pd.DataFrame(rng.normal(size=(n, m)))) for _ in range(600)]
    rate = np.mean([one.p_value < 0.05 for one in found])
    assert rate == pytest.approx(0.05, abs=0.031)
    assert np.mean([one.chi2_p_value < 0.05 for one in found]) <= rate


def test_one_order_and_opposite_orders() -> None:
    same = kendall_w(pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 9]}))
    assert (same.w, same.f, same.p_value) == (1, np.inf, 0)
    assert {one.code for one in same.findings} == {"statistics.few_targets", "statistics.no_residual"}
    assert kendall_w(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]})).w == 0
