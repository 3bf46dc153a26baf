"""Every row of the transition table can be taken, by somebody, and leaves exactly one event of its name."""

import ast
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from budgetperf.actions import (
    appeals,
    baseline,
    campaign_work,
    campaigns,
    claims,
    evaluation,
    finance_evaluation,
    improvements,
    limits,
    monitoring,
    objections,
    rectification,
    request,
    rule_editions,
    special_factors,
)
from budgetperf.actions.bulk import BULK_STAGES
from budgetperf.actions.verbs import VERBS
from budgetperf.permissions import holders_of
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import TRANSITIONS, Transition
from tests.architecture.sources import sources

S = Stage

OPENINGS: dict[tuple[Stage, str], Callable[..., object]] = {
    (S.REQUEST, "open"): request.open_request,
    (S.EXANTE, "open"): request.accept,
    (S.MONITORING, "open"): monitoring.open_quarter,
    (S.RULE, "open"): rule_editions.open_draft,
    (S.RECTIFICATION, "open"): rectification.issue_notice,
    (S.SELF_EVALUATION, "open"): evaluation.open_year,
    (S.FINANCE_EVALUATION, "open"): finance_evaluation.draw_sample,
    (S.BASELINE, "fit"): baseline.fit_baseline,
    (S.SPECIAL_FACTOR_CLAIM, "open"): special_factors.open_claim,
    (S.LIMITS, "open"): limits.open_round,
    (S.OBJECTION, "file"): objections.file_objection,
    (S.ASSESSMENT, "open"): campaigns.open_campaign,
    **dict.fromkeys(
        ((stage, "open") for stage in (S.TASK_BOOK, S.PROGRESS, S.FACT_REPORT, S.RATING)),
        campaign_work.open_work,
    ),
    (S.BONUS, "file"): claims.claim_bonus,
    (S.PENALTY, "tell"): claims.tell_penalty,
    (S.APPEAL, "file"): appeals.file_appeal,
    (S.IMPROVEMENT, "open"): improvements.ask_improvement,
}
"""Which action opens the records of a stage."""

BULK = set(BULK_STAGES)

STATUS_QUESTIONS: dict[str, str] = {
    "budgetperf/actions/appeals.py": "whether what is appealed against may still be contested, for a guard",
    "budgetperf/actions/campaign_results.py": "which reports, claims and appeals of a campaign are settled, to count them",
    "budgetperf/actions/claims.py": "whether the campaign runs and appeals against the claim are decided, for guards",
    "budgetperf/actions/exante.py": "whether the conclusion of another record stands, for a guard",
    "budgetperf/actions/fact_reports.py": "which task books are issued, for the standards they set",
    "budgetperf/actions/filed_records.py": "whether the goals of other records are approved, to read them",
    "budgetperf/actions/goals.py": "whether the goals of another record are approved, to read them",
    "budgetperf/actions/line_facts.py": "which requests are lines of a round",
    "budgetperf/actions/rule_drafts.py": "whether the text of a draft is published already, to show it as such",
    "budgetperf/actions/rule_editions.py": "whether another draft of the same edition is still worked on",
    "budgetperf/actions/objections.py": "whether the round, another record, hears objections, for a guard",
    "budgetperf/actions/ratings.py": "which sheets are in, to be forgotten when their months are over",
    "budgetperf/actions/task_books.py": "whether the unit's task book is issued, to report on it",
    "budgetperf/store/visibility.py": "which task books and bonuses others than their unit may see",
    "workflows/demo/assessment.py": "which task books are still drafts, for their clerks to file",
    "api/desks/assessed_claims.py": "which claims may be contested and which appeals wait, to say so on the page",
    "api/desks/assessed_life.py": "how far the records of a unit are, to draw its line",
    "api/desks/assessed_result.py": "which reports of others are accepted, to show their facts",
    "api/desks/assessed_unit.py": "whether the campaign, another record, is running or told, to say what may be begun",
    "api/desks/assessment.py": "which claims are published, and what holds up a move, to say so on the page",
    "api/desks/assessment_phases.py": "whether the campaign, another record, has begun, to draw its cycle",
    "api/desks/assessment_openings.py": "which penalties and bonuses may be contested, to be chosen from",
    "api/desks/limit.py": "whether the round hears objections, to say so on the page",
}
"""Files outside ``process/`` that compare a status, each with the question; none of them moves by the answer."""

NAMES = [row.event for row in TRANSITIONS]


@pytest.mark.parametrize("row", TRANSITIONS, ids=NAMES)
def test_a_row_has_one_action(row: Transition) -> None:
    known = VERBS if row.sources else OPENINGS
    assert (row.stage, row.verb) in known
    assert not ((row.stage, row.verb) in VERBS and (row.stage, row.verb) in OPENINGS)


def test_no_action_is_without_row() -> None:
    assert {*VERBS, *OPENINGS} == {(row.stage, row.verb) for row in TRANSITIONS}


@pytest.mark.parametrize("row", TRANSITIONS, ids=NAMES)
def test_a_row_can_be_taken_by_somebody(row: Transition) -> None:
    assert holders_of(row.permission)


@pytest.mark.parametrize("row", TRANSITIONS, ids=NAMES)
def test_a_row_taken_leaves_exactly_one_event(owner: Session, row: Transition) -> None:
    """In the lived-in city: as many events of its name as steps, on the right chain, by the same people."""
    values = {"stage": row.stage.value, "verb": row.verb, "kind": row.event}
    connection = owner.connection()
    steps = connection.execute(
        text(
            """SELECT r.subject, s.record_id, s.actor_id, s.at FROM step s JOIN record r ON r.id = s.record_id
               WHERE s.stage = :stage AND s.verb = :verb ORDER BY s.id"""
        ),
        values,
    ).all()
    events = connection.execute(
        text(
            "SELECT chain, payload ->> 'record', actor, at, payload FROM event WHERE kind = :kind ORDER BY sequence"
        ),
        values,
    ).all()
    assert steps
    if row.stage in BULK and not row.sources:
        counted = Counter((step.actor_id, step.at) for step in steps)
        told: Counter[tuple[str, datetime]] = Counter()
        for event in events:
            told[event.actor, event.at] += event.payload["records"]
        assert told == counted
    else:
        assert [tuple(step) for step in steps] == [tuple(event)[:4] for event in events]


def test_an_event_of_a_move_says_from_where_to_where(owner: Session) -> None:
    rows = owner.connection().execute(
        text(
            "SELECT kind, payload ->> 'source' AS source, payload ->> 'target' AS target FROM event WHERE jsonb_exists(payload, 'target')"
        )
    )
    allowed = {
        (row.event, source.value if source else "", row.target.value)
        for row in TRANSITIONS
        for source in row.sources or (None,)
    }
    assert {tuple(row) for row in rows} <= allowed


def compared_with_status() -> set[str]:
    """The files outside ``process/`` in which something is compared with a status."""
    return {
        source.path
        for source in sources()
        if not source.path.startswith("budgetperf/process/")
        for comparison in source.find(ast.Compare)
        if any(
            isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "Status"
            for part in ast.walk(comparison)
        )
    }


def test_no_status_is_asked_for_outside_the_process_but_where_it_is_another_records() -> None:
    assert compared_with_status() == set(STATUS_QUESTIONS)
