"""What is wrong with a self-evaluation, or with the sheet of a finance evaluation.

One function per rule, one tuple of rules and one runner per form. Which explanations are
compulsory, and which share a tier allows, is said by ``scoring``; here it is asked whether the
form gives them. Points are never typed in, so none are checked.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import Achievement, Indicator, Operator, plain_number
from budgetperf.ledger import Execution
from budgetperf.lifecycle.evaluation.form import EvaluationForm, ResultRow, SelfEvaluationForm
from budgetperf.lifecycle.exante.checks import criteria_findings, points_findings
from budgetperf.provenance import Source
from budgetperf.scoring.facts import Achieved, Actual, NotApplicable, Reached
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.form_layout import FormText
from budgetperf.scoring.formulas import Formula, Graded, Tier
from budgetperf.scoring.required_reasons import ADJUSTMENT, required_reasons
from budgetperf.scoring.scheme import Criterion
from budgetperf.scoring.self_evaluation import EXECUTION, SelfEvaluationRules


@dataclass(frozen=True, slots=True)
class SelfEvaluationContext:
    """What a self-evaluation is held against: approved indicators, money of the year, rules."""

    indicators: tuple[Indicator, ...]
    execution: Execution
    rules: SelfEvaluationRules


Check: TypeAlias = Callable[[SelfEvaluationForm, SelfEvaluationContext], Iterator[Finding]]
EvaluationCheck: TypeAlias = Callable[[EvaluationForm, FinanceEvaluationRules], Iterator[Finding]]


def actuals(
    form: SelfEvaluationForm, indicators: tuple[Indicator, ...], *, fixed: Collection[str] = ()
) -> dict[str, Actual]:
    """Return what the form reports, by indicator key; rows that report nothing fitting are left out.

    ``fixed`` are the keys of the indicators the edition itself sets. ``tier_ratio`` is typed in
    percent (95) and becomes a share (0.95).
    """
    qualitative = {item.key: item.operator is Operator.QUALITATIVE for item in indicators}
    qualitative |= dict.fromkeys(fixed, True)
    found: dict[str, Actual] = {}
    for row in form.rows:
        value = _actual(row, qualitative=qualitative[row.key]) if row.key in qualitative else None
        if value is not None:
            found[row.key] = value
    return found


def _actual(row: ResultRow, *, qualitative: bool) -> Actual | None:
    if row.not_applicable:
        return NotApplicable(row.reason)
    if not qualitative:
        return Reached(row.actual) if row.actual is not None else None
    if row.achievement is None or row.tier_ratio is None:
        return None
    return Achieved(row.achievement, row.tier_ratio / 100)


def _row(code: str, index: int, field: str, message: str, source: str = "") -> Finding:
    return Finding(
        f"evaluation.{code}", Severity.ERROR, Where(pointer=f"/rows/{index}/{field}"), message, source
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the form: a filed indicator, or one the edition itself sets."""

    name: str
    qualitative: bool
    formula: Formula
    source: Source


def _lines(context: SelfEvaluationContext) -> Mapping[str, _Line]:
    operators = context.rules.operators
    fixed = {c.key: _Line(c.label, True, c.formula, c.source) for c in context.rules.fixed_criteria()}
    filed = {
        item.key: _Line(
            item.name,
            item.operator is Operator.QUALITATIVE,
            operators[item.operator].formula,
            operators[item.operator].source,
        )
        for item in context.indicators
    }
    return fixed | filed


def _known(
    form: SelfEvaluationForm, context: SelfEvaluationContext
) -> Iterator[tuple[int, ResultRow, _Line]]:
    by_key = _lines(context)
    for index, row in enumerate(form.rows):
        if row.key in by_key:
            yield index, row, by_key[row.key]


def check_every_indicator_once(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """Every approved indicator, and every fixed one, is evaluated exactly once, and no other."""
    keys = _lines(context)
    seen: set[str] = set()
    for index, row in enumerate(form.rows):
        if row.key not in keys:
            yield _row("indicator_unknown", index, "key", f"序号“{row.key}”不在批复的绩效指标中")
        elif row.key in seen:
            yield _row("indicator_twice", index, "key", f"序号“{row.key}”重复填报，请只保留一行")
        seen.add(row.key)
    for key, line in keys.items():
        if key not in seen:
            message = f"指标{key}“{line.name}”未填报"
            yield Finding("evaluation.indicator_missing", Severity.ERROR, Where(pointer="/rows"), message)


def check_value_fits(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """A numeric indicator has a number, a qualitative one a tier with its share."""
    for index, row, line in _known(form, context):
        if row.not_applicable:
            continue
        if not line.qualitative:
            if row.actual is None:
                yield _row("actual_missing", index, "actual", f"“{line.name}”请填写实际完成值（数字）")
            if row.achievement is not None or row.tier_ratio is not None:
                yield _row(
                    "achievement_extra", index, "achievement", "定量指标不选达成档次，请清空档次和比例"
                )
            continue
        if row.actual is not None:
            yield _row("actual_extra", index, "actual", "定性指标不填完成值，请清空")
        if row.achievement is None:
            yield _row("achievement_missing", index, "achievement", f"“{line.name}”请选择达成档次")
        elif row.tier_ratio is None:
            yield _row("tier_ratio_missing", index, "tier_ratio", f"“{line.name}”请填写档内得分比例")


def check_tier_ratio(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """The share lies inside the half-open interval of its tier."""
    for index, row, line in _known(form, context):
        if row.not_applicable or row.achievement is None or row.tier_ratio is None:
            continue
        tier = _tier(row.achievement, line.formula)
        if tier is not None and not tier.holds(row.tier_ratio / 100):
            low, top = (plain_number(edge * 100) for edge in (tier.at_least, tier.below))
            edge = "含" if tier.below == Decimal(1) else "不含"
            message = f"“{line.name}”{row.achievement.label}的得分比例应在{low}%（含）至{top}%（{edge}）之间"
            yield _row("tier_ratio", index, "tier_ratio", message, str(line.source))


def check_reasons_given(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """What ``scoring`` says must be explained is explained, the money included."""
    rows = {row.key: (index, row) for index, row in enumerate(form.rows)}
    lines = _lines(context)
    fixed = [criterion.key for criterion in context.rules.fixed_criteria()]
    reported = {
        key: actual
        for key, actual in actuals(form, context.indicators, fixed=fixed).items()
        if not isinstance(actual, Achieved) or _in_tier(actual, lines[key].formula)
    }
    texts = {EXECUTION: form.execution_reason, ADJUSTMENT: form.adjustment_reason}
    for needed in required_reasons(
        context.indicators, reported, execution=context.execution, rules=context.rules
    ):
        if needed.key in texts:
            if not texts[needed.key]:
                yield _text(f"{needed.key}_reason", needed.message, needed.source)
        elif not rows[needed.key][1].reason:
            yield _row("reason_missing", rows[needed.key][0], "reason", needed.message, needed.source)


def check_level_weights(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:  # noqa: ARG001  one signature for all checks
    """The level-1 weights are those the form prints "in principle"; fixed ones are held by ``scoring``."""
    levels = context.rules.level1
    if levels is None or levels.deviation is not Severity.WARNING:
        return
    for message in levels.departures(context.indicators):
        where = Where(pointer="/rows")
        yield Finding("evaluation.level_weights", levels.deviation, where, message, str(levels.source))


def check_texts_fit(form: SelfEvaluationForm, context: SelfEvaluationContext) -> Iterator[Finding]:
    """The texts are no longer than the layout of the edition allows."""
    layout = context.rules.layout
    if layout is None:
        return
    texts: dict[FormText, str] = {
        "execution_reason": form.execution_reason,
        "adjustment_reason": form.adjustment_reason,
        "conclusion": form.conclusion,
        "problems": form.problems,
        "measures": form.measures,
    }
    too_long = layout.too_long({field: len(text) for field, text in texts.items()})
    for closing, longest in layout.longest():
        if closing.field in too_long:
            written = len(texts[closing.field])
            message = f"“{closing.label}”不超过{longest}字，现有{written}字，请精简"
            yield _text(closing.field, message, str(layout.source))


def _text(field: str, message: str, source: str) -> Finding:
    return Finding(f"evaluation.{field}", Severity.ERROR, Where(pointer=f"/{field}"), message, source)


def _tier(achievement: Achievement, formula: Formula) -> Tier | None:
    """Return the tier of a formula that has tiers."""
    if not isinstance(formula, Graded):
        return None
    return next(tier for tier in formula.tiers if tier.achievement is achievement)


def _in_tier(actual: Achieved, formula: Formula) -> bool:
    """Tell whether the share can be scored at all; ``check_tier_ratio`` tells it otherwise."""
    tier = _tier(actual.achievement, formula)
    return tier is None or tier.holds(actual.ratio)


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
    check_level_weights,
    check_texts_fit,
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
