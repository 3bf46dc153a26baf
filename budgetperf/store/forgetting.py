"""What is deleted when the months are over that ratings stay with the names of their raters."""

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from budgetperf.store.tables.assessment import RaterSeat, RatingSheet
from budgetperf.store.tables.columns import table_of


def forget_sheet(session: Session, record_id: str) -> None:
    """Delete a sheet: no row joins a person and their marks any more."""
    session.connection().execute(delete(table_of(RatingSheet)).where(col(RatingSheet.record_id) == record_id))


def forget_traces(session: Session, campaign_id: str) -> None:
    """Delete the sheets of an archived campaign that nobody submitted, its raters' drafts and kept answers."""
    table = table_of(RatingSheet)
    never = (table.c.campaign_id == campaign_id) & table.c.submitted_at.is_(None)
    session.connection().execute(delete(table).where(never))
    session.connection().execute(select(func.bp_forget_traces(campaign_id)))


def unseat(session: Session, campaign_id: str) -> None:
    """Take the persons out of the raters' seats that no sheet needs any more."""
    open_sheets = select(col(RatingSheet.seat_id)).where(col(RatingSheet.campaign_id) == campaign_id)
    session.connection().execute(
        update(table_of(RaterSeat))
        .where(col(RaterSeat.campaign_id) == campaign_id, col(RaterSeat.id).not_in(open_sheets))
        .values(person_id=None)
    )
