"""Small tables for an indicator system, and the made ones of the fixtures."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from budgetperf.indicators import Direction
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.records import IndexTables, IndicatorHead, SurveyTable, ValueTable
from budgetperf.workbooks.index_tables import read_pairs, read_survey, read_values
from budgetperf.workbooks.tables import Table, read_table

FIXTURES = Path(__file__).parents[2] / "fixtures" / "index"
COMPUTED_ON = date(2026, 7, 21)


def made_table(name: str) -> Table:
    return read_table((FIXTURES / name).read_bytes(), name=name)


def made_tables(*, pairs: bool = True) -> IndexTables:
    """The 21 made cities."""
    judged = read_pairs(made_table("pairs.csv")) if pairs else None
    return IndexTables(read_survey(made_table("survey.csv")), read_values(made_table("values.csv")), judged)


def make_spec(**changes: object) -> IndexSpec:
    known = {"title": "样例指数", "jurisdiction": "sample", "valid_from": "2026-01-01"}
    return IndexSpec.model_validate(known | changes)


def small_tables(columns: dict[str, list[int]], *, reverse: frozenset[str] = frozenset()) -> IndexTables:
    """Four or more evaluands by column; two raters find everything very important."""
    names = tuple(columns)
    heads = tuple(
        IndicatorHead(name, Direction.REVERSE if name in reverse else Direction.FORWARD) for name in names
    )
    rows = tuple(tuple(Decimal(cell) for cell in row) for row in zip(*columns.values(), strict=True))
    evaluands = tuple(f"城市{number}" for number in range(1, len(rows) + 1))
    survey = SurveyTable(names, ("张", "王"), ((5,) * len(names), (4, *(5,) * (len(names) - 1))))
    return IndexTables(survey, ValueTable(heads, evaluands, rows))
