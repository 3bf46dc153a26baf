"""Facts and results of a claim's movement as plain JSON, for decision packages and their recomputation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from budgetperf.costing.claimed_costs import Movement, SpecialFactor
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import record, restore
from budgetperf.costing.special_factors import claim_movement
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.version import VERSION
from budgetperf.provenance import Json

MOVEMENT_METHOD = "costing.movement/3"
BASELINES = {"costing.movement/1": 3, "costing.movement/2": 4}
"""Versions of the baselines earlier movements are of."""


@dataclass(frozen=True, slots=True)
class MovementFacts:
    """Everything a movement follows from, but the seed (it has its own place in a package)."""

    panel: CostPanel
    targets: tuple[BaselineTarget, ...]
    spec: BaselineSpec
    prices: PriceIndex | None
    claim: SpecialFactor
    admitted: tuple[SpecialFactor, ...]


@dataclass(frozen=True, slots=True)
class MovementResult:
    """What a claim would move, of every target."""

    movements: tuple[Movement, ...]


def moved(facts: MovementFacts, spread: Spread = in_turn, *, version: int = VERSION) -> tuple[Movement, ...]:
    """Compute the movement; ``spread`` says where its pieces are done."""
    return claim_movement(
        facts.panel,
        facts.targets,
        facts.claim,
        edition=facts.spec,
        prices=facts.prices,
        admitted=facts.admitted,
        spread=spread,
        version=version,
    )


def movement_facts(facts: MovementFacts) -> Json:
    """Return the facts of a movement package; ``spec.seed`` goes into ``DecisionPackage.seed``."""
    return record(replace(facts, spec=replace(facts.spec, seed=0)))


def movement_result(found: Sequence[Movement]) -> Json:
    """Return the result of a movement package."""
    return record(MovementResult(tuple(found)))


def recompute_movement(facts: Json, seed: int, method: str = MOVEMENT_METHOD) -> Json:
    """Compute the result of a movement package again from its facts, as its method recorded it."""
    stored = restore(MovementFacts, facts)
    version = BASELINES.get(method, VERSION)
    return movement_result(moved(replace(stored, spec=replace(stored.spec, seed=seed)), version=version))
