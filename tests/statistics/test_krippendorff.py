"""Krippendorff's alpha against every pair of values counted one by one, and its invariances."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from budgetperf.statistics.agreement import krippendorff_alpha
from budgetperf.statistics.errors import BadParameter, BadTable, TooFewRows

LEVELS = ["nominal", "ordinal", "interval", "ratio"]


def made(seed: int, n: int = 15, m: int = 4) -> pd.DataFrame:
    """Grades 0 to 5 of raters who mostly follow the target, a quarter missing."""
    rng = np.random.default_rng(seed)
    grades = np.clip(rng.integers(0, 6, (n, 1)) + rng.integers(-1, 2, (n, m)), 0, 5).astype(float)
    grades[rng.random((n, m)) < 0.25] = np.nan
    return pd.DataFrame(grades, index=[f"t{i}" for i in range(n)], columns=[f"r{j}" for j in range(m)])


def counted(table: pd.DataFrame, level: str) -> float:
    """Alpha from its definition: all ordered pairs, ordinal distance by summing the counts between."""
    units = [[v for v in row if not np.isnan(v)] for row in table.to_numpy()]
    units = [unit for unit in units if len(unit) > 1]
    pool = [v for unit in units for v in unit]

    def distance(a: float, b: float) -> float:
        low, high = min(a, b), max(a, b)
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        if level == "ratio":
            return ((a - b) / (a + b)) ** 2 if a + b else 0.0
        between = sum(low <= v <= high for v in pool)
        return (between - (pool.count(a) + pool.count(b)) / 2) ** 2

    observed = sum(distance(a, b) / (len(u) - 1) for u in units for a, b in permutations(u, 2)) / len(pool)
    expected = sum(distance(a, b) for a, b in permutations(pool, 2)) / (len(pool) * (len(pool) - 1))
    return 1 - observed / expected


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_counting_every_pair_gives(level: str, seed: int) -> None:
    assert krippendorff_alpha(made(seed), level=level).alpha == pytest.approx(
        counted(made(seed), level), rel=1e-12
    )


@pytest.mark.parametrize("level", LEVELS)
def test_the_order_of_raters_and_targets_does_not_matter(level: str) -> None:
    table = made(7)
    turned = krippendorff_alpha(table.iloc[::-1, ::-1], level=level).alpha
    assert turned == pytest.approx(krippendorff_alpha(table, level=level).alpha, rel=1e-12)


def test_each_level_allows_its_own_change_of_scale() -> None:
    table = made(8)
    names = table.replace({0.0: "差", 1.0: "丙", 2.0: "乙", 3.0: "甲", 4.0: "优", 5.0: "特"}).astype(object)
    for level, changed in (
        ("nominal", names),
        ("ordinal", np.exp(table)),
        ("interval", table * 1e6 - 37),
        ("ratio", table * 1e6),
    ):
        plain = krippendorff_alpha(table, level=level).alpha
        assert krippendorff_alpha(changed, level=level).alpha == pytest.approx(plain, rel=1e-9)


def test_two_raters_by_hand() -> None:
    """Four targets, one disagreement: o = 2 / 8; values 1 four times, 2 four times: e = 32 / 56."""
    table = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 1, 2, 1]})
    # values 1: 5, 2: 3; expected 2 * 5 * 3 / (8 * 7)
    found = krippendorff_alpha(table, level="nominal")
    assert (found.observed, found.expected) == (pytest.approx(0.25), pytest.approx(30 / 56))
    assert found.alpha == pytest.approx(1 - 0.25 / (30 / 56))


def test_chance_gives_nothing() -> None:
    """Mean of 300 tables of pure chance: zero within three standard errors."""
    rng = np.random.default_rng(9)
    for level in LEVELS:
        found = [
            krippendorff_alpha(pd.DataFrame(rng.integers(1, 5, (20, 3))), level=level).alpha
            for _ in range(300)
        ]
        assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / 300**0.5)


def test_many_different_ratios_are_compared_in_blocks() -> None:
    rng = np.random.default_rng(10)
    table = pd.DataFrame(rng.lognormal(size=(400, 1)) * rng.lognormal(0, 0.1, (400, 3)))
    small = table.iloc[:30]
    assert krippendorff_alpha(small, level="ratio").alpha == pytest.approx(counted(small, "ratio"), rel=1e-10)
    values = table.to_numpy().ravel()
    shares = (values[:, None] - values) / (values[:, None] + values)
    assert krippendorff_alpha(table, level="ratio").expected == pytest.approx(
        (shares**2).sum() / (1200 * 1199)
    )


def test_lonely_targets_are_named_and_left_out() -> None:
    table = pd.DataFrame({"a": [1, 2, 3, np.nan], "b": [1, 2, np.nan, np.nan]}, index=list("甲乙丙丁"))
    found = krippendorff_alpha(table, level="interval")
    assert (found.alpha, found.n_values, found.unpaired) == (1, 4, ("丙", "丁"))
    assert "丙、丁" in found.findings[0].message


def test_refusals() -> None:
    with pytest.raises(TooFewRows):
        krippendorff_alpha(pd.DataFrame({"a": [1, np.nan], "b": [2, 3]}), level="nominal")
    with pytest.raises(BadTable, match="不能小于0：a对1"):
        krippendorff_alpha(pd.DataFrame({"a": [1, -2], "b": [2, 3]}), level="ratio")
    with pytest.raises(BadParameter, match="nominal、ordinal"):
        krippendorff_alpha(made(1), level="Ordinal")
