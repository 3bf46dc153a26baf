"""The baseline batch: a cost panel is fitted where pandas and statsmodels may be loaded."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.rules import in_force
from budgetperf.costing.form import FitForm
from budgetperf.costing.spread import Spread
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.rulebook.parameters import CostBaselineRules
from workflows.about import About

STEP = "fit"


def about(ctx: Context, form: FitForm) -> About:
    """Name the fit; it is about the whole city.

    Raises
    ------
    Invalid
        A payable total is given, and the edition in force does not calibrate.
    """
    if form.payable_total is not None:
        found = in_force(ctx, "cost_baseline", CostBaselineRules)
        if found.rules.calibration is None:
            text = f"现行规则版本{found.id}没有规定按应付总额校准，请不填应付总额"
            wrong = Finding("costing.payable", Severity.ERROR, Where(pointer="/payable_total"), text)
            raise Invalid("costing.payable", text, (wrong,))
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
