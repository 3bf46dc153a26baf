"""Decision packages of cuts, allocations and limits, and how each is recomputed.

Cuts and limits are computed again from the stored facts; an allocation is verified by its
stored choice and bound, never solved again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from budgetperf.budget.allocation import Allocation, verify_certificate
from budgetperf.budget.ceiling import CeilingFacts
from budgetperf.budget.limits import Limit
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import from_json, to_json
from budgetperf.budget.waterfall import LineCuts, cut_line
from budgetperf.errors import Invalid
from budgetperf.findings import Finding
from budgetperf.provenance import DecisionKind, DecisionPackage, Json

CUT_METHOD = "budget.cut_line/1"
ALLOCATION_METHOD = "budget.allocate/1"
LIMIT_METHOD = "budget.limit/1"


@dataclass(frozen=True, slots=True)
class EditionUsed:
    """The edition a decision was taken under, and the year it is for."""

    edition: str
    edition_digest: str
    period: str


def cut_package(facts: LineFacts, cuts: LineCuts, *, used: EditionUsed) -> DecisionPackage:
    """Package the cuts of one line."""
    return _package(DecisionKind.CUT, facts.line, used=used, method=CUT_METHOD, facts=facts, result=cuts)


def allocation_package(
    facts: CeilingFacts, allocation: Allocation, *, subject: str, used: EditionUsed
) -> DecisionPackage:
    """Package the allocation of one round; ``subject`` is the round's code."""
    return _package(
        DecisionKind.ALLOCATION,
        subject,
        used=used,
        method=ALLOCATION_METHOD,
        facts=facts,
        result=allocation,
        environment=allocation.certificate.solver,
    )


def limit_package(limit: Limit, *, used: EditionUsed) -> DecisionPackage:
    """Package one limit: all but the limit itself are its facts."""
    stored = _mapping(to_json(limit))
    return DecisionPackage(
        DecisionKind.LIMIT,
        limit.line,
        used.period,
        used.edition,
        used.edition_digest,
        LIMIT_METHOD,
        {key: value for key, value in stored.items() if key != "limit"},
        {"limit": stored["limit"]},
    )


def recompute_cuts(facts: Json, rules: CutRules) -> Json:
    """Return the result of a CUT package from its stored facts.

    Raises
    ------
    Invalid
        ``budget.record`` if the facts do not read back.
    """
    return to_json(cut_line(from_json(LineFacts, facts), rules))


def recompute_limit(facts: Json) -> Json:
    """Return the result of a LIMIT package from its stored facts.

    Raises
    ------
    Invalid
        ``budget.record`` if the facts do not read back.
    """
    limit = from_json(Limit, {**_mapping(facts), "limit": "0"})
    return {"limit": str(limit.derived().fen)}


def recheck_allocation(facts: Json, rules: CutRules, *, result: Json) -> tuple[Finding, ...]:
    """Verify the stored result of an ALLOCATION package; empty if it holds.

    Raises
    ------
    Invalid
        ``budget.record`` if facts or result do not read back.
    """
    allocation = from_json(Allocation, result)
    return verify_certificate(from_json(CeilingFacts, facts), rules, allocation=allocation)


def _package(
    kind: DecisionKind,
    subject: str,
    *,
    used: EditionUsed,
    method: str,
    facts: object,
    result: object,
    environment: str = "",
) -> DecisionPackage:
    return DecisionPackage(
        kind,
        subject,
        used.period,
        used.edition,
        used.edition_digest,
        method,
        to_json(facts),
        to_json(result),
        environment=environment,
    )


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise Invalid("budget.record", "决策包的事实应为对象")
    return value
