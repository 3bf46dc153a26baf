"""What keeps a filled form from being recomputed: scores left out, amounts and directions not readable.

What is wrong with the numbers that are there is told by ``audit`` and ``audit_rows``.
"""

from collections.abc import Iterator

from budgetperf.findings import Finding
from budgetperf.lifecycle.evaluation.audit_case import (
    AuditCase,
    Check,
    at_indicator,
    error,
    points,
    warning,
)
from budgetperf.lifecycle.evaluation.audit_form import FilledForm, FilledFunds
from budgetperf.lifecycle.evaluation.audit_recompute import Basis, is_total_row
from budgetperf.lifecycle.evaluation.printed_amount import is_unreadable, unit_of
from budgetperf.lifecycle.evaluation.published_value import read_points, read_value

_AMOUNTS = (("initial", "年初预算数"), ("adjusted", "全年预算数"), ("executed", "全年执行数"))


def unreadable_amounts(form: FilledForm) -> tuple[tuple[str, str, str], ...]:
    """Return pointer, label and text of each filled amount of the funds that is none."""
    rows: list[tuple[str, FilledFunds]] = [("/budget", form.budget)]
    rows += [(f"/budget/rows/{at}", row) for at, row in enumerate(form.budget.rows) if not is_total_row(row)]
    return tuple(
        (f"{pointer}/{field}", f"{row.row}{label}", text)
        for pointer, row in rows
        for field, label in _AMOUNTS
        if is_unreadable(text := getattr(row, field), unit_of(form))
    )


def check_amounts_readable(case: AuditCase) -> Iterator[Finding]:
    """An amount is a number with or without its unit; nothing takes the place of one that is not."""
    for pointer, label, text in unreadable_amounts(case.form):
        message = f"{label}“{text}”不是可读的金额，没有用来复算；请填写数字，单位写元、万元或亿元"
        yield warning("unreadable", pointer, message)


def check_scores_given(case: AuditCase) -> Iterator[Finding]:
    """Every weighted row of a scored form carries a score."""
    if not case.found.scored:
        return
    for at, line, weight in case.weighted:
        blank = line.printed is None and read_value(line.row.score).blank
        if blank and line.basis is not Basis.NOT_APPLICABLE:
            right = "" if line.points is None else f"，按填报值应为{points(line.points)}分"
            message = f"分值{points(weight)}分，但没有填写得分{right}"
            yield error("score_missing", at_indicator(at, "score"), message)
    funds = case.found.execution
    if funds.weight is not None and funds.printed is None and read_value(case.form.budget.score).blank:
        right = "" if funds.points is None else f"，应为{points(funds.points)}分"
        message = f"预算执行分值{points(funds.weight)}分，但没有填写得分{right}"
        yield error("score_missing", "/budget/score", message)


def check_weights_given(case: AuditCase) -> Iterator[Finding]:
    """A whole form that is scored has indicators, each with its weight."""
    if not case.form.complete or not case.found.scored:
        return
    for at, line in enumerate(case.found.lines):
        if line.weight is None and line.printed:
            message = f"得了{points(line.printed)}分，但没有填写分值，无从复算"
            yield error("weight_missing", at_indicator(at, "weight"), message)
    if not case.found.lines and read_points(case.form.total_score):
        yield error("indicators_missing", "/indicators", "没有填写绩效指标，总分无从复算")


def check_total_given(case: AuditCase) -> Iterator[Finding]:
    """A whole form that is scored states its total."""
    scored = any(line.printed is not None for line in case.found.lines)
    if scored and case.form.complete and read_value(case.form.total_score).blank:
        message = f"没有填写总分；按表内得分应为{points(case.found.score_sum_with_execution)}分"
        yield error("total_missing", "/total_score", message)


def check_direction_given(case: AuditCase) -> Iterator[Finding]:
    """Full marks beside a bare target need the sign that says which side of it is better."""
    for at, line, weight in case.weighted:
        if line.undirected:
            message = (
                f"年度指标值“{line.target.text}”没有计算符号，实际完成{line.actual.text}得了满分{points(weight)}分："
                "越低越好的请补写“≤”，越高越好的请补写“≥”，并按填报值计分；本行暂按原得分计"
            )
            yield warning("direction_missing", at_indicator(at, "target"), message)


FORM_CHECKS: tuple[Check, ...] = (
    check_amounts_readable,
    check_weights_given,
    check_scores_given,
    check_total_given,
    check_direction_given,
)
"""What is missing or cannot be read."""
