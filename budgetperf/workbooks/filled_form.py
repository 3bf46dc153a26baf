"""Filled self-evaluation forms out of a workbook in the national layout, every cell as text.

The labels are looked for wherever the form's author moved them; level names may be merged or
printed once, rows may be blank, 指标性质 and 度量单位 may stand in columns of their own. What a text
means, and whether it is right, is the business of ``lifecycle.evaluation``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import read
from budgetperf.lifecycle.evaluation.audit_form import FilledForm, demand_few_rows
from budgetperf.provenance import Json
from budgetperf.workbooks.cells import Mark, Place, address, read_sheets
from budgetperf.workbooks.filled_grid import FilledGrid, find_filled, right_of
from budgetperf.workbooks.package import open_package
from budgetperf.workbooks.values import normal, read_number, spelled

_YEAR = re.compile(r"(20\d\d)\s*年")
_TITLE_ROWS = 6
_UNIT = re.compile(r"亿元|万元|元")


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """One form of a workbook.

    Parameters
    ----------
    form : FilledForm
    sheet : str
        Name of its worksheet.
    findings : tuple of Finding
        Cells that could not be read at all.
    places : mapping of str to Where
        JSON pointer of the form to its cell.
    """

    form: FilledForm
    sheet: str
    findings: tuple[Finding, ...]
    places: Mapping[str, Where]

    def locate(self, finding: Finding) -> Finding:
        """Give a finding that carries a JSON pointer its sheet and cell as well."""
        if finding.where.cell:
            return finding
        pointer = finding.where.pointer
        known = self.places.get(pointer) or self.places.get(pointer.rpartition("/")[0])
        where = replace(known, pointer=pointer) if known else replace(finding.where, sheet=self.sheet)
        return replace(finding, where=where)


def read_filled(content: bytes) -> tuple[FilledSheet, ...]:
    """Read every filled self-evaluation form of a workbook, one a worksheet.

    Raises
    ------
    Invalid
        When the file itself is refused (see ``package.open_package``), ``audit.no_form`` when no
        sheet looks like the form, ``audit.rows`` when there are too many indicators, ``audit.form`` when a cell is far too long for one.
    """
    sheets = read_sheets(open_package(content))
    grids = [grid for sheet in sheets if (grid := find_filled(sheet))]
    if not grids:
        names = "、".join(sheet.name for sheet in sheets)
        raise Invalid(
            "audit.no_form",
            f"没有找到绩效自评表（现有工作表：{names}）；表内应有“三级指标、年度指标值、实际完成值、分值、得分”等栏目",
        )
    demand_few_rows(sum(len(grid.rows) for grid in grids))
    return tuple(_Reader(grid).filled() for grid in grids)


@dataclass(slots=True)
class _Reader:
    """Reads one form cell by cell, noting where each came from."""

    grid: FilledGrid
    places: dict[str, Where] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def filled(self) -> FilledSheet:
        """Return the form of the grid."""
        name = self.grid.sheet.name
        form, wrong = read(FilledForm, self._document())
        found = FilledSheet(form or FilledForm(), name, tuple(self.findings), self.places)
        if form is None:
            located = tuple(found.locate(finding) for finding in wrong)
            raise Invalid("audit.form", f"工作表“{name}”有{len(wrong)}处无法作为自评表读取", located)
        return found

    def _document(self) -> Json:
        grid = self.grid
        document: dict[str, Json] = {
            name: self._text(f"/{name}", right_of(grid.sheet, place)) for name, place in grid.head.items()
        }
        document["year"] = self._year(document.pop("year", ""))
        document["form_kind"] = self._title()
        document["budget"] = self._budget()
        document["overall_goal"] = {
            name: self._text(f"/overall_goal/{name}", place) for name, place in grid.goal.items()
        }
        document["indicators"] = self._indicators()
        if grid.total is not None:
            document |= self._total(grid.total)
        return document

    def _title(self) -> str:
        """Return the first words of the sheet: the name of the form."""
        sheet = self.grid.sheet
        texts = (spelled(value) for (row, _), value in sorted(sheet.values.items()) if row < _TITLE_ROWS)
        return next((text for text in texts if "表" in text), "")

    def _year(self, typed: Json) -> Json:
        """Take the year beside its label, else from the title rows or the name of the sheet."""
        sheet = self.grid.sheet
        title = [spelled(value) for (row, _), value in sorted(sheet.values.items()) if row < _TITLE_ROWS]
        for text in (f"{typed}年", *title, sheet.name):
            if found := _YEAR.search(normal(text)):
                return found.group(1)
        return None

    def _budget(self) -> Json:
        grid = self.grid
        budget: dict[str, Json] = {"unit": self._unit()}
        rows: list[Json] = []
        for at, (row, label) in enumerate(grid.fund_rows):
            cells = {
                name: self._text(f"/budget/rows/{at}/{name}", (row, column))
                for name, column in grid.funds.items()
            }
            rows.append({"row": label, **cells})
            if row == grid.fund_total:
                budget |= {name: self._text(f"/budget/{name}", (row, grid.funds[name])) for name in cells}
        budget["rows"] = rows
        return budget

    def _unit(self) -> str:
        """Return the unit named in the label of the funds block, else the first named above it."""
        sheet, header = self.grid.sheet, self.grid.funds_header
        if header is None:
            return ""
        above = sorted((place for place in sheet.values if place[0] <= header), reverse=True)
        texts = (normal(spelled(sheet.value(place))) for place in above)
        return next((found.group() for text in texts if "元" in text and (found := _UNIT.search(text))), "")

    def _indicators(self) -> list[Json]:
        grid, found, carried = self.grid, [], {"level1": "", "level2": ""}
        for at, row in enumerate(grid.rows):
            cells = {
                name: self._text(f"/indicators/{at}/{name}", (row, column))
                for name, column in grid.columns.items()
            }
            carried = {level: cells.get(level) or text for level, text in carried.items()}
            cells |= carried
            sign, uom = cells.pop("operator", ""), cells.pop("uom", "")
            if cells.get("target"):
                cells["target"] = _joined(sign, cells["target"], uom)
            elif sign == "定性":
                cells["target"] = uom
            found.append(cells)
        return list(found)

    def _total(self, row: int) -> dict[str, Json]:
        grid = self.grid
        weight, score = grid.columns.get("weight"), grid.columns.get("score")
        found: dict[str, Json] = {}
        if score is not None:
            found["total_score"] = self._text("/total_score", (row, score))
        merged = (
            weight is not None and score is not None and self._anchor(row, weight) == self._anchor(row, score)
        )
        if weight is not None and not merged:
            found["total_weight"] = self._text("/total_weight", (row, weight))
        if "note" in grid.columns and "grade" not in grid.head:
            found["grade"] = self._text("/grade", (row, grid.columns["note"]))
        return found

    def _anchor(self, row: int, column: int) -> Place:
        return self.grid.sheet.anchor((row, column))

    def _text(self, pointer: str, place: Place) -> str:
        """Return a cell as text and note its place; a percent cell showing 95% is ``95%``."""
        sheet = self.grid.sheet
        where = Where(sheet=sheet.name, cell=address(sheet.anchor(place)), pointer=pointer)
        self.places[pointer] = where
        value, mark = sheet.value(place), sheet.mark(place)
        if mark in {Mark.ERROR, Mark.UNCACHED}:
            message = f"单元格是{mark.label}，没有可读的数值；请用 Excel 打开、改正并保存后再上传"
            self.findings.append(Finding("audit.cell", Severity.ERROR, where, message))
            return ""
        if mark is Mark.PERCENT and isinstance(value, float):
            return f"{read_number(value, mark).value}%"
        return spelled(value)


def _joined(sign: str, target: str, uom: str) -> str:
    """Put 指标性质, 指标值 and 度量单位 together as one column would print them."""
    signed = target if sign in {"", "定性"} or target.startswith(sign) else f"{sign}{target}"
    return signed if not uom or signed.endswith(uom) or sign == "定性" else f"{signed}{uom}"
