"""Writing the workbook of a cost panel: blank with a sample of drivers, or from a panel that is kept."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from budgetperf.costing.panel import CostPanel
from budgetperf.money import MoneyUnit
from budgetperf.workbooks.cost_panel import (
    CODE,
    CONDITION,
    COST,
    LEVEL,
    NAME,
    REGION,
    TREATMENT,
    YEAR,
    driver_of,
    heading_of,
)
from budgetperf.workbooks.panel_book import (
    DRIVER_NOTE,
    GUIDE,
    NOTES,
    PANEL,
    PROJECT,
    UNIT_DRIVER_NOTE,
    UNIT_NOTES,
    UNITS,
    PanelUnit,
)
from budgetperf.workbooks.styles import Styles, make_styles, new_book, print_landscape, write_number

SAMPLE = (
    driver_of("清扫保洁面积", "万平方米"),
    driver_of("垃圾清运量", "吨"),
    driver_of(f"机械化作业率{LEVEL}", "比例"),
    driver_of(f"平均坡度{LEVEL}{CONDITION}", "度"),
)
"""Drivers of the blank workbook, to be replaced by those of the service."""

_ROWS, _WIDE, _NARROW = 200, 22, 14


def write_panel_book(panel: CostPanel | None = None, units: Sequence[PanelUnit] = ()) -> bytes:
    """Return the workbook to be filled, blank or with a panel that is kept; the same panel gives the same bytes."""
    drivers = panel.spec.drivers if panel else SAMPLE
    stream, book = new_book(f"{PANEL}{panel.spec.code if panel else ''}")
    styles = make_styles(book)
    sheet, mapped, guide = (book.add_worksheet(name) for name in (PANEL, UNITS, GUIDE))
    cost = f"{COST}（{MoneyUnit.WAN.label}）"
    names = (CODE, NAME, YEAR, REGION, TREATMENT, cost, *map(heading_of, drivers))
    notes = (*(NOTES[name.partition("（")[0]] for name in names[:6]), *(DRIVER_NOTE for _ in drivers))
    _head(sheet, styles, names, notes)
    for at, row in enumerate(panel.rows if panel else (), 1):
        texts = (row.dmu, row.name, None, row.group, row.treatment)
        numbers = {2: Decimal(row.year), 5: row.cost.in_unit(MoneyUnit.WAN)}
        numbers |= {6 + n: row.drivers[driver.code] for n, driver in enumerate(drivers)}
        _line(sheet, styles, at, texts, numbers)
    _head(
        mapped,
        styles,
        (PROJECT, CODE, *map(heading_of, drivers)),
        (*UNIT_NOTES.values(), *(UNIT_DRIVER_NOTE for _ in drivers)),
    )
    for at, unit in enumerate(units, 1):
        numbers = {2 + n: unit.drivers[driver.code] for n, driver in enumerate(drivers)}
        _line(mapped, styles, at, (unit.project, unit.dmu), numbers)
    guide.set_column(0, 1, _WIDE)
    guide.set_column(2, 2, 90)
    told = [(PANEL, name, note) for name, note in zip(names, notes, strict=True)]
    told += [(UNITS, name, note) for name, note in UNIT_NOTES.items()]
    told += [(UNITS, "各动因列", UNIT_DRIVER_NOTE)]
    for at, line in enumerate([("工作表", "列", "怎么填"), *told]):
        for column, text in enumerate(line):
            guide.write_string(at, column, text, styles.text if at else styles.label)
    book.close()
    return stream.getvalue()


def _head(sheet: Worksheet, styles: Styles, names: Sequence[str], notes: Sequence[str]) -> None:
    for column, (name, note) in enumerate(zip(names, notes, strict=True)):
        sheet.set_column(column, column, _WIDE if len(name) > 6 else _NARROW)
        sheet.write_string(0, column, name, styles.label)
        sheet.write_comment(0, column, note, {"x_scale": 2})
    sheet.freeze_panes(1, 0)
    print_landscape(sheet, repeat_to=0)
    for row in range(1, _ROWS + 1):
        for column in range(len(names)):
            number = names[column] == YEAR or "（" in names[column]
            sheet.write_blank(row, column, None, styles.open_number if number else styles.open_text)


def _line(
    sheet: Worksheet, styles: Styles, at: int, texts: Sequence[str | None], numbers: Mapping[int, Decimal]
) -> None:
    for column, text in enumerate(texts):
        if text is not None:
            sheet.write_string(at, column, text, styles.open_text)
    for column, number in numbers.items():
        write_number(sheet, (at, column), number, styles.open_number)
