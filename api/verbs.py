"""Routes derived from the tables: one typed POST for each verb on a record.

The transition table gives path, summary and whether a reason is asked; ``VERBS`` gives the form. Nothing is
decided here: a route reads headers and body, lets the action act, and answers what came of it.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import Response
from pydantic import create_model

from api.answers import PREFIX, Key, refusals
from api.conditional import Once, SeenVersion, etag
from api.outcomes import OutcomeAnswer
from api.transaction import Work, undo
from budgetperf.actions.moves import Seen
from budgetperf.actions.verbs import VERBS, Verb
from budgetperf.forms import Form, Text, ask
from budgetperf.permissions import holders_of
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import Transition, named

DryRun = Annotated[bool, Query(description="只试算：照常校验和办理，但全部撤销，答复“将会怎样”")]
Route = Callable[..., OutcomeAnswer]

router = APIRouter(prefix=PREFIX)


def body_model(verb: Verb, row: Transition) -> type[Form]:
    """Return the form of a verb, with the reason where the table asks for one the form lacks."""
    if not row.needs_reason or "reason" in verb.form.model_fields:
        return verb.form
    name = f"{verb.form.__name__}WithReason"
    return create_model(name, __base__=verb.form, reason=(Text, ask("理由", "须写明理由")))


def split(body: Form, verb: Verb) -> tuple[Form, str]:
    """Return the form of the verb and the reason that came with it."""
    if type(body) is verb.form:
        return body, ""
    values = {name: getattr(body, name) for name in verb.form.model_fields}
    return verb.form.model_construct(**values), str(getattr(body, "reason", ""))


def make_route(verb: Verb, model: type[Form]) -> Route:
    """Return the route of one verb."""

    def route(
        record_id: Key,
        body: Annotated[Form, Body()],
        ctx: Work,
        version: SeenVersion,
        once: Annotated[Once, Depends()],
        response: Response,
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
    ) -> OutcomeAnswer:
        def act() -> OutcomeAnswer:
            form, reason = split(body, verb)
            outcome = verb.act(ctx, record_id, form, Seen(version, reason))
            return OutcomeAnswer.of(outcome, dry_run=dry_run)

        answer = once.answer(ctx, response, model=OutcomeAnswer, act=act)
        if dry_run:
            undo(ctx)
        response.headers["ETag"] = etag(answer.version)
        return answer

    route.__annotations__["body"] = Annotated[model, Body()]
    return route


def describe(row: Transition) -> str:
    """Return what the documentation says of a verb."""
    who = "、".join(role.label for role in holders_of(row.permission))
    sources = "、".join(status.label for status in row.sources)
    lines = [f"由{who}办理；状态由“{sources}”到“{row.target.label}”。"]
    if row.not_by:
        others = "、".join(named(row.stage, verb)[0].label for verb in row.not_by)
        lines.append(f"双人复核：办理过“{others}”的人不能办理。")
    lines += [f"前提：{guard.label}。" for guard in row.guards]
    if row.needs_reason:
        lines.append("须写明理由。")
    return "\n\n".join(lines)


def add(stage: Stage, name: str, verb: Verb) -> None:
    """Add the route of one verb."""
    row = named(stage, name)[0]
    router.add_api_route(
        f"/{stage.value}/{{record_id}}/{name}",
        make_route(verb, body_model(verb, row)),
        methods=["POST"],
        response_model=OutcomeAnswer,
        summary=row.label,
        description=describe(row),
        tags=[stage.label],
        operation_id=f"{stage.value}.{name}",
        name=f"{stage.value}.{name}",
        responses=refusals(403, 404, 409, 412, 413, 428),
    )


for (_stage, _name), _verb in VERBS.items():
    add(_stage, _name, _verb)
