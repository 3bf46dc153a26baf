from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.evidence.events import Event, EventPayload, genesis, instant
from budgetperf.money import Money
from budgetperf.provenance import DecisionKind, Json


@dataclass(frozen=True, slots=True)
class Decided(EventPayload):
    amount: Money
    ratio: Decimal
    on: date
    kind: DecisionKind
    lines: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Anything(EventPayload):
    value: object


def test_payload_becomes_json_without_floats() -> None:
    payload = Decided(Money(1234), Decimal("0.930"), date(2025, 3, 1), DecisionKind.LIMIT, ({"a": None},))
    assert payload.document() == {
        "amount": "1234",
        "ratio": "0.930",
        "on": "2025-03-01",
        "kind": "limit",
        "lines": [{"a": None}],
    }


def test_a_float_in_a_payload_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        Anything([1, 0.5]).document()


@pytest.mark.parametrize(
    ("value", "pointer"),
    [({"指标": 1}, "/value"), ([{"a\0": 1}], "/value/0"), ({"a": ["ok", "x\0y"]}, "/value/a/1")],
)
def test_what_the_database_cannot_store_is_refused_at_its_place(value: object, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Anything(value).document()
    assert (refusal.value.code, refusal.value.facts["pointer"]) == ("evidence.payload", pointer)


def test_chinese_values_are_stored_as_they_are() -> None:
    assert Anything({"a": "绩效𠮷"}).document() == {"value": {"a": "绩效𠮷"}}


def test_equal_instants_have_one_spelling() -> None:
    shanghai = timezone(timedelta(hours=8))
    spelled = {
        instant(datetime(2025, 3, 1, 8, 0, tzinfo=shanghai)),
        instant(datetime(2025, 3, 1, 0, 0, tzinfo=UTC)),
    }
    assert spelled == {"2025-03-01T00:00:00.000000+00:00"}
    assert instant(datetime(2025, 3, 1, microsecond=1, tzinfo=UTC)) == "2025-03-01T00:00:00.000001+00:00"


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2025, 3, 1))  # noqa: DTZ001 - the point of the test


def test_genesis_differs_by_chain() -> None:
    assert len({genesis("P-1"), genesis("P-2"), genesis("")}) == 3


def test_the_hash_covers_everything_but_itself() -> None:
    event = Event("P-1", 1, "k", "a", datetime(2025, 3, 1, tzinfo=UTC), {"x": 1}, "p", "h")
    assert event.document() == {**event.sealed(), "hash": "h"}
    assert set(event.sealed()) == {"chain", "number", "kind", "actor", "at", "payload", "prev"}
