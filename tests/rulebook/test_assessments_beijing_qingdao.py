"""Beijing, Qingdao and the administration department at the size their sources name; every edition's example by hand."""

import random
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules, Component
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult
from budgetperf.scoring.assessment_table import read_table
from budgetperf.scoring.formulas import Judged

RULEBOOK = Rulebook.load()
EDITIONS = [edition for edition in RULEBOOK.editions if edition.kind == "unit_assessment"]
TABLES = [
    pytest.param(edition.rules_as(AssessmentRules), str(example.given["facts"]), id=f"{edition.id}:{i}")
    for edition in EDITIONS
    for i, example in enumerate(edition.examples)
    if example.expect is not None
]


def rules_of(edition: str) -> AssessmentRules:
    return RULEBOOK.by_id(edition).rules_as(AssessmentRules)


BEIJING = rules_of("beijing/unit_assessment/2016-01-01")
QINGDAO = rules_of("qingdao/unit_assessment/2006-01-01")
SERVICE = rules_of("qingdao_service/unit_assessment/2009-01-01")
ADMINISTRATION = rules_of("administration_department/unit_assessment/2010-01-01")


def flat(rules: AssessmentRules, marks: Iterable[tuple[str, str, int]]) -> list[UnitFact]:
    """Return facts that give each unit the same percentage in everything, so that its total is that number."""
    leaves = {leaf.key: track for track in rules.tracks for leaf in track.leaves()}
    rows = [
        (unit, group, *cell)
        for unit, group, mark in marks
        for part in leaves[group].components
        for cell in cells(part, mark)
    ]
    return [
        UnitFact(row=i, unit=unit, group=group, item=item, rater=rater, value=str(value), standard="100")
        for i, (unit, group, item, rater, value) in enumerate(rows, 2)
    ]


def cells(part: Component, mark: int) -> Iterator[tuple[str, str, Decimal]]:
    raters = [group.key for group in part.raters.groups] if part.raters else [""]
    for slot in part.slots:
        assert slot.criterion is not None
        full = slot.criterion.weight if isinstance(slot.formula, Judged) else Decimal(100)
        yield from ((slot.item, rater, full * mark / 100) for rater in raters)


def holders(found: Iterable[UnitResult], consequence: str) -> set[str]:
    return {r.unit for r in found if consequence in {reached.key for reached in r.consequences}}


@pytest.mark.parametrize(("rules", "facts"), TABLES)
def test_the_order_of_rows_changes_no_example(rules: AssessmentRules, facts: str) -> None:
    rows = list(read_table(facts))
    mixed = random.Random(4).sample(rows, len(rows))
    assert assess(rules, mixed) == assess(rules, rows)


@pytest.mark.parametrize(("rules", "facts"), TABLES)
def test_the_total_follows_from_the_printed_parts(rules: AssessmentRules, facts: str) -> None:
    for result in assess(rules, read_table(facts)):
        track = rules.track_of(result.group)
        assert track is not None
        if result.total is None:
            continue
        printed = [part for part in result.components if part.points is not None]
        full = sum(part.out_of * part.factor for part in printed)
        sums = sum((part.points or Decimal(0)) * part.factor for part in printed) * track.total / full
        by_hand = sums + (result.bonus - result.penalty) * track.adjustment_factor
        places = Decimal(1).scaleb(-track.places)
        assert result.total == max(Decimal(0), by_hand).quantize(places, ROUND_HALF_UP)


def test_beijing_organs_have_60_of_their_own_and_40_in_common() -> None:
    organs = BEIJING.tracks[0]
    assert organs.components[0].out_of == 60
    assert sum(part.out_of for part in organs.components[1:]) == 40


def test_sixteen_beijing_districts_are_ranked_apart_from_the_organs() -> None:
    marks = [(f"d{i:02}", "district", 95 - i) for i in range(16)]
    found = assess(BEIJING, flat(BEIJING, [*marks, ("o1", "department", 70), ("o2", "department", 60)]))
    ranked = {result.unit: (result.total, result.rank) for result in found}
    assert ranked == {
        **{unit: (mark, i) for i, (unit, _, mark) in enumerate(marks, 1)},
        "o1": (70, 1),
        "o2": (60, 2),
    }


def qingdao(inner: list[int], county: list[int], zone: list[int]) -> tuple[UnitResult, ...]:
    groups = {"inner": inner, "county_city": county, "zone": zone}
    marks = [(f"{group}{i}", group, mark) for group, given in groups.items() for i, mark in enumerate(given)]
    return assess(QINGDAO, flat(QINGDAO, marks))


@pytest.mark.parametrize(
    ("zone", "admonished"),
    [
        ([68, 69, 70], {"zone0", "zone1", "zone2"}),
        ([95, 94, 93], {"inner3", "county_city3", "county_city4"}),
    ],
)
def test_the_last_three_of_all_twelve_qingdao_districts(zone: list[int], admonished: set[str]) -> None:
    found = qingdao([92, 91, 90, 72], [88, 87, 86, 74, 73], zone)
    assert holders(found, "admonition") == admonished
    assert holders(found, "honour") == {result.unit for result in found if (result.total or 0) >= 90}
    assert len(holders(found, "file_to_cadres")) == 12


def test_thirty_five_service_industry_units_stand_in_one_ranking() -> None:
    marks = [(f"u{i:02}", "member", 99 - i) for i in range(35)]
    found = assess(SERVICE, flat(SERVICE, marks))
    assert [(result.total, result.rank) for result in found] == [(99 - i, i + 1) for i in range(35)]


@pytest.mark.parametrize("peers", [1, 9])
def test_many_peers_are_one_voice_among_those_who_rate_a_person(peers: int) -> None:
    facts = flat(ADMINISTRATION, [("p", "supervisor", 80)])
    rated = [fact for fact in facts if fact.rater == "peer"]
    rest = [fact for fact in facts if fact.rater != "peer"]
    harsh = [
        UnitFact(row=1000 * n + fact.row, unit="p", item=fact.item, rater=f"peer/{n}", value="0")
        for n in range(peers)
        for fact in rated
    ]
    (found,) = assess(ADMINISTRATION, [*rest, *harsh])
    # 90 x (80 + 0 + 80 + 80) / 400 = 54, and 8 of 10 for certificates
    assert found.total == Decimal("62.00")


def test_a_rating_by_a_group_that_does_not_rate_is_told_with_its_row() -> None:
    facts = flat(ADMINISTRATION, [("p", "staff", 80)])
    stray = UnitFact(row=99, unit="p", item="attitude_rating", rater="subordinate/x", value="20")
    with pytest.raises(Invalid, match=r"第99行 .*评分人应以 superior、peer、self 之一开头"):
        assess(ADMINISTRATION, [*facts, stray])
