"""A round of next year's limits: opened, computed, published, objected to, final, issued."""

from sqlmodel import Session

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import keep
from budgetperf.actions.line_facts import Line, lines
from budgetperf.actions.moves import Move, Outcome, Seen, Target, load, move, open_record
from budgetperf.actions.payloads import RoundMoved
from budgetperf.actions.rules import InForce, named
from budgetperf.actions.simple import NoForm
from budgetperf.budget.allocation import allocate
from budgetperf.budget.ceiling import CeilingFacts, ceiling_line
from budgetperf.budget.form import PublishForm, RoundForm
from budgetperf.budget.limits import LimitRound, check_identities, draft_limit, make_round
from budgetperf.budget.packages import EditionUsed, allocation_package, cut_package, limit_package
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import to_json
from budgetperf.budget.waterfall import cut_line
from budgetperf.errors import Conflict, Invalid
from budgetperf.evidence import merkle
from budgetperf.money import Money
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.store.budget import (
    NewLine,
    RoundFacts,
    hold_round,
    lines_of,
    replace_lines,
    round_of,
    rounds,
    update_round,
    write_round,
)
from budgetperf.store.records import list_records


def open_round(ctx: Context, form: RoundForm, seen: Seen) -> Outcome:
    """Open the round of a budget year under its ceiling.

    Raises
    ------
    Conflict
        That year has its round already.
    Invalid
        The ceiling is not positive, or the result year is not before the budget year.
    """
    if any(known.fiscal_year == form.fiscal_year for known in rounds(ctx.session)):
        raise Conflict("limits.exists", f"{form.fiscal_year}年度控制数编制已启动")
    if form.ceiling.fen <= 0 or form.result_year >= form.fiscal_year:
        raise Invalid("limits.round", "可用财力总额应大于零，结果年度应早于预算年度")
    subject = f"LIMITS-{form.fiscal_year}"
    target = Target(Stage.LIMITS, None, subject, f"{form.fiscal_year}年度预算控制数", "", form.fiscal_year)
    moved = open_record(ctx, target, seen=seen)
    facts = RoundFacts(
        id=moved.record.id,
        fiscal_year=form.fiscal_year,
        result_year=form.result_year,
        ceiling_fen=form.ceiling.fen,
        unallocated_fen=form.ceiling.fen,
        edition=ctx.rules.get("limit_cuts", ctx.today).id,
        published_at=None,
        window_ends_on=None,
        issued_at=None,
    )
    write_round(ctx.session, facts)
    return _log(ctx, moved, make_round(form.ceiling, ()))


def compute_round(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Compute every line: cuts by ground, exact allocation under the ceiling, draft limits.

    May be repeated until the round is published; each time replaces the draft lines.

    Raises
    ------
    Invalid
        No line to compute, or no choice keeps all rules (naming those that conflict).
    """
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "compute", seen=seen, record=record)
    facts = round_of(ctx.session, record_id)
    used = named(ctx, facts.edition, CutRules)
    found = lines(ctx, facts.fiscal_year, facts.result_year)
    if not found:
        raise Invalid("limits.no_lines", f"{facts.fiscal_year}年度没有已入项目库的申报，无法测算控制数")
    computed, limit_round = _compute(ctx, moved, found, Money(facts.ceiling_fen), used)
    replace_lines(ctx.session, record_id, computed)
    update_round(ctx.session, record_id, unallocated_fen=limit_round.unallocated.fen)
    return _log(ctx, moved, limit_round)


def _compute(
    ctx: Context, moved: Move, found: list[Line], ceiling: Money, used: InForce[CutRules]
) -> tuple[list[NewLine], LimitRound]:
    edition = EditionUsed(used.id, used.digest, str(moved.record.fiscal_year))
    cuts = {line.facts.line: cut_line(line.facts, used.rules) for line in found}
    under = CeilingFacts(
        ceiling=ceiling,
        lines=tuple(ceiling_line(line.facts, cuts[line.facts.line], rules=used.rules) for line in found),
    )
    allocation = allocate(under, used.rules)
    levels = {level.line: level for level in allocation.levels}
    _, allocated = keep(
        ctx, moved.record, allocation_package(under, allocation, subject=moved.record.subject, used=edition)
    )
    new: list[NewLine] = []
    for line in found:
        package = cut_package(line.facts, cuts[line.facts.line], used=edition)
        _, cut_digest = keep(ctx, moved.record, package, evaluand_id=line.evaluand.id)
        limit = draft_limit(
            line.facts,
            cuts[line.facts.line],
            level=levels[line.facts.line],
            rules=used.rules,
            cut_package=cut_digest,
            allocation_package=allocated,
        )
        new.append(NewLine(ctx.ids.new(), line.evaluand.id, line.evaluand.path, to_json(line.facts), limit))
    return new, make_round(ceiling, tuple(line.limit for line in new))


def current_round(session: Session, facts: RoundFacts) -> LimitRound:
    """Return a stored round as the budget package sees it."""
    return LimitRound(
        ceiling=Money(facts.ceiling_fen),
        limits=tuple(row.limit() for row in lines_of(session, facts.id)),
        unallocated=Money(facts.unallocated_fen),
    )


def publish_round(ctx: Context, record_id: str, form: PublishForm, seen: Seen) -> Outcome:
    """Publish the draft for objections until the window ends.

    Raises
    ------
    Invalid
        The window ends before tomorrow.
    """
    if form.window_ends_on <= ctx.today:
        raise Invalid("limits.window", f"异议截止日期{form.window_ends_on}应晚于公布当日")
    moved = move(ctx, record_id, "publish", seen=seen)
    update_round(ctx.session, record_id, published_at=ctx.now, window_ends_on=form.window_ends_on)
    return _log(ctx, moved, current_round(ctx.session, round_of(ctx.session, record_id)))


def finalise_round(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Close the objections, check both identities and fix every limit in a decision package.

    Raises
    ------
    Invalid
        An identity does not hold; every deviation is named.
    """
    record = load(ctx, record_id)
    hold_round(ctx.session, record_id, alone=True)
    open_objections = list_records(
        ctx.session, ctx.actor, stage=Stage.OBJECTION, fiscal_year=record.fiscal_year, status=Status.FILED
    )
    guards = set() if open_objections else {Guard.OBJECTIONS_DECIDED}
    facts = round_of(ctx.session, record_id)
    limit_round = current_round(ctx.session, facts)
    moved = move(
        ctx,
        record_id,
        "finalise",
        seen=seen,
        guards=guards,
        findings=check_identities(limit_round),
        record=record,
    )
    used = named(ctx, facts.edition, CutRules)
    edition = EditionUsed(used.id, used.digest, str(record.fiscal_year))
    for row in lines_of(ctx.session, record_id):
        keep(ctx, record, limit_package(row.limit(), used=edition), evaluand_id=row.evaluand_id)
    return _log(ctx, moved, limit_round)


def issue_round(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Issue the final limits."""
    moved = move(ctx, record_id, "issue", seen=seen)
    update_round(ctx.session, record_id, issued_at=ctx.now)
    return _log(ctx, moved, current_round(ctx.session, round_of(ctx.session, record_id)))


def _log(ctx: Context, moved: Move, limit_round: LimitRound) -> Outcome:
    leaves = [f"{limit.line}={limit.limit.fen}".encode() for limit in limit_round.limits]
    return moved.log(
        ctx,
        RoundMoved(
            **moved.fields,
            lines=len(leaves),
            root=merkle.root(leaves) if leaves else "",
            totals={
                "ceiling": str(limit_round.ceiling.fen),
                "limits": str(sum(limit.limit.fen for limit in limit_round.limits)),
                "unallocated": str(limit_round.unallocated.fen),
            },
        ),
    )
