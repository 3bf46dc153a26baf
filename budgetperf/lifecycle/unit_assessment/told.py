"""A unit's trace as it may be told: its raters in groups, so that nobody's own mark can be read off.

The whole trace, mark by mark under the raters' numbers, stands in the decision package.
"""

from collections.abc import Iterable, Mapping, Sequence
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


def told_trace(trace: Mapping[str, Json], track: Track) -> dict[str, Json]:
    """Return a trace whose rated components carry one mark a period and group: the mean, and of how many.

    Means are those the engine takes (without the extremes a group drops), to six decimals.
    """
    parts = {part.key: part for part in track.components}
    return {**trace, "components": [_told(one, parts) for one in _items(trace["components"])]}


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


def _told(shown: Mapping[str, Json], parts: Mapping[str, Component]) -> Json:
    part = parts[str(shown["key"])]
    if part.raters is None:
        return shown
    marks: dict[tuple[str, str], list[Decimal]] = {}
    for mark in _items(shown["marks"]):
        group = str(mark["rater"]).partition("/")[0]
        marks.setdefault((str(mark["period"]), group), []).append(Decimal(str(mark["points"])))
    means = [_mean(period, group, given, part.raters) for (period, group), given in marks.items()]
    return {**shown, "marks": means}


def _mean(period: str, key: str, given: Sequence[Decimal], rules: RaterRules) -> Json:
    group = next(group for group in rules.groups if group.key == key)
    alone = rules.model_copy(update={"groups": (group,)})
    mean = half_up(groups_mean({key: given}, alone), PLACES)
    return {"period": period, "rater": key, "points": plain_number(mean), "raters": len(given)}


def _items(value: Json) -> list[Mapping[str, Json]]:
    assert isinstance(value, Sequence)
    return [item for item in value if isinstance(item, Mapping)]
