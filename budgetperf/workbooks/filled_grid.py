"""Finds a filled self-evaluation form on a sheet by its labels: head, funds, goal, indicators, total.

It says *where* things stand; what the cells hold is read by ``filled_form``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from budgetperf.workbooks.cells import Place, Sheet
from budgetperf.workbooks.goal_sheet import plain_label

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "level1": ("一级指标",),
    "level2": ("二级指标",),
    "name": ("三级指标", "指标名称"),
    "operator": ("指标性质", "计算符号"),
    "target": ("年度指标值", "指标值", "目标值", "年初指标值", "预期指标值", "年度目标值"),
    "uom": ("度量单位", "计量单位"),
    "actual": ("实际完成值", "全年完成值", "完成值", "全年实际完成值", "实际完成指标值"),
    "weight": ("分值", "权重", "指标分值"),
    "score": ("得分", "自评得分"),
    "note": (
        "偏差原因分析及改进措施", "偏差原因分析与改进措施", "未完成原因和改进措施", "未完成原因及改进措施",
        "未完成原因分析及改进措施", "偏差原因分析", "未完成原因", "备注",
    ),
}  # fmt: skip
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
GOAL: Mapping[str, tuple[str, ...]] = {
    "expected": ("预期目标", "年初设定目标"),
    "result": ("实际完成情况", "目标实际完成情况", "年度总体目标完成情况"),
}
_TOTALS = frozenset({"总分", "合计", "总计", "总得分"})
_FUND_TOTALS = ("总额", "合计", "总计")
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
    total : int or None
        The row of 总分.
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
    total: int | None


def right_of(sheet: Sheet, place: Place) -> Place:
    """Return the first cell right of a label, past the range it is merged over."""
    row, column = place
    while sheet.anchor((row, column + 1)) == place:
        column += 1
    return row, column + 1


def find_filled(sheet: Sheet) -> FilledGrid | None:
    """Return where the form stands; None when the sheet holds none."""
    words = {
        place: plain_label(value) for place, value in sorted(sheet.values.items()) if isinstance(value, str)
    }
    header = _header(words, COLUMNS, {"name", "score"}, 5) or _header(words, COLUMNS, {"name", "actual"}, 4)
    if header is None:
        return None
    start, columns = header
    above = {place: word for place, word in words.items() if place[0] < start}
    funds_header, funds = _header(above, FUNDS, {"executed"}, 3) or (None, {})
    head = _labelled({place: word for place, word in words.items() if place[0] != start}, HEAD)
    fund_rows = _fund_rows(sheet, above, funds_header, funds, end=_funds_end(above, start))
    total = next((row for (row, _), word in words.items() if row > start and word in _TOTALS), None)
    return FilledGrid(
        sheet,
        head,
        funds_header,
        funds,
        fund_rows,
        next((row for row, label in fund_rows if label.endswith(_FUND_TOTALS)), None),
        _goal(sheet, above),
        columns,
        _rows(sheet, words, range(start + 1, total if total is not None else sheet.height), columns),
        total,
    )


def _header(
    words: Mapping[Place, str], labels: Mapping[str, tuple[str, ...]], needed: set[str], least: int
) -> tuple[int, dict[str, int]] | None:
    """Return the first row that carries the needed labels and at least so many, with its columns."""
    by_row: dict[int, dict[str, int]] = {}
    for (row, column), word in words.items():
        name = next((name for name, spellings in labels.items() if word in spellings), None)
        if name:
            by_row.setdefault(row, {}).setdefault(name, column)
    rows = (row for row, found in sorted(by_row.items()) if needed <= set(found) and len(found) >= least)
    return next(((row, by_row[row]) for row in rows), None)


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
    sheet: Sheet,
    words: Mapping[Place, str],
    header: int | None,
    funds: Mapping[str, int],
    *,
    end: int,
) -> tuple[tuple[int, str], ...]:
    if header is None:
        return ()
    first = min(funds.values())
    return tuple(
        {
            row: word
            for (row, column), word in words.items()
            if header < row < end and column < first and sheet.anchor((row, column)) == (row, column)
        }.items()
    )


def _rows(
    sheet: Sheet, words: Mapping[Place, str], span: range, columns: Mapping[str, int]
) -> tuple[int, ...]:
    """Return the rows that hold an indicator, up to the foot of the form; blank ones are left out."""
    first: dict[int, str] = {}
    for place, word in words.items():
        if word and sheet.anchor(place) == place:
            first.setdefault(place[0], word)
    found = []
    for row in sorted({row for row, _ in (*sheet.values, *sheet.marks) if row in span}):
        if first.get(row, "").startswith(_FEET):
            break
        if _is_line(sheet, row, columns):
            found.append(row)
    return tuple(found)


def _is_line(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    filled = {
        name: sheet.anchor((row, column)) for name, column in columns.items() if sheet.filled((row, column))
    }
    own = {name for name, anchor in filled.items() if anchor[0] == row and name not in {"level1", "level2"}}
    across = len(filled) > 1 and len(set(filled.values())) == 1
    return bool(own) and not across
