"""The right value beside the printed one, for findings that have one: the same numbers their texts state."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from budgetperf.findings import Finding
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.audit_case import AuditCase
from budgetperf.lifecycle.evaluation.audit_recompute import Basis, sum_of_sources
from budgetperf.lifecycle.evaluation.printed_amount import unit_of
from budgetperf.lifecycle.evaluation.published_value import read_points
from budgetperf.scoring.grade import grade

Right = Callable[[AuditCase, list[str]], Decimal | str | None]


def printed_at(case: AuditCase, pointer: str) -> str:
    """Return what stands in the cell a pointer names; empty when it names a part of the form."""
    found: object = case.form
    for part in pointer.split("/")[1:]:
        found = found[int(part)] if isinstance(found, tuple) else getattr(found, part, "")
    return found if isinstance(found, str) else ""


def expected_of(case: AuditCase, finding: Finding) -> str:
    """Return what should stand there; empty when nobody but the author can know."""
    right = _RIGHT.get(finding.code.removeprefix("audit."))
    value = right(case, finding.where.pointer.split("/")[1:]) if right else None
    return plain_number(value) if isinstance(value, Decimal) else value or ""


def _score(case: AuditCase, parts: list[str]) -> Decimal | None:
    line = case.found.lines[int(parts[1])] if parts[0] == "indicators" else None
    if line is None or line.weight is None:
        return case.found.execution.points
    return line.points if line.basis is Basis.VALUES else None


def _rate(case: AuditCase, _parts: list[str]) -> str | None:
    ratio = case.found.execution.rate
    return None if ratio is None else f"{plain_number(ratio * 100)}%"


def _fund_total(case: AuditCase, parts: list[str]) -> Decimal | None:
    money = sum_of_sources(case.form, parts[-1])
    return None if money is None else money.in_unit(unit_of(case.form))


def _sum(case: AuditCase, _parts: list[str]) -> Decimal:
    return case.found.score_sum_with_execution


def _with_execution(case: AuditCase, _parts: list[str]) -> Decimal:
    funds = case.found.execution
    given = funds.points if funds.printed is None else funds.printed
    return case.found.score_sum + (given or 0)


def _grade(case: AuditCase, _parts: list[str]) -> str | None:
    total = read_points(case.form.total_score)
    return None if total is None else grade(total, case.grades).label


_RIGHT: Mapping[str, Right] = {
    **dict.fromkeys(
        (
            "score_wrong",
            "raw_percent",
            "score_rounded",
            "score_missing",
            "score_negative",
            "execution_score",
            "execution_rounded_up",
        ),
        _score,
    ),
    "execution_rate": _rate,
    "rate_missing": _rate,
    "empty_fund_total": _fund_total,
    "fund_total": _fund_total,
    "execution_weight": lambda case, _parts: case.rules.execution.weight,
    "weights_sum": lambda case, _parts: case.rules.total,
    "total_without_execution": _with_execution,
    "total_sum": _sum,
    "total_missing": _sum,
    "total_weight": lambda case, _parts: case.found.weight_sum_with_execution,
    "grade": _grade,
}
