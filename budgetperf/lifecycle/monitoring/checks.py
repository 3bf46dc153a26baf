"""What is wrong with a monitoring report: one function per rule, in the order of ``CHECKS``.

Which indicators are behind, and whether money is, was already lit by ``scoring``; here it is
only asked whether the report explains it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import Direction, Indicator, Operator, plain_number
from budgetperf.lifecycle.monitoring.form import Likelihood, MonitoringForm, ProgressRow


@dataclass(frozen=True, slots=True)
class MonitoringContext:
    """What a report is held against.

    Parameters
    ----------
    indicators : tuple of Indicator
        Of the approved goals.
    behind : frozenset of str
        Keys of the indicators whose light is yellow or red.
    execution_behind : bool
        Whether the execution light is yellow or red.
    deviating : mapping of str to str
        How far off, by key of the indicators that are too far from their due progress.
    warnings : tuple of (str, str)
        What the edition warns of, each with its clause.
    source : str
        The rule that makes causes compulsory.
    """

    indicators: tuple[Indicator, ...]
    behind: frozenset[str]
    execution_behind: bool
    deviating: Mapping[str, str]
    warnings: tuple[tuple[str, str], ...]
    source: str


Check: TypeAlias = Callable[[MonitoringForm, MonitoringContext], Iterator[Finding]]


def _row(code: str, severity: Severity, index: int, field: str, message: str, source: str = "") -> Finding:
    return Finding(f"monitoring.{code}", severity, Where(pointer=f"/rows/{index}/{field}"), message, source)


def _known(form: MonitoringForm, context: MonitoringContext) -> Iterator[tuple[int, ProgressRow, Indicator]]:
    by_key = {indicator.key: indicator for indicator in context.indicators}
    for index, row in enumerate(form.rows):
        if row.key in by_key:
            yield index, row, by_key[row.key]


def check_every_indicator_once(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """Every approved indicator is reported exactly once, and no other."""
    keys = {indicator.key for indicator in context.indicators}
    seen: set[str] = set()
    for index, row in enumerate(form.rows):
        if row.key not in keys:
            yield _row(
                "indicator_unknown", Severity.ERROR, index, "key", f"序号“{row.key}”不在批复的绩效指标中"
            )
        elif row.key in seen:
            yield _row(
                "indicator_twice", Severity.ERROR, index, "key", f"序号“{row.key}”重复填报，请只保留一行"
            )
        seen.add(row.key)
    for indicator in context.indicators:
        if indicator.key not in seen:
            message = f"指标{indicator.key}“{indicator.name}”未填报"
            yield Finding("monitoring.indicator_missing", Severity.ERROR, Where(pointer="/rows"), message)


def check_value_fits(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """A numeric indicator reports a number, a qualitative one a tier, and neither the other."""
    for index, row, indicator in _known(form, context):
        numeric = indicator.operator is not Operator.QUALITATIVE
        if numeric and row.actual is None:
            message = f"“{indicator.name}”是定量指标，请填写当前完成值（数字）"
            yield _row("actual_missing", Severity.ERROR, index, "actual", message)
        if not numeric and row.achievement is None:
            message = f"“{indicator.name}”是定性指标，请选择达成档次"
            yield _row("achievement_missing", Severity.ERROR, index, "achievement", message)
        if numeric and row.achievement is not None:
            message = "定量指标不选达成档次，请清空"
            yield _row("achievement_extra", Severity.ERROR, index, "achievement", message)
        if not numeric and row.actual is not None:
            yield _row("actual_extra", Severity.ERROR, index, "actual", "定性指标不填完成值，请清空")


def check_deviation_explained(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """An indicator that is behind has a cause and an explanation."""
    for index, row, indicator in _known(form, context):
        if indicator.key not in context.behind:
            continue
        if row.cause is None:
            message = f"“{indicator.name}”未达进度，请选择偏差原因"
            yield _row("cause_missing", Severity.ERROR, index, "cause", message, context.source)
        if not row.explanation:
            message = f"“{indicator.name}”未达进度，请写明原因"
            yield _row("explanation_missing", Severity.ERROR, index, "explanation", message, context.source)


def check_large_deviation_explained(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """An indicator far from its due progress is explained, though its light be green or blue."""
    for index, row, indicator in _known(form, context):
        far = context.deviating.get(indicator.key)
        if far and not row.explanation and indicator.key not in context.behind:
            message = f"“{indicator.name}”偏差过大：{far}，请写明原因"
            yield _row("deviation_unexplained", Severity.WARNING, index, "explanation", message)


def check_impossible_explained(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """A target that cannot be reached is explained, whatever the light."""
    for index, row, indicator in _known(form, context):
        told = indicator.key in context.behind  # asked for already
        if row.likelihood is Likelihood.IMPOSSIBLE and not row.explanation and not told:
            message = f"“{indicator.name}”完全不可能完成，请写明原因"
            yield _row(
                "impossible_unexplained", Severity.ERROR, index, "explanation", message, context.source
            )


def check_execution_explained(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """Spending behind the months gone is explained."""
    if context.execution_behind and not form.execution_note:
        message = "预算执行进度慢于序时进度，请填写预算执行偏差说明"
        where = Where(pointer="/execution_note")
        yield Finding("monitoring.execution_note", Severity.ERROR, where, message, context.source)


def check_early_warnings(_form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """What the edition warns of is said when the report is filed; it asks for an answer, not for another number."""
    for reason, clause in context.warnings:
        yield Finding(
            "monitoring.early_warning", Severity.WARNING, Where(pointer="/rows"), f"预警：{reason}", clause
        )


def check_forecast_paid(form: MonitoringForm, _context: MonitoringContext) -> Iterator[Finding]:
    """The payments expected by year end are not negative."""
    if form.forecast_paid.fen < 0:
        where = Where(pointer="/forecast_paid")
        yield Finding("monitoring.forecast_paid", Severity.ERROR, where, "全年预计执行数不能为负数")


def check_percentages(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """A percentage above 100 is looked at again, unless its target is above 100 too."""
    for index, row, indicator in _known(form, context):
        if indicator.uom != "%" or indicator.target is None or indicator.target > 100:
            continue
        for field, value in (("actual", row.actual), ("forecast", row.forecast)):
            if value is not None and value > 100:
                message = f"“{indicator.name}”填报{plain_number(value)}%，超过100%，请核对"
                yield _row("percent_above_100", Severity.WARNING, index, field, message)


def check_forecast_not_below_actual(form: MonitoringForm, context: MonitoringContext) -> Iterator[Finding]:
    """A forward quantity only grows within the year: its forecast is not below what is done."""
    for index, row, indicator in _known(form, context):
        grows = indicator.direction is Direction.FORWARD and indicator.uom != "%"
        if grows and row.actual is not None and row.forecast is not None and row.forecast < row.actual:
            message = f"“{indicator.name}”全年预计{plain_number(row.forecast)}，低于当前完成值{plain_number(row.actual)}，请核对"
            yield _row("forecast_below_actual", Severity.NOTE, index, "forecast", message)


CHECKS: tuple[Check, ...] = (
    check_every_indicator_once,
    check_value_fits,
    check_deviation_explained,
    check_large_deviation_explained,
    check_impossible_explained,
    check_execution_explained,
    check_early_warnings,
    check_forecast_paid,
    check_percentages,
    check_forecast_not_below_actual,
)
"""All rules of the stage, in the order they are told."""


def check(form: MonitoringForm, context: MonitoringContext) -> tuple[Finding, ...]:
    """Run every rule of ``CHECKS`` on a monitoring report."""
    return tuple(finding for rule in CHECKS for finding in rule(form, context))
