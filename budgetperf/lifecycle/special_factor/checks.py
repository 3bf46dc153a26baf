"""What is wrong with a special-factor claim: one function per rule."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from budgetperf.costing.claimed_costs import refusal
from budgetperf.costing.panel import PanelRow
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.special_factor.form import ClaimForm
from budgetperf.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class ClaimContext:
    """What a claim is held against.

    Parameters
    ----------
    dmu : str
        The claimant's unit of the panel.
    rows : mapping of int to PanelRow
        Its rows by year, without what admitted claims set aside already.
    admitted : mapping of int to Money
        What those took, by year.
    files : frozenset of str
        Digests of the files uploaded to the project.
    """

    dmu: str
    rows: Mapping[int, PanelRow]
    admitted: Mapping[int, Money]
    files: frozenset[str]


Check: TypeAlias = Callable[[ClaimForm, ClaimContext], Iterator[Finding]]


def _error(rule: str, pointer: str, message: str) -> Finding:
    return Finding(f"special_factor.{rule}", Severity.ERROR, Where(pointer=pointer), message)


def check_some_year(form: ClaimForm, _context: ClaimContext) -> Iterator[Finding]:
    """At least one year is claimed."""
    if not form.amounts:
        yield _error("years", "/amounts", "各年金额：至少写明一年的特殊因素金额")


def check_year_once(form: ClaimForm, _context: ClaimContext) -> Iterator[Finding]:
    """A year is claimed once."""
    counts = Counter(row.year for row in form.amounts)
    for at, row in enumerate(form.amounts):
        if counts[row.year] > 1:
            yield _error(
                "year_twice", f"/amounts/{at}/year", f"年度：{row.year}年写了{counts[row.year]}行，请合并"
            )


def check_amounts(form: ClaimForm, context: ClaimContext) -> Iterator[Finding]:
    """Each amount is above zero and below what that year cost."""
    for at, row in enumerate(form.amounts):
        own = context.rows.get(row.year)
        less = context.admitted.get(row.year, ZERO)
        if text := refusal(context.dmu, row.year, row.amount, own, less=less):
            field = "year" if own is None else "amount"
            yield _error("amount", f"/amounts/{at}/{field}", text)


def check_evidence(form: ClaimForm, context: ClaimContext) -> Iterator[Finding]:
    """There is evidence, and it was uploaded to the project."""
    if not form.evidence:
        yield _error("evidence", "/evidence", "佐证材料：至少选择一份，先在项目页上传")
    for digest in form.evidence:
        if digest not in context.files:
            yield _error("evidence", "/evidence", f"佐证材料 {digest[:12]}… 未上传到该项目，请先上传")


CHECKS: tuple[Check, ...] = (check_some_year, check_year_once, check_amounts, check_evidence)
"""All rules on a claim, in the order they are told."""


def check(form: ClaimForm, context: ClaimContext) -> tuple[Finding, ...]:
    """Run every rule of ``CHECKS`` on a claim."""
    return tuple(finding for rule in CHECKS for finding in rule(form, context))
