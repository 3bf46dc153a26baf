"""The same facts under two editions: judgements of each, laid side by side, with why points moved.

Joins facts files with ``scoring.compare``; computes no points itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel

from budgetperf.errors import Invalid
from budgetperf.findings import Finding
from budgetperf.provenance import Json
from budgetperf.rulebook.cases import FinanceEvaluationCase, SelfEvaluationCase
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.facts_file import FactsFile, read_facts, read_text
from budgetperf.rulebook.form_cases import EvaluationFrameCase
from budgetperf.rulebook.kinds import KINDS
from budgetperf.rulebook.loader import refusal
from budgetperf.rulebook.rescaling import fitted
from budgetperf.rulebook.scheme_cases import DepartmentOverallCase
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_compare import compare_assessments
from budgetperf.scoring.assessment_mapping import read_map
from budgetperf.scoring.assessment_results import placed
from budgetperf.scoring.assessment_table import read_table
from budgetperf.scoring.compare import Difference, JudgedLine, Judgement, compare, judged
from budgetperf.scoring.department_overall import DepartmentOverallRules, filed_facts, filed_rules
from budgetperf.scoring.evaluation_frame import EvaluationFrameRules
from budgetperf.scoring.exante import ExanteConclusion
from budgetperf.scoring.facts import Fact
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.grade import Grade, GradeRules
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.scheme_rules import scheme_facts
from budgetperf.scoring.self_evaluation import (
    SelfEvaluationRules,
    self_evaluation_facts,
    self_evaluation_scheme,
)
from budgetperf.scoring.trace import trace

_ASSESSMENT, _SELF_EVALUATION = "unit_assessment", "self_evaluation"

Scored: TypeAlias = tuple[Scheme, Mapping[str, Fact]]
"""What ``score`` takes: the scheme and one fact per criterion."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference and how each edition comes to the points that moved.

    Parameters
    ----------
    difference : Difference
    before, after : mapping of str to str
        Criterion to its trace in Chinese; empty for kinds that are not traced.
    fitted : pair of str
        What was changed in the facts to fit each edition, or how an assessment comes to the place,
        in Chinese; empty where nothing is to be said.
    """

    difference: Difference
    before: Mapping[str, str]
    after: Mapping[str, str]
    fitted: tuple[str, str] = ("", "")


def compared(
    path: Path,
    before: Edition,
    *,
    after: Edition,
    grades: tuple[GradeRules | None, GradeRules | None] = (None, None),
) -> tuple[Explained, ...]:
    """Judge every evaluand of a facts file under both editions.

    Parameters
    ----------
    path : Path
        JSON or CSV, as ``read_facts`` takes it; for assessments their long table.
    before, after : Edition
    grades : pair of GradeRules or None
        For the totals of each edition, where it gives no grade itself.

    Raises
    ------
    Invalid
        ``facts.kind`` if the editions are of different kinds; ``facts.refused`` with file and line
        of everything an edition refuses.
    """
    _demand_one_kind(before, after)
    if before.kind == _ASSESSMENT:
        return compared_assessments(path, before, after=after)[0]
    facts = read_facts(path, before.kind)
    (facts_before, told_before), (facts_after, told_after) = (
        _fitted(facts, edition, other) for edition, other in ((before, after), (after, before))
    )
    found = compare(_judgements(before, facts_before, grades[0]), _judgements(after, facts_after, grades[1]))
    return tuple(
        Explained(
            difference,
            _traced(before, facts_before.given[difference.evaluand]),
            _traced(after, facts_after.given[difference.evaluand]),
            (told_before.get(difference.evaluand, ""), told_after.get(difference.evaluand, "")),
        )
        for difference in found
    )


def compared_assessments(
    path: Path, before: Edition, *, after: Edition, by: Path | None = None
) -> tuple[tuple[Explained, ...], tuple[str, ...]]:
    """Lay two assessments of one long table side by side, each with where the unit stands and why.

    Parameters
    ----------
    path : Path
        The long table.
    before, after : Edition
    by : Path or None
        The map of codes, where the two are of different cities.

    Returns
    -------
    tuple
        The units both assess, by code, and those that one of them leaves out.

    Raises
    ------
    Invalid
        As ``compare_assessments`` and ``read_map``.
    """
    _demand_one_kind(before, after)
    if before.kind != _ASSESSMENT:
        raise Invalid("facts.map", f"对照表只用于考评，两个版本是“{KINDS[before.kind].label}”，请去掉 --map")
    left, right = (edition.rules_as(AssessmentRules) for edition in (before, after))
    city_map = read_map(read_text(by, "对照表（--map）"), left, right) if by else None
    found = compare_assessments(left, right, read_table(read_text(path)), city_map)
    told = (
        Explained(one.difference, {}, {}, (placed(left, one.before), placed(right, one.after)))
        for one in found.units
    )
    return tuple(told), found.left_out


def _demand_one_kind(before: Edition, after: Edition) -> None:
    if before.kind != after.kind:
        raise Invalid(
            "facts.kind",
            f"{before.id} 是“{KINDS[before.kind].label}”，{after.id} 是“{KINDS[after.kind].label}”，"
            "只能比较同一种类的两个版本",
        )


def _fitted(facts: FactsFile, edition: Edition, other: Edition) -> tuple[FactsFile, Mapping[str, str]]:
    """Return the facts as ``edition`` would have them, and what was changed by evaluand."""
    if edition.kind != _SELF_EVALUATION:
        return facts, {}
    rules, filed_under = (one.rules_as(SelfEvaluationRules) for one in (edition, other))
    fits = {
        evaluand: fitted(given, rules, filed_under=filed_under)
        for evaluand, given in facts.given.items()
        if isinstance(given, SelfEvaluationCase)
    }
    given = {evaluand: case for evaluand, (case, _) in fits.items()}
    return replace(facts, given=given), {evaluand: told for evaluand, (_, told) in fits.items()}


def _judgements(edition: Edition, facts: FactsFile, grades: GradeRules | None) -> list[Judgement]:
    found: list[Judgement] = []
    refused: list[Finding] = []
    for evaluand, given in facts.given.items():
        try:
            found.append(_judgement(edition, evaluand, given, grades))
        except Invalid as error:
            refused.append(facts.refused(evaluand, error, edition.id))
    if refused:
        raise refusal(refused, code="facts.refused")
    return found


def _judgement(edition: Edition, evaluand: str, given: BaseModel, grades: GradeRules | None) -> Judgement:
    if edition.kind in SCORED:
        scheme, given_facts = SCORED[edition.kind](edition.rules, given)
        used: GradeRules | None = getattr(edition.rules, "grades", None) or grades
        fits = used is not None and used.out_of == scheme.total
        return judged(scheme, {evaluand: given_facts}, grades=used if fits else None)[0]
    outcome = KINDS[edition.kind].run(edition.rules, given)
    total = outcome.get("total", getattr(given, "total", None))
    if total is None:
        raise Invalid("facts.kind", f"“{KINDS[edition.kind].label}”不产生总分，不能比较得分")
    return Judgement(evaluand, Decimal(str(total)), _word(outcome), _lines(edition.rules, outcome))


def _lines(rules: BaseModel, outcome: Mapping[str, Json]) -> tuple[JudgedLine, ...]:
    """Return the points of an outcome, by criterion of the scheme where there is one."""
    scheme: Scheme | None = getattr(rules, "scheme", None)
    criteria = {} if scheme is None else {criterion.key: criterion for criterion in scheme.criteria()}
    points = outcome.get("points", outcome.get("means", {}))
    assert isinstance(points, Mapping)
    return tuple(
        JudgedLine(key, criteria[key].label, Decimal(str(value)), criteria[key].weight)
        if key in criteria
        else JudgedLine(key, key, Decimal(str(value)), Decimal(0))
        for key, value in points.items()
    )


def _word(outcome: Mapping[str, Json]) -> str:
    """Return the printed word of what an outcome concludes, empty when it concludes nothing."""
    code = next((str(outcome[key]) for key in ("label", "grade", "suggested") if outcome.get(key)), "")
    labels = {term.value: term.label for vocabulary in (Grade, ExanteConclusion) for term in vocabulary}
    return labels.get(code, code)


def _traced(edition: Edition, given: BaseModel) -> Mapping[str, str]:
    if edition.kind not in SCORED:
        return {}
    return {line.key: line.text for line in trace(*SCORED[edition.kind](edition.rules, given))}


def _self_evaluation(rules: BaseModel, given: BaseModel) -> Scored:
    assert isinstance(rules, SelfEvaluationRules)
    assert isinstance(given, SelfEvaluationCase)
    money = given.money.execution([rules.execution.base])
    facts = self_evaluation_facts(given.filed, given.actuals, execution=money, rules=rules)
    return self_evaluation_scheme(given.filed, rules), facts


def _finance_evaluation(rules: BaseModel, given: BaseModel) -> Scored:
    assert isinstance(rules, FinanceEvaluationRules)
    assert isinstance(given, FinanceEvaluationCase)
    return rules.scheme, given.facts(rules)


def _department_evaluation(rules: BaseModel, given: BaseModel) -> Scored:
    assert isinstance(rules, EvaluationFrameRules)
    assert isinstance(given, EvaluationFrameCase)
    framed = rules.rules(given.phase, weights=given.weights)
    return framed.scheme, given.facts(framed)


def _department_overall(rules: BaseModel, given: BaseModel) -> Scored:
    assert isinstance(rules, DepartmentOverallRules)
    assert isinstance(given, DepartmentOverallCase)
    used = filed_rules(rules, given.indicators)
    facts = {**given.facts, **filed_facts(given.indicators)}
    return used.scheme, scheme_facts(used, facts, omitted=given.omitted)


SCORED: Mapping[str, Callable[[BaseModel, BaseModel], Scored]] = {
    "self_evaluation": _self_evaluation,
    "finance_evaluation": _finance_evaluation,
    "department_evaluation": _department_evaluation,
    "department_overall": _department_overall,
}
"""Kinds whose examples are one score sheet: their difference is traced criterion by criterion."""
