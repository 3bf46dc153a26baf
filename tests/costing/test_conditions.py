import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.calibration import blend, calibrate
from budgetperf.costing.conditions import correct_for_conditions, first_component, target_difference
from budgetperf.costing.errors import Collinear, TooFewRows
from budgetperf.costing.outliers import BaconCut, bacon


def test_the_first_component_of_two_columns_is_their_standardised_sum():
    table = pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [10.0, 30, 20, 60]})
    z = (table - table.mean()) / table.std()
    np.testing.assert_allclose(first_component(table), z.sum(axis=1) / np.sqrt(2), rtol=1e-12)
    np.testing.assert_allclose(first_component(table * [1e9, 1e-6]), first_component(table), rtol=1e-9)
    with pytest.raises(ValueError, match="各单位相同"):
        first_component(table.assign(b=1.0))
    with pytest.raises(ValueError, match="缺失值"):
        first_component(table.replace(5.0, np.nan))


def test_the_target_unit_is_the_peers_by_their_share_of_the_norm_cost():
    peers = pd.Series(
        [0.5, 2.0, 1.0],
        index=pd.MultiIndex.from_tuples([("丙", "甲"), ("丙", "乙"), ("甲", "甲")], names=["dmu", "peer"]),
    )
    conditions = pd.DataFrame({"z": [1.0, 4.0, 10.0]}, index=["甲", "乙", "丙"])
    found = target_difference(conditions, peers, pd.Series({"甲": 20.0, "乙": 15.0}))
    assert found["z"].to_dict() == pytest.approx({"丙": 10 - (10 * 1 + 30 * 4) / 40, "甲": 0.0})


def sample(n=60):
    rng = np.random.default_rng(1)
    labels = pd.Index([f"U{i}" for i in range(n)])
    harsh = pd.DataFrame({"雪": rng.normal(size=n), "坡": rng.normal(size=n)}, labels)
    score = pd.Series(0.8 - 0.1 * harsh["雪"] + 0.03 * rng.normal(size=n), labels)
    return score, harsh


def test_a_score_is_freed_of_its_conditions_up_to_the_cap():
    score, harsh = sample()
    found = correct_for_conditions(score, harsh, dependent=score, fitted_on=harsh, cap=0.1)
    assert found.ols.estimates["雪"] == pytest.approx(-0.1, abs=0.02)
    np.testing.assert_allclose(found.uncapped, score - harsh @ found.ols.estimates[["雪", "坡"]], rtol=1e-12)
    step = found.efficiency - score
    assert step.abs().max() == pytest.approx(0.1, abs=1e-12)
    assert set(found.capped) == set(score.index[(found.uncapped - score).abs() > 0.1])
    harsher = found.uncapped[found.capped[0]] > score[found.capped[0]]
    assert np.sign(step[found.capped[0]]) == (1 if harsher else -1)


def test_an_outlier_is_named_left_out_and_still_corrected():
    score, harsh = sample()
    clean = correct_for_conditions(score, harsh, dependent=score, fitted_on=harsh, cap=1)
    spoilt, names = score.copy(), ["U3", "U4"]
    spoilt[names] = 9.0
    found = correct_for_conditions(score, harsh, dependent=spoilt, fitted_on=harsh, cap=1)
    assert set(names) <= set(found.left_out)
    np.testing.assert_allclose(found.efficiency, clean.efficiency, atol=0.03)
    lax = correct_for_conditions(
        score, harsh, dependent=spoilt, fitted_on=harsh, cap=1, cut=BaconCut.REGULATOR
    )
    assert set(lax.left_out) <= set(found.left_out)


def test_bacon_finds_planted_rows_and_no_others_in_clean_data():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.normal(size=(100, 3)), columns=list("abc"))
    assert bacon(table, alpha=0.05).sum() <= 1
    table.iloc[:8] += 12
    found = bacon(table, alpha=0.05)
    assert found.iloc[:8].all()
    assert found.sum() <= 10
    np.testing.assert_array_equal(bacon(table * [1e9, 1e-6, 1.0], alpha=0.05), found)


def test_bacon_refuses_what_it_cannot_judge():
    table = pd.DataFrame(np.random.default_rng(3).normal(size=(30, 2)), columns=list("ab"))
    with pytest.raises(TooFewRows, match="行数不足"):
        bacon(table.iloc[:8], alpha=0.05)
    with pytest.raises(Collinear, match="a、b"):
        bacon(table.assign(b=2 * table["a"]), alpha=0.05)
    with pytest.raises(Collinear, match="涉及：b"):
        bacon(table.assign(b=1.0), alpha=0.05)
    with pytest.raises(ValueError, match="缺失值"):
        bacon(table.replace(table.iloc[0, 0], np.nan), alpha=0.05)


def test_a_payable_total_is_met_by_weight():
    norm, weight = pd.Series({"甲": 60.0, "乙": 30.0}), pd.Series({"甲": 3.0, "乙": 1.0})
    paid = calibrate(norm, total=100.0, weight=weight)
    assert paid.to_dict() == pytest.approx({"甲": 67.5, "乙": 32.5})
    assert calibrate(norm, total=50.0, weight=weight).sum() == pytest.approx(50.0)
    assert blend(pd.Series([100.0]), pd.Series([80.0]), norm_share=0.7).tolist() == pytest.approx([86.0])


def test_a_calibration_without_a_base_is_refused():
    norm = pd.Series({"甲": 60.0, "乙": 30.0})
    with pytest.raises(ValueError, match="次序不一致"):
        calibrate(norm, total=1.0, weight=norm.iloc[::-1])
    with pytest.raises(ValueError, match="缺失值"):
        calibrate(norm, total=float("nan"), weight=norm)
    with pytest.raises(ValueError, match="至少一个大于零"):
        calibrate(norm, total=1.0, weight=norm * 0)
    with pytest.raises(ValueError, match="不小于零"):
        calibrate(norm, total=1.0, weight=pd.Series({"甲": 2.0, "乙": -1.0}))
    with pytest.raises(ValueError, match="比重"):
        blend(norm, norm, norm_share=1.1)
