"""Data envelopment: what the best of the units used would let each one save, or make.

::

    problem ──> program ──> simplex (fdh), slacks ──> fit ──> bootstrap, malmquist
"""

from budgetperf.costing.envelopment.fit import DeaResult, fit_dea
from budgetperf.costing.envelopment.malmquist import MalmquistResult, malmquist

__all__ = ["DeaResult", "MalmquistResult", "fit_dea", "malmquist"]
