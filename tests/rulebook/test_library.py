from datetime import date, timedelta
from pathlib import Path

import pytest

from budgetperf.errors import Invalid, NotFound
from budgetperf.rulebook.edition import failed_examples
from budgetperf.rulebook.kinds import KINDS
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import lock_editions
from budgetperf.rulebook.models import WorkingDaysRules
from budgetperf.rulebook.published import joined
from budgetperf.scoring.grade import GradeRules

RULEBOOK = Rulebook.load()
SOUND = (Path(__file__).parent / "sound.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("edition", RULEBOOK.editions, ids=lambda edition: edition.id)
def test_every_shipped_edition_has_examples_and_all_hold(edition) -> None:
    assert edition.examples
    assert failed_examples(edition) == ()


def test_every_kind_has_a_shipped_edition_for_the_demonstration_years() -> None:
    held = {edition.kind for edition in RULEBOOK.editions if date(2026, 6, 1) in RULEBOOK.span(edition)}
    assert held | {"composite_index"} == set(KINDS), "an index is built for one place, as a draft"


def test_the_rulebook_is_read_once() -> None:
    assert Rulebook.load() is RULEBOOK


@pytest.mark.parametrize(
    ("day", "held"), [(date(2020, 2, 24), False), (date(2020, 2, 25), True), (date(2026, 1, 1), True)]
)
def test_an_edition_holds_from_its_first_day_on(day: date, held: bool) -> None:
    if held:
        assert RULEBOOK.get("grades", day).id == "national/grades/2020-02-25"
    else:
        with pytest.raises(NotFound, match="2020-02-24没有有效的“grades”规则版本"):
            RULEBOOK.get("grades", day)


@pytest.mark.parametrize(("day", "year"), [(date(2025, 12, 31), 2025), (date(2026, 1, 1), 2026)])
def test_an_edition_with_an_end_holds_up_to_the_day_before(day: date, year: int) -> None:
    assert RULEBOOK.get("working_days", day).rules_as(WorkingDaysRules).year == year


def test_another_jurisdiction_does_not_inherit() -> None:
    with pytest.raises(NotFound, match="qingdao"):
        RULEBOOK.get("grades", date(2025, 1, 1), jurisdiction="qingdao")


SICHUAN = RULEBOOK.at("sichuan")


def test_a_place_works_by_its_own_rules_and_by_the_nations_where_it_has_none() -> None:
    day = date(2026, 6, 1)
    lights = SICHUAN.get("monitoring_lights", day)
    assert lights.jurisdiction == "sichuan"
    assert SICHUAN.get("grades", day) == RULEBOOK.get("grades", day)
    assert SICHUAN.applies(lights, day)
    assert not RULEBOOK.applies(lights, day)
    assert SICHUAN.get("monitoring_lights", date(2024, 12, 31)).jurisdiction == "national", "not yet in force"


def test_what_a_service_published_goes_before_its_place_and_the_nation_until_it_ends() -> None:
    day, over = date(2026, 6, 1), date(2026, 7, 1)
    own = SICHUAN.get("monitoring_lights", day).model_copy(
        update={"id": "local/monitoring_lights/2026-01-01", "jurisdiction": "local", "valid_to": over,
                "valid_from": date(2026, 1, 1)}
    )  # fmt: skip
    for book in (SICHUAN, RULEBOOK):
        used = joined(book, [own])
        assert used.get("monitoring_lights", day) == own
        assert used.get("monitoring_lights", over) == book.get("monitoring_lights", over)
        assert used.place == book.place


def test_no_packaged_edition_is_of_the_services_own_jurisdiction(tmp_path: Path) -> None:
    folder = tmp_path / "local/grades"
    folder.mkdir(parents=True)
    (folder / "2020-02-25.yaml").write_text(SOUND.replace("national", "local", 1), encoding="utf-8")
    with pytest.raises(Invalid, match="只用于在系统中发布的版本"):
        lock_editions(tmp_path)


def test_a_place_without_any_edition_is_refused_by_name() -> None:
    SICHUAN.demand_place()
    with pytest.raises(Invalid, match=r"sichaun.*sichuan"):
        RULEBOOK.at("sichaun").demand_place()
    with pytest.raises(Invalid, match="local"):
        RULEBOOK.at("local").demand_place()


def test_by_id_finds_what_a_past_result_names() -> None:
    assert RULEBOOK.by_id("national/grades/2020-02-25").title == "绩效评价等级"
    with pytest.raises(NotFound, match="national/grades/1999-01-01"):
        RULEBOOK.by_id("national/grades/1999-01-01")


def test_rules_of_another_kind_are_a_mistake_of_the_caller() -> None:
    edition = RULEBOOK.by_id("national/grades/2020-02-25")
    assert edition.rules_as(GradeRules).out_of == 100
    with pytest.raises(TypeError, match="holds GradeRules, not WorkingDaysRules"):
        edition.rules_as(WorkingDaysRules)


def publish(root: Path, text: str) -> None:
    day = text.split("valid_from: ")[1][:10]
    folder = root / "national/grades"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{day}.yaml").write_text(text, encoding="utf-8")
    lock_editions(root)


def test_two_editions_on_the_same_day_are_not_locked(tmp_path: Path) -> None:
    publish(
        tmp_path, SOUND.replace("valid_from: 2020-02-25\n", "valid_from: 2020-02-25\nvalid_to: 2024-01-02\n")
    )
    locked = (tmp_path / "editions.lock").read_bytes()
    with pytest.raises(Invalid, match="有效期重叠"):
        publish(tmp_path, SOUND.replace("2020-02-25", "2024-01-01"))
    assert (tmp_path / "editions.lock").read_bytes() == locked


def test_a_successor_takes_over_on_its_day_and_the_published_file_stays(tmp_path: Path) -> None:
    publish(tmp_path, SOUND)
    publish(tmp_path, SOUND.replace("2020-02-25", "2024-01-01"))
    rulebook = Rulebook.load(tmp_path)
    assert rulebook.get("grades", date(2023, 12, 31)).valid_from == date(2020, 2, 25)
    assert rulebook.get("grades", date(2024, 1, 1)).valid_from == date(2024, 1, 1)
    first, second = rulebook.editions
    assert (rulebook.span(first).end, rulebook.span(second).end) == (date(2024, 1, 1), None)


def test_nothing_holds_between_an_end_and_the_next_beginning(tmp_path: Path) -> None:
    publish(
        tmp_path, SOUND.replace("valid_from: 2020-02-25\n", "valid_from: 2020-02-25\nvalid_to: 2023-01-01\n")
    )
    publish(tmp_path, SOUND.replace("2020-02-25", "2024-01-01"))
    with pytest.raises(NotFound):
        Rulebook.load(tmp_path).get("grades", date(2023, 6, 1))


@pytest.mark.parametrize(
    ("year", "count"),
    [(2024, 366 - 104 - 11), (2025, 365 - 104 - 13), (2026, 365 - 104 - 13)],
)
def test_a_year_has_its_days_less_weekends_and_statutory_holidays(year: int, count: int) -> None:
    calendar = RULEBOOK.work_calendar()
    days = [date(year, 1, 1) + timedelta(days=i) for i in range(366)]
    assert sum(calendar.is_working(day) for day in days if day.year == year) == count


def test_the_calendar_spans_years_and_refuses_those_it_lacks() -> None:
    calendar = RULEBOOK.work_calendar()
    assert calendar.add(date(2025, 12, 31), 1) == date(2026, 1, 4)
    with pytest.raises(ValueError, match="2023"):
        calendar.is_working(date(2023, 12, 29))
