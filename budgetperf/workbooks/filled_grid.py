"""Finds filled self-evaluation forms on a sheet by their labels: head, funds, goal, indicators, total.

It says *where* things stand; what the cells hold is read by ``filled_form``, which rows of the
table are indicators by ``filled_rows``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from budgetperf.workbooks.cells import Place, Sheet
from budgetperf.workbooks.filled_rows import find_rows, total_row
from budgetperf.workbooks.goal_sheet import plain_label

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
    words = _words(sheet)
    tops = [0, *_later_tops(sheet, words), sheet.height]
    parts = (_part(sheet, range(top, end)) for top, end in pairwise(tops))
    return tuple(
        replace(grid, sheet=sheet, top=top)
        for top, part in zip(tops, parts, strict=False)
        if (grid := _grid(part))
    )


def _words(sheet: Sheet) -> dict[Place, str]:
    return {
        place: plain_label(value) for place, value in sorted(sheet.values.items()) if isinstance(value, str)
    }


def _later_tops(sheet: Sheet, words: Mapping[Place, str]) -> Iterator[int]:
    """Yield the first row of the second form and of each after it.

    A head or a total row between two headers of the table tells them apart; without either the
    second is the first one printed again on the next page.
    """
    for row, following in pairwise([row for row, _ in _table_headers(words)]):
        between = {place: word for place, word in words.items() if row < place[0] < following}
        head = min((place[0] for place in _labelled(between, HEAD_ONLY).values()), default=following)
        total = total_row(sheet, range(row + 1, head))
        if total is None and head == following:
            continue
        after = row if total is None else total
        titles = (at for (at, _), word in between.items() if after < at < head and word.endswith("表"))
        yield next(titles, head if total is None or head < following else total + 1)


def _part(sheet: Sheet, rows: range) -> Sheet:
    return replace(
        sheet,
        values={place: value for place, value in sheet.values.items() if place[0] in rows},
        marks={place: mark for place, mark in sheet.marks.items() if place[0] in rows},
    )


def _grid(sheet: Sheet) -> FilledGrid | None:
    words = _words(sheet)
    start, columns = next(_table_headers(words), (None, {}))
    if start is None:
        return None
    above = {place: word for place, word in words.items() if place[0] < start}
    funds_header, funds = next(_headers(above, FUNDS, {"executed"}, 3), (None, {}))
    head = _labelled({place: word for place, word in words.items() if place[0] != start}, HEAD)
    fund_rows = _fund_rows(sheet, funds_header, funds, end=_funds_end(above, start))
    total = total_row(sheet, range(start + 1, sheet.height))
    rows, sums = find_rows(sheet, range(start + 1, sheet.height if total is None else total), columns)
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
    )


def _table_headers(words: Mapping[Place, str]) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield the rows that head a table of indicators."""
    for row, columns in _headers(words, COLUMNS, {"name"}, 4):
        if "actual" in columns or ("score" in columns and len(columns) > 4):
            yield row, columns


def _headers(
    words: Mapping[Place, str], labels: Mapping[str, tuple[str, ...]], needed: set[str], least: int
) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield the rows that carry the needed labels and at least so many, with their columns."""
    by_row: dict[int, dict[str, int]] = {}
    for (row, column), word in words.items():
        name = next((name for name, spellings in labels.items() if word in spellings), None)
        if name is None and _REASON in word and labels is COLUMNS:
            name = "note"
        if name:
            by_row.setdefault(row, {}).setdefault(name, column)
    yield from (
        (row, found) for row, found in sorted(by_row.items()) if needed <= set(found) and len(found) >= least
    )


def _labelled(words: Mapping[Place, str], labels: Mapping[str, tuple[str, ...]]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for place, word in words.items():
        name = next((name for name, spellings in labels.items() if word in spellings), None)
        if name:
            found.setdefault(name, place)
    return found


def _goal(sheet: Sheet, words: Mapping[Place, str]) -> dict[str, Place]:
    """Labels side by side head the text below them; a label alone has its text on the right."""
    found = _labelled(words, GOAL)
    side_by_side = len({row for row, _ in found.values()}) == 1 and len(found) > 1
    return {
        name: (place[0] + 1, place[1]) if side_by_side else right_of(sheet, place)
        for name, place in found.items()
    }


def _funds_end(words: Mapping[Place, str], start: int) -> int:
    ends = [
        row
        for (row, _), word in words.items()
        if "总体目标" in word or word in {*GOAL["expected"], *GOAL["result"]}
    ]
    return min(ends, default=start)


def _fund_rows(
    sheet: Sheet, header: int | None, funds: Mapping[str, int], *, end: int
) -> tuple[tuple[int, str], ...]:
    if header is None:
        return ()
    first = min(funds.values())
    found = []
    for row in range(header + 1, end):
        own = [sheet.value((row, column)) for column in range(first) if sheet.anchor((row, column))[0] == row]
        labels = [plain_label(value) for value in own if isinstance(value, str)]
        if labels:
            found.append((row, labels[-1]))
    return tuple(found)
