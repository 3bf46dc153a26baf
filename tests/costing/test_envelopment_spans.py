"""Zeros and very large values side by side: every score against the programme in rational numbers."""

import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.envelopment import fit_dea
from budgetperf.costing.errors import BadTable, BadValue
from tests.costing.exact import exact_score
from tests.costing.test_envelopment import BOTH, RADIAL


def fit(x, y, **options):
    return fit_dea(pd.DataFrame(x).add_prefix("x"), pd.DataFrame(y).add_prefix("y"), **options)


def column(rng, shape, kind, span):
    """Values over ``span`` powers of ten: even, whole, or a few far from the others."""
    if kind == "even":
        values = 10 ** rng.uniform(0, span, shape)
    elif kind == "whole":
        values = 10.0 ** rng.integers(0, span + 1, shape) * rng.integers(1, 4, shape)
    else:
        values = rng.integers(1, 4, shape) if kind == "few whole" else rng.uniform(1, 9, shape)
        values = values * 10.0 ** (span * (rng.random(shape) < 0.15))
    values[rng.random(shape) < 0.25] = 0
    values[values.sum(axis=1) == 0, 0] = 1
    return values


def wide(seed, kind):
    rng = np.random.default_rng(seed)
    n, m, s = rng.integers((4, 1, 1), (9, 4, 4))
    span = int(rng.integers(3, 13))
    return column(rng, (n, m), kind, span), column(rng, (n, s), kind, span)


@pytest.mark.parametrize("orientation", BOTH)
@pytest.mark.parametrize("returns", RADIAL)
@pytest.mark.parametrize("kind", ["even", "whole", "few", "few whole"])
def test_zeros_beside_any_magnitude_have_the_scores_of_fractions(kind, returns, orientation):
    for seed in range(12):
        x, y = wide(seed, kind)
        score = fit(x, y, returns=returns, orientation=orientation).efficiency
        exact = [exact_score(x, y, row, returns, orientation) for row in range(len(x))]
        np.testing.assert_allclose(score, exact, rtol=1e-7, err_msg=f"seed {seed}")


@pytest.mark.parametrize("orientation", BOTH)
@pytest.mark.parametrize("returns", RADIAL)
@pytest.mark.parametrize("least", [1.0, 1e-3, 0.03])
@pytest.mark.parametrize("most", [1e6, 1e9, 1e11])
def test_who_uses_an_input_is_no_peer_of_who_uses_none(most, least, returns, orientation):
    found = fit([[0, 1], [least, 1], [most, 1]], [[1], [100], [1]], returns=returns, orientation=orientation)
    assert found.efficiency[0] == pytest.approx(1.0, rel=1e-12)
    assert found.peers[0].to_dict() == {0: pytest.approx(1.0)}


def test_who_uses_an_input_is_no_peer_of_who_uses_none_when_it_leaves_itself_out():
    x, y = [[0, 1], [1, 1], [1e9, 1], [0, 2]], [[1], [100], [1], [1]]
    for returns in RADIAL:
        score = fit(x, y, returns=returns, super_efficiency=True).efficiency
        assert score[0] == pytest.approx(2.0)
        assert score[3] == pytest.approx(0.5)
    alone = fit(x[:3], y[:3], super_efficiency=True)
    assert np.isnan(alone.efficiency[0])
    assert "costing.envelopment.infeasible" in {finding.code for finding in alone.findings}


@pytest.mark.parametrize("own", [1e-3, 1.0, 10.0])
@pytest.mark.parametrize("most", [1e3, 1e7, 1e10, 1e12])
def test_a_share_too_small_to_see_of_a_very_large_output_is_still_too_much(most, own):
    """Output 2 allows nothing of the third unit, output 1 nothing of the second."""
    score = fit([[10.0], [1], [1]], [[own, 1], [0, 1], [most, 0]], returns="vrs").efficiency
    assert score.tolist() == pytest.approx([1, 1, 1], rel=1e-12)
    turned = fit(
        [[own, 1], [2 * own, 1], [own / most, 2]], [[1.0], [9], [9]], returns="vrs", orientation="output"
    )
    exact = exact_score([[own, 1], [2 * own, 1], [own / most, 2]], [[1], [9], [9]], 0, "vrs", "output")
    assert turned.efficiency[0] == pytest.approx(exact, rel=1e-9)


def test_increasing_returns_may_take_a_small_unit_many_times():
    """Weights of 1e10: one relative to them is nothing, and it is no bound of theirs."""
    x = [[1.0, 4], [7e11, 6e11], [1.5, 2], [1.2, 6e11]]
    y = [[4.0, 8], [7e11, 7e11], [5, 3], [7e11, 6]]
    for orientation in BOTH:
        score = fit(x, y, returns="irs", orientation=orientation).efficiency
        exact = [exact_score(x, y, row, "irs", orientation) for row in range(4)]
        np.testing.assert_allclose(score, exact, rtol=1e-7)


@pytest.mark.parametrize(
    ("value", "word"), [(5e-324, "小得"), (1e-300, "小得"), (1e-101, "小得"), (1e101, "大得")]
)
@pytest.mark.parametrize("side", [0, 1])
def test_values_no_ratio_can_be_made_of_are_refused_with_their_place(side, value, word):
    frames = [pd.DataFrame({"人员": [1.0, 2, 3]}), pd.DataFrame({"公里": [1.0, 2, 3]})]
    frames[side].iloc[1, 0] = value
    with pytest.raises(BadValue, match=f"“1”的“{frames[side].columns[0]}”.*{word}无法计算"):
        fit_dea(*frames)
    frames[side].iloc[1, 0] = 1e-100
    assert fit_dea(*frames, slacks=False).efficiency.notna().any()


def test_a_price_that_is_missing_or_none_is_refused():
    frames = [pd.DataFrame({"人员": [1.0, 2, 3]}), pd.DataFrame({"公里": [1.0, 2, 3]})]
    with pytest.raises(BadValue, match=r"“0”的“人员”.*价格"):
        fit_dea(*frames, prices=pd.Series({"人员": 0.0}))
    with pytest.raises(BadTable, match="缺少投入价格"):
        fit_dea(*frames, prices=pd.Series({"车辆": 1.0}))


def test_tables_that_do_not_fit_are_named_errors():
    inputs, outputs = pd.DataFrame({"人员": [1.0, 2]}), pd.DataFrame({"公里": [1.0, 2]})
    for bad in (
        {"inputs": inputs.iloc[:0], "outputs": outputs.iloc[:0]},
        {"inputs": inputs, "outputs": outputs.iloc[::-1]},
        {"inputs": inputs, "outputs": outputs, "eligible_peers": [7]},
        {"inputs": inputs, "outputs": outputs, "reference": [inputs, outputs]},
    ):
        with pytest.raises(BadTable):
            fit_dea(**bad)
