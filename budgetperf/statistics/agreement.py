"""Agreement of raters: the door to every figure of it.

::

    ratings (targets x raters) ──> icc, cronbach_alpha      scores: how much is of the targets
                               ──> kendall_w                ranks: the same order?
                               ──> krippendorff_alpha       any scale, with gaps
                               ──> gwet_ac1, gwet_ac2       grades beyond chance
                               ──> stack_ratings ──> fit_severity    who is strict, by how much
    values (one column)        ──> grubbs, generalised_esd, trimmed_mean

Formulas, assumptions and when not to use them: docs/methods/agreement.md.
"""

from budgetperf.statistics.chance import GwetResult, gwet_ac1, gwet_ac2
from budgetperf.statistics.concordance import KendallResult, kendall_w
from budgetperf.statistics.consistency import CronbachResult, cronbach_alpha
from budgetperf.statistics.facets import stack_ratings
from budgetperf.statistics.icc import IccResult, icc
from budgetperf.statistics.krippendorff import KrippendorffResult, krippendorff_alpha
from budgetperf.statistics.outliers import EsdResult, GrubbsResult, generalised_esd, grubbs
from budgetperf.statistics.severity import SeverityResult, fit_severity
from budgetperf.statistics.trimmed import TrimmedMean, trimmed_mean

__all__ = [
    "CronbachResult",
    "EsdResult",
    "GrubbsResult",
    "GwetResult",
    "IccResult",
    "KendallResult",
    "KrippendorffResult",
    "SeverityResult",
    "TrimmedMean",
    "cronbach_alpha",
    "fit_severity",
    "generalised_esd",
    "grubbs",
    "gwet_ac1",
    "gwet_ac2",
    "icc",
    "kendall_w",
    "krippendorff_alpha",
    "stack_ratings",
    "trimmed_mean",
]
