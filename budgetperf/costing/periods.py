"""The periods of a panel in their order, whichever way they are written."""

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from budgetperf.costing.errors import BadTable


def in_order(when: Iterable[Hashable]) -> tuple[Hashable, ...]:
    """Return the different periods, the earliest first.

    Raises
    ------
    BadTable
        If one is missing, or they are of several kinds (2024 and "2025"), which have no order.
    """
    different: list[Any] = list(dict.fromkeys(when))
    if pd.Series(different, dtype=object).isna().any():
        raise BadTable("时期有缺失：每行都要有所属的时期")
    try:
        return tuple(sorted(different))
    except TypeError:
        kinds: dict[str, Hashable] = {}
        for one in different:
            kinds.setdefault(type(one).__name__, one)
        shown = "、".join(f"{one!r}（{kind}）" for kind, one in kinds.items())
        raise BadTable(f"时期须为同一种写法（全为数，或全为文字），现有：{shown}") from None
