"""Which rows of a filled table are indicators, which only add up others, and which is the total.

It knows rows and labels; where the columns stand is found by ``filled_grid``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, takewhile

from budgetperf.money import written_number
from budgetperf.workbooks.cells import Sheet
from budgetperf.workbooks.goal_sheet import plain_label
from budgetperf.workbooks.values import spelled

_TOTALS = frozenset(
    {
        "总分",
        "总得分",
        "自评总分",
        "自评总得分",
        "总分合计",
        "自评得分",
        "自评得分合计",
        "得分合计",
        "最终得分",
    }
)
_TOTAL_SAID = re.compile(rf"(?:{'|'.join(sorted(_TOTALS))})(\d+(?:\.\d+)?)分?")
_HEADERS = frozenset({"三级指标", "指标名称"})
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


Words = Mapping[int, Mapping[int, str]]
"""The words of a sheet by row and column, as ``plain_label`` reduces them; cells without any are left out."""


def words_of(sheet: Sheet) -> dict[int, dict[int, str]]:
    """Return the words of a sheet, each where its range begins."""
    found: dict[int, dict[int, str]] = {}
    for (row, column), value in sorted(sheet.values.items()):
        if sheet.anchor((row, column)) == (row, column) and (word := plain_label(value)):
            found.setdefault(row, {})[column] = word
    return found


def total_row(words: Words, span: range) -> int | None:
    """Return the last row labelled 总分 above the foot, else the last labelled 合计; None when there is none."""
    all_rows = [row for row in words if row in span and not _HEADERS & set(words[row].values())]
    rows = list(_above_foot(words, all_rows))
    for labels, among in ((_TOTALS, rows), (_TOTALS, all_rows), (_SUMS, rows)):
        found = [row for row in among if labels & {total_said(word)[0] for word in words[row].values()}]
        if found:
            return found[-1]
    return None


def total_said(word: str) -> tuple[str, str]:
    """Return a label and the number that follows it in one cell; empty where there is none.

    Examples
    --------
    >>> total_said("总分99.4分"), total_said("合计")
    (('总分', '99.4'), ('合计', ''))
    """
    said = _TOTAL_SAID.fullmatch(word)
    return (word[: said.start(1)], said[1]) if said else (word, "")


def find_rows(
    sheet: Sheet, words: Words, span: range, columns: Mapping[str, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows that hold an indicator, and those that only add up others.

    Parameters
    ----------
    span : range
        From below the header of the table to its total.
    columns : mapping of str to int
        Columns by field of an indicator.
    """
    filled = sorted({row for row, _ in (*sheet.values, *sheet.marks) if row in span})
    lines = [row for row in _above_foot(words, filled) if _is_line(sheet, row, columns)]
    labelled = {row for row in lines if _is_labelled_sum(sheet, words, row, columns)}
    rest = [row for row in lines if row not in labelled]
    groups = _groups(sheet, rest, columns)
    return tuple(row for row in rest if row not in groups), tuple(sorted(labelled | groups))


def _above_foot(words: Words, rows: Sequence[int]) -> Iterator[int]:
    for row in rows:
        if next(iter(words.get(row, {}).values()), "").startswith(_FEET):
            return
        yield row


def _is_line(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    filled = {
        name: sheet.anchor((row, column)) for name, column in columns.items() if sheet.filled((row, column))
    }
    own = {name for name, anchor in filled.items() if anchor[0] == row and name not in {"level1", "level2"}}
    across = len(filled) > 1 and len(set(filled.values())) == 1
    return bool(own) and not across and not _repeats_header(sheet, row, columns)


def _repeats_header(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    """Tell whether the header of the table is printed again, as on the top of a page."""
    return plain_label(sheet.value((row, columns["name"]))) in _HEADERS


def _is_labelled_sum(sheet: Sheet, words: Words, row: int, columns: Mapping[str, int]) -> bool:
    """Tell whether a row without an indicator of its own is called 小计 or 合计."""
    labels = [word for column, word in words.get(row, {}).items() if column <= columns["name"]]
    named = bool(labels) and labels[-1].endswith(_SUBTOTALS)
    return named and not _has_values(sheet, row, columns)


def _groups(sheet: Sheet, rows: Sequence[int], columns: Mapping[str, int]) -> set[int]:
    """Return the rows without name and values whose weight is the sum of rows next to them.

    A head such as ``产出指标（40分）`` carries the points of its group; so does a row under it that
    nobody labelled.
    """
    bare = {
        row for row in rows if not _is_named(sheet, row, columns) and not _has_values(sheet, row, columns)
    }
    weights = [_weight(sheet, row, columns) for row in rows]
    found = set()
    for at, row in enumerate(rows):
        if row not in bare or not weights[at]:
            continue
        below = takewhile(lambda other: rows[other] not in bare, range(at + 1, len(rows)))
        above = takewhile(lambda other: rows[other] not in bare, range(at - 1, -1, -1))
        for run in (below, above):
            sums = list(accumulate(weights[other] for other in run))
            if weights[at] in (sums[1:] or sums):
                found.add(row)
    return found


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
