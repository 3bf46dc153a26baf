"""Keep what somebody has typed so far: one's own, without checks and without an event, gone when filed."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert as upsert

from budgetperf.actions.context import Context
from budgetperf.errors import Forbidden, NotFound
from budgetperf.process.advance import denial
from budgetperf.process.transitions import leaving
from budgetperf.provenance import Json
from budgetperf.store.records import doers, get_record
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import Draft


def save_draft(ctx: Context, record_id: str, verb: str, form: str, document: Mapping[str, Json]) -> None:
    """Keep the actor's own draft of a form, for a verb they may take now.

    Raises
    ------
    NotFound
        No such record, or none that leaves its status by this verb.
    Forbidden
        The actor may not take the verb.
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    row = next((row for row in leaving(record.stage, record.status) if row.verb == verb), None)
    if row is None:
        raise NotFound("draft.verb", f"“{record.name}”当前没有可以填写的表")
    reason = denial(row, record.state(doers(ctx.session, record.id)), ctx.actor)
    if reason:
        raise Forbidden("draft.forbidden", reason)
    table = table_of(Draft)
    statement = upsert(table).values(
        record_id=record.id,
        person_id=ctx.actor.id,
        form=form,
        document=dict(document),
        version=1,
        saved_at=ctx.now,
    )
    ctx.session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["record_id", "person_id"],
            set_={
                "form": form,
                "document": statement.excluded.document,
                "version": table.c.version + 1,
                "saved_at": ctx.now,
            },
        )
    )
