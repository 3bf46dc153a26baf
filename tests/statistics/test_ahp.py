"""AHP against repeated multiplication of the matrix, and small cases by hand."""

from fractions import Fraction

import pandas as pd
import pytest

from budgetperf.findings import Severity
from budgetperf.statistics.ahp import RANDOM_INDEX, fit_ahp
from budgetperf.statistics.errors import BadTable, NoRandomIndex, NotReciprocal

# Eight criteria for buying a house, after Saaty; what is expected is computed here, nothing is quoted.
NAMES = ["size", "transport", "neighbourhood", "age", "yard", "modern", "condition", "financing"]
HOUSE = """
1 5 3 7 6 6 1/3 1/4
1/5 1 1/3 5 3 3 1/5 1/7
1/3 3 1 6 3 4 6 1/5
1/7 1/5 1/6 1 1/3 1/4 1/7 1/8
1/6 1/3 1/3 3 1 1/2 1/5 1/6
1/6 1/3 1/4 4 2 1 1/5 1/6
3 5 1/6 7 5 5 1 1/2
4 7 5 8 6 6 2 1
"""


def matrix(text: str, names: list[str]) -> pd.DataFrame:
    rows = [[float(Fraction(cell)) for cell in line.split()] for line in text.strip().splitlines()]
    return pd.DataFrame(rows, index=names, columns=names)


def test_the_weights_are_what_repeated_multiplication_settles_on() -> None:
    pairs = matrix(HOUSE, NAMES)
    weights, grown = [1 / 8] * 8, 0.0
    for _ in range(200):
        turned = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in pairs.to_numpy().tolist()]
        grown = sum(turned)  # the weights sum to 1, so their sum grows by the largest eigenvalue
        weights = [one / grown for one in turned]
    found = fit_ahp(pairs)
    assert found.weights.tolist() == pytest.approx(weights, abs=1e-12)
    assert found.lambda_max == pytest.approx(grown, abs=1e-9)
    assert found.consistency_index == pytest.approx((grown - 8) / 7, abs=1e-9)
    assert found.consistency_ratio == pytest.approx((grown - 8) / 7 / 1.41, abs=1e-9)


def test_an_inconsistent_matrix_is_told_with_its_worst_pair_and_not_repaired() -> None:
    (told,) = fit_ahp(matrix(HOUSE, NAMES)).findings
    assert (told.code, told.severity) == ("statistics.inconsistent", Severity.ERROR)
    assert "0.169" in told.message
    assert "“neighbourhood”与“condition”" in told.message  # 6 : 1 said, 0.188 : 0.167 found


def test_judgements_that_follow_from_weights_give_them_back() -> None:
    weights = pd.Series({"a": 0.6, "b": 0.3, "c": 0.1})
    pairs = pd.DataFrame({name: weights / weights[name] for name in weights.index})
    found = fit_ahp(pairs)
    assert found.weights.to_dict() == pytest.approx(weights.to_dict(), abs=1e-12)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-12)
    assert found.findings == ()


def test_two_indicators_are_always_consistent() -> None:
    found = fit_ahp(matrix("1 4\n1/4 1", ["a", "b"]))
    assert (found.consistency_ratio, found.random_index) == (0, 0)
    assert found.weights.tolist() == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize("text", ["1 3\n1/2 1", "2 3\n1/3 1", "1 -3\n-1/3 1", "1 0\n0 1"])
def test_a_matrix_that_contradicts_itself_is_refused(text: str) -> None:
    with pytest.raises(NotReciprocal):
        fit_ahp(matrix(text, ["a", "b"]))


def test_a_missing_judgement_is_refused_by_name() -> None:
    pairs = matrix("1 3\n1/3 1", ["a", "b"])
    pairs.loc["a", "b"] = float("nan")
    with pytest.raises(NotReciprocal, match="a与b"):
        fit_ahp(pairs)


def test_a_third_written_with_two_decimals_is_taken_with_one_it_is_not() -> None:
    assert fit_ahp(pd.DataFrame([[1, 3], [0.333, 1]], index=["a", "b"], columns=["a", "b"])).weights[
        "a"
    ] == pytest.approx(0.75, abs=1e-3)
    with pytest.raises(NotReciprocal):
        fit_ahp(pd.DataFrame([[1, 3], [0.3, 1]], index=["a", "b"], columns=["a", "b"]))


def test_rows_and_columns_carry_the_same_names() -> None:
    with pytest.raises(BadTable):
        fit_ahp(pd.DataFrame([[1, 3], [1 / 3, 1]], index=["a", "b"], columns=["b", "a"]))


def test_no_ratio_is_made_up_above_order_fifteen() -> None:
    names = [str(number) for number in range(len(RANDOM_INDEX) + 1)]
    with pytest.raises(NoRandomIndex, match="16阶"):
        fit_ahp(pd.DataFrame(1.0, index=names, columns=names))
