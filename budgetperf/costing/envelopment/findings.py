"""What to know about an envelopment fit before believing it; nothing here changes a score."""

import numpy as np

from budgetperf.costing.envelopment.problem import DeaProblem, Orientation
from budgetperf.costing.envelopment.slacks import Solution
from budgetperf.costing.words import Returns
from budgetperf.findings import Finding, Severity, Where

SPAN = 1e9  # largest over smallest positive value of a column


def find(
    problem: DeaProblem, returns: Returns, orientation: Orientation, found: Solution
) -> tuple[Finding, ...]:
    """Return all findings of a fit."""
    return (
        *_without_score(problem, found),
        *_without_slacks(problem, found),
        *_few(problem),
        *_columns(problem, returns, orientation),
        *_equal(problem),
    )


def _without_score(problem: DeaProblem, found: Solution) -> tuple[Finding, ...]:
    reasons = {
        True: (
            "costing.envelopment.unsolved",
            Severity.ERROR,
            "求解器没有给出结果，效率无值；请核对各列数值的跨度",
        ),
        False: (
            "costing.envelopment.infeasible",
            Severity.WARNING,
            "在允许的标杆中没有可比的组合，效率无值；请核对规模报酬假定和标杆范围",
        ),
    }
    return tuple(
        _at(problem, row, *reasons[bool(found.unsolved[row])])
        for row in np.flatnonzero(np.isnan(found.score)).tolist()
    )


def _without_slacks(problem: DeaProblem, found: Solution) -> tuple[Finding, ...]:
    if found.slacks is None:
        return ()
    lost = np.isnan(found.slacks).any(axis=1) & ~np.isnan(found.score)
    text = "效率已得，但松弛量和标杆求解器没有给出结果；请核对各列数值的跨度"
    return tuple(
        _at(problem, row, "costing.envelopment.no_slacks", Severity.WARNING, text)
        for row in np.flatnonzero(lost).tolist()
    )


def _at(problem: DeaProblem, row: int, code: str, severity: Severity, text: str) -> Finding:
    label = problem.labels[row]
    return Finding(code, severity, Where(pointer=f"/rows/{label}"), f"“{label}”{text}")


def _few(problem: DeaProblem) -> tuple[Finding, ...]:
    """Fewer units than max(m s, 3 (m + s)) do not tell them apart (Cooper, Seiford and Tone 2007)."""
    m, s, k = problem.x.shape[1], problem.y.shape[1], int(problem.eligible.sum())
    needed = max(m * s, 3 * (m + s))
    if k >= needed:
        return ()
    text = f"可作标杆的单位只有{k}个，{m}项投入、{s}项产出宜有{needed}个以上；多数单位会显得有效"
    return (Finding("costing.envelopment.few_units", Severity.WARNING, Where(pointer="/rows"), text),)


def _columns(problem: DeaProblem, returns: Returns, orientation: Orientation) -> tuple[Finding, ...]:
    found: list[Finding] = []
    m = problem.x.shape[1]
    every = np.vstack([np.hstack([problem.x, problem.y]), np.hstack([problem.x_ref, problem.y_ref])])
    binding = range(m) if orientation is Orientation.INPUT else range(m, len(problem.names))
    for i, name in enumerate(problem.names):
        column, where = every[:, i], Where(pointer=f"/columns/{name}")
        positive = column[column > 0]
        if not positive.size:
            text = f"“{name}”全部为零，不起作用，请去掉该列"
            found.append(Finding("costing.envelopment.zero_column", Severity.WARNING, where, text))
        elif positive.max() > SPAN * positive.min():
            text = f"“{name}”最大值与最小正值相差{positive.max() / positive.min():.1g}倍，请核对计量单位"
            found.append(Finding("costing.envelopment.span", Severity.WARNING, where, text))
        if len(every) > 2 and np.ptp(column) == 0 < column[0]:
            text = f"“{name}”各单位相同"
            if i in binding and returns in {Returns.VRS, Returns.FDH}:
                text += "，按此规模报酬假定人人有效，结果没有意义；请去掉该列"
            found.append(Finding("costing.envelopment.constant_column", Severity.WARNING, where, text))
    return tuple(found)


def _equal(problem: DeaProblem) -> tuple[Finding, ...]:
    """Reference units with the same values are told together."""
    values = np.hstack([problem.x_ref, problem.y_ref])
    _, group, count = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    members: dict[int, list[str]] = {}
    for row in np.flatnonzero(count[group.ravel()] > 1).tolist():
        members.setdefault(int(group.ravel()[row]), []).append(str(problem.peers[row]))
    return tuple(
        Finding(
            "costing.envelopment.equal_units",
            Severity.NOTE,
            Where(pointer=f"/rows/{names[0]}"),
            f"{'、'.join(names)}的投入产出完全相同，请核对是否重复报送",
        )
        for names in members.values()
    )
