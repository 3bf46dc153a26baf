"""What is wrong with a filled self-evaluation form: the nine breaches of published forms.

One function per breach, in the order they are told; ``audit`` runs them with the checks of
``audit_rows``. Nothing is corrected: each finding says where, what stands there, what is right.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from budgetperf.findings import Finding
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.audit_case import (
    AuditCase,
    Check,
    at_indicator,
    error,
    points,
)
from budgetperf.lifecycle.evaluation.audit_form import FilledForm
from budgetperf.lifecycle.evaluation.audit_recompute import (
    AuditedLine,
    Basis,
    amount,
    recompute,
    source_rows,
    unit_of,
)
from budgetperf.lifecycle.evaluation.audit_rows import ROW_CHECKS, is_raw_percent, is_rounded_up
from budgetperf.lifecycle.evaluation.published_value import read_points, states_reason
from budgetperf.money import Money, MoneyUnit
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

_EXECUTION_NAME = re.compile(
    r"(预算|资金|经费)[^，。；]{0,4}(执行|支付|支出|使用)(完成)?率|(资金|经费)(支付|支出|执行)进度"
)
_MONEY_NAME = re.compile(r"资金|金额|投资|预算|经费|支出")
_COLUMNS = (("initial", "年初预算数"), ("adjusted", "全年预算数"), ("executed", "全年执行数"))


def check_total_without_execution(case: AuditCase) -> Iterator[Finding]:
    """The printed total is the sum of the indicators alone: the execution score was left out."""
    total, found = read_points(case.form.total_score), case.found
    given = found.execution.points if found.execution.printed is None else found.execution.printed
    if total is None or not given or not found.lines or total != found.score_sum:
        return
    message = f"总分{points(total)}只是各指标得分之和，漏加预算执行得分{points(given)}；按表内得分应为{points(total + given)}分"
    yield error("total_without_execution", "/total_score", message, case.rules.source)


def check_weights_sum(case: AuditCase) -> Iterator[Finding]:
    """Indicators and execution together weigh what the edition says, 100."""
    found, rules = case.found, case.rules
    weighed = [weight for _, _, weight in case.weighted]
    if not weighed or not case.form.complete:
        return
    execution = found.execution.weight or rules.execution.weight
    whole = found.weight_sum + execution
    if whole != rules.total:
        message = (
            f"指标分值合计{points(found.weight_sum)}分，加上预算执行{points(execution)}分共{points(whole)}分，"
            f"应为{points(rules.total)}分；指标分值须合计{points(rules.total - execution)}分"
        )
        yield error("weights_sum", "/total_weight", message, rules.source)


def check_execution_rounded_up(case: AuditCase) -> Iterator[Finding]:
    """The execution score is weight x rate to two decimals, never rounded up to a round number."""
    funds = case.found.execution
    if funds.points is None or funds.printed is None or not is_rounded_up(funds.printed, funds.points):
        return
    message = f"预算执行得分{points(funds.printed)}分是进位得来的，应为{points(funds.points)}分（分值×执行率，保留两位小数）"
    yield error("execution_rounded_up", "/budget/score", message, case.rules.execution.source)


def check_raw_percent(case: AuditCase) -> Iterator[Finding]:
    """A score is weight x actual / target, not weight x the actual percentage."""
    for at, line, weight in case.weighted:
        if is_raw_percent(line) and line.points is not None and line.printed is not None:
            message = (
                f"得分{points(line.printed)}是分值{points(weight)}×实际完成值{line.actual.text}，"
                f"应按实际完成值÷年度指标值（{line.target.text}）计分，得{points(line.points)}分"
            )
            yield error("raw_percent", at_indicator(at, "score"), message, _formula_source(case, at))


def check_reason_given(case: AuditCase) -> Iterator[Finding]:
    """Whoever deducts points says why."""
    for at, line, weight in case.weighted:
        if line.printed is not None and line.printed < weight and not states_reason(line.row.note):
            lost = points(weight - line.printed)
            written = f"（所填“{line.row.note}”不是原因）" if line.row.note else ""
            message = f"扣了{lost}分但没有写明偏差原因及改进措施{written}，请补填"
            source = case.rules.explanations.below_target.source
            yield error("reason_missing", at_indicator(at, "note"), message, source)


def check_total_within_maximum(case: AuditCase) -> Iterator[Finding]:
    """The total is no more than the weights and the money allow."""
    total, found = read_points(case.form.total_score), case.found
    if total is None or not found.lines or not case.form.complete or not found.weight_sum:
        return
    execution = _most_of_execution(case)
    most = min(found.weight_sum + execution, case.rules.total)
    if total > most:
        message = (
            f"总分{points(total)}分超过可能的最高分{points(most)}分（指标满分{points(found.weight_sum)}分，"
            f"预算执行{points(execution)}分，总分以{points(case.rules.total)}分为限）"
        )
        yield error("total_above_maximum", "/total_score", message, case.rules.source)


def _most_of_execution(case: AuditCase) -> Decimal:
    """Return the points the money may bring; a printed score that is wrong is told at its own row."""
    funds = case.found.execution
    weight = funds.weight or case.rules.execution.weight
    if funds.points is None:
        return weight
    return max(funds.points, min(funds.printed or funds.points, weight))


def check_actual_is_no_inequality(case: AuditCase) -> Iterator[Finding]:
    """The actual value is a number, not the target's inequality copied."""
    for at, line in enumerate(case.found.lines):
        if line.actual.operator is None:
            continue
        copied = "照抄了年度指标值" if line.actual.text == line.target.text else "写成了不等式"
        settled = "；暂按界值复算" if line.basis is Basis.VALUES else ""
        message = f"实际完成值“{line.actual.text}”{copied}，请填写实际达到的数值{settled}"
        yield error("inequality_as_actual", at_indicator(at, "actual"), message)


def check_fund_total_filled(case: AuditCase) -> Iterator[Finding]:
    """The total row of the funds holds the sum of its sources, not nothing and nothing else."""
    unit = unit_of(case.form)
    for field, label in _COLUMNS:
        total = amount(getattr(case.form.budget, field), unit)
        read = (amount(getattr(row, field), unit) for row in source_rows(case.form))
        amounts = [money for money in read if money is not None]
        parts = Money.total(amounts)
        printed = getattr(case.form.budget, field) or "空白"
        right = f"{plain_number(parts.in_unit(unit))}{unit.label}"
        if not total and parts:
            message = f"年度资金总额的{label}为{printed}，而下列资金来源共填{right}，总额应为{right}"
            yield error("empty_fund_total", f"/budget/{field}", message)
        elif total and parts and case.form.complete and not _sums_up(total, amounts, unit):
            message = f"年度资金总额的{label}为{printed}，与下列资金来源之和{right}不符，请核对更正"
            yield error("fund_total", f"/budget/{field}", message)


def _sums_up(total: Money, parts: Sequence[Money], unit: MoneyUnit) -> bool:
    """Tell whether amounts sum up, each of them off by its last decimal's half when there are decimals."""
    printed = [money.in_unit(unit).normalize() for money in (total, *parts)]
    places = max(0, *(-int(number.as_tuple().exponent) for number in printed))
    allowed = len(printed) * Decimal(5).scaleb(-places - 1) if places else Decimal(0)
    return abs(printed[0] - sum(printed[1:])) <= allowed


def check_execution_scored_once(case: AuditCase) -> Iterator[Finding]:
    """No indicator scores the money again that the execution row already scores."""
    funds = case.found.execution
    if funds.weight is None:
        return
    for at, line, weight in case.weighted:
        same = _is_the_money(case, line)
        if same or _EXECUTION_NAME.search(line.row.name):
            how = "目标值和完成值就是预算数和执行数" if same else "考核的仍是预算执行"
            message = (
                f"“{line.row.name}”{how}，与预算执行率（{points(funds.weight)}分）重复计分，"
                f"请将这{points(weight)}分改设为反映产出或效益的指标"
            )
            yield error("execution_twice", at_indicator(at, "name"), message, case.rules.source)


def _is_the_money(case: AuditCase, line: AuditedLine) -> bool:
    """Tell whether target and actual are the budget and the money spent, as amounts."""
    unit, funds = unit_of(case.form), case.found.execution
    uoms = {line.target.uom, line.actual.uom} - {""}
    in_money = uoms == {unit.label} or (not uoms and _MONEY_NAME.search(line.row.name) is not None)
    if not in_money or funds.base is None or funds.paid is None:
        return False
    return (line.target.number, line.actual.number) == (funds.base.in_unit(unit), funds.paid.in_unit(unit))


def _formula_source(case: AuditCase, at: int) -> str:
    return str(case.rules.operators[case.found.lines[at].operator].source)


BREACHES: tuple[Check, ...] = (
    check_weights_sum,
    check_fund_total_filled,
    check_execution_rounded_up,
    check_execution_scored_once,
    check_raw_percent,
    check_actual_is_no_inequality,
    check_reason_given,
    check_total_without_execution,
    check_total_within_maximum,
)
"""The nine breaches seen in published forms."""


def audit(
    form: FilledForm, rules: SelfEvaluationRules, *, grades: GradeRules
) -> tuple[AuditCase, tuple[Finding, ...]]:
    """Score a filled form anew and tell everything that is wrong with it.

    Parameters
    ----------
    form : FilledForm
    rules : SelfEvaluationRules
        The edition the form is held against.
    grades : GradeRules

    Returns
    -------
    tuple
        The case, with the recomputed numbers, and the findings from the first row to the last.
    """
    case = AuditCase(form, recompute(form, rules), rules, grades)
    findings = [finding for check in (*BREACHES, *ROW_CHECKS) for finding in check(case)]
    return case, tuple(sorted(findings, key=lambda finding: _place(finding.where.pointer)))


def _place(pointer: str) -> tuple[int, int]:
    """Order findings as the form is read: funds, goal, indicators by row, total."""
    heads = ("", "/budget", "/overall_goal", "/indicators", "/total", "/grade")
    head = max(at for at, start in enumerate(heads) if pointer.startswith(start))
    row = re.match(r"/indicators/(\d+)", pointer)
    return head, int(row.group(1)) + 1 if row else 0
