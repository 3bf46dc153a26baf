"""The frame 决策 / 过程 / 产出 / 效益 of 财预〔2020〕10号 annex 2, with its evaluation points and two weightings.

One list of criteria weighs differently while a project runs and after it is done; either way it
becomes the rules that a finance evaluation is scored by. Holds no scoring of its own.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules, MoneyCriterion, ResultShare
from budgetperf.scoring.formulas import Formula
from budgetperf.scoring.rules import Places, Points, Rule, SourcedRule
from budgetperf.scoring.scheme import Criterion, Dimension, NotApplicableRule, Scheme
from budgetperf.terms import Term


class Phase(Term):
    """When a project is evaluated."""

    IMPLEMENTING = "implementing", "实施期间"
    COMPLETED = "completed", "完成后"


class FrameCriterion(SourcedRule):
    """One level-3 criterion of the frame.

    Parameters
    ----------
    key, label : str
    level2 : str
        二级指标 it stands under.
    weights : mapping of Phase to Decimal
        Every phase.
    formula : Formula
    looks_at : tuple of str
        评价要点: what is judged, or how the rate is made.
    """

    key: str
    label: str
    level2: str
    weights: dict[Phase, Points]
    formula: Formula
    looks_at: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_phase(self) -> Self:
        if missing := [phase.label for phase in Phase if phase not in self.weights]:
            raise ValueError(f"缺少以下阶段的分值：{'、'.join(missing)}")
        return self


class FrameDimension(Rule):
    """A level-1 indicator with its criteria."""

    key: str
    label: str
    criteria: tuple[FrameCriterion, ...] = Field(min_length=1)


class EvaluationFrameRules(SourcedRule):
    """The frame of one edition.

    Parameters
    ----------
    total, places, not_applicable
        As of a scheme.
    result_share : ResultShare
        Least share of output and benefit, in every phase and under every weighting.
    money : mapping of str to MoneyCriterion
        Criteria the ledger answers.
    dimensions : tuple of FrameDimension
    """

    total: Points
    places: Places
    not_applicable: NotApplicableRule
    result_share: ResultShare
    money: dict[str, MoneyCriterion]
    dimensions: tuple[FrameDimension, ...]

    @model_validator(mode="after")
    def _sound_in_every_phase(self) -> Self:
        for phase in Phase:
            self._rules(phase, {})
        return self

    @model_validator(mode="after")
    def _results_weigh_more_once_done(self) -> Self:
        shares = {phase: self._result_weight(self._weights(phase, {})) for phase in Phase}
        if shares[Phase.COMPLETED] <= shares[Phase.IMPLEMENTING]:
            raise ValueError("完成后的产出、效益权重须高于实施期间")
        return self

    def rules(self, phase: Phase, *, weights: Mapping[str, Decimal] | None = None) -> FinanceEvaluationRules:
        """Return the rules to score by.

        Parameters
        ----------
        phase : Phase
        weights : mapping of str to Decimal
            Points by criterion key that a work plan sets otherwise than the frame.

        Raises
        ------
        Invalid
            ``scoring.facts`` for an unknown criterion; ``scoring.weights`` if the weights are not
            above 0 or do not sum to the total; ``scoring.result_share`` if output and benefit weigh
            too little.
        """
        changed = weights or {}
        known = {criterion.key for dimension in self.dimensions for criterion in dimension.criteria}
        if unknown := sorted(set(changed) - known):
            raise Invalid("scoring.facts", f"以下编号不在评价指标体系中：{'、'.join(unknown)}，请删除或更正")
        held = self._weights(phase, changed)
        found, wanted = sum(held.values(), Decimal(0)), self.total
        if found != wanted or any(weight <= 0 for weight in held.values()):
            raise Invalid(
                "scoring.weights",
                f"指标分值须大于0且合计{plain_number(wanted)}分，实际合计{plain_number(found)}分，请调整后再评分",
            )
        results, least = self._result_weight(held), self.result_share.at_least * self.total
        if results < least:
            raise Invalid(
                "scoring.result_share",
                f"产出与效益分值合计{plain_number(results)}分，低于{plain_number(least)}分，请调整后再评分",
            )
        return self._rules(phase, changed)

    def _weights(self, phase: Phase, changed: Mapping[str, Decimal]) -> dict[str, Decimal]:
        return {
            criterion.key: changed.get(criterion.key, criterion.weights[phase])
            for dimension in self.dimensions
            for criterion in dimension.criteria
        }

    def _result_weight(self, weights: Mapping[str, Decimal]) -> Decimal:
        return sum(
            (
                weights[criterion.key]
                for dimension in self.dimensions
                if dimension.key in self.result_share.dimensions
                for criterion in dimension.criteria
            ),
            Decimal(0),
        )

    def _rules(self, phase: Phase, changed: Mapping[str, Decimal]) -> FinanceEvaluationRules:
        weights = self._weights(phase, changed)
        return FinanceEvaluationRules(
            source=self.source,
            result_share=self.result_share,
            money=self.money,
            scheme=Scheme(
                total=self.total,
                places=self.places,
                not_applicable=self.not_applicable,
                dimensions=tuple(_dimension(dimension, weights) for dimension in self.dimensions),
            ),
        )


def _dimension(dimension: FrameDimension, weights: Mapping[str, Decimal]) -> Dimension:
    criteria = tuple(
        Criterion(
            key=item.key,
            label=item.label,
            weight=weights[item.key],
            formula=item.formula,
            source=item.source,
        )
        for item in dimension.criteria
    )
    weight = sum((criterion.weight for criterion in criteria), Decimal(0))
    return Dimension(key=dimension.key, label=dimension.label, weight=weight, criteria=criteria)
