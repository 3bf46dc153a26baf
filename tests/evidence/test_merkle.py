import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.evidence.merkle import proof, root, verify_proof

# The leaves and roots of the reference tests of Certificate Transparency (merkle_tree_test.cc).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

SETS = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + definition(leaves[:k]) + definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root(LEAVES[:size]) == ROOTS[size]


@given(SETS)
def test_root_follows_the_recursive_definition(leaves: list[bytes]) -> None:
    assert root(leaves) == definition(leaves).hex()


@given(SETS)
def test_every_leaf_has_a_proof(leaves: list[bytes]) -> None:
    size, expected = len(leaves), root(leaves)
    for index, leaf in enumerate(leaves):
        path = proof(leaves, index)
        assert verify_proof(leaf, path, index=index, size=size, expected=expected)
        assert len(path) <= (size - 1).bit_length()


@given(SETS, st.data())
def test_a_wrong_leaf_place_path_or_root_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    size, expected = len(leaves), root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path, leaf = proof(leaves, index), leaves[index]

    def refused(leaf: bytes, path: tuple[str, ...], index: int = index, expected: str = expected) -> bool:
        return not verify_proof(leaf, path, index=index, size=size, expected=expected)

    assert refused(leaf + b"x", path)
    assert refused(leaf, (*path, "00" * 32))
    assert refused(leaf, path, expected="00" * 32)
    if path:
        assert refused(leaf, path[:-1])
        broken = data.draw(st.integers(0, len(path) - 1))
        flipped = f"{int(path[broken], 16) ^ 1:064x}"
        assert refused(leaf, (*path[:broken], flipped, *path[broken + 1 :]))
    other = data.draw(st.integers(-1, size))
    if other != index and (not 0 <= other < size or leaves[other] != leaf):
        assert refused(leaf, path, index=other)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    left, right = (hashlib.sha256(b"\0" + leaf).digest() for leaf in (b"a", b"b"))
    assert not verify_proof(left + right, (), index=0, size=1, expected=root([b"a", b"b"]))


@pytest.mark.parametrize("step", ["", "00", "G" * 64, "A" * 64, " " + "0" * 63, "0" * 65])
def test_a_malformed_step_is_refused(step: str) -> None:
    assert not verify_proof(b"a", (step,), index=0, size=2, expected=root([b"a", b"b"]))


@pytest.mark.parametrize("index", [-1, 2])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        proof([b"a", b"b"], index)
    assert not verify_proof(b"a", (), index=index, size=2, expected=root([b"a", b"b"]))


def test_a_hundred_thousand_lines_take_seconds_at_most() -> None:
    lines = [f"P-{number},{number * 137}".encode() for number in range(100_000)]
    start = time.perf_counter()
    expected, path = root(lines), proof(lines, 99_999)
    assert time.perf_counter() - start < 10
    assert verify_proof(lines[-1], path, index=99_999, size=100_000, expected=expected)
    assert not verify_proof(b"P-99999,1", path, index=99_999, size=100_000, expected=expected)
