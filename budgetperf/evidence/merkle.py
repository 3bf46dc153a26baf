"""Merkle roots and inclusion proofs: one hash for many lines, and a short proof for each line.

The tree of RFC 6962 (Certificate Transparency): leaves and nodes are hashed with different
prefixes, so that a node can never be passed off as a leaf. It knows nothing of what the
leaves mean; callers pass canonical JSON bytes.

References
----------
RFC 6962 §2.1 (tree hash, audit path); RFC 9162 §2.1.3.2 (verification).
"""

import hashlib
from collections.abc import Sequence


def _leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\0" + content).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _above(level: list[bytes]) -> list[bytes]:
    """Pair neighbours; a last one without neighbour moves up as it is."""
    paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return paired + level[len(paired) * 2 :]


def root(leaves: Sequence[bytes]) -> str:
    """Return the Merkle tree hash in hex; of no leaves, SHA-256 of the empty string.

    Examples
    --------
    >>> root([b""])[:16]
    '6e340b9cffb37a98'
    """
    level = [_leaf(content) for content in leaves]
    while len(level) > 1:
        level = _above(level)
    return level[0].hex() if level else hashlib.sha256(b"").hexdigest()


def proof(leaves: Sequence[bytes], index: int) -> tuple[str, ...]:
    """Return the audit path of ``leaves[index]``: sibling hashes in hex, lowest first.

    Raises
    ------
    IndexError
        If there is no such leaf (negative indices included).
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    path: list[str] = []
    level = [_leaf(content) for content in leaves]
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling].hex())
        level, index = _above(level), index // 2
    return tuple(path)


def verify_proof(leaf: bytes, path: Sequence[str], *, index: int, size: int, expected: str) -> bool:
    """Tell whether ``leaf`` is number ``index`` of the ``size`` leaves under the root ``expected``.

    Parameters
    ----------
    leaf : bytes
        The content of the leaf, not its hash.
    path : sequence of str
        From ``proof``; malformed hex makes it fail.
    index, size : int
    expected : str
        The root in lower-case hex.
    """
    if not 0 <= index < size:
        return False
    here, last, running = index, size - 1, _leaf(leaf)
    for step in path:
        if last == 0 or len(step) != 64 or not set(step) <= set("0123456789abcdef"):
            return False
        sibling = bytes.fromhex(step)
        if here % 2 or here == last:
            running = _node(sibling, running)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            running = _node(running, sibling)
        here, last = here // 2, last // 2
    return last == 0 and running.hex() == expected
