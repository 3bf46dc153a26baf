"""The page on which somebody signs in."""

from dataclasses import dataclass
from typing import ClassVar

from api.screens.page import Screen, told


@dataclass(frozen=True, slots=True)
class SignIn(Screen):
    """Login and password, and why the last try failed."""

    template: ClassVar[str] = "sign_in.html"

    login: str = told("what was typed as login")
    failure: str = told("why the last try failed; empty before")
    onward: str = told("address to go on to")
