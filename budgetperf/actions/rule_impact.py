"""What an edition would change: the newest filed facts of every record of its kind, under it and the one before it.

The one before is the one in force on the day before the edition's first. Read-only and computed when asked, in a
number of queries that does not grow with the records. Confirmed results never change; they are compared too, apart from the open ones,
because a year that is over says most about a rule. A record whose facts one side refuses is told, not left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from budgetperf.actions import evaluation, exante, finance_evaluation
from budgetperf.actions.context import Context
from budgetperf.actions.filed_records import FiledRecord, filed_records
from budgetperf.actions.monitoring import period_of, values_of
from budgetperf.errors import BudgetperfError, Conflict
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.form import EvaluationForm, SelfEvaluationForm
from budgetperf.lifecycle.exante.form import ScoreForm
from budgetperf.lifecycle.monitoring.form import MonitoringForm
from budgetperf.process.stages import Stage, Status
from budgetperf.rulebook.edition import Edition
from budgetperf.scoring.compare import JudgedLine, Judgement, compare
from budgetperf.scoring.dashboard import Dashboard
from budgetperf.scoring.exante import ExanteResult, ExanteRules
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.grade import GradeRules, grade
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.recompute import LightFacts, compute
from budgetperf.scoring.score import ScoreSheet
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.store.records import RecordFacts, list_records

MOST = 500
_SETTLED = frozenset({Status.CONFIRMED})
_UNFILED = frozenset({Status.DRAFT, Status.OPEN, Status.SCORING})


@dataclass(frozen=True, slots=True)
class Change:
    """One record under both editions.

    Parameters
    ----------
    record : RecordFacts
    before, after : str
        What comes out, in words; or why nothing does.
    changed : bool
        Whether the result differs, or the points of a criterion.
    reason : str
        What moved, in one sentence; empty when nothing did.
    """

    record: RecordFacts
    before: str
    after: str
    changed: bool
    reason: str

    @property
    def open(self) -> bool:
        """Whether the result is not confirmed yet, so that the switch would really change it."""
        return self.record.status not in _SETTLED


@dataclass(frozen=True, slots=True)
class Impact:
    """All records an edition was tried on.

    Parameters
    ----------
    before : Edition
        The one in force on the day before the draft's first.
    changes : tuple of Change
        Open records first; those that change before those that do not.
    left_out : int
        Records beyond the first ``MOST``.
    """

    before: Edition
    changes: tuple[Change, ...]
    left_out: int

    def count(self, *, open_: bool, changed: bool = False) -> int:
        """Return how many records are open (or confirmed), of these only those that change if asked."""
        return sum(one.open is open_ and (one.changed or not changed) for one in self.changes)


@dataclass(frozen=True, slots=True)
class _Side:
    """What one edition says of a record; ``judgement`` where points are compared."""

    shown: str
    judgement: Judgement | None = None
    reason: str = ""


_Judge = Callable[[Edition], _Side]
_Law = Callable[[str], Edition]
"""The edition of a kind that holds on the draft's first day: what else the records are judged by, on both sides."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """On which records an edition of a kind is tried, and how: facts are made once, then judged under each edition."""

    stages: tuple[Stage, ...]
    judge_of: Callable[[FiledRecord, _Law], _Judge]


def applies(kind: str) -> bool:
    """Tell whether editions of ``kind`` can be tried on records."""
    return kind in _TRIED


def impact(ctx: Context, draft: Edition) -> Impact:
    """Try an edition on the filed records of its kind.

    Raises
    ------
    NotFound
        No edition of the kind is in force on the day before.
    Conflict
        Records are not judged by editions of this kind.
    """
    if not applies(draft.kind):
        raise Conflict("rule.impact", "这类规则不直接评价单个项目，没有可比较的记录")
    tried = _TRIED[draft.kind]
    before = ctx.rules.get(draft.kind, draft.valid_from - timedelta(days=1))
    records = [record for stage in tried.stages for record in _filed(ctx, stage)]
    shown = records[:MOST]
    filed = [
        one
        for stage in tried.stages
        for one in filed_records(ctx, [record for record in shown if record.stage is stage])
    ]
    changes = [
        _change(one, before, draft, law=lambda kind: ctx.rules.get(kind, draft.valid_from)) for one in filed
    ]
    ordered = sorted(changes, key=lambda one: (not one.open, not one.changed, one.record.subject))
    return Impact(before, tuple(ordered), len(records) - len(shown))


def _filed(ctx: Context, stage: Stage) -> Iterator[RecordFacts]:
    """Yield the filed records of a stage in its newest year, those still open first."""
    records = list_records(ctx.session, ctx.actor, stage=stage)
    filed = [record for record in records if record.status not in _UNFILED]
    newest = max((record.fiscal_year for record in filed), default=0)
    yield from sorted(
        (record for record in filed if record.fiscal_year == newest),
        key=lambda record: (record.status in _SETTLED, record.subject),
    )


def _change(filed: FiledRecord, before: Edition, draft: Edition, *, law: _Law) -> Change:
    try:
        judge = _TRIED[draft.kind].judge_of(filed, law)
    except BudgetperfError as refusal:
        told = f"无法计算：{refusal.text}"
        return Change(filed.record, told, told, changed=False, reason="")
    left, right = _side(judge, before), _side(judge, draft)
    if left.judgement and right.judgement:
        (found,) = compare([left.judgement], [right.judgement])
        reason = found.reason if found.changed else ""
        return Change(filed.record, left.shown, right.shown, found.changed, reason)
    changed = left.shown != right.shown
    return Change(filed.record, left.shown, right.shown, changed, right.reason if changed else "")


def _side(judge: _Judge, edition: Edition) -> _Side:
    try:
        return judge(edition)
    except BudgetperfError as refusal:
        return _Side(f"无法计算：{refusal.text}")


def _graded(filed: FiledRecord, sheet: ScoreSheet, scale: Edition) -> _Side:
    word = grade(sheet.total, scale.rules_as(GradeRules)).label
    lines = tuple(
        JudgedLine(line.key, line.label, line.points, line.weight) for line in sheet.lines if line.applicable
    )
    shown = f"{plain_number(sheet.total)}分 {word}"
    return _Side(shown, Judgement(filed.record.id, sheet.total, word, lines))


def _self_evaluation(filed: FiledRecord) -> Callable[[Edition], ScoreSheet]:
    form, indicators = filed.form(SelfEvaluationForm), filed.indicators()

    def sheet(edition: Edition) -> ScoreSheet:
        rules = edition.rules_as(SelfEvaluationRules)
        facts = evaluation.facts_under(rules, form, indicators=indicators, money=filed.money)
        found = compute(facts, rules)
        assert isinstance(found, ScoreSheet)
        return found

    return sheet


def _finance_evaluation(filed: FiledRecord) -> Callable[[Edition], ScoreSheet]:
    form = filed.form(EvaluationForm)

    def sheet(edition: Edition) -> ScoreSheet:
        rules = edition.rules_as(FinanceEvaluationRules)
        found = compute(finance_evaluation.facts_under(rules, form, filed.money), rules)
        assert isinstance(found, ScoreSheet)
        return found

    return sheet


_SHEETS = {
    Stage.SELF_EVALUATION: _self_evaluation,
    Stage.FINANCE_EVALUATION: _finance_evaluation,
}


def _by_points(filed: FiledRecord, law: _Law) -> _Judge:
    sheet, scale = _SHEETS[filed.record.stage](filed), law("grades")
    return lambda edition: _graded(filed, sheet(edition), scale)


def _by_grade(filed: FiledRecord, law: _Law) -> _Judge:
    """Grade one and the same total: only the cut-offs differ."""
    sheet = _SHEETS[filed.record.stage](filed)(law(filed.record.stage.value))
    return lambda edition: _graded(filed, sheet, edition)


def _by_lights(filed: FiledRecord, _law: _Law) -> _Judge:
    values = values_of(filed.form(MonitoringForm))
    facts = LightFacts(filed.indicators(), values, filed.money, period_of(filed.record).months)

    def judge(edition: Edition) -> _Side:
        lit = compute(facts, edition.rules_as(LightRules))
        assert isinstance(lit, Dashboard)
        goal = f"，绩效目标{lit.goal.colour.label}" if lit.goal else ""
        reasons = "；".join(light.reason for light in (lit.execution, lit.goal) if light)
        return _Side(f"预算执行{lit.execution.colour.label}{goal}", reason=reasons)

    return judge


def _by_panel(filed: FiledRecord, _law: _Law) -> _Judge:
    facts = exante.facts_of(
        {f"{one.position:02d}": ScoreForm.model_validate(one.document) for one in filed.sheets}
    )

    def judge(edition: Edition) -> _Side:
        result = compute(facts, edition.rules_as(ExanteRules))
        assert isinstance(result, ExanteResult)
        word, total = result.suggested.label, result.means.total.mean
        return _Side(f"{plain_number(total)}分 {word}", Judgement(filed.record.id, total, word, ()))

    return judge


_TRIED: Mapping[str, _Tried] = {
    "self_evaluation": _Tried((Stage.SELF_EVALUATION,), _by_points),
    "finance_evaluation": _Tried((Stage.FINANCE_EVALUATION,), _by_points),
    "grades": _Tried((Stage.SELF_EVALUATION, Stage.FINANCE_EVALUATION), _by_grade),
    "monitoring_lights": _Tried((Stage.MONITORING,), _by_lights),
    "exante_project": _Tried((Stage.EXANTE,), _by_panel),
}
