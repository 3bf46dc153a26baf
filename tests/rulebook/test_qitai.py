"""Qitai's edition gives the figures its source names, for every track and at the size of a county."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules, Component
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.formulas import Judged

QITAI = Rulebook.load().by_id("qitai/unit_assessment/2013-01-01").rules_as(AssessmentRules)
TRACKS = {track.key: track for track in QITAI.tracks}
PARTS = {
    "department": {"key_work": 30, "targets": 30, "conduct": 20, "special": 10, "public": 10},
    "township": {
        "key_work": 15, "economy": 20, "society": 15, "public_service": 20, "conduct": 10,
        "special": 10, "public": 10,
    },
    "section": {"key_work": 35, "targets": 35, "conduct": 20, "public": 10},
    "person": {"general": 20, "post_targets": 40, "conduct": 30, "public": 10},
    "special_project": {"tracking": 80, "audit": 10, "public": 10},
    "vice_head": {"portfolio": 100},
}  # fmt: skip


def _value(part: Component, item: str, weight: Decimal, percent: Decimal, period: str) -> str:
    if part.periods and period == "end":
        percent = Decimal(100)
    slot = next(slot for slot in part.slots if slot.item == item)
    return str(percent * weight / 100 if isinstance(slot.formula, Judged) else percent)


def facts(track: str, unit: str = "u", percent: int | Decimal = 100, *, special: str = "") -> list[UnitFact]:
    """All facts of one unit: ``percent`` of full marks, at year-end 100; ``special`` in place of that score."""
    found: list[UnitFact] = []
    for part in TRACKS[track].components:
        periods = [period.key for period in part.periods.periods] if part.periods else [""]
        raters = [group.key for group in part.raters.groups] if part.raters else [""]
        for slot in part.slots:
            assert slot.criterion is not None
            for period in periods[:2]:
                for rater in raters:
                    value = _value(part, slot.item, slot.criterion.weight, Decimal(percent), period)
                    found.append(
                        UnitFact(
                            row=len(found) + 2, unit=unit, group=track, item=slot.item, period=period,
                            rater=rater, standard="100", note="无",
                            value=special if special and part.key == "special" else value,
                        )
                    )  # fmt: skip
    return found


def result(rows: list[UnitFact]) -> UnitResult:
    return assess(QITAI, rows)[0]


@pytest.mark.parametrize("track", PARTS)
def test_full_marks_of_every_part_make_a_hundred(track: str) -> None:
    found = result(facts(track))
    assert {part.key: part.points for part in found.components} == PARTS[track]
    assert found.total == 100


def test_half_year_is_worth_30_and_year_end_60_of_the_90() -> None:
    for track in ("department", "township", "section", "person"):
        found = result(facts(track, percent=0))
        judged = [part for part in found.components if part.key not in {"special", "public"}]
        year_end = sum(part.points or 0 for part in judged)
        with_special = 10 if "special" in PARTS[track] else 0
        assert abs(year_end + with_special - 60) <= Decimal("0.02")  # parts are rounded one by one


@given(st.decimals(0, 100, places=2))
def test_a_special_project_is_worth_10_or_8_to_9_or_5_to_6_or_nothing(score: Decimal) -> None:
    parts = {part.key: part for part in result(facts("department", special=str(score))).components}
    points = parts["special"].points
    assert points is not None
    if score >= 90:
        assert points == 10
    elif score >= 80:
        assert 8 <= points <= 9
    elif score >= 70:
        assert 5 <= points <= 6
    else:
        assert points == 0


@pytest.mark.parametrize("track", ["department", "township"])
def test_a_unit_without_a_special_project_is_judged_on_the_other_90(track: str) -> None:
    found = result(facts(track, special="不适用"))
    assert found.total == 100
    assert {part.key: part.points for part in found.components}["special"] is None


@given(st.lists(st.decimals(0, 2, places=2), max_size=4), st.lists(st.decimals(0, 2, places=2), max_size=4))
def test_inspection_and_complaints_take_at_most_2_each(
    inspected: list[Decimal], complained: list[Decimal]
) -> None:
    claims = [("inspection_conduct", each) for each in inspected] + [
        ("complaint", each) for each in complained
    ]
    rows = facts("section") + [
        UnitFact(row=900 + i, unit="u", item=item, value=str(points), note=str(i))
        for i, (item, points) in enumerate(claims)
    ]
    found = result(rows)
    assert found.penalty == min(sum(inspected), 2) + min(sum(complained), 2)
    assert found.total == 100 - found.penalty


@pytest.mark.parametrize("veto", ["family_planning", "public_order", "major_accident", "works_quality"])
@pytest.mark.parametrize("track", ["department", "township"])
def test_each_veto_leaves_a_pass_at_most(track: str, veto: str) -> None:
    found = result([*facts(track), UnitFact(row=900, unit="u", item=veto, value="是", note="通报")])
    assert (found.grade, [reached.key for reached in found.consequences]) == ("pass", ["no_reward"])
