"""How independent pieces of a long computation are done: here one after another, elsewhere side by side.

A core that draws much (a bootstrap) draws its chance itself, from one seeded stream, cuts what is left to do into
pieces of a fixed size and hands them to a ``Spread``. Whoever calls decides where they are done; so the figures are
the same wherever that is. Nothing here knows a machine, a scheduler or a database.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")
Figures: TypeAlias = NDArray[np.float64]

PIECE = 10  # draws done at once: never part of what figures are


class Spread(Protocol):
    """Does a function of every item and returns what came out, in the order of the items.

    The function and the items can be pickled (a function of a module, or a ``partial`` of one, with arrays and
    frozen records), share nothing and draw no chance.
    """

    def __call__(self, function: Callable[[Item], Figures], items: Sequence[Item], /) -> list[Figures]:
        """Return one array an item."""
        ...


@runtime_checkable
class Telling(Protocol):
    """A spread that tells somebody which part of the computation begins."""

    def begin(self, part: str) -> None:
        """Tell it."""
        ...


def begin(spread: Spread, part: str) -> None:
    """Let a spread tell that a part begins, where it tells at all."""
    if isinstance(spread, Telling):
        spread.begin(part)


def in_turn(function: Callable[[Item], Figures], items: Sequence[Item], /) -> list[Figures]:
    """Do one item after another, here: the ``Spread`` nobody chose."""
    return [function(item) for item in items]


def pieces(n_draws: int, *, size: int = PIECE) -> list[slice]:
    """Return the draws 0 to ``n_draws`` cut into slices of ``size``, whoever does them."""
    return [slice(start, min(start + size, n_draws)) for start in range(0, n_draws, size)]
