"""The assessment editions give the figures their sources name, at the size the sources name."""

from decimal import Decimal
from itertools import product

import pytest

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.formulas import Judged

ZHENGDING = Rulebook.load().by_id("zhengding/unit_assessment/2014-01-01").rules_as(AssessmentRules)
WUXI = Rulebook.load().by_id("wuxi/unit_assessment/2014-01-01").rules_as(AssessmentRules)
MEILING = Rulebook.load().by_id("meiling/unit_assessment/2015-01-01").rules_as(AssessmentRules)


def zhengding(group: str, marks: list[str]) -> list[UnitResult]:
    """Units of one track whose indicators and leaders' ratings all stand at the same percentage."""
    track = next(track for track in ZHENGDING.tracks if track.key == group)
    facts: list[UnitFact] = []
    for i, mark in enumerate(marks):
        for part in track.components:
            assert part.periods is not None
            for period in [period.key for period in part.periods.periods][
                : 1 if group == "old_town" else None
            ]:
                for slot in part.slots:
                    facts.append(
                        UnitFact(
                            row=len(facts) + 2,
                            unit=f"u{i:02}",
                            group=group,
                            item=slot.item,
                            period=period,
                            rater="leader" if part.raters else "",
                            value="100" if part.key == "public" else mark,
                            standard="100",
                        )
                    )
    return list(assess(ZHENGDING, facts))


@pytest.mark.parametrize(("group", "units", "advanced"), [("township", 7, 2), ("department", 32, 8)])
def test_a_quarter_of_a_track_is_advanced_and_none_below_90(group: str, units: int, advanced: int) -> None:
    found = zhengding(group, [str(Decimal(100) - Decimal(i) / 10) for i in range(units)])
    assert [result.grade for result in found].count("advanced") == advanced
    low = zhengding(group, ["99", *["80"] * (units - 1)])
    if group == "township":
        assert [result.grade for result in low] == ["advanced"] + ["pass"] * 6
        assert [result.total for result in low] == [99] + [80] * 6
    else:
        # indicators and leaders 70 x 0.8 = 56, and 30 of the public
        assert [result.total for result in low] == [Decimal("99.30")] + [86] * 31
        assert [result.grade for result in low].count("advanced") == 1


@pytest.mark.parametrize(
    ("marks", "advanced"),
    [
        (["99", "98", "97", "96", "95", "95"], 4),
        (["99", "98", "97", "96", "95.5", "95"], 5),
        (["95", "94.99"], 1),
    ],
)
def test_at_most_five_old_town_works_from_95_are_advanced(marks: list[str], advanced: int) -> None:
    found = zhengding("old_town", marks)
    assert [result.grade for result in found].count("advanced") == advanced


def test_the_last_three_below_60_are_reported_by_track() -> None:
    found = zhengding("township", ["99", "98", "97", "59", "58", "57", "56"])
    reported = [
        result.unit
        for result in found
        if "report_to_cadre_bodies" in {reached.key for reached in result.consequences}
    ]
    assert reported == ["u04", "u05", "u06"]
    assert found[3].grade == "fail"


def test_rank_bands_of_twenty_people_are_five_six_and_nine() -> None:
    facts: list[UnitFact] = []
    people = [(f"s{i:02}", "staff", 100 - i) for i in range(20)]
    people += [("m", "middle_cadre", 50), ("c", "section_cadre", 50)]
    for unit, group, rating in people:
        for item, value in (
            ("section_post", "25"),
            ("community_post", "25"),
            ("key_project_1", "20"),
            ("key_project_2", "20"),
            ("late", "0"),
            ("absent", "0"),
        ):
            facts.append(UnitFact(row=len(facts) + 2, unit=unit, group=group, item=item, value=value))
        facts.append(
            UnitFact(
                row=len(facts) + 2,
                unit=unit,
                group=group,
                item="leader_rating",
                rater="leader",
                value=str(rating),
            )
        )
    totals = [result.total for result in assess(MEILING, facts) if result.group == "staff"]
    # 100 x 60 % + 90, 80 or 70 x 40 %
    assert totals == [Decimal("96.00")] * 5 + [Decimal("92.00")] * 6 + [Decimal("88.00")] * 9


def wuxi_units(sizes: dict[str, int]) -> list[UnitResult]:
    """Units of Wuxi's groups, each with one mark for everything: 100, 99.9, 99.8 … over all groups in turn."""
    facts: list[UnitFact] = []
    units = [(f"{group}{i:02}", group) for group, size in sizes.items() for i in range(size)]
    for number, (unit, group) in enumerate(units):
        mark = Decimal(100) - Decimal(number) / 10
        track = WUXI.track_of(group)
        assert track is not None
        for part in track.components:
            periods = [period.key for period in part.periods.periods] if part.periods else [""]
            raters = [rater.key for rater in part.raters.groups] if part.raters else [""]
            for slot, period, rater in product(part.slots, periods, raters):
                assert slot.criterion is not None
                judged = isinstance(slot.formula, Judged)
                facts.append(
                    UnitFact(
                        row=len(facts) + 2,
                        unit=unit,
                        group=group,
                        item=slot.item,
                        period=period,
                        rater=rater,
                        value=str(mark * slot.criterion.weight / 100 if judged else mark),
                        standard="" if judged else "100",
                    )
                )
    return list(assess(WUXI, facts))


def test_the_125_units_of_wuxi_share_20_awards_in_a_and_b_and_10_in_c() -> None:
    found = wuxi_units({"party": 32, "general": 20, "enforcement": 26, "service": 23, "bank": 24})
    assert len(found) == 125
    awarded = [result.group for result in found if result.consequences]
    # 100 down to 98.1 are the first 20 of party; from 90 at all: the first of class C has 92.2
    assert sorted(awarded) == ["party"] * 20 + ["service"] * 10
    assert {result.grade for result in found if result.consequences} == {"excellent"}


def test_a_and_b_compete_for_the_same_twenty_awards() -> None:
    found = wuxi_units({"general": 12, "party": 12, "enforcement": 12, "service": 1, "bank": 1})
    awarded = [result.group for result in found if result.consequences]
    assert sorted(awarded) == ["bank"] + ["general"] * 12 + ["party"] * 8 + ["service"]


def test_six_national_and_eight_provincial_zones_are_ranked_apart() -> None:
    found = wuxi_units({"zone_national": 6, "zone_provincial": 8})
    assert sorted(result.rank or 0 for result in found if result.group == "zone_national") == [*range(1, 7)]
    assert sorted(result.rank or 0 for result in found if result.group == "zone_provincial") == [*range(1, 9)]
    talked = {result.unit for result in found if "talk" in {reached.key for reached in result.consequences}}
    assert talked == {"zone_national05", "zone_provincial07"}


def test_the_last_of_seven_districts_is_talked_to_and_two_are_advanced() -> None:
    found = wuxi_units({"district": 7})
    assert [result.grade for result in found] == ["advanced"] * 2 + ["ordinary"] * 5
    talked = [result.unit for result in found if "talk" in {reached.key for reached in result.consequences}]
    assert talked == ["district06"]
