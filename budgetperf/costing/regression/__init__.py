"""The mean of cost given drivers: over units, or over units and years.

::

    ols, panel_models ──> fit ──> findings
"""

from budgetperf.costing.regression.fit import CostRegressionResult, PanelModel, fit_cost_regression

__all__ = ["CostRegressionResult", "PanelModel", "fit_cost_regression"]
