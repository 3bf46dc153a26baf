"""The only door from Money and Decimal to float: panels and drivers as pandas frames."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import pandas as pd

from budgetperf.costing.panel import CostPanel, PanelSpec
from budgetperf.errors import Invalid
from budgetperf.findings import Severity


def panel_frame(panel: CostPanel) -> pd.DataFrame:
    """Return floats, one line per row, indexed by (dmu, year) in sorted order.

    Returns
    -------
    DataFrame
        ``cost`` (yuan, prices as the panel's) and one column per driver code.

    Raises
    ------
    Invalid
        If a finding of severity error stands; the findings come with it.
    """
    errors = tuple(f for f in panel.check() if f.severity is Severity.ERROR)
    if errors:
        raise Invalid(
            "costing.panel", f"成本面板{panel.spec.code}有{len(errors)}处错误，改正后才能测算", errors
        )
    rows = sorted(panel.rows, key=lambda row: (row.dmu, row.year))
    index = pd.MultiIndex.from_tuples([(row.dmu, row.year) for row in rows], names=["dmu", "year"])
    frame = drivers_frame((row.drivers for row in rows), panel.spec).set_index(index)
    frame.insert(0, "cost", [row.cost.fen / 100 for row in rows])
    return frame


def drivers_frame(drivers: Iterable[Mapping[str, Decimal]], spec: PanelSpec) -> pd.DataFrame:
    """Return declared drivers as floats, one line per mapping, columns in declared order."""
    lines = [[float(values[code]) for code in spec.codes] for values in drivers]
    return pd.DataFrame(lines, columns=spec.codes, dtype="float64")
