"""The page that says why something was refused."""

from dataclasses import dataclass
from typing import ClassVar

from api.screens.page import Screen, told
from budgetperf.findings import Finding


@dataclass(frozen=True, slots=True)
class Problem(Screen):
    """A refusal with its reason and the way on."""

    template: ClassVar[str] = "problem.html"

    status: int = told("HTTP status")
    title: str = told("kind of refusal")
    text: str = told("the reason, in full")
    findings: tuple[Finding, ...] = told("what is wrong, where")
    request_id: str = told("number to name when asking for help; empty where not needed")
    onward: str = told("address of the way on")
