import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.errors import NoConstant
from budgetperf.costing.shifts import fit_shifted


def sample(seed=1, *, n=4000, draw=None):
    rng = np.random.default_rng(seed)
    design = pd.DataFrame({"const": 1.0, "a": rng.normal(2, 1, n)})
    u = np.abs(rng.normal(0, 0.4, n)) if draw is None else draw(rng, n)
    return pd.Series(design.to_numpy() @ [1.0, 0.6] + rng.normal(0, 0.2, n) + u), design


@pytest.mark.parametrize("kind", ["cost", "production"])
def test_cols_touches_the_best_unit_and_passes_none(kind):
    y, design = sample()
    found = fit_shifted(y, design, shift="cols", kind=kind)
    assert found.efficiency.max() == 1
    assert (found.efficiency == 1).sum() == 1
    beyond = y - design.to_numpy() @ found.params.to_numpy()
    assert (beyond > -1e-12).all() if kind == "cost" else (beyond < 1e-12).all()
    np.testing.assert_allclose(found.efficiency, np.exp(-beyond.abs()), rtol=1e-12)


def test_mols_finds_the_frontier_by_moments():
    y, design = sample(2, n=200_000)
    found = fit_shifted(y, design, shift="mols")
    np.testing.assert_allclose(found.params, [1.0, 0.6], atol=0.02)
    assert found.shift == pytest.approx(0.4 * np.sqrt(2 / np.pi), abs=0.01)
    assert found.findings == ()
    assert found.efficiency.max() == 1
    y, design = sample(3, n=200_000, draw=lambda rng, n: rng.exponential(0.4, n))
    assert fit_shifted(y, design, shift="mols_exponential").shift == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("shift", ["mols_half_normal", "mols_exponential"])
def test_a_wrong_skewness_leaves_no_shift_and_is_told(shift):
    y, design = sample(4)
    found = fit_shifted(y, design, shift=shift, kind="production")
    assert [finding.code for finding in found.findings] == ["costing.wrong_skewness"]
    assert found.params.isna().all()
    assert found.efficiency.isna().all()
    assert found.ols.notna().all()


def test_a_quarter_of_the_units_reach_the_upper_quartile():
    y, design = sample(5)
    for kind in ("cost", "production"):
        found = fit_shifted(y, design, shift="upper_quartile", kind=kind)
        assert (found.efficiency == 1).mean() == pytest.approx(0.25, abs=0.001)


def test_what_cannot_be_shifted_is_refused():
    y, design = sample(6, n=30)
    with pytest.raises(NoConstant):
        fit_shifted(y, design[["a"]], shift="cols")
    with pytest.raises(ValueError, match="“x”不是可选项"):
        fit_shifted(y, design, shift="x")
    with pytest.raises(ValueError, match="须取对数"):
        fit_shifted(y * 1e6, design, shift="upper_quartile")
