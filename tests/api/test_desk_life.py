"""The line of a year says of the finance evaluation what is so: not yet, left out of a sample, or never in one."""

from dataclasses import replace
from datetime import UTC, date, datetime

from api.desks.life import Year, life_line
from api.screens.life import LifeStep, Phase
from budgetperf.store.budget import RoundFacts

ROUND = RoundFacts(
    id="round",
    fiscal_year=2027,
    result_year=2025,
    ceiling_fen=100,
    unallocated_fen=0,
    edition="national/limit_cuts/2026-01-01",
    published_at=datetime(2026, 11, 2, tzinfo=UTC),
    window_ends_on=None,
    issued_at=None,
)
YEAR = Year(
    records=(),
    steps=(),
    lights={},
    scores={},
    opposed=False,
    drawn=False,
    round=None,
    limit_href="",
    today=date(2026, 11, 2),
)


def step(year: Year, label: str) -> LifeStep:
    return next(item for item in life_line(year).steps if item.label == label)


def test_a_project_is_not_told_it_was_left_out_before_a_sample_was_drawn() -> None:
    found = step(YEAR, "财政评价")
    assert (found.phase, found.detail) == (Phase.AHEAD, "")


def test_a_project_left_out_of_the_sample_is_told_so_once_it_is_drawn() -> None:
    for year in (replace(YEAR, drawn=True), replace(YEAR, drawn=True, round=ROUND)):
        found = step(year, "财政评价")
        assert (found.phase, found.detail) == (Phase.SPARED, "未抽中")


def test_limits_made_without_a_sample_speak_of_no_draw() -> None:
    found = step(replace(YEAR, round=ROUND), "财政评价")
    assert (found.phase, found.detail) == (Phase.SPARED, "未列入")


def test_a_limit_still_to_come_is_not_taken_for_the_limit_of_the_year() -> None:
    assert life_line(YEAR).steps[-1].label == "下轮控制数"
    known = life_line(replace(YEAR, round=ROUND)).steps[-1]
    assert (known.budget_year, known.label) == ("2027", "控制数")
