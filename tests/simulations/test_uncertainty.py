"""The page of uncertainty tells of all there is, of now, and what is known exactly comes out."""

import importlib
import json

import pytest

from budgetperf.costing import convex, envelopment, frontier, quantile, regression
from budgetperf.costing.methods import METHODS
from budgetperf.statistics import agreement
from docs.uncertainty import FIGURES, missing, verdict
from docs.uncertainty_words import REASONS
from tests.simulations.baselines import editions
from tests.simulations.claims import coverage
from tests.simulations.rates import Count, rate_of
from tests.simulations.registry import CLAIMS, NO_INTERVAL, askable
from tests.simulations.uncertainty import PARTS, changed, version, words
from tests.simulations.worlds import WORLDS

KEPT = json.loads(FIGURES.read_text(encoding="utf-8"))
PAGE = FIGURES.with_suffix(".md").read_text(encoding="utf-8")
AGAIN = "run .venv/bin/python -m tests.simulations.uncertainty --write"


def test_every_interval_that_can_be_asked_for_is_simulated():
    assert {name for claim in CLAIMS for name in claim.made_by} == set(askable())


def test_every_figure_of_the_cores_has_an_interval_or_is_named_as_having_none():
    public = {
        f"{getattr(room, name).__module__}.{name}".removeprefix("budgetperf.")
        for room in (regression, quantile, frontier, envelopment, convex, agreement)
        for name in room.__all__
        if name[0].islower() and name != "stack_ratings"
    }
    assert public <= set(askable()) | set(NO_INTERVAL)
    for name in NO_INTERVAL:
        module, function = name.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(f"budgetperf.{module}"), function))
        assert name not in set(askable())


def test_the_page_is_made_by_this_code_and_names_all_there_is():
    made = [KEPT[f"made_{part}"] for part in PARTS]
    assert [one["version"] for one in made] == [version()] * len(PARTS), AGAIN
    assert KEPT["words"] == words(), AGAIN
    for told in (
        *(name.label for name in METHODS),
        *editions(),
        *(world.label for world in WORLDS),
        *(claim.label for claim in CLAIMS),
        *(design.label for claim in CLAIMS for design in claim.designs),
        *NO_INTERVAL,
        *askable(),
        *(one[fact] for one in made for fact in ("command", "commit", "date", "environment")),
    ):
        assert told in PAGE


def test_every_design_and_world_was_run_in_full():
    run = {(line["claim"], line["design"], line["n"]): line["replicates"] for line in KEPT["coverage"]}
    assert run == {
        (claim.key, design.key, n): design.replicates
        for claim in CLAIMS
        for design in claim.designs
        for n in design.sizes
    }
    cells = {(line["world"], line["n"]) for line in KEPT["baselines"]}
    assert cells == {(world.key, n) for world in WORLDS for n in world.sizes}
    told = {(line["kind"], line["name"]) for line in KEPT["baselines"]}
    assert {("method", name.value) for name in METHODS} | {("edition", code) for code in editions()} <= told


def test_the_first_replicates_still_come_out_as_they_were_kept():
    assert changed(KEPT) == [], AGAIN


def test_an_exact_interval_holds_the_truth_as_often_as_it_says():
    claim = next(claim for claim in CLAIMS if claim.key == "regression_slope")
    exact = next(design for design in claim.designs if design.key == "classical")
    rate = coverage(claim, exact, 20, 300)
    assert rate.hits / rate.trials == pytest.approx(0.9, abs=3.5 * (0.9 * 0.1 / 300) ** 0.5)


def test_whatever_misses_has_its_reason_on_the_page():
    found = missing(KEPT)
    assert found
    for key in found:
        assert REASONS[key].why in PAGE
        assert REASONS[key].what_to_do in PAGE


def test_no_efficient_dmu_is_cut_by_a_single_method():
    for line in KEPT["baselines"]:
        if line["kind"] == "method":
            assert line["measures"]["cut_noisy"]["hits"] == 0


def test_a_rate_is_a_share_with_the_spread_of_its_replicates():
    rate = rate_of([Count(4, 4), Count(2, 4, 1), None, Count(0, 0), Count(3, 4)])
    assert (rate.hits, rate.trials, rate.above, rate.failed, rate.silent) == (9, 12, 1, 1, 1)
    assert rate.error == pytest.approx((1.5 * 2) ** 0.5 / 12)  # 1, -1 and 0 apart of 3 each
    assert rate.first == (6, 8)
    assert rate_of([Count(1, 1)] * 8).error == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("hits", "error", "told"),
    [(90, 0.01, "✓"), (86, 0.01, "≈"), (84, 0.01, "↓"), (94, 0.01, "≈"), (96, 0.01, "↑")],
)
def test_a_verdict_leaves_open_what_chance_may_have_done(hits, error, told):
    assert verdict({"hits": hits, "trials": 100, "error": error}) == told
