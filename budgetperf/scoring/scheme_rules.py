"""The plain form of a scoring edition: a scheme, dimensions that may be left out, grades if any.

Holds what the frames of whole departments and of districts share; what each adds (indicators
that a department files, facts of a group) stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import Fact, NotApplicable
from budgetperf.scoring.grade import Grade, GradeRules, grade
from budgetperf.scoring.rules import SourcedRule
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.score import ScoreSheet, score


class SchemeRules(SourcedRule):
    """A scheme with what may be left out of it.

    Parameters
    ----------
    scheme : Scheme
        Its total need not be 100: an edition may hold the part of a frame that is known.
    optional : tuple of str
        Dimensions an evaluation may leave out as a whole; the others are then rescaled.
    grades : GradeRules or None
        On the scheme's total.
    """

    scheme: Scheme
    optional: tuple[str, ...] = ()
    grades: GradeRules | None = None

    @model_validator(mode="after")
    def _optional_dimensions_fit(self) -> Self:
        known = {dimension.key for dimension in self.scheme.dimensions}
        if unknown := [key for key in self.optional if key not in known]:
            raise ValueError(f"optional 所列维度不在方案中：{'、'.join(unknown)}")
        if known <= set(self.optional):
            raise ValueError("optional 不能列出全部维度，至少保留一个必评维度")
        if bool(self.optional) != (self.scheme.not_applicable == "rescale"):
            raise ValueError("有可选维度的方案 not_applicable 须为 rescale，没有的须为 refuse")
        return self

    @model_validator(mode="after")
    def _grades_fit(self) -> Self:
        if self.grades is not None and self.grades.out_of != self.scheme.total:
            raise ValueError("等级的 out_of 须等于方案总分")
        return self


@dataclass(frozen=True, slots=True)
class SchemeResult:
    """A sheet and its grade; None where the edition has no grades."""

    sheet: ScoreSheet
    grade: Grade | None


def scheme_result(
    rules: SchemeRules, facts: Mapping[str, Fact], *, omitted: Mapping[str, str]
) -> SchemeResult:
    """Score ``facts`` under ``rules``.

    Parameters
    ----------
    rules : SchemeRules
    facts : mapping of str to Fact
        By criterion key, of every dimension that is not left out.
    omitted : mapping of str to str
        Reason by key of the optional dimensions left out.

    Raises
    ------
    Invalid
        As ``scheme_facts`` and ``score``.
    """
    sheet = score(rules.scheme, scheme_facts(rules, facts, omitted=omitted))
    return SchemeResult(sheet, None if rules.grades is None else grade(sheet.total, rules.grades))


def scheme_facts(
    rules: SchemeRules, facts: Mapping[str, Fact], *, omitted: Mapping[str, str]
) -> dict[str, Fact]:
    """Join the facts with those of the dimensions left out.

    Raises
    ------
    Invalid
        ``scoring.not_applicable`` if a dimension is left out that may not be, without a reason or
        with facts, or if a single criterion is said not to apply.
    """
    criteria = {d.key: d.criteria for d in rules.scheme.dimensions}
    if refused := [key for key, reason in omitted.items() if key not in rules.optional or not reason.strip()]:
        raise Invalid(
            "scoring.not_applicable",
            f"以下维度不能整体不评，或未写明理由：{'、'.join(refused)}，请补报事实或写明理由",
        )
    left_out: dict[str, Fact] = {
        criterion.key: NotApplicable(reason) for key, reason in omitted.items() for criterion in criteria[key]
    }
    single = [key for key, fact in facts.items() if isinstance(fact, NotApplicable) or key in left_out]
    if single:
        raise Invalid(
            "scoring.not_applicable",
            f"以下评分项填为不适用，或其维度已整体不评：{'、'.join(single)}，请更正",
        )
    return {**facts, **left_out}
