"""Forms that print 预算执行率 as a row of the indicators instead of in the funds block.

The row is taken for the execution row, so that the money is scored once and by its own amounts.
"""

import re
from dataclasses import replace
from decimal import Decimal

from budgetperf.findings import Finding, Where
from budgetperf.lifecycle.evaluation.audit_form import FilledForm, FilledIndicator
from budgetperf.lifecycle.evaluation.published_value import read_points
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

_NAME = re.compile(
    r"(预算|资金|经费)[^，。；]{0,4}(执行|支付|支出|使用)(完成)?率|(资金|经费)(支付|支出|执行)进度|(预算|资金|经费)完成率"
)
_CELLS = {"/budget/weight": "weight", "/budget/score": "score", "/budget/rate": "actual"}


def is_execution(row: FilledIndicator) -> bool:
    """Tell whether an indicator is named as the execution of the budget."""
    return _NAME.search(row.name) is not None


def with_execution_row(form: FilledForm, rules: SelfEvaluationRules) -> tuple[FilledForm, int | None]:
    """Return the form with weight, rate and score of its execution row in the funds, and the row's place.

    The form stays as it is, and the place None, when the funds carry a weight, when not exactly one
    indicator is named so, or when the weights show it to be an indicator like the others.
    """
    named = [at for at, row in enumerate(form.indicators) if is_execution(row)]
    if len(named) != 1 or read_points(form.budget.weight) is not None:
        return form, None
    row = form.indicators[named[0]]
    weights = [read_points(one.weight) or Decimal(0) for one in form.indicators]
    if weights[named[0]] != rules.execution.weight and sum(weights) != rules.total:
        return form, None
    rate = form.budget.rate or row.actual
    budget = form.budget.model_copy(update={"weight": row.weight, "score": row.score, "rate": rate})
    emptied = row.model_copy(update={"weight": "", "score": ""})
    indicators = tuple(emptied if one is row else one for one in form.indicators)
    return form.model_copy(update={"budget": budget, "indicators": indicators}), named[0]


def at_execution_row(finding: Finding, row: int | None) -> Finding:
    """Move a finding on weight, score or rate of the funds to the indicator that carries them."""
    field = _CELLS.get(finding.where.pointer)
    if row is None or field is None:
        return finding
    return replace(finding, where=Where(pointer=f"/indicators/{row}/{field}"))
