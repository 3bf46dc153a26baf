"""Facts of a campaign as one table: standards from task books, corrections, history, carried results."""

from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.lifecycle.unit_assessment.cells import Member, rated_cells, rated_periods, reported_cells
from budgetperf.lifecycle.unit_assessment.form import (
    CorrectionRow,
    FactRow,
    PenaltyForm,
    RatingRow,
    TaskRow,
)
from budgetperf.lifecycle.unit_assessment.gathering import (
    Line,
    carried,
    claimed,
    corrected,
    exempted,
    facts,
    rated,
    remembered,
    reported,
    standards_of,
)
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules

BOOK = Rulebook.load()
QITAI = BOOK.by_id("qitai/unit_assessment/2013-01-01").rules_as(AssessmentRules)
QITAI_CAMPAIGN = BOOK.by_id("qitai/assessment_campaign/2013-01-01").rules_as(CampaignRules)
OWNER, BARE = Member("甲", "甲局", "department"), Member("乙", "乙局", "department")
TRACK = next(track for track in QITAI.tracks if track.key == "special_project")
WORKS = (
    Member("丙", "道路工程", TRACK.leaves()[0].key, owner="甲"),
    Member("丁", "供水工程", TRACK.leaves()[0].key, owner="甲"),
)


def marks(member: Member, share: Decimal) -> list[Line]:
    """Every cell of a special project at ``share`` of its full marks, by one rater of each group."""
    found = []
    for part in TRACK.components:
        periods = [period.key for period in part.periods.periods] if part.periods else [""]
        raters = (
            [f"{group.key}/{n}" for group in part.raters.groups for n in range(1, group.at_least + 1)]
            if part.raters
            else [""]
        )
        for slot in part.slots:
            scale = part.raters.scale if part.raters else None
            assert slot.criterion is not None
            full = scale.highest if scale else slot.criterion.weight
            for period in periods:
                found += [
                    Line(member.code, slot.item, format(full * share, "f"), period, rater) for rater in raters
                ]
    return found


def test_the_mean_of_the_special_projects_of_a_unit_becomes_its_fact() -> None:
    lines = [*marks(WORKS[0], Decimal(1)), *marks(WORKS[1], Decimal("0.9"))]
    found = {one.unit: one for one in carried(QITAI, QITAI_CAMPAIGN.carried, [OWNER, BARE, *WORKS], lines)}
    assert (found["甲"].item, found["甲"].value, found["甲"].origin) == ("special_score", "95", "丁、丙")
    assert (found["乙"].value, found["乙"].note) == ("不适用", f"本年没有{TRACK.label}")


def test_a_unit_that_is_exempt_is_carried_nothing() -> None:
    member = replace(OWNER, exempt="dissolved")
    assert carried(QITAI, QITAI_CAMPAIGN.carried, [member], []) == []
    assert exempted([member, BARE]) == [Line("甲", "dissolved", "是", origin="登记不参加考评")]


def test_what_is_carried_is_asked_of_no_supplier_and_a_survey_once_a_panel() -> None:
    asked = [
        one
        for supplier in QITAI_CAMPAIGN.suppliers
        for period in ("", "half", "end")
        for one in reported_cells(QITAI, QITAI_CAMPAIGN, [OWNER], supplier=supplier.key, period=period)
    ]
    items = {one.slot.item for one in asked}
    assert "special_score" not in items
    assert {"key_work_1", "target_6", "conduct_score"} <= items
    panels = [one.rater_group for one in asked if one.slot.item == "satisfaction"]
    assert panels == [f"panel_{number}" for number in range(1, 11)]
    (rated_cell,) = rated_cells(QITAI, [OWNER], rater_group="panel_1", period="")
    assert rated_cell.slot.item == "satisfaction"
    assert rated_periods(QITAI, [OWNER], "panel_1") == ("",)
    assert rated_periods(QITAI, WORKS, "panel_9") == ()


@pytest.mark.parametrize(
    ("target", "typed", "told"), [("200", "", "200"), ("200", "100", "200"), (None, "100", "100")]
)
def test_the_target_of_the_task_book_is_the_standard(target: str | None, typed: str, told: str) -> None:
    task = TaskRow.model_validate(
        {"key": "1", "item": "target_1", "task": "建成", "measure": "公里", "target": target}
    )
    known = standards_of("甲", [task, task.model_copy(update={"item": ""})])
    row = FactRow(unit="甲", item="target_1", value="180", standard=typed)
    line = reported([row, FactRow(unit="甲", item="target_2")], known, period="end", origin="R1")
    assert line == [Line("甲", "target_1", "180", "end", standard=told, origin="R1")]  # a blank is no fact


def test_an_upheld_appeal_replaces_its_cell_and_no_other() -> None:
    before = [
        Line("甲", "target_1", "180", "end", standard="200", origin="R1"),
        Line("甲", "target_1", "90", "half"),
    ]
    row = CorrectionRow(unit="甲", item="target_1", period="end", value="200", note="审计核实")
    after = corrected(before, [(row, "A1")])
    assert after == [replace(before[0], value="200", note="审计核实", origin="A1"), before[1]]
    missing = CorrectionRow(unit="甲", item="target_2", period="end", value="1", note="漏报")
    assert corrected(before, [(missing, "A2")])[2] == Line(
        "甲", "target_2", "1", "end", note="漏报", origin="A2"
    )


def test_claims_sheets_and_earlier_years_keep_where_they_come_from() -> None:
    form = PenaltyForm(item="complaint", value=Decimal(2), award="投诉", statement="属实")
    assert claimed("甲", form, Decimal(1), origin="P1") == Line(
        "甲", "complaint", "1", note="投诉", origin="P1"
    )
    rows = [
        RatingRow(unit="甲", item="satisfaction", value="90"),
        RatingRow(unit="甲", item="improved:7", value="80"),
    ]
    given = rated(rows, rater="panel_1/003", period="")
    assert given == [Line("甲", "satisfaction", "90", rater="panel_1/003", origin="panel_1/003")]
    key = QITAI.consequences[0].key
    reached = {"乙": {key: [2, 1], "dropped": [1]}, "甲": {key: [1]}, "丙": {key: [1]}}
    past = remembered(reached, [OWNER, BARE], QITAI)  # 丙 is gone, and the scheme knows no "dropped"
    assert [(one.unit, one.period) for one in past] == [("乙", "-1"), ("乙", "-2"), ("甲", "-1")]


def test_two_failing_years_running_are_seen_over_campaigns() -> None:
    """Under Qitai a unit that fails twice running is dealt with by the organisation department."""
    repeated = next(one for one in QITAI.consequences if any(c.repeated for c in one.any_of))
    again = next(c.repeated for c in repeated.any_of if c.repeated)
    lines = _poor_department() + remembered({"甲": {again.consequence: [1]}}, [OWNER], QITAI)
    (first,) = assess(QITAI, facts([OWNER], lines))
    (once,) = assess(QITAI, facts([OWNER], _poor_department()))
    assert repeated.key in {one.key for one in first.consequences}
    assert repeated.key not in {one.key for one in once.consequences}


def _poor_department() -> list[Line]:
    track = QITAI.track_of("department")
    assert track is not None
    found = []
    for part in track.components:
        periods = [period.key for period in part.periods.periods] if part.periods else [""]
        raters = [f"{group.key}/1" for group in part.raters.groups] if part.raters else [""]
        for slot in part.slots:
            standard = "100" if part.wants_standard(slot) else ""
            value, note = ("不适用", "没有专项") if slot.item == "special_score" else ("50", "")
            found += [Line("甲", slot.item, value, p, r, standard, note) for p in periods for r in raters]
    return found
