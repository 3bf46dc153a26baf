"""One rater's sheet of one period: submitted, taken back, forgotten when the edition's months are over."""

from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.campaigns import editions_of, work_for
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, drop_draft, load, move
from budgetperf.actions.payloads import Seated
from budgetperf.actions.simple import NoForm
from budgetperf.errors import NotFound
from budgetperf.lifecycle.unit_assessment.cells import Asked, rated_cells
from budgetperf.lifecycle.unit_assessment.checks import check_ratings, improvement_item
from budgetperf.lifecycle.unit_assessment.form import RatingForm
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.provenance import digest
from budgetperf.store.campaigns import (
    CampaignFacts,
    SeatFacts,
    SheetFacts,
    get_campaign,
    seats_of,
    sheet_of,
    submit_sheet,
)
from budgetperf.store.forgetting import forget_sheet, forget_traces, unseat


def seat_of(ctx: Context, sheet: SheetFacts) -> SeatFacts:
    """Return the seat a sheet was sent to.

    Raises
    ------
    NotFound
        It is not the reader's.
    """
    for seat in seats_of(ctx.session, sheet.campaign_id):
        if seat.id == sheet.seat_id:
            return seat
    raise NotFound("rating.seat", "没有找到该评分表，或您无权查看")


def asked_of(work: Work, seat: SeatFacts, period: str) -> tuple[Asked, ...]:
    """Return the marks a sheet asks for, unit by unit."""
    members = [member for member in work.members if member.code in set(seat.units)]
    return tuple(rated_cells(work.scheme, members, rater_group=seat.rater_group, period=period))


def improved_of(sheet: SheetFacts) -> dict[tuple[str, str], str]:
    """Return last year's items that a sheet asks to be rated again: unit and item to problem."""
    return {(unit, improvement_item(record)): problem for unit, record, problem in sheet.improved}


def own_sheet(ctx: Context, record_id: str) -> tuple[SheetFacts, SeatFacts]:
    """Return a sheet one submitted, to be read again; nobody else reads it, and nobody once it is forgotten.

    Raises
    ------
    NotFound
    """
    sheet = sheet_of(ctx.session, record_id)
    seat = seat_of(ctx, sheet)
    if sheet.submitted_at is None or seat.person_id != ctx.actor.id:
        raise NotFound("rating.seat", "没有找到该评分表，或您无权查看")
    return sheet, seat


def submit(ctx: Context, record_id: str, form: RatingForm, seen: Seen) -> Outcome:
    """Submit one's own sheet, once. The log keeps a salted digest; the sheet itself can be forgotten."""
    record = load(ctx, record_id, "submit")
    sheet = sheet_of(ctx.session, record_id)
    seat = seat_of(ctx, sheet)
    work = work_for(ctx, get_campaign(ctx.session, sheet.campaign_id))
    findings = check_ratings(form, asked_of(work, seat, sheet.period), improved_of(sheet))
    guards = {Guard.OWN_SHEET} if seat.person_id == ctx.actor.id else set()
    moved = move(ctx, record_id, "submit", seen=seen, findings=findings, guards=guards, record=record)
    document = form.model_dump(mode="json")
    submit_sheet(ctx.session, record_id, document, ctx.now)
    drop_draft(ctx, record_id)
    sealed = digest({"salt": sheet.salt, "rows": document["rows"]})
    return moved.log(ctx, Seated(**moved.fields, digest=sealed))


def forget(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Delete a sheet whose months are over: the numbers stay in the decision package, the person does not.

    What was typed and never submitted goes too, and whatever else would still tell whose marks they were.
    """
    record = load(ctx, record_id, "forget")
    sheet = sheet_of(ctx.session, record_id)
    campaign = get_campaign(ctx.session, sheet.campaign_id)
    guards = {Guard.KEPT_LONG_ENOUGH} if kept_long_enough(ctx, campaign) else set()
    moved = move(ctx, record_id, "forget", seen=seen, guards=guards, record=record)
    forget_sheet(ctx.session, record_id)
    forget_traces(ctx.session, campaign.id)
    unseat(ctx.session, campaign.id)
    return moved.log(ctx)


def kept_long_enough(ctx: Context, campaign: CampaignFacts) -> bool:
    """Tell whether the months of the edition are over."""
    if campaign.archived_on is None:
        return False
    retention = editions_of(ctx, campaign).campaign.rules.retention
    return retention.until(campaign.archived_on) < ctx.today


def due_to_be_forgotten(ctx: Context, campaign: CampaignFacts) -> tuple[str, ...]:
    """Return the sheets of a campaign whose months are over."""
    if not kept_long_enough(ctx, campaign):
        return ()
    return tuple(one.id for one in records_of(ctx, campaign, Stage.RATING) if one.status is Status.FILED)
