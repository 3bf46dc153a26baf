"""What is wrong with a self-evaluation, or with the sheet of a finance evaluation.

One function per rule, one tuple of rules and one runner per form. Which explanations are
compulsory, and which share a tier allows, is said by ``scoring``; here it is asked whether the
form gives them. Points are never typed in, so none are checked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import Indicator, Operator, plain_number
from budgetperf.ledger import Execution
from budgetperf.lifecycle.evaluation.form import EvaluationForm, ResultRow, SelfEvaluationForm
from budgetperf.lifecycle.exante.checks import criteria_findings, points_findings
from budgetperf.scoring.facts import Achieved, Actual, NotApplicable, Reached
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.formulas import Graded
from budgetperf.scoring.scheme import Criterion
from budgetperf.scoring.self_evaluation import EXECUTION, SelfEvaluationRules, required_reasons


@dataclass(frozen=True, slots=True)
class SelfEvaluationContext:
    """What a self-evaluation is held against: approved indicators, money of the year, rules."""

    indicators: tuple[Indicator, ...]
    execution: Execution
    rules: SelfEvaluationRules


Check: TypeAlias = Callable[[SelfEvaluationForm, SelfEvaluationContext], Iterator[Finding]]
EvaluationCheck: TypeAlias = Callable[[EvaluationForm, FinanceEvaluationRules], Iterator[Finding]]


def actuals(form: SelfEvaluationForm, indicators: tuple[Indicator, ...]) -> dict[str, Actual]:
    """Return what the form reports, by indicator key; rows that report nothing fitting are left out.

    ``tier_ratio`` is typed in percent (95) and becomes a share (0.95).
    """
    by_key = {indicator.key: indicator for indicator in indicators}
    found: dict[str, Actual] = {}
    for row in form.rows:
        value = _actual(row, by_key[row.key]) if row.key in by_key else None
        if value is not None:
            found[row.key] = value
    return found


def _actual(row: ResultRow, indicator: Indicator) -> Actual | None:
    if row.not_applicable:
        return NotApplicable(row.reason)
    if indicator.operator is not Operator.QUALITATIVE:
        return Reached(row.actual) if row.actual is not None else None
    if row.achievement is None or row.tier_ratio is None:
        return None
    return Achieved(row.achievement, row.tier_ratio / 100)


def _row(code: str, index: int, field: str, message: str, source: str = "") -> Finding:
    return Finding(
        f"evaluation.{code}", Severity.ERROR, Where(pointer=f"/rows/{index}/{field}"), message, source
    )


def _known(
    form: SelfEvaluationForm, context: SelfEvaluationContext
) -> Iterator[tuple[int, ResultRow, Indicator]]:
    by_key = {indicator.key: indicator for indicator in context.indicators}
    for index, row in enumerate(form.rows):
        if row.key in by_key:
            yield index, row, by_key[row.key]


def check_every_indicator_once(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """Every approved indicator is evaluated exactly once, and no other."""
    keys = {indicator.key for indicator in context.indicators}
    seen: set[str] = set()
    for index, row in enumerate(form.rows):
        if row.key not in keys:
            yield _row("indicator_unknown", index, "key", f"序号“{row.key}”不在批复的绩效指标中")
        elif row.key in seen:
            yield _row("indicator_twice", index, "key", f"序号“{row.key}”重复填报，请只保留一行")
        seen.add(row.key)
    for indicator in context.indicators:
        if indicator.key not in seen:
            message = f"指标{indicator.key}“{indicator.name}”未填报"
            yield Finding("evaluation.indicator_missing", Severity.ERROR, Where(pointer="/rows"), message)


def check_value_fits(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """A numeric indicator has a number, a qualitative one a tier with its share."""
    for index, row, indicator in _known(form, context):
        if row.not_applicable:
            continue
        if indicator.operator is not Operator.QUALITATIVE:
            if row.actual is None:
                yield _row("actual_missing", index, "actual", f"“{indicator.name}”请填写实际完成值（数字）")
            if row.achievement is not None or row.tier_ratio is not None:
                yield _row(
                    "achievement_extra", index, "achievement", "定量指标不选达成档次，请清空档次和比例"
                )
            continue
        if row.actual is not None:
            yield _row("actual_extra", index, "actual", "定性指标不填完成值，请清空")
        if row.achievement is None:
            yield _row("achievement_missing", index, "achievement", f"“{indicator.name}”请选择达成档次")
        elif row.tier_ratio is None:
            yield _row("tier_ratio_missing", index, "tier_ratio", f"“{indicator.name}”请填写档内得分比例")


def check_tier_ratio(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """The share lies inside the half-open interval of its tier."""
    rule = context.rules.operators[Operator.QUALITATIVE]
    if not isinstance(rule.formula, Graded):
        return
    tiers = {tier.achievement: tier for tier in rule.formula.tiers}
    for index, row, indicator in _known(form, context):
        if row.not_applicable or row.achievement is None or row.tier_ratio is None:
            continue
        tier = tiers[row.achievement]
        if not tier.holds(row.tier_ratio / 100):
            low, top = (plain_number(edge * 100) for edge in (tier.at_least, tier.below))
            edge = "含" if tier.below == Decimal(1) else "不含"
            message = (
                f"“{indicator.name}”{row.achievement.label}的得分比例应在{low}%（含）至{top}%（{edge}）之间"
            )
            yield _row("tier_ratio", index, "tier_ratio", message, str(rule.source))


def check_reasons_given(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """What ``scoring`` says must be explained is explained, the execution rate included."""
    rows = {row.key: (index, row) for index, row in enumerate(form.rows)}
    reported = {
        key: actual
        for key, actual in actuals(form, context.indicators).items()
        if not isinstance(actual, Achieved) or _in_tier(actual, context.rules)
    }
    for needed in required_reasons(
        context.indicators, reported, execution=context.execution, rules=context.rules
    ):
        if needed.key == EXECUTION:
            if not form.execution_reason:
                where = Where(pointer="/execution_reason")
                yield Finding(
                    "evaluation.execution_reason", Severity.ERROR, where, needed.message, needed.source
                )
        elif not rows[needed.key][1].reason:
            yield _row("reason_missing", rows[needed.key][0], "reason", needed.message, needed.source)


def _in_tier(actual: Achieved, rules: SelfEvaluationRules) -> bool:
    """Tell whether the share can be scored at all; ``check_tier_ratio`` tells it otherwise."""
    formula = rules.operators[Operator.QUALITATIVE].formula
    if not isinstance(formula, Graded):
        return True
    return any(tier.achievement is actual.achievement and tier.holds(actual.ratio) for tier in formula.tiers)


def _judged(rules: FinanceEvaluationRules) -> dict[str, Criterion]:
    """Return the criteria rated by hand; the money ones are computed, never typed in."""
    return {c.key: c for c in rules.scheme.criteria() if c.key not in rules.money}


def check_criteria_complete(form: EvaluationForm, rules: FinanceEvaluationRules) -> Iterator[Finding]:
    """Every criterion rated by hand is rated exactly once, and no other."""
    yield from criteria_findings(form.rows, _judged(rules), prefix="evaluation")


def check_points_in_range(form: EvaluationForm, rules: FinanceEvaluationRules) -> Iterator[Finding]:
    """Points lie within 0 and the criterion's weight."""
    yield from points_findings(form.rows, _judged(rules), prefix="evaluation")


def check_deductions_explained(form: EvaluationForm, rules: FinanceEvaluationRules) -> Iterator[Finding]:
    """Whatever is deducted has a reason."""
    criteria = _judged(rules)
    for index, row in enumerate(form.rows):
        criterion = criteria.get(row.criterion)
        if criterion is not None and row.points < criterion.weight and not row.reason:
            lost = plain_number(criterion.weight - row.points)
            yield _row(
                "reason_missing",
                index,
                "reason",
                f"“{criterion.label}”扣了{lost}分，须写明扣分理由",
                str(rules.source),
            )


CHECKS: tuple[Check, ...] = (
    check_every_indicator_once,
    check_value_fits,
    check_tier_ratio,
    check_reasons_given,
)
"""All rules on a self-evaluation, in the order they are told."""

EVALUATION_CHECKS: tuple[EvaluationCheck, ...] = (
    check_criteria_complete,
    check_points_in_range,
    check_deductions_explained,
)
"""All rules on a finance evaluation, in the order they are told."""


def check_self_evaluation(form: SelfEvaluationForm, context: SelfEvaluationContext) -> tuple[Finding, ...]:
    """Run every rule of ``CHECKS`` on a self-evaluation."""
    return tuple(finding for rule in CHECKS for finding in rule(form, context))


def check_finance_evaluation(form: EvaluationForm, rules: FinanceEvaluationRules) -> tuple[Finding, ...]:
    """Run every rule of ``EVALUATION_CHECKS`` on a finance evaluation."""
    return tuple(finding for rule in EVALUATION_CHECKS for finding in rule(form, rules))
