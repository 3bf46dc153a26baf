"""What must stop: six categories, each with a code and a Chinese text.

::

    BudgetperfError
    ├── Invalid      the input breaks a rule (may carry findings)
    ├── NotFound     no such record, or one the actor may not know of
    ├── Forbidden    visible, but not allowed, with the reason
    ├── Conflict     the record's state forbids it now
    ├── Stale        the record moved on since it was read
    └── Unavailable  something we depend on is not there

The text says what happened, to which record, why it is not allowed and what to do next. HTTP
numbers live in ``api/problems.py``; what must only be *told* is a ``Finding``.
"""

from budgetperf.findings import Finding


class BudgetperfError(Exception):
    """Base of all refusals.

    Parameters
    ----------
    code : str
        Stable machine code, e.g. ``"goals.weights"``.
    text : str
        Chinese sentence for the person who asked.
    facts : str or int
        What the refusal is about, as attributes of the problem document.
    """

    def __init__(self, code: str, text: str, **facts: str | int | None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.facts = facts


class Invalid(BudgetperfError):
    """The input breaks a rule; ``findings`` say where."""

    def __init__(
        self, code: str, text: str, findings: tuple[Finding, ...] = (), **facts: str | int | None
    ) -> None:
        super().__init__(code, text, **facts)
        self.findings = findings


class NotFound(BudgetperfError):
    """No such record, or one the actor may not know of."""


class Forbidden(BudgetperfError):
    """Visible, but not allowed; the text gives the reason."""


class Conflict(BudgetperfError):
    """The record's state forbids the action now."""


class Stale(BudgetperfError):
    """The record moved on; ``current`` is its version now."""

    def __init__(self, code: str, text: str, current: int, **facts: str | int | None) -> None:
        super().__init__(code, text, current=current, **facts)
        self.current = current


class Unavailable(BudgetperfError):
    """Something we depend on is not there; trying later may help."""
