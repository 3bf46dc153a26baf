"""What a method of the baseline is: its name and family, how it is asked for, what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from budgetperf.costing.design import Floats, Prediction
from budgetperf.costing.rounding import figure
from budgetperf.costing.screening import ScreeningRule
from budgetperf.costing.words import (
    CalibrationWeight,
    Inefficiency,
    MethodName,
    Reconciliation,
    Returns,
    TreatmentEffect,
)
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.provenance import Json

HUNDRED_YUAN = Money(10_000)
MIN_DRAWS = 50  # fewer leave the tails of the interval to chance


@dataclass(frozen=True, slots=True)
class Treatment:
    """A named special case of an edition: what rows of that name are treated as."""

    key: str
    label: str
    effect: TreatmentEffect


@dataclass(frozen=True, slots=True)
class Calibration:
    """How baselines become a payable total (``calibration.payable``).

    Parameters
    ----------
    norm_share : Decimal
        Part of what is paid that follows the baseline, 0 to 1; the rest follows the unit's own cost.
    weight : CalibrationWeight
        By what the difference to the total is shared out.
    """

    norm_share: Decimal
    weight: CalibrationWeight

    def __post_init__(self) -> None:
        if not 0 <= self.norm_share <= 1:
            raise ValueError(f"基线所占比重须在0和1之间，现为{self.norm_share}")

    @property
    def told(self) -> str:
        """What it does, in one Chinese phrase."""
        return f"应付额中基线占{self.norm_share:%}，与应付总额的差额{self.weight.label}"


@dataclass(frozen=True, slots=True)
class BaselineSpec:
    """How a baseline is made.

    Parameters
    ----------
    methods : tuple of str
        Of ``MethodName``.
    tau : Decimal
        Quantile taken as the norm, 0 to 1.
    level : Decimal
        Nominal coverage of each interval, 0 to 1.
    seed : int
        Of the bootstraps.
    n_draws : int
        Bootstrap samples, at least ``MIN_DRAWS``.
    rounding : Money
        Bounds and points are rounded half up to multiples of it.
    n_peers : int
        Nearest units shown beside the baseline where no method names its own.
    screening : ScreeningRule or None
        Which rows the methods are not fitted on.
    treatments : tuple of Treatment
        Special cases a row of the panel may name; none of them is fitted on.
    reconciliation : Reconciliation
    distribution : Inefficiency
        Of the stochastic frontier.
    returns : Returns
        To scale, of the envelope and the convex regression.
    calibration : Calibration or None
    condition_cap : Decimal
        Largest correction of an envelope for local conditions, either way, in log cost.
    """

    methods: tuple[str, ...] = ("driver_regression", "quantile")
    tau: Decimal = Decimal("0.5")
    level: Decimal = Decimal("0.8")
    seed: int = 0
    n_draws: int = 400
    rounding: Money = HUNDRED_YUAN
    n_peers: int = 5
    screening: ScreeningRule | None = None
    treatments: tuple[Treatment, ...] = ()
    reconciliation: Reconciliation = Reconciliation.GEOMETRIC_MEAN
    distribution: Inefficiency = Inefficiency.HALF_NORMAL
    returns: Returns = Returns.VRS
    calibration: Calibration | None = None
    condition_cap: Decimal = Decimal("0.4")

    def __post_init__(self) -> None:
        known = [name.value for name in MethodName]
        if not self.methods or set(self.methods) - set(known) or len(set(self.methods)) < len(self.methods):
            raise ValueError(f"测算方法须为{'、'.join(known)}之一且不重复，现为{self.methods}")
        if not (0 < self.tau < 1 and 0 < self.level < 1):
            raise ValueError(f"分位点{self.tau}与置信水平{self.level}须在0和1之间")
        if MethodName.STONED in self.methods and self.returns not in {Returns.CRS, Returns.VRS}:
            raise ValueError(f"凸回归只用于规模报酬不变或可变，现为{self.returns.label}")
        if self.condition_cap <= 0:
            raise ValueError(f"当地条件的修正上限须大于0，现为{self.condition_cap}")
        if self.n_draws < MIN_DRAWS:
            raise ValueError(f"自助法次数须不少于{MIN_DRAWS}，现为{self.n_draws}")


@dataclass(frozen=True, slots=True, eq=False)
class FittedMethod:
    """One method, fitted.

    Parameters
    ----------
    name : MethodName
    predict : callable
        Drivers (n_targets, n_drivers) to a ``Prediction``; NaN where it has no answer for a target.
    fit_ratio : Decimal
        Squared correlation of log cost and its fit.
    card : Json
    findings : tuple of Finding
    center : callable
        Drivers to the point alone, in yuan: what a curve is drawn of.
    weights : callable or None
        Drivers to the weights of each target's peers, a Series by (target, row of the panel).
    """

    name: MethodName
    predict: Callable[[pd.DataFrame], Prediction]
    fit_ratio: Decimal
    card: Json
    findings: tuple[Finding, ...]
    center: Callable[[pd.DataFrame], Floats]
    weights: Callable[[pd.DataFrame], Floats] | None = None


def estimates_table(**columns: Floats) -> Json:
    """Return labelled estimates as text figures, by ``FIGURE_RULE``; None where there is none."""
    names = next(iter(columns.values())).index
    return {str(n): {c: shown(float(v.loc[n])) for c, v in columns.items()} for n in names}


def shown(value: float) -> str | None:
    """Return a text figure, or None where there is no number."""
    return str(figure(value)) if np.isfinite(value) else None


def fit_ratio(fitted: Floats, residuals: Floats) -> Decimal:
    """Return the squared correlation of what was fitted and its fit; 0 of a flat one."""
    if float(np.ptp(fitted)) == 0:
        return Decimal(0)
    correlation = float(np.corrcoef(fitted, fitted + residuals)[0, 1])
    return figure(correlation**2)
