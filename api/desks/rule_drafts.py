"""Drafts of editions: listed, shown with their findings, tried on records when asked; the verbs move them."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.frame import answer, frame_of, holds
from api.desks.moves import offered
from api.desks.rule_diff import diff_to_copied
from api.guards import demand
from api.screens.buttons import Link
from api.screens.fields import Told, line_href
from api.screens.rules import ChangeLine, DraftLine, DraftPage, ImpactView
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.drafts import Begin
from budgetperf.actions.rule_drafts import TextShown, draft_of
from budgetperf.actions.rule_editions import copied_edition
from budgetperf.actions.rule_impact import Change, impact
from budgetperf.errors import BudgetperfError
from budgetperf.findings import Severity
from budgetperf.process.stages import Stage, Status
from budgetperf.rulebook.edition import Edition
from budgetperf.store.records import RecordFacts, list_records, steps_of

router = APIRouter()
DRAFT = "rules:edition:draft"
VIEW = "rules:draft:view"
HERE = "/rules/drafts"


def draft_lines(ctx: Context) -> tuple[DraftLine, ...]:
    """Return the drafts still worked on that this person may see."""
    if not holds(ctx.actor, VIEW):
        return ()
    over = {Status.ENACTED, Status.WITHDRAWN}
    return tuple(
        DraftLine(
            f"{HERE}/{record.id}",
            record.subject,
            record.name,
            date.fromisoformat(record.subject.rpartition("/")[2]),
            record.status,
        )
        for record in list_records(ctx.session, ctx.actor, stage=Stage.RULE)
        if record.status not in over
    )


def draft_openings(ctx: Context) -> tuple[Link, ...]:
    """Return the link that begins a draft, for whom may."""
    return (Link("起草规则版本", "/open/rule"),) if holds(ctx.actor, DRAFT) else ()


@router.get("/rules/drafts/{record_id}")
def show(
    request: Request,
    ctx: Work,
    record_id: Key,
    impact: bool = False,  # noqa: FBT001, FBT002
    begin: Begin | None = None,
) -> HTMLResponse:
    """Show a draft; what it would change is computed when asked for."""
    draft = draft_of(ctx, record_id, begin)
    demand(ctx.actor, VIEW, "查看规则草案")
    record, findings = draft.record, draft.reviewed.findings
    buttons, barred = offered(record, steps_of(ctx.session, [record.id]), ctx.actor)
    copied = copied_edition(ctx, record)
    view, refusal = _tried(ctx, draft.comparable) if impact and draft.comparable else (None, "")
    here = f"{HERE}/{record.id}"
    begun_with = f"&begin={begin.value}" if begin else ""
    screen = DraftPage(
        frame_of(request, ctx),
        id=record.subject,
        title=draft.reviewed.edition.title if draft.reviewed.edition else record.name,
        copied=Link(copied.id, f"/rules/{copied.id}") if copied else None,
        status=record.status,
        moves=buttons,
        barred=barred,
        shown=draft.shown,
        saved_at=draft.saved_at,
        drafted=f"{here}?begin=draft" if draft.saved_at and draft.shown is not TextShown.SAVED else "",
        findings=tuple(Told(finding, line_href(finding)) for finding in findings),
        sound=not any(finding.severity is Severity.ERROR for finding in findings),
        diff=diff_to_copied(ctx, record, draft.text),
        lines=tuple(draft.text.split("\n")),
        impact=view,
        impact_href=f"{here}?impact=true{begun_with}#impact" if draft.comparable else "",
        refusal=refusal,
        published=f"/rules/{record.subject}" if draft.shown is TextShown.ENACTED else "",
    )
    return answer(screen)


def _tried(ctx: Context, draft: Edition) -> tuple[ImpactView | None, str]:
    try:
        found = impact(ctx, draft)
    except BudgetperfError as refused:
        return None, refused.text
    view = ImpactView(
        before=Link(found.before.id, f"/rules/{found.before.id}"),
        open_records=found.count(open_=True),
        open_changed=found.count(open_=True, changed=True),
        settled_records=found.count(open_=False),
        settled_changed=found.count(open_=False, changed=True),
        left_out=found.left_out,
        changed=tuple(_line(change) for change in found.changes if change.changed),
        unchanged=tuple(_line(change) for change in found.changes if not change.changed),
    )
    return view, ""


def _line(change: Change) -> ChangeLine:
    return ChangeLine(
        _project(change.record), change.open, change.before, change.after, change.changed, change.reason
    )


def _project(record: RecordFacts) -> Link:
    href = f"/projects/{record.subject}?year={record.fiscal_year}#r-{record.id}"
    period = record.period or str(record.fiscal_year)
    return Link(f"{record.subject} {record.name}", href, f"{record.stage.label} {period}")
