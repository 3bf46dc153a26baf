"""Requests: opened, filed, accepted, stored and approved with the budget."""

from datetime import date

from sqlalchemy import func, insert, select
from sqlmodel import col

from budgetperf.actions.context import Context
from budgetperf.actions.exante import exante_gate, exante_target
from budgetperf.actions.goals import filed_goals, write_lines
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.actions.payloads import Moved
from budgetperf.actions.rules import goal_check_rules
from budgetperf.actions.simple import NoForm
from budgetperf.classification import FunctionCode
from budgetperf.errors import Conflict, Forbidden, Invalid
from budgetperf.evaluands import EvaluandKind, OrganisationKind, within
from budgetperf.findings import Finding, Severity, Where
from budgetperf.ledger import EntryKind
from budgetperf.lifecycle.goals.checks import GoalContext, check
from budgetperf.lifecycle.goals.form import ApprovalForm, GoalForm, NewRequestForm
from budgetperf.money import Money
from budgetperf.permissions import Role
from budgetperf.process.stages import Guard, Stage
from budgetperf.store.ledger import write_entries
from budgetperf.store.organisations import OrganisationFacts, organisation_at
from budgetperf.store.records import EvaluandFacts, RecordFacts, find_record, get_evaluand
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import EvaluandRow, LedgerEntry


def open_request(ctx: Context, form: NewRequestForm, seen: Seen) -> Outcome:
    """Open next year's request of a known project, or of a new one with a new code.

    Raises
    ------
    Forbidden
        The actor is no clerk of the budget unit whose project it is.
    Conflict
        The project already has a request for that year.
    Invalid
        The function code has the wrong shape, or a clerk of several units does not name the new project's.
    """
    try:
        FunctionCode(form.function_code, form.fiscal_year)
    except ValueError as error:
        raise Invalid("request.function_code", str(error)) from error
    evaluand = (
        get_evaluand(ctx.session, ctx.actor, form.project_code)
        if form.project_code
        else _create(ctx, _own_agency(ctx, form.agency_path), form)
    )
    if find_record(ctx.session, ctx.actor, evaluand.code, fiscal_year=form.fiscal_year, stage=Stage.REQUEST):
        raise Conflict("request.exists", f"“{evaluand.name}”已有{form.fiscal_year}年度申报，请在原申报上办理")
    target = Target(Stage.REQUEST, evaluand.id, evaluand.code, evaluand.name, evaluand.path, form.fiscal_year)
    return open_record(ctx, target, seen=seen).log(ctx)


def _own_agency(ctx: Context, path: str) -> OrganisationFacts:
    """Return the budget unit a new project is of, locked: codes are counted one request at a time."""
    scopes = sorted({grant.scope for grant in ctx.actor.grants if grant.role is Role.CLERK and grant.scope})
    if not scopes:
        raise Forbidden("request.agency", "只有预算单位的经办人可以新建项目申报")
    if not path and len(scopes) > 1:
        raise Invalid("request.agency", f"您经办多个单位，请写明申报单位的路径：{'、'.join(scopes)}")
    wanted = path or scopes[0]
    if not any(within(wanted, scope) for scope in scopes):
        raise Forbidden("request.agency", f"您不是单位“{wanted}”的经办人，不能为其新建项目申报")
    agency = organisation_at(ctx.session, wanted, lock=True)
    if agency.kind is not OrganisationKind.AGENCY:
        raise Forbidden("request.agency", f"“{agency.name}”不是预算单位，项目申报由预算单位提出")
    return agency


def _create(ctx: Context, agency: OrganisationFacts, form: NewRequestForm) -> EvaluandFacts:
    connection = ctx.session.connection()
    count = connection.execute(
        select(func.count()).select_from(EvaluandRow).where(col(EvaluandRow.organisation_id) == agency.id)
    ).scalar_one()
    evaluand_id = ctx.ids.new()
    connection.execute(
        insert(table_of(EvaluandRow)).values(
            id=evaluand_id,
            code=f"{agency.code}-{count + 1:03d}",
            name=form.project_name,
            kind=EvaluandKind.PROJECT,
            organisation_id=agency.id,
            path=agency.path,
            function_code=form.function_code,
            classification_year=form.fiscal_year,
            nature=form.nature,
            origin=form.origin,
            protection=form.protection,
            protected_fen=form.protected_amount.fen if form.protected_amount else None,
            protection_basis=form.protection_basis,
        )
    )
    return get_evaluand(ctx.session, ctx.actor, evaluand_id)


def review_goals(ctx: Context, record: RecordFacts, form: GoalForm) -> tuple[Finding, ...]:
    """Run every check on a goal form, without storing anything."""
    before = find_record(
        ctx.session, ctx.actor, record.subject, fiscal_year=record.fiscal_year - 1, stage=Stage.REQUEST
    )
    prior = filed_goals(ctx, before).request if before and before.version > 1 else None
    return (*_check_head(record, form), *check(form, GoalContext(goal_check_rules(ctx), prior)))


def _check_head(record: RecordFacts, form: GoalForm) -> tuple[Finding, ...]:
    found = []
    if form.fiscal_year != record.fiscal_year:
        text = f"表内预算年度为{form.fiscal_year}，本申报为{record.fiscal_year}年度，请使用对应年度的表"
        found.append(Finding("goals.year", Severity.ERROR, Where(pointer="/fiscal_year"), text))
    if form.project_name != record.name:
        text = f"表内项目名称“{form.project_name}”与所选项目“{record.name}”不一致，请核对是否选错文件"
        found.append(Finding("goals.project", Severity.ERROR, Where(pointer="/project_name"), text))
    return tuple(found)


def file_request(
    ctx: Context, record_id: str, form: GoalForm, seen: Seen, *, file_digest: str | None = None
) -> Outcome:
    """File the goal form; errors refuse it and nothing is stored.

    Raises
    ------
    Invalid
        With all findings, warnings included.
    """
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "file", seen=seen, findings=review_goals(ctx, record, form), record=record)
    edition = ctx.rules.get("goal_weights", ctx.today).id
    kept = file_form(ctx, moved, form, edition=edition, file_digest=file_digest)
    write_lines(ctx, kept.id, record, form)
    return moved.log(ctx, filed_event(moved, kept))


def accept(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Accept the goals; a request above the threshold is listed for ex-ante evaluation at once."""
    moved = move(ctx, record_id, "accept", seen=seen)
    target = exante_target(ctx, moved.record, filed_goals(ctx, moved.record))
    opened = open_record(ctx, target) if target else None
    outcome = moved.log(ctx, Moved(**moved.fields, opened=(opened.record.id,) if opened else ()))
    if opened:
        opened.log(ctx)
    return outcome


def store(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Enter the project store; above the threshold only with a confirmed conclusion that is not against."""
    record = load(ctx, record_id)
    gate = exante_gate(ctx, record, filed_goals(ctx, record))
    guards = {Guard.EXANTE_PASSED} if gate.passed else set()
    return move(ctx, record_id, "store", seen=seen, guards=guards, record=record).log(ctx)


def approve(ctx: Context, record_id: str, form: ApprovalForm, seen: Seen) -> Outcome:
    """Approve budget and goals: the approved amount enters the ledger by source of funds.

    Raises
    ------
    Invalid
        The amount is not positive, or above the request or the recommended amount.
    """
    record = load(ctx, record_id)
    goals = filed_goals(ctx, record)
    moved = move(
        ctx, record_id, "approve", seen=seen, record=record
    )  # first of all: who may not is not told amounts
    most = exante_gate(ctx, record, goals).most
    if not 0 < form.approved.fen <= most.fen:
        raise Invalid(
            "request.approved",
            f"批复金额{form.approved}元应大于零且不超过可批复金额{most}元",
            most_fen=most.fen,
        )
    kept = file_form(ctx, moved, form, edition="")
    write_entries(ctx.session, _appropriation(ctx, record, goals, form))
    return moved.log(ctx, filed_event(moved, kept))


def _appropriation(
    ctx: Context, record: RecordFacts, goals: GoalForm, form: ApprovalForm
) -> list[LedgerEntry]:
    parts = form.approved.split([line.amount.fen for line in goals.funds])
    return [
        LedgerEntry(
            id=ctx.ids.new(),
            evaluand_id=record.evaluand_id or "",
            fiscal_year=record.fiscal_year,
            kind=EntryKind.APPROPRIATION,
            on_date=date(record.fiscal_year, 1, 1),
            amount_fen=part.fen,
            source=line.source,
            economic_code="",
            document_number=form.document_number,
            recorded_by=ctx.actor.id,
            recorded_at=ctx.now,
        )
        for line, part in zip(goals.funds, parts, strict=True)
        if part != Money(0)
    ]
