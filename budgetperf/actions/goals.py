"""What later stages know of a project's goals: the filed form of its request."""

from sqlalchemy import insert

from budgetperf.actions.context import Context
from budgetperf.errors import Conflict
from budgetperf.lifecycle.goals.form import GoalForm, indicator_tree
from budgetperf.process.stages import Stage, Status
from budgetperf.store.records import FilingFacts, RecordFacts, find_record, latest_filing
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import FundLineRow, IndicatorLine


def goal_form(filing: FilingFacts) -> GoalForm:
    """Return the goal form of a filing."""
    return GoalForm.model_validate(filing.document)


def filed_goals(ctx: Context, record: RecordFacts) -> GoalForm:
    """Return the newest filed goals of a request record.

    Raises
    ------
    Conflict
        Nothing has been filed.
    """
    filing = latest_filing(ctx.session, record.id, "GoalForm")
    if filing is None:
        raise Conflict("goals.none", f"“{record.name}”尚未报送绩效目标申报表")
    return goal_form(filing)


def approved_goals(ctx: Context, subject: str, fiscal_year: int) -> tuple[RecordFacts, GoalForm]:
    """Return the approved request of a year with its goals.

    Raises
    ------
    Conflict
        The request of that year is not approved.
    """
    record = find_record(ctx.session, ctx.actor, subject, fiscal_year=fiscal_year, stage=Stage.REQUEST)
    if record is None or record.status is not Status.APPROVED:
        raise not_approved(subject, fiscal_year)
    return record, filed_goals(ctx, record)


def not_approved(subject: str, fiscal_year: int) -> Conflict:
    """Return the refusal of what rests on goals that are not approved."""
    return Conflict("goals.not_approved", f"项目 {subject} 的{fiscal_year}年度预算和绩效目标尚未批复")


def write_lines(ctx: Context, filing_id: str, record: RecordFacts, form: GoalForm) -> None:
    """Write the typed indicator and fund lines of a filed goal form."""
    connection = ctx.session.connection()
    owner = {"filing_id": filing_id, "evaluand_id": record.evaluand_id}
    connection.execute(
        insert(table_of(IndicatorLine)),
        [
            {
                **owner,
                "fiscal_year": record.fiscal_year,
                "key": item.key,
                "level2": item.level2,
                "name": item.name,
                "operator": item.operator,
                "target": item.target,
                "target_text": item.target_text,
                "uom": item.uom,
                "weight": item.weight,
                "direction": item.direction,
            }
            for item in indicator_tree(form)
        ],
    )
    connection.execute(
        insert(table_of(FundLineRow)),
        [
            {**owner, "position": position, "source": line.source, "amount_fen": line.amount.fen}
            for position, line in enumerate(form.funds, start=1)
        ],
    )
