"""Facts and results of baselines as plain JSON, for decision packages and their recomputation.

Typed records go out and come back unchanged; floats never appear. Nothing is computed here
that ``baseline`` does not compute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from budgetperf.costing import special_factors
from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.cost_baseline import BaselineAnswers, BaselineTarget, DmuBaseline
from budgetperf.costing.fitted import FittedBaseline
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import record, restore
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.version import METHOD, VERSION
from budgetperf.money import Money
from budgetperf.provenance import Json


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """Everything a baseline follows from, but the seed (it has its own place in a package)."""

    panel: CostPanel
    targets: tuple[BaselineTarget, ...]
    spec: BaselineSpec
    prices: PriceIndex | None
    payable_total: Money | None = None
    factors: tuple[SpecialFactor, ...] = ()


def baseline_facts(facts: BaselineFacts) -> Json:
    """Return the facts of a baseline package; ``spec.seed`` goes into ``DecisionPackage.seed``."""
    return record(replace(facts, spec=replace(facts.spec, seed=0)))


def answered(
    facts: BaselineFacts, spread: Spread = in_turn, *, version: int = VERSION
) -> tuple[BaselineAnswers, Json]:
    """Return everything the panel answers, and the model card, as a version of the method does."""
    fitted = _fitted(facts, spread, version)
    answers = special_factors.answer_giving_back(
        fitted, facts.targets, facts.factors, payable_total=facts.payable_total
    )
    return answers, special_factors.card(fitted, facts.factors)


def _fitted(facts: BaselineFacts, spread: Spread, version: int) -> FittedBaseline:
    return special_factors.fit_without(
        facts.panel, facts.spec, facts.factors, prices=facts.prices, spread=spread, version=version
    )


def baseline_result(answers: BaselineAnswers, *, card: Json) -> Json:
    """Return the result of a baseline package: what the panel answers, and the model card."""
    told = {field.name: record(getattr(answers, field.name)) for field in fields(answers)}
    return {**told, "card": card}


def recompute_baseline(facts: Json, seed: int, method: str = METHOD) -> Json:
    """Compute the result of a baseline package again from its facts, as its method recorded it.

    Returns
    -------
    Json
        Equal to the recorded result in the same numeric environment (``baseline.environment``);
        elsewhere equal as far as the declared rounding absorbs the last digits.
    """
    stored = restore(BaselineFacts, facts)
    stored = replace(stored, spec=replace(stored.spec, seed=seed))
    version = int(method.rpartition("/")[2])
    if method in EARLIER:
        fitted = _fitted(stored, in_turn, version)
        return _as_recorded_before(method, fitted.for_targets(stored.targets), fitted.card)
    answers, card = answered(stored, version=version)
    return baseline_result(answers, card=card)


EARLIER: Mapping[str, frozenset[str]] = {
    "costing.baseline/1": frozenset({"calibration", "screening", "screened"}),
    "costing.baseline/2": frozenset({"calibration"}),
}
"""Methods of before: what their card did not record. They told of the targets only."""

NOT_TOLD_BEFORE = frozenset(
    f"costing.{code}"
    for code in (
        "perfect_fit",
        "not_unique",
        "thin_tail",
        "span",
        "ill_conditioned",
        "wrong_sign",
        "unit_alone",
        "not_a_maximum",
    )
)
"""Findings earlier methods did not pass on, or did not know."""


def _as_recorded_before(method: str, found: Sequence[DmuBaseline], card: Json) -> Json:
    """Return the result as an earlier method recorded it; the first did not record weights of peers."""
    assert isinstance(card, dict)
    kept = {key: value for key, value in card.items() if key not in EARLIER[method]}
    kept |= {"method": method, "findings": [one for one in card["findings"] if one not in NOT_TOLD_BEFORE]}
    told = [_told_before(one, weights=method != "costing.baseline/1") for one in found]
    return {"baselines": told, "card": kept}


def _told_before(found: DmuBaseline, *, weights: bool) -> Json:
    told = record(found)
    if weights or not isinstance(told, dict):
        return told
    return {**told, "peers": [{k: v for k, v in peer.items() if k != "weight"} for peer in told["peers"]]}
