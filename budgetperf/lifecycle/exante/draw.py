"""The draw of a panel: anyone who knows the public seed and the pool can redo it.

Candidates are ranked by SHA-256 of seed and login. The first of each required specialism is
seated, then the best ranked of the rest, until the panel is full.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from budgetperf.scoring.exante import Specialism


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert who may be drawn."""

    id: str
    login: str
    specialism: Specialism


def ranked(pool: Iterable[Candidate], seed: str) -> list[Candidate]:
    """Return the pool in the order of the draw."""
    return sorted(pool, key=lambda one: hashlib.sha256(f"{seed}/{one.login}".encode()).hexdigest())


def draw(
    pool: Iterable[Candidate],
    seed: str,
    *,
    size: int,
    specialisms: Iterable[Specialism],
    seated: Sequence[Candidate] = (),
) -> tuple[Candidate, ...]:
    """Return the experts to seat beside those already ``seated``.

    Returns
    -------
    tuple of Candidate
        Fewer than needed when the pool has not enough of them; the caller refuses then.
    """
    order = [one for one in ranked(pool, seed) if one.id not in {other.id for other in seated}]
    chosen: list[Candidate] = []
    for specialism in specialisms:
        if specialism not in {one.specialism for one in (*seated, *chosen)}:
            chosen.extend([one for one in order if one.specialism is specialism and one not in chosen][:1])
    chosen = chosen[: size - len(seated)]
    rest = [one for one in order if one not in chosen]
    return tuple(chosen + rest[: size - len(seated) - len(chosen)])
