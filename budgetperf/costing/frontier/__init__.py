"""Stochastic frontiers: what the best practice would cost, and how far each unit is from it.

::

    design ──> starts ──> optimum(likelihood | panel) ──> result ──> efficiency, findings
"""

from budgetperf.costing.frontier.fit import fit_sfa
from budgetperf.costing.frontier.result import SfaResult

__all__ = ["SfaResult", "fit_sfa"]
