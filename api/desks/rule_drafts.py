"""Drafts of editions: listed, shown with their findings, tried on records when asked; the verbs move them."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.frame import answer, frame_of, holds
from api.desks.moves import offered
from api.screens.buttons import Link
from api.screens.rules import ChangeLine, DraftLine, DraftPage, ImpactView
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.rule_editions import Reviewed, begun, filed_text, review_text
from budgetperf.actions.rule_impact import Change, applies, impact
from budgetperf.errors import BudgetperfError, NotFound
from budgetperf.findings import Severity
from budgetperf.process.stages import Stage, Status
from budgetperf.rulebook.edition import Edition
from budgetperf.store.records import RecordFacts, filings_of, get_record, list_records, steps_of

router = APIRouter()
DRAFT = "rules:edition:draft"
HERE = "/rules/drafts"


def draft_lines(ctx: Context) -> tuple[DraftLine, ...]:
    """Return the drafts still worked on that this person may see."""
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
def show(request: Request, ctx: Work, record_id: Key, impact: bool = False) -> HTMLResponse:  # noqa: FBT001, FBT002
    """Show a draft; what it would change is computed when asked for."""
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not Stage.RULE:
        raise NotFound("rule.draft", "该记录不是规则草案")
    enacted = record.status is Status.ENACTED
    filed = filed_text(ctx, record)
    form = filed or begun(ctx, record)
    reviewed = Reviewed(ctx.rules.by_id(record.subject), ()) if enacted else review_text(ctx, record, form)
    buttons, barred = offered(record, steps_of(ctx.session, [record.id]), ctx.actor)
    filings = tuple(filings_of(ctx.session, record.id))
    copied = filings[0].edition
    comparable = reviewed.edition is not None and applies(reviewed.edition.kind) and not enacted
    view, refusal = (
        _tried(ctx, reviewed.edition) if impact and comparable and reviewed.edition else (None, "")
    )
    screen = DraftPage(
        frame_of(request, ctx),
        id=record.subject,
        title=reviewed.edition.title if reviewed.edition else record.name,
        copied=Link(copied, f"/rules/{copied}") if copied != record.subject else None,
        status=record.status,
        moves=buttons,
        barred=barred,
        filed=len(filings) > 1,
        findings=reviewed.findings,
        sound=not any(finding.severity is Severity.ERROR for finding in reviewed.findings),
        lines=tuple(form.text.split("\n")),
        impact=view,
        impact_href=f"{HERE}/{record.id}?impact=true#impact" if comparable else "",
        refusal=refusal,
        published=f"/rules/{record.subject}" if enacted else "",
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
        changes=tuple(_line(change) for change in found.changes),
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
