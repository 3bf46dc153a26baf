"""Parameters of a method: what a share and a whole number must be, whoever asks for one.

Holds the checks only; costing asks the same and refuses with errors of its own.
"""

from numbers import Integral

import numpy as np

from budgetperf.statistics.errors import BadParameter


def is_number(value: object) -> bool:
    """Return whether a value is one a formula in floats can take: no text, no Decimal, no mark."""
    return isinstance(value, float | Integral | np.floating) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number by its type; 2.0 and marks are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_share(value: float) -> bool:
    """Return whether a value is a number strictly between 0 and 1."""
    return is_number(value) and 0 < value < 1


def demand_share(name: str, value: float) -> None:
    """Refuse a level that is no number strictly between 0 and 1."""
    if not is_share(value):
        raise BadParameter(f"{name}须为0和1之间的数（不含），现为{value}")
