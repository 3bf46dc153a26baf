"""What a result leads to: rewards and sanctions by grade, rank, score and the years before.

Holds conditions and how they are read over all units of an assessment; that a consequence is
carried out is recorded elsewhere. Values in, values out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.scoring.ranking import TieRule, Values
from budgetperf.scoring.rules import Exact, Rule, SourcedRule

Scope: TypeAlias = Literal["group", "parent", "track", "whole"]
"""Whose company counts: the own group, the group above it, the track, or all tracks together."""

Measure: TypeAlias = Literal["points", "completion"]
"""The points earned, or value / standard of an item, not cut back at full marks. A standard not above
0 has no quotient: completion is 1 when it is met, else 0."""

TOTAL = "total"
_Count = Annotated[int, Field(ge=1, strict=True)]


class Repeated(Rule):
    """Another consequence, reached this year and in the years before, ``years`` in all."""

    consequence: str
    years: Annotated[int, Field(ge=2, strict=True)]


class Condition(Rule):
    """All stated parts must hold.

    Parameters
    ----------
    grades : tuple of str
        The grade is one of these.
    of : str
        What ``first``, ``last``, ``at_least``, ``below`` and ``below_mean`` look at: ``total``, a
        component or an item.
    by : {"points", "completion"}
        What of it; ``completion`` of a ``proportional`` item, filled once a year.
    first, last : int or None
        Among the best or the worst so many of ``scope``.
    at_least, below : Decimal or None
        Included, excluded.
    below_mean : bool
        Below the plain mean of ``scope``.
    scope : {"group", "parent", "track", "whole"}
    groups : tuple of str
        Only units of these groups, or of groups under them, are looked at; empty for all. With
        ``scope: track`` they compete jointly.
    found : str
        Key of a finding stated for the unit.
    repeated : Repeated or None
    """

    grades: tuple[str, ...] = ()
    of: str = TOTAL
    by: Measure = "points"
    first: _Count | None = None
    last: _Count | None = None
    at_least: Exact | None = None
    below: Exact | None = None
    below_mean: bool = False
    scope: Scope = "group"
    groups: tuple[str, ...] = ()
    found: str = ""
    repeated: Repeated | None = None

    @model_validator(mode="after")
    def _states_something(self) -> Self:
        bounds = (self.first, self.last, self.at_least, self.below, self.repeated)
        if not (self.grades or self.found or self.below_mean) and all(part is None for part in bounds):
            raise ValueError("后果的条件不能为空")
        return self


class Consequence(SourcedRule):
    """One reward or sanction: reached when any of its conditions holds.

    Parameters
    ----------
    key, label : str
    tracks : tuple of str
        The tracks it applies to; empty for all.
    any_of : tuple of Condition
    """

    key: str
    label: str
    tracks: tuple[str, ...] = ()
    any_of: tuple[Condition, ...]

    @model_validator(mode="after")
    def _has_conditions(self) -> Self:
        if not self.any_of:
            raise ValueError(f"后果“{self.label}”至少写明一个条件")
        return self


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one unit once it has its grade.

    Parameters
    ----------
    unit, track, parent, group : str
        ``parent`` is the group itself when it stands under no other.
    grade : str
    values : tuple of Decimal or Fraction
        What it is ranked by inside its track, the total first unless it was set back.
    points : mapping of str to Decimal
        ``total``, components and items.
    completion : mapping of str to Fraction
        By item, value / standard.
    ties : {"shared", "code"}
        Of its track.
    found : frozenset of str
        Findings stated for it.
    past : mapping of str to frozenset of int
        Consequence key to the years ago (1 is last year) in which it was reached.
    """

    unit: str
    track: str
    parent: str
    group: str
    grade: str
    values: Values
    points: Mapping[str, Decimal]
    ties: TieRule
    found: frozenset[str] = frozenset()
    past: Mapping[str, frozenset[int]] = field(default_factory=dict)
    completion: Mapping[str, Fraction] = field(default_factory=dict)

    def measured(self, condition: Condition) -> Decimal | Fraction | None:
        """Return the number that ``condition`` looks at; None where the unit has none."""
        if condition.by == "completion":
            return self.completion.get(condition.of)
        return self.points.get(condition.of)


def consequences(
    standings: Sequence[Standing], rules: Iterable[Consequence]
) -> dict[str, tuple[Consequence, ...]]:
    """Return what each unit has reached, in the order of the rules.

    Notes
    -----
    Units that are equal stand on both sides of the edge of ``first`` and ``last`` together, unless
    their track breaks ties by code; across tracks only the total counts.
    """
    reached: dict[str, tuple[Consequence, ...]] = {standing.unit: () for standing in standings}
    for rule in rules:
        bound = [standing for standing in standings if not rule.tracks or standing.track in rule.tracks]
        for unit in _holders(bound, standings, rule, reached):
            reached[unit] = (*reached[unit], rule)
    return reached


def _holders(
    bound: Sequence[Standing],
    standings: Sequence[Standing],
    rule: Consequence,
    reached: Mapping[str, tuple[Consequence, ...]],
) -> frozenset[str]:
    held = frozenset[str]()
    for condition in rule.any_of:
        wanted = set(condition.groups)
        seen = [s for s in standings if not wanted or wanted & {s.group, s.parent}]
        placed = _placed(seen, condition)
        held |= {
            s.unit
            for s in bound
            if s.unit in placed and _holds(s, condition, frozenset(c.key for c in reached[s.unit]))
        }
    return held


def _holds(standing: Standing, condition: Condition, reached: frozenset[str]) -> bool:
    """Tell whether the parts that look at the unit alone hold."""
    points, again = standing.measured(condition), condition.repeated
    if condition.grades and standing.grade not in condition.grades:
        return False
    if condition.found and condition.found not in standing.found:
        return False
    if condition.at_least is not None and (points is None or points < condition.at_least):
        return False
    if condition.below is not None and (points is None or points >= condition.below):
        return False
    if again is None:
        return True
    before = standing.past.get(again.consequence, frozenset())
    return again.consequence in reached and before >= set(range(1, again.years))


def _placed(standings: Sequence[Standing], condition: Condition) -> frozenset[str]:
    """Return the units for which the parts that look at the company hold."""
    if condition.first is None and condition.last is None and not condition.below_mean:
        return frozenset(standing.unit for standing in standings)
    companies: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.measured(condition) is not None:
            companies.setdefault(_company(standing, condition.scope), []).append(standing)
    return frozenset(unit for company in companies.values() for unit in _singled_out(company, condition))


def _company(standing: Standing, scope: Scope) -> str:
    match scope:
        case "whole":
            return ""
        case "track":
            return standing.track
        case "parent":
            return f"{standing.track}/{standing.parent}"
        case "group":
            return f"{standing.track}/{standing.group}"


def _singled_out(company: Sequence[Standing], condition: Condition) -> set[str]:
    units = {standing.unit for standing in company}
    keys = {standing.unit: _key(standing, condition) for standing in company}
    best_first = sorted(sorted(units), key=lambda unit: keys[unit], reverse=True)
    by_code = all(standing.ties == "code" for standing in company)
    if condition.first is not None:
        units &= _edge(best_first, keys, condition.first, by_code=by_code)
    if condition.last is not None:
        units &= _edge(best_first[::-1], keys, condition.last, by_code=by_code)
    if condition.below_mean:
        points = {s.unit: Fraction(s.measured(condition) or 0) for s in company}
        mean = sum(points.values(), Fraction(0)) / len(points)
        units &= {unit for unit, value in points.items() if value < mean}
    return units


def _edge(order: Sequence[str], keys: Mapping[str, Values], size: int, *, by_code: bool) -> set[str]:
    """Return the first ``size`` of ``order``, and those equal to the last of them."""
    taken = order[:size]
    if by_code:
        return set(taken)
    return {unit for unit in order if keys[unit] == keys[taken[-1]]} | set(taken)


def _key(standing: Standing, condition: Condition) -> Values:
    if condition.of != TOTAL:
        return (standing.measured(condition) or Decimal(0),)
    return (standing.points[TOTAL],) if condition.scope == "whole" else standing.values
