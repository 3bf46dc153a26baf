"""Worked examples of ``limit_cuts`` editions: one requested line and what each ground takes.

Amounts are written with their unit (``80万元``); the digests of the packages behind the facts
are no matter of an example, so they are left out and stand empty.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, JsonValue

from budgetperf.budget.lines import (
    CarryOverFacts,
    CostFacts,
    ExanteFacts,
    ExecutionFacts,
    GradeFacts,
    LineFacts,
)
from budgetperf.budget.protections import Protected
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import Amount
from budgetperf.budget.waterfall import cut_line
from budgetperf.rulebook.cases import Outcome
from budgetperf.scoring.rules import Rule


def _without_package(value: object) -> object:
    return {**value, "package": ""} if isinstance(value, Mapping) else value


_Packaged = BeforeValidator(_without_package, json_schema_input_type=dict[str, JsonValue] | None)


class LimitCutsCase(Rule):
    """One requested line with the evidence of the earlier stages, as far as there is any."""

    request: Amount
    exante: Annotated[ExanteFacts | None, _Packaged] = None
    execution: Annotated[ExecutionFacts | None, _Packaged] = None
    carry_over: Annotated[CarryOverFacts | None, _Packaged] = None
    grade: Annotated[GradeFacts | None, _Packaged] = None
    cost: Annotated[CostFacts | None, _Packaged] = None
    protection: Protected | None = None


def limit_cuts_case(rules: CutRules, given: LimitCutsCase) -> Outcome:
    """What each ground takes (grounds that take nothing are left out), and what remains."""
    line = LineFacts(
        line="算例",
        name="算例",
        department="",
        department_name="",
        agency="",
        request=given.request,
        priority_points=Decimal(0),
        exante=given.exante,
        execution=given.execution,
        carry_over=given.carry_over,
        grade=given.grade,
        cost=given.cost,
        protection=given.protection,
    )
    result = cut_line(line, rules)
    taken = {cut.claim.ground: f"{cut.applied}元" for cut in result.cuts if cut.applied}
    return {"cuts": taken, "remaining": f"{result.remaining}元"}
