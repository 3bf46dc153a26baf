"""Versions, unchanged answers and repeated requests in headers: ETag, If-Match, If-None-Match, Idempotency-Key."""

import hashlib
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.refusals import VersionNeeded
from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, Invalid
from budgetperf.store import answers

_ETAG = re.compile(r'"(\d{1,9})"')
REPLAYED = "Idempotency-Replayed"
A = TypeVar("A", bound=BaseModel)


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="上次读取时的 ETag；内容未变则答复 304，不再给出内容"),
]
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "与上次读取的内容相同"}}


def tagged(answer: BaseModel, seen: str | None) -> Response:
    """Return an answer that has no version under a tag of its content, or that it is the one already seen.

    The tag is weak and nothing to write on: a record with a version gives that as its ETag, for If-Match.
    """
    body = answer.model_dump_json().encode()
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {one.strip() for one in (seen or "").split(",")}
    if known & {tag, tag.removeprefix("W/"), "*"}:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag})


def _version(
    if_match: Annotated[
        str | None,
        Header(
            description="您看到的记录版本，即读取时 ETag 的值；与现版本不同则拒绝（412）", examples=['"3"']
        ),
    ] = None,
) -> int:
    """Return the version a write was made on.

    Raises
    ------
    VersionNeeded
    Invalid
    """
    if if_match is None:
        raise VersionNeeded(
            "request.version", "请在 If-Match 请求头中写明所见记录的版本（读取该记录时的 ETag）"
        )
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise Invalid("request.version", 'If-Match 应为读取该记录时的 ETag，例如 "3"')
    return int(found[1])


SeenVersion = Annotated[int, Depends(_version)]


async def _request_digest(request: Request) -> str:
    """Return what a key stands for: method, path, query, version and body; of a form, its fields and files."""
    parts = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    seal = hashlib.sha256("\n".join(parts).encode())
    if not request.headers.get("content-type", "").startswith("multipart/"):
        seal.update(await request.body())
        return seal.hexdigest()
    for name, value in (await request.form()).multi_items():
        content = value.encode() if isinstance(value, str) else await value.read()
        if not isinstance(value, str):
            await value.seek(0)
        seal.update(f"\n{name}\n{len(content)}\n".encode() + content)
    return seal.hexdigest()


class Once:
    """An Idempotency-Key with the digest of its request; without a key every request is new."""

    def __init__(
        self,
        request_digest: Annotated[str, Depends(_request_digest)],
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=8,
                max_length=100,
                pattern=r"^[\x21-\x7e]+$",
                description="同一请求重复提交时用同一个键：只办理一次，重复的得到同一答复",
            ),
        ] = None,
    ) -> None:
        self.key = idempotency_key
        self.request_digest = request_digest

    def answer(self, ctx: Context, response: Response, *, model: type[A], act: Callable[[], A]) -> A:
        """Act and keep the answer with the work, or give the answer that was kept.

        Raises
        ------
        Conflict
            The key stands for another request.
        """
        if self.key is None:
            return act()
        kept = answers.claim(
            ctx.session, ctx.actor.id, self.key, request_digest=self.request_digest, now=ctx.now
        )
        if kept is None:
            made = act()
            answers.keep(
                ctx.session,
                ctx.actor.id,
                self.key,
                status=response.status_code or 200,
                body=made.model_dump(mode="json"),
            )
            return made
        if kept.request_digest != self.request_digest:
            raise Conflict("request.key", "该 Idempotency-Key 已用于另一个请求，请换一个新的键")
        response.headers[REPLAYED] = "true"
        return model.model_validate(kept.body)


OnceOnly = Annotated[Once, Depends()]
