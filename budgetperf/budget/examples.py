"""The worked examples of an edition of kind ``limit_cuts``: what they give and what comes out.

An example states the facts of one line; who, where and package digests are filled in. What
comes out is what each ground took (those that took something) and what remains, in 元.
"""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, model_validator

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
from budgetperf.budget.shapes import STRICT, Amount
from budgetperf.budget.waterfall import cut_line

_EVIDENCE = ("exante", "execution", "carry_over", "grade", "cost")


class CutCase(BaseModel):
    """The facts of one line, as ``LineFacts`` names them."""

    model_config = STRICT

    request: Amount
    exante: ExanteFacts | None = None
    execution: ExecutionFacts | None = None
    carry_over: CarryOverFacts | None = None
    grade: GradeFacts | None = None
    cost: CostFacts | None = None
    protection: Protected | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_packages(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {
            key: {"package": "example", **item} if key in _EVIDENCE and isinstance(item, Mapping) else item
            for key, item in value.items()
        }

    @property
    def facts(self) -> LineFacts:
        """The facts as the waterfall takes them."""
        return LineFacts(
            line="example",
            name="示例项目",
            department="D",
            department_name="示例部门",
            agency="A",
            request=self.request,
            priority_points=Decimal(0),
            exante=self.exante,
            execution=self.execution,
            carry_over=self.carry_over,
            grade=self.grade,
            cost=self.cost,
            protection=self.protection,
        )


def cut_case(rules: CutRules, given: CutCase) -> Mapping[str, object]:
    """Return ``cuts`` by ground and ``remaining``, in 元 with two places."""
    result = cut_line(given.facts, rules)
    return {
        "cuts": {cut.claim.ground.value: f"{cut.applied}元" for cut in result.cuts if cut.applied},
        "remaining": f"{result.remaining}元",
    }
