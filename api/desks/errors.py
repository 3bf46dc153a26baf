"""Draws a refusal for people, with the menu of who is signed in; a failed sign-in goes back to its own page."""

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.desks.frame import frame_for, language_of
from api.problems import Problem
from api.screens import page
from api.screens.page import Frame
from api.screens.problem import Problem as ProblemScreen
from api.screens.sign_in import SignIn
from budgetperf.store.people import SignedIn

SIGN_IN = "/sign-in"
WORK = "/work"


def lead_back(request: Request, path: str) -> None:
    """Say where a refusal of this request leads back to."""
    request.state.way_back = path


def _frame(request: Request, back: str) -> Frame:
    held = getattr(request.state, "signed_in", None)
    if isinstance(held, SignedIn):
        return frame_for(request, held.actor, path=back)
    return Frame(language=language_of(request), path=back)


def problem_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem, with its status."""
    if request.url.path == SIGN_IN:
        screen: page.Screen = SignIn(
            Frame(language=language_of(request), path=SIGN_IN),
            login="",
            failure="；".join(one.message for one in problem.findings) or problem.detail,
            onward=WORK,
        )
    else:
        back = getattr(request.state, "way_back", WORK)
        screen = ProblemScreen(
            frame=_frame(request, back),
            status=problem.status,
            title=problem.title,
            text=problem.detail,
            findings=problem.findings,
            request_id=problem.request_id,
            onward=back,
        )
    return HTMLResponse(page.render(screen), status_code=problem.status)
