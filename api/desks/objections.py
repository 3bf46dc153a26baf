"""Object to one limit: a form whose evidence is chosen among the files of the project."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.answers import Key, YearKey
from api.desks.frame import onward
from api.desks.openings import asked, opened, opening_page
from api.guards import PostedForm, demand
from api.screens.buttons import Link
from api.screens.fields import Preset
from api.screens.form import About
from api.screens.page import Option
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.objections import file_objection
from budgetperf.budget.form import ObjectionForm
from budgetperf.store.budget import get_round, line_of
from budgetperf.store.evidence import attachments_of

router = APIRouter()
TITLE = "提出异议"


def _start(ctx: Context, year: int, code: str) -> tuple[About, Preset, tuple[Link, ...]]:
    """Return what the form is about, its choices, and the cuts that can be contested."""
    demand(ctx.actor, "objection:form:file", TITLE)
    line = line_of(ctx.session, get_round(ctx.session, year).id, code)
    limit = line.limit()
    cuts = [cut for cut in limit.cuts if cut.applied]
    files = attachments_of(ctx.session, line.evaluand_id)
    options = {
        "ObjectionForm.contests": tuple(
            Option(cut.claim.ground.value, cut.claim.ground.label) for cut in cuts
        ),
        "ObjectionForm.evidence": tuple(
            Option(item.digest, f"{item.filename}（{item.describes}）") for item in files
        ),
    }
    about = About(TITLE, line.name, code, f"{year}", "", f"/limits/{year}/{code}")
    facts = tuple(Link(cut.claim.ground.label, "", f"{cut.applied} 元") for cut in cuts)
    return about, Preset({}, options=options), (*facts, Link("上传材料", f"/projects/{code}#files"))


@router.get("/limits/{year}/{code}/objection")
def ask(request: Request, ctx: Work, year: YearKey, code: Key) -> HTMLResponse:
    """Show the form of an objection."""
    about, preset, facts = _start(ctx, year, code)
    return asked(opening_page(request, ctx, about, form=ObjectionForm, preset=preset, facts=facts))


@router.post("/limits/{year}/{code}/objection")
def take(request: Request, ctx: Work, year: YearKey, code: Key, posted: PostedForm) -> Response:
    """File an objection."""
    about, preset, facts = _start(ctx, year, code)

    def act(form: ObjectionForm) -> RedirectResponse:
        file_objection(ctx, code, year, form, Seen())
        return onward(f"/limits/{year}/{code}#objections", "objection.file")

    return opened(request, ctx, about, form=ObjectionForm, preset=preset, posted=posted, act=act, facts=facts)
