"""What a special-factor claim would move, as a decision package. Imports pandas and statsmodels: for workers only."""

from collections.abc import Sequence
from dataclasses import dataclass

from budgetperf.actions.baseline import spec_of, targets_of
from budgetperf.actions.context import Context
from budgetperf.actions.moves import load
from budgetperf.actions.panels import load_panel, price_index
from budgetperf.actions.payloads import MovementComputed
from budgetperf.actions.rules import in_force
from budgetperf.actions.special_factors import STAGE, admitted_factors, factor_of, get_claim
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.methods import n_pieces
from budgetperf.costing.movement_packages import (
    MOVEMENT_METHOD,
    MovementFacts,
    moved,
    movement_facts,
    movement_result,
)
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.records import record
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.version import environment
from budgetperf.errors import Conflict, Forbidden, NotFound
from budgetperf.lifecycle.special_factor.form import ClaimForm
from budgetperf.permissions import Permission, may
from budgetperf.process.transitions import find
from budgetperf.provenance import DecisionKind, DecisionPackage, Json, digest
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.evidence import write_event
from budgetperf.store.records import latest_filing
from budgetperf.store.results import write_package


@dataclass(frozen=True, slots=True)
class MovementOrder:
    """What a movement follows from, as it stands now: the claim as filed, its facts and its edition."""

    claim: str
    edition: str
    edition_digest: str
    facts: MovementFacts

    @property
    def digest(self) -> str:
        """Of all that decides the figures: what is computed for one digest is good for no other."""
        made_by = {"method": MOVEMENT_METHOD, "environment": environment(), "claim": self.claim}
        return digest({**made_by, "edition": self.edition_digest, "facts": record(self.facts)})

    @property
    def n_pieces(self) -> int:
        """How many pieces of draws it takes, at most: the panel is fitted without the claim and with it."""
        return 2 * n_pieces(self.facts.panel.spec, self.facts.spec)


def order_movement(ctx: Context, record_id: str) -> MovementOrder:
    """Read what the movement of a filed claim follows from.

    Raises
    ------
    Forbidden
        The actor may not compute movements.
    NotFound
        There is no such claim, or it has not been filed.
    Conflict
        The claim is not waiting for a decision.
    """
    claim = get_claim(ctx, record_id)
    wanted = Permission("special_factor_claim:movement:compute")
    if reason := may(ctx.actor, wanted, claim.path, "测算特殊因素影响"):
        raise Forbidden("special_factor.forbidden", reason)
    filing = latest_filing(ctx.session, claim.id, ClaimForm.__name__)
    if filing is None:
        raise NotFound("special_factor.none", f"“{claim.name}”没有已报送的特殊因素申请")
    if find(STAGE, "admit", claim.status) is None:
        raise Conflict("special_factor.decided", f"“{claim.name}”的申请{claim.status.label}，不再测算")
    form, year = ClaimForm.model_validate(filing.document), claim.fiscal_year
    used = in_force(ctx, "cost_baseline", CostBaselineRules)
    panel_id, panel = load_panel(ctx, form.panel_code)
    facts = MovementFacts(
        panel,
        _everybody(panel, targets_of(ctx, panel_id, panel, year), year),
        spec_of(used.rules),
        price_index(ctx),
        factor_of(ctx, claim, form),
        admitted_factors(ctx, form.panel_code, year),
    )
    return MovementOrder(filing.digest, used.id, used.digest, facts)


def compute(order: MovementOrder, spread: Spread = in_turn) -> Json:
    """Compute a movement; needs no transaction, and may take long."""
    return movement_result(moved(order.facts, spread))


def compute_movement(ctx: Context, record_id: str) -> str:
    """Compute what a filed claim would move and keep it, in one transaction; return the package's digest."""
    order = order_movement(ctx, record_id)
    return file_movement(ctx, record_id, order, compute(order))


def file_movement(ctx: Context, record_id: str, order: MovementOrder, result: Json) -> str:
    """Keep a computed movement of every unit of the panel and return the package's digest.

    The package stays with the finance bureau: it holds everybody's costs.

    Raises
    ------
    Conflict
        The claim, other claims or the rules have changed since it was ordered.
    """
    claim, facts = load(ctx, record_id), order.facts
    if order_movement(ctx, record_id).digest != order.digest:
        raise Conflict(
            "special_factor.moved", "测算期间申请内容、其他申请或规则有变动，结果未采用，请重新测算"
        )
    package = DecisionPackage(
        DecisionKind.MOVEMENT,
        claim.subject,
        str(claim.fiscal_year),
        order.edition,
        order.edition_digest,
        MOVEMENT_METHOD,
        movement_facts(facts),
        result,
        seed=facts.spec.seed,
        environment=environment(),
    )
    kept = write_package(
        ctx.session, package, decision_id=ctx.ids.new(), record_id=claim.id, evaluand_id=None, at=ctx.now
    )
    write_event(
        ctx.session,
        claim.subject,
        kind="special_factor_claim.compute",
        actor=ctx.actor.id,
        at=ctx.now,
        payload=MovementComputed(claim.id, order.claim, kept),
    )
    return kept


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
