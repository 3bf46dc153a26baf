from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.evidence.anchors import (
    Anchor,
    cut_anchor,
    prove_head,
    verify_anchors,
    verify_head,
)
from budgetperf.evidence.chain import ChainHead
from budgetperf.provenance import digest

AT = datetime(2025, 3, 1, tzinfo=UTC)


def heads(count: int, number: int = 1) -> list[ChainHead]:
    return [ChainHead(f"P-{n}", number, f"{n:064x}") for n in range(count)]


def make_run() -> tuple[list[Anchor], dict[int, list[ChainHead]]]:
    moved = {1: heads(3), 2: heads(5, 2), 3: heads(1, 3)}
    run: list[Anchor] = []
    for number, these in moved.items():
        bounds = {"from_sequence": number * 10, "to_sequence": number * 10 + 10}
        run.append(cut_anchor(run[-1] if run else None, these, at=AT + timedelta(days=number), **bounds))
    return run, moved


def codes(run: list[Anchor], moved: dict[int, list[ChainHead]] | None = None) -> list[tuple[str, str]]:
    found = verify_anchors(run, moved)
    return [(finding.code.removeprefix("evidence.anchor_"), str(finding.where)) for finding in found]


def test_anchors_follow_each_other_and_cover_their_heads() -> None:
    run, moved = make_run()
    assert [(a.number, a.from_sequence, a.to_sequence, a.size) for a in run] == [
        (1, 10, 20, 3),
        (2, 20, 30, 5),
        (3, 30, 40, 1),
    ]
    assert codes(run, moved) == []
    assert codes(run[1:], moved) == []


def test_the_order_in_which_heads_are_given_does_not_matter() -> None:
    one, other = (
        cut_anchor(None, these, from_sequence=1, to_sequence=2, at=AT) for these in (heads(4), heads(4)[::-1])
    )
    assert one == other


@pytest.mark.parametrize(
    ("these", "bounds"),
    [
        ([], (40, 50)),
        (heads(1) * 2, (40, 50)),
        (heads(1), (41, 50)),
        (heads(1), (39, 50)),
        (heads(1), (40, 40)),
    ],
)
def test_no_anchor_over_nothing_or_twice_or_beside_the_last_one(
    these: list[ChainHead], bounds: tuple[int, int]
) -> None:
    run, _ = make_run()
    with pytest.raises(ValueError, match="anchor"):
        cut_anchor(run[-1], these, from_sequence=bounds[0], to_sequence=bounds[1], at=AT)


def test_a_rewritten_chain_no_longer_fits_its_anchor() -> None:
    run, moved = make_run()
    moved[2][4] = replace(moved[2][4], hash="f" * 64)
    assert codes(run, moved) == [("heads", "/anchors/2")]
    assert codes(run, {2: moved[2][:4]}) == [("heads", "/anchors/2")]


def test_a_removed_anchor_is_named() -> None:
    run, _ = make_run()
    assert codes([run[0], run[2]]) == [("order", "/anchors/3")]
    assert codes([run[1], run[0], run[2]]) == [("order", "/anchors/1"), ("order", "/anchors/3")]


def test_an_anchor_rewritten_with_its_hash_breaks_the_next_one() -> None:
    run, _ = make_run()
    forged = replace(run[0], root="0" * 64)
    forged = replace(forged, hash=digest(forged.sealed()))
    assert codes([forged, *run[1:]]) == [("prev", "/anchors/2")]


def test_the_first_anchor_starts_from_the_genesis() -> None:
    forged = replace(make_run()[0][0], prev="0" * 64)
    assert codes([replace(forged, hash=digest(forged.sealed()))]) == [("prev", "/anchors/1")]


@given(
    place=st.integers(0, 2),
    field=st.sampled_from(["number", "from_sequence", "to_sequence", "size", "root", "prev", "hash", "at"]),
)
def test_any_changed_field_of_any_anchor_is_found(place: int, field: str) -> None:
    run, moved = make_run()
    old = getattr(run[place], field)
    new = "0" * 64 if isinstance(old, str) else old + (timedelta(1) if isinstance(old, datetime) else 1)
    run[place] = replace(run[place], **{field: new})
    assert codes(run, moved)


def test_every_head_can_be_proven_without_showing_the_others() -> None:
    run, moved = make_run()
    for anchor in run:
        for head in moved[anchor.number]:
            proof = prove_head(anchor, moved[anchor.number], chain=head.chain)
            assert proof.head == head
            assert verify_head(anchor, proof)
            assert not verify_head(anchor, replace(proof, head=replace(head, hash="f" * 64)))
            assert not verify_head(anchor, replace(proof, anchor=anchor.number + 1))


def test_a_head_that_did_not_move_cannot_be_proven() -> None:
    run, moved = make_run()
    with pytest.raises(ValueError, match="not in list"):
        prove_head(run[0], moved[1], chain="P-99")
    with pytest.raises(ValueError, match="not the heads"):
        prove_head(run[0], moved[2], chain="P-1")
