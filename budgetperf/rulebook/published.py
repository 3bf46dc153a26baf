"""Editions published in the service join the packaged ones under the same demands: digest and id.

Takes texts; where they are kept is the caller's. Publishes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from budgetperf.errors import Conflict
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.reading import parse_edition


def published_edition(edition_id: str, digest: str, raw: bytes) -> Edition:
    """Read the edition that was published under an id and a digest.

    Raises
    ------
    Conflict
        ``rulebook.lock`` if the bytes are not those published.
    Invalid
        As ``parse_edition``.
    """
    edition = parse_edition(raw, name=f"{edition_id}.yaml")
    if (edition.id, edition.digest) != (edition_id, digest):
        raise Conflict("rulebook.lock", f"{edition_id} 的内容与发布时的摘要不符，请从备份恢复")
    return edition


def joined(packaged: Rulebook, published: Iterable[Edition]) -> Rulebook:
    """Return the rulebook of packaged and published editions, which never meet in one jurisdiction."""
    editions = (*packaged.editions, *published)
    return replace(packaged, editions=tuple(sorted(editions, key=lambda edition: edition.id.split("/"))))
