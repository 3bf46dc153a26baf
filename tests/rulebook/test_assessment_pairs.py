"""Any assessment edition beside any other: the units of one city's first track judged by every track of the other."""

from decimal import Decimal
from itertools import permutations

import pytest

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assessment import AssessmentRules, Track
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_compare import compare_assessments
from budgetperf.scoring.assessment_mapping import CityMap, blank_map, read_map
from budgetperf.scoring.formulas import Judged, Proportional
from tests.rulebook.assessment_facts import table

RULES = {
    edition.jurisdiction: edition.rules_as(AssessmentRules)
    for edition in Rulebook.load().editions
    if edition.kind == "unit_assessment"
}


PAIRS = pytest.mark.parametrize(("here", "there"), list(permutations(sorted(RULES), 2)))


def mapped(before: AssessmentRules, after: AssessmentRules, track: Track, source: str) -> CityMap:
    """Every part of one track of ``after`` from one part of ``before``, every group from its first track."""
    lines = [f"group,{track.leaves()[0].key},{leaf.key}" for leaf in before.tracks[0].leaves()]
    lines += [f"item,{part.key},{source}" for part in track.components if not part.deductions]
    lines += [f"item,{item.key},bonus" for item in track.claimable() if item.at_most is not None]
    return read_map("what,to,from\n" + "\n".join(lines), before, after)


@PAIRS
def test_the_units_of_one_city_stand_where_their_shares_put_them_in_another(here: str, there: str) -> None:
    before, after = RULES[here], RULES[there]
    first = before.tracks[0]
    leaves = {leaf.key for leaf in first.leaves()}
    facts = [fact for fact in table(before, 7, most=3) if fact.group in leaves]
    source = first.components[0]
    for track in after.tracks:
        units = sorted({fact.unit for fact in facts})
        counted = [slot.item for part in track.components if part.deductions for slot in part.slots]
        own = [UnitFact(10**6, unit, item, "0") for unit in units for item in counted]
        found = compare_assessments(before, after, [*facts, *own], mapped(before, after, track, source.key))
        assert found.units
        for one in found.units:
            assert one.after.group == track.leaves()[0].key
            points = next(part for part in one.before.components if part.key == source.key)
            for part, rule in zip(one.after.components, track.components, strict=True):
                linear = all(isinstance(slot.formula, Judged | Proportional) for slot in rule.slots)
                if (
                    part.points is not None
                    and points.points is not None
                    and linear
                    and not rule.bands
                    and not rule.deductions
                ):
                    expected = part.out_of * points.points / points.out_of
                    assert abs(part.points - expected) <= Decimal("0.05")  # criteria are rounded one by one


@PAIRS
def test_a_blank_map_needs_only_its_from_to_be_filled(here: str, there: str) -> None:
    before, after = RULES[here], RULES[there]
    page = blank_map(before, after, (here, there))
    rows = [line for line in page.splitlines() if line.startswith(("group,", "item,"))]
    group, part = before.tracks[0].leaves()[0].key, before.tracks[0].components[0].key
    filled = []
    for row in rows:
        what, to, _ = row.split(",", 2)
        filled.append(
            f"{what},{to},{group if what == 'group' and row == rows[0] else part if what == 'item' else ''}"
        )
    by = read_map("what,to,from\n" + "\n".join(filled), before, after)
    assert len(by.groups) == 1
    asked = {part.key for track in after.tracks for part in track.components}
    assert asked <= set(by.items)
