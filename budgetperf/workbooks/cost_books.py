"""A cost panel, a baseline, one unit's own sheet and a claim's movement as .xlsx, from the tables of their papers.

Amounts stand as numbers in 万元, figures as numbers; the scatter is a chart of Excel's own. Nothing
is computed here.
"""

from collections.abc import Iterable
from decimal import Decimal

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.baseline_view import CLAIMED, BaselineView
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from budgetperf.reports.cost_tables import (
    CostTable,
    Value,
    admitted_table,
    baselines_table,
    card_table,
    claimed_table,
    diagnoses_table,
    drivers_table,
    factors_table,
    findings_table,
    found_rows_table,
    left_out_table,
    methods_table,
    movement_table,
    own_tables,
    panel_table,
    peers_table,
    shown_baselines,
    standings_table,
    told_table,
)
from budgetperf.reports.models import Footer, write_day
from budgetperf.workbooks.styles import (
    Styles,
    make_styles,
    merge_text,
    new_book,
    print_landscape,
    write_number,
)

NOTE_POINTS, HEAD_POINTS, LINE_POINTS = 30, 30, 15
CHART, DATA = "散点图", 12
"""Sheet of the chart; the column its figures begin in."""

CostPage = BaselinePage | DmuBaselinePage | CostPanelPage | MovementPage


def cost_book(page: CostPage) -> bytes:
    """Return a page of costing as .xlsx; the same page gives the same bytes."""
    match page:
        case BaselinePage():
            return _book(page.view.title, _baseline(page.view), page.footer, chart=page.view)
        case DmuBaselinePage():
            tables = (*own_tables(page.view, page.sheet), card_table(page.view))
            return _book(f"{page.sheet.name}{page.view.title}", tables, page.footer)
        case CostPanelPage():
            panel = page.panel
            tables = (panel_table(panel, page.based), drivers_table(panel), findings_table(page.findings))
            return _book(f"成本面板{panel.spec.service}", tables, page.footer)
        case MovementPage():
            view = page.view
            tables = (movement_table(view), claimed_table(view), admitted_table(view))
            return _book(f"特殊因素影响测算{view.label}", tables, page.footer)


def _baseline(view: BaselineView) -> Iterable[CostTable]:
    yield baselines_table(view, view.baselines or shown_baselines(view))
    if view.standings:
        yield standings_table(view)
    if view.factors:
        yield factors_table(view, view.factors)
    yield methods_table(view)
    yield peers_table(view, shown_baselines(view))
    yield left_out_table(view)
    yield diagnoses_table(view)
    if any(one.units for one in view.diagnoses):
        yield found_rows_table(view)
    yield told_table(view)
    yield card_table(view)


def _book(
    title: str, tables: Iterable[CostTable], footer: Footer, *, chart: BaselineView | None = None
) -> bytes:
    stream, book = new_book(title)
    styles = make_styles(book)
    for table in tables:
        _sheet(book, styles, table, footer)
    if chart is not None and chart.scatter.points:
        _scatter(book, styles, chart)
    book.close()
    return stream.getvalue()


def _sheet(book: xlsxwriter.Workbook, styles: Styles, table: CostTable, footer: Footer) -> None:
    sheet = book.add_worksheet(table.title)
    last = len(table.heads) - 1
    merge_text(sheet, (0, 0), (0, last), table.note, styles.note)
    sheet.set_row(0, NOTE_POINTS if table.note else LINE_POINTS)
    sheet.set_row(1, HEAD_POINTS)
    for column, head in enumerate(table.heads):
        sheet.set_column(column, column, head.width)
        sheet.write_string(1, column, head.title, styles.label)
    for number, row in enumerate(table.rows, 2):
        for column, value in enumerate(row):
            _write(sheet, styles, (number, column), value)
    end = 2 + len(table.rows)
    text = f"依据：{footer.edition}    数据截至：{write_day(footer.as_of)}    摘要：{footer.digest}"
    merge_text(sheet, (end, 0), (end, last), text, styles.note)
    sheet.set_row(end, NOTE_POINTS)
    sheet.freeze_panes(2, 2 if last > 3 else 0)
    print_landscape(sheet, repeat_to=1)


def _write(sheet: Worksheet, styles: Styles, place: tuple[int, int], value: Value) -> None:
    match value:
        case None:
            sheet.write_blank(*place, None, styles.text)
        case Money():
            write_number(sheet, place, value.in_unit(MoneyUnit.WAN), styles.money)
        case str():
            sheet.write_string(*place, value, styles.text)
        case _:
            write_number(sheet, place, Decimal(value), styles.number)


def _scatter(book: xlsxwriter.Workbook, styles: Styles, view: BaselineView) -> None:
    """Add Excel's own scatter chart, its figures beside it."""
    sheet = book.add_worksheet(CHART)
    scatter, chart = view.scatter, book.add_chart({"type": "scatter"})
    driver = f"{scatter.driver.label}（{scatter.driver.uom}）"
    cost = f"成本（万元，{scatter.prices}）"
    heads = ["单元编码", "年度", driver, cost]
    points = sorted(scatter.points, key=lambda one: (bool(one.why), bool(one.claimed)))
    rows: list[tuple[Value, ...]] = [(one.dmu, one.year, one.x, one.cost) for one in points]
    _columns(sheet, styles, DATA, heads, rows)
    n_fitted = sum(not one.why for one in points)
    n_whole = sum(not (one.why or one.claimed) for one in points)
    for name, first, last, mark in (
        ("各单元各年", 0, n_whole, "circle"),
        (CLAIMED, n_whole, n_fitted, "triangle"),
        ("未参加测算", n_fitted, len(points), "x"),
    ):
        if last > first:
            places = [[CHART, 1 + first, column, last, column] for column in (DATA + 2, DATA + 3)]
            marker = {"type": mark, "size": 5}
            chart.add_series({"name": name, "categories": places[0], "values": places[1], "marker": marker})
    at = DATA + 5
    for curve in scatter.drawn:
        _columns(
            sheet, styles, at, [driver, f"{curve.label}（万元）"], [(one.x, one.cost) for one in curve.points]
        )
        places = [[CHART, 1, column, len(curve.points), column] for column in (at, at + 1)]
        line = {"width": 2}
        chart.add_series(
            {"name": scatter.line(curve), "categories": places[0], "values": places[1], "marker": {"type": "none"},
             "line": line}
        )  # fmt: skip
        at += 3
    chart.set_x_axis({"name": driver, "major_gridlines": {"visible": True}})
    chart.set_y_axis({"name": cost})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": 520})
    sheet.insert_chart(1, 0, chart)


def _columns(
    sheet: Worksheet, styles: Styles, first: int, heads: list[str], rows: list[tuple[Value, ...]]
) -> None:
    sheet.set_column(first, first + len(heads) - 1, 14)
    for column, head in enumerate(heads, first):
        sheet.write_string(0, column, head, styles.label)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, first):
            _write(sheet, styles, (number, column), value)
