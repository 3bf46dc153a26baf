"""The other checks of a filled form: each row against its recomputed number, and what was not read.

The nine breaches stand in ``audit``; what they name is not told again here.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

from budgetperf.findings import Finding
from budgetperf.ledger import RateBase
from budgetperf.lifecycle.evaluation.audit_case import (
    AuditCase,
    Check,
    at_indicator,
    error,
    note,
    points,
    warning,
)
from budgetperf.lifecycle.evaluation.audit_recompute import AuditedLine, Basis
from budgetperf.lifecycle.evaluation.form_checks import unreadable_amounts
from budgetperf.lifecycle.evaluation.published_value import read_points, read_value
from budgetperf.money import written_number
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.grade import Grade, grade

_TENTH = Decimal("0.1")
_GRADE = re.compile(r"(优|良|中|差)[秀好等]?")


def is_raw_percent(line: AuditedLine) -> bool:
    """Tell whether a wrong score is the weight times the actual percentage."""
    if line.basis is not Basis.VALUES or line.weight is None or line.actual.number is None:
        return False
    in_percent = line.actual.uom in {"%", ""} and line.target.uom in {"%", ""}
    if not in_percent or line.printed is None or line.printed == line.points:
        return False
    return line.printed * 100 == line.weight * line.actual.number


def is_rounded_up(printed: Decimal, right: Decimal) -> bool:
    """Tell whether ``printed`` is ``right`` taken up to a whole number, or to a decimal half-up does not give.

    Examples
    --------
    >>> is_rounded_up(Decimal(9), Decimal("8.62")), is_rounded_up(Decimal("8.7"), Decimal("8.61"))
    (True, True)
    >>> is_rounded_up(Decimal("8.7"), Decimal("8.67")), is_rounded_up(Decimal("8.6"), Decimal("8.62"))
    (False, False)
    """
    half_up_to_one = printed % 1 != 0 and printed == right.quantize(_TENTH, ROUND_HALF_UP)
    if printed <= right or half_up_to_one:
        return False
    return printed in {right.quantize(step, ROUND_UP) for step in (Decimal(1), _TENTH)}


def check_form_is_scored(case: AuditCase) -> Iterator[Finding]:
    """A form without scores, or a fragment, cannot be held against its sums."""
    if not case.found.scored:
        yield note("not_scored", "", "本表没有得分，只核对资金、分值和填报值，不复算总分")
    if not case.form.complete:
        yield note("partial", "", f"本表不完整（{case.form.completeness}），不核对分值合计和最高分")


def check_execution_weight(case: AuditCase) -> Iterator[Finding]:
    """The execution row carries the edition's points."""
    weight, right = case.found.execution.weight, case.rules.execution.weight
    if weight is not None and weight != right:
        message = f"预算执行分值为{points(weight)}分，本办法规定为{points(right)}分"
        yield error("execution_weight", "/budget/weight", message, case.rules.execution.source)


def check_execution_rate(case: AuditCase) -> Iterator[Finding]:
    """The printed rate is executed / budget, to the decimals it is printed with."""
    funds, text = case.found.execution, case.form.budget.rate
    if funds.base is not None and funds.paid is not None and not funds.base:
        if text and case.found.scored:
            message = f"{_base(case)}为0，没有计算执行率的基数，执行率和得分无从复算"
            yield warning("no_base", "/budget", message)
        return
    if funds.rate is None or funds.base is None or funds.paid is None:
        if text and case.found.scored and not unreadable_amounts(case.form):
            yield warning("unreadable", "/budget", "预算数或执行数没有填写或无法读取，执行率和得分无从复算")
        return
    right = points((funds.rate * 100).quantize(Decimal("0.01"), ROUND_HALF_UP))
    if not text:
        if funds.printed is not None:
            yield warning("rate_missing", "/budget/rate", f"执行率未填写，应为{right}%")
        return
    printed = read_value(text)
    if printed.number is None:
        yield warning("unreadable", "/budget/rate", f"执行率“{text}”无法读取，应为{right}%")
        return
    number = printed.number
    if not printed.uom and number <= 1 < funds.rate * 100:
        number *= 100
        yield note("rate_unsigned", "/budget/rate", f"执行率“{text}”没有百分号，按{points(number)}%读取")
    places = max(-int(number.as_tuple().exponent), 0)
    if number != half_up_percent(case, places):
        message = f"执行率{points(number)}%不对，应为{right}%（全年执行数÷{_base(case)}）"
        yield error("execution_rate", "/budget/rate", message, case.rules.execution.source)


def half_up_percent(case: AuditCase, places: int) -> Decimal:
    """Return the right rate in percent, rounded half up to the decimals that are printed."""
    funds = case.found.execution
    assert funds.base is not None
    assert funds.paid is not None
    return half_up(100 * Fraction(funds.paid.fen, funds.base.fen), places)


def _base(case: AuditCase) -> str:
    return "年初预算数" if case.found.execution.base_is_initial else "全年预算数"


def check_execution_score(case: AuditCase) -> Iterator[Finding]:
    """The execution score is weight x rate; a score that was only cut to fewer decimals is a warning."""
    funds = case.found.execution
    substituted = funds.base_is_initial and case.rules.execution.base is not RateBase.INITIAL
    if substituted and funds.paid is not None:
        yield note("budget_base", "/budget/adjusted", "全年预算数未填写，执行率以年初预算数为基数复算")
    if funds.points is None or funds.printed is None or funds.printed == funds.points:
        return
    if is_rounded_up(funds.printed, funds.points):
        return  # told by name
    right = f"应为{points(funds.points)}分（分值×执行率，不超过分值）"
    if _shortened(funds.printed, funds.points):
        yield warning(
            "score_rounded",
            "/budget/score",
            f"预算执行得分{points(funds.printed)}分没有保留两位小数，{right}",
        )
    else:
        source = case.rules.execution.source
        yield error(
            "execution_score", "/budget/score", f"预算执行得分{points(funds.printed)}分不对，{right}", source
        )


def _shortened(printed: Decimal, right: Decimal) -> bool:
    return printed in {right.quantize(step, ROUND_HALF_UP) for step in (Decimal(1), _TENTH)}


def check_row_score(case: AuditCase) -> Iterator[Finding]:
    """The score of a row is what its values earn."""
    for at, line, weight in case.weighted:
        if line.printed is None:
            continue
        where = at_indicator(at, "score")
        if line.printed < 0:
            yield error("score_negative", where, f"得分{points(line.printed)}分低于0分，一项最少得0分")
        elif line.printed > weight:
            yield error(
                "score_above_weight", where, f"得分{points(line.printed)}分超过分值{points(weight)}分"
            )
        elif line.basis is Basis.VALUES and line.points is not None and line.printed != line.points:
            yield from _wrong_score(case, at, line)


def _wrong_score(case: AuditCase, at: int, line: AuditedLine) -> Iterator[Finding]:
    assert line.printed is not None
    assert line.points is not None
    if is_raw_percent(line):
        return  # told by name
    rule = case.rules.operators[line.operator]
    right = f"应为{points(line.points)}分（目标{line.target.text}，完成{line.actual.text}，{rule.formula.wording}）"
    where = at_indicator(at, "score")
    if _shortened(line.printed, line.points) and abs(line.printed - line.points) < Decimal("0.1"):
        yield warning(
            "score_rounded", where, f"得分{points(line.printed)}分没有保留两位小数，{right}", rule.source
        )
    else:
        yield error("score_wrong", where, f"得分{points(line.printed)}分不对，{right}", rule.source)


def check_tier(case: AuditCase) -> Iterator[Finding]:
    """A score given for a result in words lies in the tier those words name."""
    for at, line, weight in case.weighted:
        if line.tier is None or line.printed is None or not 0 <= line.printed <= weight:
            continue
        bounds = line.tier.points(weight, case.rules.places)
        if not line.tier.holds(line.printed / weight):
            top = "含" if line.tier.below == 1 else "不含"
            message = (
                f"完成情况“{line.actual.text}”属于{line.tier.achievement.label}，"
                f"应得{points(bounds[0])}（含）至{points(bounds[1])}分（{top}），填的是{points(line.printed)}分"
            )
            yield error(
                "tier", at_indicator(at, "score"), message, case.rules.operators[line.operator].source
            )


def check_values_given(case: AuditCase) -> Iterator[Finding]:
    """Points stand on a target and an actual value; what cannot be read is said."""
    for at, line, _ in case.weighted:
        if line.basis is not Basis.AS_PRINTED or line.undirected or not line.printed:
            continue
        blank = [
            label
            for label, value in (("年度指标值", line.target), ("实际完成值", line.actual))
            if value.blank
        ]
        if blank:
            message = f"给了{points(line.printed)}分，但{'和'.join(blank)}没有填写，得分无从核实"
            yield error("value_missing", at_indicator(at, "actual"), message)
        else:
            message = (
                f"目标“{line.target.text}”与完成值“{line.actual.text}”无法换算比较，"
                f"本行按原得分{points(line.printed)}分计，请人工核对"
            )
            yield warning("unreadable", at_indicator(at, "actual"), message)


def check_numbers_readable(case: AuditCase) -> Iterator[Finding]:
    """Weights, scores and amounts are numbers."""
    for at, line in enumerate(case.found.lines):
        for field, label, number in (("weight", "分值", line.weight), ("score", "得分", line.printed)):
            text = getattr(line.row, field)
            if number is None and not read_value(text).blank:
                yield warning(
                    "unreadable",
                    at_indicator(at, field),
                    f"{label}“{text}”不是大于0的数字，未计入"
                    if field == "weight"
                    else f"{label}“{text}”不是数字，未计入",
                )
    if read_points(case.form.total_score) is None and not read_value(case.form.total_score).blank:
        yield warning("unreadable", "/total_score", f"总分“{case.form.total_score}”不是数字，未核对")


def check_reading(case: AuditCase) -> Iterator[Finding]:
    """What was read otherwise than it stands is said."""
    for at, line in enumerate(case.found.lines):
        for field, value in (("target", line.target), ("actual", line.actual)):
            if value.remark and value.number is not None:
                yield note("remark", at_indicator(at, field), f"括号内的“{value.remark}”未参与计算")
        if line.percent_supplied:
            message = (
                f"实际完成值“{line.actual.text}”没有百分号，按{points(line.actual.number or Decimal(0))}%读取"
            )
            yield note("rate_unsigned", at_indicator(at, "actual"), message)
        if line.reversed_by_score:
            message = f"年度指标值“{line.target.text}”没有计算符号，按得分看是上限，以“≤”复算；请补写“≤”"
            yield note("direction", at_indicator(at, "target"), message)


def check_weight_is_no_value(case: AuditCase) -> Iterator[Finding]:
    """Target and actual are not the weight itself, copied."""
    for at, line, weight in case.weighted:
        values = {line.target.number, line.actual.number}
        if values == {weight} and not line.target.uom and line.target.operator is None and weight != 1:
            message = f"年度指标值和实际完成值都等于分值{points(weight)}，像是误填，请填写业务数值"
            yield warning("weight_as_value", at_indicator(at, "target"), message)


def check_goal_is_text(case: AuditCase) -> Iterator[Finding]:
    """The annual goal says what is to be reached, not an amount."""
    goal = case.form.overall_goal
    for field, label, text in (
        ("expected", "预期目标", goal.expected),
        ("result", "实际完成情况", goal.result),
    ):
        if written_number(text) is not None:
            message = f"年度总体目标的{label}填的是数字“{text}”，应写明要达到的目标和完成情况"
            yield warning("goal_is_amount", f"/overall_goal/{field}", message)


def check_total_sum(case: AuditCase) -> Iterator[Finding]:
    """The total is the sum of the scores above it."""
    total, found = read_points(case.form.total_score), case.found
    if total is None or not any(line.printed is not None for line in found.lines) or not case.form.complete:
        return
    printed = found.score_sum_with_execution
    rescaled = any(line.basis is Basis.NOT_APPLICABLE for line in found.lines) and total == found.total
    if total not in {printed, found.score_sum} and not rescaled:
        message = f"总分{points(total)}分与各行得分之和{points(printed)}分不符"
        yield error("total_sum", "/total_score", message)
    elif found.total not in {None, total} and any(one.basis is Basis.NOT_APPLICABLE for one in found.lines):
        message = f"有不适用的指标，剔除后按比例折算，总分应为{points(found.total)}分"
        yield warning("not_applicable_rescaled", "/total_score", message)
    weight = read_points(case.form.total_weight)
    if (
        weight is not None
        and weight != found.weight_sum_with_execution
        and found.execution.weight is not None
    ):
        message = f"总分分值印的是{points(weight)}分，各行分值合计{points(found.weight_sum_with_execution)}分"
        yield warning("total_weight", "/total_weight", message)


def check_grade(case: AuditCase) -> Iterator[Finding]:
    """The printed grade is that of the printed total."""
    total, printed = read_points(case.form.total_score), case.form.grade
    words = _GRADE.fullmatch(printed)
    named = Grade.from_label(words.group(1)) if words else None
    if named is None or total is None or not 0 <= total <= case.grades.out_of:
        return
    right = grade(total, case.grades)
    if right is not named:
        message = f"总分{points(total)}分应为“{right.label}”，表内为“{printed}”"
        yield error("grade", "/grade", message, case.grades.source)


ROW_CHECKS: tuple[Check, ...] = (
    check_form_is_scored,
    check_execution_weight,
    check_execution_rate,
    check_execution_score,
    check_values_given,
    check_row_score,
    check_tier,
    check_numbers_readable,
    check_reading,
    check_weight_is_no_value,
    check_goal_is_text,
    check_total_sum,
    check_grade,
)
"""Everything else, row by row."""
