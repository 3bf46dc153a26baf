"""Periods within a year: what each weighs, and the exact result of the year.

Holds mid-term and year-end at 50 each, four quarters at 25, months of which some may not be
assessed. When a period begins and ends is the business of ``fiscal``.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self, TypeAlias

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.scoring.exact import weighted_mean
from budgetperf.scoring.rules import Points, Rule, SourcedRule

MissingPeriod: TypeAlias = Literal["refuse", "skip"]
"""A period without a result is refused, or the year is the weighted mean of those assessed."""


class AssessedPeriod(Rule):
    """One period of the year with its weight beside the others."""

    key: str
    label: str
    weight: Points


class PeriodRules(SourcedRule):
    """The periods of one year; weights count in proportion, so 50/50 and 1/1 are the same.

    Parameters
    ----------
    periods : tuple of AssessedPeriod
        In the order of the year.
    missing : {"refuse", "skip"}
    """

    periods: tuple[AssessedPeriod, ...]
    missing: MissingPeriod

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keys = [period.key for period in self.periods]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("考核期至少一个，编号不得重复")
        return self

    def label(self, key: str) -> str:
        """Return the Chinese name of the period ``key``."""
        return next((period.label for period in self.periods if period.key == key), key)


def year_result(results: Mapping[str, Decimal | Fraction], rules: PeriodRules) -> Fraction:
    """Return the weighted mean of the periods' results, exact.

    Parameters
    ----------
    results : mapping of str to Decimal or Fraction
        By period key, all on one scale.
    rules : PeriodRules

    Raises
    ------
    Invalid
        ``scoring.periods`` for an unknown period, a missing one that may not be skipped, or none.

    Notes
    -----
    sum(weight x result) / sum(weight), over the periods assessed.

    Examples
    --------
    >>> from budgetperf.provenance import Source
    >>> halves = PeriodRules(
    ...     source=Source("示例"),
    ...     missing="refuse",
    ...     periods=(
    ...         AssessedPeriod(key="mid", label="年中", weight=Decimal(50)),
    ...         AssessedPeriod(key="end", label="年终", weight=Decimal(50)),
    ...     ),
    ... )
    >>> year_result({"mid": Decimal(80), "end": Decimal(91)}, halves)
    Fraction(171, 2)
    """
    assessed = [(period.weight, results[period.key]) for period in rules.periods if period.key in results]
    if len(assessed) < len(results):
        unknown = sorted(set(results) - {period.key for period in rules.periods})
        raise Invalid("scoring.periods", f"考核期不在规则中：{'、'.join(unknown)}，请更正或删除")
    if len(assessed) < len(rules.periods):
        _demand_assessed(results, rules)
    return weighted_mean(assessed)


def _demand_assessed(results: Collection[str], rules: PeriodRules) -> None:
    absent = [period.label for period in rules.periods if period.key not in results]
    if absent and rules.missing == "refuse":
        raise Invalid("scoring.periods", f"缺少考核期的结果：{'、'.join(absent)}，请补报")
    if not results:
        raise Invalid("scoring.periods", "全年没有任何一期的考核结果，请至少补报一期")
