"""What each ground claims from one line: one function per ground, in one table.

A claim is computed alone; floors and overlaps are the waterfall's. A ground that takes
nothing says why.
"""

from decimal import Decimal
from typing import Protocol

from budgetperf.budget.grounds import Base, Claim, Ground, NoCut
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import percent
from budgetperf.errors import Invalid
from budgetperf.money import Money


class ClaimFunction(Protocol):
    """Facts and rules in, a claim or the reason for none out."""

    def __call__(self, facts: LineFacts, rules: CutRules, *, remaining: Money) -> Claim | NoCut:
        """Return what the ground claims; ``remaining`` is what earlier grounds left."""


def cut_exante(facts: LineFacts, rules: CutRules, *, remaining: Money) -> Claim | NoCut:  # noqa: ARG001
    """Claim request minus recommended amount, or the whole request if it was not supported."""
    ground, seen = Ground.EXANTE, facts.exante
    if seen is None:
        return NoCut(ground=ground, reason="该项目未开展事前绩效评估")
    rule = next(rule for rule in rules.exante if rule.conclusion is seen.conclusion)
    whole = rule.takes == "whole"
    amount = facts.request if whole else facts.request - seen.recommended
    if amount.fen <= 0:
        reason = f"建议金额{seen.recommended}元不低于申报数{facts.request}元"
        return NoCut(ground=ground, reason=reason, source=str(rule.source), package=seen.package)
    words = (
        f"事前评估结论为“{seen.conclusion.label}”，申报数{facts.request}元全部核减"
        if whole
        else f"申报数{facts.request}元减建议金额{seen.recommended}元，核减{amount}元"
    )
    return Claim(
        ground=ground,
        amount=amount,
        base=facts.request,
        ratio=None,
        levels=True,
        explanation=words,
        source=str(rule.source),
        package=seen.package,
    )


def cut_cost(facts: LineFacts, rules: CutRules, *, remaining: Money) -> Claim | NoCut:  # noqa: ARG001
    """Claim what lies above the baseline's upper bound, if the evidence carries it."""
    ground, seen, source = Ground.COST, facts.cost, str(rules.cost.source)
    if seen is None:
        return NoCut(ground=ground, reason="该项目没有适用的成本绩效基线")
    if seen.reviewed > facts.request or seen.lower > seen.upper:
        raise Invalid(
            "claims.cost", f"{facts.line}的成本事实自相矛盾：审核金额须不超过申报数，区间下限须不超过上限"
        )
    reason = ""
    if seen.reviewed <= seen.upper:
        where = "低于成本基线区间" if seen.reviewed < seen.lower else "在成本基线区间之内"
        reason = f"审核金额{seen.reviewed}元{where}（{seen.lower}元至{seen.upper}元），不核减"
    elif not seen.methods_agree:
        reason = f"审核金额{seen.reviewed}元高于上限{seen.upper}元，但两类方法结论不一致，不核减"
    elif seen.evidence_grade not in rules.cost.accepted_evidence:
        accepted = "、".join(rules.cost.accepted_evidence)
        reason = f"基线证据等级为{seen.evidence_grade}，本版规则只接受{accepted}，不核减"
    if reason:
        return NoCut(ground=ground, reason=reason, source=source, package=seen.package)
    amount = seen.reviewed - seen.upper
    return Claim(
        ground=ground,
        amount=amount,
        base=seen.reviewed,
        ratio=None,
        levels=True,
        explanation=f"审核金额{seen.reviewed}元超过成本基线上限{seen.upper}元，核减{amount}元",
        source=source,
        package=seen.package,
    )


def cut_execution(facts: LineFacts, rules: CutRules, *, remaining: Money) -> Claim | NoCut:
    """Claim the ratio of the band the execution rate (paid / adjusted budget) falls into."""
    ground, seen = Ground.EXECUTION, facts.execution
    if seen is None or not seen.adjusted_budget:
        return NoCut(ground=ground, reason="结果年度没有预算，无执行率", package=seen.package if seen else "")
    rate = Decimal(seen.paid.fen) / seen.adjusted_budget.fen
    how = f"支出{seen.paid}元÷调整预算数{seen.adjusted_budget}元，执行率{percent(rate)}"
    band = rules.execution_band(rate)
    if band is None:
        last = rules.execution.bands[-1]
        reason = f"{how}，不低于{percent(last.below_ratio)}，不核减"
        return NoCut(ground=ground, reason=reason, source=str(last.source), package=seen.package)
    return _share(
        ground,
        band.cut_ratio,
        base=_base(rules.execution.base, facts, remaining),
        why=f"{how}，低于{percent(band.below_ratio)}",
        of=rules.execution.base,
        source=str(band.source),
        package=seen.package,
    )


def cut_carry_over(facts: LineFacts, rules: CutRules, *, remaining: Money) -> Claim | NoCut:  # noqa: ARG001
    """Claim the rule's share of the increase of carried-over money."""
    ground, seen, rule = Ground.CARRY_OVER, facts.carry_over, rules.carry_over
    if seen is None:
        return NoCut(ground=ground, reason="该项目没有结转结余记录")
    increase = seen.closing - seen.opening
    how = f"结转结余由{seen.opening}元变为{seen.closing}元"
    if increase.fen <= 0:
        return NoCut(ground=ground, reason=f"{how}，没有增加", source=str(rule.source), package=seen.package)
    return _share(
        ground,
        rule.cut_ratio,
        base=increase,
        why=f"{how}，增加{increase}元",
        of=rule.base,
        source=str(rule.source),
        package=seen.package,
    )


def cut_grade(facts: LineFacts, rules: CutRules, *, remaining: Money) -> Claim | NoCut:
    """Claim the ratio of the line's grade."""
    ground, seen = Ground.GRADE, facts.grade
    if seen is None:
        return NoCut(ground=ground, reason="该项目没有用于预算安排的绩效等级")
    rule = next(rule for rule in rules.grade.ratios if rule.grade is seen.code)
    return _share(
        ground,
        rule.cut_ratio,
        base=_base(rules.grade.base, facts, remaining),
        why=f"绩效等级为“{seen.code.label}”",
        of=rules.grade.base,
        source=str(rule.source),
        package=seen.package,
    )


CLAIMS: dict[Ground, ClaimFunction] = {
    Ground.EXANTE: cut_exante,
    Ground.COST: cut_cost,
    Ground.EXECUTION: cut_execution,
    Ground.CARRY_OVER: cut_carry_over,
    Ground.GRADE: cut_grade,
}


def _base(base: Base, facts: LineFacts, remaining: Money) -> Money:
    return facts.request if base is Base.REQUEST else remaining


def _share(
    ground: Ground, ratio: Decimal, *, base: Money, why: str, of: Base, source: str, package: str
) -> Claim | NoCut:
    """Claim ``ratio`` of ``base``, half up to the fen; a claim of nothing is no claim."""
    amount = base.times(ratio)
    if not amount:
        return NoCut(
            ground=ground, reason=f"{why}，核减比例{percent(ratio)}，不核减", source=source, package=package
        )
    return Claim(
        ground=ground,
        amount=amount,
        base=base,
        ratio=ratio,
        levels=False,
        explanation=f"{why}，按{of.label}{base}元的{percent(ratio)}核减{amount}元",
        source=source,
        package=package,
    )
