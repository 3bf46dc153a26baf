"""Facts and results of baselines as plain JSON, for decision packages and their recomputation.

Typed records go out and come back unchanged; floats never appear. Nothing is computed here
that ``baseline`` does not compute.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from budgetperf.costing import baseline as baselines
from budgetperf.costing.cost_baseline import BaselineTarget, CostBaseline
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import record, restore
from budgetperf.provenance import Json


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """Everything a baseline follows from, but the seed (it has its own place in a package)."""

    panel: CostPanel
    targets: tuple[BaselineTarget, ...]
    spec: BaselineSpec
    prices: PriceIndex | None


def baseline_facts(
    panel: CostPanel,
    targets: Sequence[BaselineTarget],
    *,
    spec: BaselineSpec,
    prices: PriceIndex | None = None,
) -> Json:
    """Return the facts of a baseline package; ``spec.seed`` goes into ``DecisionPackage.seed``."""
    return record(BaselineFacts(panel, tuple(targets), replace(spec, seed=0), prices))


def baseline_result(found: Sequence[CostBaseline], *, card: Json) -> Json:
    """Return the result of a baseline package: the baselines and the model card."""
    return {"baselines": record(tuple(found)), "card": card}


def recompute_baseline(facts: Json, seed: int, method: str = baselines.METHOD) -> Json:
    """Compute the result of a baseline package again from its facts, as its method recorded it.

    Returns
    -------
    Json
        Equal to the recorded result in the same numeric environment (``baseline.environment``);
        elsewhere equal as far as the declared rounding absorbs the last digits.
    """
    stored = restore(BaselineFacts, facts)
    fitted = baselines.fit(stored.panel, replace(stored.spec, seed=seed), prices=stored.prices)
    result = baseline_result(fitted.for_targets(stored.targets), card=fitted.card)
    return _as_first_recorded(result) if method == FIRST_METHOD else result


FIRST_METHOD = "costing.baseline/1"


def _as_first_recorded(result: Json) -> Json:
    """Leave out what the first version did not record: weights of peers, and the screening."""
    assert isinstance(result, dict)
    kept = {key: value for key, value in result["card"].items() if key not in {"screening", "screened"}}
    found = [
        {**one, "peers": [{k: v for k, v in peer.items() if k != "weight"} for peer in one["peers"]]}
        for one in result["baselines"]
    ]
    return {"baselines": found, "card": {**kept, "method": FIRST_METHOD}}
