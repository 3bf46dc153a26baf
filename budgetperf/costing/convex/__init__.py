"""Convex nonparametric least squares: a cost or production function by its shape alone.

::

    y, X ──problem──> scaled points ──cuts──> the pairs that bind ──program──> one small QP
                                        ^            │
                                        └─separation─┘   until no pair is violated
                                        v
         fit_cnls ──> CnlsResult ──second_stage──> fit_stoned ──> StonedResult

The shape (increasing; concave for production, convex for cost) is the only assumption about the
function; ``fit_stoned`` adds a half-normal inefficiency. Decides nothing about money.
"""

from budgetperf.costing.convex.cuts import Certificate
from budgetperf.costing.convex.fit import fit_cnls, fit_stoned
from budgetperf.costing.convex.options import ConvexReturns, ErrorForm, SecondStage, Shape
from budgetperf.costing.convex.result import CnlsResult, StonedResult

__all__ = [
    "Certificate",
    "CnlsResult",
    "ConvexReturns",
    "ErrorForm",
    "SecondStage",
    "Shape",
    "StonedResult",
    "fit_cnls",
    "fit_stoned",
]
