"""Refusals that only HTTP knows: not signed in, too many attempts, a header that is missing."""

from budgetperf.errors import BudgetperfError


class SignInNeeded(BudgetperfError):
    """Nobody is signed in, or the session or token has ended."""


class SignInFailed(BudgetperfError):
    """Login and password do not fit; the text never says which."""


class TooManyAttempts(BudgetperfError):
    """Too many sign-ins failed; ``wait_seconds`` says how long to wait."""

    def __init__(self, code: str, text: str, wait_seconds: int) -> None:
        super().__init__(code, text, wait_seconds=wait_seconds)
        self.wait_seconds = wait_seconds


class VersionNeeded(BudgetperfError):
    """A write came without the version it was made on."""
