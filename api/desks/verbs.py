"""The page of every move: the form of its verb, or a reason, or nothing but a confirmation."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import AwareDatetime, TypeAdapter

from api.answers import Key
from api.desks.adoption_facts import adoption_of
from api.desks.errors import lead_back
from api.desks.frame import answer, frame_of, onward
from api.desks.moves import page_of
from api.desks.papers import papers_of, warnings_of
from api.desks.periods import period_namer
from api.desks.presets import filled_in, preset, with_document
from api.desks.rule_diff import diff_to_copied
from api.guards import PostedForm
from api.problems import STATUSES
from api.screens.buttons import Link
from api.screens.fields import Document, Preset, row_form, view
from api.screens.filters import moment
from api.screens.form import REASON, About, FormPage
from api.screens.page import Frame
from api.screens.posted import Posted, kept, read_posted, with_row, without_row
from api.screens.rules import DiffLine
from api.screens.words import speak
from api.transaction import Work
from api.validation import demand_writable
from budgetperf.actions.appeals import undecided_for
from budgetperf.actions.campaign_books import TABLE_VERBS
from budgetperf.actions.context import Context
from budgetperf.actions.drafts import Begin, save_draft, typed_before
from budgetperf.actions.moves import Seen
from budgetperf.actions.rule_editions import filed_text
from budgetperf.actions.simple import NoForm
from budgetperf.actions.special_factors import unmet
from budgetperf.actions.verbs import VERBS, Verb
from budgetperf.errors import BudgetperfError, Conflict, Invalid, NotFound, Stale
from budgetperf.findings import Finding
from budgetperf.forms import Form, fields, read, unix_lines
from budgetperf.money import MoneyUnit
from budgetperf.process.advance import Attempt, advance
from budgetperf.process.stages import Guard, Stage
from budgetperf.process.transitions import Transition, named
from budgetperf.store.budget import limits_issued
from budgetperf.store.records import RecordFacts, doers, get_record

router = APIRouter()
KEPT = frozenset({(Stage.REQUEST, "file"), (Stage.MONITORING, "file"), (Stage.SELF_EVALUATION, "file"),
                  (Stage.FINANCE_EVALUATION, "score"), (Stage.EXANTE, "score"), (Stage.RECTIFICATION, "respond"),
                  (Stage.RULE, "file"), (Stage.ASSESSMENT, "enrol"), (Stage.TASK_BOOK, "file"), (Stage.PROGRESS, "file"),
                  (Stage.FACT_REPORT, "file"), (Stage.RATING, "submit"), (Stage.IMPROVEMENT, "respond"),
                  (Stage.SPECIAL_FACTOR_CLAIM, "file")})  # fmt: skip
"""Verbs whose form is worth a draft."""

_INSTANT = TypeAdapter(AwareDatetime)


def verb_of(record: RecordFacts, verb: str) -> Verb:
    """Return what a verb of a record asks for.

    Raises
    ------
    NotFound
    """
    found = VERBS.get((record.stage, verb))
    if found is None:
        raise NotFound("process.unknown_verb", f"{record.stage.label}没有“{verb}”这一操作")
    return found


def workbook_of(record: RecordFacts, verb: str) -> bool:
    """Tell whether the form of a verb can be filled in as a workbook."""
    return (record.stage, verb) == (Stage.REQUEST, "file") or TABLE_VERBS.get(record.stage) == verb


def may_begin(ctx: Context, record: RecordFacts, verb: str) -> Transition:
    """Refuse before anything is typed what would be refused anyhow: status, role, second person."""
    state, guards = record.state(doers(ctx.session, record.id)), frozenset(Guard)
    if (record.stage, verb) == (Stage.APPEAL, "decide"):
        guards -= undecided_for(ctx, record)
    if record.stage is Stage.SPECIAL_FACTOR_CLAIM:
        guards -= unmet(ctx, record)
    if record.stage is Stage.BASELINE and limits_issued(ctx.session, record.fiscal_year):
        guards -= {Guard.LIMITS_NOT_ISSUED}
    return advance(state, verb, actor=ctx.actor, attempt=Attempt(ctx.today, guards=guards, reason="—"))


def about(ctx: Context, record: RecordFacts, title: str, *, back: str = "") -> About:
    """Return what a page of a record is about."""
    period = period_namer(ctx)(record.stage, record.subject, record.period)
    stage = f"{record.stage.label} {period or record.fiscal_year}"
    return About(title, record.name, record.subject, stage, record.status.label, back or page_of(record))


def multi(posted: PostedForm) -> dict[str, list[str]]:
    """Return the texts posted, by name, their lines ending as we keep them; files are left out."""
    found: dict[str, list[str]] = {}
    for name, value in posted.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(unix_lines(value))
    return found


def first(posted: Posted, name: str) -> str:
    """Return the first value posted under a name."""
    return next(iter(posted.get(name, ())), "")


def unit_of(posted: Posted) -> MoneyUnit:
    """Return the unit chosen on the page."""
    return next((unit for unit in MoneyUnit if unit.value == first(posted, "amount_unit")), MoneyUnit.WAN)


def version_of(posted: Posted) -> int:
    """Return the version the person saw.

    Raises
    ------
    Invalid
    """
    text = first(posted, "version")
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("request.version", "页面缺少版本号，请刷新后重新提交")
    return int(text)


@router.get("/records/{record_id}/{verb}")
def ask(request: Request, ctx: Work, record_id: Key, verb: str, begin: Begin | None = None) -> HTMLResponse:
    """Show the page of a move."""
    record = get_record(ctx.session, ctx.actor, record_id)
    asked = verb_of(record, verb)
    row = may_begin(ctx, record, verb)
    start = preset(ctx, record, verb, asked.form, begin=begin)
    facts, found = _checked_before(ctx, record, row, asked)
    frame = frame_of(request, ctx)
    return answer(
        _page(frame, ctx, record, row=row, asked=asked, start=start, facts=facts, findings=found, begin=begin)
    )


def _checked_before(
    ctx: Context, record: RecordFacts, row: Transition, asked: Verb
) -> tuple[tuple[Link, ...], tuple[Finding, ...]]:
    """Return the papers and the warnings of a move."""
    if (row.stage, row.verb) == (Stage.BASELINE, "adopt"):
        return adoption_of(ctx, record)
    warned = asked.form is NoForm and row.stage is Stage.REQUEST
    return papers_of(ctx, record), warnings_of(ctx, record) if warned else ()


def _page(
    frame: Frame,
    ctx: Context,
    record: RecordFacts,
    *,
    row: Transition,
    asked: Verb,
    start: Preset,
    facts: tuple[Link, ...] | None = None,
    findings: Sequence[Finding] = (),
    refusal: str = "",
    reason: str = "",
    version: int | None = None,
    unit: MoneyUnit | None = None,
    begin: Begin | None = None,
) -> FormPage:
    here = f"/records/{record.id}/{row.verb}"
    typed = typed_before(ctx, record, asked.form)
    draft = typed.draft
    return FormPage(
        frame,
        about=about(ctx, record, row.label),
        form=view(asked.form, start, findings=findings, unit=unit, beside={REASON}),
        action=here,
        version=record.version if version is None else version,
        draft=f"{here}/draft" if (record.stage, row.verb) in KEPT else "",
        saved_at=draft.saved_at if draft else None,
        overtaken=typed.overtaken,
        begun=begin is Begin.DRAFT,
        asks_reason=row.needs_reason and "reason" not in asked.form.model_fields,
        reason=reason,
        refusal=refusal,
        facts=papers_of(ctx, record) if facts is None else facts,
        diff=_diff(ctx, record) if (record.stage, row.verb) == (Stage.RULE, "publish") else (),
        workbook=f"{here}/workbook" if workbook_of(record, row.verb) else "",
    )


def _diff(ctx: Context, record: RecordFacts) -> tuple[DiffLine, ...]:
    filed = filed_text(ctx, record)
    return diff_to_copied(ctx, record, filed.text) if filed else ()


@router.post("/records/{record_id}/{verb}")
def take(request: Request, ctx: Work, record_id: Key, verb: str, form: PostedForm) -> Response:
    """Take a move, or show the page again with what is wrong."""
    record = get_record(ctx.session, ctx.actor, record_id)
    lead_back(request, page_of(record))
    asked = verb_of(record, verb)
    posted = multi(form)
    if first(posted, "add") or first(posted, "remove"):
        return _change_rows(ctx, record, verb=verb, asked=asked, posted=posted)
    known = filled_in(ctx, record, verb, asked.form)
    document = kept(asked.form, posted, start=known)
    seen = Seen(version_of(posted), first(posted, "reason"))
    filled, findings = _read(ctx, record, asked, read_posted(asked.form, posted, start=known))
    refusal: BudgetperfError = Invalid("form.read", "填写的内容有问题，修改后再提交", findings)
    if filled is not None:
        try:
            demand_writable(asked.form, posted)
            with ctx.session.begin_nested():
                outcome = asked.act(ctx, record_id, filled, seen)
            return onward(page_of(record), f"{outcome.stage.value}.{verb}")
        except Invalid as error:
            refusal, findings = error, error.findings
        except Stale as error:
            if not (document or seen.reason):
                raise  # nothing typed is lost; what was not looked at is not confirmed by a second click
            refusal, record = error, get_record(ctx.session, ctx.actor, record_id)
            seen = replace(seen, version=record.version)
    screen = _page(
        frame_of(request, ctx),
        ctx,
        record,
        row=_row_again(ctx, record, verb, refusal=refusal),
        asked=asked,
        start=with_document(preset(ctx, record, verb, asked.form), document),
        findings=findings,
        refusal=refusal.text,
        reason=seen.reason,
        version=seen.version,
        unit=unit_of(posted),
    )
    return answer(screen, STATUSES[Stale if isinstance(refusal, Stale) else Invalid][0])


def _read(
    ctx: Context, record: RecordFacts, asked: Verb, document: Document
) -> tuple[Form | None, tuple[Finding, ...]]:
    """Read the form of a verb; of one that cannot be read, tell what else is wrong with it too."""
    filled, findings = read(asked.form, document)
    if filled is not None or asked.further is None:
        return filled, findings
    places = {one.where.pointer for one in findings}
    further = asked.further(ctx, record, document)
    return None, (*findings, *(one for one in further if one.where.pointer not in places))


def _row_again(ctx: Context, record: RecordFacts, verb: str, *, refusal: BudgetperfError) -> Transition:
    """Return the move whose page is shown again; one overtaken is shown only to save what was typed."""
    try:
        return may_begin(ctx, record, verb)
    except Conflict:
        if not isinstance(refusal, Stale):
            raise
        return named(record.stage, verb)[0]


def row_tables(form: type[Form]) -> frozenset[str]:
    """Return the fields of a form that hold rows."""
    return frozenset(meta.name for meta in fields(form) if row_form(meta))


def changed_rows(document: Document, posted: Posted, tables: frozenset[str]) -> Document:
    """Return the document with the row added or removed that a button without script asked for.

    Raises
    ------
    NotFound
        No such table in the form.
    """
    table, _, index = (first(posted, "add") or first(posted, "remove")).partition(".")
    if table not in tables:
        raise NotFound("form.table", "表中没有这一部分")
    if first(posted, "add"):
        return with_row(document, table)
    return without_row(document, table, int(index) if index.isdecimal() and len(index) <= 9 else 0)


def _save(
    ctx: Context, record: RecordFacts, verb: str, asked: Verb, *, posted: Posted, document: Document
) -> None:
    """Keep a document as the draft that goes on from the one the page was shown with.

    Raises
    ------
    Invalid
        The page does not say which.
    Stale
    """
    demand_writable(asked.form, posted)
    said = first(posted, "saved_at")
    try:
        saved_at = _INSTANT.validate_python(said) if said else None
    except ValueError as error:
        raise Invalid("draft.saved_at", "页面没有写明草稿的保存时间，请刷新后重新提交") from error
    save_draft(
        ctx,
        record.id,
        verb,
        asked.form.__name__,
        document,
        record_version=version_of(posted),
        saved_at=saved_at,
    )


def _change_rows(
    ctx: Context, record: RecordFacts, *, verb: str, asked: Verb, posted: Posted
) -> RedirectResponse:
    """Add or remove a row without script: the draft is saved and the page shown again."""
    document = kept(asked.form, posted, blanks=True)
    changed = changed_rows(document, posted, row_tables(asked.form))
    _save(ctx, record, verb, asked, posted=posted, document=changed)
    table = (first(posted, "add") or first(posted, "remove")).partition(".")[0]
    return RedirectResponse(f"/records/{record.id}/{verb}?begin=draft#f-{table}", status_code=303)


@router.post("/records/{record_id}/{verb}/draft")
def keep(request: Request, ctx: Work, record_id: Key, verb: str, form: PostedForm) -> Response:
    """Save what was typed so far, unchecked."""
    record = get_record(ctx.session, ctx.actor, record_id)
    lead_back(request, page_of(record))
    asked = verb_of(record, verb)
    posted = multi(form)
    document = kept(asked.form, posted, blanks=True)
    script = bool(request.headers.get("hx-request"))
    try:
        _save(ctx, record, verb, asked, posted=posted, document=document)
    except Stale as refusal:
        if script:  # 200: htmx shows no other answer; the mark on the page stays as it was
            return HTMLResponse(_told(request, ctx, refusal.text, first(posted, "saved_at")))
        screen = _page(
            frame_of(request, ctx),
            ctx,
            record,
            row=may_begin(ctx, record, verb),
            asked=asked,
            start=with_document(preset(ctx, record, verb, asked.form), document),
            refusal=f"{refusal.text}；再次保存将取代那里保存的草稿",
            reason=first(posted, "reason"),
            unit=unit_of(posted),
            begin=Begin.DRAFT,
        )
        return answer(screen, STATUSES[Stale][0])
    if script:
        return HTMLResponse(_told(request, ctx, "草稿已保存", ctx.now.isoformat(), moment(ctx.now)))
    return onward(f"/records/{record_id}/{verb}?begin=draft", "draft")


def _told(request: Request, ctx: Context, text: str, saved_at: str, when: str = "") -> str:
    """Return what stands beside the button after a save by script, with the mark the next one goes on from."""
    word = speak(frame_of(request, ctx).language)
    return f'<input type="hidden" name="saved_at" value="{escape(saved_at)}">{escape(word(text))} {when}'
