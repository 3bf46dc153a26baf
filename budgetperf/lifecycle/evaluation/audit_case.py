"""What every check of a filled form is given, and how it tells what it found.

Holds no check: those stand in ``audit`` (the nine breaches) and ``audit_rows`` (the rest).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.audit_form import FilledForm
from budgetperf.lifecycle.evaluation.audit_recompute import AuditedLine, Recomputed
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

FORM_RULE = "项目支出绩效自评表填报口径"


@dataclass(frozen=True, slots=True)
class AuditCase:
    """A filled form, the same form scored anew, and the rules it is held against.

    Parameters
    ----------
    form : FilledForm
    found : Recomputed
    rules : SelfEvaluationRules
    grades : GradeRules
    """

    form: FilledForm
    found: Recomputed
    rules: SelfEvaluationRules
    grades: GradeRules

    @property
    def weighted(self) -> Iterator[tuple[int, AuditedLine, Decimal]]:
        """The indicators that carry a weight, with their place and weight."""
        for at, line in enumerate(self.found.lines):
            if line.weight is not None:
                yield at, line, line.weight


Check: TypeAlias = Callable[[AuditCase], Iterator[Finding]]


def error(code: str, pointer: str, message: str, source: object = FORM_RULE) -> Finding:
    """Return what is wrong."""
    return Finding(f"audit.{code}", Severity.ERROR, Where(pointer=pointer), message, str(source))


def warning(code: str, pointer: str, message: str, source: object = FORM_RULE) -> Finding:
    """Return what somebody should look at."""
    return Finding(f"audit.{code}", Severity.WARNING, Where(pointer=pointer), message, str(source))


def note(code: str, pointer: str, message: str) -> Finding:
    """Return what was read in a way the reader should know of."""
    return Finding(f"audit.{code}", Severity.NOTE, Where(pointer=pointer), message)


def points(value: Decimal) -> str:
    """Write points without trailing zeros."""
    return plain_number(value)


def at_indicator(at: int, field: str) -> str:
    """Return the pointer of a cell of the ``at``-th indicator."""
    return f"/indicators/{at}/{field}"


def row_of(pointer: str) -> str:
    """Name the row a finding stands on, as people would: ``指标4``, ``预算执行``, ``总分``.

    Examples
    --------
    >>> row_of("/indicators/3/score"), row_of("/budget/score"), row_of("/total_score"), row_of("")
    ('指标4', '预算执行', '总分', '全表')
    """
    if found := re.match(r"/indicators/(\d+)", pointer):
        return f"指标{int(found.group(1)) + 1}"
    if pointer.startswith("/budget"):
        return "预算执行"
    if pointer.startswith("/total"):
        return "总分"
    if pointer.startswith("/indicators"):
        return "绩效指标"
    if pointer.startswith("/grade"):
        return "评价等级"
    return "年度总体目标" if pointer.startswith("/overall_goal") else "全表"
