"""./bp check: a healthy city has nothing to tell."""

from sqlmodel import Session

from budgetperf.actions.invariants import check_all
from tests.actions.city import City


def test_a_healthy_city_breaks_no_rule(city: City, owner: Session) -> None:
    assert [finding for _, found in check_all(owner, city.files) for finding in found] == []
