"""The same facts under two rules: who changes total or grade, and which criteria moved.

Takes judgements already made (by ``score`` or by ``assess``) and lays them side by side; it
computes no points. Which editions are compared is said by the caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.facts import Fact
from budgetperf.scoring.grade import GradeRules, grade
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.score import score


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """Points of one criterion or component."""

    key: str
    label: str
    points: Decimal
    out_of: Decimal


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule says of one evaluand.

    Parameters
    ----------
    evaluand : str
    total : Decimal
    grade : str
        As printed; empty when the rule gives none.
    lines : tuple of JudgedLine
    rank : int or None
    """

    evaluand: str
    total: Decimal
    grade: str
    lines: tuple[JudgedLine, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A criterion whose points differ; None on the side that does not know it."""

    key: str
    label: str
    before: Decimal | None
    after: Decimal | None

    def __str__(self) -> str:
        return f"“{self.label}”{_points(self.before)}→{_points(self.after)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One evaluand under both rules.

    Parameters
    ----------
    evaluand : str
    before, after : Judgement
    moved : tuple of Moved
        The largest change first.
    reason : str
        The change in one Chinese sentence.
    """

    evaluand: str
    before: Judgement
    after: Judgement
    moved: tuple[Moved, ...]
    reason: str

    @property
    def changed(self) -> bool:
        """Whether points, total, grade or rank differ; another wording alone is no change."""
        before, after = self.before, self.after
        same = (before.total, before.grade, before.rank) == (after.total, after.grade, after.rank)
        return bool(self.moved) or not same

    @property
    def changes_grade(self) -> bool:
        """Whether the grade differs."""
        return self.before.grade != self.after.grade


def compare(before: Sequence[Judgement], after: Sequence[Judgement]) -> tuple[Difference, ...]:
    """Return one difference per evaluand, by code; those without any change are told as such.

    Raises
    ------
    Invalid
        ``scoring.compare`` if the two sides do not judge the same evaluands, each once.
    """
    left = {judgement.evaluand: judgement for judgement in before}
    right = {judgement.evaluand: judgement for judgement in after}
    if (len(left), len(right)) != (len(before), len(after)):
        raise Invalid("scoring.compare", "同一对象在一套规则下只能有一个结果，请去掉重复的对象")
    if apart := sorted(set(left) ^ set(right)):
        raise Invalid("scoring.compare", f"两套规则的评价对象不一致：{'、'.join(apart)}，请使用同一份事实")
    return tuple(_difference(left[evaluand], right[evaluand]) for evaluand in sorted(left))


def judged(
    scheme: Scheme, facts: Mapping[str, Mapping[str, Fact]], *, grades: GradeRules | None = None
) -> tuple[Judgement, ...]:
    """Score every evaluand under one scheme, and grade it if there are grades.

    Parameters
    ----------
    scheme : Scheme
    facts : mapping of str to mapping of str to Fact
        Evaluand to criterion to fact.
    grades : GradeRules or None

    Raises
    ------
    Invalid
        As ``score`` and ``grade``.
    """
    found: list[Judgement] = []
    for evaluand, given in facts.items():
        sheet = score(scheme, given)
        lines = tuple(
            JudgedLine(line.key, line.label, line.points, line.weight)
            for line in sheet.lines
            if line.applicable
        )
        word = grade(sheet.total, grades).label if grades else ""
        found.append(Judgement(evaluand, sheet.total, word, lines))
    return tuple(found)


def _difference(before: Judgement, after: Judgement) -> Difference:
    left = {line.key: line for line in before.lines}
    right = {line.key: line for line in after.lines}
    moved = [
        Moved(
            key,
            (right.get(key) or left[key]).label,
            left[key].points if key in left else None,
            right[key].points if key in right else None,
        )
        for key in [*left, *(key for key in right if key not in left)]
    ]
    changed = sorted(
        (move for move in moved if move.before != move.after),
        key=lambda move: -abs((move.after or Decimal(0)) - (move.before or Decimal(0))),
    )
    return Difference(before.evaluand, before, after, tuple(changed), _reason(before, after, changed))


def _reason(before: Judgement, after: Judgement, moved: Sequence[Moved]) -> str:
    parts: list[str] = []
    if before.grade != after.grade:
        parts.append(f"等级由“{before.grade or '无'}”变为“{after.grade or '无'}”")
    if before.total != after.total:
        parts.append(f"总分{_points(before.total)}→{_points(after.total)}")
    if before.rank != after.rank:
        parts.append(f"名次{_rank(before.rank)}→{_rank(after.rank)}")
    if not parts and not moved:
        return "结果相同"
    if moved:
        parts.append("变动项：" + "、".join(str(move) for move in moved))
    elif before.grade != after.grade and before.total == after.total:
        parts.append("总分未变，系等级界限、名额或否决规定不同")
    return "；".join(parts)


def _points(value: Decimal | None) -> str:
    return "无此项" if value is None else f"{plain_number(value)}分"


def _rank(value: int | None) -> str:
    return "无" if value is None else f"第{value}"
