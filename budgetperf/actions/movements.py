"""What a special-factor claim would move, as a decision package. Imports pandas and statsmodels: for workers only."""

from collections.abc import Sequence

from budgetperf.actions.baseline import spec_of, targets_of
from budgetperf.actions.context import Context
from budgetperf.actions.moves import load
from budgetperf.actions.panels import load_panel, price_index
from budgetperf.actions.payloads import MovementComputed
from budgetperf.actions.rules import in_force
from budgetperf.actions.special_factors import STAGE, admitted_factors, factor_of, filed_claim
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.fitted import environment
from budgetperf.costing.movement_packages import (
    MOVEMENT_METHOD,
    MovementFacts,
    moved,
    movement_facts,
    movement_result,
)
from budgetperf.costing.panel import CostPanel
from budgetperf.errors import Conflict, Forbidden, NotFound
from budgetperf.permissions import Permission, may
from budgetperf.process.transitions import find
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.evidence import write_event
from budgetperf.store.records import latest_filing
from budgetperf.store.results import write_package


def compute_movement(ctx: Context, record_id: str) -> str:
    """Compute what a filed claim would move, of every unit of its panel, and return the package's digest.

    The package stays with the finance bureau: it holds everybody's costs.

    Raises
    ------
    Forbidden
        The actor may not compute movements.
    Conflict
        The claim is not waiting for a decision.
    """
    record = load(ctx, record_id)
    form = filed_claim(ctx, record) if record.stage is STAGE else None
    reason = may(
        ctx.actor, Permission("special_factor_claim:movement:compute"), record.path, "测算特殊因素影响"
    )
    if reason:
        raise Forbidden("special_factor.forbidden", reason)
    filing = latest_filing(ctx.session, record.id, type(form).__name__) if form else None
    if form is None or filing is None:
        raise NotFound("special_factor.none", f"“{record.name}”没有已报送的特殊因素申请")
    if find(STAGE, "admit", record.status) is None:
        raise Conflict("special_factor.decided", f"“{record.name}”的申请{record.status.label}，不再测算")
    used = in_force(ctx, "cost_baseline", CostBaselineRules)
    panel_id, panel = load_panel(ctx, form.panel_code)
    spec = spec_of(used.rules)
    claim = factor_of(ctx, record, form)
    facts = MovementFacts(
        panel,
        _everybody(panel, targets_of(ctx, panel_id, panel, record.fiscal_year), record.fiscal_year),
        spec,
        price_index(ctx),
        claim,
        admitted_factors(ctx, form.panel_code, record.fiscal_year),
    )
    package = DecisionPackage(
        DecisionKind.MOVEMENT,
        record.subject,
        str(record.fiscal_year),
        used.id,
        used.digest,
        MOVEMENT_METHOD,
        movement_facts(facts),
        movement_result(moved(facts)),
        seed=spec.seed,
        environment=environment(),
    )
    digest = write_package(
        ctx.session, package, decision_id=ctx.ids.new(), record_id=record.id, evaluand_id=None, at=ctx.now
    )
    write_event(
        ctx.session,
        record.subject,
        kind="special_factor_claim.compute",
        actor=ctx.actor.id,
        at=ctx.now,
        payload=MovementComputed(record.id, filing.digest, digest),
    )
    return digest


def _everybody(
    panel: CostPanel, projects: Sequence[BaselineTarget], fiscal_year: int
) -> tuple[BaselineTarget, ...]:
    """Return the projects of the budget year, and every other unit as it was last, asked about for that year."""
    asked = {one.dmu for one in projects}
    last = {row.dmu: row for row in sorted(panel.rows, key=lambda row: row.year) if row.dmu not in asked}
    return (
        *projects,
        *(BaselineTarget(dmu, last[dmu].drivers, fiscal_year, last[dmu].group) for dmu in sorted(last)),
    )
