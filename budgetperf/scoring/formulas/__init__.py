"""The named formulas: a fact in, the exact share (0-1) of the criterion's weight out.

A formula is a frozen value: its name, its parameters (filled by an edition) and one pure
method, ``part``. Rounding is not done here: ``score`` rounds once. One family a file::

    targets     proportional, reverse, exact: against the filed target, target 0 as a rule
    deviation   deviation_band: beyond the target costs points too
    bounds      threshold, interval, deduction: one number against a bound
    steps       step, satisfaction: bands to points
    slopes      piecewise: bands whose points rise inside
    judged      graded, judged, yes_no: what a person decides
    money       execution: amount / base
    group       min_max, rank: among the values of a group
    composite   level_growth: two formulas over one criterion

A new formula is its class, a line in ``composite.Single``, one in ``FORMULAS`` and its kernel in
``scoring.table``.
"""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field

from budgetperf.scoring.formulas.base import NamedRule, Part
from budgetperf.scoring.formulas.bounds import Deduction, Fall, Interval, Threshold
from budgetperf.scoring.formulas.composite import LevelGrowth, Single, spelled
from budgetperf.scoring.formulas.deviation import DeviationBand
from budgetperf.scoring.formulas.group import MinMax, Rank
from budgetperf.scoring.formulas.judged import Graded, Judged, Tier, YesNo
from budgetperf.scoring.formulas.money import Execution
from budgetperf.scoring.formulas.slopes import Piecewise, Slope
from budgetperf.scoring.formulas.steps import Band, Satisfaction, Step
from budgetperf.scoring.formulas.targets import Exact, Proportional, Reverse, ZeroTarget

__all__ = [
    "FORMULAS",
    "Band",
    "Deduction",
    "DeviationBand",
    "Exact",
    "Execution",
    "Fall",
    "Formula",
    "Graded",
    "Interval",
    "Judged",
    "LevelGrowth",
    "MinMax",
    "NamedRule",
    "Part",
    "Piecewise",
    "Proportional",
    "Rank",
    "Reverse",
    "Satisfaction",
    "Slope",
    "Step",
    "Threshold",
    "Tier",
    "YesNo",
    "ZeroTarget",
    "spelled",
]

Formula: TypeAlias = Annotated[Single | LevelGrowth, Field(discriminator="name")]
"""A formula with its parameters, chosen by ``name`` in an edition."""

FORMULAS: Mapping[str, type[NamedRule]] = {
    "proportional": Proportional,
    "reverse": Reverse,
    "exact": Exact,
    "deviation_band": DeviationBand,
    "threshold": Threshold,
    "interval": Interval,
    "deduction": Deduction,
    "step": Step,
    "satisfaction": Satisfaction,
    "piecewise": Piecewise,
    "graded": Graded,
    "judged": Judged,
    "yes_no": YesNo,
    "execution": Execution,
    "min_max": MinMax,
    "rank": Rank,
    "level_growth": LevelGrowth,
}
