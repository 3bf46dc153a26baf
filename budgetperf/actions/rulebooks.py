"""The rulebook of a transaction: the packaged editions and those published in the service.

One query a transaction, and only where rules are read; a text is read and parsed once per process,
since its digest says what it is. So every process uses a new edition from its next transaction on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.figures import Figure, open_figures
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import ROOT
from budgetperf.rulebook.published import joined, published_edition
from budgetperf.rulebook.reading import read_document
from budgetperf.store.published import published_digests, published_texts

_MEMO = "rulebook"
_PARSED: dict[tuple[str, str], Edition] = {}
_OPEN: dict[str, tuple[Figure, ...]] = {}


@dataclass(frozen=True, slots=True)
class _Memo:
    """What a transaction was told."""

    transaction: SessionTransaction | None
    rules: Rulebook


def rulebook_of(session: Session, packaged: Rulebook) -> Rulebook:
    """Return all editions that this transaction sees.

    Raises
    ------
    Conflict
        ``rulebook.lock``: a published text is not that of its digest.
    Invalid
        A published text no longer reads.
    """
    memo: _Memo | None = session.info.get(_MEMO)
    if memo is not None and memo.transaction is session.get_transaction():
        return memo.rules
    digests = published_digests(session)
    found = joined(packaged, _editions(session, digests)) if digests else packaged
    session.info[_MEMO] = _Memo(session.get_transaction(), found)
    return found


def forget_rulebook(session: Session) -> None:
    """Have the rulebook read anew: an edition was published in this transaction."""
    session.info.pop(_MEMO, None)


def texts_of(session: Session, editions: Iterable[Edition]) -> dict[str, bytes]:
    """Return the exact text of editions by id, published in the service or packaged."""
    ids = [edition.id for edition in editions]
    published = {row.id: row.text.encode() for row in published_texts(session, ids)}
    return {name: published.get(name) or (ROOT / f"{name}.yaml").read_bytes() for name in ids}


def open_figures_of(session: Session, editions: Sequence[Edition]) -> dict[str, tuple[Figure, ...]]:
    """Return by id which figures of editions still have to be confirmed; each text is read once per process."""
    unread = [edition for edition in editions if edition.digest not in _OPEN]
    texts = texts_of(session, unread)
    for edition in unread:
        _OPEN[edition.digest] = open_figures(edition, read_document(texts[edition.id], name=edition.id))
    return {edition.id: _OPEN[edition.digest] for edition in editions}


def _editions(session: Session, digests: dict[str, str]) -> list[Edition]:
    missing = [edition_id for edition_id, digest in digests.items() if (edition_id, digest) not in _PARSED]
    for row in published_texts(session, missing):
        _PARSED[row.id, row.digest] = published_edition(row.id, row.digest, row.text.encode())
    return [_PARSED[key] for key in digests.items()]
