"""What is begun on a unit's page: documents brought, bonuses claimed, penalties told, appeals, improvements."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi import Form as Posted
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.answers import Key
from api.desks.assessed_unit import unit_for, unit_page
from api.desks.assessment_presets import item_labels
from api.desks.frame import answer, onward
from api.desks.moves import assessment_page
from api.desks.openings import asked, opened, opening_page
from api.guards import PostedForm, demand
from api.screens.assessed_unit import Brought
from api.screens.buttons import Link
from api.screens.fields import Preset
from api.screens.form import About
from api.screens.page import Option
from api.transaction import Work as Transaction
from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.campaign_files import attach_to_unit
from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import claim_bonus, demand_own, side_of, tell_penalty
from budgetperf.actions.context import Context
from budgetperf.actions.files import MAX_BYTES
from budgetperf.actions.improvements import ask_improvement
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.errors import Invalid, NotFound
from budgetperf.forms import ONE_LINE, Form, Line
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.form import AppealForm, BonusForm, ImprovementForm, PenaltyForm
from budgetperf.process.stages import Stage, Status
from budgetperf.scoring.adjustments import AdjustmentSide
from budgetperf.store.campaigns import UnitFacts, files_of, get_campaign

router = APIRouter()
Act = Callable[[Context, str, str, Any, Seen], Outcome]


@dataclass(frozen=True, slots=True)
class Beginning:
    """One thing that is begun on the page of a unit."""

    title: str
    permission: str
    form: type[Form]
    act: Act
    anchor: str
    event: str


BEGINNINGS: Mapping[str, Beginning] = {
    "bonus": Beginning("申报加分", "bonus:form:file", BonusForm, claim_bonus, "claims", "bonus.file"),
    "penalty": Beginning(
        "告知扣分", "penalty:notice:write", PenaltyForm, tell_penalty, "claims", "penalty.tell"
    ),
    "appeal": Beginning(
        "提出申诉或异议", "appeal:form:file", AppealForm, file_appeal, "appeals", "appeal.file"
    ),
    "improvement": Beginning(
        "下达整改事项",
        "improvement:notice:write",
        ImprovementForm,
        ask_improvement,
        "improvements",
        "improvement.open",
    ),
}


@dataclass(frozen=True, slots=True)
class Start:
    """What the form of a beginning is about, its choices, and what to look at first."""

    beginning: Beginning
    about: About
    options: Mapping[str, tuple[Option, ...]]
    facts: tuple[Link, ...]


_OWN = frozenset({"bonus", "appeal"})
"""What only a unit's own people begin."""


def _start(ctx: Context, subject: str, code: str, name: str) -> Start:
    beginning = BEGINNINGS.get(name)
    if beginning is None:
        raise NotFound("opening.unknown", "没有这一项业务")
    demand(ctx.actor, beginning.permission, beginning.title)
    unit, campaign = unit_for(ctx, subject, code), get_campaign(ctx.session, subject)
    if name in _OWN:
        demand_own(ctx, unit, beginning.title)
    work, page = work_for(ctx, campaign), assessment_page(unit.subject)
    stage = f"{campaign.fiscal_year}"
    about = About(beginning.title, unit.name, unit.code, stage, "", f"{page}#{beginning.anchor}")
    return Start(beginning, about, _options(ctx, work, unit), _facts(work, unit, name, page))


def _options(ctx: Context, work: Work, unit: UnitFacts) -> dict[str, tuple[Option, ...]]:
    files = tuple(
        Option(one.digest, f"{one.filename}（{one.describes}）") for one in files_of(ctx.session, unit.id)
    )
    options = {"BonusForm.evidence": files, "AppealForm.evidence": files}
    for form, stage in ((BonusForm, Stage.BONUS), (PenaltyForm, Stage.PENALTY)):
        if side := side_of(work, unit, stage):
            options[f"{form.__name__}.item"] = _items(side)
    contested = _contested(ctx, work, unit)
    options["AppealForm.record"] = (Option("", "（对考评结果申诉的不选）"), *contested)
    return options


def _items(side: AdjustmentSide) -> tuple[Option, ...]:
    """Return the items with what each is worth, under the name of their family."""
    return tuple(
        Option(
            item.key,
            f"{family.label}：{item.label}（"
            + (f"每次{plain_number(item.points)}分" if item.points is not None else "")
            + (f"填分值，至多{plain_number(item.at_most)}分" if item.at_most is not None else "")
            + "）",
        )
        for family in side.families
        for item in family.items
    )


def _contested(ctx: Context, work: Work, unit: UnitFacts) -> tuple[Option, ...]:
    """Return what may be contested in the name of a unit: its own penalties, others' published bonuses."""
    penalties = [
        one
        for one in records_of(ctx, work.campaign, Stage.PENALTY)
        if one.subject == unit.subject and one.status is Status.TOLD
    ]
    bonuses = [
        one
        for one in records_of(ctx, work.campaign, Stage.BONUS)
        if one.subject != unit.subject and one.status is Status.OPENLY
    ]
    return tuple(Option(one.id, one.name) for one in (*penalties, *bonuses))


def _facts(work: Work, unit: UnitFacts, name: str, page: str) -> tuple[Link, ...]:
    """Return the caps of the side claimed, or whom an appeal goes to, and where documents are brought."""
    files = Link("上传材料", f"{page}#files")
    if name in {"bonus", "penalty"}:
        side = side_of(work, unit, Stage.BONUS if name == "bonus" else Stage.PENALTY)
        labels = item_labels(work.scheme)
        caps = [
            Link(family.label or labels.get(family.key, family.key), "", f"至多{plain_number(family.cap)}分")
            for family in (side.families if side else ())
            if family.cap is not None
        ]
        if side and side.cap is not None:
            caps.append(Link("合计", "", f"至多{plain_number(side.cap)}分"))
        return (*caps, files) if name == "bonus" else tuple(caps)
    if name == "appeal":
        rules = work.rules.appeals
        return (
            Link("受理机构", "", rules.label),
            Link("答复期限（工作日）", "", str(rules.decide_within)),
            files,
        )
    return ()


@router.get("/assessment/{subject}/units/{code}/{name}")
def ask(
    request: Request,
    ctx: Transaction,
    subject: Key,
    code: Key,
    name: str,
    about: Line = "",
    record: Line = "",
) -> HTMLResponse:
    """Show the form of something to be begun."""
    start = _start(ctx, subject, code, name)
    known = {"about": about, "record": record} if name == "appeal" else {}
    preset = Preset({key: value for key, value in known.items() if value}, options=start.options)
    page = opening_page(
        request, ctx, start.about, form=start.beginning.form, preset=preset, facts=start.facts
    )
    return asked(page)


@router.post("/assessment/{subject}/units/{code}/files")
def bring(
    request: Request,
    ctx: Transaction,
    subject: Key,
    code: Key,
    file: Annotated[UploadFile, File()],
    describes: Annotated[str, Posted(max_length=200, pattern=ONE_LINE)],
    effective_on: Annotated[date, Posted()],
) -> Response:
    """Bring a document to a unit; one that is not taken leaves the page as it was typed."""
    unit = unit_for(ctx, subject, code)
    content, name = file.file.read(MAX_BYTES + 1), file.filename or "附件"
    try:
        with ctx.session.begin_nested():
            attach_to_unit(
                ctx, subject, code, content, filename=name, describes=describes, effective_on=effective_on
            )
    except Invalid as error:
        return answer(
            unit_page(request, ctx, subject, code, Brought(error.text, describes, effective_on)), 422
        )
    return onward(f"{assessment_page(unit.subject)}#files", "attach")


@router.post("/assessment/{subject}/units/{code}/{name}")
def take(
    request: Request, ctx: Transaction, subject: Key, code: Key, name: str, posted: PostedForm
) -> Response:
    """Begin it."""
    start = _start(ctx, subject, code, name)
    beginning = start.beginning

    def act(form: Form) -> RedirectResponse:
        beginning.act(ctx, subject, code, form, Seen())
        return onward(f"{start.about.back}", beginning.event)

    return opened(
        request,
        ctx,
        start.about,
        form=beginning.form,
        preset=Preset({}, options=start.options),
        posted=posted,
        act=act,
        facts=start.facts,
    )
