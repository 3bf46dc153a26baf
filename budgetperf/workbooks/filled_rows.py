"""Which rows of a filled table are indicators, which only add up others, and which is the total.

It knows rows and labels; where the columns stand is found by ``filled_grid``.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from budgetperf.money import written_number
from budgetperf.workbooks.cells import Sheet
from budgetperf.workbooks.goal_sheet import plain_label
from budgetperf.workbooks.values import spelled

_TOTALS = frozenset({"总分", "总得分", "自评总分", "自评总得分", "总分合计"})
_SUMS = frozenset({"合计", "总计"})
_SUBTOTALS = ("小计", "合计", "总计")
_CROSSED = frozenset({"/", "-", "—", "——"})
_FEET = (
    "注",
    "说明",
    "填表",
    "填报",
    "联系",
    "单位负责人",
    "项目负责人",
    "备注",
    "存在问题",
    "改进措施",
    "签字",
    "评价结论",
)


def total_row(sheet: Sheet, span: range) -> int | None:
    """Return the last row labelled 总分 above the foot, else the last labelled 合计; None when there is none."""
    rows = list(_above_foot(sheet, span))
    for labels, among in ((_TOTALS, rows), (_TOTALS, list(span)), (_SUMS, rows)):
        found = [row for row in among if labels & set(_own_words(sheet, row, sheet.width))]
        if found:
            return found[-1]
    return None


def find_rows(
    sheet: Sheet, span: range, columns: Mapping[str, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows that hold an indicator, and those that only add up others.

    Parameters
    ----------
    span : range
        From below the header of the table to its total.
    columns : mapping of str to int
        Columns by field of an indicator.
    """
    lines = [row for row in _above_foot(sheet, span) if _is_line(sheet, row, columns)]
    sums = [row for row in lines if _is_labelled_sum(sheet, row, columns)]
    rest = [row for row in lines if row not in sums]
    sums += _groups(sheet, rest, columns)
    return tuple(row for row in rest if row not in sums), tuple(sorted(sums))


def _above_foot(sheet: Sheet, span: range) -> Iterator[int]:
    for row in span:
        if next(_own_words(sheet, row, sheet.width), "").startswith(_FEET):
            return
        yield row


def _own_words(sheet: Sheet, row: int, end: int) -> Iterator[str]:
    """Yield the words that begin in a row, left of column ``end``."""
    for column in range(end):
        if sheet.anchor((row, column)) == (row, column) and (word := plain_label(sheet.value((row, column)))):
            yield word


def _is_line(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    filled = {
        name: sheet.anchor((row, column)) for name, column in columns.items() if sheet.filled((row, column))
    }
    own = {name for name, anchor in filled.items() if anchor[0] == row and name not in {"level1", "level2"}}
    across = len(filled) > 1 and len(set(filled.values())) == 1
    return bool(own) and not across and not _repeats_header(sheet, row, columns)


def _repeats_header(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    """Tell whether the header of the table is printed again, as on the top of a page."""
    return plain_label(sheet.value((row, columns["name"]))) in {"三级指标", "指标名称"}


def _is_labelled_sum(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    """Tell whether a row without an indicator of its own is called 小计 or 合计."""
    words = list(_own_words(sheet, row, columns["name"] + 1))
    named = bool(words) and words[-1].endswith(_SUBTOTALS)
    return named and not _has_values(sheet, row, columns)


def _groups(sheet: Sheet, rows: Sequence[int], columns: Mapping[str, int]) -> list[int]:
    """Return the rows without name and values whose weight is the sum of rows next to them.

    A head such as ``产出指标（40分）`` carries the points of its group; so does a row under it that
    nobody labelled.
    """
    bare = [
        row for row in rows if not _is_named(sheet, row, columns) and not _has_values(sheet, row, columns)
    ]
    found = []
    for row in bare:
        weight, at = _weight(sheet, row, columns), rows.index(row)
        for run in (_run(rows[at + 1 :], bare), _run(rows[:at][::-1], bare)):
            sums = list(accumulate(_weight(sheet, one, columns) for one in run))
            if weight and weight in (sums[1:] or sums):
                found.append(row)
                break
    return found


def _run(rows: Sequence[int], ends: Sequence[int]) -> Sequence[int]:
    """Return the rows up to the first of ``ends``."""
    return rows[: next((at for at, row in enumerate(rows) if row in ends), len(rows))]


def _is_named(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    place = (row, columns["name"])
    return sheet.anchor(place) == place and sheet.value(place) is not None


def _has_values(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    """Tell whether the row itself holds a target or an actual value."""
    places = [(row, columns[name]) for name in ("target", "actual") if name in columns]
    own = [place for place in places if sheet.anchor(place) == place and sheet.filled(place)]
    return any(spelled(sheet.value(place)) not in _CROSSED for place in own)


def _weight(sheet: Sheet, row: int, columns: Mapping[str, int]) -> Decimal:
    place = (row, columns["weight"]) if "weight" in columns else None
    text = spelled(sheet.value(place)) if place and sheet.anchor(place) == place else ""
    return written_number(text.removesuffix("分")) or Decimal(0)
