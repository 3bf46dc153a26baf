import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.envelopment.malmquist import malmquist
from tests.costing.test_envelopment import units


def panel(*years):
    keys = range(2020, 2020 + len(years))
    inputs, outputs = (pd.concat({t: year[i] for t, year in zip(keys, years, strict=True)}) for i in (0, 1))
    return tuple(frame.swaplevel().rename_axis(["dmu", "year"]) for frame in (inputs, outputs))


def test_nothing_changes_where_nothing_moved():
    year = units(1, 20)
    found = malmquist(*panel(year, year, year))
    np.testing.assert_allclose(found.changes, 1.0, rtol=1e-9)
    np.testing.assert_allclose(found.means, 1.0, rtol=1e-9)
    assert found.findings == ()


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_a_frontier_that_moves_for_all_is_technical_change(orientation):
    inputs, outputs = units(2, 20)
    found = malmquist(*panel((inputs, outputs), (inputs, outputs * 1.25)), orientation=orientation)
    np.testing.assert_allclose(found.changes[["techch", "tfpch"]], 1.25, rtol=1e-9)
    np.testing.assert_allclose(found.changes["effch"], 1.0, rtol=1e-9)


def test_one_that_catches_up_alone_has_efficiency_change():
    inputs, outputs = units(3, 20)
    laggard = malmquist(*panel((inputs, outputs), (inputs, outputs))).distances["same"].idxmin()[0]
    better = outputs.copy()
    better.loc[laggard] *= 1.1
    found = malmquist(*panel((inputs, outputs), (inputs, better)))
    assert found.changes.loc[(laggard, 2021), "effch"] == pytest.approx(1.1, rel=1e-9)
    assert found.changes.loc[(laggard, 2021), "techch"] == pytest.approx(1.0, rel=1e-9)


def test_the_parts_multiply_and_both_orientations_agree_on_the_whole():
    frames = panel(units(4, 20), units(5, 20))
    made, used = malmquist(*frames), malmquist(*frames, orientation="input")
    np.testing.assert_allclose(made.changes["effch"], made.changes["pech"] * made.changes["sech"], rtol=1e-9)
    np.testing.assert_allclose(
        made.changes["tfpch"], made.changes["effch"] * made.changes["techch"], rtol=1e-9
    )
    np.testing.assert_allclose(made.changes["tfpch"], used.changes["tfpch"], rtol=1e-8)


def test_a_gap_in_the_panel_is_told():
    inputs, outputs = panel(units(6, 20), units(7, 20))
    found = malmquist(inputs.drop(("U3", 2020)), outputs.drop(("U3", 2020)))
    assert found.changes.loc[("U3", 2021)].isna().all()
    assert [f.where.pointer for f in found.findings] == ["/rows/U3/2021"]
    assert found.changes.drop(("U3", 2021)).notna().all(axis=None)
    assert found.means.notna().all(axis=None)


def test_a_panel_needs_dmus_and_periods():
    inputs, outputs = units(8, 5)
    with pytest.raises(ValueError, match="（单位，年度）"):
        malmquist(inputs, outputs)
    with pytest.raises(ValueError, match="至少需要两个年度"):
        malmquist(*panel((inputs, outputs)))
    frames = panel((inputs, outputs), (inputs, outputs))
    with pytest.raises(ValueError, match="次序不一致"):
        malmquist(frames[0], frames[1].iloc[::-1])
