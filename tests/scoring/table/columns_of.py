"""Facts row by row as the column that says the same."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

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
from budgetperf.scoring.table import (
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
)
from budgetperf.scoring.table.columns import ACHIEVEMENTS, SingleColumn, ints

K = TypeVar("K")


def column_of(facts: Sequence[Fact]) -> Column:
    """Return the column of facts that are all of one kind."""
    if isinstance(facts[0], LevelAndGrowth):
        both = of(facts, LevelAndGrowth)
        level, growth = ([getattr(f, half) for f in both] for half in ("level", "growth"))
        return LevelAndGrowthColumn(_single(level), _single(growth))
    return _single(facts)


def _single(facts: Sequence[Fact]) -> SingleColumn:
    kind = type(facts[0])
    found: SingleColumn
    if kind is Achieved:
        codes = [ACHIEVEMENTS.index(fact.achievement) for fact in of(facts, Achieved)]
        found = AchievedColumn(np.array(codes, dtype=np.int8), _numbers(facts, "ratio"))
    elif kind is MoneyRatio:
        money = of(facts, MoneyRatio)
        found = MoneyColumn(ints([f.part.fen for f in money]), ints([f.base.fen for f in money]))
    elif kind is Answer:
        found = AnswerColumn(np.array([fact.yes for fact in of(facts, Answer)]))
    elif kind is Ranked:
        found = RankedColumn(_numbers(facts, "place"), ints([fact.size for fact in of(facts, Ranked)]))
    elif kind is InGroup:
        found = InGroupColumn(*(_numbers(facts, name) for name in ("value", "worst", "best")))
    elif kind is Measured:
        found = MeasuredColumn(_numbers(facts, "target"), _numbers(facts, "actual"))
    elif kind is Rated:
        found = RatedColumn(_numbers(facts, "points"))
    else:
        of(facts, Reached)
        found = ReachedColumn(_numbers(facts, "value"))
    return found


def _numbers(facts: Sequence[Fact], name: str) -> Numbers:
    of(facts, type(facts[0]))
    return Numbers.of([getattr(fact, name) for fact in facts])


def kinds(fact: Fact) -> tuple[type, ...]:
    """Return the kind of a fact, with those of its halves."""
    if isinstance(fact, LevelAndGrowth):
        return (LevelAndGrowth, type(fact.level), type(fact.growth))
    return (type(fact),)


def of(facts: Sequence[Fact], kind: type[K]) -> list[K]:
    """Narrow all facts to one kind."""
    found = [fact for fact in facts if isinstance(fact, kind)]
    assert len(found) == len(facts)
    return found
