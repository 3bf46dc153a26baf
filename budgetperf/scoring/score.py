"""``score``: the only place points are computed.

Takes a scheme and one fact per criterion and returns a sheet; of a table of facts it returns a
table (``table`` holds that arithmetic, on arrays). Each criterion is rounded once, half up, to the
places the scheme names; the total is their exact sum (rescaled when the scheme says so). Knows no
stage, no form and no edition.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeVar, overload

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.facts import Fact, NotApplicable
from budgetperf.scoring.scheme import Criterion, Scheme

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """The points of one criterion.

    Parameters
    ----------
    key, label : str
    weight, points, lost : Decimal
        ``points + lost == weight`` when it applies; a criterion that does not has 0 of both.
    applicable : bool
    """

    key: str
    label: str
    weight: Decimal
    points: Decimal
    lost: Decimal
    applicable: bool = True


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """The points of one evaluand under one scheme.

    Parameters
    ----------
    lines : tuple of ScoreLine
        In the scheme's order.
    total : Decimal
        Sum of the points; rescaled to ``out_of`` when criteria dropped out.
    out_of : Decimal
        The scheme's total.
    findings : tuple of Finding
        What must be told; never blocks by itself.
    """

    lines: tuple[ScoreLine, ...]
    total: Decimal
    out_of: Decimal
    findings: tuple[Finding, ...] = ()

    def line(self, key: str) -> ScoreLine:
        """Return the line of criterion ``key``.

        Raises
        ------
        KeyError
            If the sheet has no such line.
        """
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

    def subtotal(self, keys: frozenset[str]) -> Decimal:
        """Sum the points of the lines named in ``keys`` (a dimension, a level-1 indicator)."""
        return sum((line.points for line in self.lines if line.key in keys), Decimal(0))


class FactsByColumn(Protocol[T_co]):
    """The facts of many evaluands, column by column (``table.FactTable``)."""

    def scored(self, scheme: Scheme) -> T_co:
        """Compute the points of every criterion of every row."""


@overload
def score(scheme: Scheme, facts: Mapping[str, Fact]) -> ScoreSheet: ...
@overload
def score(scheme: Scheme, facts: FactsByColumn[T_co]) -> T_co: ...
def score(scheme: Scheme, facts: Mapping[str, Fact] | FactsByColumn[T_co]) -> ScoreSheet | T_co:
    """Compute the points of every criterion, for one evaluand or a table of a million.

    Parameters
    ----------
    scheme : Scheme
    facts : mapping of str to Fact, or FactTable
        One fact, or one column of facts, per criterion key, no more and no fewer.

    Returns
    -------
    ScoreSheet, or ScoreTable
        Equal to the last digit.

    Raises
    ------
    Invalid
        ``scoring.facts`` if facts are missing or unknown; else the code of the formula, with the
        criterion's label before its words and its key among its facts.

    Notes
    -----
    points = half_up(weight x share), never above the weight. With criteria not applicable and ``rescale``:
    total = half_up(sum of points x out_of / sum of applicable weights), never above out_of.
    """
    if not isinstance(facts, Mapping):
        return facts.scored(scheme)
    criteria = tuple(scheme.criteria())
    demand_facts(criteria, facts)
    lines: list[ScoreLine] = []
    findings: list[Finding] = []
    for criterion in criteria:
        line, note = score_line(criterion, facts[criterion.key], scheme)
        lines.append(line)
        if note:
            where = Where(pointer=f"/facts/{criterion.key}")
            text = f"“{criterion.label}”{note}"
            findings.append(Finding("scoring.note", Severity.WARNING, where, text, str(criterion.source)))
    return ScoreSheet(tuple(lines), _total(scheme, lines), scheme.total, tuple(findings))


def score_line(criterion: Criterion, fact: Fact, scheme: Scheme) -> tuple[ScoreLine, str]:
    """Return the line of one criterion and what must be told about it.

    Raises
    ------
    Invalid
        ``scoring.not_applicable`` where the scheme refuses it; the codes of the formula.
    """
    if isinstance(fact, NotApplicable):
        if scheme.not_applicable == "refuse":
            raise Invalid(
                "scoring.not_applicable",
                f"“{criterion.label}”填为不适用，但本方案不允许不适用指标，请填报实际情况",
                key=criterion.key,
            )
        zero = Decimal(0)
        return ScoreLine(criterion.key, criterion.label, criterion.weight, zero, zero, applicable=False), ""
    try:
        part = criterion.formula.part(fact, criterion.weight)
    except Invalid as refusal:
        raise _named(criterion, refusal) from refusal
    points = min(half_up(Fraction(criterion.weight) * part.share, scheme.places), criterion.weight)
    return ScoreLine(
        criterion.key, criterion.label, criterion.weight, points, criterion.weight - points
    ), part.note


def _named(criterion: Criterion, refusal: Invalid) -> Invalid:
    """Return what a formula refused with the criterion it stands in."""
    text = f"“{criterion.label}”：{refusal.text}"
    return Invalid(refusal.code, text, refusal.findings, **{**refusal.facts, "key": criterion.key})


def _total(scheme: Scheme, lines: list[ScoreLine]) -> Decimal:
    points = sum((line.points for line in lines), Decimal(0))
    applicable = sum((line.weight for line in lines if line.applicable), Decimal(0))
    if applicable == 0:
        raise Invalid("scoring.not_applicable", "全部评分项均为不适用，无法计算总分，请至少保留一项")
    if applicable == scheme.total:
        return points
    rescaled = half_up(Fraction(points) * Fraction(scheme.total) / Fraction(applicable), scheme.places)
    return min(rescaled, scheme.total)


def demand_facts(criteria: tuple[Criterion, ...], facts: Collection[str]) -> None:
    """Refuse facts that are not exactly those of ``criteria``; only their keys are looked at.

    Raises
    ------
    Invalid
        ``scoring.facts`` with the labels missing or the keys unknown.
    """
    keys = {criterion.key for criterion in criteria}
    missing = [criterion.label for criterion in criteria if criterion.key not in facts]
    unknown = sorted(set(facts) - keys)
    if missing:
        raise Invalid("scoring.facts", f"缺少以下评分项的事实：{'、'.join(missing)}，请补填后再计分")
    if unknown:
        raise Invalid("scoring.facts", f"以下编号不在评分方案中：{'、'.join(unknown)}，请删除或更正")
