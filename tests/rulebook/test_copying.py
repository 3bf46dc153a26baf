"""A draft begun from another edition keeps its rules, not its place."""

from datetime import date

from budgetperf.rulebook.copying import begun_from

TEXT = "title: 甲\njurisdiction: hubei\nvalid_from: 2020-02-25\nserves: [湖北省]\nrules: {}\n"


def test_a_draft_for_another_place_does_not_serve_the_old_one() -> None:
    moved = begun_from(TEXT, jurisdiction="hunan", valid_from=date(2027, 1, 1))
    assert moved == "title: 甲\njurisdiction: hunan\nvalid_from: 2027-01-01\nrules: {}\n"


def test_a_successor_serves_the_places_of_its_predecessor() -> None:
    assert "serves: [湖北省]\n" in begun_from(TEXT, jurisdiction="hubei", valid_from=date(2027, 1, 1))
