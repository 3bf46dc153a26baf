"""What must be told: failed checks as data, each with its place.

A finding never raises. Whether it blocks a transition is said by the transition table
(``blocking`` severity); a waiver lets a named finding pass for a named record.
"""

from dataclasses import dataclass
from datetime import date

from budgetperf.terms import Term


class Severity(Term):
    """How much a finding weighs; ordered by ``rank``."""

    NOTE = "note", "提示"
    WARNING = "warning", "警告"
    ERROR = "error", "错误"

    @property
    def rank(self) -> int:
        """0 for a note, 1 for a warning, 2 for an error."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a finding: sheet and cell of a workbook, or a JSON pointer of a document.

    Examples
    --------
    >>> str(Where(sheet="绩效目标表", cell="F12")), str(Where(pointer="/indicators/0/weight"))
    ('绩效目标表!F12', '/indicators/0/weight')
    """

    sheet: str = ""
    cell: str = ""
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.sheet else self.pointer


@dataclass(frozen=True, slots=True)
class Finding:
    """One failed check.

    Parameters
    ----------
    code : str
        Name of the check, e.g. ``"goals.weights_sum"``.
    severity : Severity
    where : Where
    message : str
        Chinese sentence with the remedy.
    source : str
        The rule it rests on, e.g. ``"财预〔2021〕101号"``; empty for plain input errors.
    """

    code: str
    severity: Severity
    where: Where
    message: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding let pass for one record, by a named approver, with a reason and an end."""

    code: str
    approver: str
    reason: str
    until: date


def blocking(
    findings: tuple[Finding, ...], at: Severity, waivers: tuple[Waiver, ...], as_of: date
) -> tuple[Finding, ...]:
    """Return the findings that weigh at least ``at`` and are not waived on ``as_of``."""
    waived = {waiver.code for waiver in waivers if as_of < waiver.until}
    return tuple(f for f in findings if f.severity.rank >= at.rank and f.code not in waived)
