"""What an edition would change: the newest filed facts of every record of its kind, under it and under today's.

Read-only and computed when asked. Confirmed results never change; they are compared too, apart from the open ones,
because a year that is over says most about a rule. A record whose facts one side refuses is told, not left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from budgetperf.actions.context import Context
from budgetperf.actions.evaluation import filed_self_evaluation, score_facts
from budgetperf.actions.exante import panel_facts
from budgetperf.actions.finance_evaluation import evaluation_facts
from budgetperf.actions.monitoring import filed_report, light_facts
from budgetperf.errors import BudgetperfError, Conflict
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.form import EvaluationForm
from budgetperf.process.stages import Stage, Status
from budgetperf.rulebook.edition import Edition
from budgetperf.scoring.compare import JudgedLine, Judgement, compare
from budgetperf.scoring.dashboard import Dashboard
from budgetperf.scoring.exante import ExanteResult, ExanteRules
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.grade import GradeRules, grade
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.recompute import compute
from budgetperf.scoring.score import ScoreSheet
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.store.records import RecordFacts, latest_filing, list_records

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
        The one in force today.
    changes : tuple of Change
        Open records first; those that change before those that do not.
    left_out : int
        Records beyond the first ``MOST``.
    used : bool
        Whether the edition, once in force, is the one this service works by.
    """

    before: Edition
    changes: tuple[Change, ...]
    left_out: int
    used: bool

    def count(self, *, open_: bool, changed: bool = False) -> int:
        """Return how many records are open (or confirmed), of these only those that change if asked."""
        return sum(one.open is open_ and (one.changed or not changed) for one in self.changes)


@dataclass(frozen=True, slots=True)
class _Side:
    """What one edition says of a record; ``judgement`` where points are compared."""

    shown: str
    judgement: Judgement | None = None
    reason: str = ""


_Judge = Callable[[Context, RecordFacts, Edition], _Side]


@dataclass(frozen=True, slots=True)
class _Tried:
    """On which records an edition of a kind is tried, and how."""

    stages: tuple[Stage, ...]
    judge: _Judge


def applies(kind: str) -> bool:
    """Tell whether editions of ``kind`` can be tried on records."""
    return kind in _TRIED


def impact(ctx: Context, draft: Edition) -> Impact:
    """Try an edition on the filed records of its kind.

    Raises
    ------
    NotFound
        No edition of the kind is in force.
    Conflict
        Records are not judged by editions of this kind.
    """
    if not applies(draft.kind):
        raise Conflict("rule.impact", "这类规则不直接评价单个项目，没有可比较的记录")
    tried, before = _TRIED[draft.kind], ctx.rules.get(draft.kind, ctx.today)
    records = [record for stage in tried.stages for record in _filed(ctx, stage)]
    changes = [_change(ctx, record, before, draft) for record in records[:MOST]]
    ordered = sorted(changes, key=lambda one: (not one.open, not one.changed, one.record.subject))
    return Impact(before, tuple(ordered), max(0, len(records) - MOST), ctx.rules.goes_before(draft))


def _filed(ctx: Context, stage: Stage) -> Iterator[RecordFacts]:
    """Yield the filed records of a stage in its newest year, those still open first."""
    records = list_records(ctx.session, ctx.actor, stage=stage)
    filed = [record for record in records if record.status not in _UNFILED]
    newest = max((record.fiscal_year for record in filed), default=0)
    yield from sorted(
        (record for record in filed if record.fiscal_year == newest),
        key=lambda record: (record.status in _SETTLED, record.subject),
    )


def _change(ctx: Context, record: RecordFacts, before: Edition, draft: Edition) -> Change:
    left, right = (_side(ctx, record, edition) for edition in (before, draft))
    if left.judgement and right.judgement:
        (found,) = compare([left.judgement], [right.judgement])
        changed = left.judgement != right.judgement
        return Change(record, left.shown, right.shown, changed, found.reason if changed else "")
    changed = left.shown != right.shown
    return Change(record, left.shown, right.shown, changed, right.reason if changed else "")


def _side(ctx: Context, record: RecordFacts, edition: Edition) -> _Side:
    try:
        return _TRIED[edition.kind].judge(ctx, record, edition)
    except BudgetperfError as refusal:
        return _Side(f"无法计算：{refusal.text}")


def _of_sheet(
    ctx: Context, record: RecordFacts, sheet: ScoreSheet, grades: GradeRules | None = None
) -> _Side:
    used = grades or ctx.rules.get("grades", ctx.today).rules_as(GradeRules)
    word = grade(sheet.total, used).label
    lines = tuple(
        JudgedLine(line.key, line.label, line.points, line.weight) for line in sheet.lines if line.applicable
    )
    shown = f"{plain_number(sheet.total)}分 {word}"
    return _Side(shown, Judgement(record.id, sheet.total, word, lines))


def _self_evaluation(ctx: Context, record: RecordFacts, rules: SelfEvaluationRules) -> ScoreSheet:
    facts = score_facts(ctx, record, filed_self_evaluation(ctx, record), rules=rules)
    sheet = compute(facts, rules)
    assert isinstance(sheet, ScoreSheet)
    return sheet


def _finance_evaluation(ctx: Context, record: RecordFacts, rules: FinanceEvaluationRules) -> ScoreSheet:
    filing = latest_filing(ctx.session, record.id, EvaluationForm.__name__)
    if filing is None:
        raise Conflict("finance_evaluation.none", f"“{record.name}”尚未提交评价评分")
    facts = evaluation_facts(ctx, record, EvaluationForm.model_validate(filing.document), rules)
    sheet = compute(facts, rules)
    assert isinstance(sheet, ScoreSheet)
    return sheet


def _judge_self_evaluation(ctx: Context, record: RecordFacts, edition: Edition) -> _Side:
    return _of_sheet(ctx, record, _self_evaluation(ctx, record, edition.rules_as(SelfEvaluationRules)))


def _judge_finance_evaluation(ctx: Context, record: RecordFacts, edition: Edition) -> _Side:
    return _of_sheet(ctx, record, _finance_evaluation(ctx, record, edition.rules_as(FinanceEvaluationRules)))


def _judge_grade(ctx: Context, record: RecordFacts, edition: Edition) -> _Side:
    """Grade the total the rules in force give: only the cut-offs differ."""
    used = ctx.rules.get(record.stage.value, ctx.today)
    if record.stage is Stage.SELF_EVALUATION:
        sheet = _self_evaluation(ctx, record, used.rules_as(SelfEvaluationRules))
    else:
        sheet = _finance_evaluation(ctx, record, used.rules_as(FinanceEvaluationRules))
    return _of_sheet(ctx, record, sheet, edition.rules_as(GradeRules))


def _judge_lights(ctx: Context, record: RecordFacts, edition: Edition) -> _Side:
    lit = compute(light_facts(ctx, record, filed_report(ctx, record)), edition.rules_as(LightRules))
    assert isinstance(lit, Dashboard)
    goal = f"，绩效目标{lit.goal.colour.label}" if lit.goal else ""
    reasons = "；".join(light.reason for light in (lit.execution, lit.goal) if light)
    return _Side(f"预算执行{lit.execution.colour.label}{goal}", reason=reasons)


def _judge_exante(ctx: Context, record: RecordFacts, edition: Edition) -> _Side:
    result = compute(panel_facts(ctx, record), edition.rules_as(ExanteRules))
    assert isinstance(result, ExanteResult)
    word = result.suggested.label
    total = result.means.total.mean
    return _Side(f"{plain_number(total)}分 {word}", Judgement(record.id, total, word, ()))


_TRIED: Mapping[str, _Tried] = {
    "self_evaluation": _Tried((Stage.SELF_EVALUATION,), _judge_self_evaluation),
    "finance_evaluation": _Tried((Stage.FINANCE_EVALUATION,), _judge_finance_evaluation),
    "grades": _Tried((Stage.SELF_EVALUATION, Stage.FINANCE_EVALUATION), _judge_grade),
    "monitoring_lights": _Tried((Stage.MONITORING,), _judge_lights),
    "exante_project": _Tried((Stage.EXANTE,), _judge_exante),
}
