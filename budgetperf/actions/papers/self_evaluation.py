"""The printed self-evaluation form (项目支出绩效自评表), built from stored facts."""

from datetime import date

from budgetperf.actions.context import Context
from budgetperf.actions.evaluation import filed_self_evaluation
from budgetperf.actions.goals import approved_goals
from budgetperf.actions.papers.parts import filing_day, footer, head, print_unit, score_package
from budgetperf.indicators import Indicator, Level2, plain_number
from budgetperf.ledger import EntryKind
from budgetperf.lifecycle.evaluation.form import ResultRow, SelfEvaluationForm
from budgetperf.lifecycle.goals.form import indicator_tree
from budgetperf.money import ZERO, Money
from budgetperf.reports.models import Signature
from budgetperf.reports.pages import FundRow, Funds, IndicatorLine, SelfEvaluationPage
from budgetperf.scoring.score import ScoreLine
from budgetperf.scoring.self_evaluation import EXECUTION
from budgetperf.store.ledger import entries_of
from budgetperf.store.records import RecordFacts


def funds(ctx: Context, record: RecordFacts, line: ScoreLine) -> Funds:
    """Split the year's money as the statutory form does.

    Carried-in money is taken to be spent first (先结转、后当年); money that is no fiscal
    appropriation stands under 其他资金.
    """
    totals = {key: {"initial": 0, "adjusted": 0, "paid": 0} for key in ("fiscal", "other")}
    carried = 0
    for entry in entries_of(ctx.session, record.evaluand_id or "", record.fiscal_year):
        row = totals["fiscal" if entry.source.fiscal else "other"]
        match entry.kind:
            case EntryKind.APPROPRIATION:
                row["initial"] += entry.amount_fen
                row["adjusted"] += entry.amount_fen
            case EntryKind.ADJUSTMENT:
                row["adjusted"] += entry.amount_fen
            case EntryKind.CARRY_IN:
                carried += entry.amount_fen
            case EntryKind.PAYMENT:
                row["paid"] += entry.amount_fen
            case EntryKind.REFUND:
                row["paid"] -= entry.amount_fen
    from_carried = min(carried, totals["fiscal"]["paid"])
    totals["fiscal"]["paid"] -= from_carried
    return Funds(
        appropriation=_fund_row(totals["fiscal"]),
        carried_in=FundRow(initial=ZERO, adjusted=Money(carried), paid=Money(from_carried)),
        other=_fund_row(totals["other"]),
        weight=line.weight,
        score=line.points,
    )


def _fund_row(row: dict[str, int]) -> FundRow:
    return FundRow(initial=Money(row["initial"]), adjusted=Money(row["adjusted"]), paid=Money(row["paid"]))


def _actual(indicator: Indicator, row: ResultRow) -> str:
    if row.not_applicable:
        return "不适用"
    if row.achievement is not None:
        return row.achievement.label
    return f"{plain_number(row.actual)}{indicator.uom}" if row.actual is not None else ""


def _problems(form: SelfEvaluationForm) -> str:
    parts = [f"预算执行偏差：{form.execution_reason}"] if form.execution_reason else []
    return "；".join([*parts, *([form.problems] if form.problems else [])])


def self_evaluation_page(ctx: Context, record: RecordFacts) -> SelfEvaluationPage:
    """Return the printed self-evaluation of a confirmed record."""
    package, sheet, grade = score_package(ctx, record)
    form = filed_self_evaluation(ctx, record)
    _, goals = approved_goals(ctx, record.subject, record.fiscal_year)
    rows = {row.key: row for row in form.rows}
    lines = tuple(
        IndicatorLine(
            key=item.key,
            level2=item.level2,
            name=item.name,
            target=item.target_label,
            actual=_actual(item, rows[item.key]),
            weight=item.weight,
            score=sheet.line(item.key).points,
            reason=rows[item.key].reason,
            applicable=sheet.line(item.key).applicable,
        )
        for item in indicator_tree(goals)
    )
    return SelfEvaluationPage(
        head=head(ctx, record),
        unit=print_unit(goals),
        funds=funds(ctx, record, sheet.line(EXECUTION)),
        goal_expected=goals.overall_goal,
        goal_actual=form.overall_result,
        indicators=tuple(sorted(lines, key=lambda line: list(Level2).index(line.level2))),
        total=sheet.total,
        grade=grade,
        problems=_problems(form),
        measures=form.measures,
        signatures=(Signature("项目负责人"), Signature("财务负责人")),
        filed_on=filing_day(ctx, record, "SelfEvaluationForm"),
        footer=footer(record, package, date(record.fiscal_year, 12, 31)),
    )
