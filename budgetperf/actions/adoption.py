"""Adopt a fitted cost baseline: each project's band becomes a fact the cuts may use."""

from collections.abc import Mapping, Sequence
from typing import cast

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, load, move
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.provenance import DecisionKind, Json
from budgetperf.store.costs import BandFacts, cost_panel, units_of, write_band
from budgetperf.store.results import decisions_of


def adopt_baseline(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Adopt a fitted baseline by a second person and write the band of every project in it."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "adopt", seen=seen, record=record)
    found = decisions_of(ctx.session, record_id=record_id, kind=DecisionKind.BASELINE)
    if not found:
        raise Conflict("baseline.none", f"“{record.name}”没有测算结果")
    result = cast("Mapping[str, Json]", found[-1].result)
    baselines = {str(item["dmu"]): item for item in cast("Sequence[Mapping[str, Json]]", result["baselines"])}
    panel = cost_panel(ctx.session, record.subject)
    for unit in units_of(ctx.session, panel.id, record.fiscal_year):
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
                decision_id=found[-1].id,
                adopted_at=ctx.now,
            ),
        )
    return moved.log(ctx)


def _fen(money: Json) -> int:
    return int(str(cast("Mapping[str, Json]", money)["fen"]))
