"""Switch the language of the pages; remembered in a cookie for a year."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from api.desks.frame import LANGUAGE
from api.screens.words import LANGUAGES
from api.sign_in import local_path
from budgetperf.errors import NotFound

router = APIRouter()


@router.get("/language/{code}")
def switch(code: str, next: str = "/work") -> RedirectResponse:  # noqa: A002 - the name in the address
    """Remember the language and go back."""
    if code not in LANGUAGES:
        raise NotFound("language.unknown", "本系统没有这种语言，可选中文或英文")
    response = RedirectResponse(local_path(next), status_code=303)
    response.set_cookie(LANGUAGE, code, max_age=365 * 86400, httponly=True, samesite="lax", path="/")
    return response
