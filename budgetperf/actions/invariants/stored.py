"""No orphan file: what is registered lies on disk unchanged, what lies there is registered."""

import time
from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.errors import NotFound, Unavailable
from budgetperf.findings import Finding, Severity
from budgetperf.store.files import FileStore

YOUNG_SECONDS = 600

_REGISTERED = "SELECT digest, size FROM stored_file ORDER BY digest"

_REFERENCED = """
SELECT DISTINCT place, digest FROM (
  SELECT '/filings/' || id AS place, file_digest AS digest FROM filing WHERE file_digest IS NOT NULL
  UNION ALL SELECT '/attachments/' || id, digest FROM attachment
  UNION ALL SELECT '/campaign_files/' || id, digest FROM campaign_file
  UNION ALL SELECT '/filings/' || f.id, item FROM filing f
    CROSS JOIN jsonb_array_elements_text(f.document -> 'evidence') AS item
    WHERE f.form IN ('ObjectionForm', 'BonusForm', 'AppealForm')) AS reference
WHERE NOT EXISTS (SELECT 1 FROM stored_file s WHERE s.digest = reference.digest) ORDER BY place"""


def check_registered_files_are_on_disk(session: Session, files: FileStore) -> Iterator[Finding]:
    """Every registered file is there, with its digest and size."""
    for row in rows(session, _REGISTERED):
        try:
            size = len(files.get(row.digest))
        except (NotFound, Unavailable) as error:
            yield broken("file", f"/stored_files/{row.digest}", error.text)
            continue
        if size != row.size:
            text = f"摘要为 {row.digest[:12]}… 的文件为{size}字节，登记为{row.size}字节"
            yield broken("file", f"/stored_files/{row.digest}", text)


def check_files_on_disk_are_registered(session: Session, files: FileStore) -> Iterator[Finding]:
    """Every file on disk is registered.

    A warning only: a transaction that was refused after its file came leaves one behind, which
    harms nobody. Young files are left out, for their transaction may still be under way.
    """
    settled = {digest for digest in files.digests() if _is_settled(files, digest)}
    registered = {row.digest for row in rows(session, _REGISTERED)}
    for digest in sorted(settled - registered):
        text = f"文件库中 {digest[:12]}… 未登记，通常系未办成的上传所留，请核实"
        yield broken("orphan_file", f"/stored_files/{digest}", text, severity=Severity.WARNING)


def _is_settled(files: FileStore, digest: str) -> bool:
    try:
        return files.path(digest).stat().st_mtime < time.time() - YOUNG_SECONDS
    except FileNotFoundError:  # taken away since it was listed
        return False


def check_referenced_files_are_registered(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every digest that a filing, an attachment or an objection names is registered."""
    for row in rows(session, _REFERENCED):
        yield broken("file_reference", row.place, f"所引用的文件 {row.digest[:12]}… 没有登记")
