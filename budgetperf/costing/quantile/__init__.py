"""Quantiles of cost given drivers: exact, one or several that do not cross.

::

    sample ──> program ──> interval, crossing ──> fit ──> findings
"""

from budgetperf.costing.quantile.fit import QuantileInterval, QuantileResult, fit_quantile

__all__ = ["QuantileInterval", "QuantileResult", "fit_quantile"]
