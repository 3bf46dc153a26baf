"""The calendar of an assessment: each phase begins on its day, and ratings are forgotten on theirs.

The steps are the phases of the campaign's edition and, at the end, the forgetting. Between them the run
sleeps. A phase whose predecessors have open work is refused by name; a retry goes on from there.
"""

from datetime import date, datetime, time, timedelta

from budgetperf.actions import ratings
from budgetperf.actions.campaign_work import Work
from budgetperf.actions.campaigns import advance_phase, work_for
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.fiscal import SHANGHAI
from budgetperf.forms import Form, Line, ask
from budgetperf.lifecycle.unit_assessment.rules import Phase
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import find
from budgetperf.provenance import Json
from budgetperf.store.campaigns import get_campaign
from budgetperf.store.records import get_record
from workflows.about import About, Pause

FORGET = "清除评分人信息"


class CalendarForm(Form):
    """Whose calendar is kept."""

    campaign: Line = ask("年度考评", "考评编号，如 KP2026-wuxi")


def about(ctx: Context, form: CalendarForm) -> About:
    """Name the campaign; it is about the whole city.

    Raises
    ------
    NotFound
    Conflict
        The campaign has not been started.
    """
    campaign = get_campaign(ctx.session, form.campaign)
    name = get_record(ctx.session, ctx.actor, campaign.id).name
    if campaign.started_on is None:
        raise Conflict("campaign.not_started", f"“{name}”尚未下达考评任务，下达后方可按日程推进")
    return About(f"{name}：按日程推进")


def plan(ctx: Context, form: CalendarForm) -> tuple[str, ...]:
    """Return the phases, numbered in their order, and the forgetting."""
    return (*_phases(_work(ctx, form)), FORGET)


def wait(ctx: Context, form: CalendarForm, step: str) -> Pause | None:
    """Let a phase wait for its first day, the forgetting for the day after the last that ratings are kept."""
    work = _work(ctx, form)
    if step != FORGET:
        phase = _phases(work)[step]
        first = phase.begins.on(work.campaign.fiscal_year)
        return _until(ctx, first, f"等待“{phase.label}”阶段开始（{first}）")
    archived = work.campaign.archived_on
    if archived is None:
        return _until(ctx, ctx.today + timedelta(1), "各阶段已推进完毕，等待考评归档；每日查看一次")
    after = work.rules.retention.until(archived) + timedelta(1)
    return _until(ctx, after, f"考评已归档，评分人信息保存到期后清除（{after}）")


def act(ctx: Context, form: CalendarForm, step: str) -> Json:
    """Begin a phase, or forget the ratings; return how it went, never who rated."""
    work = _work(ctx, form)
    if step == FORGET:
        due = ratings.due_to_be_forgotten(ctx, work.campaign)
        for record_id in due:
            ratings.forget(ctx, record_id, NoForm(), Seen())
        return {"forgotten": len(due)}
    return {"sent": _begin(ctx, work, _phases(work)[step])}


def _begin(ctx: Context, work: Work, phase: Phase) -> bool:
    """Send out what a phase asks; False when it was sent at the start, or the campaign is past its work."""
    started = work.campaign.started_on
    if started is not None and phase.begins.on(work.campaign.fiscal_year) <= started:
        return False
    record = get_record(ctx.session, ctx.actor, work.campaign.id)
    if find(Stage.ASSESSMENT, "advance", record.status) is None:
        return False
    advance_phase(ctx, record.id, NoForm(), Seen())
    return True


def _work(ctx: Context, form: CalendarForm) -> Work:
    return work_for(ctx, get_campaign(ctx.session, form.campaign))


def _phases(work: Work) -> dict[str, Phase]:
    return {f"{number}. {phase.label}": phase for number, phase in enumerate(work.rules.cycle.phases, 1)}


def _until(ctx: Context, day: date, note: str) -> Pause | None:
    """Return a pause until a day begins in Shanghai, or None when it has begun."""
    first = datetime.combine(day, time(), SHANGHAI)
    return Pause(first, note) if ctx.now < first else None
