"""A filled form scored anew: what each printed value earns under an edition, on the printed weights.

Points are computed by ``scoring.score`` and nowhere else. A row whose values cannot be read
keeps its printed score and says so; nothing is guessed. What differs is told by ``audit``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.indicators import Achievement, Operator
from budgetperf.ledger import Execution, RateBase
from budgetperf.lifecycle.evaluation.audit_form import FilledForm, FilledFunds, FilledIndicator
from budgetperf.lifecycle.evaluation.printed_amount import amount, is_unreadable, unit_of
from budgetperf.lifecycle.evaluation.published_value import (
    PublishedValue,
    achievement_of,
    read_points,
    read_value,
)
from budgetperf.money import ZERO, Money
from budgetperf.scoring.facts import Fact, Measured, NotApplicable, Rated, execution_fact
from budgetperf.scoring.formulas import Formula, Graded, Judged, Tier
from budgetperf.scoring.scheme import Criterion, Dimension, Scheme
from budgetperf.scoring.score import score
from budgetperf.scoring.self_evaluation import EXECUTION, SelfEvaluationRules
from budgetperf.terms import Term

_OF_WHICH = "其中"


class Basis(Term):
    """What the recomputed points of a row rest on."""

    VALUES = "values", "按数值复算"
    TIER = "tier", "按达成档次核对"
    AS_PRINTED = "as_printed", "无法复算，按原得分"
    NOT_APPLICABLE = "not_applicable", "不适用"
    EXECUTION = "execution", "即预算执行行"
    NOT_SCORED = "not_scored", "未计分"


@dataclass(frozen=True, slots=True)
class AuditedLine:
    """One indicator: what is printed, what it says, what it earns.

    Parameters
    ----------
    row : FilledIndicator
    target, actual : PublishedValue
    weight, printed : Decimal or None
        Weight and score as printed; None when there is no number.
    operator : Operator
        The sign it was scored by; a bare number is read as ``=``.
    basis : Basis
    tier : Tier or None
        The tier a qualitative result names.
    points : Decimal or None
        Recomputed; None when the row has no weight.
    reversed_by_score : bool
        A bare cost target that only the printed score shows to be an upper bound.
    undirected : bool
        Full marks for less than a bare target, or for more of what there should be less of: which is better nobody wrote.
    percent_supplied : bool
        An actual such as ``0.96`` under a target of 95%, read as 96%.
    """

    row: FilledIndicator
    target: PublishedValue
    actual: PublishedValue
    weight: Decimal | None
    printed: Decimal | None
    operator: Operator = Operator.EQUAL
    basis: Basis = Basis.NOT_SCORED
    tier: Tier | None = None
    points: Decimal | None = None
    reversed_by_score: bool = False
    undirected: bool = False
    percent_supplied: bool = False


@dataclass(frozen=True, slots=True)
class AuditedExecution:
    """The funds row: amounts, rate and points.

    Parameters
    ----------
    base, paid : Money or None
        None when the cell holds no amount.
    base_is_initial : bool
        Whether the base is 年初预算数: by the edition, or because 全年预算数 is empty.
    from_sources : bool
        Whether the amounts are the sum of the sources because the total row is empty.
    rate : Decimal or None
        A ratio, half up to four places.
    weight, printed : Decimal or None
    points : Decimal or None
        Recomputed.
    """

    base: Money | None
    paid: Money | None
    base_is_initial: bool
    from_sources: bool
    rate: Decimal | None
    weight: Decimal | None
    printed: Decimal | None
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A form scored anew.

    Parameters
    ----------
    lines : tuple of AuditedLine
    execution : AuditedExecution
    total : Decimal or None
        None when a weighted line could not be given any points.
    out_of : Decimal
        Sum of the printed weights that ``total`` is out of.
    """

    lines: tuple[AuditedLine, ...]
    execution: AuditedExecution
    total: Decimal | None
    out_of: Decimal

    @property
    def scored(self) -> bool:
        """Whether the form carries any score at all."""
        return any(line.printed is not None for line in self.lines) or self.execution.printed is not None

    @property
    def unverified(self) -> Decimal:
        """The recomputed points that rest on nothing but the printed score."""
        kept = _sum(line.points for line in self.lines if line.basis is Basis.AS_PRINTED)
        return kept if self.execution.rate is not None else kept + (self.execution.points or 0)

    @property
    def verified(self) -> bool:
        """Whether every weighted row and the money could be recomputed."""
        funds = self.execution
        return not any(line.basis is Basis.AS_PRINTED for line in self.lines) and (
            funds.weight is None or funds.rate is not None
        )

    @property
    def weight_sum(self) -> Decimal:
        """Sum of the printed weights of the indicators."""
        return _sum(line.weight for line in self.lines)

    @property
    def score_sum(self) -> Decimal:
        """Sum of the printed scores of the indicators."""
        return _sum(line.printed for line in self.lines)

    @property
    def weight_sum_with_execution(self) -> Decimal:
        """The same with the execution row."""
        return self.weight_sum + (self.execution.weight or 0)

    @property
    def score_sum_with_execution(self) -> Decimal:
        """The same with the execution row."""
        return self.score_sum + (self.execution.printed or 0)


def recompute(form: FilledForm, rules: SelfEvaluationRules) -> Recomputed:
    """Score a filled form anew.

    Parameters
    ----------
    form : FilledForm
    rules : SelfEvaluationRules
        Formulas by operator, tiers and places; the weights are those printed on the form.
    """
    lines = tuple(_line(row, rules) for row in form.indicators)
    funds = _execution(form, rules.execution.base)
    entries = [entry for at, line in enumerate(lines) if (entry := _entry(str(at), line, rules))]
    money = _execution_entry(funds, rules)
    entries += [money] if money else []
    if all(isinstance(fact, NotApplicable) for _, fact in entries):
        return Recomputed(lines, funds, None, Decimal(0))
    scheme = _scheme(tuple(criterion for criterion, _ in entries), rules)
    sheet = score(scheme, {criterion.key: fact for criterion, fact in entries})
    points = {line.key: line.points for line in sheet.lines if line.applicable}
    lines = tuple(replace(line, points=points.get(str(at))) for at, line in enumerate(lines))
    scorable = all(line.weight is None or line.basis is Basis.NOT_APPLICABLE or line.points is not None for line in lines)  # fmt: skip
    whole = money is not None and len(entries) > 1 and scorable
    return Recomputed(
        lines,
        replace(funds, points=points.get(EXECUTION)),
        sheet.total if whole else None,
        scheme.total,
    )


# ------------------------------------------------------------------ indicators


def _line(row: FilledIndicator, rules: SelfEvaluationRules) -> AuditedLine:
    target, printed = read_value(row.target), read_value(row.actual)
    actual = _in_percent(target, printed)
    line = AuditedLine(
        row,
        target,
        actual,
        _weight(row.weight),
        read_points(row.score),
        percent_supplied=actual is not printed,
    )
    if line.weight is None:
        return line
    if target.number is not None and actual.number is not None and _same_uom(target, actual):
        return _measured(line)
    if actual.crossed_out and line.printed is None:
        return replace(line, basis=Basis.NOT_APPLICABLE)
    if target.number is None and not target.blank and actual.number is None and not actual.blank:
        tier = _tier(line, rules)
        if tier is not None:
            return replace(line, operator=Operator.QUALITATIVE, basis=Basis.TIER, tier=tier)
    return replace(line, basis=Basis.AS_PRINTED)


_FEWER = re.compile("事故|投诉|违规|违纪|差错|超支|信访|死亡")  # better the fewer there are


def _measured(line: AuditedLine) -> AuditedLine:
    """Settle the sign: the printed one, else ``=``; a bare cost target may be an upper bound."""
    if line.target.operator is not None:
        return replace(line, operator=line.target.operator, basis=Basis.VALUES)
    cost = "成本" in line.row.level2 + line.row.level1 and "率" not in line.row.name
    below = line.actual.number is not None and line.actual.number < (line.target.number or 0)
    if cost and below and line.printed == line.weight:
        return replace(line, operator=Operator.AT_MOST, basis=Basis.VALUES, reversed_by_score=True)
    fewer = cost or _FEWER.search(line.row.name) is not None
    if (below or (fewer and line.actual.number != line.target.number)) and line.printed == line.weight:
        return replace(line, basis=Basis.AS_PRINTED, undirected=True)
    return replace(line, operator=Operator.EQUAL, basis=Basis.VALUES)


def _tier(line: AuditedLine, rules: SelfEvaluationRules) -> Tier | None:
    """Return the tier a result in words names; the words of the target itself are a target met."""
    formula = rules.operators[Operator.QUALITATIVE].formula
    same = line.actual.text == line.target.text
    named = Achievement.MET if same else achievement_of(line.actual.text)
    if not isinstance(formula, Graded) or named is None:
        return None
    return next(tier for tier in formula.tiers if tier.achievement is named)


def _in_percent(target: PublishedValue, actual: PublishedValue) -> PublishedValue:
    """Read a bare share under a target in percent as the percentage it is, when that lies nearer the target."""
    share = actual.number
    if target.uom != "%" or target.number is None or actual.uom or share is None or not 0 < share <= 1:
        return actual
    if abs(share * 100 - target.number) >= abs(share - target.number):
        return actual
    return replace(actual, number=share * 100, uom="%")


def _same_uom(target: PublishedValue, actual: PublishedValue) -> bool:
    return "" in {target.uom, actual.uom} or target.uom == actual.uom


def _weight(text: str) -> Decimal | None:
    weight = read_points(text)
    return weight if weight is not None and weight > 0 else None


def _entry(key: str, line: AuditedLine, rules: SelfEvaluationRules) -> tuple[Criterion, Fact] | None:
    """Return the line of the scheme and its fact; None when nothing can be scored."""
    if line.weight is None:
        return None
    rule = rules.operators[line.operator]
    formula: Formula = rule.formula
    fact: Fact
    if line.basis is Basis.NOT_APPLICABLE:
        fact = NotApplicable(line.row.note)
    elif line.basis is Basis.VALUES:
        assert line.target.number is not None
        assert line.actual.number is not None
        fact = Measured(target=line.target.number, actual=line.actual.number)
    elif line.printed is not None:
        formula, fact = Judged(), Rated(min(max(line.printed, Decimal(0)), line.weight))
    else:
        return None
    label = line.row.name or line.row.level2 or f"指标{int(key) + 1}"
    return Criterion(key=key, label=label, weight=line.weight, formula=formula, source=rule.source), fact


def _scheme(criteria: tuple[Criterion, ...], rules: SelfEvaluationRules) -> Scheme:
    """Put the lines under one head: on a published form the weights may sum to anything."""
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    sheet = Dimension(key="sheet", label="自评表", weight=total, criteria=criteria)
    return Scheme(
        total=total, places=rules.places, not_applicable=rules.not_applicable.rule, dimensions=(sheet,)
    )


# ------------------------------------------------------------------- execution


def _execution(form: FilledForm, base_of_rate: RateBase) -> AuditedExecution:
    total, unit = form.budget, unit_of(form)
    settled = {field: _settled(form, field) for field in ("initial", "adjusted", "executed")}
    adjusted, initial, paid = settled["adjusted"], settled["initial"], settled["executed"]
    by_initial = base_of_rate is RateBase.INITIAL
    base = _base(form, settled, ("initial", "adjusted") if by_initial else ("adjusted", "initial"))
    rate = None
    if base is not None and paid is not None:
        rate = _execution_of(base, paid).rate(RateBase.ADJUSTED)
    return AuditedExecution(
        base=base,
        paid=paid,
        base_is_initial=base is not None and initial is not None and (by_initial or adjusted is None),
        from_sources=any(money != amount(getattr(total, field), unit) for field, money in settled.items()),
        rate=rate,
        weight=_weight(total.weight),
        printed=read_points(total.score),
    )


def _settled(form: FilledForm, field: str) -> Money | None:
    """Return an amount of the total row; where it is blank or 0, the sum of the sources."""
    unit, printed = unit_of(form), getattr(form.budget, field)
    own = amount(printed, unit)
    if own or is_unreadable(printed, unit):
        return own
    return sum_of_sources(form, field) or own


def _base(form: FilledForm, settled: Mapping[str, Money | None], ranked: Sequence[str]) -> Money | None:
    """Return the amount of the first column that holds anything, be it only what cannot be read."""
    for field in ranked:
        texts = [getattr(row, field) for row in (form.budget, *source_rows(form))]
        if any(not read_value(text).blank for text in texts):
            return settled[field]
    return None


def source_rows(form: FilledForm) -> tuple[FilledFunds, ...]:
    """Return the rows of the funds block below the total: the sources, without what they consist of.

    ``其中`` before the first source parts the total; behind another source it parts that source.
    """
    rows = tuple(row for row in form.budget.rows if not is_total_row(row))
    if not rows or rows[0].row.startswith(_OF_WHICH):
        return rows
    return tuple(row for row in rows if not row.row.startswith(_OF_WHICH))


def is_total_row(row: FilledFunds) -> bool:
    """Tell whether a row of the funds block is its total."""
    return row.row.replace(" ", "").endswith(("总额", "合计", "总计"))


def source_amounts(form: FilledForm, field: str) -> tuple[Money, ...]:
    """Return what is filled in a column over the sources; nothing when one of them cannot be read."""
    unit = unit_of(form)
    texts = [text for row in source_rows(form) if not read_value(text := getattr(row, field)).blank]
    amounts = tuple(money for text in texts if (money := amount(text, unit)) is not None)
    return amounts if len(amounts) == len(texts) else ()


def sum_of_sources(form: FilledForm, field: str) -> Money | None:
    """Return the sum of a column over the sources; None when none is filled or one cannot be read."""
    amounts = source_amounts(form, field)
    return Money.total(amounts) if amounts else None


def _execution_of(base: Money, paid: Money) -> Execution:
    return Execution(initial=ZERO, adjusted=base, received=ZERO, paid=paid)


def _execution_entry(funds: AuditedExecution, rules: SelfEvaluationRules) -> tuple[Criterion, Fact] | None:
    if funds.weight is None:
        return None
    formula: Formula
    fact: Fact
    if funds.base and funds.paid is not None:
        formula = rules.execution.formula
        fact = execution_fact(_execution_of(funds.base, funds.paid), RateBase.ADJUSTED)
    elif funds.printed is not None:
        formula, fact = Judged(), Rated(min(max(funds.printed, Decimal(0)), funds.weight))
    else:
        return None
    criterion = Criterion(
        key=EXECUTION, label="预算执行率", weight=funds.weight, formula=formula, source=rules.execution.source
    )
    return criterion, fact


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))
