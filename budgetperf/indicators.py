"""The three-level indicator tree (绩效指标): operator, target, uom, weight, direction.

Holds what one indicator *is* and how its value cells are read; how it earns points is the
business of ``scoring``.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.terms import Term


class Level1(Term):
    """一级指标 (财预〔2021〕101号)."""

    COST = "cost", "成本指标"
    OUTPUT = "output", "产出指标"
    BENEFIT = "benefit", "效益指标"
    SATISFACTION = "satisfaction", "满意度指标"


class Level2(Term):
    """二级指标, each under its level 1."""

    ECONOMIC_COST = "economic_cost", "经济成本指标"
    SOCIAL_COST = "social_cost", "社会成本指标"
    ECOLOGICAL_COST = "ecological_cost", "生态环境成本指标"
    QUANTITY = "quantity", "数量指标"
    QUALITY = "quality", "质量指标"
    TIMELINESS = "timeliness", "时效指标"
    ECONOMIC = "economic", "经济效益指标"
    SOCIAL = "social", "社会效益指标"
    ECOLOGICAL = "ecological", "生态效益指标"
    SUSTAINABLE = "sustainable", "可持续影响指标"
    SATISFACTION = "satisfaction", "服务对象满意度指标"

    @property
    def parent(self) -> Level1:
        """The level-1 indicator it belongs to."""
        return _PARENT[self]


_PARENT: dict[Level2, Level1] = {
    Level2.ECONOMIC_COST: Level1.COST,
    Level2.SOCIAL_COST: Level1.COST,
    Level2.ECOLOGICAL_COST: Level1.COST,
    Level2.QUANTITY: Level1.OUTPUT,
    Level2.QUALITY: Level1.OUTPUT,
    Level2.TIMELINESS: Level1.OUTPUT,
    Level2.ECONOMIC: Level1.BENEFIT,
    Level2.SOCIAL: Level1.BENEFIT,
    Level2.ECOLOGICAL: Level1.BENEFIT,
    Level2.SUSTAINABLE: Level1.BENEFIT,
    Level2.SATISFACTION: Level1.SATISFACTION,
}


class Operator(Term):
    """指标性质 (计算符号) as printed on the filing form."""

    AT_LEAST = "ge", "≥"
    MORE_THAN = "gt", ">"
    EQUAL = "eq", "="
    AT_MOST = "le", "≤"
    LESS_THAN = "lt", "<"
    QUALITATIVE = "qualitative", "定性"

    @property
    def direction(self) -> "Direction":
        """The direction the operator implies."""
        return Direction.REVERSE if self in {Operator.AT_MOST, Operator.LESS_THAN} else Direction.FORWARD

    def holds(self, actual: Decimal, target: Decimal) -> bool:
        """Tell whether ``actual`` meets ``target`` under a numeric operator.

        Raises
        ------
        KeyError
            For ``QUALITATIVE``, which compares no numbers.
        """
        return {
            Operator.AT_LEAST: actual >= target,
            Operator.MORE_THAN: actual > target,
            Operator.EQUAL: actual == target,
            Operator.AT_MOST: actual <= target,
            Operator.LESS_THAN: actual < target,
        }[self]


class Direction(Term):
    """指标方向性."""

    FORWARD = "forward", "正向"
    REVERSE = "reverse", "反向"


class Achievement(Term):
    """How far a qualitative indicator was met (达成档次)."""

    MET = "met", "达成预期"
    PARTLY = "partly", "部分达成"
    NOT_MET = "not_met", "未达成"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One level-3 indicator with its target.

    Parameters
    ----------
    key : str
        Stable within the form: ``"1"``, ``"2"`` … in filed order.
    level2 : Level2
    name : str
        三级指标.
    operator : Operator
    target : Decimal or None
        Numeric target in ``uom``; None for a qualitative one.
    target_text : str
        What a qualitative indicator promises.
    uom : str
        计量单位; percentages are written 95 with uom ``"%"``.
    weight : Decimal
        Points; the indicators of one form sum to 90.
    direction : Direction
    """

    key: str
    level2: Level2
    name: str
    operator: Operator
    target: Decimal | None
    target_text: str
    uom: str
    weight: Decimal
    direction: Direction

    @property
    def level1(self) -> Level1:
        """The level-1 indicator."""
        return self.level2.parent

    @property
    def target_label(self) -> str:
        """The target as printed: ``≥95%`` or the qualitative text."""
        if self.target is None:
            return self.target_text
        return f"{self.operator.label}{plain_number(self.target)}{self.uom}"


def plain_number(value: Decimal) -> str:
    """Write a Decimal without exponent or trailing zeros.

    Examples
    --------
    >>> plain_number(Decimal("95.50")), plain_number(Decimal("1E+2"))
    ('95.5', '100')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_SIGNED = re.compile(r"^\s*(≥|>=|>|＞|=|＝|≤|<=|<|＜)\s*")
_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_SIGNS = {">=": "≥", "＞": ">", "＝": "=", "<=": "≤", "＜": "<"}


def split_target(text: str) -> tuple[Operator | None, Decimal | None, str]:
    """Read a printed target such as ``≥95%`` into operator, number and uom.

    Returns
    -------
    tuple
        Operator or None, number or None, and the rest (uom, or the whole text when it holds
        no number).

    Examples
    --------
    >>> split_target("≥95%")
    (<Operator.AT_LEAST: 'ge'>, Decimal('95'), '%')
    >>> split_target("全市安全度汛")
    (None, None, '全市安全度汛')
    """
    sign = _SIGNED.match(text)
    rest = text[sign.end() :].strip() if sign else text.strip()
    number = _NUMBER.match(rest)
    operator = Operator.from_label(_SIGNS.get(sign.group(1), sign.group(1))) if sign else None
    if number is None:
        return operator, None, rest
    return operator, Decimal(number.group(0).replace(",", "")), rest[number.end() :].strip()
