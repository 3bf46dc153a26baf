"""The baseline batch: a cost panel is fitted where pandas and statsmodels may be loaded."""

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.costing.form import FitForm
from workflows.about import About

STEP = "fit"


def about(_ctx: Context, form: FitForm) -> About:
    """Name the fit; it is about the whole city."""
    return About(f"{form.fiscal_year}年度成本绩效基线测算（{form.panel_code}）")


def plan(_ctx: Context, _form: FitForm) -> tuple[str, ...]:
    """Return the one step."""
    return (STEP,)


def act(ctx: Context, form: FitForm, _step: str) -> str:
    """Fit the panel and return the id of the baseline's record."""
    from budgetperf.actions.baseline import fit_baseline  # pandas and statsmodels: the worker only

    return fit_baseline(ctx, form, Seen()).record_id
