"""What is wrong with a filed request: one function per rule, in the order of ``CHECKS``.

Each rule yields findings at JSON pointers of the form document and cites its source. Numbers
of the law (total weight, templates, factors) come with ``GoalCheckRules`` from the rulebook.
Rules on single indicators stand in ``indicator_checks``, the rules' types in ``rules``. Nothing here decides whether a finding
blocks: severity and the transition table do.

An ERROR contradicts the form itself or a rule without exception; what the rule says "原则上",
or what only looks odd, is a WARNING; a NOTE asks to look again.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from budgetperf.findings import Finding, Severity, Where
from budgetperf.fiscal import FiscalYear
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.lifecycle.goals.indicator_checks import INDICATOR_CHECKS
from budgetperf.lifecycle.goals.rules import (
    Check,
    GoalCheckRules,
    GoalContext,
    WeightTemplate,
    normal_text,
    says_nothing,
)
from budgetperf.money import Money

__all__ = ["CHECKS", "GoalCheckRules", "GoalContext", "WeightTemplate", "check"]
_AMOUNT_ONLY = re.compile(r"¥?[\d,.]+(元|万元|亿元)?")


def check_texts_filled(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """Head texts are filled with words, not placeholders."""
    for name in ("project_name", "agency_name", "basis", "overall_goal"):
        if says_nothing(getattr(form, name), context.rules):
            label = GoalForm.model_fields[name].title
            yield Finding(
                "goals.placeholder",
                Severity.ERROR,
                Where(pointer=f"/{name}"),
                f"{label}未填写实际内容，不能用“*”“/”“无”等代替",
                context.rules.practice,
            )


def check_goal_is_text(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The overall goal is not just an amount of money (forms F01, F05)."""
    if form.overall_goal and _AMOUNT_ONLY.fullmatch(normal_text(form.overall_goal)):
        message = "年度总体目标只填了金额，请写明要达到的结果"
        yield Finding(
            "goals.goal_is_amount",
            Severity.ERROR,
            Where(pointer="/overall_goal"),
            message,
            context.rules.practice,
        )


def check_dates(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The project starts before it ends and touches its fiscal year."""
    practice = context.rules.practice
    if form.starts_on > form.ends_on:
        message = f"结束日期{form.ends_on}早于开始日期{form.starts_on}"
        yield Finding("goals.dates_order", Severity.ERROR, Where(pointer="/ends_on"), message, practice)
        return
    year = FiscalYear(form.fiscal_year)
    if form.ends_on < year.span.start or not form.starts_on.year <= year.year:
        message = f"项目起止时间{form.starts_on}至{form.ends_on}不在{year}内，请核对日期或预算年度"
        yield Finding("goals.dates_year", Severity.ERROR, Where(pointer="/starts_on"), message, practice)


def check_amounts_positive(form: GoalForm, _context: GoalContext) -> Iterator[Finding]:
    """The request is positive and none of its parts negative."""
    if form.request.fen <= 0:
        yield Finding("goals.amount_sign", Severity.ERROR, Where(pointer="/request"), "项目资金总额应大于零")
    for pointer, amount in _parts(form):
        if amount.fen < 0:
            yield Finding("goals.amount_sign", Severity.ERROR, Where(pointer=pointer), "金额不能为负数")


def check_funds_sum(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The sources of funds sum to the request, to the fen."""
    total = Money.total(line.amount for line in form.funds)
    if total != form.request:
        yield _sum_differs("goals.funds_sum", "/funds", "资金来源", total, form, context.rules.practice)


def check_fund_sources_once(form: GoalForm, _context: GoalContext) -> Iterator[Finding]:
    """Each source of funds stands on one line."""
    seen = set()
    for index, line in enumerate(form.funds):
        if line.source in seen:
            message = f"资金来源“{line.source.label}”重复，请合并为一行"
            yield Finding(
                "goals.fund_twice", Severity.ERROR, Where(pointer=f"/funds/{index}/source"), message
            )
        seen.add(line.source)


def check_cost_sum(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The cost items, where given, sum to the request, to the fen."""
    total = Money.total(item.amount for item in form.cost_items)
    if form.cost_items and total != form.request:
        yield _sum_differs("goals.cost_sum", "/cost_items", "支出构成", total, form, context.rules.practice)


def _sum_differs(code: str, pointer: str, name: str, total: Money, form: GoalForm, source: str) -> Finding:
    unit = form.amount_unit
    have, want, gap = (plain_number(m.in_unit(unit)) for m in (total, form.request, total - form.request))
    message = f"{name}合计{have}{unit.label}，与项目资金总额{want}{unit.label}相差{gap}{unit.label}"
    return Finding(code, Severity.ERROR, Where(pointer=pointer), message, source)


def _parts(form: GoalForm) -> Iterator[tuple[str, Money]]:
    yield from ((f"/funds/{i}/amount", line.amount) for i, line in enumerate(form.funds))
    for i, item in enumerate(form.cost_items):
        yield f"/cost_items/{i}/amount", item.amount
        yield f"/cost_items/{i}/prior_year", item.prior_year
        yield f"/cost_items/{i}/year_before", item.year_before


def check_unit_suspicion(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """No amount is about 10,000 times what it is compared with: 元 typed into a 万元 column."""
    rules, unit, told = context.rules, form.amount_unit, set()
    for pointer, amount, reference in _comparisons(form, context.prior_request):
        if pointer not in told and _unit_apart(amount, reference, rules):
            told.add(pointer)
            large, small, factor = (
                plain_number(n) for n in (amount.in_unit(unit), reference.in_unit(unit), rules.unit_factor)
            )
            message = f"{large}{unit.label}约为可比金额{small}{unit.label}的{factor}倍，像是填错了单位（如把元填进万元列）"
            yield Finding(
                "goals.unit_suspicion", Severity.ERROR, Where(pointer=pointer), message, rules.practice
            )


def _comparisons(form: GoalForm, prior_request: Money | None) -> Iterator[tuple[str, Money, Money]]:
    """Yield the suspect, its amount, and what it should be of a size with (or below)."""
    request = form.request
    yield "/request", request, Money.total(line.amount for line in form.funds)
    yield "/request", request, Money.total(item.amount for item in form.cost_items)
    if prior_request is not None:
        yield "/request", request, prior_request
    yield from ((f"/funds/{i}/amount", line.amount, request) for i, line in enumerate(form.funds))
    for i, item in enumerate(form.cost_items):
        here = f"/cost_items/{i}"
        yield f"{here}/amount", item.amount, request
        yield f"{here}/amount", item.amount, item.prior_year
        yield f"{here}/prior_year", item.prior_year, item.amount
        yield f"{here}/prior_year", item.prior_year, item.year_before
        yield f"{here}/year_before", item.year_before, item.prior_year


def _unit_apart(amount: Money, reference: Money, rules: GoalCheckRules) -> bool:
    if reference.fen <= 0:
        return False
    ratio = Decimal(amount.fen) / reference.fen
    return rules.unit_factor / rules.unit_band <= ratio <= rules.unit_factor * rules.unit_band


CHECKS: tuple[Check, ...] = (
    check_texts_filled,
    check_goal_is_text,
    check_dates,
    check_amounts_positive,
    check_funds_sum,
    check_fund_sources_once,
    check_cost_sum,
    check_unit_suspicion,
    *INDICATOR_CHECKS,
)
"""All rules of the stage, in the order they are told."""


def check(form: GoalForm, context: GoalContext) -> tuple[Finding, ...]:
    """Run every rule of ``CHECKS`` on a filed request."""
    return tuple(finding for rule in CHECKS for finding in rule(form, context))
