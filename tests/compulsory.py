"""What a test needs from the machine: skipped with the reason at home, compulsory in CI."""

import os

import pytest


def require(what: str, present: bool, how: str) -> None:
    """Go on only when something outside the project is there.

    Parameters
    ----------
    what : str
        The thing, e.g. "Chromium".
    present : bool
        Whether it was found.
    how : str
        How to get it, e.g. "apt-get install chromium".
    """
    if present:
        return
    reason = f"{what} is missing: {how}"
    if os.environ.get("BUDGETPERF_CI") == "1":
        pytest.fail(f"{reason} (compulsory under BUDGETPERF_CI=1)", pytrace=False)
    pytest.skip(reason)
