"""Filled self-evaluation forms out of a workbook in the national layout, every cell as text.

The labels are looked for wherever the form's author moved them; level names may be merged or
printed once, rows may be blank, 指标性质 and 度量单位 may stand in columns of their own. What a text
means, and whether it is right, is the business of ``lifecycle.evaluation``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import read
from budgetperf.lifecycle.evaluation.audit_form import MAX_FORMS, FilledForm, demand_few_rows
from budgetperf.provenance import Json
from budgetperf.workbooks.cells import Mark, Place, Sheet, address, read_sheets
from budgetperf.workbooks.filled_grid import FilledGrid, find_filled, right_of
from budgetperf.workbooks.filled_rows import total_said, words_of
from budgetperf.workbooks.goal_sheet import plain_label
from budgetperf.workbooks.package import open_package
from budgetperf.workbooks.values import EXCEL_DIGITS, normal, read_number, spelled
from budgetperf.workbooks.visibility import hidden_sheets

_YEAR = re.compile(r"(20\d\d)\s*年")
_GRADE_SAID = re.compile("(?:评价等级|自评等级|绩效等级|自评结论|评价结论)([优良中差])")
_TITLE_ROWS = 6
_MOST_SPELLED = 10**15
"""From here on Excel itself shows a number as ``1E+15``."""
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

    def has_told(self, finding: Finding) -> bool:
        """Tell whether a finding calls a cell empty that could only not be read."""
        unread = {one.where.pointer for one in self.findings}
        return finding.code.endswith("_missing") and finding.where.pointer in unread

    def locate(self, finding: Finding) -> Finding:
        """Give a finding that carries a JSON pointer its sheet and cell as well."""
        if finding.where.cell:
            return finding
        pointer = finding.where.pointer
        known = self.places.get(pointer) or self.places.get(pointer.rpartition("/")[0])
        where = replace(known, pointer=pointer) if known else replace(finding.where, sheet=self.sheet)
        return replace(finding, where=where)


def read_filled(content: bytes) -> tuple[FilledSheet, ...]:
    """Read every filled self-evaluation form of a workbook, in the order of its sheets and rows.

    Raises
    ------
    Invalid
        When the file itself is refused (see ``package.open_package``), ``audit.no_form`` when no
        sheet looks like the form, ``audit.goal_form`` when it is one of goals, ``audit.forms`` and
        ``audit.rows`` when there are too many forms or indicators, ``audit.form`` when a cell is
        far too long for one.
    """
    package = open_package(content)
    sheets, hidden = read_sheets(package), hidden_sheets(package)
    grids = [grid for sheet in sheets for grid in find_filled(sheet)]
    if not grids:
        _refuse_goals(sheets)
        names = "、".join(sheet.name for sheet in sheets)
        raise Invalid(
            "audit.no_form",
            f"没有找到绩效自评表（现有工作表：{names}）；表内应有“三级指标、年度指标值、实际完成值、分值、得分”等栏目",
        )
    if len(grids) > MAX_FORMS:
        raise Invalid(
            "audit.forms", f"文件中有{len(grids)}张自评表，一次最多复算{MAX_FORMS}张，请分成几个文件提交"
        )
    demand_few_rows(sum(len(grid.rows) for grid in grids))
    return tuple(_Reader(grid, findings=_hidden(grid, hidden)).filled() for grid in grids)


def _refuse_goals(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        words = {word for line in words_of(sheet).values() for word in line.values()}
        titled = any(word.endswith(("绩效目标申报表", "绩效目标表")) for word in words)
        if titled:
            raise Invalid(
                "audit.goal_form",
                f"工作表“{sheet.name}”是绩效目标申报表，没有实际完成值和得分；请提交年度终了后填写的绩效自评表",
            )


def _hidden(grid: FilledGrid, hidden: frozenset[str]) -> list[Finding]:
    name = grid.sheet.name
    text = f"本表在隐藏的工作表“{name}”中，也已复算；不需要的请删除后再提交"
    return [Finding("audit.hidden_sheet", Severity.NOTE, Where(sheet=name), text)] if name in hidden else []


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
            name: self._text(f"/{name}", self._beside(name, place)) for name, place in grid.head.items()
        }
        document["year"] = self._year(document.pop("year", ""))
        document["form_kind"] = self._title()
        document["budget"] = self._budget()
        document["overall_goal"] = {
            name: self._text(f"/overall_goal/{name}", place) for name, place in grid.goal.items()
        }
        document["indicators"] = self._indicators()
        document["has_reasons"] = "note" in grid.columns
        if grid.total is not None:
            document |= self._total(grid.total)
        return document

    def _beside(self, name: str, label: Place) -> Place:
        """Return the cell right of a label; a grade may stand further to the right."""
        sheet, (row, column) = self.grid.sheet, right_of(self.grid.sheet, label)
        if name == "grade":
            filled = (
                place for place in ((row, at) for at in range(column, sheet.width)) if sheet.filled(place)
            )
            return next(filled, (row, column))
        return row, column

    def _title(self) -> str:
        """Return the first words of the sheet: the name of the form."""
        return next((text for text in self._head_texts() if "表" in text), "")

    def _head_texts(self) -> list[str]:
        sheet, rows = self.grid.sheet, range(self.grid.top, self.grid.top + _TITLE_ROWS)
        return [spelled(value) for (row, _), value in sorted(sheet.values.items()) if row in rows]

    def _year(self, typed: Json) -> Json:
        """Take the year beside its label, else from the title rows or the name of the sheet."""
        for text in (f"{typed}年", *self._head_texts(), self.grid.sheet.name):
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
        rows = range(self.grid.top, header + 1)
        above = sorted((place for place in sheet.values if place[0] in rows), reverse=True)
        texts = (normal(spelled(sheet.value(place))) for place in above)
        return next((found.group() for text in texts if "元" in text and (found := _UNIT.search(text))), "")

    def _indicators(self) -> list[Json]:
        grid, carried = self.grid, {"level1": "", "level2": ""}
        found: list[Json] = []
        for row in sorted((*grid.rows, *grid.sums)):
            if row in grid.sums:
                carried |= self._headed(row)
                continue
            at = len(found)
            shared = self._shared(row)
            cells = {
                name: "" if name in shared else self._text(f"/indicators/{at}/{name}", (row, column))
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
        return found

    def _shared(self, row: int) -> set[str]:
        """Return the points of a row that are merged with those of an indicator above: they count once, there."""
        grid = self.grid
        anchors = {
            name: self._anchor(row, grid.columns[name])
            for name in ("weight", "score")
            if name in grid.columns
        }
        shared = {name for name, (top, _) in anchors.items() if top != row and top in grid.rows}
        for name in sorted(shared):
            where = Where(sheet=grid.sheet.name, cell=address(anchors[name]))
            label = "分值" if name == "weight" else "得分"
            text = f"{label}合并填在几行指标上，只计入第一行；请逐行填写"
            self.findings.append(Finding("audit.merged_points", Severity.ERROR, where, text))
        return shared

    def _headed(self, row: int) -> dict[str, str]:
        """Return the levels a row of sums names for those below it: ``产出指标（40分）`` does, 小计 does not."""
        names = {
            name: spelled(self.grid.sheet.value((row, self.grid.columns[name])))
            for name in ("level1", "level2")
            if name in self.grid.columns
        }
        return {name: text for name, text in names.items() if plain_label(text).endswith("指标")}

    def _total(self, row: int) -> dict[str, Json]:
        grid = self.grid
        weight, score = grid.columns.get("weight"), grid.columns.get("score")
        found: dict[str, Json] = {}
        if score is not None:
            found["total_score"] = self._text("/total_score", (row, score)) or self._total_said(row)
        merged = (
            weight is not None and score is not None and self._anchor(row, weight) == self._anchor(row, score)
        )
        if weight is not None and not merged:
            found["total_weight"] = self._text("/total_weight", (row, weight))
        if "grade" not in grid.head:
            found["grade"] = self._grade_said(row)
        if "note" in grid.columns and not found.get("grade") and "grade" not in grid.head:
            found["grade"] = self._text("/grade", (row, grid.columns["note"]))
        return found

    def _grade_said(self, total: int) -> str:
        """Return the grade written behind its label in one cell, at the total or below it."""
        for row, line in words_of(self.grid.sheet).items():
            for column, word in line.items():
                if row >= total and (said := _GRADE_SAID.fullmatch(word)):
                    cell = address((row, column))
                    self.places["/grade"] = Where(sheet=self.grid.sheet.name, cell=cell, pointer="/grade")
                    return said[1]
        return ""

    def _total_said(self, row: int) -> str:
        """Return the number written behind the label of the total, in its cell."""
        words = words_of(self.grid.sheet).get(row, {})
        column, said = next(
            ((column, said) for column, word in words.items() if (said := total_said(word)[1])), (0, "")
        )
        if said:
            cell = address((row, column))
            self.places["/total_score"] = Where(sheet=self.grid.sheet.name, cell=cell, pointer="/total_score")
        return said

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
        if isinstance(value, float) and abs(value) >= _MOST_SPELLED:
            return format(value, EXCEL_DIGITS)
        return spelled(value)


def _joined(sign: str, target: str, uom: str) -> str:
    """Put 指标性质, 指标值 and 度量单位 together as one column would print them."""
    signed = target if sign in {"", "定性"} or target.startswith(sign) else f"{sign}{target}"
    return signed if not uom or signed.endswith(uom) or sign == "定性" else f"{signed}{uom}"
