"""Ex-ante evaluation: the panel is drawn, declares, scores blind; the conclusion gates the store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlmodel import col

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.goals import filed_goals
from budgetperf.actions.moves import Move, Outcome, Seen, Target, file_form, filed_event, load, move
from budgetperf.actions.payloads import Drawn, Moved, Seated
from budgetperf.actions.rules import InForce, in_force, named
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.evaluands import within
from budgetperf.lifecycle.exante.checks import check_conclusion, check_declaration, check_sheet
from budgetperf.lifecycle.exante.draw import Candidate, draw
from budgetperf.lifecycle.exante.form import ConclusionForm, Declaration, DrawForm, ScoreForm
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.money import ZERO, Money
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.provenance import DecisionKind, digest
from budgetperf.scoring.exante import ExanteConclusion, ExanteResult, ExanteRules
from budgetperf.scoring.recompute import ExanteFacts, compute
from budgetperf.store.exante import PanelFacts, SeatFacts, panel_of, ratings_of, seats_of
from budgetperf.store.people import expert_pool
from budgetperf.store.records import RecordFacts, find_record, get_evaluand, latest_filing
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.exante import PanelRating, PanelRow, PanelSeat


@dataclass(frozen=True, slots=True)
class Gate:
    """What the ex-ante evaluation lets through: whether, and at most how much."""

    passed: bool
    most: Money


def exante_gate(ctx: Context, request: RecordFacts, goals: GoalForm) -> Gate:
    """Return what may be stored and approved of a request."""
    if not _required(ctx, goals):
        return Gate(passed=True, most=goals.request)
    record = find_record(
        ctx.session, ctx.actor, request.subject, fiscal_year=request.fiscal_year, stage=Stage.EXANTE
    )
    if record is None or record.status is not Status.CONFIRMED:
        return Gate(passed=False, most=ZERO)
    conclusion = filed_conclusion(ctx, record)
    return Gate(passed=conclusion.conclusion is not ExanteConclusion.REJECT, most=conclusion.recommended)


def exante_target(ctx: Context, request: RecordFacts, goals: GoalForm) -> Target | None:
    """Return the evaluation to open for a request at or above the threshold, or None."""
    if not _required(ctx, goals):
        return None
    return Target(
        Stage.EXANTE, request.evaluand_id, request.subject, request.name, request.path, request.fiscal_year
    )


def _rules(ctx: Context) -> InForce[ExanteRules]:
    return in_force(ctx, "exante_project", ExanteRules)


def _required(ctx: Context, goals: GoalForm) -> bool:
    return goals.request.fen >= _rules(ctx).rules.threshold.amount_fen


def filed_conclusion(ctx: Context, record: RecordFacts) -> ConclusionForm:
    """Return the filed conclusion of an evaluation.

    Raises
    ------
    Conflict
        None has been filed.
    """
    filing = latest_filing(ctx.session, record.id, "ConclusionForm")
    if filing is None:
        raise Conflict("exante.none", f"“{record.name}”尚未出具评估结论")
    return ConclusionForm.model_validate(filing.document)


def _free_pool(ctx: Context, record: RecordFacts) -> list[Candidate]:
    """Return the experts of the pool who do not belong to the applying department."""
    department = get_evaluand(ctx.session, ctx.actor, record.subject).department_path
    return [
        Candidate(expert.id, expert.login, expert.specialism)
        for expert in expert_pool(ctx.session)
        if not within(expert.path, department)
    ]


def draw_panel(ctx: Context, record_id: str, form: DrawForm, seen: Seen) -> Outcome:
    """Draw the panel from the pool by a public seed, leaving out the department's own people."""
    record = load(ctx, record_id)
    used = _rules(ctx)
    pool = _free_pool(ctx, record)
    chosen = draw(pool, form.seed, size=used.rules.panel.size, specialisms=used.rules.panel.specialisms)
    guards = _complete(chosen, used.rules)
    moved = move(ctx, record_id, "draw", seen=seen, guards=guards, record=record)
    panel = PanelFacts(
        id=ctx.ids.new(),
        record_id=record.id,
        evaluand_id=record.evaluand_id or "",
        seed=form.seed,
        edition=used.id,
        pool_digest=digest([one.login for one in sorted(pool, key=lambda one: one.login)]),
        drawn_at=ctx.now,
    )
    values = {name: getattr(panel, name) for name in PanelFacts.__slots__}
    ctx.session.connection().execute(insert(table_of(PanelRow)).values(values))
    return _seat(ctx, moved, panel, chosen, first=1)


def replenish_panel(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Seat the next ranked experts in the place of those who recused themselves."""
    record = load(ctx, record_id)
    panel = _panel(ctx, record)
    used = named(ctx, panel.edition, ExanteRules)
    seats = seats_of(ctx.session, record_id)
    kept = [Candidate(seat.person_id, seat.login, seat.specialism) for seat in seats if not seat.conflict]
    gone = {seat.person_id for seat in seats if seat.conflict}
    pool = [one for one in _free_pool(ctx, record) if one.id not in gone]
    chosen = draw(
        pool, panel.seed, size=used.rules.panel.size, specialisms=used.rules.panel.specialisms, seated=kept
    )
    guards = _complete((*kept, *chosen), used.rules) if chosen else ()
    moved = move(ctx, record_id, "replenish", seen=seen, guards=guards, record=record)
    return _seat(ctx, moved, panel, chosen, first=len(seats) + 1)


def _complete(chosen: Iterable[Candidate], rules: ExanteRules) -> set[Guard]:
    experts = tuple(chosen)
    full = len(experts) == rules.panel.size
    mixed = set(rules.panel.specialisms) <= {one.specialism for one in experts}
    return {Guard.PANEL_COMPLETE} if full and mixed else set()


def _seat(
    ctx: Context, moved: Move, panel: PanelFacts, chosen: Iterable[Candidate], *, first: int
) -> Outcome:
    seats = [
        {
            "id": ctx.ids.new(),
            "panel_id": panel.id,
            "record_id": panel.record_id,
            "evaluand_id": panel.evaluand_id,
            "person_id": one.id,
            "specialism": one.specialism,
            "position": position,
            "conflict": False,
            "statement": "",
        }
        for position, one in enumerate(chosen, start=first)
    ]
    ctx.session.connection().execute(insert(table_of(PanelSeat)), seats)
    event = Drawn(
        **moved.fields,
        seed=panel.seed,
        pool=panel.pool_digest,
        seats=tuple(str(seat["person_id"]) for seat in seats),
    )
    return moved.log(ctx, event)


def _panel(ctx: Context, record: RecordFacts) -> PanelFacts:
    panel = panel_of(ctx.session, record.id)
    if panel is None:
        raise Conflict("exante.no_panel", f"“{record.name}”尚未抽取专家")
    return panel


def _own_seat(ctx: Context, record_id: str) -> tuple[SeatFacts | None, set[Guard]]:
    """Return the actor's seat and the guards it satisfies."""
    seat = next((one for one in seats_of(ctx.session, record_id) if one.person_id == ctx.actor.id), None)
    if seat is None or seat.conflict:
        return None, set()
    guards = {Guard.OWN_SEAT}
    if seat.declared_at:
        guards.add(Guard.SEAT_DECLARED)
    if seat.submitted_at is None:
        guards.add(Guard.SEAT_OPEN)
    return seat, guards


def _update_seat(ctx: Context, seat: SeatFacts, **values: object) -> None:
    ctx.session.connection().execute(
        update(table_of(PanelSeat)).where(col(PanelSeat.id) == seat.id).values(**values)
    )


def declare(ctx: Context, record_id: str, form: Declaration, seen: Seen) -> Outcome:
    """Sign the commitment; a declared conflict recuses the expert for good."""
    record = load(ctx, record_id)
    seat, guards = _own_seat(ctx, record_id)
    moved = move(
        ctx, record_id, "declare", seen=seen, findings=check_declaration(form), guards=guards, record=record
    )
    assert seat is not None
    _update_seat(ctx, seat, declared_at=ctx.now, conflict=form.conflict, statement=form.statement)
    return moved.log(ctx, Seated(**moved.fields, seat=seat.id, digest=digest(form.model_dump(mode="json"))))


def score_sheet(ctx: Context, record_id: str, form: ScoreForm, seen: Seen) -> Outcome:
    """File one's own sheet, once; fellow experts see it only after their own is in."""
    record = load(ctx, record_id)
    panel = _panel(ctx, record)
    rules = named(ctx, panel.edition, ExanteRules).rules
    findings = check_sheet(form, rules, _requested(ctx, record))
    seat, guards = _own_seat(ctx, record_id)
    moved = move(ctx, record_id, "score", seen=seen, findings=findings, guards=guards, record=record)
    assert seat is not None
    document = form.model_dump(mode="json")
    ctx.session.connection().execute(
        insert(table_of(PanelRating)).values(
            seat_id=seat.id,
            panel_id=panel.id,
            person_id=ctx.actor.id,
            document=document,
            digest=digest(document),
            submitted_at=ctx.now,
        )
    )
    _update_seat(ctx, seat, submitted_at=ctx.now)
    return moved.log(ctx, Seated(**moved.fields, seat=seat.id, digest=digest(document)))


def _requested(ctx: Context, record: RecordFacts) -> Money:
    request = find_record(
        ctx.session, ctx.actor, record.subject, fiscal_year=record.fiscal_year, stage=Stage.REQUEST
    )
    if request is None:
        raise Conflict("exante.no_request", f"“{record.name}”没有对应的项目申报")
    return filed_goals(ctx, request).request


def panel_facts(ctx: Context, record: RecordFacts) -> ExanteFacts:
    """Return the sheets of a panel by seat number, so that nobody is named in a package."""
    seats = {seat.id: seat for seat in seats_of(ctx.session, record.id) if not seat.conflict}
    sheets = {
        f"{seats[rating.seat_id].position:02d}": ScoreForm.model_validate(rating.document)
        for rating in ratings_of(ctx.session, _panel(ctx, record).id)
    }
    return facts_of(sheets)


def facts_of(sheets: Mapping[str, ScoreForm]) -> ExanteFacts:
    """Return the points of the sheets in the order of their seats."""
    return ExanteFacts(
        {key: {row.criterion: row.points for row in sheets[key].rows} for key in sorted(sheets)}
    )


def panel_result(ctx: Context, record: RecordFacts) -> ExanteResult:
    """Return the means of a panel and the conclusion they suggest."""
    result = compute(panel_facts(ctx, record), named(ctx, _panel(ctx, record).edition, ExanteRules).rules)
    assert isinstance(result, ExanteResult)
    return result


def conclude(ctx: Context, record_id: str, form: ConclusionForm, seen: Seen) -> Outcome:
    """Conclude from the sheets; another conclusion than the means suggest needs its reason."""
    record = load(ctx, record_id)
    seats = [seat for seat in seats_of(ctx.session, record_id) if not seat.conflict]
    used = named(ctx, _panel(ctx, record).edition, ExanteRules)
    complete = len(seats) == used.rules.panel.size and all(seat.submitted_at for seat in seats)
    guards = {Guard.ALL_SCORES_IN} if complete else set()
    findings = (
        check_conclusion(form, panel_result(ctx, record).suggested, _requested(ctx, record))
        if complete
        else ()
    )
    moved = move(ctx, record_id, "conclude", seen=seen, findings=findings, guards=guards, record=record)
    kept = file_form(ctx, moved, form, edition=used.id)
    return moved.log(ctx, filed_event(moved, kept))


def confirm(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Confirm the conclusion and fix the panel's sheets and means in a decision package."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "confirm", seen=seen, record=record)
    used = named(ctx, _panel(ctx, record).edition, ExanteRules)
    _, package = decide(DecisionKind.EXANTE, record, panel_facts(ctx, record), used)
    _, kept = keep(ctx, record, package)
    return moved.log(ctx, Moved(**moved.fields, packages=(kept,)))
