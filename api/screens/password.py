"""The page on which one changes one's own password."""

from dataclasses import dataclass
from typing import ClassVar

from api.screens.page import Screen, told


@dataclass(frozen=True, slots=True)
class Password(Screen):
    """The old password and the new one twice, and why the last try failed."""

    template: ClassVar[str] = "password.html"

    failure: str = told("why the last try failed; empty before")
    shortest: int = told("fewest characters of a password")
