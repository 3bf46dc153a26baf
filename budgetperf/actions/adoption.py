"""Adopt a fitted cost baseline: each project's band becomes a fact the cuts may use."""

from collections.abc import Mapping, Sequence
from typing import cast

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, load, move
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.findings import Finding, Severity, Where
from budgetperf.process.stages import Guard
from budgetperf.provenance import DecisionKind, Json
from budgetperf.store.adoptions import adoptions
from budgetperf.store.budget import limits_issued
from budgetperf.store.costs import (
    BandFacts,
    UnitFacts,
    bands,
    cost_panel,
    panels_of,
    units_of,
    write_band,
)
from budgetperf.store.records import RecordFacts
from budgetperf.store.results import DecisionFacts, decisions_of


def adopt_baseline(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Adopt a fitted baseline by a second person and write the band of every project it answers for.

    Raises
    ------
    Conflict
        The limits of the budget year are issued.
    """
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "adopt", seen=seen, guards=unless_issued(ctx, record), record=record)
    found, baselines = _answers(ctx, record)
    for unit in _units(ctx, record):
        if unit.dmu not in baselines:
            continue  # told by without_band
        item = baselines[unit.dmu]
        estimates = cast("Sequence[Mapping[str, Json]]", item["estimates"])
        write_band(
            ctx.session,
            BandFacts(
                record_id=record.id,
                evaluand_id=unit.evaluand_id,
                fiscal_year=record.fiscal_year,
                lower_fen=_fen(item["lower"]),
                point_fen=_fen(item["point"]),
                upper_fen=_fen(item["upper"]),
                uppers={str(estimate["name"]): _fen(estimate["upper"]) for estimate in estimates},
                methods_agree=bool(item["methods_agree"]),
                evidence_grade=str(item["grade"]),
                decision_id=found.id,
                adopted_at=ctx.now,
            ),
        )
    return moved.log(ctx)


def unless_issued(ctx: Context, record: RecordFacts) -> set[Guard]:
    """Return the guard that no limits rest on what a record would change, if so until the transaction ends."""
    issued = limits_issued(ctx.session, record.fiscal_year, lock=True)
    return set() if issued else {Guard.LIMITS_NOT_ISSUED}


def without_band(ctx: Context, record: RecordFacts) -> tuple[Finding, ...]:
    """Tell of every project a fitted baseline has no answer for: adopted, it gets no band.

    Raises
    ------
    Conflict
        Nothing was fitted.
    """
    _, baselines = _answers(ctx, record)
    return tuple(
        Finding(
            "baseline.no_band",
            Severity.WARNING,
            Where(),
            f"项目{unit.code}（单元{unit.dmu}）没有测算结果，采用后仍没有成本基线，不据成本核减",
        )
        for unit in _units(ctx, record)
        if unit.dmu not in baselines
    )


def without_projects(ctx: Context, record: RecordFacts) -> tuple[Finding, ...]:
    """Warn of a baseline of a year for which no project stands in its panel: adopted, it changes nothing."""
    if _units(ctx, record):
        return ()
    text = (
        f"没有{record.fiscal_year}年度的项目列入本成本面板，采用后不改变任何项目；请核对测算时所选的预算年度"
    )
    return (Finding("baseline.no_projects", Severity.WARNING, Where(), text),)


def in_two_panels(ctx: Context, record: RecordFacts) -> tuple[Finding, ...]:
    """Tell of every project that stands in other panels of the year too: the baseline adopted last counts."""
    counts = bands(ctx.session, record.fiscal_year)
    known = adoptions(ctx.session)
    told = []
    for unit in _units(ctx, record):
        panels = set(panels_of(ctx.session, unit.evaluand_id, record.fiscal_year)) - {record.subject}
        band = counts.get(unit.evaluand_id)
        now = known[band.record_id].panel_code if band else record.subject
        text = f"项目{unit.code}同年还列入成本面板{'、'.join(sorted(panels))}，以后采用的现行基线为准核减"
        if now in panels:
            text += f"：现按{now}的基线，采用本基线后改按本基线"
        if panels:
            told.append(Finding("baseline.two_panels", Severity.WARNING, Where(), text))
    return tuple(told)


def _units(ctx: Context, record: RecordFacts) -> list[UnitFacts]:
    return units_of(ctx.session, cost_panel(ctx.session, record.subject).id, record.fiscal_year)


def _answers(ctx: Context, record: RecordFacts) -> tuple[DecisionFacts, dict[str, Mapping[str, Json]]]:
    """Return the newest package of a baseline and its answers by unit."""
    found = decisions_of(ctx.session, record_id=record.id, kind=DecisionKind.BASELINE)
    if not found:
        raise Conflict("baseline.none", f"“{record.name}”没有测算结果")
    result = cast("Mapping[str, Json]", found[-1].result)
    answers = cast("Sequence[Mapping[str, Json]]", result["baselines"])
    return found[-1], {str(item["dmu"]): item for item in answers}


def _fen(money: Json) -> int:
    return int(str(cast("Mapping[str, Json]", money)["fen"]))
