"""An uploaded goal workbook into a ``GoalForm``, with findings at sheet and cell.

The order: refuse what is no workbook (``package``), read cells and marks (``cells``), find the
labels (``goal_grid``), read each cell by its field (``values``), validate as any other channel
does (``forms.read``). It stores nothing and knows no business rule beyond what a
cell means; the checks of the stage run on the form, and ``Intake.locate`` gives their findings
back their cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import FieldMeta, Form, read
from budgetperf.indicators import Level1, Level2
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.money import MoneyUnit
from budgetperf.provenance import Json
from budgetperf.workbooks.cells import CellValue, Place, Sheet, address, read_sheets
from budgetperf.workbooks.goal_grid import GoalGrid, Table, find_goals
from budgetperf.workbooks.goal_sheet import (
    BLOCKS,
    HEAD,
    LEVEL1,
    META_SHEET,
    SHEET,
    TEMPLATE_VERSION,
    Block,
    kind_of,
)
from budgetperf.workbooks.package import open_package
from budgetperf.workbooks.values import Reading, normal, read_cell, read_term, spelled, split_cell

F_co = TypeVar("F_co", bound=Form, covariant=True)


@dataclass(frozen=True, slots=True)
class Intake(Generic[F_co]):
    """What an uploaded workbook says.

    Parameters
    ----------
    form : Form or None
        None as soon as one finding is an error: half a form is no form.
    findings : tuple of Finding
        In the order of the sheet's fields, each at its sheet and cell.
    template_version : str
        Version of the template it was filled in; empty when its hidden mark is gone.
    source_digest : str
        SHA-256, in hex, of the uploaded bytes.
    places : mapping of str to Where
        JSON pointer of the form document to its cell.
    """

    form: F_co | None
    findings: tuple[Finding, ...]
    template_version: str
    source_digest: str
    places: Mapping[str, Where]

    def locate(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Give findings that carry a JSON pointer their sheet and cell as well."""
        return tuple(f if f.where.cell else replace(f, where=self._where(f.where.pointer)) for f in findings)

    def _where(self, pointer: str) -> Where:
        known = pointer
        while known and known not in self.places:
            known = known.rpartition("/")[0]
        return replace(self.places.get(known, Where()), pointer=pointer)


def read_goals(content: bytes) -> Intake[GoalForm]:
    """Read an uploaded 绩效目标申报表.

    Raises
    ------
    Invalid
        When the file itself is refused: see ``package.open_package`` and ``cells.read_sheets``.
        Whatever is wrong *in* the form is a finding.
    """
    package = open_package(content)
    sheets = read_sheets(package)
    version = next((spelled(sheet.value((1, 1))) for sheet in sheets if sheet.name == META_SHEET), "")
    shown = tuple(sheet for sheet in sheets if sheet.name != META_SHEET)
    grid = find_goals(shown)
    if grid is None:
        names = "、".join(sheet.name for sheet in shown)
        missing = Finding(
            "workbook.missing_sheet",
            Severity.ERROR,
            Where(sheet=shown[0].name if shown else "", cell="A1" if shown else ""),
            f"没有找到工作表“{SHEET}”（现有：{names}），请使用系统下发的模板填报",
        )
        return Intake(None, (missing,), version, package.digest, {})
    reader = _Reader(grid)
    document = reader.document()
    form, wrong = read(GoalForm, document)
    intake: Intake[GoalForm] = Intake(None, (), version, package.digest, reader.places)
    told = tuple(f for f in intake.locate(wrong) if not reader.is_told(f.where.pointer))
    findings = (*_version_finding(version, grid.sheet.name), *reader.findings, *told)
    sound = all(finding.severity is not Severity.ERROR for finding in findings)
    return replace(intake, form=form if sound else None, findings=findings)


def _version_finding(version: str, sheet: str) -> tuple[Finding, ...]:
    if version == TEMPLATE_VERSION:
        return ()
    text = f"模板版本为“{version}”" if version else "文件里没有模板版本标记"
    message = f"{text}，现行版本为{TEMPLATE_VERSION}；已按栏目名称读取，请核对后提交，下次请使用新模板"
    return (Finding("workbook.template_version", Severity.WARNING, Where(sheet=sheet, cell="A1"), message),)


@dataclass(slots=True)
class _Reader:
    """Collects document, places and findings while one sheet is read."""

    grid: GoalGrid
    places: dict[str, Where] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    unit: MoneyUnit = MoneyUnit.WAN

    @property
    def sheet(self) -> Sheet:
        return self.grid.sheet

    def is_told(self, pointer: str) -> bool:
        """Tell whether the pointer, or the field in all rows, was already reported."""
        parts = pointer.split("/")
        return pointer in self.broken or (len(parts) == 4 and f"/{parts[1]}/*/{parts[3]}" in self.broken)

    def document(self) -> dict[str, Json]:
        self.places[""] = Where(sheet=self.sheet.name, cell="A1")
        document: dict[str, Json] = {}
        for meta in sorted(
            HEAD, key=lambda meta: meta.name != "amount_unit"
        ):  # the unit is needed by the amounts
            if meta.name in self.grid.head:
                value = self._cell(f"/{meta.name}", meta, self.grid.head[meta.name])
                if value is not None:
                    document[meta.name] = value
                if meta.name == "amount_unit" and isinstance(value, str):
                    self.unit = next(unit for unit in MoneyUnit if unit.value == value)
            elif meta.required:
                self._tell(f"/{meta.name}", Reading(None, *_missing(f"栏目“{meta.label}”")), (0, 0))
        for block in BLOCKS:
            table = self.grid.tables.get(block.name)
            required = GoalForm.model_fields[block.name].is_required()
            if table is not None:
                rows = self._rows(block, table)
                if rows or not required:  # left out, an empty table is told with the empty head fields
                    document[block.name] = rows
            elif required:
                self._tell(f"/{block.name}", Reading(None, *_missing(f"“{block.label}”表")), (0, 0))
        return document

    def _rows(self, block: Block, table: Table) -> list[Json]:
        first = min(table.columns.values())
        self.places[f"/{block.name}"] = self._at((table.header if table.rows else table.header + 1, first))
        for meta in block.columns:
            if meta.required and meta.name not in table.columns:
                reading = Reading(None, *_missing(f"“{block.label}”的“{meta.label}”列"))
                self._tell(f"/{block.name}/*/{meta.name}", reading, (table.header, first))
        self._header_units(table)
        return [self._row(block, table, row, index) for index, row in enumerate(table.rows)]

    def _row(self, block: Block, table: Table, row: int, index: int) -> dict[str, Json]:
        pointer = f"/{block.name}/{index}"
        self.places[pointer] = self._at((row, min(table.columns.values())))
        values: dict[str, Json] = {}
        for meta in block.columns:
            if meta.name in table.columns and meta.name != "target":
                value = self._cell(f"{pointer}/{meta.name}", meta, (row, table.columns[meta.name]))
                if value is not None:
                    values[meta.name] = (
                        value.replace("％", "%") if meta.name == "uom" and isinstance(value, str) else value
                    )
        if "target" in table.columns:
            self._target(pointer, block, (row, table.columns["target"]), values)
        if LEVEL1 in table.columns:
            self._level1(f"{pointer}/level2", (row, table.columns[LEVEL1]), values)
        return values

    def _cell(self, pointer: str, meta: FieldMeta, place: Place) -> Json:
        self.places[pointer] = self._at(place)
        reading = read_cell(
            kind_of(meta.annotation), self.sheet.value(place), self.sheet.mark(place), self.unit
        )
        self._tell(pointer, reading, place)
        return reading.value

    def _target(self, pointer: str, block: Block, place: Place, values: dict[str, Json]) -> None:
        """Read the target: a number, ``≥95%`` in one cell, or the words of a qualitative one."""
        value = self.sheet.value(place)
        parts = split_cell(value)
        if parts is not None and (parts[1] or parts[2]):
            self._split_target(pointer, place, parts, values)
        elif _is_words(value) and values.get("operator") == "qualitative" and "target_text" not in values:
            self.places[f"{pointer}/target"] = self._at(place)
            values["target_text"] = spelled(value)
            note = "定性指标的文字目标已归入“定性目标”"
            self._tell(f"{pointer}/target", Reading(None, "workbook.text_target", Severity.NOTE, note), place)
        else:
            meta = next(meta for meta in block.columns if meta.name == "target")
            number = self._cell(f"{pointer}/target", meta, place)
            if number is not None:
                values["target"] = number
                self._percent_uom(pointer, place, values)

    def _split_target(
        self, pointer: str, place: Place, parts: tuple[str, object, str], values: dict[str, Json]
    ) -> None:
        number, operator, uom = parts
        self.places[f"{pointer}/target"] = self._at(place)
        found: dict[str, Json] = {"operator": str(operator) if operator else None, "uom": uom or None}
        for name, value in found.items():
            if value is not None and values.setdefault(name, value) != value:
                text = f"“{spelled(self.sheet.value(place))}”与本行指标性质或度量单位不一致，指标值请只填数字"
                reading = Reading(None, "workbook.split_conflict", Severity.ERROR, text)
                self._tell(f"{pointer}/target", reading, place)
                return
        values["target"] = number
        note = f"“{spelled(self.sheet.value(place))}”已拆为指标性质、指标值{number}和度量单位"
        self._tell(f"{pointer}/target", Reading(None, "workbook.split_target", Severity.NOTE, note), place)

    def _percent_uom(self, pointer: str, place: Place, values: dict[str, Json]) -> None:
        """A cell in percent format has the uom %: filled in when blank, refused when another."""
        if self.sheet.mark(place) and values.setdefault("uom", "%") != "%":
            text = f"单元格是百分比格式，度量单位却是“{values['uom']}”，请统一"
            self._tell(
                f"{pointer}/target", Reading(None, "workbook.percent_uom", Severity.ERROR, text), place
            )

    def _level1(self, pointer: str, place: Place, values: Mapping[str, Json]) -> None:
        level1, level2 = self.sheet.value(place), values.get("level2")
        if level1 is None or not isinstance(level2, str):
            return
        parent = next(term for term in Level2 if term.value == level2).parent
        if read_term(Level1, level1).value != parent.value:
            text = f"一级指标写的是“{spelled(level1)}”，二级指标属于“{parent.label}”，已按二级指标读取"
            self._tell(pointer, Reading(None, "workbook.level1_mismatch", Severity.WARNING, text), place)

    def _header_units(self, table: Table) -> None:
        """A column label that names another unit than the sheet's head contradicts it."""
        for column in table.columns.values():
            label = normal(spelled(self.sheet.value((table.header, column))))
            named = next((unit for unit in MoneyUnit if f"({unit.label})" in label), self.unit)
            if named is not self.unit:
                text = f"列名“{label}”写的是{named.label}，表头金额单位却是{self.unit.label}，请统一"
                reading = Reading(None, "workbook.unit_conflict", Severity.ERROR, text)
                self._tell("", reading, (table.header, column))

    def _tell(self, pointer: str, reading: Reading, place: Place) -> None:
        if not reading.code:
            return
        if reading.severity is Severity.ERROR:
            self.broken.add(pointer)
        where = replace(self._at(place), pointer=pointer)
        self.findings.append(Finding(reading.code, reading.severity, where, reading.message))

    def _at(self, place: Place) -> Where:
        return Where(sheet=self.sheet.name, cell=address(self.sheet.anchor(place)))


def _missing(what: str) -> tuple[str, Severity, str]:
    return "workbook.missing_label", Severity.ERROR, f"没有找到{what}，请恢复模板原有的栏目名称"


def _is_words(value: CellValue) -> bool:
    return isinstance(value, str) and split_cell(value) is None
