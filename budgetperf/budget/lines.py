"""What is known of one requested line: the request and the evidence of each earlier stage.

Facts only; an edition says what each conclusion, grade and strength of evidence means for
money. Every piece of evidence carries its decision package's digest.
"""

from pydantic.dataclasses import dataclass

from budgetperf.budget.protections import Protected
from budgetperf.budget.shapes import RECORD, Amount, Exact
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.scoring.exante import ExanteConclusion
from budgetperf.scoring.grade import Grade


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class ExanteFacts:
    """Conclusion and recommended amount of the ex-ante evaluation."""

    conclusion: ExanteConclusion
    recommended: Amount
    package: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class ExecutionFacts:
    """Adjusted budget and payments of the result year."""

    adjusted_budget: Amount
    paid: Amount
    package: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class CarryOverFacts:
    """Carried-over money at the start and at the end of the result year."""

    opening: Amount
    closing: Amount
    package: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class GradeFacts:
    """Grade of the evaluation that counts for the budget."""

    code: Grade
    package: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class CostFacts:
    """A cost baseline held against the request.

    Parameters
    ----------
    reviewed : Money
        The part of the request the baseline speaks about.
    lower, upper : Money
        The baseline's interval for that part.
    methods_agree : bool
        Whether two method families put the reviewed amount above their upper bound.
    evidence_grade : EvidenceGrade
        The baseline's grade of evidence.
    """

    reviewed: Amount
    lower: Amount
    upper: Amount
    methods_agree: bool
    evidence_grade: EvidenceGrade
    package: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LineFacts:
    """One requested line.

    Parameters
    ----------
    line, name : str
        Code and name of the line.
    department, department_name, agency : str
        Code and name of the superior department; code of the spending agency.
    request : Money
    priority_points : Decimal
        Points of the triage by urgency (轻重缓急), 0 or more; used under the ceiling only.
    exante, execution, carry_over, grade, cost : facts or None
        None where the stage did not take place for the line.
    protection : Protected or None
    """

    line: str
    name: str
    department: str
    department_name: str
    agency: str
    request: Amount
    priority_points: Exact
    exante: ExanteFacts | None = None
    execution: ExecutionFacts | None = None
    carry_over: CarryOverFacts | None = None
    grade: GradeFacts | None = None
    cost: CostFacts | None = None
    protection: Protected | None = None
