"""One's own password changed: the old one is verified outside any transaction, with the limits of signing in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.desks.frame import answer, frame_of, onward
from api.guards import COOKIE, CsrfGiven
from api.refusals import SignInFailed
from api.resources import resources_of
from api.screens.password import Password
from api.sign_in import LONGEST_PASSWORD, address_of, verify
from api.transaction import Work, begin
from budgetperf.actions.access import change_own_password, check_password
from budgetperf.actions.accounts import MIN_PASSWORD, token_digest
from budgetperf.errors import Invalid
from budgetperf.store.people import login_of

router = APIRouter()
Typed = Annotated[str, Form(max_length=LONGEST_PASSWORD)]


@router.get("/password")
def show(request: Request, ctx: Work) -> HTMLResponse:
    """Show the page."""
    return answer(Password(frame_of(request, ctx), failure="", shortest=MIN_PASSWORD))


@router.post("/password")
def change(
    request: Request, csrf: CsrfGiven, old: Typed = "", new: Typed = "", again: Typed = ""
) -> Response:
    """Change one's own password; one's other sessions end."""
    held = resources_of(request)
    with begin(request, csrf=csrf) as ctx:
        login = login_of(ctx.session, ctx.actor.id)
        frame = frame_of(request, ctx)
    try:
        _check_typed(new, again)
        verify(held, login, old, address_of(request))
    except (Invalid, SignInFailed) as error:
        failure = error.text if isinstance(error, Invalid) else "现密码不正确，请重新输入"
        return answer(Password(frame, failure=failure, shortest=MIN_PASSWORD), 422)
    hashed = held.hasher.hash(new)
    with begin(request, csrf=csrf) as ctx:
        change_own_password(ctx, hashed, keep_session=token_digest(request.cookies.get(COOKIE, "")))
    return onward("/work", "password")


def _check_typed(new: str, again: str) -> None:
    check_password(new)
    if new != again:
        raise Invalid("accounts.password", "两次输入的新密码不一致，请重新输入")
