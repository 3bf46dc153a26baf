"""The four ways of scoring an indicator in 财预〔2021〕101号 (赋分方式), and a criterion built from one.

Holds the choice; the formulas themselves stand in ``formulas``.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.scoring.formulas import Formula, Graded, NamedRule, Proportional, Satisfaction, YesNo
from budgetperf.scoring.rules import Places, SourcedRule
from budgetperf.scoring.scheme import Criterion
from budgetperf.terms import Term


class ScoringType(Term):
    """赋分方式."""

    DIRECT = "direct", "直接赋分"
    COMPLETION = "completion", "完成比例赋分"
    TIERS = "tiers", "评判等级赋分"
    SATISFACTION = "satisfaction", "满意度赋分"


_FAMILY: Mapping[ScoringType, type[NamedRule]] = {
    ScoringType.DIRECT: YesNo,
    ScoringType.COMPLETION: Proportional,
    ScoringType.TIERS: Graded,
    ScoringType.SATISFACTION: Satisfaction,
}


class TypeRule(SourcedRule):
    """The formula of one type."""

    formula: Formula


class ScoringTypeRules(SourcedRule):
    """The types of one edition.

    Parameters
    ----------
    places : int
        Decimals of the points.
    types : mapping of ScoringType to TypeRule
        Every type once, with a formula of its family.
    """

    places: Places
    types: dict[ScoringType, TypeRule]

    @model_validator(mode="after")
    def _each_of_its_family(self) -> Self:
        if missing := [kind.label for kind in ScoringType if kind not in self.types]:
            raise ValueError(f"缺少以下赋分方式：{'、'.join(missing)}")
        wrong = [
            kind.label for kind, rule in self.types.items() if not isinstance(rule.formula, _FAMILY[kind])
        ]
        if wrong:
            raise ValueError(f"以下赋分方式的计分方法不符：{'、'.join(wrong)}")
        return self

    def criterion(
        self, kind: ScoringType, *, key: str, label: str, weight: Decimal, pass_from: Decimal | None = None
    ) -> Criterion:
        """Return a criterion scored by ``kind``.

        Parameters
        ----------
        kind : ScoringType
        key, label : str
        weight : Decimal
        pass_from : Decimal or None
            Completion ratio (0-1) below which nothing is earned; None for that of the edition.

        Raises
        ------
        Invalid
            ``scoring.pass_from`` for a threshold on another type, or outside 0-1.
        """
        rule = self.types[kind]
        formula = rule.formula
        if pass_from is not None:
            if not isinstance(formula, Proportional) or not 0 <= pass_from <= 1:
                raise Invalid(
                    "scoring.pass_from",
                    f"“{label}”的及格线须在0与1之间，且只用于{ScoringType.COMPLETION.label}，请更正",
                    key=key,
                )
            formula = formula.model_copy(update={"pass_from": pass_from})
        return Criterion(key=key, label=label, weight=weight, formula=formula, source=rule.source)
