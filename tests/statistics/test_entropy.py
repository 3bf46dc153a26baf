"""Entropy weights against a published example and against figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from budgetperf.indicators import Direction
from budgetperf.statistics.entropy import fit_entropy
from budgetperf.statistics.errors import BadTable, NothingLeft
from budgetperf.statistics.labelled import min_max, oriented

# 指标权重确定方法之熵权法, the much reprinted example: 11 wards of a hospital scored on 9 items of
# nursing care; entropies and weights as printed, to two places.
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
ENTROPIES = [0.95, 0.87, 0.84, 0.96, 0.94, 0.96, 0.96, 0.96, 0.96]
WEIGHTS = [0.08, 0.22, 0.27, 0.07, 0.11, 0.07, 0.07, 0.07, 0.07]


def wards() -> pd.DataFrame:
    rows = [[float(cell) for cell in line.split()] for line in WARDS.strip().splitlines()]
    return pd.DataFrame(rows, index=list("ABCDEFGHIJK"), columns=[f"X{n}" for n in range(1, 10)])


def test_the_wards_have_the_published_entropies_and_weights() -> None:
    values = wards()
    found = fit_entropy(min_max(oriented(values, dict.fromkeys(values.columns, Direction.FORWARD))))
    assert found.entropies.round(2).tolist() == ENTROPIES
    assert found.weights.round(2).tolist() == WEIGHTS
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
