"""Sign in and out: argon2, limits on failures, cookies for pages, tokens for programs.

The password is verified outside any transaction, and as slowly for a login that does not exist. Failures are
counted per login *and* address and per address, never per login alone: nobody can shut somebody else out from
elsewhere. While a limit holds nothing is counted, so it ends when its window has passed since the last failure.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import RedirectResponse
from pwdlib import PasswordHash
from pydantic import BaseModel, ConfigDict, Field

from api.answers import PREFIX, refusals
from api.guards import COOKIE, CsrfGiven, identify
from api.refusals import SignInFailed, TooManyAttempts
from api.resources import Resources, resources_of
from api.transaction import acting_as, unsigned
from budgetperf.actions import access, accounts
from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, Forbidden
from budgetperf.forms import NO_NUL
from budgetperf.store import answers
from budgetperf.store.people import credential_of, failures_of

MAX_PER_LOGIN = 10
MAX_PER_ADDRESS = 100  # an office may share one
WINDOW = timedelta(minutes=15)
LONGEST_PASSWORD = 1000
_VERIFYING = BoundedSemaphore(4)  # argon2 takes 64 MB each

router = APIRouter()
api_router = APIRouter(prefix=PREFIX, tags=["登录与令牌"])


@cache
def _hash_of_nobody(hasher: PasswordHash) -> str:
    return hasher.hash("nobody has this password")


def verify(held: Resources, login: str, password: str, address: str) -> str:
    """Return the id of the person whose login and password these are.

    Raises
    ------
    TooManyAttempts
        The login from this address, or the address, failed too often; the password is not even looked at.
    SignInFailed
    """
    by_login, by_address = f"login:{address} {login}", f"address:{address}"
    with unsigned(held) as ctx:
        too_many = _failures(ctx, by_login) >= MAX_PER_LOGIN or _failures(ctx, by_address) >= MAX_PER_ADDRESS
        if not too_many:
            _count(ctx, by_login)  # before verifying, so that no race gets more tries
            too_many = _failures(ctx, by_login) > MAX_PER_LOGIN
        known = credential_of(ctx.session, login)
    if too_many:
        wait = int(WINDOW.total_seconds())
        raise TooManyAttempts("sign_in.too_many", f"登录失败次数过多，请在{wait // 60}分钟后再试", wait)
    expected = known[1] if known else _hash_of_nobody(held.hasher)
    with _VERIFYING:
        fits = held.hasher.verify(password, expected)
    with unsigned(held) as ctx:
        if not (fits and known):
            _count(ctx, by_address)
        else:
            accounts.forget_failures(ctx, by_login)
    if not (fits and known):
        raise SignInFailed("sign_in.failed", "登录名或密码不正确，请核对后重试；忘记密码请联系系统管理员")
    return known[0]


def _failures(ctx: Context, subject: str) -> int:
    return failures_of(ctx.session, subject, ctx.now - WINDOW)


def _count(ctx: Context, subject: str) -> None:
    if not _failures(ctx, subject):
        accounts.forget_failures(ctx, subject)  # those of an earlier day
    accounts.note_failure(ctx, subject)


def address_of(request: Request) -> str:
    """Return where a request comes from; behind a proxy, what uvicorn took from a trusted one."""
    return request.client.host if request.client else ""


def local_path(target: str) -> str:
    """Return a path of our own to go on to; anything that could lead elsewhere becomes ``/``."""
    safe = (
        target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    )
    return target if safe else "/"


# ---------------------------------------------------------------------- pages


@router.post("/sign-in", include_in_schema=False)
def sign_in_page(
    request: Request,
    login: Annotated[str, Form(max_length=200, pattern=NO_NUL)],
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the name of the form's field
) -> RedirectResponse:
    """Sign in with a form of our own page and go on to where one was going."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("sign_in.elsewhere", "登录请求并非来自本系统页面，请在本系统登录页重新登录")
    held = resources_of(request)
    person = verify(held, login.strip(), password, address_of(request))
    with unsigned(held) as ctx:
        token = accounts.sign_in(ctx, person)
    answer = RedirectResponse(local_path(next), status_code=303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=accounts.SESSION_HOURS * 3600,
        httponly=True,
        samesite="lax",
        secure=held.settings.https or request.url.scheme == "https",
        path="/",
    )
    return answer


@router.post("/sign-out", include_in_schema=False)
def sign_out_page(request: Request, csrf: CsrfGiven) -> RedirectResponse:
    """End the session and go to the sign-in page."""
    held = resources_of(request)
    with unsigned(held) as ctx:
        identify(request, ctx.session, ctx.now, csrf=csrf)
        accounts.sign_out(ctx, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


# ------------------------------------------------------------------------ API


class TokenForm(BaseModel):
    """Login and password, and what the token is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: str = Field(max_length=200, pattern=r"^[^\x00]+$", title="登录名", examples=["clerk"])
    password: str = Field(max_length=LONGEST_PASSWORD, title="密码")
    label: str = Field(max_length=200, pattern=r"^[^\x00]+$", title="用途", examples=["预算一体化接口"])
    days: int = Field(default=90, ge=1, le=365, title="有效天数")


IssueKey = Annotated[
    str | None,
    Header(
        min_length=8,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="同一请求重复提交时用同一个键：只有最后答复的令牌有效",
    ),
]


class TokenAnswer(BaseModel):
    """The token; it is shown once and kept nowhere."""

    token: str


@api_router.post(
    "/tokens",
    status_code=201,
    summary="以登录名和密码申请 API 令牌",
    responses=refusals(409, 413, 429),
)
def issue_token(request: Request, form: TokenForm, idempotency_key: IssueKey = None) -> TokenAnswer:
    """Issue a bearer token for the API; with the key of an earlier request, a new one in place of that one's."""
    held = resources_of(request)
    person = verify(held, form.login.strip(), form.password, address_of(request))
    with acting_as(held, person) as ctx:
        if idempotency_key:
            _replace(ctx, idempotency_key, form)
        token = accounts.issue_token(ctx, person, form.label, days=form.days)
        if idempotency_key:
            body = {"token_digest": accounts.token_digest(token)}
            answers.keep(ctx.session, person, idempotency_key, status=201, body=body)
    return TokenAnswer(token=token)


def _replace(ctx: Context, key: str, form: TokenForm) -> None:
    """Claim a key; revoke the token it brought before: the token itself was kept nowhere to be told again."""
    wanted = hashlib.sha256(f"tokens\n{form.days}\n{form.label}".encode()).hexdigest()  # never the password
    kept = answers.claim(ctx.session, ctx.actor.id, key, request_digest=wanted, now=ctx.now)
    if kept is None:
        return
    if kept.request_digest != wanted or not isinstance(kept.body, Mapping):
        raise Conflict("request.key", "该 Idempotency-Key 已用于另一个请求，请换一个新的键")
    if not access.revoke_token(ctx, ctx.actor.id, str(kept.body["token_digest"])):
        raise Conflict("request.key", "该 Idempotency-Key 对应的令牌已吊销，请换一个新的键")
