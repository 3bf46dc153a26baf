"""Facts and results of costing as plain JSON, for decision packages and their recomputation.

Typed records go out and come back unchanged; floats never appear. Nothing is computed here
that ``baseline`` or ``benefit`` does not compute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar

from pydantic import TypeAdapter

from budgetperf.costing import baseline as baselines
from budgetperf.costing.baseline import BaselineTarget, CostBaseline
from budgetperf.costing.benefit import BenefitAnalysis, BenefitParameters, Option, analyse
from budgetperf.costing.methods import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.money import Money
from budgetperf.provenance import Json, plain

T = TypeVar("T")


def record(value: object) -> Json:
    """Return frozen records as JSON; money as ``{"fen": "123"}``, other values as ``plain``."""
    if isinstance(value, Money):
        return {"fen": str(value.fen)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: record(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): record(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [record(item) for item in value]
    return plain(value)


def restore(kind: type[T], value: Json) -> T:
    """Return the record that ``record`` wrote; unknown keys and wrong types are refused."""
    return TypeAdapter(kind).validate_python(value, extra="forbid")


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


def recompute_baseline(facts: Json, seed: int) -> Json:
    """Compute the result of a baseline package again from its facts.

    Returns
    -------
    Json
        Equal to the recorded result in the same numeric environment (``baseline.environment``);
        elsewhere equal as far as the declared rounding absorbs the last digits.
    """
    stored = restore(BaselineFacts, facts)
    fitted = baselines.fit(stored.panel, replace(stored.spec, seed=seed), prices=stored.prices)
    return baseline_result(fitted.for_targets(stored.targets), card=fitted.card)


@dataclass(frozen=True, slots=True)
class BenefitFacts:
    """Everything a cost-benefit analysis follows from."""

    options: tuple[Option, ...]
    parameters: BenefitParameters


def benefit_facts(options: tuple[Option, ...], parameters: BenefitParameters) -> Json:
    """Return the facts of a cost-benefit package."""
    return record(BenefitFacts(options, parameters))


def benefit_result(analysis: BenefitAnalysis) -> Json:
    """Return the result of a cost-benefit package."""
    return record(analysis)


def recompute_benefit(facts: Json) -> Json:
    """Compute the result of a cost-benefit package again from its facts."""
    stored = restore(BenefitFacts, facts)
    return benefit_result(analyse(stored.options, stored.parameters))
