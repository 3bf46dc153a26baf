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
    warnings: int = told("how many warnings")
    notes: int = told("how many notes")
    unchecked: int = told("how many of its rows could not be recomputed")
    whole: tuple[AuditFinding, ...] = told("told of the whole form")
    money: tuple[AuditFinding, ...] = told("told of the funds")
    goal: tuple[AuditFinding, ...] = told("told of the annual goal")
    rows: tuple[AuditRow, ...] = told("the indicators")
    foot: tuple[AuditFinding, ...] = told("told of total and grade")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is in the page itself: nothing is kept on the server, nothing is sent again."""

    label: str = told("Chinese text")
    filename: str = told("what it is saved as")
    href: str = told("the file as a data: address")


@dataclass(frozen=True, slots=True)
class Audit(Screen):
    """The upload form, and what came of it; before an upload, an example from the web."""

    template: ClassVar[str] = "audit.html"

    filename: str = told("name of the file handed in; empty before")
    refusal: str = told("why it could not be read; empty when it could")
    problems: tuple[Finding, ...] = told("where it could not be read")
    sheets: tuple[AuditSheet, ...] = told("the forms of the file, or of the example")
    downloads: tuple[Download, ...] = told("the answer as files; none before an upload")
    sample: str = told("address of the workbook to be filled anew")
    example: str = told("address from which the example is fetched as JSON")
    megabytes: int = told("largest file that is read")
