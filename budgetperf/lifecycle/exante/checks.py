"""What is wrong with a declaration, an expert's sheet, or the conclusion drawn from a panel.

One function per rule, one tuple of rules and one runner per form. Points, cut-offs and the
share below which a reason is compulsory come with ``ExanteRules``; nothing is computed here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.exante.form import ConclusionForm, Declaration, PointsRow, ScoreForm
from budgetperf.money import Money, MoneyUnit
from budgetperf.scoring.exante import ExanteConclusion, ExanteRules
from budgetperf.scoring.scheme import Criterion

SheetCheck: TypeAlias = Callable[[ScoreForm, ExanteRules, Money], Iterator[Finding]]
"""A sheet, the rules and the amount requested in; findings out."""
ConclusionCheck: TypeAlias = Callable[[ConclusionForm, ExanteConclusion, Money], Iterator[Finding]]
"""A conclusion, the one the panel's mean suggests and the amount requested in; findings out."""


def _error(code: str, pointer: str, message: str, source: str = "") -> Finding:
    return Finding(f"exante.{code}", Severity.ERROR, Where(pointer=pointer), message, source)


def check_conflict_stated(form: Declaration) -> Iterator[Finding]:
    """An expert who declares a conflict says which."""
    if form.conflict and not form.statement:
        yield _error("conflict_statement", "/statement", "申明存在利益关系的，须写明关系和情况，并予回避")


def check_criteria_complete(form: ScoreForm, rules: ExanteRules, _request: Money) -> Iterator[Finding]:
    """Every criterion of the sheet is rated exactly once, and no other."""
    yield from criteria_findings(form.rows, _by_key(rules), prefix="exante")


def check_points_in_range(form: ScoreForm, rules: ExanteRules, _request: Money) -> Iterator[Finding]:
    """Points lie within 0 and the criterion's weight."""
    yield from points_findings(form.rows, _by_key(rules), prefix="exante")


def check_reasons_given(form: ScoreForm, rules: ExanteRules, _request: Money) -> Iterator[Finding]:
    """A rating below the share of the edition has a reason."""
    criteria = _by_key(rules)
    for index, row in enumerate(form.rows):
        criterion = criteria.get(row.criterion)
        if criterion is not None and row.points < rules.comment.below * criterion.weight and not row.reason:
            share = plain_number(rules.comment.below * 100)
            message = f"“{criterion.label}”得分低于分值的{share}%，须写明扣分理由"
            yield _error("reason_missing", f"/rows/{index}/reason", message, str(rules.comment.source))


def check_recommended_in_request(form: ScoreForm, _rules: ExanteRules, request: Money) -> Iterator[Finding]:
    """The recommended amount lies within 0 and the request."""
    yield from _recommended(form.recommended, request)


def check_within_request(
    form: ConclusionForm, _suggested: ExanteConclusion, request: Money
) -> Iterator[Finding]:
    """The concluded amount lies within 0 and the request."""
    yield from _recommended(form.recommended, request)


def check_amount_fits_conclusion(
    form: ConclusionForm, _suggested: ExanteConclusion, request: Money
) -> Iterator[Finding]:
    """Support takes the request whole, partial support a part of it, rejection nothing."""
    amount = form.recommended
    fits, wanted = {
        ExanteConclusion.SUPPORT: (amount == request, "等于申报额"),
        ExanteConclusion.PARTIAL: (Money(0) < amount < request, "大于零且低于申报额"),
        ExanteConclusion.REJECT: (amount == Money(0), "为零"),
    }[form.conclusion]
    if not fits:
        message = (
            f"结论为“{form.conclusion.label}”时建议金额应{wanted}（申报{_wan(request)}，建议{_wan(amount)}）"
        )
        yield _error("amount_conclusion", "/recommended", message)


def check_conclusion_explained(
    form: ConclusionForm, suggested: ExanteConclusion, _request: Money
) -> Iterator[Finding]:
    """A conclusion other than the panel's mean suggests is explained."""
    if form.conclusion is not suggested and not form.explanation:
        message = (
            f"专家平均分对应“{suggested.label}”，结论却为“{form.conclusion.label}”，须在结论说明中写明理由"
        )
        yield _error("conclusion_unexplained", "/explanation", message)


SHEET_CHECKS: tuple[SheetCheck, ...] = (
    check_criteria_complete,
    check_points_in_range,
    check_reasons_given,
    check_recommended_in_request,
)
CONCLUSION_CHECKS: tuple[ConclusionCheck, ...] = (
    check_within_request,
    check_amount_fits_conclusion,
    check_conclusion_explained,
)


def check_declaration(form: Declaration) -> tuple[Finding, ...]:
    """Run the rules on an expert's declaration."""
    return tuple(check_conflict_stated(form))


def check_sheet(form: ScoreForm, rules: ExanteRules, request: Money) -> tuple[Finding, ...]:
    """Run every rule of ``SHEET_CHECKS`` on an expert's sheet; ``request`` is the amount filed."""
    return tuple(finding for rule in SHEET_CHECKS for finding in rule(form, rules, request))


def check_conclusion(
    form: ConclusionForm, suggested: ExanteConclusion, request: Money
) -> tuple[Finding, ...]:
    """Run every rule of ``CONCLUSION_CHECKS`` on a conclusion.

    Parameters
    ----------
    form : ConclusionForm
    suggested : ExanteConclusion
        What the panel's mean total suggests by the cut-offs of the edition.
    request : Money
    """
    return tuple(finding for rule in CONCLUSION_CHECKS for finding in rule(form, suggested, request))


def criteria_findings(
    rows: Sequence[PointsRow], criteria: Mapping[str, Criterion], *, prefix: str
) -> Iterator[Finding]:
    """Tell unknown, repeated and missing criteria of any points sheet.

    Parameters
    ----------
    rows : sequence of PointsRow
    criteria : mapping of str to Criterion
        Those to be rated by hand.
    prefix : str
        Start of the codes: the stage the sheet belongs to.
    """
    seen: set[str] = set()
    for index, row in enumerate(rows):
        where = Where(pointer=f"/rows/{index}/criterion")
        if row.criterion not in criteria:
            message = f"“{row.criterion}”不在本表的评价要点中，请删除该行"
            yield Finding(f"{prefix}.criterion_unknown", Severity.ERROR, where, message)
        elif row.criterion in seen:
            message = f"“{criteria[row.criterion].label}”重复评分，请只保留一行"
            yield Finding(f"{prefix}.criterion_twice", Severity.ERROR, where, message)
        seen.add(row.criterion)
    for key, criterion in criteria.items():
        if key not in seen:
            message = f"“{criterion.label}”尚未评分"
            yield Finding(f"{prefix}.criterion_missing", Severity.ERROR, Where(pointer="/rows"), message)


def points_findings(
    rows: Sequence[PointsRow], criteria: Mapping[str, Criterion], *, prefix: str
) -> Iterator[Finding]:
    """Tell points outside 0 and the criterion's weight, both included."""
    for index, row in enumerate(rows):
        criterion = criteria.get(row.criterion)
        if criterion is not None and not 0 <= row.points <= criterion.weight:
            message = f"“{criterion.label}”得分{plain_number(row.points)}，应在0至{plain_number(criterion.weight)}之间"
            where = Where(pointer=f"/rows/{index}/points")
            yield Finding(f"{prefix}.points_range", Severity.ERROR, where, message, str(criterion.source))


def _by_key(rules: ExanteRules) -> dict[str, Criterion]:
    return {criterion.key: criterion for criterion in rules.scheme.criteria()}


def _recommended(amount: Money, request: Money) -> Iterator[Finding]:
    if not Money(0) <= amount <= request:
        message = f"建议金额{_wan(amount)}应不为负且不超过申报额{_wan(request)}"
        yield _error("recommended_range", "/recommended", message)


def _wan(amount: Money) -> str:
    return f"{plain_number(amount.in_unit(MoneyUnit.WAN))}万元"
