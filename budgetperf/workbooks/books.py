"""The other outputs as .xlsx: self-evaluation form, evaluation score sheet, limits table.

Built from the page models of ``reports``, so that file, PDF and screen show the same numbers.
Amounts stand as numbers in the unit of the page; what Excel cannot hold exactly stands as text.
Nothing is computed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from budgetperf.ledger import RateBase
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import Footer, write_day, write_rate
from budgetperf.reports.notice import LimitsNoticePage
from budgetperf.reports.pages import EvaluationReportPage, FundRow, IndicatorLine, SelfEvaluationPage
from budgetperf.scoring.form_layout import FormLayout, FundColumn, IndicatorColumn
from budgetperf.workbooks.styles import (
    Styles,
    make_styles,
    merge_text,
    new_book,
    print_landscape,
    write_number,
)

TITLE_POINTS = 26
LINE_POINTS = 15
TALLEST_POINTS = 408
"""The tallest row Excel takes is 409 points."""
FROZEN_POINTS = 300
"""What may stay in sight above a table on a small screen."""


def self_evaluation_book(page: SelfEvaluationPage) -> bytes:
    """Return 项目支出绩效自评表 as .xlsx: the national layout, or the one its edition names."""
    if page.layout is not None:
        return _laid_out_book(page, page.layout)
    stream, book = new_book("项目支出绩效自评表")
    sheet = _Sheet.begin(book, "绩效自评表", "项目支出绩效自评表", (10, 16, 26, 16, 16, 10, 10, 40))
    head = page.head
    sheet.pairs((("项目名称", head.project), ("主管部门", head.department)))
    sheet.pairs((("实施单位", head.agency), ("年度", str(head.year))))
    _write_funds(sheet, page)
    sheet.wide("预期目标", page.goal_expected)
    sheet.wide("实际完成情况", page.goal_actual)
    _write_indicators(sheet, page)
    sheet.wide("存在问题", page.problems)
    sheet.wide("改进措施", page.measures)
    sheet.wide("签字", "    ".join(f"{s.role}：{s.name}" for s in page.signatures))
    sheet.foot(page.footer, f"填报日期：{write_day(page.filed_on)}")
    book.close()
    return stream.getvalue()


def _write_funds(sheet: "_Sheet", page: SelfEvaluationPage) -> None:
    """Write the block of money: the year's total with its score, then its parts."""
    budget = ("年初预算数", "全年预算数（A）", "全年执行数（B）")
    sheet.labels(("项目资金", f"（{page.unit.label}）", *budget, "分值", "执行率", "得分"))
    total, funds = page.funds.total, page.funds
    scored = (_number(funds.weight), _rate(total), _number(funds.score))
    sheet.line(("年度资金总额", "", *_amounts(total), *scored), page.unit)
    for part in funds.rows:
        sheet.line(("其中", part.label, *_amounts(part.row), "", _rate(part.row), ""), page.unit)


def _write_indicators(sheet: "_Sheet", page: SelfEvaluationPage) -> None:
    """Write the indicators with their points and reasons, and the total below them."""
    levels = ("一级指标", "二级指标", "三级指标")
    sheet.labels((*levels, "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"))
    sheet.freeze(repeat_from=sheet.row - 1)
    for line in page.indicators:
        names = (*line.level_labels, line.name, line.target, line.actual)
        reason = _reason(line.reason, applicable=line.applicable)
        sheet.line((*names, _number(line.weight), _number(line.score), reason), page.unit)
    sheet.line(("总分", "", "", "", "", "", _number(page.total), _grade(page)), page.unit)


def _laid_out_book(page: SelfEvaluationPage, layout: FormLayout) -> bytes:
    """Return a self-evaluation form in a layout of its own: columns, fund rows and texts as it names them."""
    stream, book = new_book(layout.title)
    wide: tuple[IndicatorColumn, ...] = ("level3", "method", "reason")
    widths = [36 if column in wide else 14 for column in layout.columns]
    widths += [14] * (1 + len(layout.fund_columns) - len(widths))
    sheet = _Sheet.begin(book, "绩效自评表", layout.title, widths)
    head = page.head
    if layout.number:
        sheet.wide("报表编号", layout.number)
    sheet.pairs((("项目名称", head.project), ("主管部门", head.department)))
    sheet.pairs((("实施单位", head.agency), ("年度", str(head.year))))
    sheet.labels((f"项目资金（{page.unit.label}）", *layout.fund_columns.values()))
    for label, row in (("年度资金总额", page.funds.total), *((p.label, p.row) for p in page.funds.rows)):
        contents = _fund_cells(page, row, total=label == "年度资金总额")
        sheet.line((label, *(contents[column] for column in layout.fund_columns)), page.unit)
    sheet.wide("预期目标", page.goal_expected)
    sheet.wide("实际完成情况", page.goal_actual)
    sheet.labels(tuple(layout.columns.values()))
    for line in page.indicators:
        cells = _indicator_cells(line)
        sheet.line([cells[column] for column in layout.columns], page.unit)
    if layout.scored:
        last: Mapping[IndicatorColumn, str | Decimal] = {
            "level1": "总分",
            "score": _number(page.total),
            "reason": _grade(page),
        }
        sheet.line([last.get(column, "") for column in layout.columns], page.unit)
    for closing in page.closing:
        sheet.wide(closing.label, closing.text)
    sheet.wide("签字", "    ".join(f"{s.role}：{s.name}" for s in page.signatures))
    sheet.foot(page.footer, f"填报日期：{write_day(page.filed_on)}")
    book.close()
    return stream.getvalue()


def _fund_cells(
    page: SelfEvaluationPage, row: FundRow, *, total: bool
) -> Mapping[FundColumn, str | Decimal | Money]:
    return {
        "initial": row.initial,
        "adjusted": row.adjusted,
        "paid": row.paid,
        "weight": _number(page.funds.weight) if total else "",
        "rate": write_rate(row.execution.rate(page.rate_base)),
        "score": _number(page.funds.score) if total else "",
        "method": page.funds.method if total else "",
    }


def _indicator_cells(line: IndicatorLine) -> Mapping[IndicatorColumn, str | Decimal]:
    level1, level2 = line.level_labels
    return {
        "level1": level1,
        "level2": level2,
        "level3": line.name,
        "target": line.target,
        "sign": line.sign,
        "value": line.value,
        "uom": line.uom,
        "actual": line.actual,
        "weight": _number(line.weight),
        "score": _number(line.score),
        "review": _number(line.review),
        "method": line.method,
        "reason": _reason(line.reason, applicable=line.applicable),
    }


def _number(value: Decimal | None) -> str | Decimal:
    return "" if value is None else value


def _grade(page: SelfEvaluationPage) -> str:
    return page.grade.label if page.grade else ""


def evaluation_book(page: EvaluationReportPage) -> bytes:
    """Return the score sheet of a finance evaluation as .xlsx."""
    stream, book = new_book("财政绩效评价评分表")
    sheet = _Sheet.begin(book, "评价评分表", "财政绩效评价评分表", (16, 30, 10, 10, 50))
    head = page.head
    sheet.pairs((("项目名称", head.project), ("主管部门", head.department)))
    sheet.pairs((("评价机构", page.evaluator), ("年度", str(head.year))))
    for base in RateBase:
        sheet.wide("预算执行率", f"{write_rate(page.execution.rate(base))}（支出÷{base.label}）")
    sheet.labels(("一级指标", "评价要点", "分值", "得分", "扣分理由"))
    sheet.freeze(repeat_from=sheet.row - 1)
    for line in page.criteria:
        reason = _reason(line.reason, applicable=line.applicable)
        sheet.line((line.dimension, line.name, line.weight, line.score, reason), page.unit)
    sheet.line(("总分", "", "", page.total, page.grade.label), page.unit)
    sheet.foot(page.footer, f"出具日期：{write_day(page.issued_on)}")
    book.close()
    return stream.getvalue()


def limits_book(page: LimitsNoticePage) -> bytes:
    """Return a department's limits, from request to limit by ground, as .xlsx.

    The columns behind the table are hidden and hold the exact fen of request and limit as text.
    """
    stream, book = new_book("预算控制数表")
    grounds = page.grounds
    width = 5 + len(grounds)
    sheet = _Sheet.begin(
        book, "控制数", f"{page.department}{page.year}预算控制数", (12, 36, *(16,) * (width - 2), 20, 20)
    )
    sheet.sheet.set_column(width, width + 1, 20, None, {"hidden": True})
    sheet.wide("文号", page.document_number)
    sheet.wide("金额单位", page.unit.label)
    steps = tuple(f"核减：{ground.label}" for ground in grounds)
    sheet.labels(("项目编码", "项目名称", "申报数", *steps, "调整", "控制数", "申报数（分）", "控制数（分）"))
    sheet.freeze(columns=2)
    for line in page.lines:
        amounts = (line.request, *(line.cut(ground) for ground in grounds), line.adjusted, line.limit)
        exact = (str(line.request.fen), str(line.limit.fen))
        sheet.line((line.code, line.name, *amounts, *exact), page.unit)
    totals = (page.request, *(page.cut(ground) for ground in grounds), page.adjusted, page.limit)
    sheet.line(("合计", "", *totals, str(page.request.fen), str(page.limit.fen)), page.unit)
    sheet.foot(page.footer, f"下达日期：{write_day(page.issued_on)}")
    _reasons_sheet(book, page)
    book.close()
    return stream.getvalue()


def _reasons_sheet(book: xlsxwriter.Workbook, page: LimitsNoticePage) -> None:
    """Add every step of every line from request to limit, as annex 2 of the paper has it."""
    title = f"{page.department}{page.year}预算控制数形成说明"
    sheet = _Sheet.begin(book, "形成说明", title, (12, 36, 20, 16, 16, 60, 40, 68))
    sheet.wide("金额单位", page.unit.label)
    sheet.labels(("项目编码", "项目名称", "环节", "金额", "核后金额", "理由", "依据", "决策包摘要"))
    sheet.freeze(columns=2)
    for line in page.lines:
        left = line.request
        sheet.line((line.code, line.name, "申报数", left, left, "部门申报", "", ""), page.unit)
        for step in line.steps:
            left += step.change
            reasons = (step.reason, step.rule, step.package)
            sheet.line((line.code, line.name, step.label, step.change, left, *reasons), page.unit)
        sheet.line((line.code, line.name, "控制数", line.limit, left, "下达数", "", ""), page.unit)
    sheet.foot(page.footer, f"下达日期：{write_day(page.issued_on)}")


def _reason(reason: str, *, applicable: bool) -> str:
    return reason if applicable else f"不适用：{reason}"


def _amounts(row: FundRow) -> tuple[Money, Money, Money]:
    return row.initial, row.adjusted, row.paid


def _rate(row: FundRow) -> str:
    return write_rate(row.execution.rate(RateBase.ADJUSTED))


@dataclass(slots=True)
class _Sheet:
    """One sheet written from top to bottom; ``row`` is the next free row, ``points`` the height so far."""

    sheet: Worksheet
    styles: Styles
    widths: Sequence[int]
    row: int = 1
    points: int = TITLE_POINTS

    @classmethod
    def begin(cls, book: xlsxwriter.Workbook, name: str, title: str, widths: Sequence[int]) -> "_Sheet":
        """Add the sheet with its name, title and column widths."""
        sheet = book.add_worksheet(name)
        styles = make_styles(book)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        merge_text(sheet, (0, 0), (0, len(widths) - 1), title, styles.title)
        sheet.set_row(0, TITLE_POINTS)
        print_landscape(sheet, repeat_to=0)
        return cls(sheet, styles, tuple(widths))

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.widths) - 1

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write two labelled texts in one row."""
        half = (self.last + 1) // 2
        lines = 1
        for first, last, (label, text) in zip((0, half), (half - 1, self.last), pairs, strict=True):
            self.sheet.write_string(self.row, first, label, self.styles.label)
            lines = max(lines, self._merge(first + 1, last, text, self.styles.text))
        self._next(lines)

    def wide(self, label: str, text: str) -> None:
        """Write one labelled text over the whole row."""
        self.sheet.write_string(self.row, 0, label, self.styles.label)
        self._next(self._merge(1, self.last, text, self.styles.text))

    def labels(self, names: Sequence[str]) -> None:
        """Write a row of column labels."""
        for column, name in enumerate(names):
            self.sheet.write_string(self.row, column, name, self.styles.label)
        self._next(max(map(_lines, names, self.widths)))

    def freeze(self, *, columns: int = 0, repeat_from: int = 0) -> None:
        """Keep the rows written so far, and the first columns, in sight; print those from ``repeat_from`` on each page.

        Rows too tall for half a small screen are not frozen: nothing below them could be scrolled to.
        """
        if self.points <= FROZEN_POINTS:
            self.sheet.freeze_panes(self.row, columns)
        self.sheet.repeat_rows(repeat_from, self.row - 1)

    def line(self, values: Sequence[str | Decimal | Money], unit: MoneyUnit) -> None:
        """Write a row; money as a number in ``unit``."""
        for column, value in enumerate(values):
            place = (self.row, column)
            if isinstance(value, str):
                self.sheet.write_string(*place, value, self.styles.text)
            elif isinstance(value, Money):
                write_number(self.sheet, place, value.in_unit(unit), self.styles.money)
            else:
                write_number(self.sheet, place, value, self.styles.number)
        self.row += 1
        self.points += LINE_POINTS

    def foot(self, footer: Footer, signed: str) -> None:
        """Write what stands under every paper: date, edition, digest, as-of."""
        text = f"{signed}    依据：{footer.edition}    数据截至：{write_day(footer.as_of)}    摘要：{footer.digest}"
        self._next(self._merge(0, self.last, text, self.styles.note))

    def _merge(self, first: int, last: int, text: str, style: Format) -> int:
        """Write text over columns of this row; return how many lines it takes."""
        merge_text(self.sheet, (self.row, first), (self.row, last), text, style)
        return _lines(text, sum(self.widths[first : last + 1]))

    def _next(self, lines: int) -> None:
        """Give this row its height, which Excel does not find for merged cells, and go to the next."""
        points = min(lines * LINE_POINTS, TALLEST_POINTS)
        self.sheet.set_row(self.row, points)
        self.points += points
        self.row += 1


def _lines(text: str, width: int) -> int:
    """Return how many lines of ``width`` characters a text takes; a Chinese character is two wide."""
    room = max(width - 1, 1)
    sizes = (sum(2 if east_asian_width(c) in "WFA" else 1 for c in line) for line in text.split("\n"))
    return sum(max(-(-size // room), 1) for size in sizes)


def book(page: SelfEvaluationPage | EvaluationReportPage | LimitsNoticePage) -> bytes:
    """Return any output as .xlsx, by its page model."""
    match page:
        case SelfEvaluationPage():
            return self_evaluation_book(page)
        case EvaluationReportPage():
            return evaluation_book(page)
        case LimitsNoticePage():
            return limits_book(page)
