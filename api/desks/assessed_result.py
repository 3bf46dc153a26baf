"""A result laid open: components, their items, what was brought for each, the sheets and the clauses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.desks.assessment_presets import item_labels
from api.screens.assessed_unit import (
    AgainLine,
    FactLine,
    ItemTrace,
    MarkLine,
    PartTrace,
    PastYear,
    ResultView,
)
from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.context import Context
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import period_labels
from budgetperf.lifecycle.unit_assessment.form import FactReportForm
from budgetperf.lifecycle.unit_assessment.told import TOGETHER
from budgetperf.process.stages import Stage, Status
from budgetperf.scoring.assessment import Component
from budgetperf.store.campaigns import ResultFacts, UnitFacts, past_results
from budgetperf.store.listings import filed_documents

_HALVES = (".level", ".growth")


def result_view(work: Work, unit: UnitFacts, result: ResultFacts) -> ResultView:
    """Return a result as it is told: of several raters the mean of their group, never a mark."""
    trace: Mapping[str, Any] = result.document
    track = work.scheme.track_of(unit.group_key)
    parts = {part.key: part for part in track.components} if track else {}
    labels = item_labels(work.scheme)
    return ResultView(
        "" if result.total is None else str(trace["total"]),
        result.rank,
        result.grade_label,
        trace["bonus"],
        trace["penalty"],
        tuple(one["label"] for one in trace["consequences"]),
        tuple(trace["reasons"]),
        tuple(labels.get(key, key) for key in trace["vetoes"]),
        tuple(
            _part(work, parts[part["key"]], part, trace.get("facts", ()))
            for part in trace["components"]
            if part["key"] in parts
        ),
        tuple(AgainLine(one["problem"], one["points"], one["raters"]) for one in trace.get("improved", ())),
    )


def _part(
    work: Work,
    part: Component,
    trace: Mapping[str, Any],
    facts: Iterable[Mapping[str, str]],
) -> PartTrace:
    brought = list(facts)
    clauses = {one.key: one.source.clause for one in part.scheme.criteria()} if part.scheme else {}
    return PartTrace(
        part.label,
        "—" if trace["points"] is None else trace["points"],
        trace["out_of"],
        "" if part.factor == 1 else plain_number(part.factor),
        part.source.clause,
        tuple(
            ItemTrace(
                item["label"],
                item["points"],
                item["out_of"],
                _fact_lines(work, [one for one in brought if _about(one["item"], item["key"])]),
                clauses.get(item["key"], ""),
            )
            for item in trace["items"]
        ),
        _marks(work, part, trace["marks"]),
    )


def _marks(work: Work, part: Component, given: Sequence[Mapping[str, str]]) -> tuple[MarkLine, ...]:
    """Return the periods, or the means of the groups of raters, where there are several."""
    if len(given) <= 1 and not part.raters:
        return ()
    periods = period_labels(work.scheme)
    groups = {group.key: group.label for group in part.raters.groups} if part.raters else {}
    marks = [
        MarkLine(
            periods.get(mark["period"], mark["period"]),
            groups.get(mark["rater"].partition("/")[0], mark["rater"]) or TOGETHER,
            mark["points"],
        )
        for mark in given
    ]
    return tuple(marks)


def _about(fact: str, item: str) -> bool:
    return fact == item or fact in {item + half for half in _HALVES}


def _fact_lines(work: Work, facts: Iterable[Mapping[str, str]]) -> tuple[FactLine, ...]:
    labels, periods = item_labels(work.scheme), period_labels(work.scheme)
    return tuple(
        FactLine(
            labels.get(one["item"], one["item"]),
            periods.get(one["period"], one["period"]),
            one["value"],
            one["standard"],
            one["note"],
        )
        for one in facts
    )


def facts_so_far(ctx: Context, work: Work, unit: UnitFacts) -> tuple[FactLine, ...]:
    """Return what accepted reports say of a unit, as far as the reader sees them."""
    accepted = {
        one.id: one.period
        for one in records_of(ctx, work.campaign, Stage.FACT_REPORT)
        if one.status is Status.AUDITED
    }
    rows = [
        {**row.model_dump(), "period": accepted[record]}
        for record, document in filed_documents(ctx.session, accepted, FactReportForm.__name__).items()
        for row in FactReportForm.model_validate(document).rows
        if row.unit == unit.code and row.value
    ]
    return _fact_lines(work, sorted(rows, key=lambda row: (row["item"], row["period"])))


def past_years(ctx: Context, work: Work, unit: UnitFacts) -> tuple[PastYear, ...]:
    """Return the results of earlier campaigns that the reader may see, newest first."""
    campaign = work.campaign
    found = past_results(ctx.session, campaign.jurisdiction, campaign.fiscal_year, code=unit.code)
    return tuple(
        PastYear(
            year,
            trace["total"] or "",
            trace["rank"],
            trace["grade_label"],
            tuple(one["label"] for one in trace["consequences"]),
        )
        for year, _, trace in reversed(found)
    )
