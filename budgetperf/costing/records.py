"""Facts and results of costing as plain JSON, and back; the packages of cost-benefit analyses.

Typed records go out and come back unchanged; floats never appear. Imports nothing heavy, so the
web process may analyse too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeVar

from pydantic import TypeAdapter

from budgetperf.costing.benefit import BenefitAnalysis, BenefitParameters, Option, analyse
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
