"""The three tables of an indicator system: the importance survey, the values, the judgements in pairs.

::

    survey   评分人 | indicator …      1 to 5, empty where not judged
    values   评价对象 | indicator …    rows 方向 (required), 计量单位, 维度, then one per evaluand
                                  (direction, uom, dimension; forward, reverse are taken too)
    pairs    指标 | indicator …        3 or 1/3, from 1/9 to 9; an empty cell takes the reciprocal of its opposite

Every wrong cell is a finding at its place; nothing is guessed but the reciprocal, which the
method itself demands.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TypeVar

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity
from budgetperf.indicators import Direction
from budgetperf.statistics.records import ONE_DIMENSION, IndicatorHead, PairTable, SurveyTable, ValueTable
from budgetperf.workbooks.tables import Table
from budgetperf.workbooks.values import normal

DIRECTION, UOM, DIMENSION = "方向", "计量单位", "维度"
_HEADS = {DIRECTION: DIRECTION, UOM: UOM, DIMENSION: DIMENSION} | {
    "direction": DIRECTION,
    "uom": UOM,
    "dimension": DIMENSION,
}
MAX_TOLD = 20  # wrong cells named at once; a wrong table has hundreds
_JUDGEMENT = re.compile(r"\d{1,3}(\.\d{1,6})?(/\d{1,3}(\.\d{1,6})?)?")
_LEAST, _MOST = Fraction("0.11"), Fraction(9)
"""Ends of the scale of judgements (Saaty 1980), 1/9 also as people write it."""
_DIRECTIONS = {direction.label: direction for direction in Direction} | {
    **{direction.value: direction for direction in Direction},
    "逆向": Direction.REVERSE,
}

V = TypeVar("V")


class _Reader:
    """One table being read, with what is wrong so far."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.found: list[Finding] = []
        self.names = self.labels([(0, column) for column in range(1, len(table.rows[0]))])

    def wrong(self, row: int, column: int, text: str) -> None:
        """Tell of a cell."""
        where = self.table.where(row, column)
        self.found.append(Finding("tables.cell", Severity.ERROR, where, f"{where.cell}：{text}"))

    def labels(self, places: list[tuple[int, int]]) -> tuple[str, ...]:
        """Return the names at ``places``, each once and none empty."""
        names: list[str] = []
        for row, column in places:
            name = self.table.rows[row][column]
            if not name or name in names:
                self.wrong(row, column, f"名称“{name}”重复" if name else "缺少名称")
            names.append(name)
        return tuple(names)

    def cells(self, row: int, read: Callable[[str], V], expected: str, default: V) -> tuple[V, ...]:
        """Read a row of cells; what cannot be read is told and stands as ``default``."""
        values: list[V] = []
        for column in range(1, len(self.table.rows[0])):
            text = self.table.rows[row][column]
            try:
                values.append(read(normal(text)))
            except (ValueError, ArithmeticError):
                self.wrong(row, column, f"“{text}”{expected}" if text else f"没有填写，{expected}")
                values.append(default)
        return tuple(values)

    def close(self) -> None:
        """Refuse the table when anything was wrong.

        Raises
        ------
        Invalid
        """
        if self.found:
            raise Invalid(
                "tables.cells",
                f"“{self.table.name}”有{len(self.found)}处错误，请改正后重试",
                tuple(self.found[:MAX_TOLD]),
                table=self.table.name,
            )


def _begin(table: Table, rows: int, what: str) -> _Reader:
    if len(table.rows) < rows or len(table.rows[0]) < 3:
        raise Invalid(
            "tables.shape", f"“{table.name}”应为{what}：首行为指标名称（至少2个），首列为名称，其余为数据"
        )
    return _Reader(table)


def read_survey(table: Table) -> SurveyTable:
    """Read the importance survey.

    Raises
    ------
    Invalid
        ``tables.shape``, ``tables.cells``.
    """
    reader = _begin(table, 3, "重要性问卷（至少2个评分人）")
    rows = range(1, len(table.rows))
    raters = reader.labels([(row, 0) for row in rows])
    ratings = tuple(reader.cells(row, _rating, "应为1至5的整数，未评留空", None) for row in rows)
    reader.close()
    return SurveyTable(reader.names, raters, ratings)


def read_values(table: Table) -> ValueTable:
    """Read the values with the direction, uom and dimension of each indicator.

    Raises
    ------
    Invalid
        ``tables.shape``, ``tables.direction`` without a row of directions, ``tables.cells``.
    """
    reader = _begin(table, 5, "指标数据表（方向行和至少3个评价对象）")
    heads = {_HEADS[row[0]]: number for number, row in enumerate(table.rows) if number and row[0] in _HEADS}
    if DIRECTION not in heads:
        raise Invalid("tables.direction", f"“{table.name}”缺少“方向”一行，请逐项写明正向或反向")
    directions = reader.cells(heads[DIRECTION], _direction, "应为正向或反向", Direction.FORWARD)
    width = len(reader.names)
    uoms = table.rows[heads[UOM]][1:] if UOM in heads else ("",) * width
    dimensions = table.rows[heads[DIMENSION]][1:] if DIMENSION in heads else ("",) * width
    rows = [number for number in range(1, len(table.rows)) if number not in heads.values()]
    evaluands = reader.labels([(row, 0) for row in rows])
    values = tuple(reader.cells(row, _number, "应为数字，缺数不作填补", Decimal(0)) for row in rows)
    reader.close()
    indicators = tuple(
        IndicatorHead(name, direction, uom, dimension or ONE_DIMENSION)
        for name, direction, uom, dimension in zip(reader.names, directions, uoms, dimensions, strict=True)
    )
    return ValueTable(indicators, evaluands, values)


def read_pairs(table: Table) -> PairTable:
    """Read the judgements in pairs.

    Raises
    ------
    Invalid
        ``tables.shape``, ``tables.pairs`` when rows and columns differ, ``tables.cells``.
    """
    reader = _begin(table, 3, "两两比较表")
    side = tuple(row[0] for row in table.rows[1:])
    if side != reader.names:
        raise Invalid("tables.pairs", f"“{table.name}”的行与列须为同样的指标、同样的次序")
    read = [
        reader.cells(row, _judgement, "应为1/9至9之间的数或分数，如3、1/3", None)
        for row in range(1, len(table.rows))
    ]
    order = range(len(side))
    filled = [[_completed(read, i, j) for j in order] for i in order]
    for i, j in ((i, j) for i in order for j in order if i <= j and filled[i][j] is None):
        reader.wrong(i + 1, j + 1, f"“{side[i]}”与“{side[j]}”没有比较")
    reader.close()
    return PairTable(side, tuple(tuple(cell or Fraction(1) for cell in row) for row in filled))


def _direction(text: str) -> Direction:
    if text not in _DIRECTIONS:
        raise ValueError
    return _DIRECTIONS[text]


def _rating(text: str) -> int | None:
    if not text:
        return None
    if text not in {"1", "2", "3", "4", "5"}:
        raise ValueError
    return int(text)


def _number(text: str) -> Decimal:
    value = Decimal(text.replace(",", ""))
    if not value.is_finite():
        raise InvalidOperation
    return value


def _judgement(text: str) -> Fraction | None:
    if not text:
        return None
    if not _JUDGEMENT.fullmatch(text):
        raise ValueError
    over, _, under = text.partition("/")
    value = Fraction(over) / Fraction(under or "1")
    if not _LEAST <= value <= _MOST:
        raise ValueError
    return value


def _completed(read: list[tuple[Fraction | None, ...]], i: int, j: int) -> Fraction | None:
    own, opposite = read[i][j], read[j][i]
    if own is None and i == j:
        return Fraction(1)
    return own if own is not None or opposite is None else 1 / opposite
