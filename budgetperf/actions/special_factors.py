"""Special-factor claims: opened in their window, filed with evidence, decided on the movement they would make.

What they move is computed in ``movements``, by a worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from budgetperf.actions.adoption import unless_issued
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.actions.own_baselines import own_baseline
from budgetperf.actions.panels import load_panel, price_index
from budgetperf.actions.rules import in_force
from budgetperf.actions.simple import NoForm
from budgetperf.costing.claimed_costs import SpecialFactor, claimed_in, set_aside
from budgetperf.costing.records import record as as_json
from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import read
from budgetperf.lifecycle.special_factor.checks import ClaimContext, check
from budgetperf.lifecycle.special_factor.form import (
    ClaimAnswerForm,
    ClaimedYearRow,
    ClaimForm,
    NewClaimForm,
)
from budgetperf.money import ZERO
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.transitions import find
from budgetperf.provenance import DecisionKind, Json
from budgetperf.reports.movement_view import movement_view
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.budget import limits_issued
from budgetperf.store.costs import lock_claims, panels_of
from budgetperf.store.evidence import attachments_of
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, get_evaluand, get_record, latest_filing, list_records
from budgetperf.store.results import DecisionFacts, decisions_of

STAGE = Stage.SPECIAL_FACTOR_CLAIM


def open_claim(ctx: Context, form: NewClaimForm, seen: Seen) -> Outcome:
    """Open a claim against the adopted baseline of one panel for a project that is a unit of it.

    Raises
    ------
    NotFound
        No such project, or not theirs.
    Invalid
        It stands not in that panel in that year.
    Conflict
        No baseline of the panel and year is adopted, its limits are issued, the window is closed, or another claim
        waits (``record``).
    """
    evaluand = get_evaluand(ctx.session, ctx.actor, form.project_code)
    if form.panel_code not in panels_of(ctx.session, evaluand.id, form.fiscal_year):
        text = f"项目“{evaluand.name}”没有列入{form.fiscal_year}年度的成本面板“{form.panel_code}”，不能提出特殊因素申请"
        place = Where(pointer="/panel_code")
        raise Invalid(
            "special_factor.panel", text, (Finding("special_factor.panel", Severity.ERROR, place, text),)
        )
    earlier = list_records(
        ctx.session, ctx.actor, stage=STAGE, fiscal_year=form.fiscal_year, evaluand_id=evaluand.id
    )
    target = Target(
        STAGE, evaluand.id, evaluand.code, evaluand.name, evaluand.path, form.fiscal_year, serial=len(earlier)
    )
    own = own_baseline(ctx, evaluand.id, form.fiscal_year, form.panel_code)
    if own is None:
        text = f"项目“{evaluand.name}”的{form.fiscal_year}年度成本基线尚未采用，采用后方可提出特殊因素申请"
        raise Conflict("special_factor.not_adopted", text)
    if own.open:
        _refuse_second(ctx, earlier, form)
    holds = {Guard.CLAIM_OPEN: own.in_time, Guard.LIMITS_NOT_ISSUED: not own.issued}
    guards = {guard for guard, met in holds.items() if met}
    moved = open_record(ctx, target, seen=seen, guards=guards)
    kept = file_form(ctx, moved, form, edition=in_force(ctx, "cost_baseline", CostBaselineRules).id)
    return moved.log(ctx, filed_event(moved, kept))


def _refuse_second(ctx: Context, earlier: list[RecordFacts], form: NewClaimForm) -> None:
    """Refuse a claim while another of the project against the same baseline is not decided: it can still be withdrawn."""
    waiting = [one for one in earlier if find(STAGE, "withdraw", one.status)]
    for one in waiting:
        if claimed_panel(ctx, one) == form.panel_code:
            raise Conflict(
                "special_factor.waiting",
                f"“{one.name}”对该面板{form.fiscal_year}年度基线已有一份特殊因素申请（{one.status.label}），办结前不能另提；"
                "请在该申请中补充，或先撤回",
                record=one.id,
            )


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with what it is for; ``label`` is empty until it is filed."""

    record: RecordFacts
    panel_code: str
    label: str


def list_claims(ctx: Context) -> list[Claim]:
    """Return the visible claims, the newest first."""
    found = list_records(ctx.session, ctx.actor, stage=STAGE)
    opened, filed = (
        filed_documents(ctx.session, [one.id for one in found], form.__name__)
        for form in (NewClaimForm, ClaimForm)
    )
    return [
        Claim(
            one,
            str(_said(opened, one)["panel_code"]),
            str(_said(filed, one).get("label", "")),
        )
        for one in sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True)
    ]


def _said(documents: Mapping[str, Json], record: RecordFacts) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", documents.get(record.id, {}))


def is_open(ctx: Context, evaluand_id: str, fiscal_year: int, panel_code: str) -> bool:
    """Tell whether a project's baseline by a panel may be claimed against today."""
    own = own_baseline(ctx, evaluand_id, fiscal_year, panel_code)
    return own is not None and own.open


def claimed_panel(ctx: Context, record: RecordFacts) -> str:
    """Return the code of the panel against whose baseline a claim was opened."""
    opened = latest_filing(ctx.session, record.id, NewClaimForm.__name__)
    assert opened is not None  # no claim is opened without
    return NewClaimForm.model_validate(opened.document).panel_code


def unmet(ctx: Context, record: RecordFacts) -> frozenset[Guard]:
    """Return the outside facts that a claim's next moves lack today."""
    form = filed_claim(ctx, record)
    in_time = form is not None or is_open(
        ctx, _evaluand_of(record), record.fiscal_year, claimed_panel(ctx, record)
    )
    known = form is not None and current_movement(ctx, record) is not None
    met = {
        Guard.CLAIM_OPEN: in_time,
        Guard.MOVEMENT_KNOWN: known,
        Guard.LIMITS_NOT_ISSUED: not limits_issued(ctx.session, record.fiscal_year),
    }
    return frozenset(guard for guard, holds in met.items() if not holds)


def file_claim(ctx: Context, record_id: str, form: ClaimForm, seen: Seen) -> Outcome:
    """File a claim; one that was sent back was filed in time.

    Raises
    ------
    Invalid
        An amount is not below its year's cost, evidence is missing, the project is not in the panel.
    Conflict
        The window is closed, or the limits of the year are issued.
    """
    record = load(ctx, record_id, "file")
    moved = move(
        ctx,
        record_id,
        "file",
        seen=seen,
        findings=_findings(ctx, record, form),
        guards={Guard.CLAIM_OPEN, Guard.LIMITS_NOT_ISSUED} - unmet(ctx, record),
        record=record,
    )
    kept = file_form(ctx, moved, form, edition=in_force(ctx, "cost_baseline", CostBaselineRules).id)
    return moved.log(ctx, filed_event(moved, kept))


def _evaluand_of(record: RecordFacts) -> str:
    assert record.evaluand_id is not None  # a claim is a project's
    return record.evaluand_id


def _findings(ctx: Context, record: RecordFacts, form: ClaimForm) -> tuple[Finding, ...]:
    evaluand_id, asked = _evaluand_of(record), claimed_panel(ctx, record)
    if form.panel_code != asked:
        text = f"成本面板：本申请是对“{asked}”的基线提出的，不能改为“{form.panel_code}”；请撤回后另行提出"
        return (Finding("special_factor.panel", Severity.ERROR, Where(pointer="/panel_code"), text),)
    dmu = panels_of(ctx.session, evaluand_id, record.fiscal_year)[asked]
    _, panel = load_panel(ctx, asked, dmu=dmu)
    mine = [one for one in admitted_factors(ctx, asked, record.fiscal_year) if one.dmu == dmu]
    files = frozenset(item.digest for item in attachments_of(ctx.session, evaluand_id))
    rows = {row.year: row for row in set_aside(panel, mine).rows}
    admitted = {year: claimed_in(mine, dmu, year) for year in rows}
    return check(form, ClaimContext(dmu, rows, admitted, files))


def wrong_so_far(ctx: Context, record: RecordFacts, document: Mapping[str, Json]) -> tuple[Finding, ...]:
    """Return what is wrong with the parts that can be read of a claim that cannot be read whole."""
    lines = cast("Sequence[Json]", document.get("amounts") or ())
    rows = [read(ClaimedYearRow, line)[0] for line in lines]
    known = ClaimForm.model_construct(
        panel_code=str(document.get("panel_code") or claimed_panel(ctx, record)),
        amounts=tuple(row or ClaimedYearRow.model_construct(year=0, amount=ZERO) for row in rows),
        evidence=tuple(cast("Sequence[str]", document.get("evidence") or ())),
    )
    unread = tuple(f"/amounts/{at}/" for at, row in enumerate(rows) if row is None)
    found = _findings(ctx, record, known)
    return tuple(one for one in found if not one.where.pointer.startswith(unread))


def get_claim(ctx: Context, record_id: str) -> RecordFacts:
    """Return the record of a visible claim.

    Raises
    ------
    NotFound
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not STAGE:
        raise NotFound("record.not_found", "没有找到该特殊因素申请，或您无权查看")
    return record


def filed_claim(ctx: Context, record: RecordFacts) -> ClaimForm | None:
    """Return the claim last filed, or None."""
    filing = latest_filing(ctx.session, record.id, ClaimForm.__name__)
    return None if filing is None else ClaimForm.model_validate(filing.document)


def factor_of(ctx: Context, record: RecordFacts, form: ClaimForm) -> SpecialFactor:
    """Return what a filed claim claims, as a unit of its panel."""
    panels = panels_of(ctx.session, _evaluand_of(record), record.fiscal_year)
    return form.factor(panels[form.panel_code])


def admitted_factors(ctx: Context, panel_code: str, fiscal_year: int) -> tuple[SpecialFactor, ...]:
    """Return the visible admitted claims against a panel's baseline of a budget year, oldest first."""
    admitted = list_records(
        ctx.session, ctx.actor, stage=STAGE, fiscal_year=fiscal_year, status=Status.ADMITTED
    )
    forms = filed_documents(ctx.session, [one.id for one in admitted], ClaimForm.__name__)
    claims = [(one, ClaimForm.model_validate(forms[one.id])) for one in admitted]
    return tuple(factor_of(ctx, one, form) for one, form in claims if form.panel_code == panel_code)


def movement_of(ctx: Context, record: RecordFacts) -> DecisionFacts | None:
    """Return the movement a claim was decided on, else the one it may be, else the newest; as far as visible."""
    found = decisions_of(ctx.session, record_id=record.id, kind=DecisionKind.MOVEMENT)
    answer = latest_filing(ctx.session, record.id, ClaimAnswerForm.__name__)
    if answer is not None:
        package = ClaimAnswerForm.model_validate(answer.document).package
        return next((one for one in found if one.digest == package), None)
    return current_movement(ctx, record) or (found[-1] if found else None)


def current_movement(ctx: Context, record: RecordFacts) -> DecisionFacts | None:
    """Return the movement of a claim as it is filed, of all it follows from as that stands today."""
    found = decisions_of(ctx.session, record_id=record.id, kind=DecisionKind.MOVEMENT)
    form = filed_claim(ctx, record) if found else None
    if form is None:
        return None
    today: dict[str, Json] = {
        "prices": as_json(price_index(ctx)),
        "claim": as_json(factor_of(ctx, record, form)),
        "admitted": as_json(admitted_factors(ctx, form.panel_code, record.fiscal_year)),
    }
    edition = in_force(ctx, "cost_baseline", CostBaselineRules).digest
    return next((one for one in reversed(found) if _rests_on(one, edition, form.panel_code, today)), None)


def stands(ctx: Context, record: RecordFacts) -> bool:
    """Tell whether the movement of a claim is the one it was decided on, or one it may be decided on today."""
    decided = latest_filing(ctx.session, record.id, ClaimAnswerForm.__name__) is not None
    return decided or current_movement(ctx, record) is not None


def _rests_on(found: DecisionFacts, edition: str, panel_code: str, today: Mapping[str, Json]) -> bool:
    """Tell whether a movement follows from today's facts; a kept panel never changes, its code stands for it."""
    facts = cast("Mapping[str, Json]", found.facts)
    spec = cast("Mapping[str, Mapping[str, Json]]", facts["panel"])["spec"]
    known = found.edition_digest == edition and spec["code"] == panel_code
    return known and all(facts[key] == part for key, part in today.items())


def _decide(verb: str, ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Decide on the movement, and tell the claimant the own part of it.

    Raises
    ------
    Conflict
        The movement is not known, or not as things stand today; what is to be admitted comes after the limits.
    Invalid
        With what is admitted already, nothing would be left of a year's cost.
    """
    record = load(ctx, record_id, verb)
    form = filed_claim(ctx, record)
    findings: tuple[Finding, ...] = ()
    if form is not None:
        lock_claims(ctx.session, form.panel_code)
        findings = _findings(ctx, record, form) if verb == "admit" else ()
    found = current_movement(ctx, record)
    guards = {Guard.MOVEMENT_KNOWN} if found or findings else set()
    guards |= unless_issued(ctx, record)
    moved = move(ctx, record_id, verb, seen=seen, findings=findings, guards=guards, record=record)
    assert found is not None  # the guard says so
    own = movement_view(found.facts, found.result).own
    answer = ClaimAnswerForm(
        reason=seen.reason,
        package=found.digest,
        before=own.before.point,
        after=own.after.point,
        given_back=own.given_back,
    )
    kept = file_form(ctx, moved, answer, edition=found.edition)
    return moved.log(ctx, filed_event(moved, kept))


def _until_issued(verb: str, ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Revoke what was admitted, as long as no limits rest on it, or send a claim back while it can be filed again.

    Raises
    ------
    Conflict
        The limits of the budget year are issued.
    """
    record = load(ctx, record_id, verb)
    guards = unless_issued(ctx, record)
    return move(ctx, record_id, verb, seen=seen, guards=guards, record=record).log(ctx)


admit = partial(_decide, "admit")
reject = partial(_decide, "reject")
revoke = partial(_until_issued, "revoke")
send_back = partial(_until_issued, "return")
