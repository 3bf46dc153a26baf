"""The baseline batch: a cost panel is fitted where pandas and statsmodels may be loaded."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.costing.form import FitForm
from budgetperf.costing.spread import Spread
from workflows.about import About

STEP = "fit"


def about(_ctx: Context, form: FitForm) -> About:
    """Name the fit; it is about the whole city."""
    return About(f"{form.fiscal_year}年度成本绩效基线测算（{form.panel_code}）")


def compute(
    unit: Callable[[], AbstractContextManager[Context]], form: FitForm, spread: Callable[[str, int], Spread]
) -> Callable[[Context], str]:
    """Fit the panel as it stands; what is left is to file the baseline, whose record's id is the answer."""
    from budgetperf.actions import baseline  # pandas and statsmodels: the worker only

    with unit() as ctx:
        order = baseline.order_fit(ctx, form)
    made = baseline.fit(order, spread(order.digest, order.n_pieces))
    return lambda ctx: baseline.file_baseline(ctx, form, made, Seen()).record_id
