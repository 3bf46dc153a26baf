"""Gwet's AC1 and AC2: against published output, counted pairs, and a population that is known."""

from collections.abc import Callable
from decimal import Decimal
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from budgetperf.statistics.agreement import GwetResult, gwet_ac1, gwet_ac2
from budgetperf.statistics.errors import BadParameter, BadTable, NoVariation, TooFewRows

Figure = Callable[..., GwetResult]
PAIR = pd.DataFrame({"a": [1, 1, 2, 2, 1], "b": [1, 2, 2, 2, 1]})
ABSTRACTORS = [
    ("Ectopic", "Ectopic", 13),
    ("AIU", "AIU", 20),
    ("AIU", "NIU", 7),
    ("NIU", "AIU", 4),
    ("NIU", "NIU", 56),
]
"""Two abstractors on 100 pregnancies, as printed in the overview of irrCAC 1.0 (Gwet 2019)."""


def abstracted() -> pd.DataFrame:
    return pd.DataFrame([(a, b) for a, b, n in ABSTRACTORS for _ in range(n)], columns=["one", "two"])


def made(seed: int, n: int = 25, m: int = 4, *, missing: float = 0.2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grades = np.where(rng.random((n, m)) < 0.7, rng.integers(1, 6, (n, 1)), rng.integers(1, 6, (n, m)))
    return pd.DataFrame(grades).where(rng.random((n, m)) >= missing)


def test_two_abstractors_of_the_irrcac_overview() -> None:
    found = gwet_ac1(abstracted())
    assert found.coefficient == pytest.approx(0.8493305, abs=5e-8)
    # irrCAC divides by n in its form for a table of two raters, by n - 1 (as here) in that for raw grades.
    assert found.std_error * 0.99**0.5 == pytest.approx(0.04321747, abs=5e-9)
    assert (found.low, found.high) == (pytest.approx(0.764, abs=1e-3), pytest.approx(0.935, abs=1e-3))
    assert found.agreement == pytest.approx(0.89)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("linear", [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]),
        ("quadratic", [[1, 0.75, 0], [0.75, 1, 0.75], [0, 0.75, 1]]),
        ("ordinal", [[1, 2 / 3, 0], [2 / 3, 1, 2 / 3], [0, 2 / 3, 1]]),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_counting_every_pair_gives(weights: str, expected: list[list[float]], seed: int) -> None:
    """The weights as printed in the weighting vignette of irrCAC; pairs and shares one by one."""
    table = made(seed).clip(1, 3)
    w = np.array(expected)
    rows = [[int(v) - 1 for v in row if not np.isnan(v)] for row in table.to_numpy()]
    rows = [row for row in rows if row]
    agreeing = [np.mean([w[a, b] for a, b in permutations(row, 2)]) for row in rows if len(row) > 1]
    shares = np.mean([[row.count(k) / len(row) for k in range(3)] for row in rows], axis=0)
    chance = w.sum() / 6 * (shares * (1 - shares)).sum()
    found = gwet_ac2(table, weights=weights, categories=[3, 1, 2])
    assert found.coefficient == pytest.approx((np.mean(agreeing) - chance) / (1 - chance), rel=1e-12)
    assert found.categories == (1, 2, 3)


def test_the_agreement_is_that_inside_fleiss_kappa() -> None:
    table = made(4, missing=0)
    counts = aggregate_raters(table.to_numpy())[0]
    shares = counts.sum(axis=0) / counts.sum()
    chance = (shares**2).sum()
    assert gwet_ac1(table).agreement == pytest.approx(fleiss_kappa(counts) * (1 - chance) + chance)


def test_with_identity_weights_the_two_are_one() -> None:
    one, two = gwet_ac1(made(5)), gwet_ac2(made(5), weights="identity")
    assert [one.coefficient, one.std_error] == pytest.approx([two.coefficient, two.std_error])


def test_order_of_raters_and_targets_and_names_of_grades_do_not_matter() -> None:
    table = made(6)
    plain = gwet_ac1(table)
    named = table.iloc[::-1, ::-1].replace({1.0: "优", 2.0: "良", 3.0: "中", 4.0: "低", 5.0: "差"})
    assert gwet_ac1(named).coefficient == pytest.approx(plain.coefficient)
    assert gwet_ac1(named).std_error == pytest.approx(plain.std_error)
    for weights in ("linear", "quadratic", "ordinal"):
        expected = gwet_ac2(table, weights=weights).coefficient
        assert gwet_ac2(table * 1e9 - 5, weights=weights).coefficient == pytest.approx(expected)


def test_the_standard_error_is_that_of_leaving_out_one_target_at_a_time() -> None:
    """The linearised error against the jackknife, 300 targets: within 3 %."""
    table = made(7, 300)
    for figure in (gwet_ac1, gwet_ac2):
        left = [figure(table.drop(index=i), categories=range(1, 6)).coefficient for i in table.index]
        jackknife = (299 / 300 * np.square(np.array(left) - np.mean(left)).sum()) ** 0.5
        assert figure(table).std_error == pytest.approx(jackknife, rel=0.03)


def test_intervals_cover_at_their_level() -> None:
    """Raters give the true grade with 0.8, else any of four: p_a = 0.64 + 0.36 / 4, p_e = 1 / 4."""
    true = (0.64 + 0.36 / 4 - 0.25) / 0.75
    rng, covered = np.random.default_rng(8), []
    for _ in range(500):
        truth = rng.integers(0, 4, (60, 1))
        table = pd.DataFrame(np.where(rng.random((60, 3)) < 0.8, truth, rng.integers(0, 4, (60, 3))))
        found = gwet_ac1(table, categories=range(4), confidence=0.9)
        covered.append(found.low <= true <= found.high)
    assert np.mean(covered) == pytest.approx(0.9, abs=3.5 * (0.09 / 500) ** 0.5)


def test_it_stands_where_kappa_collapses() -> None:
    """118 of 125 agree on the common grade, 2 on the rare one: kappa 0.43 or less, AC1 above 0.9."""
    pairs = (
        [("正常", "正常")] * 118 + [("正常", "异常")] * 3 + [("异常", "正常")] * 2 + [("异常", "异常")] * 2
    )
    table = pd.DataFrame(pairs, columns=["a", "b"])
    assert fleiss_kappa(aggregate_raters(table.to_numpy())[0]) < 0.45
    assert gwet_ac1(table).coefficient > 0.95


def test_full_agreement_has_no_error_and_says_so() -> None:
    found = gwet_ac1(pd.DataFrame({"a": ["优", "良"], "b": ["优", "良"]}))
    assert (found.coefficient, found.std_error) == (1, 0)
    assert [one.code for one in found.findings] == ["statistics.no_error"]
    assert (
        gwet_ac1(pd.DataFrame({"a": ["优"] * 2, "b": ["优"] * 2}), categories=["优", "良"]).coefficient == 1
    )


def test_an_interval_that_rests_on_few_disputes_is_told() -> None:
    """90 % intervals of 12 targets, raters right with 0.95: fewer than 80 % of 300 hold the truth, and say why."""
    true = (0.95**2 + (1 - 0.95**2) / 4 - 0.25) / 0.75
    rng, covered, told = np.random.default_rng(2), [], []
    for _ in range(300):
        truth = rng.integers(0, 4, (12, 1))
        table = pd.DataFrame(np.where(rng.random((12, 3)) < 0.95, truth, rng.integers(0, 4, (12, 3))))
        found = gwet_ac1(table, categories=range(4), confidence=0.9)
        covered.append(found.low <= true <= found.high)
        told.append({one.code for one in found.findings} & {"statistics.few_disputed", "statistics.no_error"})
    assert np.mean(covered) < 0.8
    assert all(told)


def test_targets_nobody_graded_are_named() -> None:
    table = pd.DataFrame({"a": ["优", "良", None], "b": ["优", "优", None]}, index=list("甲乙丙"))
    assert "以下对象没有评分，不计入：丙" in {one.message for one in gwet_ac1(table).findings}


def test_refusals() -> None:
    with pytest.raises(BadTable, match="不在可选的等级之内：b对1"):
        gwet_ac1(pd.DataFrame({"a": ["优", "良"], "b": ["优", "中"]}), categories=["优", "良"])
    with pytest.raises(BadParameter, match="至少要有两个"):
        gwet_ac1(abstracted(), categories=["AIU"])
    with pytest.raises(BadParameter, match="重复"):
        gwet_ac2(made(1), categories=[1, 2, 3, 4, 5, 5])
    with pytest.raises(BadParameter, match="linear"):
        gwet_ac2(made(1), weights="cubic")
    with pytest.raises(NoVariation):
        gwet_ac1(pd.DataFrame({"a": ["优"] * 3, "b": ["优"] * 3}))
    with pytest.raises(TooFewRows, match="两位评委"):
        gwet_ac1(pd.DataFrame({"a": ["优", None], "b": [None, "良"]}))


BAD_GRADES = [np.nan, None, pd.NA, pd.NaT, np.inf, Decimal("Infinity"), Decimal("sNaN"), [3]]


@pytest.mark.parametrize("figure", [gwet_ac1, gwet_ac2])
@pytest.mark.parametrize("grade", BAD_GRADES, ids=str)
def test_a_gap_or_an_infinite_number_is_no_grade_to_choose(figure: Figure, grade: object) -> None:
    with pytest.raises(BadParameter, match="可选的等级须为单个的值，不能缺失或无穷"):
        figure(PAIR, categories=[1, 2, grade])
    with pytest.raises(BadParameter, match="逐个列出"):
        figure(PAIR, categories=2)


@pytest.mark.parametrize("grades", [["a"], ["1", "2"], [1, 2, 1e200], [1, 2 + 0j]], ids=str)
def test_grades_with_an_order_are_numbers(grades: list[object]) -> None:
    with pytest.raises(BadParameter, match="大小可以计算的数"):
        gwet_ac2(PAIR, categories=grades)  # type: ignore[arg-type]


@pytest.mark.parametrize("figure", [gwet_ac1, gwet_ac2])
@pytest.mark.parametrize(
    "grades", [[1, 2], {1, 2}, np.array([1, 2]), pd.Index([1, 2]), [Decimal(1), 2.0]], ids=str
)
def test_grades_may_be_listed_in_any_way(figure: Figure, grades: object) -> None:
    assert figure(PAIR, categories=grades).coefficient == pytest.approx(0.6)
