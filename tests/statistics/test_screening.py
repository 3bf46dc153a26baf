"""Importance, membership, correlation, discrimination: what stays, what goes, and what is told."""

import numpy as np
import pandas as pd
import pytest

from budgetperf.statistics.correlation import screen_correlation
from budgetperf.statistics.discrimination import screen_discrimination
from budgetperf.statistics.errors import BadTable, TooFewRows
from budgetperf.statistics.importance import rate_importance
from budgetperf.statistics.membership import screen_membership

RATINGS = pd.DataFrame(
    {"gdp": [5, 4, 4, 5], "jobs": [5, 3, np.nan, 1], "parks": [np.nan] * 4},
    index=["张", "王", "李", "赵"],
)


def rated(ratings: pd.DataFrame, seed: int = 3, n_checked: int = 3):
    return rate_importance(ratings, rng=np.random.default_rng(seed), n_checked=n_checked)


def test_importance_is_mean_share_and_variation_of_those_who_judged() -> None:
    table = rated(RATINGS).table
    assert table.loc["gdp", ["n", "mean", "important_ratio"]].tolist() == [4, 4.5, 1.0]
    assert table.loc["gdp", "variation"] == pytest.approx((1 / 3) ** 0.5 / 4.5)  # s^2 = 4 x 0.25 / 3
    assert table.loc["jobs", ["n", "mean", "important_ratio"]].tolist() == [3, 3.0, 1 / 3]
    assert table.loc["jobs", "variation"] == pytest.approx(2 / 3)  # s = 2
    assert table.loc["parks", "n"] == 0
    assert table.loc["parks", ["mean", "important_ratio", "variation"]].isna().all()


def test_an_unrated_indicator_and_a_rater_of_one_value_are_told() -> None:
    flat = RATINGS.assign(jobs=[5, 3, 2, 1])
    found = [(item.code, item.where.pointer) for item in rated(flat).findings]
    assert found == [("statistics.unrated", "/survey/parks"), ("statistics.flat_rater", "/survey/张")]


def test_the_spot_check_follows_its_seed_and_draws_only_what_was_written() -> None:
    drawn = rated(RATINGS).spot_check
    assert drawn == rated(RATINGS).spot_check
    assert len(set(drawn)) == 3
    assert all(RATINGS.loc[entry.rater, entry.indicator] == entry.rating for entry in drawn)
    assert len(rated(RATINGS, n_checked=99).spot_check) == 7
    assert {rated(RATINGS, seed).spot_check for seed in range(6)} != {drawn}


@pytest.mark.parametrize("rating", [0, 6, 4.5])
def test_a_rating_off_the_scale_is_refused(rating: float) -> None:
    wrong = RATINGS.astype(float)
    wrong.loc["王", "gdp"] = rating
    with pytest.raises(BadTable, match="王对gdp"):
        rated(wrong)


def test_one_rater_is_no_survey() -> None:
    with pytest.raises(TooFewRows):
        rated(RATINGS.iloc[:1])


def test_membership_counts_all_raters_and_keeps_who_stands_on_the_cut() -> None:
    found = screen_membership(RATINGS >= 4, cut_off=0.25)
    assert found.degrees.to_dict() == {"gdp": 1.0, "jobs": 0.25, "parks": 0.0}
    assert (found.kept, found.dropped) == (("gdp", "jobs"), ("parks",))
    assert screen_membership(RATINGS >= 4, cut_off=0.26).kept == ("gdp",)


VALUES = pd.DataFrame(
    {"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, 4.0, 6.0, 8.1], "c": [9.0, 1.0, 8.0, 2.0], "d": [5.0] * 4}
)


def test_of_two_that_repeat_each_other_the_more_important_stays() -> None:
    important = pd.Series({"a": 3.0, "b": 4.0, "c": 5.0, "d": 5.0})
    found = screen_correlation(VALUES, bound=0.9, importance=important)
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.kept, pair.dropped) == ("a", "b", "b", "a")
    assert pair.r == pytest.approx(np.corrcoef(VALUES["a"], VALUES["b"])[0, 1])
    assert found.kept == ("b", "c", "d")
    assert "保留重要性均值较高的“b”" in pair.reason


def test_at_equal_importance_the_first_stays() -> None:
    found = screen_correlation(VALUES, bound=0.9, importance=pd.Series(3.0, index=VALUES.columns))
    assert found.dropped == ("b",)


def test_opposite_indicators_repeat_each_other_too() -> None:
    found = screen_correlation(
        VALUES.assign(b=-VALUES["b"]), bound=0.9, importance=pd.Series(3.0, index=VALUES.columns)
    )
    assert found.pairs[0].r < -0.9
    assert found.dropped == ("b",)


def test_who_has_gone_drags_nobody_else_out() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=200)
    b = a + 0.05 * rng.normal(size=200)
    c = b + 0.45 * rng.normal(size=200)
    chain = pd.DataFrame({"a": a, "b": b, "c": c})
    found = screen_correlation(chain, bound=0.9, importance=pd.Series({"a": 5.0, "b": 1.0, "c": 0.5}))
    assert (found.pairs[0].kept, found.pairs[0].dropped) == ("a", "b")
    passed_over = [pair for pair in found.pairs if not pair.dropped]
    assert {(pair.first, pair.second) for pair in passed_over} == {("b", "c")}
    assert ("c" in found.dropped) == (abs(float(chain["a"].corr(chain["c"]))) > 0.9)


def test_a_pair_on_the_bound_stays() -> None:
    two = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0]})
    assert screen_correlation(two, bound=1.0, importance=pd.Series({"a": 1.0, "b": 1.0})).pairs == ()


def test_a_constant_indicator_correlates_with_nothing() -> None:
    found = screen_correlation(VALUES, bound=0.5, importance=pd.Series(3.0, index=VALUES.columns))
    assert found.matrix["d"].isna().all()
    assert "d" in found.kept


def test_what_does_not_tell_evaluands_apart_goes() -> None:
    found = screen_discrimination(VALUES, cut_off=0.2)
    assert found.dropped == ("d",)
    assert found.variation["d"] == 0
    assert found.variation["a"] == pytest.approx((5 / 3) ** 0.5 / 2.5)
    assert screen_discrimination(VALUES[["a"]], cut_off=float(found.variation["a"])).kept == ("a",)


def test_a_mean_of_zero_has_no_variation_and_stays_for_a_person_to_judge() -> None:
    found = screen_discrimination(pd.DataFrame({"change": [-1.0, 1.0], "nil": [0.0, 0.0]}), cut_off=0.1)
    assert (found.kept, found.dropped) == (("change",), ("nil",))
    assert [item.code for item in found.findings] == ["statistics.zero_mean"]
