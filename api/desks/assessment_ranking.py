"""The results of a campaign as tables: one ranking for each company of units, with a chart of its totals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from api.desks.moves import assessment_page
from api.screens.assessment import GroupTable, ResultLine, TotalBar, TrackTable
from budgetperf.indicators import plain_number
from budgetperf.scoring.assessment import AssessmentRules, Component, Track
from budgetperf.store.campaigns import ResultFacts, UnitFacts

SHOWN = 300
CHARTED = 40
_SLOT, _TALL = 46, 76


def track_tables(
    scheme: AssessmentRules, units: Iterable[UnitFacts], results: Iterable[ResultFacts]
) -> tuple[TrackTable, ...]:
    """Return the tables of the tracks that have results the reader may see."""
    known = {result.unit_id: result for result in results}
    by_track: dict[str, list[tuple[UnitFacts, ResultFacts]]] = {}
    for unit in units:
        track = scheme.track_of(unit.group_key)
        if track and unit.id in known:
            by_track.setdefault(track.key, []).append((unit, known[unit.id]))
    return tuple(
        TrackTable(
            track.label,
            tuple((part.label, plain_number(part.out_of)) for part in track.components),
            tuple(_companies(track, by_track[track.key])),
        )
        for track in scheme.tracks
        if track.key in by_track
    )


def _companies(track: Track, found: Sequence[tuple[UnitFacts, ResultFacts]]) -> Iterator[GroupTable]:
    """Yield the rankings of a track in the order of its groups."""
    labels = {group.key: group.label for group in track.groups}
    companies: dict[str, list[tuple[UnitFacts, ResultFacts]]] = {}
    for group in track.groups:
        key = {"group": group.key, "parent": track.parent(group.key)}.get(track.ranking.scope, "")
        companies.setdefault(key, []).extend(pair for pair in found if pair[0].group_key == group.key)
    for key, pairs in companies.items():
        if pairs:
            ordered = sorted(pairs, key=lambda pair: (pair[1].rank is None, pair[1].rank or 0, pair[0].code))
            label = labels.get(key, "")
            yield _table(track, "" if label == track.label else label, ordered)


def _table(track: Track, label: str, ordered: Sequence[tuple[UnitFacts, ResultFacts]]) -> GroupTable:
    charted = [
        (unit, result.total, result.document["total"]) for unit, result in ordered if result.total is not None
    ][:CHARTED]
    most = max((total for _, total, _ in charted), default=Decimal(0))
    return GroupTable(
        label,
        tuple(_line(track.components, unit, result) for unit, result in ordered[:SHOWN]),
        tuple(
            TotalBar(
                4 + at * _SLOT,
                int(total * _TALL / max(most, track.total)),
                unit.code[:6],
                unit.name,
                str(printed),
            )
            for at, (unit, total, printed) in enumerate(charted)
        ),
        8 + len(charted) * _SLOT,
        len(ordered),
    )


def _line(parts: Iterable[Component], unit: UnitFacts, result: ResultFacts) -> ResultLine:
    trace: Mapping[str, Any] = result.document
    points = {part["key"]: part["points"] for part in trace["components"]}
    return ResultLine(
        result.rank,
        unit.code,
        unit.name,
        assessment_page(unit.subject),
        tuple(points.get(part.key) or "—" for part in parts),
        trace["bonus"],
        trace["penalty"],
        "" if result.total is None else str(trace["total"]),
        result.grade_label,
        tuple(one["label"] for one in trace["consequences"]),
    )
