"""Published editions are what was filed, published and logged: same text, same digest, another person."""

from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.findings import Finding
from budgetperf.store.files import FileStore

_EDITIONS = r"""
WITH filed AS (
    SELECT DISTINCT ON (record_id) record_id, filed_by, document ->> 'text' AS text FROM filing
    WHERE form = 'EditionForm' ORDER BY record_id, number DESC),
  published AS (
    SELECT payload ->> 'record' AS record_id, chain, actor, at, payload ->> 'edition_digest' AS digest FROM event
    WHERE kind = 'rule.publish')
SELECT coalesce(p.id, r.subject) AS id, p.id IS NULL AS lost,
  encode(sha256(convert_to(p.text, 'UTF8')), 'hex') = p.digest AND f.text || E'\n' = p.text AS whole,
  e.digest = p.digest AND e.at = p.published_at AND e.chain = p.id AS logged, e.actor <> f.filed_by AS apart
FROM published_edition p
  FULL JOIN (SELECT * FROM record WHERE stage = 'rule' AND status = 'enacted') r ON r.id = p.record_id
  LEFT JOIN filed f ON f.record_id = p.record_id LEFT JOIN published e ON e.record_id = p.record_id
ORDER BY 1"""


def check_published_editions_hold(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every published edition is the text filed, under its digest, published by somebody else, and logged so."""
    for row in rows(session, _EDITIONS):
        if told := _told(lost=row.lost, whole=row.whole, logged=row.logged, apart=row.apart):
            yield broken("edition", f"/rules/{row.id}", f"规则版本“{row.id}”{told}")


def _told(*, lost: bool, whole: bool | None, logged: bool | None, apart: bool | None) -> str:
    if lost:
        return "已发布，但正文不在库中"
    if not whole:
        return "的正文与提交的文本或发布的摘要不符"
    if not logged:
        return "没有与其摘要和时间相符的发布事件"
    return "" if apart else "由提交人本人发布，违反双人复核"
