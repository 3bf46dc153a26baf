import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.evidence.chain import ChainHead, append, event_hash, verify_chain
from budgetperf.evidence.events import Event, EventPayload, genesis
from budgetperf.findings import Finding, Severity

MakeChain = Callable[..., list[Event]]
AT = datetime(2025, 3, 1, tzinfo=UTC)


def codes(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code.removeprefix("evidence."), str(finding.where)) for finding in found]


def plain_chain(length: int) -> list[Event]:
    events: list[Event] = []
    for number in range(length):
        head = ChainHead.of(events[-1]) if events else None
        at = AT + timedelta(seconds=number)
        events.append(append(head, "P-1", kind="k", actor="a", at=at, payload=EventPayload()))
    return events


def test_an_untouched_chain_has_no_findings(make_chain: MakeChain) -> None:
    events = make_chain("P-1", 5)
    assert [event.number for event in events] == [1, 2, 3, 4, 5]
    assert events[0].prev == genesis("P-1")
    assert verify_chain(events, ChainHead.of(events[-1])) == ()


def test_the_hash_is_sha256_over_sorted_json_of_everything_else(make_chain: MakeChain) -> None:
    event = make_chain("P-1", 1)[0]
    spelled = json.dumps(event.sealed(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert event.hash == hashlib.sha256(spelled.encode()).hexdigest()


def test_the_hash_does_not_depend_on_the_zone_the_database_answers_in(make_chain: MakeChain) -> None:
    event = make_chain("P-1", 1)[0]
    moved = replace(event, at=event.at.astimezone(timezone(timedelta(hours=8))))
    assert verify_chain([moved]) == ()


def test_a_head_of_another_chain_is_refused() -> None:
    with pytest.raises(ValueError, match="P-2"):
        append(ChainHead("P-1", 3, "0" * 64), "P-2", kind="k", actor="a", at=AT, payload=EventPayload())


@pytest.mark.parametrize("empty", ["chain", "kind", "actor"])
def test_an_event_needs_chain_kind_and_actor(empty: str) -> None:
    words = {"chain": "P-1", "kind": "k", "actor": "a", empty: ""}
    with pytest.raises(ValueError, match="needs"):
        append(None, words["chain"], kind=words["kind"], actor=words["actor"], at=AT, payload=EventPayload())


def test_a_removed_event_is_a_gap(make_chain: MakeChain) -> None:
    events = make_chain("P-1", 4)
    assert codes(verify_chain([events[0], *events[2:]])) == [("gap", "/P-1/3")]
    assert codes(verify_chain(events[1:])) == [("gap", "/P-1/2")]


def test_a_repeated_event_is_out_of_order(make_chain: MakeChain) -> None:
    events = make_chain("P-1", 3)
    assert codes(verify_chain([*events[:2], *events[1:]])) == [("order", "/P-1/2")]


def test_swapped_events_are_named(make_chain: MakeChain) -> None:
    one, two, three = make_chain("P-1", 3)
    assert ("order", "/P-1/2") in codes(verify_chain([one, three, two]))


def test_an_event_rewritten_with_its_hash_breaks_the_next_one(make_chain: MakeChain) -> None:
    one, two, three = make_chain("P-1", 3)
    forged = replace(two, actor="他人")
    forged = replace(forged, hash=event_hash(forged))
    assert codes(verify_chain([one, forged, three])) == [("prev", "/P-1/3")]


def test_an_event_of_another_chain_is_foreign_and_the_rest_still_checked(make_chain: MakeChain) -> None:
    one, two, three = make_chain("P/1", 3)
    other = make_chain("P-2", 1)
    assert codes(verify_chain([one, *other, two, three])) == [("foreign_chain", "/P-2/1")]
    assert codes(verify_chain([*other, one], ChainHead.of(one)))[0] == ("foreign_chain", "/P-2/1")


def test_a_first_event_cannot_be_moved_to_another_chain(make_chain: MakeChain) -> None:
    moved = replace(make_chain("P-1", 1)[0], chain="P-2")
    moved = replace(moved, hash=event_hash(moved))
    assert codes(verify_chain([moved])) == [("prev", "/P-2/1")]


def test_a_cut_off_tail_is_seen_when_the_head_is_known(make_chain: MakeChain) -> None:
    events = make_chain("P-1", 3)
    assert codes(verify_chain(events[:2], ChainHead.of(events[2]))) == [("head", "/P-1/3")]
    assert codes(verify_chain([], ChainHead.of(events[2]))) == [("head", "/P-1/3")]
    assert codes(verify_chain(events, replace(ChainHead.of(events[2]), hash="0" * 64))) == [
        ("head", "/P-1/3")
    ]


def test_a_later_part_is_checked_against_the_event_before_it(make_chain: MakeChain) -> None:
    events = make_chain("P-1", 4)
    assert verify_chain(events[2:], after=ChainHead.of(events[1])) == ()
    wrong = replace(ChainHead.of(events[1]), hash="0" * 64)
    assert codes(verify_chain(events[2:], after=wrong)) == [("prev", "/P-1/3")]


@pytest.mark.parametrize(
    "value", [0.5, 2**53, "\ud800", {"a": object()}], ids=["float", "large", "surrogate", "object"]
)
def test_a_payload_no_event_can_hold_is_a_change_not_a_crash(make_chain: MakeChain, value: object) -> None:
    one, two = make_chain("P-1", 2)
    assert codes(verify_chain([one, replace(two, payload=value)])) == [("changed", "/P-1/2")]


CHANGES = st.one_of(
    st.tuples(st.just("kind"), st.text()),
    st.tuples(st.just("actor"), st.text()),
    st.tuples(st.just("number"), st.integers(-5, 2**53 - 1)),
    st.tuples(st.just("at"), st.datetimes(timezones=st.just(UTC))),
    st.tuples(st.just("payload"), st.dictionaries(st.text(), st.integers(0, 9) | st.text() | st.none())),
    st.tuples(st.just("prev"), st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)),
    st.tuples(st.just("hash"), st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)),
    st.tuples(st.just("chain"), st.text()),
)


@given(place=st.integers(0, 3), change=CHANGES)
def test_any_changed_field_of_any_event_is_found(place: int, change: tuple[str, object]) -> None:
    events = plain_chain(4)
    field, value = change
    changed = replace(events[place], **{field: value})
    tampered = [*events[:place], changed, *events[place + 1 :]]
    found = verify_chain(tampered, ChainHead.of(events[-1]))
    assert bool(found) == (changed != events[place])
    assert all(finding.severity is Severity.ERROR for finding in found)
