"""What all papers share: the score package behind them, the head, the footer, the unit."""

from datetime import date

from pydantic import TypeAdapter

from budgetperf.actions.context import Context
from budgetperf.errors import Conflict
from budgetperf.fiscal import SHANGHAI, FiscalYear
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.money import MoneyUnit
from budgetperf.provenance import DecisionKind
from budgetperf.reports.models import Footer
from budgetperf.reports.pages import Head
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.score import ScoreSheet
from budgetperf.store.records import RecordFacts, get_evaluand, latest_filing
from budgetperf.store.results import DecisionFacts, decisions_of


def score_package(ctx: Context, record: RecordFacts) -> tuple[DecisionFacts, ScoreSheet, Grade]:
    """Return the score package of a confirmed record, its sheet, and the grade.

    Raises
    ------
    Conflict
        The record has no confirmed score.
    """
    found = {item.kind: item for item in decisions_of(ctx.session, record_id=record.id)}
    score, grade = found.get(DecisionKind.SCORE), found.get(DecisionKind.GRADE)
    if score is None or grade is None:
        raise Conflict("papers.no_score", f"“{record.name}”的得分尚未确认，不能出具正式表格")
    sheet = TypeAdapter(ScoreSheet).validate_python(score.result)
    result = TypeAdapter(dict[str, str]).validate_python(grade.result)
    return score, sheet, Grade(result["grade"])


def head(ctx: Context, record: RecordFacts) -> Head:
    """Return the head of a paper: the evaluand, who owns it and the year."""
    evaluand = get_evaluand(ctx.session, ctx.actor, record.subject)
    return Head(
        evaluand.code, evaluand.name, evaluand.department, evaluand.agency, FiscalYear(record.fiscal_year)
    )


def footer(record: RecordFacts, package: DecisionFacts, as_of: date) -> Footer:
    """Return the footer of a paper: edition and digest of the package behind it."""
    return Footer(f"{record.subject} {record.name}", package.edition, package.digest, as_of)


def print_unit(goals: GoalForm) -> MoneyUnit:
    """Return the unit papers are printed in: 万元, as the statutory forms are."""
    return MoneyUnit.WAN if goals.amount_unit is MoneyUnit.YUAN else goals.amount_unit


def filing_day(ctx: Context, record: RecordFacts, form: str) -> date:
    """Return the day the newest filing of a form came in, in Shanghai.

    Raises
    ------
    Conflict
        Nothing has been filed.
    """
    filing = latest_filing(ctx.session, record.id, form)
    if filing is None:
        raise Conflict("papers.no_filing", f"“{record.name}”尚未报送，不能出具表格")
    return filing.filed_at.astimezone(SHANGHAI).date()
