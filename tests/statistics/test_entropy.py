"""Entropy weights against scipy's entropy and against figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy

from budgetperf.indicators import Direction
from budgetperf.statistics.entropy import fit_entropy
from budgetperf.statistics.errors import BadTable, NothingLeft
from budgetperf.statistics.labelled import min_max, oriented

# Marks of 11 wards on 9 items; what is expected of them is computed here, nothing is quoted.
WARDS = """
100 90 100 84 90 100 100 100 100
100 100 78.6 100 90 100 100 100 100
75 100 85.7 100 90 100 100 100 100
100 100 78.6 100 90 100 94.4 100 100
100 90 100 100 100 90 100 100 80
100 100 100 100 90 100 100 85.7 100
100 100 78.6 100 90 100 55.6 100 100
87.5 100 85.7 100 100 100 100 100 100
100 100 92.9 100 80 100 100 100 100
100 90 100 100 100 100 100 100 100
100 100 92.9 100 90 100 100 100 100
"""


def wards() -> pd.DataFrame:
    rows = [[float(cell) for cell in line.split()] for line in WARDS.strip().splitlines()]
    return pd.DataFrame(rows, index=list("ABCDEFGHIJK"), columns=[f"X{n}" for n in range(1, 10)])


def test_the_entropies_are_those_of_scipy_and_weights_what_they_lack_of_one() -> None:
    values = wards()
    found = fit_entropy(min_max(oriented(values, dict.fromkeys(values.columns, Direction.FORWARD))))
    expected = [
        float(entropy([mark - min(marks) for mark in marks], base=len(marks)))
        for marks in values.to_numpy().T.tolist()
    ]
    assert found.entropies.tolist() == pytest.approx(expected, abs=1e-12)
    lacking = [1 - one for one in expected]
    assert found.weights.tolist() == pytest.approx([one / sum(lacking) for one in lacking], abs=1e-12)
    assert found.findings == ()


def test_zero_takes_its_limit_and_no_cell_is_shifted() -> None:
    # p = (1/2, 1/2, 0, 0): e = ln 2 / ln 4 = 1/2; p = (1, 0, 0, 0): e = 0. Weights 1/3 and 2/3.
    shares = pd.DataFrame({"half": [1.0, 1.0, 0.0, 0.0], "one": [1.0, 0.0, 0.0, 0.0]})
    found = fit_entropy(shares)
    assert found.entropies.tolist() == pytest.approx([0.5, 0.0], abs=1e-15)
    assert found.weights.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert found.n_zeros == 5


@pytest.mark.parametrize("value", [0.0, 0.7])
def test_a_constant_column_weighs_nothing_and_is_told(value: float) -> None:
    found = fit_entropy(pd.DataFrame({"a": [1.0, 0.0, 0.3], "same": [value] * 3}))
    assert found.weights.to_dict() == {"a": 1.0, "same": 0.0}
    assert found.entropies["same"] == 1
    assert [(item.code, item.where.pointer) for item in found.findings] == [
        ("statistics.constant", "/values/same")
    ]


def test_a_table_without_any_difference_is_refused() -> None:
    with pytest.raises(NothingLeft):
        fit_entropy(pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, 2.0]}))


def test_negative_and_missing_cells_are_refused_by_place() -> None:
    with pytest.raises(BadTable, match="y的a"):
        fit_entropy(pd.DataFrame({"a": [1.0, -1.0]}, index=["x", "y"]))
    with pytest.raises(BadTable, match="x的b"):
        fit_entropy(pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, 1.0]}, index=["x", "y"]))


def test_a_reverse_indicator_is_best_where_it_is_lowest_and_the_input_stays() -> None:
    values = pd.DataFrame({"energy": [10.0, 30.0, 20.0]}, index=["x", "y", "z"])
    before = values.copy()
    assert min_max(oriented(values, {"energy": Direction.REVERSE}))["energy"].tolist() == [1.0, 0.0, 0.5]
    pd.testing.assert_frame_equal(values, before)
