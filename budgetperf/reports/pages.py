"""The two pages that judge a year: the unit's self-evaluation form and the finance evaluation report.

Layouts: 财预〔2020〕10号, annex 项目支出绩效自评表; chapters of a 财政评价报告. Scores, grades and
lights come in as decided elsewhere; totals are checked against their lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from budgetperf.errors import Invalid
from budgetperf.fiscal import FiscalYear
from budgetperf.indicators import Level2
from budgetperf.ledger import Execution, RateBase
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import Evidence, Footer, MoneyStyle, Signature, money_style
from budgetperf.scoring.form_layout import FormLayout
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour


@dataclass(frozen=True, slots=True)
class Head:
    """Whose year a paper is about.

    Parameters
    ----------
    code, project : str
        项目编码, 项目名称.
    department, agency : str
        主管部门, 实施单位.
    year : FiscalYear
    """

    code: str
    project: str
    department: str
    agency: str
    year: FiscalYear


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """Money of one source: 年初预算数, 全年预算数 (A), 全年执行数 (B)."""

    initial: Money
    adjusted: Money
    paid: Money

    @property
    def execution(self) -> Execution:
        """The row as ledger totals, for its rate."""
        return Execution(initial=self.initial, adjusted=self.adjusted, received=Money(0), paid=self.paid)


@dataclass(frozen=True, slots=True)
class FundLine:
    """A row below the total: its stable key, its printed label, its money."""

    key: str
    label: str
    row: FundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """The funds table; the total row is the sum of the others.

    Parameters
    ----------
    rows : tuple of FundLine
        In printed order.
    weight, score : Decimal or None
        Points of budget execution, on the total row only; None on a form without scores.
    method : str
        How they are computed, for forms that print it.
    """

    rows: tuple[FundLine, ...]
    weight: Decimal | None
    score: Decimal | None
    method: str = ""

    @property
    def total(self) -> FundRow:
        """年度资金总额."""
        rows = [line.row for line in self.rows]
        return FundRow(
            initial=Money.total(row.initial for row in rows),
            adjusted=Money.total(row.adjusted for row in rows),
            paid=Money.total(row.paid for row in rows),
        )


def national_rows(appropriation: FundRow, carried_in: FundRow, other: FundRow) -> tuple[FundLine, ...]:
    """Return the rows of the national form."""
    return (
        FundLine("appropriation", "当年财政拨款", appropriation),
        FundLine("carried_in", "上年结转资金", carried_in),
        FundLine("other", "其他资金", other),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorLine:
    """One level-3 indicator with its result.

    Parameters
    ----------
    key : str
        As in the filed form.
    level2 : Level2 or None
        None for an indicator the edition itself sets; ``group`` then names its dimension.
    name, target, actual : str
        三级指标, 年度指标值, 实际完成值 with their units.
    weight, score : Decimal or None
        Points; None on a form without scores.
    reason : str
        偏差原因分析及改进措施.
    applicable : bool
        False when the activity did not take place; the total is then rescaled.
    group : str
    sign, value, uom, method : str
        Parts of the target and how the row is scored, for forms that print them apart.
    review : Decimal or None
        Points after the finance bureau's check; None until then.
    """

    key: str
    level2: Level2 | None
    name: str
    target: str
    actual: str
    weight: Decimal | None
    score: Decimal | None
    reason: str = ""
    applicable: bool = True
    group: str = ""
    sign: str = ""
    value: str = ""
    uom: str = ""
    method: str = ""
    review: Decimal | None = None

    @property
    def level_labels(self) -> tuple[str, str]:
        """一级指标 and 二级指标 as printed."""
        if self.level2 is None:
            return self.group, self.group
        return self.level2.parent.label, self.level2.label


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A text a form closes with, under the label of its layout; empty when nothing was filed."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SelfEvaluationPage:
    """项目支出绩效自评表.

    Parameters
    ----------
    head : Head
    unit : MoneyUnit
    funds : Funds
    goal_expected, goal_actual : str
        年度总体目标: 预期目标, 实际完成情况.
    indicators : tuple of IndicatorLine
        Printed in this order; neighbours with the same level share one label.
    total : Decimal or None
        总分, out of 100; None on a form without scores.
    grade : Grade or None
    problems, measures : str
        Empty where nothing was filed.
    signatures : tuple of Signature
    filed_on : date
    footer : Footer
    layout : FormLayout or None
        None for the national form.
    closing : tuple of PrintedText
        What the layout closes with, instead of problems and measures.
    rate_base : RateBase
        Base of the printed execution rates.

    Raises
    ------
    Invalid
        ``reports.scores`` if a scored form lacks a score; ``reports.total`` if all indicators apply
        and the total is not the sum of the printed scores.
    """

    head: Head
    unit: MoneyUnit
    funds: Funds
    goal_expected: str
    goal_actual: str
    indicators: tuple[IndicatorLine, ...]
    total: Decimal | None
    grade: Grade | None
    problems: str
    measures: str
    signatures: tuple[Signature, ...]
    filed_on: date
    footer: Footer
    layout: FormLayout | None = None
    closing: tuple[PrintedText, ...] = ()
    rate_base: RateBase = RateBase.ADJUSTED

    def __post_init__(self) -> None:
        if self.layout is not None and not self.layout.scored:
            return
        scores = [self.funds.score, *(line.score for line in self.indicators)]
        given = [score for score in scores if score is not None]
        if self.total is None or self.grade is None or len(given) < len(scores):
            text = f"{self.head.project}（{self.head.code}）的得分不全，请计算得分后再出具自评表"
            raise Invalid("reports.scores", text, subject=self.head.code)
        if all(line.applicable for line in self.indicators):
            _check_total(self.total, given, self.head)

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return f"self_evaluation/{self.head.code}/{self.head.year.year}"

    @cached_property
    def money(self) -> MoneyStyle:
        """How amounts are written."""
        rows = [line.row for line in self.funds.rows]
        return money_style(self.unit, (m for row in rows for m in (row.initial, row.adjusted, row.paid)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionLine:
    """Points of one criterion of the finance evaluation, with what was lost and why.

    ``applicable`` is False when the criterion dropped out; the total is then rescaled.
    """

    key: str
    dimension: str
    name: str
    weight: Decimal
    score: Decimal
    reason: str = ""
    applicable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """What the ex-ante evaluation promised beside what the year gave.

    ``kept`` is None where the year gave no measured value.
    """

    name: str
    promised: str
    achieved: str
    kept: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterLights:
    """Both monitoring lights of one quarter and the execution rate they rest on.

    Parameters
    ----------
    quarter : int
        1 to 4.
    money, goals : LightColour or None
        None for a quarter without report.
    execution_ratio : Decimal or None
        Cumulative payments / adjusted budget.
    """

    quarter: int
    money: LightColour | None
    goals: LightColour | None
    execution_ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem found, and the papers that show it (at least one)."""

    text: str
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        if not self.evidence:
            raise Invalid(
                "reports.problem_without_evidence", f"问题“{self.text[:40]}”没有佐证材料，不得写入报告"
            )


@dataclass(frozen=True, kw_only=True)
class EvaluationReportPage:
    """财政评价报告.

    Parameters
    ----------
    head : Head
    evaluator : str
        Who evaluated.
    unit : MoneyUnit
    overview, method : str
        项目概况, 评价方法.
    execution : Execution
        The money of the year; every rate is printed with its base.
    criteria : tuple of CriterionLine
        Neighbours of one dimension share its label and its subtotal.
    total : Decimal
    grade : Grade
    promises : tuple of PromiseLine
    lights : tuple of QuarterLights
    achievements, conclusion : str
    problems : tuple of Problem
    suggestions : tuple of str
    issued_on : date
    footer : Footer

    Raises
    ------
    Invalid
        If all criteria apply and the total is not the sum of the printed points.
    """

    head: Head
    evaluator: str
    unit: MoneyUnit
    overview: str
    method: str
    execution: Execution
    criteria: tuple[CriterionLine, ...]
    total: Decimal
    grade: Grade
    promises: tuple[PromiseLine, ...]
    lights: tuple[QuarterLights, ...]
    achievements: str
    problems: tuple[Problem, ...]
    suggestions: tuple[str, ...]
    conclusion: str
    issued_on: date
    footer: Footer

    def __post_init__(self) -> None:
        if all(line.applicable for line in self.criteria):
            _check_total(self.total, [line.score for line in self.criteria], self.head)

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return f"evaluation_report/{self.head.code}/{self.head.year.year}"

    @cached_property
    def money(self) -> MoneyStyle:
        """How amounts are written."""
        e = self.execution
        return money_style(
            self.unit, (e.initial, e.adjusted, e.received, e.paid, e.carried_in, e.carried_out)
        )


def _check_total(total: Decimal, scores: Iterable[Decimal], head: Head) -> None:
    expected = sum(scores, Decimal(0))
    if total != expected:
        raise Invalid(
            "reports.total",
            f"{head.project}（{head.code}）总分{total}不等于各项得分之和{expected}，请重新计算得分后再出具报告",
            subject=head.code,
        )
