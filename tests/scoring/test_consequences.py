from collections.abc import Mapping
from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.scoring.consequences import Condition, Consequence, Repeated, Standing, consequences
from budgetperf.scoring.ranking import TieRule
from tests.scoring.makers import SOURCE


def standing(
    unit: str,
    total: str,
    *,
    group: str = "g",
    parent: str = "",
    track: str = "t",
    grade: str = "pass",
    ties: TieRule = "shared",
    found: frozenset[str] = frozenset(),
    past: Mapping[str, frozenset[int]] | None = None,
    **points: str,
) -> Standing:
    marks = {"total": Decimal(total), **{key: Decimal(mark) for key, mark in points.items()}}
    return Standing(
        unit=unit,
        track=track,
        parent=parent or group,
        group=group,
        grade=grade,
        values=(Decimal(total),),
        points=marks,
        ties=ties,
        found=found,
        past=past or {},
    )


def rule(*any_of: Condition, key: str = "talk", tracks: tuple[str, ...] = ()) -> Consequence:
    return Consequence(source=SOURCE, key=key, label="诫勉谈话", tracks=tracks, any_of=any_of)


def who(standings: list[Standing], *rules: Consequence) -> str:
    """Return the units that reached the last of the rules."""
    reached = consequences(standings, rules)
    return "".join(sorted(unit for unit, held in reached.items() if rules[-1] in held))


FIVE = [standing(unit, total) for unit, total in zip("abcde", ("95", "80", "70", "70", "50"), strict=True)]


@pytest.mark.parametrize(
    ("condition", "units"),
    [
        (Condition(first=1), "a"),
        (Condition(first=3), "abcd"),
        (Condition(first=4), "abcd"),
        (Condition(last=1), "e"),
        (Condition(last=2), "cde"),
        (Condition(last=3), "cde"),
        (Condition(last=9), "abcde"),
        (Condition(below=Decimal(70)), "e"),
        (Condition(below=Decimal("70.01")), "cde"),
        (Condition(at_least=Decimal(95)), "a"),
        (Condition(at_least=Decimal("95.01")), ""),
        (Condition(below_mean=True), "cde"),
        (Condition(last=3, below=Decimal(60)), "e"),
        (Condition(grades=("pass",)), "abcde"),
        (Condition(grades=("fail",)), ""),
    ],
)
def test_conditions_by_rank_and_points(condition: Condition, units: str) -> None:
    assert who(FIVE, rule(condition)) == units


def test_where_ties_are_broken_by_code_the_edge_is_sharp() -> None:
    by_code = [standing(unit, "70", ties="code") for unit in "abc"]
    assert who(by_code, rule(Condition(first=1))) == "a"
    assert who(by_code, rule(Condition(last=1))) == "c"


def test_last_three_may_be_across_all_groups_or_inside_each() -> None:
    units = [
        standing("a", "50", group="g", track="t"),
        standing("b", "60", group="h", track="t"),
        standing("c", "70", group="h", parent="h", track="t"),
        standing("d", "40", group="i", track="u"),
    ]
    assert who(units, rule(Condition(last=1, scope="group"))) == "abd"
    assert who(units, rule(Condition(last=1, scope="track"))) == "ad"
    assert who(units, rule(Condition(last=1, scope="whole"))) == "d"
    assert who(units, rule(Condition(last=2, scope="whole"), tracks=("t",))) == "a"


def test_sub_groups_are_company_under_their_parent() -> None:
    units = [
        standing("a", "50", group="b1", parent="b"),
        standing("b", "60", group="b2", parent="b"),
    ]
    assert who(units, rule(Condition(last=1, scope="parent"))) == "a"
    assert who(units, rule(Condition(last=1, scope="group"))) == "ab"


def test_named_groups_compete_jointly_or_each_for_itself() -> None:
    units = [
        standing("a", "50", group="a"),
        standing("b", "60", group="b1", parent="b"),
        standing("c", "70", group="b2", parent="b"),
        standing("d", "90", group="c"),
    ]
    assert who(units, rule(Condition(first=1, groups=("a", "b"), scope="track"))) == "c"
    assert who(units, rule(Condition(first=1, groups=("a", "b"), scope="parent"))) == "ac"
    assert who(units, rule(Condition(first=2, groups=("a", "b1"), scope="track"))) == "ab"
    assert who(units, rule(Condition(grades=("pass",), groups=("b",)))) == "bc"


def test_the_first_in_one_item_is_found_among_those_that_have_it() -> None:
    units = [standing("a", "50", exports="9"), standing("b", "60", exports="8"), standing("c", "90")]
    assert who(units, rule(Condition(of="exports", first=1))) == "a"
    assert who(units, rule(Condition(of="exports", below=Decimal(9)))) == "b"
    assert who(units, rule(Condition(of="exports", at_least=Decimal(9)))) == "a"


def test_any_of_the_conditions_is_enough_and_all_parts_of_one_must_hold() -> None:
    units = [standing("a", "50", grade="fail"), standing("b", "60"), standing("c", "90")]
    either = rule(Condition(grades=("fail",)), Condition(last=2, grades=("pass",)))
    assert who(units, either) == "ab"
    assert who(units, rule(Condition(last=1, found="unfit"))) == ""
    unfit = [standing("a", "50", found=frozenset({"unfit"})), standing("b", "60")]
    assert who(unfit, rule(Condition(last=1, found="unfit"))) == "a"


@pytest.mark.parametrize(
    ("years", "past", "total", "reached"),
    [
        (2, {1}, "50", True),
        (2, {1, 2, 3}, "50", True),
        (2, {2}, "50", False),
        (2, set(), "50", False),
        (2, {1}, "90", False),
        (3, {1, 2}, "50", True),
        (3, {1}, "50", False),
    ],
)
def test_years_running_count_this_year_and_those_right_before(
    years: int, past: set[int], total: str, reached: bool
) -> None:
    unit = standing("a", total, past={"talk": frozenset(past)})
    rules = (
        rule(Condition(below=Decimal(60))),
        rule(Condition(repeated=Repeated(consequence="talk", years=years)), key="demotion"),
    )
    assert who([unit], *rules) == ("a" if reached else "")


def test_rules_without_a_condition_are_refused() -> None:
    with pytest.raises(ValidationError, match="条件不能为空"):
        Condition()
    with pytest.raises(ValidationError, match="至少写明一个条件"):
        rule()
