"""The adopted baselines of the projects somebody sees, and until when each may be claimed against. Writes nothing."""

from dataclasses import dataclass
from datetime import date, timedelta

from budgetperf.actions.context import Context
from budgetperf.actions.rules import in_force
from budgetperf.fiscal import SHANGHAI
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.adoptions import ProjectBaseline, project_baselines
from budgetperf.store.budget import years_issued


@dataclass(frozen=True, slots=True)
class OwnBaseline:
    """What a panel's baseline in force says of a project.

    Parameters
    ----------
    found : ProjectBaseline
    last_day : date or None
        Last day to claim a special factor; None where the rules set no term. Counted from the first adoption: a
        baseline made again with the claims admitted opens nothing again.
    in_time : bool
        Whether that day is not over.
    issued : bool
        Whether the limits of its year are issued: nothing that would change it is heard any more.
    """

    found: ProjectBaseline
    last_day: date | None
    in_time: bool
    issued: bool

    @property
    def open(self) -> bool:
        """Whether it may be claimed against today."""
        return self.in_time and not self.issued


def own_baselines(ctx: Context, evaluand_id: str = "") -> list[OwnBaseline]:
    """Return the baselines of the visible projects by code, the newest year first; of one project if given."""
    found = project_baselines(ctx.session, ctx.actor, evaluand_id)
    terms = {day: _last_day(ctx, day) for day in {_first_day(one) for one in found}}
    lasts, issued = ((one, terms[_first_day(one)]) for one in found), years_issued(ctx.session)
    return [
        OwnBaseline(one, last, last is None or ctx.today <= last, one.fiscal_year in issued)
        for one, last in lasts
    ]


def own_baseline(ctx: Context, evaluand_id: str, fiscal_year: int, panel_code: str) -> OwnBaseline | None:
    """Return the baseline of a project by one panel for a budget year; None while none in force has one."""
    return next(
        (
            one
            for one in own_baselines(ctx, evaluand_id)
            if (one.found.fiscal_year, one.found.panel_code) == (fiscal_year, panel_code)
        ),
        None,
    )


def _first_day(found: ProjectBaseline) -> date:
    return found.first_adopted_at.astimezone(SHANGHAI).date()


def _last_day(ctx: Context, adopted_on: date) -> date | None:
    rules = in_force(ctx, "cost_baseline", CostBaselineRules, as_of=adopted_on).rules.claims
    return adopted_on + timedelta(days=rules.file_within_days) if rules else None
