"""The page on which anybody has a filled self-evaluation form audited."""

from dataclasses import dataclass
from typing import ClassVar

from api.screens.page import Screen, told
from budgetperf.findings import Finding
from budgetperf.lifecycle.evaluation.audit_answer import AuditedForm, AuditedRow, AuditFinding


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An indicator with what is told of it."""

    line: AuditedRow = told("the indicator as printed, and the score its values earn")
    checked: bool = told("whether its score could be recomputed")
    findings: tuple[AuditFinding, ...] = told("what is told of it")


@dataclass(frozen=True, slots=True)
class AuditSheet:
    """One form with everything told of it, by the part it stands on."""

    form: AuditedForm = told("the recomputed numbers beside the printed ones")
    errors: int = told("how many errors there are")
    whole: tuple[AuditFinding, ...] = told("told of the whole form")
    money: tuple[AuditFinding, ...] = told("told of the funds")
    goal: tuple[AuditFinding, ...] = told("told of the annual goal")
    rows: tuple[AuditRow, ...] = told("the indicators")
    foot: tuple[AuditFinding, ...] = told("told of total and grade")


@dataclass(frozen=True, slots=True)
class Audit(Screen):
    """The upload form, and what came of it; before an upload, an example from the web."""

    template: ClassVar[str] = "audit.html"

    filename: str = told("name of the file handed in; empty before")
    refusal: str = told("why it could not be read; empty when it could")
    problems: tuple[Finding, ...] = told("where it could not be read")
    sheets: tuple[AuditSheet, ...] = told("the forms of the file, or of the example")
    example: str = told("address from which the example is fetched")
    megabytes: int = told("largest file that is read")
