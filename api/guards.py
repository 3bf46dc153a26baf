"""Who asks: a bearer token on the API, a cookie session with its CSRF token on pages.

Only tells who; what they may do is asked of ``process`` and ``permissions``.
"""

import hmac
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.requests import HTTPConnection

from api.refusals import SignInNeeded
from budgetperf.actions.accounts import token_digest
from budgetperf.errors import Forbidden
from budgetperf.permissions import Actor, Permission, may
from budgetperf.store.people import SignedIn, actor_by_token, signed_in
from budgetperf.store.session import BoundSession

COOKIE = "bp_session"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MACHINE_PATHS = ("/api/", "/health/", "/metrics")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def is_machine(connection: HTTPConnection) -> bool:
    """Tell whether a path is asked by programs, which get JSON, or by people, who get pages."""
    return connection.url.path.startswith(MACHINE_PATHS)


async def posted_form(request: Request) -> FormData:
    """Return the posted form; an empty one for any other body."""
    if request.headers.get("content-type", "").startswith(_FORMS):
        return await request.form(max_files=20, max_fields=5000)
    return FormData()


PostedForm = Annotated[FormData, Depends(posted_form)]
"""The posted form, for page routes that are plain ``def``."""


async def csrf_given(request: Request) -> AsyncIterator[str]:
    """Give the CSRF token a page sent in its header or form; not asked of the API or of reads.

    Closes the posted form, with the files in it, when the response is out.
    """
    given: object = ""
    if not (is_machine(request) or request.method in SAFE_METHODS):
        given = request.headers.get(CSRF_HEADER) or (await posted_form(request)).get(CSRF_FIELD)
    try:
        yield given if isinstance(given, str) else ""
    finally:
        await request.close()


CsrfGiven = Annotated[str, Depends(csrf_given)]


def identify(request: Request, session: BoundSession, now: datetime, *, csrf: str) -> Actor:
    """Return who asks.

    Raises
    ------
    SignInNeeded
        Nobody, or somebody whose session, token or account has ended.
    Forbidden
        A page wrote without the CSRF token of its session.
    """
    if is_machine(request):
        return _by_token(request, session, now)
    held = session_of(request, session, now)
    if request.method not in SAFE_METHODS and not hmac.compare_digest(csrf.encode(), held.csrf.encode()):
        raise Forbidden("sign_in.csrf", "页面已过期或请求并非来自本系统页面，请返回原页面刷新后重新提交")
    request.state.signed_in = held
    return held.actor


def session_of(request: HTTPConnection, session: BoundSession, now: datetime) -> SignedIn:
    """Return the live page session of a request.

    Raises
    ------
    SignInNeeded
    """
    held = signed_in(session, token_digest(request.cookies.get(COOKIE, "")), now)
    if held is None:
        raise SignInNeeded("sign_in.needed", "请先登录；登录12小时后须重新登录，停用的账号不能登录")
    return held


def csrf_of(request: HTTPConnection) -> str:
    """Return the CSRF token of the signed-in person's session, for the forms of a page."""
    held = request.state.signed_in
    assert isinstance(held, SignedIn)
    return held.csrf


def _by_token(request: Request, session: BoundSession, now: datetime) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise SignInNeeded("sign_in.token", "请在 Authorization 请求头中提供 Bearer 令牌")
    actor = actor_by_token(session, token_digest(token.strip()), now)
    if actor is None:
        raise SignInNeeded("sign_in.token", "令牌无效、已过期或已吊销，请重新申请")
    return actor


def demand(actor: Actor, permission: str, action: str) -> None:
    """Refuse what no record decides: reading the log, the limits table.

    Raises
    ------
    Forbidden
        With the reason.
    """
    held = [grant.scope for grant in actor.grants]
    reasons = [may(actor, Permission(permission), scope, action) for scope in held or [""]]
    if None not in reasons:
        raise Forbidden("permissions.denied", reasons[0] or "")
