"""Which edition holds for which act, typed for the package that uses it."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel

from budgetperf.actions.context import Context
from budgetperf.indicators import Level1
from budgetperf.lifecycle.goals.rules import GoalCheckRules, WeightTemplate
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.parameters import GoalPracticeRules
from budgetperf.scoring.goal_weights import GoalWeightRules
from budgetperf.scoring.goal_weights import WeightTemplate as ScoringTemplate

R_co = TypeVar("R_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True, slots=True)
class InForce(Generic[R_co]):
    """An edition with its rules typed."""

    edition: Edition
    rules: R_co

    @property
    def id(self) -> str:
        """Id of the edition."""
        return self.edition.id

    @property
    def digest(self) -> str:
        """SHA-256 of the edition's file."""
        return self.edition.digest


def in_force(ctx: Context, kind: str, model: type[R_co], *, as_of: date | None = None) -> InForce[R_co]:
    """Return the edition of ``kind`` that holds on ``as_of`` (today when not given)."""
    edition = ctx.rules.get(kind, as_of or ctx.today)
    return InForce(edition, edition.rules_as(model))


def named(ctx: Context, edition_id: str, model: type[R_co]) -> InForce[R_co]:
    """Return the edition a record was begun under."""
    edition = ctx.rules.by_id(edition_id)
    return InForce(edition, edition.rules_as(model))


def _template_name(template: ScoringTemplate) -> str:
    cost = "设置成本指标" if template.cost else "不设成本指标"
    return cost + ("、满意度指标" if template.satisfaction else "，不设满意度指标")


def goal_check_rules(ctx: Context) -> GoalCheckRules:
    """Return the numbers and words of the goal checks from the editions in force."""
    weights = in_force(ctx, "goal_weights", GoalWeightRules)
    practice = in_force(ctx, "goal_practice", GoalPracticeRules).rules
    return GoalCheckRules(
        indicator_total=weights.rules.total,
        templates=tuple(
            WeightTemplate(
                _template_name(template),
                tuple((Level1(level), points) for level, points in template.weights.items()),
            )
            for template in weights.rules.templates
        ),
        placeholders=frozenset(practice.placeholders),
        unit_factor=practice.unit_factor,
        unit_band=practice.unit_band,
        person_words=frozenset(practice.person_words),
        source=str(weights.rules.source),
        practice=str(practice.source),
    )
