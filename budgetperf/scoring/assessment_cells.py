"""One row of an assessment's facts, the cell read from it, and the fact a formula makes of that.

Holds the row and the reading of numbers and answers; whether a row is acceptable is said by ``assessment_rows``.
"""

import re
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from budgetperf.indicators import Achievement
from budgetperf.money import Money
from budgetperf.scoring.facts import (
    Achieved,
    Answer,
    Measured,
    MoneyRatio,
    Rated,
    Reached,
    SingleFact,
)
from budgetperf.scoring.formulas import (
    Execution,
    Graded,
    Judged,
    MinMax,
    Piecewise,
    Rank,
    Satisfaction,
    Threshold,
    YesNo,
)
from budgetperf.scoring.formulas.composite import Single
from budgetperf.scoring.formulas.readings import NumberRule

NOT_APPLICABLE = "不适用"
CellKey: TypeAlias = tuple[str, str]
"""Period and rater."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_ANSWERS = {"是": True, "否": False, "yes": True, "no": False, "1": True, "0": False}


class UnitFact(NamedTuple):  # a tuple: a million are made at once
    """One row of the table, as typed; columns that are not used stay blank.

    Parameters
    ----------
    row : int
        As the person who typed it counts.
    unit, group : str
        The group stands in at least one row of a unit.
    item : str
        Code of an item, a bonus or penalty, a veto, a statement, an exemption, or a consequence
        reached in an earlier year.
    period : str
        Key of the period; for an earlier year ``-1``, ``-2``.
    rater : str
        Group of raters, or ``group/name``.
    value, standard : str
        A number, 是 or 否, or 不适用 with the reason in the note.
    note : str
        The reason; the award or event of a bonus or penalty.
    """

    row: int
    unit: str
    item: str
    value: str
    group: str = ""
    period: str = ""
    rater: str = ""
    standard: str = ""
    note: str = ""


class Cell(NamedTuple):  # as above
    """A value as read; rows that say the same share one.

    Parameters
    ----------
    number : Decimal or None
        None when it does not apply.
    standard : Decimal or None
    note : str
        Why it does not apply.
    """

    number: Decimal | None
    standard: Decimal | None = None
    note: str = ""


def read_number(text: str) -> Decimal | None:
    """Return the number written, or None if it is none.

    Examples
    --------
    >>> read_number(" 86.5 "), read_number("86.5分"), read_number("1e3")
    (Decimal('86.5'), None, None)
    """
    stripped = text.strip()
    return Decimal(stripped) if _NUMBER.fullmatch(stripped) else None


def read_answer(text: str) -> bool | None:
    """Return yes or no, or None if it is neither."""
    return _ANSWERS.get(text.strip().lower())


def needs_standard(formula: Single) -> bool:
    """Tell whether the formula holds the value against a standard."""
    if isinstance(formula, Judged | Graded | YesNo | Satisfaction | Piecewise | MinMax | Rank):
        return False
    if isinstance(formula, Threshold) and formula.bound == "target":
        return True
    return not isinstance(formula, NumberRule) or formula.reading != "value"


def scoring_fact(formula: Single, cell: Cell) -> SingleFact:
    """Return what ``formula`` is judged on: a cell with a number, and a standard where one is needed.

    The facts of formulas over a group (``min_max``, ``rank``) are made by ``scoring.group``.
    """
    assert cell.number is not None
    if isinstance(formula, Judged | YesNo | Graded):
        return _judged(formula, cell.number)
    if not needs_standard(formula):
        return Reached(cell.number)
    assert cell.standard is not None
    if isinstance(formula, Execution):
        return MoneyRatio(part=_fen(cell.number), base=_fen(cell.standard))
    return Measured(target=cell.standard, actual=cell.number)


def _judged(formula: Judged | YesNo | Graded, number: Decimal) -> SingleFact:
    if isinstance(formula, Judged):
        return Rated(number)
    if isinstance(formula, YesNo):
        return Answer(number == 1)
    return _achieved(formula, number)


def _achieved(formula: Graded, ratio: Decimal) -> Achieved:
    """Return the tier a share (0-1) lies in; a share in none is left for the formula to refuse."""
    tiers = (tier.achievement for tier in formula.tiers if tier.holds(ratio))
    return Achieved(next(tiers, Achievement.NOT_MET), ratio)


def _fen(yuan: Decimal) -> Money:
    return Money(int(yuan * 100))
