"""Make decision packages from engine facts and results, and keep them with their record."""

from budgetperf.actions.context import Context
from budgetperf.actions.rules import InForce
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.scoring.recompute import METHODS, ScoringFacts, ScoringResult, compute, to_json
from budgetperf.scoring.rules import Rule
from budgetperf.store.records import RecordFacts
from budgetperf.store.results import write_package


def keep(
    ctx: Context, record: RecordFacts, package: DecisionPackage, *, evaluand_id: str | None = None
) -> tuple[str, str]:
    """Keep a package with its record; return its row id and its digest."""
    decision_id = ctx.ids.new()
    digest = write_package(
        ctx.session,
        package,
        decision_id=decision_id,
        record_id=record.id,
        evaluand_id=evaluand_id or record.evaluand_id,
        at=ctx.now,
    )
    return decision_id, digest


def period_of(record: RecordFacts) -> str:
    """Return the period a decision of this record is about: the quarter, else the year."""
    return record.period or str(record.fiscal_year)


def decide(
    kind: DecisionKind, record: RecordFacts, facts: ScoringFacts, used: InForce[Rule]
) -> tuple[ScoringResult, DecisionPackage]:
    """Compute a scoring decision and package it."""
    result = compute(facts, used.rules)
    package = DecisionPackage(
        kind,
        record.subject,
        period_of(record),
        used.id,
        used.digest,
        METHODS[type(used.rules)].name,
        to_json(facts),
        to_json(result),
    )
    return result, package
