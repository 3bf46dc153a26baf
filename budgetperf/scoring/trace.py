"""Why a sheet says what it says: derived on demand from scheme and facts, never stored.

Holds the wording of the explanation; the points come from ``score`` itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.indicators import plain_number
from budgetperf.scoring.facts import Fact
from budgetperf.scoring.formulas import spelled
from budgetperf.scoring.scheme import Criterion, Scheme
from budgetperf.scoring.score import ScoreLine, score


@dataclass(frozen=True, slots=True)
class TraceLine:
    """How one criterion came to its points.

    Parameters
    ----------
    key, label : str
    inputs : str
        The fact, in Chinese.
    formula, wording : str
        Name of the formula and what it says with its parameters, in Chinese.
    clause : str
        The source the criterion rests on.
    weight, points, lost : Decimal
    text : str
        All of it as one Chinese sentence.
    """

    key: str
    label: str
    inputs: str
    formula: str
    wording: str
    clause: str
    weight: Decimal
    points: Decimal
    lost: Decimal
    text: str


def trace(scheme: Scheme, facts: Mapping[str, Fact]) -> tuple[TraceLine, ...]:
    """Explain every line of ``score(scheme, facts)``, in the scheme's order.

    Raises
    ------
    Invalid
        As ``score``.
    """
    sheet = score(scheme, facts)
    criteria = scheme.criteria()
    return tuple(
        _explain(criterion, facts[criterion.key], line)
        for criterion, line in zip(criteria, sheet.lines, strict=True)
    )


def _explain(criterion: Criterion, fact: Fact, line: ScoreLine) -> TraceLine:
    formula, clause = criterion.formula, str(criterion.source)
    if line.applicable:
        result = f"满分{plain_number(line.weight)}分，得{plain_number(line.points)}分，失{plain_number(line.lost)}分"
    else:
        result = "不计分，其余各项按比例折算"
    text = f"{criterion.label}：{fact}；{spelled(formula)}；{result}。依据：{clause}"
    return TraceLine(
        key=criterion.key,
        label=criterion.label,
        inputs=str(fact),
        formula=formula.name,
        wording=spelled(formula),
        clause=clause,
        weight=line.weight,
        points=line.points,
        lost=line.lost,
        text=text,
    )
