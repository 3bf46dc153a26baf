"""A unit's trace as it may be told: its raters in groups, so that nobody's own mark can be read off.

The whole trace, mark by mark under the raters' numbers, stands in the decision package.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.form import RatingRow
from budgetperf.lifecycle.unit_assessment.gathering import IMPROVED
from budgetperf.provenance import Json
from budgetperf.scoring.assessment import Component, Track
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.raters import RaterRules, groups_mean

PLACES = 6


TOGETHER = "全部评分人"
"""What stands for a group where the groups are told as one."""


def told_trace(trace: Mapping[str, Json], track: Track, people: Collection[str] = ()) -> dict[str, Json]:
    """Return a trace whose rated components carry one mark a period and group: the mean, and of how many.

    Means are those the engine takes (without the extremes a group drops), to six decimals. Where a group other
    than oneself is a single one of the ``people`` who rate, its mean would be that person's mark: the groups of
    that period are told as one, under a blank name.

    Parameters
    ----------
    trace : mapping
    track : Track
    people : collection of str
        Raters who are persons with a sheet of their own, as the trace names them; a survey is none.
    """
    parts = {part.key: part for part in track.components}
    return {**trace, "components": [_told(one, parts, people) for one in _items(trace["components"])]}


def rated_again(
    sheets: Iterable[tuple[Sequence[RatingRow], Mapping[tuple[str, str], str]]],
) -> dict[str, list[Json]]:
    """Return how last year's items to be mended were rated again: by unit, the mean of each and of how many.

    Parameters
    ----------
    sheets : iterable of (rows, problems)
        The rows of a submitted sheet, and what its items of rectification are about by unit and item.
    """
    given: dict[tuple[str, str, str], list[Decimal]] = {}
    for rows, problems in sheets:
        for row in rows:
            if (row.unit, row.item) in problems:
                key = (row.unit, row.item, problems[row.unit, row.item])
                given.setdefault(key, []).append(Decimal(row.value))
    found: dict[str, list[Json]] = {}
    for (unit, item, problem), values in sorted(given.items()):
        mean = half_up(Fraction(sum(values, Decimal(0))) / len(values), 2)
        told = {"record": item.removeprefix(IMPROVED), "problem": problem, "points": plain_number(mean)}
        found.setdefault(unit, []).append({**told, "raters": len(values)})
    return found


def _told(shown: Mapping[str, Json], parts: Mapping[str, Component], people: Collection[str]) -> Json:
    rules = parts[str(shown["key"])].raters
    if rules is None:
        return shown
    periods: dict[str, dict[str, list[Mapping[str, Json]]]] = {}
    for mark in _items(shown["marks"]):
        group = str(mark["rater"]).partition("/")[0]
        periods.setdefault(str(mark["period"]), {}).setdefault(group, []).append(mark)
    means = [one for period, given in periods.items() for one in _means(period, given, rules, people)]
    return {**shown, "marks": means}


def _means(
    period: str,
    given: Mapping[str, Sequence[Mapping[str, Json]]],
    rules: RaterRules,
    people: Collection[str],
) -> Iterable[Json]:
    """Return the mean of each group of a period, or of all together where one would be a person's own mark."""
    marks = {key: [Decimal(str(mark["points"])) for mark in of_group] for key, of_group in given.items()}
    own = {group.key for group in rules.groups if group.own}
    lone = [key for key, of in given.items() if key not in own and len(of) == 1 and of[0]["rater"] in people]
    if lone and len(given) > 1:
        yield _mean(period, "", marks, rules)
        return
    for key in given:
        alone = rules.model_copy(update={"groups": tuple(one for one in rules.groups if one.key == key)})
        yield _mean(period, key, {key: marks[key]}, alone)


def _mean(period: str, name: str, marks: Mapping[str, Sequence[Decimal]], rules: RaterRules) -> Json:
    mean = half_up(groups_mean(marks, rules), PLACES)
    raters = sum(len(given) for given in marks.values())
    return {"period": period, "rater": name, "points": plain_number(mean), "raters": raters}


def _items(value: Json) -> list[Mapping[str, Json]]:
    assert isinstance(value, Sequence)
    return [item for item in value if isinstance(item, Mapping)]
