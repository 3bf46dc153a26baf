"""Where the rows and columns of a cost panel stand in the table it was read from."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from budgetperf.findings import Finding, Where
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import money_style
from budgetperf.reports.recorded_words import readable
from budgetperf.workbooks.tables import Table

COST = re.compile(r"(成本(?:为|中位数)?)(-?[0-9,]+\.[0-9]{2})元")


@dataclass(frozen=True, slots=True)
class Places:
    """The cells of a panel.

    Parameters
    ----------
    table : Table
    columns : mapping of str to int
        By the name a finding gives them: ``cost``, ``year``, ``region``, ``drivers/<code>``.
    rows : mapping of (dmu, year) to sequence of int
        Rows of the table; more than one where a unit stands twice in a year.
    unit : MoneyUnit
        Of the costs, as the heading names it.
    """

    table: Table
    columns: Mapping[str, int]
    rows: Mapping[tuple[str, int], Sequence[int]]
    unit: MoneyUnit

    def at_cells(self, found: Iterable[Finding]) -> tuple[Finding, ...]:
        """Put findings of the panel at their cells, costs in the unit of their column.

        What is of no row or column stays where it is.
        """
        return tuple(
            self._at_cell(replace(one, message=COST.sub(self._in_unit, readable(one.message))))
            for one in found
        )

    def _in_unit(self, found: re.Match[str]) -> str:
        cost = Money.parse(found[2], MoneyUnit.YUAN)
        return f"{found[1]}{money_style(self.unit, (cost,)).write(cost)}{self.unit.label}"

    def _at_cell(self, finding: Finding) -> Finding:
        kind, *parts = finding.where.pointer.strip("/").split("/")
        if kind == "rows" and len(parts) > 1 and (parts[0], int(parts[1])) in self.rows:
            rows, name = self.rows[parts[0], int(parts[1])], "/".join(parts[2:]) or "cost"
            where = Where(sheet=self.table.name)
            if name in self.columns:
                where = self.table.where(rows[0], self.columns[name])
            lines = "、".join(str(self.table.top + row + 1) for row in rows)
            more = f"（第{lines}行）" if len(rows) > 1 else ""
            return replace(finding, where=where, message=f"{finding.message}{more}")
        if kind == "drivers" and (name := f"drivers/{'/'.join(parts)}") in self.columns:
            return replace(finding, where=self.table.where(0, self.columns[name]))
        return finding
