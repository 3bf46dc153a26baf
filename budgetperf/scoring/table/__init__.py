"""``score`` for a table: a million evaluands under one scheme, equal to the last digit.

Face of the package: ``score_table``, its answer and the columns it takes. It is the only part of
``scoring`` that imports numpy, and no other part imports it::

    columns.py   the facts of a criterion as arrays of scaled integers
    rows.py      exact shares per row, and the rows left to exact arithmetic
    kernels.py   targets, judgements, money, groups: column -> shares
    numbers.py   thresholds, intervals, slopes, bands: column -> shares
    award.py     shares -> points, rounded half up once
    scored.py    score_table: block by block, refusals with their row
    groups.py    extremes and places over groups: the first pass
"""

from budgetperf.scoring.table.columns import (
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
from budgetperf.scoring.table.groups import in_group_column, ranked_column
from budgetperf.scoring.table.scored import ScoreTable, row_facts, score_table

__all__ = [
    "AchievedColumn",
    "AnswerColumn",
    "Column",
    "InGroupColumn",
    "LevelAndGrowthColumn",
    "MeasuredColumn",
    "MoneyColumn",
    "Numbers",
    "RankedColumn",
    "RatedColumn",
    "ReachedColumn",
    "ScoreTable",
    "in_group_column",
    "ranked_column",
    "row_facts",
    "score_table",
]
