"""Bad facts under every assessment edition: named with their row and a remedy, and nothing is computed."""

import re
from collections.abc import Sequence

import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_template import example_facts
from budgetperf.scoring.formulas import Judged

RULES = {
    edition.jurisdiction: edition.rules_as(AssessmentRules)
    for edition in Rulebook.load().editions
    if edition.kind == "unit_assessment"
}
CITIES = pytest.mark.parametrize("city", sorted(RULES))
MANY = [city for city, rules in RULES.items() if sum(len(track.leaves()) for track in rules.tracks) > 1]
JOINED = [city for city, rules in RULES.items() if any(len(track.leaves()) > 1 for track in rules.tracks)]


def sound(city: str) -> list[UnitFact]:
    facts = list(example_facts(RULES[city]))
    assess(RULES[city], facts)
    return facts


def refused(city: str, facts: Sequence[UnitFact]) -> dict[tuple[str, int], str]:
    """Every finding by code and row; each says what to do."""
    with pytest.raises(Invalid) as caught:
        assess(RULES[city], facts)
    told = {
        (found.code.removeprefix("assessment."), int(re.sub("[^0-9]", "", str(found.where)))): found.message
        for found in caught.value.findings
    }
    assert told
    assert all(re.search("请|应|须|至少需要", message) for message in told.values())
    return told


@CITIES
def test_an_unknown_item(city: str) -> None:
    facts = sound(city)
    facts[3] = facts[3]._replace(item="没有这一项")
    assert "没有这一项" in refused(city, facts)["item", facts[3].row]


@CITIES
def test_a_missing_row_or_period(city: str) -> None:
    rules, facts = RULES[city], sound(city)
    for track in rules.tracks:
        leaf = track.leaves()[0]
        for part in track.components:
            skipped = part.periods is not None and part.periods.missing == "skip"
            items = {slot.item for slot in part.slots}
            period = part.periods.periods[-1].key if part.periods else ""
            lacking = [
                fact
                for fact in facts
                if not (fact.group == leaf.key and fact.item in items and (skipped or fact.period == period))
            ]
            assert len(lacking) < len(facts)
            if part is track.components[0] and len(track.components) == 1:
                lacking.append(UnitFact(9999, f"{leaf.label}示例", "没有", "1", leaf.key))
            first = min(fact.row for fact in lacking if fact.group == leaf.key)
            assert f"“{part.label}”" in refused(city, lacking)["missing", first]


@CITIES
def test_a_rating_outside_its_scale(city: str) -> None:
    rules, facts = RULES[city], sound(city)
    judged = {
        (leaf.key, slot.item): part
        for track in rules.tracks
        for leaf in track.leaves()
        for part in track.components
        for slot in part.slots
        if isinstance(slot.formula, Judged)
    }
    rated = [i for i, fact in enumerate(facts) if (fact.group, fact.item) in judged]
    assert rated
    for i in (rated[0], rated[-1]):
        for value in ("100.01", "-0.01", "NaN", "1e1", "", "优"):
            told = refused(city, [*facts[:i], facts[i]._replace(value=value), *facts[i + 1 :]])
            assert set(told) == {("value", facts[i].row)}


@CITIES
def test_two_facts_for_one_cell(city: str) -> None:
    facts = sound(city)
    again = facts[0]._replace(row=9999, value="1")
    assert f"与第{facts[0].row}行重复填报同一事实" in refused(city, [*facts, again])["twice", 9999]


@pytest.mark.parametrize("city", sorted(MANY))
def test_a_unit_in_two_groups(city: str) -> None:
    facts = sound(city)
    other = next(fact.group for fact in facts if fact.group != facts[0].group)
    told = refused(city, [facts[0], facts[1]._replace(group=other), *facts[2:]])
    assert "属于两个分组" in next(message for (code, _), message in told.items() if code == "group")


@CITIES
def test_a_group_that_is_none_or_not_said(city: str) -> None:
    facts = sound(city)
    unit = facts[0].unit
    for group in ("", "没有这一组"):
        strayed = [fact._replace(group=group) if fact.unit == unit else fact for fact in facts]
        assert ("group", facts[0].row) in refused(city, strayed)


@pytest.mark.parametrize("city", sorted(JOINED))
def test_no_unit_in_a_group(city: str) -> None:
    for track in RULES[city].tracks:
        for leaf in track.leaves() if len(track.leaves()) > 1 else ():
            told = refused(city, [fact for fact in sound(city) if fact.group != leaf.key])
            assert f"分组“{leaf.label}”（{leaf.key}）没有任何单位" in told["empty_group", 1]
