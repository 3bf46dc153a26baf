"""The editions of the rules, each with clause and status; published ones never change."""

from collections.abc import Iterator, Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.desks.frame import answer, frame_of, holds
from api.desks.rule_drafts import DRAFT, draft_lines, draft_openings
from api.downloads import download
from api.guards import demand
from api.screens.buttons import Link
from api.screens.record import EditionLine, EditionPage, Rules, UnsureLine
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.rule_editions import text_of
from budgetperf.actions.rulebooks import open_figures_of
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.figures import Figure

router = APIRouter()
VIEW = "rules:edition:view"
HEADS: Mapping[str, str] = {
    "title": "名称",
    "jurisdiction": "辖区",
    "kind": "规则种类",
    "serves": "适用范围",
    "valid_from": "生效",
    "valid_to": "失效",
    "source": "依据",
    "rules": "规则内容",
    "gaps": "待定参数",
    "examples": "算例",
}
"""What the parts of an edition are called."""


def _line(ctx: Context, edition: Edition, unsure: Sequence[Figure]) -> EditionLine:
    source = edition.source
    return EditionLine(
        id=edition.id,
        title=edition.title,
        kind=edition.kind,
        valid_from=edition.valid_from,
        valid_to=edition.valid_to,
        source="，".join(part for part in (source.document, source.number, source.clause) if part),
        status=source.status.label,
        digest=edition.digest,
        current=ctx.rules.applies(edition, ctx.today),
        unsure=len(unsure),
    )


@router.get("/rules")
def show(request: Request, ctx: Work) -> HTMLResponse:
    """Show all editions; what binds everybody may be read by everybody signed in."""
    demand(ctx.actor, VIEW, "查看规则版本")
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


@router.get("/rules/{edition_id:path}.yaml")
def fetch(ctx: Work, edition_id: str) -> Response:
    """Return the exact text of an edition, the bytes its digest is taken of."""
    demand(ctx.actor, VIEW, "查看规则版本")
    text = text_of(ctx, ctx.rules.by_id(edition_id))
    return download(text.encode(), f"{edition_id.replace('/', '-')}.yaml")


@router.get("/rules/{edition_id:path}")
def show_edition(request: Request, ctx: Work, edition_id: str) -> HTMLResponse:
    """Show one edition."""
    demand(ctx.actor, VIEW, "查看规则版本")
    edition = ctx.rules.by_id(edition_id)
    text = text_of(ctx, edition)
    unsure = open_figures_of(ctx.session, (edition,))[edition.id]
    screen = EditionPage(
        frame_of(request, ctx),
        edition=_line(ctx, edition, unsure),
        unsure=tuple(
            UnsureLine(figure.gap or figure.place, figure.value, figure.source.status.label, figure.wording)
            for figure in unsure
        ),
        outline=tuple(_outline(text)),
        lines=tuple(text.rstrip("\n").split("\n")),
        examples=tuple(example.name for example in edition.examples),
        download=f"/rules/{edition.id}.yaml",
        copy=f"/open/rule?copy_of={edition.id}" if holds(ctx.actor, DRAFT) else "",
    )
    return answer(screen)


def _outline(text: str) -> Iterator[Link]:
    """Yield the top-level keys of a text as links to their lines, in Chinese where the house has a word."""
    for number, line in enumerate(text.split("\n"), 1):
        key = line.partition(":")[0]
        if key.isidentifier():
            yield Link(HEADS.get(key, key), f"#l-{number}")
