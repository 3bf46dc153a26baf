"""Rows that do not speak for the others, by a rule an edition fixes beforehand; each is named with its reason.

Nothing is removed here: ``baseline`` fits on the rows that remain, and measures all.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from budgetperf.costing.design import Floats, log_cost, regressors
from budgetperf.costing.outliers import bacon
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.rounding import figure
from budgetperf.costing.words import OutlierRule
from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.outliers import generalised_esd, grubbs


@dataclass(frozen=True, slots=True)
class ScreeningRule:
    """The rule of an edition.

    Parameters
    ----------
    rule : OutlierRule
    alpha : Decimal
        Chance of naming a row of a panel that has none, 0 to 1.
    at_most : int
        Upper bound of their number; of the generalised ESD only.
    """

    rule: OutlierRule
    alpha: Decimal
    at_most: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"异常值检验的显著性水平须在0和1之间，现为{self.alpha}")
        if (self.rule is OutlierRule.ESD) != (self.at_most > 0):
            raise ValueError(f"最多剔除的行数只用于{OutlierRule.ESD.label}，且须大于0，现为{self.at_most}")


@dataclass(frozen=True, slots=True)
class Screened:
    """A row left out of the fit.

    Parameters
    ----------
    dmu : str
    year : int
    rule : OutlierRule
    ratio : Decimal
        Its cost over the median cost of units with its drivers.
    """

    dmu: str
    year: int
    rule: OutlierRule
    ratio: Decimal

    @property
    def finding(self) -> Finding:
        """Who was left out, by which rule, and how far off it is."""
        text = f"{self.dmu}{self.year}年成本为同等条件中位水平的{self.ratio}倍，按{self.rule.label}不参加测算"
        return Finding(
            "costing.screened", Severity.WARNING, Where(pointer=f"/rows/{self.dmu}/{self.year}"), text
        )


def screen(frame: pd.DataFrame, rule: ScreeningRule, *, levels: tuple[str, ...] = ()) -> tuple[Screened, ...]:
    """Name the rows of a panel that a rule tells from the rest, in the order of the panel.

    Parameters
    ----------
    frame : DataFrame (n, 1 + n_drivers)
        ``cost`` and the drivers by (dmu, year): ``frames.panel_frame``.
    rule : ScreeningRule
    levels : tuple of str
        Drivers that enter without logarithm.

    Raises
    ------
    TooFewRows, Collinear, NotConverged, NoVariation
        See ``quantile.fit_quantile``, ``outliers.bacon`` and ``statistics.outliers``.

    Notes
    -----
    BACON looks at log cost and the regressors together. Grubbs and the generalised ESD look at the
    residuals of the median regression of log cost, which a few wild rows do not move; Grubbs names
    one row at most.
    """
    logs, design = log_cost(frame["cost"]), regressors(frame.drop(columns="cost"), levels=levels)
    residuals = fit_quantile(logs, design, tau=0.5).residuals
    out = _outlying(logs, design.iloc[:, 1:], residuals, rule)
    return tuple(
        Screened(str(dmu), int(year), rule.rule, figure(float(np.exp(residuals.loc[dmu, year]))))
        for dmu, year in frame.index[out.to_numpy()]
    )


def _outlying(
    logs: Floats, design: pd.DataFrame, residuals: Floats, rule: ScreeningRule
) -> "pd.Series[bool]":
    alpha = float(rule.alpha)
    if rule.rule is OutlierRule.BACON:
        return bacon(pd.concat([logs.rename("cost"), design], axis=1), alpha=alpha)
    rows = residuals.set_axis([f"{at}" for at in range(len(residuals))])
    if rule.rule is OutlierRule.GRUBBS:
        found = grubbs(rows, significance=alpha)
        named = {found.label} if found.is_outlier else set()
    else:
        named = set(generalised_esd(rows, at_most=rule.at_most, significance=alpha).outliers)
    return pd.Series(rows.index.isin(named), index=residuals.index)
