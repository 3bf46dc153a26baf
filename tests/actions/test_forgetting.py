"""Ratings are kept with their raters as long as the edition says, and afterwards nothing joins the two."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import MetaData, Table, select
from sqlmodel import Session

from budgetperf.actions.drafts import save_draft
from budgetperf.actions.ratings import due_to_be_forgotten, own_sheet
from budgetperf.actions.recompute import recompute
from budgetperf.errors import Conflict, Forbidden, NotFound
from budgetperf.lifecycle.unit_assessment.form import RatingForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage, Status
from budgetperf.store import answers
from budgetperf.store.campaigns import seats_of, sheets_of
from budgetperf.store.records import list_records
from budgetperf.store.results import decisions_of
from tests import cast
from tests.actions.told import told_once
from tests.actions.zhengding import BEGUN, COMPUTED, ROSTER, TARGETS, YEAR_END, zhengding
from tests.assessment_story import Story, at
from tests.conftest import MakeContext

ARCHIVED = date(2026, 2, 12)
LAST = date(2027, 2, 12)
AFTER = LAST + timedelta(1)
OFFICE, RATERS = cast.ASSESSMENT_OFFICE, cast.RATERS


def archived(ctx: MakeContext) -> Story:
    """A campaign of two departments, archived on 12 February 2026; two leaders gave marks.

    On the way both saved drafts and asked with a key, and the mid-year sheet of one was taken back, typed but
    never submitted.
    """
    story = zhengding(ctx)
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    type_before(story, date(2025, 7, 1))
    story.through_the_year(YEAR_END)
    story.act(OFFICE, COMPUTED, story.id, "compute")
    story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    story.act(cast.SECOND_OFFICE, ARCHIVED, story.id, "finalise")
    bodies = ("考核办公室", "考核领导小组")
    rows = [{"body": body, "document": "海考1号", "decided_on": ARCHIVED.isoformat()} for body in bodies]
    story.act(cast.ASSESSMENT_HEAD, ARCHIVED, story.id, "approve", {"rows": rows})
    story.act(OFFICE, ARCHIVED, story.id, "archive")
    return story


connection, files, told, story = told_once(archived)


def type_before(story: Story, day: date) -> None:
    """Both raters type marks and ask with a key; the sheet of the second is taken back."""
    for earlier in (date(2025, 4, 1), day):
        story.reports(BEGUN)
        story.act(OFFICE, earlier, story.id, "advance")
    for rater in RATERS:
        ctx = story.ctx(rater, at(day))
        (sheet,) = list_records(ctx.session, rater, stage=Stage.RATING)
        typed = {"rows": [{"unit": "D1", "item": "leader_rating", "value": "93"}]}
        save_draft(ctx, sheet.id, "submit", "RatingForm", typed, record_version=1, saved_at=None)
        answers.claim(
            ctx.session, rater.id, f"page:{rater.id}", request_digest="93 in few tries", now=ctx.now
        )
    story.act(OFFICE, day, sheet, "void", reason="考察期未满")


def forget(story: Story, day: date) -> int:
    """Forget whatever is due, each sheet through its verb."""
    due = due_to_be_forgotten(story.office(day), story.campaign)
    for record in due:
        story.act(OFFICE, day, record, "forget")
    return len(due)


def marks_of(story: Story, rater: Actor, day: date) -> list[str]:
    """Which marks a person gave, as the office finds them: seat, sheet, rows."""
    session = story.office(day).session
    seats = {seat.id for seat in seats_of(session, story.id) if seat.person_id == rater.id}
    sheets = [sheet for sheet in sheets_of(session, story.id) if sheet.seat_id in seats]
    documents = [RatingForm.model_validate(sheet.document) for sheet in sheets]
    return [row.value for document in documents for row in document.rows]


def test_until_the_last_day_the_office_finds_who_gave_which_mark_and_may_not_forget(story: Story) -> None:
    assert sorted(marks_of(story, RATERS[0], LAST)) == ["80", "80", "92", "92"]
    assert forget(story, LAST) == 0
    sheet = story.records(Stage.RATING, LAST)[0]
    with pytest.raises(Conflict, match="保存期内"):
        story.act(OFFICE, LAST, sheet, "forget")
    with pytest.raises(Forbidden):
        story.act(RATERS[0], AFTER, sheet, "forget")


def test_a_rater_reads_the_own_sheet_again_until_it_is_forgotten(story: Story) -> None:
    sheet = story.records(Stage.RATING, AFTER, Status.FILED)[0].id
    rater = next(one for one in RATERS if reads(story, one, sheet))
    assert [reads(story, one, sheet) for one in (*RATERS, OFFICE)].count(True) == 1
    forget(story, AFTER)
    assert not reads(story, rater, sheet)


def reads(story: Story, actor: Actor, sheet: str) -> bool:
    """Whether somebody may read a sheet that was submitted."""
    try:
        return own_sheet(story.ctx(actor, at(AFTER)), sheet)[0].record_id == sheet
    except NotFound:
        return False


def test_afterwards_no_row_of_any_table_joins_a_person_and_a_mark(story: Story) -> None:
    assert {"idempotent_answer", "rater_seat"} <= {table for table, _ in as_owner(story)}
    assert forget(story, AFTER) == 3
    assert marks_of(story, RATERS[0], AFTER) == []
    assert story.records(Stage.RATING, AFTER, Status.FILED) == []
    telling = as_owner(story)
    assert {table for table, _ in telling} <= {"step", "event", "person", "role_grant", "credential"}, telling
    for table, row in telling:  # that they rated, and when: never what
        assert "leader/0" not in row, (table, row)
        assert '"92"' not in row, (table, row)
        assert '"80"' not in row, (table, row)


def as_owner(story: Story) -> list[tuple[str, str]]:
    """What the owner of the tables finds that names a rater."""
    session = story.office(AFTER).session
    session.connection().exec_driver_sql("SET ROLE NONE")
    rows = [(table, row) for table, row in everything(session) if tells(row)]
    session.connection().exec_driver_sql("SET ROLE budgetperf_app")
    return rows


def everything(session: Session) -> Iterator[tuple[str, str]]:
    """Every row of every table as text."""
    metadata = MetaData()
    metadata.reflect(session.connection())
    for table in metadata.sorted_tables:
        yield from ((table.name, json.dumps(dict(row), default=str)) for row in all_rows(session, table))


def all_rows(session: Session, table: Table) -> Iterator[dict[str, object]]:
    yield from (dict(row) for row in session.connection().execute(select(table)).mappings())


def tells(row: str) -> bool:
    """Whether a row names one of the raters."""
    return any(rater.id in row or rater.id.removeprefix("person-") in row for rater in RATERS)


def test_a_sheet_taken_back_keeps_no_rater_in_their_seat(story: Story) -> None:
    session = story.office(AFTER).session
    assert any(seat.person_id for seat in seats_of(session, story.id))
    forget(story, AFTER)
    session = story.office(AFTER).session
    assert {seat.person_id for seat in seats_of(session, story.id)} == {None}
    assert sheets_of(session, story.id) == []


def test_a_draft_is_dropped_when_its_sheet_is_submitted_or_taken_back(story: Story) -> None:
    drafts = []
    for rater in RATERS:
        session = story.ctx(rater, at(ARCHIVED)).session
        drafts.append(session.connection().exec_driver_sql("SELECT count(*) FROM draft").scalar_one())
    assert drafts == [0, 0], "one was submitted, one was taken back"


def test_the_packages_still_say_the_same_after_the_forgetting(story: Story) -> None:
    session = story.office(AFTER).session
    before = decisions_of(session, subject=story.campaign.subject)
    forget(story, AFTER)
    ctx = story.office(AFTER)
    after = decisions_of(ctx.session, subject=story.campaign.subject)
    assert [one.facts for one in after] == [one.facts for one in before]
    assert [recompute(one, ctx.rules).same for one in after] == [True, True]
    kept = json.dumps(after[-1].facts)
    assert "leader/001" in kept
    assert "leader/002" in kept


def test_only_those_who_run_the_assessment_clear_traces(story: Story) -> None:
    session = story.ctx(cast.FINANCE_HEAD, at(AFTER)).session
    with pytest.raises(Exception, match="只有考评办公室"), session.begin_nested():
        session.connection().exec_driver_sql("SELECT bp_forget_traces('x')")
