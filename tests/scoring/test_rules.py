"""A number of an edition is written in plain digits, whole or as quoted text, and in no other way."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from budgetperf.scoring.facts import Reached
from budgetperf.scoring.rules import Exact, Whole

EXACT = TypeAdapter(Exact)


@pytest.mark.parametrize("written", [90, "91", "-0.5", "0.90", Decimal("1E+2")])
def test_plain_numbers_are_read_exactly(written: object) -> None:
    assert EXACT.validate_python(written) == Decimal(str(written))


@pytest.mark.parametrize(
    "written",
    [
        "9e1",
        "9_0",
        " 90 ",
        "+90",
        "90.",
        ".9e2",
        "９０",
        "๙๐",
        "1e400",
        "90\n",
        "",
        "NaN",
        "1" * 51,
        True,
        0.9,
    ],
)
def test_a_number_written_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="应为数字（小数加引号）"):
        EXACT.validate_python(written)
    with pytest.raises(ValidationError, match="应为数字（小数加引号）"):
        TypeAdapter(Reached).validate_python({"value": written})
    with pytest.raises(ValidationError, match="应为数字（小数加引号）"):
        TypeAdapter(Whole).validate_python(written)
