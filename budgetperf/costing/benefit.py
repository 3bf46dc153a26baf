"""Cost-benefit analysis (成本效益分析): options against doing nothing, by a dated parameter set.

Money in, Money out, Decimal between; rates of return come from ``cashflow``. Effects nobody
could price stand beside the number, never in it. Options rank by equivalent annual net benefit.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from budgetperf.costing import cashflow
from budgetperf.costing.cashflow import InternalRates, Payment
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money
from budgetperf.provenance import Source
from budgetperf.terms import Term

RATIO_PLACE = Decimal("0.0001")  # ratios are given to four places, half up


class FlowKind(Term):
    """What a flow is; amounts are positive, the kind carries the sign."""

    BENEFIT = "benefit", "效益"
    DISBENEFIT = "disbenefit", "负效益"
    CAPITAL = "capital", "建设投入"
    OPERATING = "operating", "运行成本"
    SAVING = "saving", "节约财政支出"

    @property
    def sign(self) -> int:
        """+1 where the flow adds to net benefit, -1 where it takes away."""
        return 1 if self in (FlowKind.BENEFIT, FlowKind.SAVING) else -1


class Timing(Term):
    """When within a year its flows are taken to fall."""

    YEAR_END = "year_end", "第0年不折现，第t年折现t年"
    MID_YEAR = "mid_year", "年中折现：第t年（t≥1）折现t-0.5年，第0年不折现"


@dataclass(frozen=True, slots=True)
class Flow:
    """A priced effect of an option.

    Parameters
    ----------
    year_offset : int
        Years after the base year; 0 is the base year itself.
    amount : Money
        Not negative; in prices of ``price_year``.
    kind : FlowKind
    label : str
    price_year : int
    source : str
        Document or data the figure comes from.
    """

    year_offset: int
    amount: Money
    kind: FlowKind
    label: str
    price_year: int
    source: str


@dataclass(frozen=True, slots=True)
class UnpricedEffect:
    """An effect without a price: what, for better or worse, and how sure."""

    label: str
    favourable: bool
    description: str
    evidence: EvidenceGrade


@dataclass(frozen=True, slots=True)
class Option:
    """One way to reach the goal; ``do_nothing`` marks the status quo."""

    code: str
    label: str
    life_years: int
    flows: tuple[Flow, ...]
    evidence: EvidenceGrade
    unpriced: tuple[UnpricedEffect, ...] = ()
    do_nothing: bool = False


@dataclass(frozen=True, slots=True)
class BenefitParameters:
    """A dated set of parameters.

    Parameters
    ----------
    edition : str
        E.g. ``"city/cba/2025-01-01"``.
    effective : date
    discount_rate : Decimal
        Real, per year.
    base_year : int
        Year 0 and price base.
    timing : Timing
    source : Source
    """

    edition: str
    effective: date
    discount_rate: Decimal
    base_year: int
    timing: Timing
    source: Source


@dataclass(frozen=True, slots=True)
class Ratio:
    """A benefit-cost ratio with what stands above and below the line; value None when undefined."""

    value: Decimal | None
    numerator: Money
    denominator: Money
    rule: str


@dataclass(frozen=True, slots=True)
class OptionResult:
    """The figures of one option.

    Parameters
    ----------
    npv : Money
        Net present value, rounded once from the exact sum.
    npv_over_do_nothing : Money or None
        Difference of the two rounded values, so that a table adds up; None without one.
    present : tuple of (FlowKind, Money)
        Present value by kind.
    bcr, bcr_modified : Ratio
    irr : InternalRates
    equivalent_annual : Money
        Constant yearly amount over the option's life, for options of unequal life.
    payback_years, discounted_payback_years : Decimal or None
    switching_ratio : Decimal or None
        Share by which all benefits must fall for the NPV to be zero; negative when they must rise.
    """

    option: Option
    npv: Money
    npv_over_do_nothing: Money | None
    present: tuple[tuple[FlowKind, Money], ...]
    bcr: Ratio
    bcr_modified: Ratio
    irr: InternalRates
    equivalent_annual: Money
    payback_years: Decimal | None
    discounted_payback_years: Decimal | None
    switching_ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class BenefitAnalysis:
    """Options side by side; ``best`` is the code with the highest yearly equivalent net benefit."""

    parameters: BenefitParameters
    results: tuple[OptionResult, ...]
    best: str
    findings: tuple[Finding, ...]


def analyse(options: tuple[Option, ...], parameters: BenefitParameters) -> BenefitAnalysis:
    """Analyse the options under one parameter set.

    Parameters
    ----------
    options : tuple of Option
        At least one; codes distinct.
    parameters : BenefitParameters

    Returns
    -------
    BenefitAnalysis
        ``best`` is by equivalent annual net benefit, which is the NPV order for equal lives.

    Raises
    ------
    Invalid
        If there is no option, a code is used twice, an amount or time is negative, a life is not
        positive or shorter than its last flow, or the rate is not above -100 %.
    """
    _require_sound(options, parameters)
    nothing = next((_npv(option, parameters) for option in options if option.do_nothing), None)
    results = tuple(_result(option, parameters, nothing=nothing) for option in options)
    best = max(results, key=lambda result: result.equivalent_annual.fen)
    findings = tuple(finding for check in CHECKS for finding in check(options, parameters))
    return BenefitAnalysis(parameters, results, best.option.code, findings)


def _years(flow: Flow, timing: Timing) -> Decimal:
    shift = Decimal("0.5") if timing is Timing.MID_YEAR and flow.year_offset > 0 else Decimal(0)
    return flow.year_offset - shift


def _payments(option: Option, parameters: BenefitParameters) -> list[Payment]:
    return [
        Payment(_years(flow, parameters.timing), Decimal(flow.kind.sign * flow.amount.fen))
        for flow in option.flows
    ]


def _money(fen: Decimal) -> Money:
    return Money(int(fen.to_integral_value(ROUND_HALF_UP)))


def _npv(option: Option, parameters: BenefitParameters) -> Money:
    return _money(cashflow.present_value(_payments(option, parameters), parameters.discount_rate))


def _present_by_kind(option: Option, parameters: BenefitParameters) -> dict[FlowKind, Decimal]:
    """Return the present value of each kind, in fen, unsigned and unrounded."""
    return {
        kind: cashflow.present_value(
            [
                Payment(_years(flow, parameters.timing), Decimal(flow.amount.fen))
                for flow in option.flows
                if flow.kind is kind
            ],
            parameters.discount_rate,
        )
        for kind in FlowKind
    }


def _ratio(numerator: Decimal, denominator: Decimal, rule: str) -> Ratio:
    value = (numerator / denominator).quantize(RATIO_PLACE, ROUND_HALF_UP) if denominator > 0 else None
    return Ratio(value, _money(numerator), _money(denominator), rule)


def _result(option: Option, parameters: BenefitParameters, *, nothing: Money | None) -> OptionResult:
    present = _present_by_kind(option, parameters)
    payments, rate = _payments(option, parameters), parameters.discount_rate
    npv = cashflow.present_value(payments, rate)
    capital = present[FlowKind.CAPITAL] - present[FlowKind.SAVING]
    operating = present[FlowKind.OPERATING]
    net = present[FlowKind.BENEFIT] - present[FlowKind.DISBENEFIT]
    gross = present[FlowKind.BENEFIT]
    return OptionResult(
        option=option,
        npv=_npv(option, parameters),
        npv_over_do_nothing=None if nothing is None else _npv(option, parameters) - nothing,
        present=tuple((kind, _money(value)) for kind, value in present.items()),
        bcr=_ratio(net, capital + operating, "（效益-负效益）/（建设投入+运行成本-节约财政支出）"),
        bcr_modified=_ratio(net - operating, capital, "（效益-负效益-运行成本）/（建设投入-节约财政支出）"),
        irr=cashflow.internal_rates(payments),
        equivalent_annual=_money(cashflow.equivalent_annual(npv, rate, years=option.life_years)),
        payback_years=cashflow.payback_years(payments),
        discounted_payback_years=cashflow.payback_years(payments, rate),
        switching_ratio=(npv / gross).quantize(RATIO_PLACE, ROUND_HALF_UP) if gross > 0 else None,
    )


def _require_sound(options: tuple[Option, ...], parameters: BenefitParameters) -> None:
    codes = [option.code for option in options]
    if not codes or len(set(codes)) < len(codes):
        raise Invalid("benefit.options", "成本效益分析至少需要一个方案，方案编码不得重复")
    if parameters.discount_rate <= -1:
        raise Invalid("benefit.rate", f"折现率须大于-100%，现为{parameters.discount_rate:%}")
    for option in options:
        last = max((flow.year_offset for flow in option.flows), default=0)
        if option.life_years < max(1, last):
            raise Invalid(
                "benefit.life",
                f"方案“{option.label}”的年限{option.life_years}年短于其最后一笔金额（第{last}年）或不足1年",
            )
        for flow in option.flows:
            if flow.amount.fen < 0 or flow.year_offset < 0:
                raise Invalid(
                    "benefit.flow",
                    f"方案“{option.label}”的“{flow.label}”：金额与年份不得为负，正负由类别表示",
                )


def _warning(rule: str, pointer: str, text: str) -> Finding:
    return Finding(f"benefit.{rule}", Severity.WARNING, Where(pointer=pointer), text)


def check_do_nothing(options: tuple[Option, ...], _: BenefitParameters) -> tuple[Finding, ...]:
    """Exactly one option is doing nothing."""
    count = sum(option.do_nothing for option in options)
    if count == 1:
        return ()
    text = "缺少“维持现状”方案" if count == 0 else f"有{count}个“维持现状”方案"
    return (_warning("do_nothing", "/options", f"{text}，请保留一个作为比较基准"),)


def check_double_counting(options: tuple[Option, ...], _: BenefitParameters) -> tuple[Finding, ...]:
    """No label stands twice in one option and year."""
    found = []
    for option in options:
        seen: set[tuple[int, str]] = set()
        for flow in option.flows:
            key = (flow.year_offset, flow.label.strip())
            if key in seen:
                text = f"方案“{option.label}”第{key[0]}年的“{key[1]}”出现两次，可能重复计算"
                found.append(_warning("double_counting", f"/options/{option.code}/flows/{key[1]}", text))
            seen.add(key)
    return tuple(found)


def check_price_base(options: tuple[Option, ...], parameters: BenefitParameters) -> tuple[Finding, ...]:
    """Every flow is in prices of the base year."""
    return tuple(
        _warning(
            "price_base",
            f"/options/{option.code}/flows/{flow.label}",
            f"方案“{option.label}”的“{flow.label}”为{flow.price_year}年价格，基年是{parameters.base_year}年，请先折算",
        )
        for option in options
        for flow in option.flows
        if flow.price_year != parameters.base_year
    )


CHECKS = (check_do_nothing, check_double_counting, check_price_base)
