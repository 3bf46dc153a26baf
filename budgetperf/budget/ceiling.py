"""The ceiling applied: at which level each line is funded when not everything fits.

Holds the budget meaning of the exact choice: levels, worth, departments' shares, either-or
pairs, and what the result says in money. Worth of a level is ``points x value ratio x amount
after cuts in 万元``, half up to a whole: a yuan counts the same in a small and a large line, so
size alone neither helps nor harms. Money the choice leaves over stays unallocated.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from pydantic.dataclasses import dataclass

from budgetperf.budget.allocate import Group, Option, Program, Row
from budgetperf.budget.grounds import Ground
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.rules import CutRules, LevelRule
from budgetperf.budget.shapes import RECORD, Amount, Exact, Ratio
from budgetperf.budget.waterfall import LineCuts
from budgetperf.errors import Invalid
from budgetperf.money import Money, MoneyUnit
from budgetperf.terms import Term


class Level(Term):
    """How a line is funded under the ceiling."""

    FULL = "full", "全额保障"
    REDUCED = "reduced", "压减安排"
    FLOOR = "floor", "保底安排"
    DEFERRED = "deferred", "暂缓安排"


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class CeilingLine:
    """A line as the ceiling sees it.

    Parameters
    ----------
    line, name, department : str
    amount : Money
        After all other cuts.
    floor : Money
        Never less than this.
    priority_points : Decimal
    mandatory : bool
        May be reduced, not deferred.
    shielded : bool
        Full funding only.
    """

    line: str
    name: str
    department: str
    amount: Amount
    floor: Amount
    priority_points: Exact
    mandatory: bool = False
    shielded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class DepartmentShare:
    """Bounds on a department's part of the money available; None where there is none."""

    department: str
    minimum: Ratio | None
    maximum: Ratio | None


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class EitherOr:
    """Two lines of which at most one is funded at all."""

    first: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class CeilingFacts:
    """A ceiling, the lines under it and the conditions they were agreed with."""

    ceiling: Amount
    lines: tuple[CeilingLine, ...]
    shares: tuple[DepartmentShare, ...] = ()
    pairs: tuple[EitherOr, ...] = ()


def ceiling_line(
    facts: LineFacts, cuts: LineCuts, *, rules: CutRules, mandatory: bool = False
) -> CeilingLine:
    """Carry a line from the waterfall to the ceiling."""
    rule = rules.protection(facts.protection.kind) if facts.protection else None
    return CeilingLine(
        line=facts.line,
        name=facts.name,
        department=facts.department,
        amount=cuts.remaining,
        floor=cuts.floor,
        priority_points=facts.priority_points,
        mandatory=mandatory,
        shielded=rule is not None and Ground.CEILING in rule.shields,
    )


def reserve_of(ceiling: Money, rules: CutRules) -> Money:
    """Return the part of the ceiling kept back for objections, half up to the fen."""
    return ceiling.times(rules.reserve.ratio)


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LevelChoice:
    """One level a line may be funded at: its share of full funding, money and worth."""

    level: Level
    amount_ratio: Exact
    amount: Amount
    worth: int

    @property
    def code(self) -> str:
        """Name of the option in the program."""
        return f"{self.level.value} {self.amount.fen}"


def choices_of(line: CeilingLine, rules: CutRules) -> tuple[LevelChoice, ...]:
    """List a line's levels from full downwards, no two of the same amount.

    A level below the floor is raised to it and keeps the lower level's worth.
    """
    ratios = [LevelRule(amount_ratio=Decimal(1), value_ratio=Decimal(1))]
    if not line.shielded and line.amount > line.floor:
        ratios = [
            rule for rule in rules.ceiling.levels if rule.amount_ratio or line.floor or not line.mandatory
        ]
    choices: list[LevelChoice] = []
    for rule in ratios:
        share = line.amount.times(rule.amount_ratio)
        choice = LevelChoice(
            level=_level(rule, raised=share < line.floor),
            amount_ratio=rule.amount_ratio,
            amount=max(share, line.floor),
            worth=_worth(line, rule),
        )
        if not choices or choice.amount < choices[-1].amount:
            choices.append(choice)
    return tuple(choices)


def _level(rule: LevelRule, *, raised: bool) -> Level:
    if raised:
        return Level.FLOOR
    if rule.amount_ratio == 1:
        return Level.FULL
    return Level.REDUCED if rule.amount_ratio else Level.DEFERRED


def _worth(line: CeilingLine, rule: LevelRule) -> int:
    worth = line.priority_points * rule.value_ratio * line.amount.in_unit(MoneyUnit.WAN)
    return int(worth.quantize(Decimal(1), ROUND_HALF_UP))


CEILING_ROW = "ceiling"


def build(facts: CeilingFacts, rules: CutRules) -> Program:
    """Write the choice as an integer program in fen, lines in the order of their codes.

    Raises
    ------
    Invalid
        ``ceiling.facts`` if a line stands twice, or a share or pair names what is not there.
    """
    _check_names(facts)
    available = facts.ceiling - reserve_of(facts.ceiling, rules)
    rows = [Row(CEILING_ROW, available.fen)]
    for share in facts.shares:
        if share.minimum is not None:
            least = (available.fen * share.minimum).quantize(Decimal(1), ROUND_CEILING)
            rows.append(Row(f"minimum {share.department}", -int(least)))
        if share.maximum is not None:
            most = (available.fen * share.maximum).quantize(Decimal(1), ROUND_FLOOR)
            rows.append(Row(f"maximum {share.department}", int(most)))
    rows += [Row(f"pair {pair.first} {pair.second}", 1) for pair in facts.pairs]
    known = {row.code for row in rows}
    groups = [
        Group(
            line.line,
            tuple(
                Option(choice.code, choice.worth, _uses(line, choice, facts=facts, known=known))
                for choice in choices_of(line, rules)
            ),
        )
        for line in in_order(facts)
    ]
    return Program(tuple(groups), tuple(rows))


def in_order(facts: CeilingFacts) -> tuple[CeilingLine, ...]:
    """Return the lines by code; the order in which ties fall."""
    return tuple(sorted(facts.lines, key=lambda line: line.line))


def _uses(
    line: CeilingLine, choice: LevelChoice, *, facts: CeilingFacts, known: set[str]
) -> Mapping[str, int]:
    uses = {CEILING_ROW: choice.amount.fen}
    if f"minimum {line.department}" in known:
        uses[f"minimum {line.department}"] = -choice.amount.fen
    if f"maximum {line.department}" in known:
        uses[f"maximum {line.department}"] = choice.amount.fen
    for pair in facts.pairs:
        if line.line in (pair.first, pair.second) and choice.amount:
            uses[f"pair {pair.first} {pair.second}"] = 1
    return uses


def _check_names(facts: CeilingFacts) -> None:
    codes = [line.line for line in facts.lines]
    departments = {line.department for line in facts.lines}
    shares = [share.department for share in facts.shares]
    wrong = [f"项目{code}重复" for code in sorted(set(codes)) if codes.count(code) > 1]
    wrong += [f"部门{code}的份额重复" for code in sorted(set(shares)) if shares.count(code) > 1]
    wrong += [f"份额所指部门{code}没有项目" for code in sorted(set(shares) - departments)]
    wrong += [
        f"二选一“{pair.first}/{pair.second}”须指两个不同的现有项目"
        for pair in facts.pairs
        if pair.first == pair.second or not {pair.first, pair.second} <= set(codes)
    ]
    if wrong:
        raise Invalid("ceiling.facts", "限额分配的输入有误：" + "；".join(wrong))
