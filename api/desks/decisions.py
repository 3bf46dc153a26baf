"""The page of one decision package, and of the baseline a panel gave."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.answers import Key
from api.desks.frame import answer, frame_of
from api.guards import demand
from api.screens.buttons import Link
from api.screens.record import DecisionPage, Leaf
from api.transaction import Work
from budgetperf.errors import NotFound
from budgetperf.provenance import Json
from budgetperf.store.results import decisions_of, get_decision

router = APIRouter()
SHOWN = 400


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


@router.get("/decisions/{digest}")
def show(request: Request, ctx: Work, digest: str) -> HTMLResponse:
    """Show one decision package."""
    demand(ctx.actor, "record:page:view", "查看决策包")
    found = get_decision(ctx.session, digest)
    facts = list(leaves(found.facts))
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
        result=tuple(leaves(found.result))[:SHOWN],
        facts=tuple(facts[:SHOWN]),
        more=max(0, len(facts) - SHOWN),
    )
    return answer(screen)


@router.get("/baselines/{record_id}")
def show_baseline(ctx: Work, record_id: Key) -> RedirectResponse:
    """Go to the newest package of a baseline."""
    found = decisions_of(ctx.session, record_id=record_id)
    if not found:
        raise NotFound("baseline.none", "没有找到该成本基线的测算结果")
    return RedirectResponse(f"/decisions/{found[-1].digest}", status_code=303)
