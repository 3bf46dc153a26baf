"""Keep what somebody has typed so far: one's own, without checks and without an event, gone when filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as upsert

from budgetperf.actions.context import Context
from budgetperf.errors import Forbidden, NotFound, Stale
from budgetperf.forms import Form
from budgetperf.process.advance import denial
from budgetperf.process.transitions import leaving
from budgetperf.provenance import Json
from budgetperf.store.records import DraftFacts, RecordFacts, doers, get_draft, get_record, latest_filing
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import Draft
from budgetperf.terms import Term


class Begin(Term):
    """Which text a form begins with, where a filing came after the draft was typed."""

    DRAFT = "draft", "草稿"
    FILED = "filed", "已报送的内容"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form before, by this person or in the last filing."""

    draft: DraftFacts | None
    filed: Mapping[str, Json] | None
    overtaken: bool
    """Whether the record moved on since the draft was typed, and a filing stands beside it."""

    def document(self, begin: Begin | None = None) -> Mapping[str, Json] | None:
        """Return the one to begin with: the draft, unless it was overtaken and is not asked for."""
        if self.draft is None or (self.overtaken and begin is not Begin.DRAFT):
            return self.filed
        return self.draft.document if isinstance(self.draft.document, Mapping) else None


def typed_before(ctx: Context, record: RecordFacts, form: type[Form]) -> Typed:
    """Return what was typed into a form of a record before."""
    draft = get_draft(ctx.session, ctx.actor, record.id)
    filing = latest_filing(ctx.session, record.id, form.__name__)
    overtaken = draft is not None and filing is not None and draft.record_version < record.version
    filed = filing.document if filing is not None and isinstance(filing.document, Mapping) else None
    return Typed(draft, filed, overtaken)


def save_draft(
    ctx: Context,
    record_id: str,
    verb: str,
    form: str,
    document: Mapping[str, Json],
    *,
    record_version: int,
    saved_at: datetime | None,
) -> None:
    """Keep the actor's own draft of a form, for a verb they may take now.

    Parameters
    ----------
    ctx, record_id, verb
    form : str
        Name of the form.
    document : Mapping
    record_version : int
        Version of the record it was typed on.
    saved_at : datetime or None
        When the draft it goes on from was saved; None where there was none.

    Raises
    ------
    NotFound
        No such record, or none that leaves its status by this verb.
    Forbidden
        The actor may not take the verb.
    Stale
        Another window saved since; what it saved stays.
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    row = next((row for row in leaving(record.stage, record.status) if row.verb == verb), None)
    if row is None:
        raise NotFound("draft.verb", f"“{record.name}”当前没有可以填写的表")
    reason = denial(row, record.state(doers(ctx.session, record.id)), ctx.actor)
    if reason:
        raise Forbidden("draft.forbidden", reason)
    table = table_of(Draft)
    kept = {
        "form": form,
        "document": dict(document),
        "record_version": record_version,
        "saved_at": ctx.now,
    }
    statement = (
        upsert(table)
        .values(record_id=record.id, person_id=ctx.actor.id, **kept)
        .on_conflict_do_update(
            index_elements=["record_id", "person_id"], set_=kept, where=table.c.saved_at == saved_at
        )
        .returning(table.c.saved_at)
    )
    if ctx.session.connection().execute(statement).first() is None:
        text = f"“{record.name}”的草稿已在另一窗口保存，本页的内容没有保存"
        raise Stale("draft.stale", text, record.version)
