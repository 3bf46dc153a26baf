import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.envelopment import fit_dea
from budgetperf.costing.errors import BadValue
from budgetperf.findings import Severity
from tests.costing.exact import exact_score
from tests.costing.test_envelopment import RADIAL, units


def small():
    labels = pd.Index(["甲", "乙", "丙"], name="dmu")
    return pd.DataFrame({"人员": [2.0, 3, 4]}, labels), pd.DataFrame({"公里": [1.0, 2, 3]}, labels)


def codes(fit):
    return {finding.code for finding in fit.findings}


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, -1e-300])
@pytest.mark.parametrize("side", [0, 1])
def test_a_value_that_is_no_amount_is_refused_with_its_place(value, side):
    frames = small()
    frames[side].iloc[1, 0] = value
    with pytest.raises(BadValue, match=f"“乙”的“{frames[side].columns[0]}”") as raised:
        fit_dea(*frames, returns="vrs")
    assert (raised.value.row, raised.value.column) == ("乙", frames[side].columns[0])


def test_a_text_is_refused_with_its_place():
    inputs, outputs = small()
    with pytest.raises(BadValue, match="“丙”的“公里”为三"):
        fit_dea(inputs, outputs.astype(object).replace({3.0: "三"}), returns="vrs")


@pytest.mark.parametrize(("side", "word"), [(0, "全部投入"), (1, "全部产出")])
def test_a_unit_that_uses_or_makes_nothing_is_refused(side, word):
    frames = small()
    frames[side].iloc[2, 0] = 0
    with pytest.raises(BadValue, match=f"“丙”的“{word}”"):
        fit_dea(*frames, returns="vrs")


def test_labels_must_match_and_not_repeat():
    inputs, outputs = small()
    with pytest.raises(ValueError, match="次序不一致"):
        fit_dea(inputs, outputs.iloc[::-1], returns="vrs")
    twice = inputs.index[[0, 0, 1]]
    with pytest.raises(ValueError, match="单位重复出现：甲"):
        fit_dea(inputs.set_axis(twice), outputs.set_axis(twice), returns="vrs")
    with pytest.raises(ValueError, match="列名有重复"):
        fit_dea(inputs, outputs.rename(columns={"公里": "人员"}), returns="vrs")
    with pytest.raises(ValueError, match="至少需要一个单位"):
        fit_dea(inputs.iloc[:0], outputs.iloc[:0], returns="vrs")
    with pytest.raises(ValueError, match="不在参照集中：丁"):
        fit_dea(inputs, outputs, eligible_peers=["甲", "丁"], returns="vrs")
    with pytest.raises(ValueError, match="未覆盖全部参照单位"):
        fit_dea(inputs, outputs, eligible_peers=pd.Series({"甲": True}), returns="vrs")


def test_prices_that_cannot_be_used_are_refused():
    inputs, outputs = small()
    with pytest.raises(BadValue, match=r"“甲”的“人员”为0\.0：价格"):
        fit_dea(inputs, outputs, prices=pd.Series({"人员": 0.0}), returns="vrs")
    with pytest.raises(ValueError, match="缺少投入价格：人员"):
        fit_dea(inputs, outputs, prices=pd.Series({"车辆": 1.0}), returns="vrs")
    with pytest.raises(ValueError, match="投入导向"):
        fit_dea(inputs, outputs, prices=pd.Series({"人员": 1.0}), orientation="output", returns="vrs")


def test_one_unit_is_measured_against_itself_and_that_is_told():
    inputs, outputs = (frame.iloc[:1] for frame in small())
    for returns in (*RADIAL, "fdh"):
        fit = fit_dea(inputs, outputs, returns=returns)
        assert fit.efficiency.tolist() == pytest.approx([1.0])
        assert codes(fit) == {"costing.envelopment.few_units"}
    assert fit_dea(inputs, outputs).returns == "crs", "as Charnes, Cooper and Rhodes when nothing is said"
    alone = fit_dea(inputs, outputs, super_efficiency=True, returns="vrs")
    assert alone.efficiency.isna().all()
    assert "costing.envelopment.infeasible" in codes(alone)


def test_equal_units_have_equal_scores_and_are_told_together():
    inputs, outputs = units(1, 30)
    copy = inputs.index + "′"
    twice = [pd.concat([frame, frame.set_axis(copy)]) for frame in (inputs, outputs)]
    fit = fit_dea(*twice, returns="vrs")
    np.testing.assert_allclose(fit.efficiency[copy], fit.efficiency[inputs.index], rtol=1e-9)
    np.testing.assert_allclose(
        fit.efficiency[inputs.index], fit_dea(inputs, outputs, returns="vrs").efficiency, rtol=1e-9
    )
    told = [f.message for f in fit.findings if f.code == "costing.envelopment.equal_units"]
    assert len(told) == 30
    assert told[0].startswith("U0、U0′的投入产出完全相同")


def test_a_constant_column_is_told_and_what_it_does():
    inputs, outputs = units(2, 30)
    fit = fit_dea(inputs.assign(定额=7.0), outputs, returns="vrs")
    np.testing.assert_allclose(fit.efficiency, 1.0, rtol=1e-12)
    told = next(f for f in fit.findings if f.code == "costing.envelopment.constant_column")
    assert "没有意义" in told.message
    assert told.where.pointer == "/columns/定额"
    other = fit_dea(inputs, outputs.assign(定额=7.0), returns="vrs")
    told = next(f for f in other.findings if f.code == "costing.envelopment.constant_column")
    assert "没有意义" not in told.message


def test_a_column_of_zeros_changes_nothing_and_is_told():
    inputs, outputs = units(3, 30)
    base = fit_dea(inputs, outputs, returns="vrs").efficiency
    for frames in ((inputs.assign(空=0.0), outputs), (inputs, outputs.assign(空=0.0))):
        fit = fit_dea(*frames, returns="vrs")
        np.testing.assert_allclose(fit.efficiency, base, rtol=1e-9)
        assert "costing.envelopment.zero_column" in codes(fit)


def test_values_of_one_column_far_apart_are_told():
    inputs, outputs = units(4, 30)
    inputs.iloc[0, 0], inputs.iloc[1, 0] = 1e12, 1e-3
    told = next(
        f for f in fit_dea(inputs, outputs, returns="vrs").findings if f.code == "costing.envelopment.span"
    )
    assert told.where.pointer == "/columns/x0"


@pytest.mark.parametrize("orientation", ["input", "output"])
@pytest.mark.parametrize("returns", RADIAL)
@pytest.mark.parametrize("seed", range(6))
def test_a_score_is_right_to_the_last_places_or_named_unsolved(seed, returns, orientation):
    """Values from 0.01 to a million in each column, and 1e-3 beside 1e12, judged in rational numbers."""
    rng = np.random.default_rng(seed)
    n, low, high = 9, *((-2, 6) if seed < 4 else (-3, 12))
    x, y = 10 ** rng.uniform(low, high, (n, 2)), 10 ** rng.uniform(low, high, (n, 2))
    fit = fit_dea(
        pd.DataFrame(x).add_prefix("x"),
        pd.DataFrame(y).add_prefix("y"),
        returns=returns,
        orientation=orientation,
    )
    unsolved = {f.where.pointer for f in fit.findings if f.code == "costing.envelopment.unsolved"}
    for row in range(n):
        score = fit.efficiency[row]
        if np.isnan(score):
            assert f"/rows/{row}" in unsolved
        else:
            assert score == pytest.approx(exact_score(x, y, row, returns, orientation), rel=1e-7)
    if seed < 4:
        assert len(unsolved) <= 1


def test_what_no_solver_answers_is_an_error_finding(monkeypatch):
    from budgetperf.costing.envelopment import simplex
    from budgetperf.costing.envelopment.program import Outcome

    monkeypatch.setattr(simplex, "STEPS", 0)
    for solver in ("solve_by_highs", "solve_exactly"):
        monkeypatch.setattr(simplex, solver, lambda program, _: Outcome.empty(1, len(program.columns)))
    fit = fit_dea(*small(), returns="vrs")
    assert fit.efficiency.isna().all()
    told = [f for f in fit.findings if f.code == "costing.envelopment.unsolved"]
    assert [f.severity for f in told] == [Severity.ERROR] * 3
    assert fit.scale().returns_class.isna().all()


@pytest.mark.parametrize("returns", ["vrs", "crs", "irs"])
@pytest.mark.parametrize(("low", "high"), [(0, 12), (-3, 12)])
def test_columns_of_any_magnitude_have_the_scores_of_fractions(low, high, returns):
    rng = np.random.default_rng(5)
    inputs = pd.DataFrame({"a": 10 ** rng.uniform(low, high, 20), "b": rng.uniform(1, 5, 20)})
    outputs = pd.DataFrame({"c": 10 ** rng.uniform(low, high, 20), "d": rng.uniform(1, 99, 20)})
    score = fit_dea(inputs, outputs, returns=returns, slacks=False).efficiency
    for row in range(20):
        exact = exact_score(inputs.to_numpy(), outputs.to_numpy(), row, returns, "input")
        assert score[row] == pytest.approx(exact, rel=1e-9)
