"""Where a place lies in the organisation tree."""

import pytest

from budgetperf.evaluands import within


@pytest.mark.parametrize(
    ("path", "scope", "inside"),
    [
        ("01.0203", "01", True),
        ("01.0203.020301", "01", True),
        ("01.0203", "01.0203", True),
        ("01", "01", True),
        ("01.0203", "", True),
        ("", "", True),
        ("01", "01.0203", False),
        ("01.02030", "01.0203", False),
        ("010.0203", "01", False),
        ("02.0203", "01", False),
        ("", "01", False),
    ],
)
def test_a_place_lies_within_itself_its_superiors_and_the_city(path: str, scope: str, inside: bool) -> None:
    assert within(path, scope) is inside
