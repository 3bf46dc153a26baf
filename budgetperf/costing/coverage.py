"""What an interval is asked for with: its level, and of a bootstrap the seed and whether its draws carry the level."""

import math

from budgetperf.costing.errors import BadOption
from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.parameters import is_share, is_whole

FEWEST = 2  # one draw has no spread


def demand_level(share: float, *, name: str = "置信水平") -> None:
    """Refuse (``BadOption``) a level that is no number strictly between 0 and 1."""
    if not is_share(share):
        raise BadOption(f"{name}须为0和1之间的数（不含），现为{share}")


def demand_draws(seed: int, draws: int) -> None:
    """Refuse (``BadOption``) a seed below zero, fewer than two draws, or what is no whole number."""
    if not is_whole(seed) or seed < 0:
        raise BadOption(f"随机种子须为非负整数，现为{seed}")
    if not is_whole(draws) or draws < FEWEST:
        raise BadOption(f"自助法至少抽取{FEWEST}次，次数须为整数，现为{draws}")


def draws_needed(share: float) -> int:
    """Return the draws that leave one beyond each end of an interval that covers this share.

    Examples
    --------
    >>> draws_needed(0.95), draws_needed(0.9)
    (40, 20)
    """
    return math.ceil(round(2 / (1 - share), 9))


def check_draws(draws: int, share: float, *, pointer: str) -> tuple[Finding, ...]:
    """Enough draws lie beyond the ends of the interval; else it is the range of the draws and too narrow."""
    needed = draws_needed(share)
    if draws >= needed:
        return ()
    text = f"自助法只抽取了{draws}次，覆盖率{share:.6g}的区间至少需要{needed}次：区间偏窄，不能按此覆盖率引用"
    return (Finding("costing.few_draws", Severity.WARNING, Where(pointer=pointer), text),)
