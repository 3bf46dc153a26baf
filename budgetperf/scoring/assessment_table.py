"""The long table of an assessment as comma-separated text: a heading, then a fact a row.

Holds the columns, the reading of rows and the table of results; whether the facts fit a scheme is
said by ``assessment_facts``.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from budgetperf.errors import Invalid
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_results import UnitResult

COLUMNS = ("unit", "group", "item", "period", "rater", "value", "standard", "note")
NOTE = "#"
"""What a note before the heading begins with."""

_FACT = ("unit", "item", "value", "group", "period", "rater", "standard", "note")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AFTER = ("bonus", "penalty", "total", "rank", "grade", "consequence", "reasons")


def read_table(text: str) -> tuple[UnitFact, ...]:
    r"""Return one fact per row that is not blank; rows count from 1, the heading among them.

    Parameters
    ----------
    text : str
        Columns in any order, each named once; trailing blank columns may be left out of a row. Rows
        that begin with ``#`` before the heading are notes.

    Raises
    ------
    Invalid
        ``assessment.table`` for another heading, or a row with more columns than the heading.

    Examples
    --------
    >>> table = "unit,group,item,period,rater,value,standard,note\n甲,g,a,,,95,100,\n"
    >>> read_table(table)[0].value, read_table(table)[0].row
    ('95', 2)
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    known: dict[str, str] = {}  # equal texts are one: a fifth less memory
    reader = ((lines.line_num, list(map(known.setdefault, row, row))) for row in lines)
    try:
        return tuple(_facts(reader))
    except csv.Error as error:
        raise _refused(f"第{lines.line_num}行的引号不成对，请用表格软件重新另存为CSV") from error


def _facts(rows: Iterator[tuple[int, list[str]]]) -> Iterator[UnitFact]:
    at, first = next(((number, row) for number, row in rows if not _is_note(row)), (1, []))
    heading = [name.strip() for name in first]
    while heading and not heading[-1]:
        heading.pop()  # a spreadsheet pads the table to its widest row
    if sorted(heading) != sorted(COLUMNS):
        raise _refused(_heading(at, heading))
    unit, item, value, group, period, rater, standard, note = map(heading.index, _FACT)
    width = len(COLUMNS)
    for number, row in rows:
        if len(row) > width and any(row[width:]):
            raise _refused(f"第{number}行有{len(row)}列，应为{width}列，文字中的逗号须加引号")
        if not "".join(row).strip():
            continue
        r = row if len(row) >= width else [*row, *[""] * (width - len(row))]
        yield UnitFact(
            number, r[unit], r[item], r[value], r[group], r[period], r[rater], r[standard], r[note]
        )


def _heading(at: int, found: Sequence[str]) -> str:
    """Say what is wrong with the heading, and how to mend it."""
    if not any(found):
        return "文件是空的，请按方案的模板填报（./bp schemes show 方案 --template）"
    wanted = f"第{at}行的列名应为 {','.join(COLUMNS)}，各写一次"
    for sign, name in (("\t", "制表符"), (";", "分号"), ("，", "全角逗号")):
        if len(found) == 1 and sign in found[0]:
            return f"{wanted}；现在各列以{name}分隔，请另存为以逗号分隔的CSV"
    lacking = [name for name in COLUMNS if name not in found]
    other = [name for name in dict.fromkeys(found) if name not in COLUMNS or found.count(name) > 1]
    told = [f"缺少 {'、'.join(lacking)}"] if lacking else []
    told += [f"多出或重复 {'、'.join(other)}"] if other else []
    return f"{wanted}；{'，'.join(told)}"


def result_rows(rules: AssessmentRules, results: Sequence[UnitResult]) -> Iterator[tuple[str, ...]]:
    """Yield the heading, then a row a unit: its parts by code, blank where one is not of its track.

    Several consequences or reasons of a unit stand in one cell, divided by ``；``. Texts a
    spreadsheet would take for a formula begin with ``'``.
    """
    parts = list(dict.fromkeys(part.key for track in rules.tracks for part in track.components))
    yield ("unit", "group", *parts, *_AFTER)
    for result in results:
        points = {part.key: part.points for part in result.components}
        yield (
            plain_text(result.unit),
            plain_text(result.group),
            *(_said(points.get(part)) for part in parts),
            str(result.bonus),
            str(result.penalty),
            _said(result.total),
            _said(result.rank),
            plain_text(result.grade_label),
            plain_text("；".join(reached.label for reached in result.consequences)),
            plain_text("；".join(result.reasons)),
        )


def _said(number: Decimal | int | None) -> str:
    return "" if number is None else str(number)


def plain_text(text: str) -> str:
    """Return a text no spreadsheet takes for a formula: such a one begins with ``'``."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _is_note(row: Sequence[str]) -> bool:
    return not row or row[0].lstrip().startswith(NOTE)


def _refused(why: str) -> Invalid:
    return Invalid("assessment.table", f"考评事实表不能读取：{why}")
