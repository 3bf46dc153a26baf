"""Draws a refusal for people; a failed sign-in goes back to its own page."""

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.desks.frame import language_of
from api.problems import Problem
from api.screens import page
from api.screens.page import Frame
from api.screens.problem import Problem as ProblemScreen
from api.screens.sign_in import SignIn

SIGN_IN = "/sign-in"


def problem_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem, with its status."""
    frame = Frame(language=language_of(request), path=SIGN_IN if request.url.path == SIGN_IN else "/work")
    if request.url.path == SIGN_IN:
        screen: page.Screen = SignIn(
            frame,
            login="",
            failure="；".join(one.message for one in problem.findings) or problem.detail,
            onward="/work",
        )
    else:
        screen = ProblemScreen(
            frame=frame,
            status=problem.status,
            title=problem.title,
            text=problem.detail,
            findings=problem.findings,
            request_id=problem.request_id,
            onward="/work",
        )
    return HTMLResponse(page.render(screen), status_code=problem.status)
