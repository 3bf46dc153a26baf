"""How a cost and its drivers enter a linear method: logarithms, levels, homogeneous prices.

Shared by regression and quantiles, for a fit and for a prediction alike. It estimates nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.costing.design import (
    CONST,
    Array,
    Floats,
    array,
    checked,
    demand_size,
    labelled,
    log_cost,
    regressors,
    table,
    told_spans,
)
from budgetperf.costing.errors import BadOption, BadTable
from budgetperf.findings import Finding


@dataclass(frozen=True, slots=True)
class CostForm:
    """The functional form of a cost function.

    Parameters
    ----------
    log : bool
        Cost and drivers in logarithms (a Cobb-Douglas cost function), or as they are.
    levels : tuple of str
        Drivers that enter without logarithm (shares, marks).
    prices : tuple of str
        Drivers that are input prices, in which cost is homogeneous of degree one: cost and the
        other prices are divided by the last.

    Raises
    ------
    BadOption
        If homogeneity is asked for without logarithms, or a price is also a level.
    """

    log: bool
    levels: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.prices and not self.log:
            raise BadOption("价格一次齐次只在对数形式下成立：请用log=True，或不要给出prices")
        both = [name for name in self.levels if name in self.prices]
        if both:
            raise BadOption(f"价格须取对数，不能同时列入levels：{'、'.join(map(str, both))}")

    @property
    def numeraire(self) -> str | None:
        """The price everything is divided by."""
        return self.prices[-1] if self.prices else None

    def response(self, cost: Floats, drivers: pd.DataFrame) -> Floats:
        """Return what is regressed: cost, its logarithm, or the logarithm of cost over the numeraire."""
        if not self.log:
            amounts = checked(labelled(cost, "成本").to_frame("成本"), "成本", drivers.index)["成本"]
            demand_size(amounts, "成本")
            return amounts
        if not labelled(cost, "成本").index.equals(drivers.index):
            raise BadTable("成本的行标签与因素不一致，请先对齐")
        values = log_cost(cost)
        return values if self.numeraire is None else values - np.log(array(drivers[self.numeraire]))

    def design(self, drivers: pd.DataFrame) -> pd.DataFrame:
        """Return the constant and the drivers as they enter; a column of ones named const is the constant.

        Raises
        ------
        BadTable
            If there is no table of drivers.
        BadTable, BadOption
            If a named driver is missing, a value is not finite, or not positive under a logarithm.
        """
        known = table(drivers, "因素表").columns
        missing = [name for name in (*self.levels, *self.prices) if name not in known]
        if missing:
            raise BadOption(f"levels或prices中的因素不在drivers里：{'、'.join(map(str, missing))}")
        if not len(known):
            raise BadTable("因素表没有列，至少要有一个因素")
        columns = checked(drivers, "因素", drivers.index)
        if CONST in columns.columns and bool((columns[CONST] == 1).all()):
            columns = columns.drop(columns=CONST)
        levels = self.levels if self.log else tuple(columns.columns)
        if self.numeraire is None:
            return regressors(columns, levels=levels)
        regressors(columns[list(self.prices)])  # refuses prices that are not positive
        for price in self.prices[:-1]:
            columns[price] = columns[price] / columns[self.numeraire]
        names = {price: f"{price}/{self.numeraire}" for price in self.prices[:-1]}
        return regressors(columns.drop(columns=self.numeraire).rename(columns=names), levels=levels)

    def check_spans(self, cost: Floats, drivers: pd.DataFrame) -> tuple[Finding, ...]:
        """Cost and drivers lie no million times apart, shares and marks aside."""
        columns = {"成本": cost, **{str(name): drivers[name] for name in drivers if name not in self.levels}}
        return told_spans(columns, typical=not self.log)

    def targets(self, drivers: pd.DataFrame, params: pd.Index) -> pd.DataFrame:
        """Return ``design`` of the units a prediction is asked for, its columns those of ``params``.

        Raises
        ------
        BadTable
            If a driver of the fit is missing.
        BadTable, BadOption
            See ``design``.
        """
        design = self.design(drivers)
        return table(design, "预测所用的因素表", columns=params)

    def restore(self, response: Array, drivers: pd.DataFrame) -> Array:
        """Return the cost that belongs to a response.

        Raises
        ------
        BadTable
            If it overflows: the target lies far outside of the sample.
        """
        if not self.log:
            return response
        numeraire = 0.0 if self.numeraire is None else np.log(array(drivers[[self.numeraire]]))
        with np.errstate(over="ignore"):
            cost = np.exp(response + np.reshape(numeraire, (-1, *[1] * (response.ndim - 1))))
        if not np.isfinite(cost).all():
            label = drivers.index[int((~np.isfinite(cost)).reshape(len(cost), -1).any(axis=1).argmax())]
            raise BadTable(f"推算{label!s}的成本时超出数值范围：它的因素远在样本之外")
        return np.asarray(cost)


def cost_form(*, log: bool, levels: Sequence[str], prices: Sequence[str] = ()) -> CostForm:
    """Return the form, refusing a price or level named twice."""
    for names in (levels, prices):
        if len(set(names)) < len(names):
            raise BadOption(f"因素重复列出：{'、'.join(map(str, names))}")
    return CostForm(log, tuple(levels), tuple(prices))
