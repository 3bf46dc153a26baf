"""The page on which somebody signs in; who they are is found out by ``api.sign_in``."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.desks.frame import answer, language_of
from api.screens.page import Frame
from api.screens.sign_in import SignIn
from api.sign_in import local_path

router = APIRouter()


@router.get("/")
def start() -> RedirectResponse:
    """Go to the work list."""
    return RedirectResponse("/work", status_code=303)


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/work") -> HTMLResponse:  # noqa: A002 - the name in the address
    """Show the sign-in page."""
    frame = Frame(language=language_of(request), path="/sign-in")
    return answer(SignIn(frame, login="", failure="", onward=local_path(next)))
