"""What holds under every assessment edition, whatever the facts."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.adjustments import AdjustmentSide
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules, Track
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult
from tests.rulebook.assessment_facts import table
from tests.scoring.assessment_by_hand import demand_by_hand

RULES = {
    edition.jurisdiction: edition.rules_as(AssessmentRules)
    for edition in Rulebook.load().editions
    if edition.kind == "unit_assessment"
}
CITIES = pytest.mark.parametrize("city", sorted(RULES))
VETOED = sorted(city for city, rules in RULES.items() if any(track.vetoes for track in rules.tracks))
ADJUSTED = sorted(city for city, rules in RULES.items() if any(track.claimable() for track in rules.tracks))
BOUNDED = sorted(city for city, rules in RULES.items() if any(track.quotas for track in rules.tracks))

seeds = st.integers(0, 2**32)
few = settings(max_examples=15, deadline=None)


def tracked(city: str, found: tuple[UnitResult, ...]) -> Iterator[tuple[Track, list[UnitResult]]]:
    """The units of each track that take part."""
    for track in RULES[city].tracks:
        yield track, [r for r in found if r.track == track.key and r.total is not None]


def company(track: Track, result: UnitResult) -> str:
    above = {group.key: group.within or group.key for group in track.groups}
    return {"group": result.group, "parent": above[result.group], "track": ""}[track.ranking.scope]


def test_the_properties_are_tried_on_every_edition_that_has_what_they_are_about() -> None:
    assert len(RULES) == 8
    assert VETOED == ["qitai", "wuxi", "zhengding"]
    assert ADJUSTED == ["beijing", "meiling", "qitai", "wuxi", "zhengding"]
    assert BOUNDED == ["wuxi", "zhengding"]


@CITIES
@given(seed=seeds)
@few
def test_permuting_rows_changes_nothing(city: str, seed: int) -> None:
    facts = table(RULES[city], seed, most=3)
    assert assess(RULES[city], Random(seed).sample(facts, len(facts))) == assess(RULES[city], facts)


@CITIES
@given(seed=seeds)
@few
def test_the_code_of_a_unit_does_not_matter(city: str, seed: int) -> None:
    assert {track.ranking.ties for track in RULES[city].tracks} == {"shared"}
    facts = table(RULES[city], seed, most=3)
    units = sorted({fact.unit for fact in facts})
    other = dict(zip(units, Random(seed).sample(units, len(units)), strict=True))
    renamed = assess(RULES[city], [fact._replace(unit=other[fact.unit]) for fact in facts])
    expected = [replace(result, unit=other[result.unit]) for result in assess(RULES[city], facts)]
    assert list(renamed) == sorted(expected, key=lambda result: result.unit)


@pytest.mark.parametrize("city", VETOED)
@given(seed=seeds)
@few
def test_a_veto_raises_nobodys_grade_and_no_total(city: str, seed: int) -> None:
    rules, facts, rng = RULES[city], table(RULES[city], seed), Random(seed)
    before = {result.unit: result for result in assess(rules, facts)}
    liable = [
        (r, track) for track in rules.tracks if track.vetoes for r in before.values() if r.track == track.key
    ]
    one, track = rng.choice(liable)
    veto = rng.choice([veto.key for veto in track.vetoes])
    facts = [fact for fact in facts if (fact.unit, fact.item) != (one.unit, veto)]
    before = {result.unit: result for result in assess(rules, facts)}
    after = {r.unit: r for r in assess(rules, [*facts, UnitFact(10**6, one.unit, veto, "是")])}
    for unit, result in after.items():
        order = next(t.grades.order() for t in rules.tracks if t.key == result.track)
        earlier = before[unit]
        assert order.index(result.grade) >= order.index(earlier.grade)
        assert result.total == earlier.total
        # others move up one place at most, where the vetoed one stood
        assert (result.rank or 0) >= (earlier.rank or 0) - (unit != one.unit)


def most(side: AdjustmentSide | None) -> Decimal:
    """The most a side comes to: its cap, or those of its families."""
    if side is None:
        return Decimal(0)
    caps = [family.cap for family in side.families]
    return side.cap if side.cap is not None else sum((cap for cap in caps if cap is not None), Decimal(0))


@pytest.mark.parametrize("city", ADJUSTED)
@given(seed=seeds)
@few
def test_bonus_and_penalty_never_pass_their_caps(city: str, seed: int) -> None:
    for track, units in tracked(city, assess(RULES[city], table(RULES[city], seed))):
        for result in units:
            assert 0 <= result.bonus <= most(track.adjustments.bonus)
            assert 0 <= result.penalty <= most(track.adjustments.penalty)


@pytest.mark.parametrize("city", BOUNDED)
@given(seed=seeds)
@few
def test_quotas_are_never_exceeded(city: str, seed: int) -> None:
    for track, units in tracked(city, assess(RULES[city], table(RULES[city], seed, most=12))):
        above = {group.key: group.within or group.key for group in track.groups}
        order = track.grades.order()
        for quota in track.quotas:
            assert quota.rounding == "nearest"
            pools: dict[str, list[UnitResult]] = {}
            for result in units:
                if not quota.groups:
                    pools.setdefault(company(track, result), []).append(result)
                elif {result.group, above[result.group]} & set(quota.groups):
                    pools.setdefault("", []).append(result)
            for pool in pools.values():
                share = 0 if quota.share is None else int(Fraction(quota.share) * len(pool) + Fraction(1, 2))
                within = [r for r in pool if order.index(r.grade) <= order.index(quota.grade)]
                assert len(within) <= (share if quota.count is None else quota.count)


@CITIES
@given(seed=seeds)
@few
def test_ties_are_broken_by_the_stated_parts_and_else_shared(city: str, seed: int) -> None:
    for track, units in tracked(city, assess(RULES[city], table(RULES[city], seed))):
        set_back = {veto.key for veto in track.vetoes if veto.last_in_grade}
        free = [result for result in units if not set_back & set(result.struck)]
        for one, other in combinations(free, 2):
            if company(track, one) == company(track, other):
                left, right = stated(track, one), stated(track, other)
                assert one.rank is not None
                assert other.rank is not None
                assert (left > right, left == right) == (one.rank < other.rank, one.rank == other.rank)


def stated(track: Track, result: UnitResult) -> list[Decimal]:
    points = {part.key: part.points or Decimal(0) for part in result.components}
    assert result.total is not None
    return [result.total, *(points[key] for key in track.ranking.then_by)]


@CITIES
@given(seed=seeds)
@few
def test_totals_are_done_again_by_hand_from_the_trace(city: str, seed: int) -> None:
    demand_by_hand(RULES[city], assess(RULES[city], table(RULES[city], seed, most=3)))
