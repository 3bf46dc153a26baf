"""The ranking table of a campaign as .xlsx, a sheet for each company of units ranked together, as the page has it."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

import xlsxwriter

from budgetperf.reports.assessment_pages import AssessmentRankingPage, RankingTable, ResultLine
from budgetperf.reports.models import write_day
from budgetperf.workbooks.styles import (
    Styles,
    make_styles,
    merge_text,
    new_book,
    print_landscape,
    write_number,
)

Value: TypeAlias = str | Decimal | int | None
_BEFORE = (("名次", 8), ("编码", 12), ("名称", 26), ("分组", 18))
_AFTER = (("加分", 9), ("扣分", 9), ("总分", 10), ("等次", 12), ("结果运用", 36), ("说明", 50))
_PART = 12
_SHEET_NAME = 31  # Excel's limit
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def ranking_workbook(page: AssessmentRankingPage) -> bytes:
    """Return the ranking table as .xlsx; the same page gives the same bytes."""
    stream, book = new_book(f"{page.campaign}考评结果排名表")
    styles = make_styles(book)
    taken: set[str] = set()
    for number, table in enumerate(page.tables, 1):
        name = _NOT_IN_NAMES.sub("", f"{table.company}")[:_SHEET_NAME] or str(number)
        name = name if name.lower() not in taken else f"{name[: _SHEET_NAME - 4]}{number}"
        taken.add(name.lower())
        _sheet(book, styles, page, table, name)
    book.close()
    return stream.getvalue()


def _sheet(
    book: xlsxwriter.Workbook, styles: Styles, page: AssessmentRankingPage, table: RankingTable, name: str
) -> None:
    sheet = book.add_worksheet(name)
    heads = (*_BEFORE, *((label, _PART) for label in table.parts), *_AFTER)
    last = len(heads) - 1
    merge_text(sheet, (0, 0), (0, last), f"{page.campaign}考评结果排名表", styles.title)
    told = f"{table.track}　{table.company}（{page.state}）　{page.note}"
    merge_text(sheet, (1, 0), (1, last), told, styles.note)
    for column, (label, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, label, styles.label)
    for row, line in enumerate(table.lines, 3):
        for column, value in enumerate(_values(line)):
            if isinstance(value, Decimal | int):
                write_number(sheet, (row, column), Decimal(value), styles.number)
            else:
                sheet.write_string(row, column, value or "", styles.text)
    foot, end = page.footer, 3 + len(table.lines)
    text = f"依据：{foot.edition}    数据截至：{write_day(foot.as_of)}    决策包摘要：{foot.digest}"
    merge_text(sheet, (end, 0), (end, last), text, styles.note)
    sheet.freeze_panes(3, 3)
    print_landscape(sheet, repeat_to=2)


def _values(line: ResultLine) -> Sequence[Value]:
    return (
        line.rank,
        line.code,
        line.name,
        line.group,
        *("不适用" if part.points is None else part.points for part in line.parts),
        line.bonus,
        line.penalty,
        line.total,
        line.grade,
        "；".join(line.consequences),
        "；".join(line.reasons),
    )
