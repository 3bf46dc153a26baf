"""Anchors: one hash over every chain that moved in a range of events, chained to the one before.

An anchor is short enough to be printed, mailed or filed elsewhere; from then on no chain can
be rewritten up to it. Anchors are cut over a range of the global event sequence that the
caller knows to be complete (no open transaction may still add to it). Nothing here publishes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from budgetperf.evidence import merkle
from budgetperf.evidence.chain import ChainHead
from budgetperf.evidence.events import genesis, instant
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import Json, canonical_json, digest

FIRST_PREV = genesis("anchors")
"""What stands in ``prev`` of the first anchor."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A Merkle root over the heads that moved in a range of the event sequence.

    Parameters
    ----------
    number : int
        1, 2, 3, …
    from_sequence, to_sequence : int
        Half-open range of global event sequence numbers.
    at : datetime
        Time-zone aware.
    size : int
        How many heads lie under the root.
    root, prev, hash : str
        SHA-256 in hex.
    """

    number: int
    from_sequence: int
    to_sequence: int
    at: datetime
    size: int
    root: str
    prev: str
    hash: str

    def sealed(self) -> dict[str, Json]:
        """Return what the hash covers: everything but the hash."""
        return {
            "number": self.number,
            "from_sequence": self.from_sequence,
            "to_sequence": self.to_sequence,
            "at": instant(self.at),
            "size": self.size,
            "root": self.root,
            "prev": self.prev,
        }

    def document(self) -> dict[str, Json]:
        """Return the whole anchor as JSON."""
        return {**self.sealed(), "hash": self.hash}


@dataclass(frozen=True, slots=True)
class HeadProof:
    """That a head is number ``index`` of those under the anchor numbered ``anchor``.

    Parameters
    ----------
    anchor : int
    head : ChainHead
    index : int
    path : tuple of str
        Audit path, hex; it shows nothing of the other chains.
    """

    anchor: int
    head: ChainHead
    index: int
    path: tuple[str, ...]

    def document(self) -> dict[str, Json]:
        """Return the proof as JSON."""
        return {
            "anchor": self.anchor,
            "head": _head_document(self.head),
            "index": self.index,
            "path": self.path,
        }


def cut_anchor(
    previous: Anchor | None, heads: Iterable[ChainHead], *, from_sequence: int, to_sequence: int, at: datetime
) -> Anchor:
    """Make the next anchor over the heads that moved in ``[from_sequence, to_sequence)``.

    Parameters
    ----------
    previous : Anchor or None
    heads : iterable of ChainHead
        One per chain, in any order.
    from_sequence, to_sequence : int
    at : datetime

    Raises
    ------
    ValueError
        If no head moved, a chain comes twice, the range is empty or does not start where the
        previous one ended.
    """
    ordered = _ordered(heads)
    if not ordered or len({head.chain for head in ordered}) < len(ordered):
        raise ValueError("an anchor needs at least one head, and one per chain")
    if from_sequence >= to_sequence or (previous is not None and from_sequence != previous.to_sequence):
        raise ValueError(f"range {from_sequence}-{to_sequence} is empty or does not follow the last anchor")
    number, prev = (previous.number + 1, previous.hash) if previous else (1, FIRST_PREV)
    root = merkle.root([_leaf(head) for head in ordered])
    anchor = Anchor(number, from_sequence, to_sequence, at, len(ordered), root, prev, "")
    return replace(anchor, hash=digest(anchor.sealed()))


def prove_head(anchor: Anchor, heads: Iterable[ChainHead], *, chain: str) -> HeadProof:
    """Prove that the head of ``chain`` lies under ``anchor``, given all heads it was cut over.

    Raises
    ------
    ValueError
        If ``chain`` is not among the heads, or the heads are not those of the anchor.
    """
    ordered = _ordered(heads)
    leaves = [_leaf(head) for head in ordered]
    if merkle.root(leaves) != anchor.root:
        raise ValueError(f"these are not the heads of anchor {anchor.number}")
    index = [head.chain for head in ordered].index(chain)
    return HeadProof(anchor.number, ordered[index], index, merkle.proof(leaves, index))


def verify_head(anchor: Anchor, proof: HeadProof) -> bool:
    """Tell whether ``proof`` shows its head under ``anchor``."""
    return proof.anchor == anchor.number and merkle.verify_proof(
        _leaf(proof.head), proof.path, index=proof.index, size=anchor.size, expected=anchor.root
    )


def verify_anchors(
    anchors: Sequence[Anchor], heads: Mapping[int, Sequence[ChainHead]] | None = None
) -> tuple[Finding, ...]:
    """Find every break in a run of anchors, in the order given.

    Parameters
    ----------
    anchors : sequence of Anchor
        May start later than number 1; from there on without gaps.
    heads : mapping of int to sequence of ChainHead, or None
        By anchor number, the heads it was cut over; checked for the anchors it names.

    Returns
    -------
    tuple of Finding
        ``evidence.anchor_order``, ``evidence.anchor_prev``, ``evidence.anchor_changed``,
        ``evidence.anchor_heads``; the pointer is ``/anchors/<number>``.
    """
    found: list[Finding] = []
    for index, anchor in enumerate(anchors):
        found.extend(_breaks(anchor, anchors[index - 1] if index else None))
        moved = (heads or {}).get(anchor.number)
        if moved is not None and merkle.root([_leaf(head) for head in _ordered(moved)]) != anchor.root:
            found.append(_finding("heads", anchor, "锚定的默克尔根与各链现有链头不符"))
    return tuple(found)


def _breaks(anchor: Anchor, last: Anchor | None) -> Iterator[Finding]:
    if last is not None and (anchor.number, anchor.from_sequence) != (last.number + 1, last.to_sequence):
        yield _finding("order", anchor, f"第 {anchor.number} 号锚与第 {last.number} 号不相接")
    elif last is not None and anchor.prev != last.hash:
        yield _finding("prev", anchor, f"第 {anchor.number} 号锚所记的上一号哈希与第 {last.number} 号不符")
    elif last is None and anchor.number == 1 and anchor.prev != FIRST_PREV:
        yield _finding("prev", anchor, "第 1 号锚的起始哈希不符")
    if digest(anchor.sealed()) != anchor.hash:
        yield _finding("changed", anchor, f"第 {anchor.number} 号锚的内容与其哈希不符，已被改动")


def _finding(code: str, anchor: Anchor, message: str) -> Finding:
    where = Where(pointer=f"/anchors/{anchor.number}")
    return Finding(f"evidence.anchor_{code}", Severity.ERROR, where, message)


def _ordered(heads: Iterable[ChainHead]) -> list[ChainHead]:
    return sorted(heads, key=lambda head: head.chain)


def _head_document(head: ChainHead) -> dict[str, Json]:
    return {"chain": head.chain, "number": head.number, "hash": head.hash}


def _leaf(head: ChainHead) -> bytes:
    return canonical_json(_head_document(head))
