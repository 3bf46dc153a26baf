"""Rules that are parameters of the house: goal practice, prices, cost baselines, line priority.

Each has its example case beside it: what an example is given and what it computes.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from budgetperf.costing.words import (
    CalibrationWeight,
    Inefficiency,
    MethodName,
    OutlierRule,
    Reconciliation,
    Returns,
    TreatmentEffect,
)
from budgetperf.money import Money
from budgetperf.scoring.rules import Exact, Points, Rule, Share, SourcedRule


class GoalPracticeRules(SourcedRule):
    """Words and factors the goal checks rest on beside the statutory weights.

    Parameters
    ----------
    placeholders : tuple of str
        Texts that say nothing, lower case.
    unit_factor, unit_band : Decimal
        Factor between two money units that are mixed up, and how far from it is still suspected.
    person_words : tuple of str
        Words in an indicator name that mean people, who are not counted in 个.
    """

    placeholders: tuple[str, ...]
    unit_factor: Points
    unit_band: Exact
    person_words: tuple[str, ...]


class GoalPracticeCase(Rule):
    """A text that may be a placeholder, and a ratio of two amounts that may differ by their unit."""

    text: str
    ratio: Exact


def goal_practice_case(rules: GoalPracticeRules, given: GoalPracticeCase) -> Mapping[str, object]:
    """Whether the text says nothing and the ratio smells of a wrong unit."""
    low, high = rules.unit_factor / rules.unit_band, rules.unit_factor * rules.unit_band
    return {"placeholder": given.text.lower() in rules.placeholders, "suspected": low <= given.ratio <= high}


class PriceIndexRules(SourcedRule):
    """Yearly price levels of any base; where regions differ, their levels beside the whole at 1."""

    values: dict[int, Points]
    regions: dict[str, Points] = Field(default_factory=dict)


class PriceIndexCase(Rule):
    """An amount in fen of one year (and region), to be written in the prices of another year and of the whole."""

    amount_fen: int
    year: int
    to: int
    region: str = ""


def price_index_case(rules: PriceIndexRules, given: PriceIndexCase) -> Mapping[str, object]:
    """The amount in the prices of ``to`` and of the whole."""
    area = rules.regions[given.region] if given.region else 1
    ratio = rules.values[given.to] / rules.values[given.year] / area
    return {"fen": str(Money(given.amount_fen).times(ratio).fen)}


class ScreeningRules(SourcedRule):
    """Which rows of a panel do not speak for the others, by a rule fixed beforehand.

    Parameters
    ----------
    rule : OutlierRule
    alpha : Decimal
        Chance of naming a row of a panel that has none.
    at_most : int
        Upper bound of their number; of the generalised ESD only.
    """

    rule: OutlierRule
    alpha: Share
    at_most: int = Field(0, ge=0)


class TreatmentRules(SourcedRule):
    """A named special case: what a row of that name is treated as.

    Parameters
    ----------
    key, label : str
    effect : TreatmentEffect
    """

    key: str = Field(min_length=1)
    label: str = Field(min_length=1)
    effect: TreatmentEffect


class CalibrationRules(SourcedRule):
    """How baselines become a payable total.

    Parameters
    ----------
    norm_share : Decimal
        Part of what is paid that follows the baseline, 0 to 1.
    weight : CalibrationWeight
        By what the difference to the total is shared out.
    """

    norm_share: Share
    weight: CalibrationWeight


class CostBaselineRules(SourcedRule):
    """How a cost baseline is fitted.

    Parameters
    ----------
    methods : tuple of MethodName
        Methods of at least two families for a cost-based cut.
    tau, level : Decimal
        Quantile and nominal coverage of the interval.
    seed, n_draws : int
        Of the bootstraps.
    rounding_fen : int
        Step the amounts are rounded to.
    screening : ScreeningRules or None
        None: every row speaks.
    treatments : tuple of TreatmentRules
        Special cases a row of the panel may name.
    reconciliation : Reconciliation
        How the points of several methods become one.
    distribution : Inefficiency
        Of the stochastic frontier.
    returns : Returns
        To scale, of the envelope and the convex regression.
    calibration : CalibrationRules or None
        None: baselines bound, they are not paid.
    condition_cap : Decimal
        Largest correction of an envelope for local conditions, in log cost.
    """

    methods: tuple[MethodName, ...] = Field(min_length=1)
    tau: Share
    level: Share
    seed: int
    n_draws: int
    rounding_fen: int
    screening: ScreeningRules | None = None
    treatments: tuple[TreatmentRules, ...] = ()
    reconciliation: Reconciliation = Reconciliation.GEOMETRIC_MEAN
    distribution: Inefficiency = Inefficiency.HALF_NORMAL
    returns: Returns = Returns.VRS
    calibration: CalibrationRules | None = None
    condition_cap: Share = Decimal("0.4")


class CostBaselineCase(Rule):
    """An amount in fen to be rounded to the step of the edition."""

    amount_fen: int


def cost_baseline_case(rules: CostBaselineRules, given: CostBaselineCase) -> Mapping[str, object]:
    """The rounded amount, half up, and how many method families stand behind a baseline."""
    steps = (given.amount_fen + rules.rounding_fen // 2) // rules.rounding_fen
    return {"fen": str(steps * rules.rounding_fen), "families": len(rules.methods)}


class LinePriorityRules(SourcedRule):
    """Points by which lines compete under the ceiling.

    Parameters
    ----------
    order : tuple of str
        Stages whose score counts, the first that exists.
    without_result : Decimal
        Points of a line that has no result yet.
    """

    order: tuple[str, ...]
    without_result: Points

    @model_validator(mode="after")
    def _names_a_stage(self) -> Self:
        if not self.order:
            raise ValueError("order 至少列出一个评价环节")
        return self

    def points(self, scores: Mapping[str, Decimal]) -> Decimal:
        """Return the points of a line from its scores by stage."""
        return next((scores[stage] for stage in self.order if stage in scores), self.without_result)


class LinePriorityCase(Rule):
    """Scores of a line by stage."""

    scores: dict[str, Exact]


def line_priority_case(rules: LinePriorityRules, given: LinePriorityCase) -> Mapping[str, object]:
    """The points of the line."""
    return {"points": rules.points(given.scores)}
