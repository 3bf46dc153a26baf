"""Self-evaluation on a form without weights and scores (转移支付自评): targets, actuals and reasons only.

Holds its rules, the execution rate and which lines must be explained. Computes no points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Indicator
from budgetperf.ledger import Execution, RateBase
from budgetperf.scoring.facts import Achieved, Actual, Measured, NotApplicable
from budgetperf.scoring.form_layout import FormLayout
from budgetperf.scoring.required_reasons import Deviation
from budgetperf.scoring.rules import SourcedRule
from budgetperf.scoring.self_evaluation import BelowTarget, indicator_fact


class RateRule(SourcedRule):
    """What money paid is divided by."""

    base: RateBase


class UnscoredEvaluationRules(SourcedRule):
    """What an edition says on a form without scores.

    Parameters
    ----------
    rate : RateRule
    below_target : BelowTarget
    layout : FormLayout
        Without weight and score.
    """

    rate: RateRule
    below_target: BelowTarget
    layout: FormLayout

    @model_validator(mode="after")
    def _unscored(self) -> Self:
        if self.layout.scored:
            raise ValueError("不计分的自评表不得设分值与得分栏")
        return self


@dataclass(frozen=True, slots=True)
class UnscoredResult:
    """What the form says once it is filled.

    Parameters
    ----------
    rate : Decimal or None
        Execution rate, four places; None without a budget.
    met : mapping of str to bool or None
        Whether each indicator reached its target; None where it does not apply.
    reasons : mapping of str to Deviation
        Lines that must be explained.
    """

    rate: Decimal | None
    met: Mapping[str, bool | None]
    reasons: Mapping[str, Deviation]


def unscored_evaluation(
    indicators: Sequence[Indicator],
    actuals: Mapping[str, Actual],
    *,
    execution: Execution,
    rules: UnscoredEvaluationRules,
) -> UnscoredResult:
    """Judge one year's form.

    Parameters
    ----------
    indicators : sequence of Indicator
        Without weights.
    actuals : mapping of str to Actual
        One per indicator key.
    execution : Execution
    rules : UnscoredEvaluationRules

    Raises
    ------
    Invalid
        ``scoring.weights`` if an indicator carries a weight; ``scoring.facts`` if a value is missing,
        unknown, or no fit for its indicator.
    """
    if weighed := [item for item in indicators if item.weight]:
        raise Invalid(
            "scoring.weights",
            f"本表不设分值，请删除以下指标的权重：{'、'.join(item.name for item in weighed)}",
            key=weighed[0].key,
        )
    if unknown := sorted(set(actuals) - {indicator.key for indicator in indicators}):
        raise Invalid("scoring.facts", f"以下编号不在申报的指标中：{'、'.join(unknown)}，请删除或更正")
    met = {item.key: _met(item, actuals.get(item.key)) for item in indicators}
    reasons = {
        key: Deviation.NOT_APPLICABLE if held is None else Deviation.BELOW_TARGET
        for key, held in met.items()
        if held is None or (held is False and rules.below_target.required)
    }
    return UnscoredResult(execution.rate(rules.rate.base), met, reasons)


def _met(indicator: Indicator, actual: Actual | None) -> bool | None:
    match indicator_fact(indicator, actual):
        case Measured(target, value):
            return indicator.operator.holds(value, target)
        case Achieved(achievement):
            return achievement is Achievement.MET
        case NotApplicable():
            return None
    raise AssertionError("a filed indicator has a target, a tier, or does not apply")
