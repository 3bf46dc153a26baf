"""Everything a fitted panel answers at once: targets, where each unit stands, curves, what is payable."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from budgetperf.costing.calibration import payable
from budgetperf.costing.cost_baseline import (
    BaselineAnswers,
    BaselineTarget,
    Curve,
    CurvePoint,
    DmuBaseline,
    LeftOut,
    Standing,
)
from budgetperf.costing.fitted import FittedBaseline
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.method import FittedMethod
from budgetperf.costing.panel import PanelRow
from budgetperf.costing.rounding import figure
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money

CURVE_POINTS = 25


def answer(
    fitted: FittedBaseline, targets: Sequence[BaselineTarget], *, payable_total: Money | None = None
) -> BaselineAnswers:
    """Answer for the targets and for every unit of the panel, predicted together.

    Parameters
    ----------
    fitted : FittedBaseline
    targets : sequence of BaselineTarget
    payable_total : Money, optional
        What may be paid to the units of the panel's last year altogether; by default the sum of their costs.

    Raises
    ------
    Invalid
        See ``FittedBaseline.found_for`` and ``calibration.payable``; also if a total is given to an
        edition that does not calibrate.
    """
    if payable_total is not None and fitted.spec.calibration is None:
        raise Invalid("costing.payable", "规则版本没有规定按应付总额校准，不能填写应付总额")
    rows = _latest(fitted)
    found = fitted.found_for((*targets, *map(_target, rows)))
    n = len(targets)
    standings = tuple(
        Standing(row.dmu, row.name, row.year, row.cost, one)
        for row, one in zip(rows, found[n:], strict=True)
        if isinstance(one, DmuBaseline)
    )
    paid = _payable(fitted, standings, payable_total)
    unanswered = {one.where: one for one in found if isinstance(one, Finding)}
    return BaselineAnswers(
        baselines=tuple(one for one in found[:n] if isinstance(one, DmuBaseline)),
        standings=paid,
        curves=curves(fitted),
        left_out=_left_out(fitted),
        findings=fitted.findings + _at_own_cost(fitted, paid),
        unanswered=tuple(unanswered.values()),
    )


def curves(fitted: FittedBaseline) -> tuple[Curve, ...]:
    """Return each method's cost along the first work driver, the others at their medians.

    Returns
    -------
    tuple of Curve
        In the prices of the panel, within the range of the rows; points without an answer are left out.
    """
    driver = next(iter(fitted.panel.spec.work or fitted.panel.spec.drivers))
    frame = fitted.frame[fitted.panel.spec.codes]
    low, high = float(frame[driver.code].min()), float(frame[driver.code].max())
    along = np.geomspace(low, high, CURVE_POINTS) if driver.logged else np.linspace(low, high, CURVE_POINTS)
    grid = pd.DataFrame([frame.median()] * CURVE_POINTS).reset_index(drop=True)
    grid[driver.code] = along.clip(low, high)
    return tuple(_curve(fitted, method, driver.code, grid) for method in fitted.methods)


def _curve(fitted: FittedBaseline, method: FittedMethod, driver: str, grid: pd.DataFrame) -> Curve:
    try:
        costs = method.center(grid)
    except ValueError:  # beyond all numbers: there is nothing to draw
        costs = pd.Series(np.nan, index=grid.index)
    points = tuple(
        CurvePoint(figure(float(x)), fitted.money(float(cost)))
        for x, cost in zip(grid[driver], costs, strict=True)
        if np.isfinite(cost)
    )
    return Curve(method.name.value, method.name.label, driver, points)


def _latest(fitted: FittedBaseline) -> list[PanelRow]:
    rows = {row.dmu: row for row in sorted(fitted.filed.rows, key=lambda row: row.year)}
    return [rows[dmu] for dmu in sorted(rows)]


def _target(row: PanelRow) -> BaselineTarget:
    return BaselineTarget(row.dmu, row.drivers, row.year, row.group)


def _payable(
    fitted: FittedBaseline, standings: tuple[Standing, ...], total: Money | None
) -> tuple[Standing, ...]:
    """Share the total out over the units of the last year; all of them, so that none is paid by default.

    The baseline of a unit with little evidence (grade C) moves nobody's money: its own cost stands for it.
    """
    rule = fitted.spec.calibration
    if rule is None:
        return standings
    last = max(row.year for row in fitted.filed.rows)
    current = [one for one in standings if one.year == last]
    known = {one.dmu for one in current}
    if lacking := [row.dmu for row in _latest(fitted) if row.year == last and row.dmu not in known]:
        raise Invalid("costing.payable", f"没有测算结果的单位无法参加应付总额校准：{'、'.join(lacking)}")
    costs = [one.cost for one in current]
    norms = [one.cost if fitted.version >= 4 and _weak(one) else one.baseline.point for one in current]
    parts = payable(costs, norms, total=Money.total(costs) if total is None else total, rule=rule)
    paid = {one.dmu: part for one, part in zip(current, parts, strict=True)}
    return tuple(replace(one, payable=paid.get(one.dmu)) for one in standings)


def _weak(one: Standing) -> bool:
    return one.baseline.grade is EvidenceGrade.C


def _at_own_cost(fitted: FittedBaseline, standings: Sequence[Standing]) -> tuple[Finding, ...]:
    """Name the units whose own cost was taken for their baseline in sharing the total out."""
    own = [one.dmu for one in standings if one.payable is not None and _weak(one)]
    if not own or fitted.version < 4:
        return ()
    text = f"证据等级为C的{len(own)}个单元按自身成本、不按基线计算应付额：{'、'.join(own)}"
    return (Finding("costing.paid_at_cost", Severity.NOTE, Where(pointer="/standings"), text),)


def _left_out(fitted: FittedBaseline) -> tuple[LeftOut, ...]:
    """Rows of named special cases, then rows the screening tells from the rest."""
    named = {one.key: one for one in fitted.spec.treatments}
    special = tuple(
        LeftOut(row.dmu, row.year, f"{named[row.treatment].label}：{named[row.treatment].effect.label}")
        for row in fitted.panel.rows
        if row.treatment
    )
    return special + tuple(LeftOut(one.dmu, one.year, one.finding.message) for one in fitted.screened)
