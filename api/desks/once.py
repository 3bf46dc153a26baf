"""A page that opens something is taken once: sent again, it is answered with where it led the first time.

Uses the answers kept for the Idempotency-Key of the API; the key is a random mark in the page.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable

from fastapi.responses import HTMLResponse, RedirectResponse

from api.screens.posted import Posted
from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, Invalid
from budgetperf.store import answers

FIELD = "once"
_MARK = re.compile(r"[\w\-]{16,64}", re.ASCII)
_NOT_THE_WORK = frozenset({FIELD, "csrf", "password"})


def new_mark() -> str:
    """Return the mark of a page just shown."""
    return secrets.token_urlsafe(24)


def kept_for_its_mark(page: HTMLResponse) -> HTMLResponse:
    """Let the browser keep a page that opens something: Back shows the page that was sent, mark and all."""
    page.headers["Cache-Control"] = "private, no-cache"
    return page


def taken_once(
    ctx: Context, path: str, posted: Posted, *, act: Callable[[], RedirectResponse]
) -> RedirectResponse:
    """Act on a posted page, or lead where it led when it was posted before.

    Raises
    ------
    Conflict
        The page was posted before with other content.
    Invalid
        The mark is none that a page carries.
    """
    mark = next(iter(posted.get(FIELD, ())), "")
    if not mark:
        return act()
    if not _MARK.fullmatch(mark):
        raise Invalid("request.once", "页面的提交标记无效，请重新打开页面后再填写")
    key, digest = f"page:{mark}", _digest(path, posted)
    kept = answers.claim(ctx.session, ctx.actor.id, key, request_digest=digest, now=ctx.now)
    if kept is None:
        made = act()
        target = made.headers["location"]
        answers.keep(ctx.session, ctx.actor.id, key, status=made.status_code, body={"location": target})
        return made
    if kept.request_digest != digest:
        raise Conflict("request.once", "本页已提交办理过一次；如确需再办一项，请核对以下内容后再次提交")
    assert isinstance(kept.body, dict)
    return RedirectResponse(str(kept.body["location"]), status_code=kept.status)


def _digest(path: str, posted: Posted) -> str:
    content = {name: list(values) for name, values in sorted(posted.items()) if name not in _NOT_THE_WORK}
    return hashlib.sha256(json.dumps([path, content]).encode()).hexdigest()
