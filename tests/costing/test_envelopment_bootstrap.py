import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.envelopment import fit_dea
from budgetperf.costing.envelopment.bootstrap import bandwidth, correct_bias
from budgetperf.costing.errors import NotConverged, TooFewRows
from tests.costing.test_envelopment import units


@pytest.mark.parametrize("orientation", ["input", "output"])
def test_a_corrected_score_is_worse_and_its_interval_holds_it(orientation):
    frames = units(1, 40, 1, 1)
    found = correct_bias(*frames, seed=1, draws=200, orientation=orientation, returns="vrs")
    plain = fit_dea(*frames, orientation=orientation, returns="vrs").efficiency
    np.testing.assert_allclose(found.efficiency, plain, rtol=1e-12)
    worse = (
        found.efficiency - found.corrected if orientation == "input" else found.corrected - found.efficiency
    )
    assert (worse > 0).all()
    assert (found.bias < 0).all()
    assert (found.lower < found.upper).all()
    inside = (found.lower <= found.corrected) & (found.corrected <= found.upper)
    assert inside.all()


def test_the_seed_is_the_only_chance():
    frames = units(2, 25)
    one, same, other = (
        correct_bias(*frames, seed=seed, draws=50, returns="crs").corrected for seed in (7, 7, 8)
    )
    pd.testing.assert_series_equal(one, same)
    assert (one != other).any()


def test_the_correction_comes_nearer_to_a_known_truth():
    rng = np.random.default_rng(3)
    x = rng.uniform(1, 10, 60)
    truth = np.exp(-np.abs(rng.normal(0, 0.3, 60)))
    inputs, outputs = pd.DataFrame({"x": x / truth}), pd.DataFrame({"y": np.sqrt(x)})
    found = correct_bias(inputs, outputs, seed=1, draws=300, returns="vrs")
    assert abs((found.corrected - truth).mean()) < 0.5 * abs((found.efficiency - truth).mean())


def test_targets_are_measured_against_the_sample_as_if_they_were_of_it():
    inputs, outputs = units(6, 30, 1, 2)
    some = inputs.index[3:9]
    whole = correct_bias(inputs, outputs, seed=2, draws=80, returns="vrs")
    part = correct_bias(
        inputs, outputs, seed=2, draws=80, targets=(inputs.loc[some], outputs.loc[some]), returns="vrs"
    )
    for name in ("efficiency", "corrected", "lower", "upper", "std_error"):
        pd.testing.assert_series_equal(getattr(part, name), getattr(whole, name).loc[some], check_names=False)


def test_least_cost_of_new_targets_is_inside_its_interval_most_of_the_time():
    held = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        made = rng.uniform(1, 10, 80)
        cost = 5 * made**1.2 * np.exp(np.abs(rng.normal(0, 0.3, 80)))
        new = pd.DataFrame({"y": [3.0, 5.0, 7.0]}, index=["a", "b", "c"])
        found = correct_bias(
            pd.DataFrame({"cost": cost}), pd.DataFrame({"y": made}), seed=1, draws=200, level=0.9,
            targets=(pd.DataFrame({"cost": [1.0] * 3}, index=new.index), new), returns="vrs")  # fmt: skip
        truth = 5 * new["y"] ** 1.2
        held += list((found.lower <= truth) & (truth <= found.upper))
    assert np.mean(held) > 0.7


def test_the_bandwidth_by_hand():
    distance = np.array([1.0, 1.0, 1.2, 1.5, 2.0])
    both = np.array([1.2, 1.5, 2.0, 0.8, 0.5, 0.0])
    quarter = (np.quantile(both, 0.75) - np.quantile(both, 0.25)) / 1.349
    spread = min(both.std(ddof=1), quarter)
    adjust = distance.std(ddof=1) / both.std(ddof=1) * (6 / 5) ** 0.2
    assert bandwidth(distance) == pytest.approx(0.9 * spread * 6**-0.2 * adjust, rel=1e-12)


def test_a_bias_lost_in_noise_is_told():
    found = correct_bias(*units(4, 30), seed=1, draws=60, returns="vrs")
    weak = (found.bias.abs() <= np.sqrt(3) * found.std_error).sum()
    told = [f for f in found.findings if f.code == "costing.envelopment.bias_weak"]
    assert weak > 0
    assert told[0].message.startswith(f"{weak}个单位")


def test_what_cannot_be_bootstrapped_is_refused():
    frames = units(5, 12)
    with pytest.raises(ValueError, match="自由处置"):
        correct_bias(*frames, seed=1, returns="fdh")
    with pytest.raises(ValueError, match="覆盖率"):
        correct_bias(*frames, seed=1, level=1.0, returns="vrs")
    with pytest.raises(ValueError, match="至少抽取2次"):
        correct_bias(*frames, seed=1, draws=1, returns="vrs")
    with pytest.raises(TooFewRows, match="无效单位不足"):
        correct_bias(frames[0].iloc[:2], frames[1].iloc[:2], seed=1, returns="vrs")
    with pytest.raises(NotConverged, match="2次抽取"):
        correct_bias(
            *frames,
            seed=1,
            draws=2,
            spread=lambda _, items: [np.full((len(one), 12), np.nan) for one in items],
            returns="vrs",
        )
