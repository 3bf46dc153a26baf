"""The table of baseline methods: each turns a frame of the panel into a fitted method.

A new method is its own core, one adapter (a ``*_practice`` file) and one line here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from budgetperf.costing.average_practice import conditional_quantile, driver_regression
from budgetperf.costing.convex_practice import convex_frontier
from budgetperf.costing.envelope_practice import envelope
from budgetperf.costing.method import BaselineSpec, FittedMethod
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.rounding import FIGURE_RULE
from budgetperf.costing.spread import Spread, pieces
from budgetperf.costing.stochastic_practice import stochastic_frontier
from budgetperf.costing.words import MethodFamily, MethodName
from budgetperf.provenance import Json


@dataclass(frozen=True, slots=True)
class Method:
    """A line of the table; ``bootstraps`` are those it spreads to be fitted and to answer once, at most."""

    family: MethodFamily
    fit: Callable[[pd.DataFrame, PanelSpec, BaselineSpec, Spread], FittedMethod]
    bootstraps: Callable[[PanelSpec], int] = lambda _: 0


METHODS = {
    MethodName.DRIVER_REGRESSION: Method(MethodFamily.MEAN, driver_regression),
    MethodName.QUANTILE: Method(MethodFamily.QUANTILE, conditional_quantile),
    MethodName.SFA: Method(MethodFamily.FRONTIER, stochastic_frontier),
    MethodName.DEA: Method(MethodFamily.ENVELOPMENT, envelope, lambda panel: 2 if panel.conditions else 1),
    MethodName.STONED: Method(MethodFamily.CONVEX, convex_frontier, lambda _: 1),
}


def n_pieces(panel: PanelSpec, spec: BaselineSpec) -> int:
    """Return how many pieces of draws a fit spreads that is asked once, at most."""
    bootstraps = sum(METHODS[MethodName(name)].bootstraps(panel) for name in spec.methods)
    return bootstraps * len(pieces(spec.n_draws))


def method_card(fitted: FittedMethod) -> Json:
    """Return the card of a fitted method under its name, with the rule of its figures."""
    return {
        "name": fitted.name.value,
        "label": fitted.name.label,
        "family": METHODS[fitted.name].family.label,
        "figures": FIGURE_RULE,
        "fit_ratio": str(fitted.fit_ratio),
        "result": fitted.card,
    }
