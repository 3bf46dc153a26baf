"""Facts row by row, put together as the column that says the same."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import (
    Achieved,
    Answer,
    Fact,
    InGroup,
    LevelAndGrowth,
    Measured,
    MoneyRatio,
    Ranked,
    Rated,
    Reached,
)
from budgetperf.scoring.table.columns import (
    ACHIEVEMENTS,
    AchievedColumn,
    AnswerColumn,
    Column,
    InGroupColumn,
    LevelAndGrowthColumn,
    MeasuredColumn,
    MoneyColumn,
    Numbers,
    RankedColumn,
    RatedColumn,
    ReachedColumn,
    SingleColumn,
    ints,
)

_GATHERED: Mapping[type, Callable[[Sequence[Any]], SingleColumn]] = {
    Measured: lambda facts: MeasuredColumn(_numbers(facts, "target"), _numbers(facts, "actual")),
    MoneyRatio: lambda facts: MoneyColumn(
        ints([f.part.fen for f in facts]), ints([f.base.fen for f in facts])
    ),
    Achieved: lambda facts: AchievedColumn(_tiers(facts), _numbers(facts, "ratio")),
    Rated: lambda facts: RatedColumn(_numbers(facts, "points")),
    Answer: lambda facts: AnswerColumn(np.array([f.yes for f in facts])),
    Reached: lambda facts: ReachedColumn(_numbers(facts, "value")),
    InGroup: lambda facts: InGroupColumn(*(_numbers(facts, name) for name in ("value", "worst", "best"))),
    Ranked: lambda facts: RankedColumn(_numbers(facts, "place"), ints([f.size for f in facts])),
}


def column_of(facts: Sequence[Fact]) -> Column:
    """Return the column of facts, of which there is at least one.

    Raises
    ------
    Invalid
        ``scoring.table`` if they are not all of one kind.
    """
    kinds = {type(fact) for fact in facts}
    if len(kinds) > 1:
        told = "、".join(sorted(kind.__name__ for kind in kinds))
        raise Invalid("scoring.table", f"同一评分项各行的事实须为同一种类，现有{told}，请逐个计分")
    both = [fact for fact in facts if isinstance(fact, LevelAndGrowth)]
    if not both:
        return _GATHERED[kinds.pop()](facts)
    level, growth = column_of([f.level for f in both]), column_of([f.growth for f in both])
    assert not isinstance(level, LevelAndGrowthColumn)
    assert not isinstance(growth, LevelAndGrowthColumn)
    return LevelAndGrowthColumn(level, growth)


def _numbers(facts: Sequence[Any], name: str) -> Numbers:
    return Numbers.of(list(map(attrgetter(name), facts)))


def _tiers(facts: Sequence[Achieved]) -> NDArray[np.int8]:
    return np.array([ACHIEVEMENTS.index(fact.achievement) for fact in facts], dtype=np.int8)
