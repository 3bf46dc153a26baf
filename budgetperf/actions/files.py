"""Files as evidence: kept by digest, with the day they speak of apart from the day they came."""

from datetime import date

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from budgetperf.actions.context import Context
from budgetperf.actions.payloads import FileAttached
from budgetperf.errors import Forbidden, Invalid
from budgetperf.evidence.attachments import detect_media_type, safe_filename
from budgetperf.permissions import Permission, may
from budgetperf.store.evidence import write_event
from budgetperf.store.records import get_evaluand
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.evidence import AttachmentRow, StoredFileRow

MAX_BYTES = 12 * 1024 * 1024


def keep_file(ctx: Context, content: bytes) -> str:
    """Keep a file of an allowed kind by its digest and return the digest.

    Raises
    ------
    Invalid
        It is empty, too large, or of a kind that is not accepted.
    """
    if not 0 < len(content) <= MAX_BYTES:
        raise Invalid("file.size", f"文件大小应大于0且不超过{MAX_BYTES // 1024 // 1024}MB")
    return keep_own_file(ctx, content, detect_media_type(content).value)


def keep_own_file(ctx: Context, content: bytes, media_type: str) -> str:
    """Keep a file that this system made itself, by its digest, and return the digest."""
    digest = ctx.files.put(content)
    ctx.session.connection().execute(
        upsert(table_of(StoredFileRow))
        .values(digest=digest, size=len(content), media_type=media_type, stored_at=ctx.now)
        .on_conflict_do_nothing()
    )
    return digest


def attach(
    ctx: Context,
    subject: str,
    content: bytes,
    *,
    filename: str,
    describes: str,
    effective_on: date,
    record_id: str | None = None,
) -> str:
    """Attach a file to an evaluand as evidence and return the file's digest.

    Raises
    ------
    Forbidden
        The actor may not attach to this evaluand.
    Invalid
        The file is refused, or speaks of a day that has not come.
    """
    evaluand = get_evaluand(ctx.session, ctx.actor, subject)
    reason = may(ctx.actor, Permission("evidence:file:attach"), evaluand.path, "上传佐证材料")
    if reason:
        raise Forbidden("file.forbidden", reason)
    if effective_on > ctx.today:
        raise Invalid("file.effective_on", f"材料形成日期{effective_on}晚于今天，请填写材料本身的日期")
    digest = keep_file(ctx, content)
    attachment_id = ctx.ids.new()
    ctx.session.connection().execute(
        insert(table_of(AttachmentRow)).values(
            id=attachment_id,
            evaluand_id=evaluand.id,
            record_id=record_id,
            digest=digest,
            filename=safe_filename(filename),
            describes=describes,
            effective_on=effective_on,
            uploaded_at=ctx.now,
            uploaded_by=ctx.actor.id,
        )
    )
    payload = FileAttached(attachment_id, digest, safe_filename(filename), effective_on.isoformat())
    write_event(
        ctx.session, evaluand.code, kind="evidence.attach", actor=ctx.actor.id, at=ctx.now, payload=payload
    )
    return digest
