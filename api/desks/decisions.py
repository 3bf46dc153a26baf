"""The page of one decision package."""

import json
from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.desks.frame import answer, frame_of
from api.desks.package_rows import Reader, names_in
from api.desks.package_words import DIGESTS
from api.guards import demand
from api.screens.buttons import Link
from api.screens.record import DecisionPage, Leaf, PackagePart
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.provenance import Json
from budgetperf.store.listings import visible_digests
from budgetperf.store.results import DecisionFacts, get_decision

router = APIRouter()
SHOWN = 2000  # rows; the facts of an allocation over two hundred lines fit


def leaves(value: Json, path: str = "") -> Iterator[Leaf]:
    """Yield every value of a document with the path to it.

    Examples
    --------
    >>> [(leaf.path, leaf.value) for leaf in leaves({"a": {"b": "1"}, "c": [True]})]
    [('a.b', '1'), ('c.0', '是')]
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from leaves(item, f"{path}.{at}" if path else str(at))
    else:
        yield Leaf(
            path,
            {None: "—", True: "是", False: "否"}[value]
            if value is None or isinstance(value, bool)
            else str(value),
        )


def stored(value: Json, path: str = "") -> Iterator[Leaf]:
    """Yield every value of a document with the path to it, spelled as JSON: what one recomputes from.

    Examples
    --------
    >>> [(leaf.path, leaf.value) for leaf in stored({"a": {"b": "1"}, "c": [True, 2], "d": []})]
    [('a.b', '"1"'), ('c.0', 'true'), ('c.1', '2'), ('d', '[]')]
    """
    if isinstance(value, Mapping | list | tuple) and value:
        for step, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from stored(item, f"{path}.{step}" if path else str(step))
    else:
        yield Leaf(path, json.dumps(value, ensure_ascii=False))


def reader(ctx: Context, found: DecisionFacts) -> Reader:
    """Return what reads a package for this person."""
    whole: Json = {"facts": found.facts, "result": found.result}
    named = {leaf.value for leaf in leaves(whole) if leaf.path.rpartition(".")[2] in DIGESTS}
    return Reader(found.kind.value, dict(names_in(whole)), visible_digests(ctx.session, named))


def part(reads: Reader, document: Json) -> PackagePart:
    """Return the facts or the result, in words and as stored."""
    rows, raw = reads.rows(document), tuple(stored(document))
    return PackagePart(rows[:SHOWN], raw[:SHOWN], max(0, len(rows) - SHOWN))


@router.get("/decisions/{digest}")
def show(request: Request, ctx: Work, digest: str) -> HTMLResponse:
    """Show one decision package."""
    demand(ctx.actor, "record:page:view", "查看决策包")
    found = get_decision(ctx.session, digest)
    reads = reader(ctx, found)
    screen = DecisionPage(
        frame_of(request, ctx),
        kind=found.kind,
        subject=Link(found.subject, f"/projects/{found.subject}" if found.evaluand_id else ""),
        period=found.period,
        edition=Link(found.edition, f"/rules/{found.edition}"),
        edition_digest=found.edition_digest,
        method=found.method,
        seed="" if found.seed is None else str(found.seed),
        environment=found.environment,
        digest=found.digest,
        sound=found.package().digest == found.digest,
        decided_at=found.decided_at,
        result=part(reads, found.result),
        facts=part(reads, found.facts),
    )
    return answer(screen)
