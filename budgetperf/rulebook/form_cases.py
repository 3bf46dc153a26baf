"""Worked examples of the form without scores, the evaluation frame and the scoring types.

What an example gives, and what is computed from it.
"""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field

from budgetperf.rulebook.cases import EvaluatedIndicator, MoneyCase
from budgetperf.scoring.evaluation_frame import EvaluationFrameRules, Phase
from budgetperf.scoring.facts import Fact, Measured, NotApplicable, Rated
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules, finance_evaluation_facts
from budgetperf.scoring.rules import Exact, Rule
from budgetperf.scoring.scheme import Dimension, Scheme
from budgetperf.scoring.score import score
from budgetperf.scoring.scoring_types import ScoringType, ScoringTypeRules
from budgetperf.scoring.unscored_evaluation import UnscoredEvaluationRules, unscored_evaluation


class UnscoredIndicator(EvaluatedIndicator):
    """A filed indicator with what was reached; a weight may be filed, and is refused."""

    weight: Exact = Decimal(0)


class UnscoredEvaluationCase(Rule):
    """A whole form."""

    indicators: tuple[UnscoredIndicator, ...]
    money: MoneyCase


def unscored_evaluation_case(
    rules: UnscoredEvaluationRules, given: UnscoredEvaluationCase
) -> Mapping[str, object]:
    """The execution rate, whether each target was reached, and the lines that need a reason."""
    cases = {str(number): case for number, case in enumerate(given.indicators, 1)}
    result = unscored_evaluation(
        [case.indicator(key) for key, case in cases.items()],
        {key: case.actual for key, case in cases.items()},
        execution=given.money.execution([rules.rate.base]),
        rules=rules,
    )
    return {"rate": result.rate, "met": result.met, "reasons": result.reasons}


class MeasuredCase(Rule):
    """A planned number and the actual one."""

    target: Exact
    actual: Exact


class EvaluationFrameCase(Rule):
    """One evaluation under the frame.

    Parameters
    ----------
    phase : Phase
    weights : mapping of str to Decimal
        Points a work plan sets otherwise.
    points : mapping of str to Decimal
        By criterion the evaluator rates.
    measured : mapping of str to MeasuredCase
        By criterion that is a rate of two numbers.
    not_applicable : mapping of str to str
        Reason by criterion.
    money : MoneyCase
    """

    phase: Phase
    weights: dict[str, Exact] = Field(default_factory=dict)
    points: dict[str, Exact]
    measured: dict[str, MeasuredCase] = Field(default_factory=dict)
    not_applicable: dict[str, str] = Field(default_factory=dict)
    money: MoneyCase

    def facts(self, rules: FinanceEvaluationRules) -> Mapping[str, Fact]:
        """Return one fact per criterion."""
        judged = {key: Rated(points) for key, points in self.points.items()}
        dropped = {key: NotApplicable(reason) for key, reason in self.not_applicable.items()}
        rates = {key: Measured(case.target, case.actual) for key, case in self.measured.items()}
        return finance_evaluation_facts(
            {**judged, **dropped, **rates}, self.money.execution(rules.money_totals), rules=rules
        )


def evaluation_frame_case(rules: EvaluationFrameRules, given: EvaluationFrameCase) -> Mapping[str, object]:
    """Points by criterion and dimension, and the total."""
    framed = rules.rules(given.phase, weights=given.weights)
    sheet = score(framed.scheme, given.facts(framed))
    return {
        "points": {line.key: line.points for line in sheet.lines},
        "dimensions": {
            dimension.key: sheet.subtotal(frozenset(item.key for item in dimension.criteria))
            for dimension in framed.scheme.dimensions
        },
        "weights": {dimension.key: dimension.weight for dimension in framed.scheme.dimensions},
        "total": sheet.total,
    }


class ScoringTypeCase(Rule):
    """One indicator: how it is scored and what was found."""

    type: ScoringType
    weight: Exact
    pass_from: Exact | None = None
    fact: Fact


def scoring_type_case(rules: ScoringTypeRules, given: ScoringTypeCase) -> Mapping[str, object]:
    """The points."""
    criterion = rules.criterion(
        given.type, key="1", label="指标1", weight=given.weight, pass_from=given.pass_from
    )
    only = Dimension(key="1", label="指标", weight=given.weight, criteria=(criterion,))
    scheme = Scheme(total=given.weight, places=rules.places, not_applicable="refuse", dimensions=(only,))
    return {"points": score(scheme, {"1": given.fact}).total}
