"""``score``: the only place points are computed.

Takes a scheme and one fact per criterion, returns a sheet. Each criterion is rounded once,
half up, to the places the scheme names; the total is their exact sum (rescaled when the scheme
says so). Knows no stage, no form and no edition.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.facts import Fact, NotApplicable
from budgetperf.scoring.scheme import Criterion, Scheme


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


def score(scheme: Scheme, facts: Mapping[str, Fact]) -> ScoreSheet:
    """Compute the points of every criterion.

    Parameters
    ----------
    scheme : Scheme
    facts : mapping of str to Fact
        One fact per criterion key, no more and no fewer.

    Raises
    ------
    Invalid
        ``scoring.facts`` if facts are missing or unknown; the codes of the formulas otherwise.

    Notes
    -----
    points = half_up(weight x share), never above the weight. With criteria not applicable and ``rescale``:
    total = half_up(sum of points x out_of / sum of applicable weights), never above out_of.
    """
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
    part = criterion.formula.part(fact, criterion.weight)
    points = min(half_up(Fraction(criterion.weight) * part.share, scheme.places), criterion.weight)
    return ScoreLine(
        criterion.key, criterion.label, criterion.weight, points, criterion.weight - points
    ), part.note


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
