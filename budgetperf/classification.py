"""政府收支分类: function and economic codes with their year, and fund sources.

Holds the shape of codes and the vocabulary of fund sources. The yearly code tables are not at
hand: a code is checked for its shape and kept with its year, not looked up.
"""

import re
from dataclasses import dataclass

from budgetperf.terms import Term

_FUNCTION = re.compile(r"[0-9]{3}([0-9]{2}){0,2}")
_ECONOMIC = re.compile(r"[0-9]{3}([0-9]{2})?")


class FundSource(Term):
    """Where a project's money comes from."""

    GENERAL = "general", "一般公共预算"
    GOVERNMENT_FUND = "government_fund", "政府性基金预算"
    STATE_CAPITAL = "state_capital", "国有资本经营预算"
    SPECIAL_ACCOUNT = "special_account", "财政专户管理资金"
    UNIT = "unit", "单位资金"
    OTHER = "other", "其他资金"

    @property
    def fiscal(self) -> bool:
        """Whether the money is a fiscal appropriation (财政拨款)."""
        return self in {FundSource.GENERAL, FundSource.GOVERNMENT_FUND, FundSource.STATE_CAPITAL}


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """功能分类科目: 类 (3 digits), 款 (5) or 项 (7), as valid in ``year``."""

    code: str
    year: int

    def __post_init__(self) -> None:
        if not _FUNCTION.fullmatch(self.code):
            raise ValueError(f"支出功能分类科目“{self.code}”应为3、5或7位数字")


@dataclass(frozen=True, slots=True)
class EconomicCode:
    """部门预算经济分类科目: 类 (3 digits) or 款 (5), as valid in ``year``."""

    code: str
    year: int

    def __post_init__(self) -> None:
        if not _ECONOMIC.fullmatch(self.code):
            raise ValueError(f"支出经济分类科目“{self.code}”应为3或5位数字")
