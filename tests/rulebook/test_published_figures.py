"""The figures the sources print come out of the running editions; those at full size stand in ``test_assessments``."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules, Component, Slot
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.assessment_template import example_facts
from budgetperf.scoring.formulas import Judged, MinMax

RULES = {
    edition.jurisdiction: edition.rules_as(AssessmentRules)
    for edition in Rulebook.load().editions
    if edition.kind == "unit_assessment"
}
Said = Mapping[str, str]
"""Values by item, in place of full marks."""


def facts(city: str, group: str, **units: Said) -> list[UnitFact]:
    """Full marks in everything for each unit of a group, but what is said of it; other items are added."""
    asked = [fact for fact in example_facts(RULES[city]) if fact.group == group]
    known = {fact.item for fact in asked}
    rows = [
        fact._replace(unit=unit, value=said.get(fact.item, fact.value), note="无")
        for unit, said in units.items()
        for fact in asked
    ]
    rows += [
        UnitFact(0, unit, item, value, group, note=f"{unit}的{item}")
        for unit, said in units.items()
        for item, value in said.items()
        if item not in known
    ]
    return [row._replace(row=number) for number, row in enumerate(rows, 2)]


def results(city: str, *tables: list[UnitFact]) -> dict[str, UnitResult]:
    rows = [row for table in tables for row in table]
    return {r.unit: r for r in assess(RULES[city], [row._replace(row=i) for i, row in enumerate(rows, 2)])}


def points(result: UnitResult) -> dict[str, Decimal | None]:
    return {part.key: part.points for part in result.components}


def test_zhengding_48_units_have_three_tracks_with_their_weights() -> None:
    tables = [facts("zhengding", group, **{f"{group}{i}": {} for i in range(size)})
              for group, size in (("township", 7), ("department", 32), ("old_town", 9))]  # fmt: skip
    found = results("zhengding", *tables)
    assert len(found) == 48
    assert points(found["township0"]) == {"indicators": 90, "leaders": 10}
    assert points(found["department0"]) == {"indicators": 60, "public": 30, "leaders": 10}
    assert points(found["old_town0"]) == {"indicators": 70, "leaders": 30}
    # 48 equal units: more than the places are alike, so that nobody can be chosen by marks
    assert {result.total for result in found.values()} == {100}


@pytest.mark.parametrize(
    ("track", "units", "advanced", "items"),
    [
        ("township", 7, 2, ("economy", "livelihood", "leader_rating")),
        ("department", 32, 8, ("economic_work", "business", "environment", "leader_rating")),
    ],
    ids=str,
)
def test_2_of_7_townships_and_8_of_32_departments_are_advanced_and_none_below_90(
    track: str, units: int, advanced: int, items: tuple[str, ...]
) -> None:
    def grades(first: Decimal) -> list[str]:
        said = {f"u{i:02}": dict.fromkeys(items, str(first - Decimal(i) / 10)) for i in range(units)}
        return [result.grade for result in results("zhengding", facts("zhengding", track, **said)).values()]

    assert grades(Decimal(100)) == ["advanced"] * advanced + ["pass"] * (units - advanced)
    # 90 x 0.9 + 10 x 0.9 = 90; a department's 70 x 0.858 = 60.06, and 30 of the public
    assert grades(Decimal(90) if track == "township" else Decimal("85.8")) == ["advanced"] + ["pass"] * (
        units - 1
    )


@pytest.mark.parametrize(
    ("said", "bonus", "penalty"),
    [
        ({"award_city": "1"}, "2", "0"),
        ({"award_province": "1"}, "3", "0"),
        ({"award_centre": "1"}, "4", "0"),
        ({"award_city_department": "1"}, "1", "0"),
        ({"award_province_department": "1"}, "2", "0"),
        ({"award_ministry": "1"}, "3", "0"),
        ({"award_centre": "1", "award_ministry": "1", "other_bonus": "4"}, "4", "0"),
        ({"criticised_province": "1"}, "0", "2"),
        ({"criticised_city": "1"}, "0", "1"),
        ({"criticised_county": "1"}, "0", "0.5"),
        ({"complaint": "1"}, "0", "0.5"),
        ({"disciplined": "1"}, "0", "1"),
        ({"held_accountable": "1"}, "0", "0.5"),
        ({"criticised_province": "3", "complaint": "9"}, "0", "4"),
        ({"award_centre": "1", "award_city": "1", "criticised_province": "2", "disciplined": "1"}, "4", "4"),
    ],
    ids=str,
)
@pytest.mark.parametrize("group", ["township", "department"])
def test_zhengding_bonus_and_penalty_as_printed_and_at_most_4(
    group: str, said: Said, bonus: str, penalty: str
) -> None:
    result = results("zhengding", facts("zhengding", group, u=said))["u"]
    assert (result.bonus, result.penalty) == (Decimal(bonus), Decimal(penalty))
    assert result.total == 100 + result.bonus - result.penalty


@pytest.mark.parametrize(
    ("score", "worth"),
    [("100", "10"), ("90", "10"), ("89.99", "9.00"), ("85", "8.50"), ("80", "8"), ("79.99", "6.00"), ("75", "5.50"),
     ("70", "5"), ("69.99", "0"), ("0", "0")],
)  # fmt: skip
@pytest.mark.parametrize("group", ["department", "township"])
def test_a_special_project_of_qitai_is_worth_10_8_to_9_5_to_6_or_nothing(
    group: str, score: str, worth: str
) -> None:
    result = results("qitai", facts("qitai", group, u={"special_score": score}))["u"]
    assert points(result)["special"] == Decimal(worth)
    assert result.total == 90 + Decimal(worth)


def test_wuxi_departments_are_50_25_25_and_8_at_most() -> None:
    said = {"rank_progress": "5", "innovation_bonus": "2", "overall_effect": "4"}
    tables = [facts("wuxi", group, **{group: said if group == "party" else {}})
              for group in ("party", "general", "enforcement", "service", "bank")]  # fmt: skip
    found = results("wuxi", *tables)
    assert all(list(points(result).values()) == [50, 25, 25] for result in found.values())
    assert [found["party"].bonus, found["party"].total, found["bank"].total] == [8, 108, 100]


@pytest.mark.parametrize(
    ("said", "routine", "projects", "attendance"),
    [
        ({}, "50", "40", "10"),
        ({"section_post": "20", "community_post": "25"}, "45", "40", "10"),
        ({"community_post": "不适用", "section_post": "20"}, "40", "40", "10"),
        ({"key_project_1": "15", "key_project_2": "20"}, "50", "35", "10"),
        ({"key_project_1": "15", "key_project_2": "不适用"}, "50", "30", "10"),
        ({"key_project_1": "不适用", "key_project_2": "不适用", "section_post": "20"}, "81", None, "10"),
        ({"late": "1"}, "50", "40", "9"),
        ({"late": "9"}, "50", "40", "1"),
        ({"late": "10"}, "50", "40", "0"),
        ({"late": "11"}, "50", "40", "0"),
        ({"absent": "1"}, "50", "40", "5"),
        ({"absent": "2"}, "50", "40", "0"),
        ({"absent": "1", "late": "3"}, "50", "40", "2"),
    ],
    ids=str,
)
def test_meiling_routine_50_or_90_projects_40_and_attendance_10(
    said: Said, routine: str, projects: str | None, attendance: str
) -> None:
    others = [facts("meiling", group, **{group: {}}) for group in ("section_cadre", "middle_cadre")]
    result = results("meiling", facts("meiling", "staff", u=said), *others)["u"]
    found = [routine, projects, attendance]
    assert list(points(result).values())[:3] == [None if one is None else Decimal(one) for one in found]
    own = sum(Decimal(one) for one in found if one is not None)
    assert result.total == own * Decimal("0.6") + (points(result)["leaders"] or 0) * Decimal("0.4")


@pytest.mark.parametrize(("item", "change"), [("bonus_decided", 6), ("penalty_decided", -6)])
def test_meiling_bonus_and_penalty_are_10_at_most_and_count_60_percent(item: str, change: int) -> None:
    others = [facts("meiling", group, **{group: {}}) for group in ("section_cadre", "middle_cadre")]
    plain, struck = (
        results("meiling", facts("meiling", "staff", u=said), *others)["u"].total
        for said in ({}, {item: "10"})
    )
    assert plain is not None
    assert struck == plain + change


def levelled(part: Component, slot: Slot, best: tuple[str, ...]) -> tuple[str, str]:
    """The value of the best and of the other of two districts: best in ``best`` alone, alike elsewhere."""
    if isinstance(slot.formula, MinMax):
        return (
            ("2", "1")
            if slot.item in best
            else ("1", "2")
            if slot.item.startswith("economy.")
            else ("1", "1")
        )
    return ("100", "100") if not isinstance(slot.formula, Judged) else ("20", "20")


@pytest.mark.parametrize(
    ("best", "expected"), [("economy.level", (4, 6)), ("economy.growth", (6, 4))], ids=["level", "growth"]
)
def test_level_and_growth_of_a_wuxi_district_count_4_to_6(best: str, expected: tuple[int, int]) -> None:
    units: dict[str, dict[str, str]] = {"甲": {}, "乙": {}}
    track = next(track for track in RULES["wuxi"].tracks if track.key == "district")
    for part in track.components:
        for slot in part.slots:
            units["甲"][slot.item], units["乙"][slot.item] = levelled(part, slot, (best,))
    found = results("wuxi", facts("wuxi", "district", **units))
    shares = [
        next(item.points for part in found[unit].components for item in part.items if item.key == "economy")
        for unit in ("甲", "乙")
    ]
    assert shares == [*expected]
