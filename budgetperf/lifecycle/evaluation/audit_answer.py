"""The answer of an audit, the same as JSON for programs and as rows for pages and terminals.

Numbers are exact decimals, text in JSON. It holds what ``audit`` found, nothing of its own.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from budgetperf.findings import Finding, Severity
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.audit_case import AuditCase, row_of
from budgetperf.lifecycle.evaluation.audit_expected import expected_of, printed_at
from budgetperf.lifecycle.evaluation.printed_amount import unit_of
from budgetperf.money import Money
from budgetperf.scoring.grade import grade
from budgetperf.terms import Term

Exact = Annotated[
    Decimal,
    PlainSerializer(plain_number, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
]
"""A Decimal, text in JSON."""


class Chosen(Term):
    """Why a form is held against an edition."""

    NAMED = "named", "按指定的规则版本"
    PLACE = "place", "按表名或主管部门写明的地区"
    SERVICE = "service", "表名和主管部门没有写明另有办法的地区，用本系统施行的办法"
    NOT_IN_FORCE = "not_in_force", "表中写明的地区当年没有施行自己的办法，用全国办法"
    NATIONAL = "national", "表名和主管部门没有写明另有办法的地区，用全国办法"
    FIRST = "first", "当年尚无办法，用最早的全国办法"


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class AuditWord(_Answer):
    """A word with its code."""

    code: str
    label: str


class AuditProblem(_Answer):
    """A place where a file could not be read as a form."""

    message: str
    pointer: str
    sheet: str
    cell: str


class AuditRefusal(_Answer):
    """Why a file was not audited."""

    code: str
    message: str
    findings: tuple[AuditProblem, ...]


class AuditFinding(_Answer):
    """What is wrong, where, what stands there and what should; empty where there is no such value."""

    code: str
    severity: Severity
    row: str
    message: str
    printed: str
    expected: str
    source: str
    pointer: str
    sheet: str
    cell: str


class AuditedMoney(_Answer):
    """The execution row; amounts in ``unit`` as printed, ``rate_ratio`` from 0 on."""

    base: str
    unit: str
    budget: Exact | None
    executed: Exact | None
    printed_rate: str
    rate_ratio: Exact | None
    weight: Exact | None
    printed_score: Exact | None
    score: Exact | None


class AuditedRow(_Answer):
    """One indicator: as printed, and the score its values earn."""

    row: int
    level1: str
    level2: str
    name: str
    target: str
    actual: str
    weight: Exact | None
    printed_score: Exact | None
    score: Exact | None
    basis: AuditWord
    reason: str


class AuditedSums(_Answer):
    """Sums of the printed weights and scores."""

    weights: Exact
    weights_with_execution: Exact
    scores: Exact
    scores_with_execution: Exact


class AuditedEdition(_Answer):
    """The edition a form is held against, why, the place the form names (empty when none), whose grades are given."""

    id: str
    title: str
    digest: str
    chosen: AuditWord
    place: str
    grades: str


class AuditedForm(_Answer):
    """One form: the recomputed numbers beside the printed ones, and every finding.

    ``total`` is recomputed on the printed weights and is out of ``out_of``; ``unverified`` of it
    rest on nothing but printed scores. ``grade`` is its grade, given only when these weights make up
    the edition's total, every row could be recomputed and the form is whole.
    """

    id: str
    project: str
    department: str
    year: int | None
    edition: AuditedEdition
    execution: AuditedMoney
    indicators: tuple[AuditedRow, ...]
    sums: AuditedSums
    printed_total: str
    total: Exact | None
    out_of: Exact
    unverified: Exact
    printed_grade: str
    grade: AuditWord | None
    findings: tuple[AuditFinding, ...]


class AuditAnswer(_Answer):
    """All forms of a file, and how many errors there are in them."""

    forms: tuple[AuditedForm, ...]
    errors: int


def answer_of(case: AuditCase, findings: Sequence[Finding], *, edition: AuditedEdition) -> AuditedForm:
    """Return what is told of one form."""
    form, found = case.form, case.found
    return AuditedForm(
        id=form.id,
        project=form.project,
        department=form.department,
        year=form.year,
        edition=edition,
        execution=_money(case),
        indicators=_rows(case),
        sums=AuditedSums(
            weights=found.weight_sum,
            weights_with_execution=found.weight_sum_with_execution,
            scores=found.score_sum,
            scores_with_execution=found.score_sum_with_execution,
        ),
        printed_total=form.total_score,
        total=found.total,
        out_of=found.out_of,
        unverified=found.unverified,
        printed_grade=form.grade,
        grade=_grade(case),
        findings=tuple(_finding(case, finding) for finding in findings),
    )


def whole_answer(forms: Sequence[AuditedForm]) -> AuditAnswer:
    """Put the forms of a file together."""
    told = (finding for form in forms for finding in form.findings)
    return AuditAnswer(forms=tuple(forms), errors=sum(finding.severity is Severity.ERROR for finding in told))


def _money(case: AuditCase) -> AuditedMoney:
    funds, unit = case.found.execution, unit_of(case.form)

    def printed(money: Money | None) -> Decimal | None:
        return money.in_unit(unit) if money is not None else None

    return AuditedMoney(
        base="年初预算数" if funds.base_is_initial else "全年预算数",
        unit=unit.label,
        budget=printed(funds.base),
        executed=printed(funds.paid),
        printed_rate=case.form.budget.rate,
        rate_ratio=funds.rate,
        weight=funds.weight,
        printed_score=funds.printed,
        score=funds.points,
    )


def _rows(case: AuditCase) -> tuple[AuditedRow, ...]:
    return tuple(
        AuditedRow(
            row=at,
            level1=line.row.level1,
            level2=line.row.level2,
            name=line.row.name,
            target=line.row.target,
            actual=line.row.actual,
            weight=line.weight,
            printed_score=line.printed,
            score=line.points,
            basis=word_of(line.basis),
            reason=line.row.note,
        )
        for at, line in enumerate(case.found.lines, start=1)
    )


def word_of(term: Term) -> AuditWord:
    """Return a term as the answer carries it."""
    return AuditWord(code=term.value, label=term.label)


def _grade(case: AuditCase) -> AuditWord | None:
    found = case.found
    settled = case.form.complete and found.verified
    if found.total is None or found.out_of != case.grades.out_of or not settled:
        return None
    earned = grade(found.total, case.grades)
    return word_of(earned)


def _finding(case: AuditCase, finding: Finding) -> AuditFinding:
    where = finding.where
    return AuditFinding(
        code=finding.code,
        severity=finding.severity,
        row=row_of(where.pointer),
        message=finding.message,
        printed=printed_at(case, where.pointer),
        expected=expected_of(case, finding),
        source=finding.source,
        pointer=where.pointer,
        sheet=where.sheet,
        cell=where.cell,
    )
