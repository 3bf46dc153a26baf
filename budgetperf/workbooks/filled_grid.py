"""Finds filled self-evaluation forms on a sheet by their labels: head, funds, goal, indicators, total.

It says *where* things stand; what the cells hold is read by ``filled_form``, which rows of the
table are indicators by ``filled_rows``.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from budgetperf.workbooks.cells import Place, Sheet
from budgetperf.workbooks.filled_rows import Words, find_rows, total_row, words_of

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "level1": ("一级指标",),
    "level2": ("二级指标",),
    "name": ("三级指标", "指标名称"),
    "operator": ("指标性质", "计算符号"),
    "target": ("年度指标值", "指标值", "目标值", "年初指标值", "预期指标值", "年度目标值"),
    "uom": ("度量单位", "计量单位"),
    "actual": (
        "实际完成值",
        "全年完成值",
        "完成值",
        "全年实际完成值",
        "实际完成指标值",
        "全年实际值",
        "实际值",
    ),
    "weight": ("分值", "权重", "指标分值"),
    "score": ("得分", "自评得分", "自评分"),
    "note": ("备注",),
}
_REASON = "原因"
"""Every wording of 偏差原因分析及改进措施 holds it."""
FUNDS: Mapping[str, tuple[str, ...]] = {
    "initial": ("年初预算数", "年初预算"),
    "adjusted": ("全年预算数", "调整后预算数", "调整后预算"),
    "executed": ("全年执行数", "预算执行数", "执行数"),
    "weight": ("分值", "权重"),
    "rate": ("执行率", "预算执行率"),
    "score": ("得分", "执行得分"),
}
HEAD: Mapping[str, tuple[str, ...]] = {
    "project": ("项目名称",),
    "department": ("主管部门",),
    "year": ("年度", "预算年度", "评价年度"),
    "grade": ("评价等级", "自评等级", "绩效等级"),
}
HEAD_ONLY = {name: HEAD[name] for name in ("project", "department")}
"""Labels that stand at the head of a form and nowhere else."""
GOAL: Mapping[str, tuple[str, ...]] = {
    "expected": ("预期目标", "年初设定目标"),
    "result": ("实际完成情况", "目标实际完成情况", "年度总体目标完成情况"),
}
_FUND_TOTALS = ("总额", "合计", "总计")


@dataclass(frozen=True, slots=True)
class FilledGrid:
    """Where the parts of a filled form stand on ``sheet``.

    Parameters
    ----------
    head : mapping of str to Place
        The *label* of each head field.
    funds_header : int or None
        Row of the funds labels.
    funds, columns : mapping of str to int
        Columns of the funds block and of the indicators.
    fund_rows : tuple of (int, str)
        Rows of the funds block with their labels.
    fund_total : int or None
        The row of the total among them.
    goal : mapping of str to Place
        The value cells of the annual goal.
    rows : tuple of int
        The rows that hold an indicator.
    sums : tuple of int
        The rows of the table that only add up others.
    total : int or None
        The row of 总分.
    top : int
        The first row of the form.
    """

    sheet: Sheet
    head: Mapping[str, Place]
    funds_header: int | None
    funds: Mapping[str, int]
    fund_rows: tuple[tuple[int, str], ...]
    fund_total: int | None
    goal: Mapping[str, Place]
    columns: Mapping[str, int]
    rows: tuple[int, ...]
    sums: tuple[int, ...]
    total: int | None
    top: int = 0


def right_of(sheet: Sheet, place: Place) -> Place:
    """Return the first cell right of a label, past the range it is merged over."""
    row, column = place
    while sheet.anchor((row, column + 1)) == place:
        column += 1
    return row, column + 1


def find_filled(sheet: Sheet) -> tuple[FilledGrid, ...]:
    """Return where each form of the sheet stands, from top to bottom."""
    tops = [0, *_later_tops(words_of(sheet)), sheet.height]
    found = (_grid(part, top) for part, top in zip(_parts(sheet, tops), tops, strict=False))
    return tuple(replace(grid, sheet=sheet) for grid in found if grid)


def _later_tops(words: Words) -> Iterator[int]:
    """Yield the first row of the second form and of each after it.

    A head or a total row between two headers of the table tells them apart; without either the
    second is the first one printed again on the next page.
    """
    for row, following in pairwise([row for row, _ in _table_headers(words)]):
        between = {at: words[at] for at in range(row + 1, following) if at in words}
        head = min((place[0] for place in _labelled(between, HEAD_ONLY).values()), default=following)
        total = total_row(between, range(row + 1, head))
        if total is None and head == following:
            continue
        after = row if total is None else total
        rows = range(after + 1, head)
        titles = (at for at in rows if any(word.endswith("表") for word in words.get(at, {}).values()))
        yield next(titles, head if total is None or head < following else total + 1)


def _parts(sheet: Sheet, tops: Sequence[int]) -> Iterator[Sheet]:
    """Yield the sheet from each top to the next; rows keep their numbers."""
    values, marks = sorted(sheet.values), sorted(sheet.marks)
    for top, end in pairwise(tops):
        of_values, of_marks = (
            places[bisect_left(places, (top, 0)) : bisect_left(places, (end, 0))]
            for places in (values, marks)
        )
        yield replace(
            sheet,
            values={place: sheet.values[place] for place in of_values},
            marks={place: sheet.marks[place] for place in of_marks},
        )


def _grid(sheet: Sheet, top: int) -> FilledGrid | None:
    words = words_of(sheet)
    start, columns = next(_table_headers(words), (None, {}))
    if start is None:
        return None
    above = {row: line for row, line in words.items() if row < start}
    funds_header, funds = next(_headers(above, FUNDS, {"executed"}, 3), (None, {}))
    head = _labelled({row: line for row, line in words.items() if row != start}, HEAD)
    fund_rows = _fund_rows(above, funds_header, funds, end=_funds_end(above, start))
    total = total_row(words, range(start + 1, sheet.height))
    span = range(start + 1, sheet.height if total is None else total)
    rows, sums = find_rows(sheet, words, span, columns)
    return FilledGrid(
        sheet,
        head,
        funds_header,
        funds,
        fund_rows,
        next((row for row, label in fund_rows if label.endswith(_FUND_TOTALS)), None),
        _goal(sheet, above),
        columns,
        rows,
        sums,
        total,
        top,
    )


def _table_headers(words: Words) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield the rows that head a table of indicators."""
    for row, columns in _headers(words, COLUMNS, {"name"}, 4):
        if "actual" in columns or ("score" in columns and len(columns) > 4):
            yield row, columns


def _headers(
    words: Words, labels: Mapping[str, tuple[str, ...]], needed: set[str], least: int
) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield the rows that carry the needed labels and at least so many, with their columns."""
    for row, line in sorted(words.items()):
        found: dict[str, int] = {}
        for column, word in line.items():
            if name := _named(word, labels):
                found.setdefault(name, column)
        if needed <= set(found) and len(found) >= least:
            yield row, found


def _named(word: str, labels: Mapping[str, tuple[str, ...]]) -> str:
    """Return the field a label heads; empty when it heads none."""
    name = next((name for name, spellings in labels.items() if word in spellings), "")
    return "note" if not name and "note" in labels and _REASON in word else name


def _labelled(words: Words, labels: Mapping[str, tuple[str, ...]]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for row, line in words.items():
        for column, word in line.items():
            if name := _named(word, labels):
                found.setdefault(name, (row, column))
    return found


def _goal(sheet: Sheet, words: Words) -> dict[str, Place]:
    """Labels side by side head the text below them; a label alone has its text on the right."""
    found = _labelled(words, GOAL)
    side_by_side = len({row for row, _ in found.values()}) == 1 and len(found) > 1
    return {
        name: (place[0] + 1, place[1]) if side_by_side else right_of(sheet, place)
        for name, place in found.items()
    }


def _funds_end(words: Words, start: int) -> int:
    goals = {*GOAL["expected"], *GOAL["result"]}
    ends = (
        row
        for row, line in words.items()
        if any("总体目标" in word or word in goals for word in line.values())
    )
    return min(ends, default=start)


def _fund_rows(
    words: Words, header: int | None, funds: Mapping[str, int], *, end: int
) -> tuple[tuple[int, str], ...]:
    if header is None:
        return ()
    first = min(funds.values())
    labels = {
        row: [word for column, word in line.items() if column < first]
        for row, line in words.items()
        if header < row < end
    }
    return tuple((row, found[-1]) for row, found in labels.items() if found)
