"""Which moves of a record a page offers, and where each leads."""

from collections.abc import Container, Iterable
from urllib.parse import quote, urlencode

from api.screens.buttons import Barred, Button
from budgetperf.permissions import Actor
from budgetperf.process.advance import RecordState, Step, denial
from budgetperf.process.stages import ASSESSMENT_STAGES, Guard, Stage
from budgetperf.process.transitions import Transition, leaving
from budgetperf.store.adoptions import ProjectBaseline
from budgetperf.store.records import RecordFacts, StepFacts


def button(record_id: str, row: Transition) -> Button:
    """Return the button of a move."""
    return Button(row.label, f"/records/{record_id}/{row.verb}", main=not row.needs_reason)


def offered(
    record: RecordFacts, steps: Iterable[StepFacts], actor: Actor
) -> tuple[tuple[Button, ...], tuple[Barred, ...]]:
    """Return the moves open to ``actor``, and those they see but may not make, each with its reason."""
    state = _state(record, steps)
    found = [(row, denial(row, state, actor)) for row in leaving(record.stage, record.status)]
    return (
        tuple(button(record.id, row) for row, reason in found if reason is None),
        tuple(Barred(row.label, reason) for row, reason in found if reason is not None),
    )


def held(
    record: RecordFacts, moves: Iterable[Button], barred: Iterable[Barred], *, missing: Container[Guard]
) -> tuple[tuple[Button, ...], tuple[Barred, ...]]:
    """Put the moves that still lack an outside fact among the barred."""
    waiting = {
        row.label: guard.label
        for row in leaving(record.stage, record.status)
        for guard in reversed(row.guards)
        if guard in missing
    }
    moves = tuple(moves)
    return (
        tuple(move for move in moves if move.label not in waiting),
        (*(Barred(move.label, waiting[move.label]) for move in moves if move.label in waiting), *barred),
    )


def _state(record: RecordFacts, steps: Iterable[StepFacts]) -> RecordState:
    return record.state(Step(step.verb, step.actor) for step in steps if step.record_id == record.id)


def assessment_page(subject: str) -> str:
    """Return the page of a campaign, or of the unit of one, by the subject of its records.

    Examples
    --------
    >>> assessment_page("KP2025-wuxi.U.D1"), assessment_page("KP2025-wuxi.R")
    ('/assessment/KP2025-wuxi/units/D1', '/assessment/KP2025-wuxi')
    """
    campaign, _, rest = subject.partition(".")
    kind, _, code = rest.partition(".")
    return f"/assessment/{campaign}" + (f"/units/{quote(code, safe='')}" if kind == "U" else "")


def sheet_page(record: RecordFacts) -> str:
    """Return the page on which a rater reads the own sheet again."""
    return f"{assessment_page(record.subject)}/sheets/{record.id}"


def baseline_address(found: ProjectBaseline) -> str:
    """Return the sheet of a project's own unit of a baseline."""
    return f"/baselines/{found.record_id}/{quote(found.dmu, safe='')}"


def claim_address(found: ProjectBaseline) -> str:
    """Return the page on which a special factor is claimed against a baseline."""
    asked = {"project_code": found.code, "year": found.fiscal_year, "panel_code": found.panel_code}
    return f"/open/special-factor?{urlencode(asked)}"


_PAGES = {
    Stage.EXANTE: "/exante/{id}",
    Stage.LIMITS: "/limits/{year}",
    Stage.OBJECTION: "/limits/{year}/{subject}#o-{id}",
    Stage.BASELINE: "/baselines/{id}",
    Stage.SPECIAL_FACTOR_CLAIM: "/special-factor-claims/{id}",
    Stage.RULE: "/rules/drafts/{id}",
}
_PROJECT = "/projects/{subject}?year={year}#r-{id}"


def page_of(record: RecordFacts) -> str:
    """Return the page on which a record is shown."""
    if record.stage is Stage.FACT_REPORT:
        return f"/records/{record.id}/filed"
    if record.stage in ASSESSMENT_STAGES:
        return f"{assessment_page(record.subject)}#r-{record.id}"
    page = _PAGES.get(record.stage, _PROJECT)
    return page.format(id=record.id, year=record.fiscal_year, subject=record.subject)
