"""Degree of membership (隶属度): the share of raters who would have an indicator in the system.

Holds the share and the cut; what counts as choosing is the caller's.
"""

from dataclasses import dataclass

import pandas as pd

from budgetperf.statistics.errors import TooFewRows
from budgetperf.statistics.labelled import Floats


@dataclass(frozen=True, slots=True, eq=False)
class MembershipResult:
    """Shares (0-1) by indicator, and who stays.

    Parameters
    ----------
    degrees : Series (m,)
    kept, dropped : tuple of str
        In the order of the columns.
    cut_off : float
    """

    degrees: Floats
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    cut_off: float


def screen_membership(chosen: pd.DataFrame, *, cut_off: float) -> MembershipResult:
    """Keep the indicators that at least ``cut_off`` of the raters choose.

    Parameters
    ----------
    chosen : DataFrame of bool (n_raters, m)
        A rater who did not judge has not chosen.
    cut_off : float
        0-1, included.

    Raises
    ------
    TooFewRows
        No rater at all.

    Notes
    -----
    R_i = M_i / M, M_i of M raters choosing indicator i.

    References
    ----------
    BJ-3E1C: candidate indicators are analysed for membership before weights are set. The cut is
    a parameter [ours, 0.3]; the formula is that of 范柏乃、朱华 (2005) 我国地方政府绩效评价体系的
    构建和实际测度, 政治学研究.
    """
    if chosen.empty:
        raise TooFewRows("评分人太少", n=len(chosen), needed=1)
    degrees = chosen.mean()
    stays = degrees >= cut_off
    return MembershipResult(
        degrees,
        tuple(str(name) for name in degrees.index[stays]),
        tuple(str(name) for name in degrees.index[~stays]),
        cut_off,
    )
