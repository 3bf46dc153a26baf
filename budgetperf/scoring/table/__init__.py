"""``score`` for a table: a million evaluands under one scheme, equal to the last digit.

Face of the package: ``FactTable``, which ``score`` takes, its answer and the columns it is made of.
The only part of ``scoring`` that imports numpy; ``assessment_points`` scores its units with it::

    columns.py   the facts of a criterion as arrays of scaled integers
    gathered.py  facts row by row -> column
    rows.py      exact shares per row, and the rows left to exact arithmetic
    kernels.py   targets, judgements, money, groups: column -> shares
    numbers.py   thresholds, intervals, slopes, bands: column -> shares
    award.py     shares -> points, rounded half up once
    scored.py    FactTable -> ScoreTable: block by block, refusals with their row
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
from budgetperf.scoring.table.scored import FactTable, ScoreTable

__all__ = [
    "AchievedColumn",
    "AnswerColumn",
    "Column",
    "FactTable",
    "InGroupColumn",
    "LevelAndGrowthColumn",
    "MeasuredColumn",
    "MoneyColumn",
    "Numbers",
    "RankedColumn",
    "RatedColumn",
    "ReachedColumn",
    "ScoreTable",
]
