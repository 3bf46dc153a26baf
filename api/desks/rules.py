"""The editions of the rules, each with clause and status; published ones never change."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.desks.decisions import leaves
from api.desks.frame import answer, frame_of, holds
from api.desks.rule_drafts import draft_lines, draft_openings
from api.screens.buttons import Link
from api.screens.record import EditionLine, EditionPage, Rules, UnsureLine
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.rulebooks import open_figures_of
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.figures import Figure

router = APIRouter()


def _line(ctx: Context, edition: Edition, unsure: Sequence[Figure]) -> EditionLine:
    source = edition.source
    return EditionLine(
        id=edition.id,
        title=edition.title,
        kind=edition.kind,
        valid_from=edition.valid_from,
        valid_to=edition.valid_to,
        source="".join(part for part in (source.document, source.number, source.clause) if part),
        status=source.status.label,
        digest=edition.digest,
        current=ctx.rules.applies(edition, ctx.today),
        unsure=len(unsure),
    )


@router.get("/rules")
def show(request: Request, ctx: Work) -> HTMLResponse:
    """Show all editions; what binds everybody may be read by everybody signed in."""
    unsure = open_figures_of(ctx.session, ctx.rules.editions)
    editions = tuple(_line(ctx, edition, unsure[edition.id]) for edition in ctx.rules.editions)
    openings = (Link("建立指标体系", "/rules/index"),) if holds(ctx.actor, "rules:index:build") else ()
    screen = Rules(
        frame_of(request, ctx),
        editions=editions,
        drafts=draft_lines(ctx),
        openings=(*draft_openings(ctx), *openings),
    )
    return answer(screen)


@router.get("/rules/{edition_id:path}")
def show_edition(request: Request, ctx: Work, edition_id: str) -> HTMLResponse:
    """Show one edition."""
    edition = ctx.rules.by_id(edition_id)
    rules = edition.rules.model_dump(mode="json")
    unsure = open_figures_of(ctx.session, (edition,))[edition.id]
    screen = EditionPage(
        frame_of(request, ctx),
        edition=_line(ctx, edition, unsure),
        unsure=tuple(
            UnsureLine(figure.gap or figure.place, figure.value, figure.source.status.label, figure.wording)
            for figure in unsure
        ),
        rules=tuple(leaves(rules)),
        examples=tuple(example.name for example in edition.examples),
    )
    return answer(screen)
