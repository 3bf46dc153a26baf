"""No body above the limit of its path is read, whether it says its length or not.

FastAPI's own ``max_body_size`` answers in English plain text; here the refusal goes the way of all others.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from budgetperf.actions.files import MAX_BYTES as MAX_FILE_BYTES

ENVELOPE = 64 * 1024
"""What a form adds around the file it carries."""

MAX_BYTES = MAX_FILE_BYTES + ENVELOPE


class BodyLimit:
    """Stop reading at the limit; the route that reads on is refused with 413.

    Parameters
    ----------
    smaller : mapping of str to int
        Most bytes of a body by path, where ``MAX_BYTES`` is too much.
    """

    def __init__(self, app: ASGIApp, *, smaller: Mapping[str, int] = {}) -> None:
        self.app, self.smaller = app, smaller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, reading no more than the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.smaller.get(scope["path"], MAX_BYTES)
        said = Headers(scope=scope).get("content-length", "")
        seen = int(said) if said.isdecimal() and int(said) > most else 0

        async def limited() -> Message:
            nonlocal seen
            if seen > most:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)
