"""What a period is called: a quarter and a day as they are written, a period of an assessment as its city says."""

from collections.abc import Callable
from functools import partial

from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.lifecycle.unit_assessment.cells import period_labels
from budgetperf.process.stages import ASSESSMENT_STAGES, Stage
from budgetperf.store.campaigns import get_campaign

Namer = Callable[[Stage, str, str], str]
"""Names the period of a record by its stage and subject."""


def period_namer(ctx: Context) -> Namer:
    """Return what names periods; the rules of a campaign are read once."""
    return partial(_name, ctx, {})


def _name(ctx: Context, known: dict[str, dict[str, str]], stage: Stage, subject: str, period: str) -> str:
    if not period or stage not in ASSESSMENT_STAGES:
        return period
    campaign = subject.partition(".")[0]
    if campaign not in known:
        known[campaign] = period_labels(work_for(ctx, get_campaign(ctx.session, campaign)).scheme)
    return known[campaign].get(period, period)
