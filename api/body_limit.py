"""No body above the limit is read, whether it says its length or not.

FastAPI's own ``max_body_size`` answers in English plain text; here the refusal goes the way of all others.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from budgetperf.actions.files import MAX_BYTES as MAX_FILE_BYTES

ENVELOPE = 64 * 1024
"""What a form adds around the file it carries."""

MAX_BYTES = MAX_FILE_BYTES + ENVELOPE


class BodyLimit:
    """Stop reading at ``MAX_BYTES``; the route that reads on is refused with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, reading no more than the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        seen = int(said) if said.isdecimal() and int(said) > MAX_BYTES else 0

        async def limited() -> Message:
            nonlocal seen
            if seen > MAX_BYTES:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_BYTES:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)
