"""Editions published in the service join the packaged ones under the same demands: digest, id, no overlap.

Takes texts; where they are kept is the caller's. Publishes nothing.
"""

from collections.abc import Iterable

from budgetperf.errors import Conflict
from budgetperf.rulebook.checking import demand_no_overlap
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
    """Return the rulebook of packaged and published editions.

    Raises
    ------
    Conflict
        ``rulebook.lock`` if the program ships another text under a published id.
    Invalid
        ``rulebook.overlap``
    """
    known = {edition.id: edition for edition in packaged.editions}
    for edition in published:
        if known.setdefault(edition.id, edition).digest != edition.digest:
            raise Conflict("rulebook.lock", f"{edition.id} 在程序中另有内容不同的文件，请停用该文件")
    editions = tuple(sorted(known.values(), key=lambda edition: edition.id.split("/")))
    demand_no_overlap(editions)
    return Rulebook(editions, packaged.place)
