"""An uploaded workbook of tables into its form, with findings at sheet and cell.

Sheets and columns are known by their labels, so a renamed sheet, moved columns, a title more or less and
sheets of one's own do no harm. What a cell says is read by ``values``; what is right is the business of the
checks of the stage, whose findings ``Intake.locate`` gives their cells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import FieldMeta, Form, fields, read
from budgetperf.money import MoneyUnit
from budgetperf.provenance import Json
from budgetperf.workbooks.cells import TABLES, CellValue, Mark, Place, Sheet, address, read_sheets
from budgetperf.workbooks.goal_sheet import META_SHEET, kind_of, plain_label
from budgetperf.workbooks.intake import Intake
from budgetperf.workbooks.package import open_package
from budgetperf.workbooks.table_form import CODES, TEXT_NUMBERS, VERSION, Locked, Part, TableBook, row_form
from budgetperf.workbooks.values import Reading, normal, read_cell, read_number, spelled

F = TypeVar("F", bound=Form)
_LOOKED_AT = 30
"""Rows from the top in which the labels are looked for."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A sheet with the row of its labels, where the columns of the form stand, and every label there is."""

    sheet: Sheet
    header: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    heads: Mapping[str, int] = field(default_factory=dict)


def read_tables(content: bytes, book: TableBook, form: type[F]) -> Intake[F]:
    """Read an uploaded workbook of ``form`` as it was handed out by ``book``.

    Raises
    ------
    Invalid
        When the file itself is refused: see ``package.open_package`` and ``cells.read_sheets``.
    """
    package = open_package(content)
    sheets = read_sheets(package, TABLES)
    meta = next((sheet for sheet in sheets if sheet.name == META_SHEET), None)
    shown = [sheet for sheet in sheets if sheet.name not in {META_SHEET, CODES}]
    reader = _Reader(shown[0] if shown else Sheet("", {}))
    reader.findings += _told_of_template(meta, book, reader.first.name)
    document = reader.document(book, shown)
    found, wrong = read(form, document)
    version = spelled(meta.value((1, 1))) if meta else ""
    intake: Intake[F] = Intake(None, (), version, package.digest, reader.places)
    told = tuple(one for one in intake.locate(wrong) if not reader.is_told(one.where.pointer))
    findings = (*reader.findings, *told)
    sound = all(finding.severity is not Severity.ERROR for finding in findings)
    return replace(intake, form=found if sound else None, findings=findings)


def _told_of_template(meta: Sheet | None, book: TableBook, sheet: str) -> Iterator[Finding]:
    """Tell of a workbook that was made for something else, or of another version."""
    where = Where(sheet=sheet, cell="A1")
    if meta is None:
        text = "文件里没有模板标记；已按栏目名称读取，请核对后提交，下次请使用系统下发的模板"
        yield Finding("workbook.template_version", Severity.WARNING, where, text)
        return
    template, version, about = (spelled(meta.value((row, 1))) for row in range(3))
    if template != book.form.__name__:
        text = f"这不是“{book.title}”的模板，请下载本页的模板填报"
        yield Finding("workbook.template", Severity.ERROR, where, text)
    elif book.about and about != book.about:
        text = f"这份表是为“{about}”下发的，不能用于“{book.about}”，请下载本页的模板填报"
        yield Finding("workbook.template_about", Severity.ERROR, where, text)
    elif version != VERSION:
        text = f"模板版本为“{version}”，现行版本为{VERSION}；已按栏目名称读取，请核对后提交，下次请使用新模板"
        yield Finding("workbook.template_version", Severity.WARNING, where, text)


def _best(sheets: list[Sheet], meta: FieldMeta, form: type[Form]) -> _Found | None:
    """Return the sheet of a table: the one of its name, else the one whose labels fit best."""
    found = [one for sheet in sheets if (one := _labels(sheet, form)) is not None]
    least = (len(fields(form)) + 1) // 2
    named = next((one for one in found if plain_label(one.sheet.name) == plain_label(meta.label)), None)
    fitting = (one for one in found if len(one.columns) >= least)
    return named or max(fitting, key=lambda one: len(one.columns), default=None)


def _labels(sheet: Sheet, form: type[Form]) -> _Found | None:
    """Return the first of the rows that carry most labels of a row form."""
    names = {plain_label(meta.label): meta.name for meta in fields(form)}
    best, width = _Found(sheet), sheet.width
    for row in range(min(sheet.height, _LOOKED_AT)):
        heads: dict[str, int] = {}
        for column in range(width):
            heads.setdefault(plain_label(sheet.values.get((row, column))), column)
        columns = {names[label]: column for label, column in heads.items() if label in names}
        if len(columns) > len(best.columns):
            best = _Found(sheet, row, columns, heads)
    return best if best.columns else None


@dataclass(slots=True)
class _Reader:
    """Collects document, places and findings."""

    first: Sheet
    places: dict[str, Where] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def is_told(self, pointer: str) -> bool:
        """Tell whether a pointer, or its field in all rows, was already reported."""
        parts = pointer.split("/")
        return pointer in self.broken or (len(parts) == 4 and f"/{parts[1]}/*/{parts[3]}" in self.broken)

    def document(self, book: TableBook, sheets: list[Sheet]) -> dict[str, Json]:
        """Return what the sheets say; a table whose sheet is missing is told, and left out."""
        self.places[""] = Where(sheet=self.first.name, cell="A1")
        left, document = list(sheets), dict[str, Json]()
        for meta, _, part in book.tables():
            table = _best(left, meta, row_form(meta))
            if table is not None:
                left.remove(table.sheet)
                document[meta.name] = self._rows(meta, table, part)
                continue
            self.places[f"/{meta.name}"] = self.places[""]
            severity = Severity.ERROR if meta.required else Severity.WARNING
            names = "、".join(sheet.name for sheet in sheets)
            text = f"没有找到工作表“{meta.label}”（现有：{names}），请恢复模板的工作表和栏目名称"
            self._tell(f"/{meta.name}", Reading(None, "workbook.missing_sheet", severity, text), self.first)
        return document

    def _rows(self, meta: FieldMeta, table: _Found, part: Part) -> list[Json]:
        name, sheet = meta.name, table.sheet
        self.places[f"/{name}"] = _at(sheet, (table.header, min(table.columns.values())))
        self._columns(name, fields(row_form(meta)), table, part)
        rows: list[Json] = []
        given = {key for line in part.rows for key, held in line.items() if isinstance(held, Locked)}
        for row in range(table.header + 1, sheet.height):
            if _is_line(table, row):
                rows.append(self._row(f"/{name}/{len(rows)}", row_form(meta), table, row, given))
                self._always(f"/{name}/{len(rows) - 1}", table, row, part)
        return rows

    def _columns(self, name: str, metas: tuple[FieldMeta, ...], table: _Found, part: Part) -> None:
        """Tell of columns that are gone, stand twice, or are not known."""
        sheet, header = table.sheet, table.header
        known = {plain_label(meta.label) for meta in metas} | {plain_label(one.label) for one in part.shown}
        start = (header, min(table.columns.values()))
        for meta in metas:
            if meta.name not in table.columns:
                severity = Severity.ERROR if meta.required else Severity.WARNING
                rest = "请恢复模板原有的栏目名称" if meta.required else "按未填写读取"
                reading = Reading(
                    None, "workbook.missing_label", severity, f"没有找到“{meta.label}”列，{rest}"
                )
                self._tell(f"/{name}/*/{meta.name}", reading, sheet, start)
        for column in range(sheet.width):
            place, text = (header, column), plain_label(sheet.values.get((header, column)))
            if not text or column in table.columns.values():
                continue
            if text not in known:
                note = f"“{text}”不是模板的栏目，未读取"
                self._tell("", Reading(None, "workbook.unknown_column", Severity.WARNING, note), sheet, place)
            elif text in {plain_label(meta.label) for meta in metas}:
                note = f"“{text}”列重复，请只保留一列"
                self._tell("", Reading(None, "workbook.column_twice", Severity.ERROR, note), sheet, place)

    def _row(
        self, pointer: str, form: type[Form], table: _Found, row: int, given: set[str]
    ) -> dict[str, Json]:
        """Read a row; only what was given beforehand may be merged over rows."""
        start = (row, min(table.columns.values()))
        self.places[pointer] = _at(table.sheet, start)
        values: dict[str, Json] = {}
        anchors: set[Place] = set()
        for meta in fields(form):
            if meta.name not in table.columns:
                continue
            place, at = (row, table.columns[meta.name]), f"{pointer}/{meta.name}"
            self.places[at] = _at(table.sheet, place)
            anchor = table.sheet.anchor(place)
            if anchor in anchors or (anchor[0] < row and meta.name not in given):
                text = (
                    "单元格横向合并，分不清属于哪一栏，请取消合并后分别填写"
                    if anchor in anchors
                    else f"单元格上下合并，分不清第{row + 1}行填的是什么，请取消合并后逐行填写"
                )
                self._tell(at, Reading(None, "workbook.merged", Severity.ERROR, text), table.sheet, place)
                continue
            anchors.add(anchor)
            reading = _read(meta, table.sheet.value(place), table.sheet.mark(place))
            self._tell(at, reading, table.sheet, place)
            if reading.value is not None:
                values[meta.name] = reading.value
        return values

    def _always(self, pointer: str, table: _Found, row: int, part: Part) -> None:
        """Refuse a row that says it is of something else than this workbook is about."""
        for shown in part.shown:
            column = table.heads.get(plain_label(shown.label))
            said = spelled(table.sheet.value((row, column))) if shown.always and column is not None else ""
            if said and column is not None and normal(said) != normal(shown.always):
                text = f"本表“{shown.label}”应为“{shown.always}”，此行写的是“{said}”，请删除或换用该{shown.label}的表"
                reading = Reading(None, "workbook.other_table", Severity.ERROR, text)
                self._tell(pointer, reading, table.sheet, (row, column))

    def _tell(self, pointer: str, reading: Reading, sheet: Sheet, place: Place = (0, 0)) -> None:
        if reading.code:
            if reading.severity is Severity.ERROR:
                self.broken.add(pointer)
            where = replace(_at(sheet, place), pointer=pointer)
            self.findings.append(Finding(reading.code, reading.severity, where, reading.message))


def _is_line(table: _Found, row: int) -> bool:
    """Tell whether a row holds a line of its own: not blank, not the labels again, not only merged from above."""
    sheet, places = table.sheet, [(row, column) for column in table.columns.values()]
    if all(sheet.value(place) == sheet.value((table.header, place[1])) for place in places):
        return False
    return any(sheet.filled(place) and sheet.anchor(place)[0] == row for place in places)


def _read(meta: FieldMeta, value: CellValue, mark: Mark | None) -> Reading:
    """Read a cell by its field; a number typed in full-width digits, with commas or a percent sign is one."""
    kind = kind_of(meta.annotation)
    reading = read_cell(kind, value, mark, MoneyUnit.YUAN)
    if kind is not str or reading.code or not isinstance(reading.value, str):
        return reading
    if isinstance(value, float) and mark is Mark.PERCENT:
        return read_number(value, mark)
    text = normal(reading.value)
    if meta.name in TEXT_NUMBERS:
        number = read_number(text.removesuffix("%"), None)
        if number.code:
            return replace(reading, value=text)
        if text.endswith("%"):
            note = f"“{reading.value}”按 {number.value} 读取"
            return Reading(number.value, "workbook.percent_cell", Severity.NOTE, note)
        return number
    return replace(reading, value=text) if text.isascii() else reading


def _at(sheet: Sheet, place: Place) -> Where:
    return Where(sheet=sheet.name, cell=address(sheet.anchor(place)))
