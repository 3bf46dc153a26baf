"""What a person may start: requests, campaigns, samples, rounds, baselines, accounts. One table, one page for all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.desks.filters import ChosenYear
from api.desks.frame import answer, frame_of, holds, onward
from api.desks.once import kept_for_its_mark, new_mark, taken_once
from api.desks.opening_choices import choices, claimed_year
from api.desks.verbs import changed_rows, first, multi, row_tables, unit_of
from api.guards import PostedForm, demand
from api.openings import QuarterForm, YearForm
from api.problems import STATUSES
from api.resources import resources_of
from api.screens.buttons import Link
from api.screens.fields import Document, Preset, view
from api.screens.form import About, FormPage
from api.screens.posted import kept, read_posted
from api.transaction import Work
from budgetperf.actions.accounts import (
    MIN_PASSWORD,
    OrganisationForm,
    PersonForm,
    create_organisation,
    create_person,
)
from budgetperf.actions.anchors import cut
from budgetperf.actions.campaigns import open_campaign
from budgetperf.actions.context import Context
from budgetperf.actions.evaluation import open_year
from budgetperf.actions.finance_evaluation import draw_sample
from budgetperf.actions.limits import open_round
from budgetperf.actions.moves import Seen
from budgetperf.actions.request import open_request
from budgetperf.actions.rule_editions import open_draft
from budgetperf.actions.simple import NoForm
from budgetperf.actions.special_factors import open_claim
from budgetperf.budget.form import RoundForm
from budgetperf.costing.form import FitForm
from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.findings import Finding
from budgetperf.forms import Form, Line, Year, ask, read
from budgetperf.lifecycle.evaluation.form import SampleForm
from budgetperf.lifecycle.goals.form import NewRequestForm
from budgetperf.lifecycle.special_factor.form import NewClaimForm
from budgetperf.lifecycle.unit_assessment.form import CampaignForm
from budgetperf.money import MoneyUnit
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.form import NewEditionForm
from budgetperf.store.budget import get_round
from budgetperf.store.records import find_record
from budgetperf.terms import Term

router = APIRouter()
Open = Callable[[Request, Context, Any], RedirectResponse]


class AccountForm(PersonForm):
    """A new account with the password it first signs in with."""

    password: Line = ask("初始密码", "至少10位；请当面或以安全方式交给本人")


class Paper(Term):
    """A paper about one project, by the batch that prints it."""

    SELF_EVALUATION = "batch.self_evaluation", "绩效自评表"
    EVALUATION_REPORT = "batch.evaluation_report", "财政评价报告"


class PaperForm(Form):
    """Which paper of which project and year is printed; the worker makes PDF and XLSX."""

    paper: Paper = ask("文书")
    project_code: Line = ask("项目编码")
    fiscal_year: Year = ask("评价年度")
    issuer: Line = ask("评价机构", "印在评价报告上", default="财政局")


class LimitsNoticeForm(Form):
    """To which department the notice of issued limits goes; the worker makes PDF and XLSX."""

    fiscal_year: Year = ask("预算年度")
    department_path: Line = ask("主管部门路径")
    issuer: Line = ask("发文机关", default="财政局")
    document_number: Line = ask("发文字号")


@dataclass(frozen=True, slots=True)
class Opening:
    """One thing that can be started."""

    title: str
    permission: str
    form: type[Form]
    act: Open


def _request(_request: Request, ctx: Context, form: NewRequestForm) -> RedirectResponse:
    outcome = open_request(ctx, form, Seen())
    return onward(f"/records/{outcome.record_id}/file", "request.open")


def _quarter(request: Request, ctx: Context, form: QuarterForm) -> RedirectResponse:
    arguments = {"fiscal_year": str(form.fiscal_year), "quarter": str(form.quarter)}
    key = f"{form.fiscal_year}Q{form.quarter}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, "campaign.quarter", arguments, key=key)
    return onward("/runs", "run")


def _year(_request: Request, ctx: Context, form: YearForm) -> RedirectResponse:
    open_year(ctx, form.fiscal_year, form.due_on, scope=form.scope)
    return onward("/work", "opened")


def _sample(_request: Request, ctx: Context, form: SampleForm) -> RedirectResponse:
    draw_sample(ctx, form, Seen())
    return onward("/work", "finance_evaluation.open")


def _round(_request: Request, ctx: Context, form: RoundForm) -> RedirectResponse:
    open_round(ctx, form, Seen())
    return onward(f"/limits/{form.fiscal_year}", "limits.open")


def _assessment(_request: Request, ctx: Context, form: CampaignForm) -> RedirectResponse:
    return onward(f"/assessment/{open_campaign(ctx, form, Seen()).subject}", "assessment.open")


def _rule(_request: Request, ctx: Context, form: NewEditionForm) -> RedirectResponse:
    return onward(f"/records/{open_draft(ctx, form, Seen()).record_id}/file", "rule.open")


def _baseline(request: Request, ctx: Context, form: FitForm) -> RedirectResponse:
    told = form.model_dump(mode="json", exclude_none=True)
    arguments = {name: str(value) for name, value in told.items()}
    key = f"{form.panel_code}/{form.fiscal_year}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, "batch.baseline", arguments, key=key)
    return onward("/runs", "run")


def _claim(_request: Request, ctx: Context, form: NewClaimForm) -> RedirectResponse:
    outcome = open_claim(ctx, form, Seen())
    return onward(f"/records/{outcome.record_id}/file", "special_factor_claim.open")


def _person(request: Request, ctx: Context, form: AccountForm) -> RedirectResponse:
    if len(form.password) < MIN_PASSWORD:
        raise Invalid("accounts.password", f"初始密码至少{MIN_PASSWORD}位")
    person = PersonForm.model_validate(form.model_dump(exclude={"password"}))
    create_person(ctx, person, resources_of(request).hasher.hash(form.password))
    return onward("/people", "account")


def _organisation(_request: Request, ctx: Context, form: OrganisationForm) -> RedirectResponse:
    create_organisation(ctx, form)
    return onward("/people", "account")


def _anchor(_request: Request, ctx: Context, _form: NoForm) -> RedirectResponse:
    cut(ctx)
    return onward("/work", "anchor")


def _paper(request: Request, ctx: Context, form: PaperForm) -> RedirectResponse:
    stage = Stage.SELF_EVALUATION if form.paper is Paper.SELF_EVALUATION else Stage.FINANCE_EVALUATION
    record = find_record(ctx.session, ctx.actor, form.project_code, fiscal_year=form.fiscal_year, stage=stage)
    if record is None:
        raise NotFound(
            "paper.none", f"项目 {form.project_code} 没有{form.fiscal_year}年度的{form.paper.label}"
        )
    arguments = {"record_id": record.id}
    if form.paper is Paper.EVALUATION_REPORT:
        arguments["evaluator"] = form.issuer
    key = f"{record.id}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, form.paper.value, arguments, key=key)
    return onward("/runs", "run")


def _limits_notice(request: Request, ctx: Context, form: LimitsNoticeForm) -> RedirectResponse:
    arguments = {
        "round_id": get_round(ctx.session, form.fiscal_year).id,
        "department_path": form.department_path,
        "issuer": form.issuer,
        "document_number": form.document_number,
    }
    key = f"{form.fiscal_year}/{form.department_path}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, "batch.limits_notice", arguments, key=key)
    return onward("/runs", "run")


OPENINGS: dict[str, Opening] = {
    "request": Opening("新建项目申报", "request:form:open", NewRequestForm, _request),
    "quarter": Opening("下达监控任务", "run:campaign:start", QuarterForm, _quarter),
    "self-evaluation": Opening("下达自评任务", "self_evaluation:form:open", YearForm, _year),
    "sample": Opening("抽取评价项目", "finance_evaluation:sample:draw", SampleForm, _sample),
    "round": Opening("启动控制数编制", "limits:round:open", RoundForm, _round),
    "assessment": Opening("启动年度考评", "assessment:campaign:prepare", CampaignForm, _assessment),
    "rule": Opening("起草规则版本", "rules:edition:draft", NewEditionForm, _rule),
    "baseline": Opening("测算成本基线", "baseline:model:fit", FitForm, _baseline),
    "special-factor": Opening("提出特殊因素申请", "special_factor_claim:form:file", NewClaimForm, _claim),
    "paper": Opening("出具评价文书", "record:page:view", PaperForm, _paper),
    "limits-notice": Opening("出具控制数通知", "limits:table:view", LimitsNoticeForm, _limits_notice),
    "anchor": Opening("建立时间锚", "evidence:anchor:cut", NoForm, _anchor),
    "person": Opening("新建账号", "accounts:person:manage", AccountForm, _person),
    "organisation": Opening("新增单位", "accounts:person:manage", OrganisationForm, _organisation),
}


YEAR_DIGITS = 4
NEXT_YEARS = frozenset({"request", "round", "baseline"})
"""What is started for the next budget year."""


def opening_links(actor: Actor) -> tuple[Link, ...]:
    """Return what this person may start."""
    return tuple(
        Link(item.title, f"/open/{name}") for name, item in OPENINGS.items() if holds(actor, item.permission)
    )


def _known(ctx: Context, name: str) -> Opening:
    if name not in OPENINGS:
        raise NotFound("opening.unknown", "没有这一项业务")
    demand(ctx.actor, OPENINGS[name].permission, OPENINGS[name].title)
    return OPENINGS[name]


def opening_page(
    request: Request,
    ctx: Context,
    about: About,
    *,
    form: type[Form],
    preset: Preset,
    findings: tuple[Finding, ...] = (),
    refusal: str = "",
    unit: MoneyUnit | None = None,
    facts: tuple[Link, ...] = (),
) -> FormPage:
    """Return the page of a form that opens something."""
    return FormPage(
        frame_of(request, ctx),
        about=about,
        form=view(form, preset, findings=findings, unit=unit),
        action=request.url.path,
        version=0,
        draft="",
        saved_at=None,
        asks_reason=False,
        reason="",
        refusal=refusal,
        facts=facts,
        workbook="",
        once=new_mark(),
    )


def asked(screen: FormPage) -> HTMLResponse:
    """Return the page of an opening."""
    return kept_for_its_mark(answer(screen))


def opened(
    request: Request,
    ctx: Context,
    about: About,
    *,
    form: type[Form],
    preset: Preset,
    posted: PostedForm,
    act: Callable[[Any], RedirectResponse],
    facts: tuple[Link, ...] = (),
) -> Response:
    """Open something with a posted form, or show its page again with what is wrong."""
    typed = multi(posted)
    filled, findings = read(form, read_posted(form, typed))
    refusal, status = "填写的内容有问题，修改后再提交", STATUSES[Invalid][0]
    adding = bool(first(typed, "add") or first(typed, "remove"))
    if filled is not None and not adding:
        try:
            with ctx.session.begin_nested():
                return taken_once(ctx, request.url.path, typed, act=lambda: act(filled))
        except Invalid as error:
            refusal, findings = error.text, error.findings
        except Conflict as error:
            refusal, status, facts = error.text, STATUSES[Conflict][0], (*facts, *_there_is(error))
    document: Document = {k: v for k, v in kept(form, typed, blanks=adding).items() if k != "password"}
    if adding:
        refusal, findings, document = "", (), changed_rows(document, typed, row_tables(form))
    start, unit = Preset(document, preset.notes, preset.options), unit_of(typed)
    screen = opening_page(
        request,
        ctx,
        about,
        form=form,
        preset=start,
        findings=findings,
        refusal=refusal,
        unit=unit,
        facts=facts,
    )
    return answer(screen, 200 if adding else status)


def _there_is(error: Conflict) -> tuple[Link, ...]:
    """Lead to the record that stands in the way, where the refusal names one."""
    record = error.facts.get("record")
    return (Link("已有的记录", f"/records/{record}"),) if record else ()


@router.get("/open/{name}")
def ask_opening(
    request: Request,
    ctx: Work,
    name: str,
    copy_of: Line = "",
    panel_code: Line = "",
    project_code: Line = "",
    year: ChosenYear = None,
) -> HTMLResponse:
    """Show the page of something that can be started."""
    opening = _known(ctx, name)
    about = About(opening.title, "", "", "", "", "/work")
    now = ctx.today.year
    usual = claimed_year(ctx) if name == "special-factor" else now + 1 if name in NEXT_YEARS else now
    chosen = year or usual
    known: Document = {
        "fiscal_year": chosen,
        "result_year": now,
        "copy_of": copy_of,
        "project_code": project_code,
        "panel_code": panel_code,
    }
    start = Preset(
        {key: value for key, value in known.items() if key in opening.form.model_fields},
        options=choices(ctx, chosen, project_code),
    )
    return asked(opening_page(request, ctx, about, form=opening.form, preset=start))


@router.post("/open/{name}")
def take_opening(request: Request, ctx: Work, name: str, posted: PostedForm) -> Response:
    """Start it."""
    opening = _known(ctx, name)
    about = About(opening.title, "", "", "", "", "/work")
    typed = multi(posted)
    text = first(typed, "fiscal_year")
    year = int(text) if text.isdecimal() and len(text) <= YEAR_DIGITS else 0
    return opened(
        request,
        ctx,
        about,
        form=opening.form,
        preset=Preset({}, options=choices(ctx, year, first(typed, "project_code"))),
        posted=posted,
        act=lambda form: opening.act(request, ctx, form),
    )
