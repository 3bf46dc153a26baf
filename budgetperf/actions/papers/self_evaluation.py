"""The printed self-evaluation form (项目支出绩效自评表), built from stored facts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from budgetperf.actions.context import Context
from budgetperf.actions.evaluation import filed_self_evaluation
from budgetperf.actions.goals import approved_goals
from budgetperf.actions.papers.parts import filing_day, footer, head, print_unit, score_package
from budgetperf.actions.rules import named
from budgetperf.classification import FundSource
from budgetperf.indicators import Indicator, Level2, plain_number
from budgetperf.ledger import EntryKind
from budgetperf.lifecycle.evaluation.form import ResultRow, SelfEvaluationForm
from budgetperf.lifecycle.goals.form import indicator_tree
from budgetperf.money import ZERO, Money
from budgetperf.reports.models import Signature
from budgetperf.reports.pages import (
    FundLine,
    FundRow,
    Funds,
    IndicatorLine,
    PrintedText,
    SelfEvaluationPage,
    national_rows,
)
from budgetperf.scoring.form_layout import FormLayout, FormText, FundRowRule
from budgetperf.scoring.formulas import Formula, spelled
from budgetperf.scoring.score import ScoreLine, ScoreSheet
from budgetperf.scoring.self_evaluation import EXECUTION, SelfEvaluationRules
from budgetperf.store.ledger import EntryFacts, entries_of
from budgetperf.store.records import RecordFacts


def funds(ctx: Context, record: RecordFacts, line: ScoreLine, *, rules: SelfEvaluationRules) -> Funds:
    """Split the year's money as the form does.

    In the national form carried-in money is taken to be spent first (先结转、后当年) and money that
    is no fiscal appropriation stands under 其他资金. Where a layout names its rows, carried-in money
    stands with its source.
    """
    entries = entries_of(ctx.session, record.evaluand_id or "", record.fiscal_year)
    printed = rules.layout.fund_rows if rules.layout else ()
    rows = _by_source(entries, printed) if printed else _national(entries)
    return Funds(rows=rows, weight=line.weight, score=line.points, method=spelled(rules.execution.formula))


def _national(entries: Iterable[EntryFacts]) -> tuple[FundLine, ...]:
    fiscal, other, carried = _Amounts(), _Amounts(), 0
    for entry in entries:
        if entry.kind is EntryKind.CARRY_IN:
            carried += entry.amount_fen
        else:
            (fiscal if entry.source.fiscal else other).add(entry)
    from_carried = min(carried, fiscal.paid)
    fiscal.paid -= from_carried
    carried_in = FundRow(initial=ZERO, adjusted=Money(carried), paid=Money(from_carried))
    return national_rows(fiscal.row, carried_in, other.row)


def _by_source(entries: Iterable[EntryFacts], rules: tuple[FundRowRule, ...]) -> tuple[FundLine, ...]:
    amounts = {source: _Amounts() for source in FundSource}
    for entry in entries:
        amounts[entry.source].add(entry)
    return tuple(
        FundLine(
            str(number),
            rule.label,
            FundRow(
                initial=Money(sum(amounts[source].initial for source in rule.sources)),
                adjusted=Money(sum(amounts[source].adjusted for source in rule.sources)),
                paid=Money(sum(amounts[source].paid for source in rule.sources)),
            ),
        )
        for number, rule in enumerate(rules, 1)
    )


@dataclass(slots=True)
class _Amounts:
    """Fen of one source, added entry by entry."""

    initial: int = 0
    adjusted: int = 0
    paid: int = 0

    def add(self, entry: EntryFacts) -> None:
        """Count one entry; receipts and what is carried out change none of the three."""
        fen = entry.amount_fen
        match entry.kind:
            case EntryKind.APPROPRIATION:
                self.initial += fen
                self.adjusted += fen
            case EntryKind.ADJUSTMENT | EntryKind.CARRY_IN:
                self.adjusted += fen
            case EntryKind.PAYMENT:
                self.paid += fen
            case EntryKind.REFUND:
                self.paid -= fen

    @property
    def row(self) -> FundRow:
        """The amounts as money."""
        return FundRow(initial=Money(self.initial), adjusted=Money(self.adjusted), paid=Money(self.paid))


def _actual(row: ResultRow, uom: str = "") -> str:
    if row.not_applicable:
        return "不适用"
    if row.achievement is not None:
        return row.achievement.label
    return f"{plain_number(row.actual)}{uom}" if row.actual is not None else ""


def _problems(form: SelfEvaluationForm) -> str:
    parts = [f"预算执行偏差：{form.execution_reason}"] if form.execution_reason else []
    return "；".join([*parts, *([form.problems] if form.problems else [])])


def _closing(form: SelfEvaluationForm, layout: FormLayout | None) -> tuple[PrintedText, ...]:
    texts: dict[FormText, str] = {
        "execution_reason": form.execution_reason,
        "adjustment_reason": form.adjustment_reason,
        "conclusion": form.conclusion,
        "problems": form.problems,
        "measures": form.measures,
    }
    return tuple(PrintedText(item.label, texts[item.field]) for item in layout.closing) if layout else ()


def _fixed_lines(
    rules: SelfEvaluationRules, sheet: ScoreSheet, rows: Mapping[str, ResultRow]
) -> Iterator[IndicatorLine]:
    for dimension in rules.fixed.dimensions if rules.fixed else ():
        for item in dimension.criteria:
            scored = sheet.line(item.key)
            yield IndicatorLine(
                key=item.key,
                level2=None,
                group=dimension.label,
                name=item.label,
                target="",
                actual=_actual(rows[item.key]),
                weight=item.weight,
                score=scored.points,
                reason=rows[item.key].reason,
                applicable=scored.applicable,
                method=spelled(item.formula),
            )


def _filed_line(item: Indicator, row: ResultRow, scored: ScoreLine, formula: Formula) -> IndicatorLine:
    return IndicatorLine(
        key=item.key,
        level2=item.level2,
        name=item.name,
        target=item.target_label,
        sign=item.operator.label,
        value=item.target_text if item.target is None else plain_number(item.target),
        uom=item.uom,
        actual=_actual(row, item.uom),
        weight=item.weight,
        score=scored.points,
        reason=row.reason,
        applicable=scored.applicable,
        method=spelled(formula),
    )


def self_evaluation_page(ctx: Context, record: RecordFacts) -> SelfEvaluationPage:
    """Return the printed self-evaluation of a confirmed record, in the layout of its edition."""
    package, sheet, grade = score_package(ctx, record)
    rules = named(ctx, package.edition, SelfEvaluationRules).rules
    layout = rules.layout
    form = filed_self_evaluation(ctx, record)
    _, goals = approved_goals(ctx, record.subject, record.fiscal_year)
    rows = {row.key: row for row in form.rows}
    tree = sorted(indicator_tree(goals), key=lambda item: list(Level2).index(item.level2))
    filed = (
        _filed_line(item, rows[item.key], sheet.line(item.key), rules.operators[item.operator].formula)
        for item in tree
    )
    signatures = layout.signatures if layout else ("项目负责人", "财务负责人")
    return SelfEvaluationPage(
        head=head(ctx, record),
        unit=print_unit(goals),
        funds=funds(ctx, record, sheet.line(EXECUTION), rules=rules),
        goal_expected=goals.overall_goal,
        goal_actual=form.overall_result,
        indicators=(*_fixed_lines(rules, sheet, rows), *filed),
        total=sheet.total,
        grade=grade,
        problems=_problems(form),
        measures=form.measures,
        signatures=tuple(Signature(role) for role in signatures),
        filed_on=filing_day(ctx, record, "SelfEvaluationForm"),
        footer=footer(record, package, date(record.fiscal_year, 12, 31)),
        layout=layout,
        closing=_closing(form, layout),
        rate_base=rules.execution.base,
    )
