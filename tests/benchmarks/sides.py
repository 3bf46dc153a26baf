"""Sides of a comparison: timed one after the other in one run, told only when their answers agree."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Side:
    """One contender: its seconds, and how far its answer is from ours."""

    name: str
    seconds: float
    distance: float


def timed(call: Callable[[], T], *, runs: int = 1) -> tuple[float, T]:
    """Return the best seconds of some runs and the answer."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = call()
        found.append((time.perf_counter() - start, answer))
    return min(found, key=lambda run: run[0])


def tell(title: str, ours: Side, peers: list[Side], *, same: float) -> bool:
    """Print one comparison; return whether every answer agrees to ``same``."""
    print(f"\n{title}")
    print(f"  {ours.name:34} {ours.seconds:9.3f} s")
    for peer in peers:
        print(
            f"  {peer.name:34} {peer.seconds:9.3f} s  {peer.seconds / ours.seconds:7.1f} x  apart {peer.distance:.1e}"
        )
    agree = all(peer.distance <= same for peer in peers)
    if not agree:
        print(f"  answers differ by more than {same:.0e}: the times above compare nothing")
    return agree
