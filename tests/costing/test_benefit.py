from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from budgetperf.costing.benefit import (
    BenefitParameters,
    Flow,
    FlowKind,
    Option,
    Timing,
    UnpricedEffect,
    analyse,
    check_do_nothing,
    check_double_counting,
    check_price_base,
)
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.provenance import Source, SourceStatus

PARAMETERS = BenefitParameters(
    edition="city/cba/2025-01-01",
    effective=date(2025, 1, 1),
    discount_rate=Decimal("0.08"),
    base_year=2025,
    timing=Timing.YEAR_END,
    source=Source("建设项目经济评价方法与参数", clause="社会折现率", status=SourceStatus.TO_CONFIRM),
)


def flow(year, yuan, kind, label, *, price_year=2025):
    return Flow(year, Money(yuan * 100), kind, label, price_year, "项目申报书")


def make_options():
    build = tuple(flow(t, 300, FlowKind.BENEFIT, "节约居民时间") for t in (1, 2, 3))
    run = tuple(flow(t, 20, FlowKind.OPERATING, "运行维护") for t in (1, 2, 3))
    return (
        Option(
            "build",
            "新建",
            3,
            (flow(0, 500, FlowKind.CAPITAL, "土建"), *build, *run),
            EvidenceGrade.B,
            unpriced=(UnpricedEffect("景观", True, "改善沿线景观", EvidenceGrade.C),),
        ),
        Option(
            "keep",
            "维持现状",
            3,
            (flow(1, 30, FlowKind.OPERATING, "抢修"),),
            EvidenceGrade.B,
            do_nothing=True,
        ),
    )


def result_of(option, parameters=PARAMETERS):
    return analyse((option,), parameters).results[0]


def test_the_present_value_is_rounded_once_to_the_fen():
    found = result_of(make_options()[0])
    exact = Decimal(-50000) + sum(Decimal(28000) / Decimal("1.08") ** t for t in (1, 2, 3))
    assert found.npv == Money(int(exact.quantize(Decimal(1), "ROUND_HALF_UP")))
    assert found.npv == Money(22159)


def test_the_gain_over_doing_nothing_is_shown_beside_the_own_value():
    build, keep = analyse(make_options(), PARAMETERS).results
    assert keep.npv == Money(-2778)
    assert build.npv_over_do_nothing == Money(24937)
    assert keep.npv_over_do_nothing == Money(0)
    assert result_of(make_options()[0]).npv_over_do_nothing is None


def test_operating_cost_moves_between_the_lines_and_the_value_stays():
    found = result_of(make_options()[0])
    assert found.bcr.value == Decimal("1.4018")
    assert found.bcr_modified.value == Decimal("1.4432")
    assert found.bcr.numerator - found.bcr.denominator == found.npv
    assert found.bcr_modified.numerator - found.bcr_modified.denominator == found.npv
    assert "运行成本" in found.bcr.rule


def test_a_ratio_without_cost_is_undefined():
    free = Option("free", "无成本", 1, (flow(1, 10, FlowKind.BENEFIT, "收益"),), EvidenceGrade.C)
    assert result_of(free).bcr.value is None


def test_the_switching_value_makes_the_present_value_nil():
    option = make_options()[0]
    found = result_of(option)
    fallen = tuple(
        replace(f, amount=f.amount.times(1 - found.switching_ratio)) if f.kind is FlowKind.BENEFIT else f
        for f in option.flows
    )
    assert abs(result_of(replace(option, flows=fallen)).npv.fen) < 10
    assert found.switching_ratio == Decimal("0.2866")


def test_the_equivalent_annual_value_compares_unequal_lives():
    long = Option("long", "长", 75, (flow(0, 30, FlowKind.BENEFIT, "净值"),), EvidenceGrade.B)
    short = Option("short", "短", 15, (flow(0, 24, FlowKind.BENEFIT, "净值"),), EvidenceGrade.B)
    analysis = analyse((long, short), PARAMETERS)
    assert [r.equivalent_annual for r in analysis.results] == [Money(241), Money(280)]
    assert analysis.best == "short"


def test_mid_year_flows_are_discounted_half_a_year_less_but_year_zero_is_not_moved():
    option = Option(
        "o",
        "方案",
        1,
        (flow(0, 100, FlowKind.CAPITAL, "投"), flow(1, 100, FlowKind.BENEFIT, "收")),
        EvidenceGrade.B,
    )
    rate = replace(PARAMETERS, discount_rate=Decimal("0.21"))
    assert result_of(option, rate).npv == Money(-1736)
    assert result_of(option, replace(rate, timing=Timing.MID_YEAR)).npv == Money(-909)


def test_payback_is_shown_with_and_without_discounting():
    found = result_of(make_options()[0])
    assert (found.payback_years, found.discounted_payback_years) == (2, 3)


def test_unpriced_effects_and_evidence_stand_beside_the_number_and_do_not_move_it():
    option = make_options()[0]
    found = result_of(option)
    assert found.option.unpriced[0].label == "景观"
    assert result_of(replace(option, unpriced=())).npv == found.npv


@pytest.mark.parametrize(("keep", "told"), [((True, False), 0), ((False, False), 1), ((True, True), 1)])
def test_there_is_exactly_one_do_nothing_option(keep, told):
    options = tuple(replace(o, do_nothing=k) for o, k in zip(make_options(), keep, strict=True))
    assert len(check_do_nothing(options, PARAMETERS)) == told


def test_a_label_twice_in_a_year_may_be_double_counting():
    option = make_options()[0]
    assert check_double_counting((option,), PARAMETERS) == ()
    again = replace(option, flows=(*option.flows, flow(2, 1, FlowKind.BENEFIT, " 节约居民时间 ")))
    (finding,) = check_double_counting((again,), PARAMETERS)
    assert "第2年" in finding.message


def test_a_flow_in_other_prices_is_told():
    option = make_options()[0]
    assert check_price_base((option,), PARAMETERS) == ()
    mixed = replace(option, flows=(*option.flows, flow(3, 1, FlowKind.BENEFIT, "残值", price_year=2024)))
    (finding,) = check_price_base((mixed,), PARAMETERS)
    assert finding in analyse((mixed,), PARAMETERS).findings
    assert "2024年价格" in finding.message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"life_years": 2}, "benefit.life"),
        ({"life_years": 0, "flows": ()}, "benefit.life"),
        ({"flows": (flow(0, -1, FlowKind.CAPITAL, "负"),)}, "benefit.flow"),
        ({"flows": (flow(-1, 1, FlowKind.CAPITAL, "早"),)}, "benefit.flow"),
    ],
)
def test_an_unsound_option_is_refused(change, code):
    with pytest.raises(Invalid) as caught:
        result_of(replace(make_options()[0], **change))
    assert caught.value.code == code


def test_options_have_distinct_codes_and_a_rate_above_minus_one():
    build, keep = make_options()
    for bad in ((), (build, replace(keep, code="build"))):
        with pytest.raises(Invalid, match="方案"):
            analyse(bad, PARAMETERS)
    with pytest.raises(Invalid, match="折现率"):
        analyse((build,), replace(PARAMETERS, discount_rate=Decimal(-1)))
