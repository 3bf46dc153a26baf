"""The page of 预算控制数下达通知: a department's lines from request to limit.

Refuses, when built, any line whose limit is not request - cuts + adjustments, to the fen. Why and
by which rule a yuan was cut is carried as told by ``budget``; nothing is decided here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from budgetperf.budget.grounds import Ground
from budgetperf.errors import Invalid
from budgetperf.fiscal import FiscalYear
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import Footer, MoneyStyle, money_style


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What one ground takes from a line.

    Parameters
    ----------
    ground : Ground
    amount : Money
        Taken, not negative.
    reason, rule : str
        Sentence with the numbers; clause and document.
    package : str
        Digest of the decision package.
    """

    ground: Ground
    amount: Money
    reason: str
    rule: str
    package: str

    @property
    def label(self) -> str:
        """The step as printed."""
        return self.ground.label

    @property
    def change(self) -> Money:
        """What the step does to the balance."""
        return -self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a decided objection (or another adjustment) gives or takes; signed."""

    name: str
    amount: Money
    reason: str
    rule: str
    package: str

    @property
    def label(self) -> str:
        """The step as printed."""
        return self.name

    @property
    def change(self) -> Money:
        """What the step does to the balance."""
        return self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One project from request to limit.

    Raises
    ------
    Invalid
        If a cut is negative or the limit is not request - cuts + adjustments.
    """

    code: str
    name: str
    request: Money
    cuts: tuple[Cut, ...]
    adjustments: tuple[Adjustment, ...]
    limit: Money

    def __post_init__(self) -> None:
        if any(cut.amount < Money(0) for cut in self.cuts):
            raise Invalid("reports.negative_cut", f"{self.name}（{self.code}）存在负的核减额", line=self.code)
        expected = self.request - self.cut_total + self.adjusted
        if self.limit != expected:
            raise Invalid(
                "reports.limit_identity",
                f"{self.name}（{self.code}）控制数{self.limit}元不等于申报数减核减加调整的结果{expected}元，不得下达",
                line=self.code,
            )

    @property
    def steps(self) -> tuple[Cut | Adjustment, ...]:
        """Everything between request and limit, cuts first."""
        return (*self.cuts, *self.adjustments)

    def cut(self, ground: Ground) -> Money:
        """Return what ``ground`` takes from the line."""
        return Money.total(cut.amount for cut in self.cuts if cut.ground is ground)

    @property
    def cut_total(self) -> Money:
        """Sum of the cuts."""
        return Money.total(cut.amount for cut in self.cuts)

    @property
    def adjusted(self) -> Money:
        """Sum of the adjustments."""
        return Money.total(adjustment.amount for adjustment in self.adjustments)


@dataclass(frozen=True, kw_only=True)
class LimitsNoticePage:
    """预算控制数下达通知 to one department.

    Parameters
    ----------
    issuer, department, department_code : str
        发文机关; 主送机关 and its code.
    document_number : str
        发文字号, e.g. ``"示财预〔2025〕31号"``.
    year : FiscalYear
        The year the limits are for.
    basis : str
        What the limits rest on, the first half of the opening sentence.
    requirements : tuple of str
        Paragraphs after the numbers.
    unit : MoneyUnit
    lines : tuple of LimitLine
        Each code once.
    issued_on : date
    footer : Footer

    Raises
    ------
    Invalid
        If a line stands twice.
    """

    issuer: str
    department: str
    department_code: str
    document_number: str
    year: FiscalYear
    basis: str
    requirements: tuple[str, ...]
    unit: MoneyUnit
    lines: tuple[LimitLine, ...]
    issued_on: date
    footer: Footer

    def __post_init__(self) -> None:
        twice = [code for code, count in Counter(line.code for line in self.lines).items() if count > 1]
        if twice:
            raise Invalid(
                "reports.line_twice", f"项目{'、'.join(twice)}在通知中重复出现，不得下达", line=twice[0]
            )

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return f"limits_notice/{self.department_code}/{self.year.year}"

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The grounds that take something from any line, in their fixed order."""
        return tuple(ground for ground in Ground if any(line.cut(ground) for line in self.lines))

    @property
    def request(self) -> Money:
        """Sum of the requests."""
        return Money.total(line.request for line in self.lines)

    def cut(self, ground: Ground) -> Money:
        """Return what ``ground`` takes from all lines."""
        return Money.total(line.cut(ground) for line in self.lines)

    @property
    def cut_total(self) -> Money:
        """Sum of all cuts."""
        return Money.total(line.cut_total for line in self.lines)

    @property
    def adjusted(self) -> Money:
        """Sum of all adjustments."""
        return Money.total(line.adjusted for line in self.lines)

    @property
    def limit(self) -> Money:
        """Sum of the limits."""
        return Money.total(line.limit for line in self.lines)

    @cached_property
    def money(self) -> MoneyStyle:
        """How amounts are written."""
        steps = (step.amount for line in self.lines for step in line.steps)
        return money_style(self.unit, (*(line.request for line in self.lines), *steps))
