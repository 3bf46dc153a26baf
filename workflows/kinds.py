"""THE table of long work: which campaigns and batches exist, who may start them, what their steps are.

A kind says by ``plan`` which steps a run takes and by ``act`` what one step does; both get a
``Context`` and run inside one transaction. The table is read by the web too, so nothing here
imports what is heavy: a batch imports pandas or reportlab inside its ``act``, which only the
worker calls.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from budgetperf.actions.context import Context
from budgetperf.costing.form import FitForm
from budgetperf.costing.spread import Spread
from budgetperf.errors import NotFound
from budgetperf.forms import Form
from budgetperf.permissions import Permission
from budgetperf.provenance import Json
from budgetperf.statistics.form import IndexOrder
from workflows.about import About, Pause
from workflows.batches import assessment_papers, baseline, bundles, cost_papers, index, movement, papers
from workflows.campaigns import assessment, quarter


class Plan(Protocol):
    """Names the steps of a run, in order; asked once per run."""

    def __call__(self, ctx: Context, arguments: Any, /) -> tuple[str, ...]:  # noqa: ANN401 - the kind's own form
        """Return the names, each once."""
        ...


class Act(Protocol):
    """Does one step."""

    def __call__(self, ctx: Context, arguments: Any, step: str, /) -> Json:  # noqa: ANN401 - the kind's own form
        """Return what the run keeps of the step."""
        ...


class Compute(Protocol):
    """Computes for long, in no transaction, and says what is left to write."""

    def __call__(
        self,
        unit: Callable[[], AbstractContextManager[Context]],
        arguments: Any,  # noqa: ANN401 - the kind's own form
        spread: Callable[[str, int], Spread],
        /,
    ) -> Callable[[Context], Json]:
        """Read in a ``unit``, compute by a ``spread`` over pieces of this digest and number, and return the last act."""
        ...


@dataclass(frozen=True, slots=True)
class Long:
    """A step too long for one transaction: computed first, its pieces kept as they are done, then written."""

    compute: Compute


class Wait(Protocol):
    """Says whether a step must wait for a day; asked each time the step is come to, until it is done."""

    def __call__(self, ctx: Context, arguments: Any, step: str, /) -> Pause | None:  # noqa: ANN401 - the kind's own form
        """Return until when and for what, or None when the step may be done now."""
        ...


class Tell(Protocol):
    """Says what a run is about; refuses what the actor may not know of."""

    def __call__(self, ctx: Context, arguments: Any, /) -> About:  # noqa: ANN401 - the kind's own form
        """Return its name and place."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work.

    Parameters
    ----------
    form : type of Form
        What it is told.
    permission : Permission
        What its starter must hold at the place it is about; the actions inside ask again.
    about : Tell
    plan : Plan
    act : Act or Long
    wait : Wait or None
        Which steps wait for their day; None: none does.
    halts : bool
        Whether a refused step halts the run until somebody retries or cancels it; otherwise it ends.
    """

    form: type[Form]
    permission: Permission
    about: Tell
    plan: Plan
    act: Act | Long
    wait: Wait | None = None
    halts: bool = False


def _steps(*names: str) -> Plan:
    """Plan steps that are the same for every run."""
    return lambda _ctx, _arguments: names


PAPER = _steps(papers.PDF, papers.XLSX)


def _paper(form: type[Form], about: Tell, act: Act, permission: str) -> Kind:
    return Kind(form, Permission(permission), about, PAPER, act)


KINDS: dict[str, Kind] = {
    "campaign.quarter": Kind(
        quarter.QuarterForm,
        Permission("run:campaign:start"),
        quarter.about,
        quarter.plan,
        quarter.act,
        halts=True,
    ),
    "campaign.assessment": Kind(
        assessment.CalendarForm,
        Permission("assessment:run:start"),
        assessment.about,
        assessment.plan,
        assessment.act,
        wait=assessment.wait,
        halts=True,
    ),
    "batch.baseline": Kind(
        FitForm,
        Permission("baseline:model:fit"),
        baseline.about,
        _steps(baseline.STEP),
        Long(baseline.compute),
        halts=True,
    ),
    "batch.cost_panel_paper": _paper(
        cost_papers.PanelPaperOrder, cost_papers.about_panel, cost_papers.panel, "baseline:panel:view"
    ),
    "batch.baseline_report": _paper(
        cost_papers.BaselinePaperOrder,
        cost_papers.about_baseline,
        cost_papers.baseline,
        "baseline:panel:view",
    ),
    "batch.dmu_baseline_report": _paper(
        cost_papers.DmuPaperOrder, cost_papers.about_dmu, cost_papers.dmu, "record:page:view"
    ),
    "batch.movement_paper": _paper(
        cost_papers.MovementPaperOrder,
        cost_papers.about_movement,
        cost_papers.movement,
        "baseline:panel:view",
    ),
    "batch.movement": Kind(
        movement.MovementOrder,
        Permission("special_factor_claim:movement:compute"),
        movement.about,
        _steps(movement.STEP),
        Long(movement.compute),
        halts=True,
    ),
    "batch.self_evaluation": _paper(
        papers.SelfEvaluationOrder, papers.about_record, papers.self_evaluation, "record:page:view"
    ),
    "batch.evaluation_report": _paper(
        papers.EvaluationReportOrder, papers.about_record, papers.evaluation_report, "record:page:view"
    ),
    "batch.limits_notice": _paper(
        papers.NoticeOrder, papers.about_round, papers.limits_notice, "limits:table:view"
    ),
    "batch.assessment_notice": Kind(
        assessment_papers.UnitPaperOrder,
        Permission("result:paper:view"),
        assessment_papers.about_notice,
        _steps(papers.PDF),
        assessment_papers.notice,
    ),
    "batch.assessment_trace": Kind(
        assessment_papers.UnitPaperOrder,
        Permission("result:paper:view"),
        assessment_papers.about_trace,
        _steps(papers.PDF),
        assessment_papers.trace,
    ),
    "batch.assessment_ranking": Kind(
        assessment_papers.RankingOrder,
        Permission("result:paper:view"),
        assessment_papers.about_ranking,
        PAPER,
        assessment_papers.ranking,
    ),
    "batch.index": Kind(
        IndexOrder, Permission("rules:index:build"), index.about, _steps(*index.STEPS), index.act
    ),
    "batch.bundle": Kind(
        bundles.BundleOrder,
        Permission("evidence:bundle:export"),
        bundles.about,
        _steps(bundles.STEP),
        bundles.act,
    ),
}


def kind_of(name: str) -> Kind:
    """Return a kind by name.

    Raises
    ------
    NotFound
    """
    if name not in KINDS:
        raise NotFound("run.kind", f"没有“{name}”这一类任务，可办理的有：{'、'.join(KINDS)}")
    return KINDS[name]
