"""The reports of a campaign: when they are due, what they refuse, until when an accepted one is returned."""

from datetime import date

import pytest

from budgetperf.errors import Conflict, Invalid
from budgetperf.process.stages import Stage, Status
from tests import cast
from tests.actions.zhengding import BEGUN, COMPUTED, ROSTER, TARGETS, YEAR_END, refused
from tests.assessment_story import Story


def test_reports_and_sheets_are_due_when_the_phase_that_waits_for_them_ends(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    second, mid = date(2025, 4, 1), date(2025, 7, 1)
    story.act(cast.ASSESSMENT_OFFICE, second, story.id, "advance")
    assert {one.due_on for one in story.records(Stage.FACT_REPORT, second)} == {date(2025, 6, 30)}
    story.reports(second)
    story.act(cast.ASSESSMENT_OFFICE, mid, story.id, "advance")
    assert {one.due_on for one in story.records(Stage.RATING, mid)} == {date(2025, 7, 31)}


def test_a_figure_no_rule_can_score_is_refused_when_it_is_filed(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    spring = date(2025, 4, 1)
    story.act(cast.ASSESSMENT_OFFICE, spring, story.id, "advance")
    report = next(
        one for one in story.records(Stage.FACT_REPORT, spring, Status.DRAFT) if one.path == cast.LIBRARY
    )
    document = story.report(report, spring)
    rows = document["rows"]
    assert isinstance(rows, list)
    at = next(at for at, row in enumerate(rows) if row["item"] == "satisfaction")
    wrong = {"rows": [row | {"value": "120"} if here == at else row for here, row in enumerate(rows)]}
    with pytest.raises(Invalid) as caught:
        story.act(cast.LIBRARY_CLERK, spring, report, "file", wrong)
    [finding] = caught.value.findings
    assert finding.where.pointer == f"/rows/{at}/value"
    assert "满意度须在0至100（%）之间，收到120" in finding.message
    story.act(cast.LIBRARY_CLERK, spring, report, "file", document)


def test_an_accepted_report_is_returned_until_results_are_told_and_they_are_computed_again(
    story: Story,
) -> None:
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    story.through_the_year(YEAR_END)
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    report = story.records(Stage.FACT_REPORT, COMPUTED, Status.AUDITED)[0]
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, report, "recall", reason="数据有误")
    with refused("未办结"):
        story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    later = date(2026, 2, 3)
    clerk = story.suppliers[report.path]
    story.act(clerk, later, report, "file", story.report(report, later))
    story.act(cast.ASSESSMENT_OFFICE, later, report, "accept")
    with refused("请重新汇总计分后再公示"):
        story.act(cast.ASSESSMENT_HEAD, later, story.id, "publish")
    story.act(cast.ASSESSMENT_OFFICE, later, story.id, "compute")
    story.act(cast.ASSESSMENT_HEAD, later, story.id, "publish")
    with pytest.raises(Conflict, match="考评结果已公示，数据有误的按申诉程序更正"):
        story.act(cast.ASSESSMENT_OFFICE, later, report, "recall", reason="数据有误")


def test_progress_is_asked_for_from_the_start_of_the_campaign_on(story: Story) -> None:
    may = date(2025, 5, 10)
    story.open(may, ROSTER)
    days = {one.due_on for one in story.records(Stage.PROGRESS, may)}
    assert days
    assert all(day is not None and day >= may for day in days)
