from decimal import Decimal

import pytest

from budgetperf.indicators import Achievement, Level2, Operator
from budgetperf.provenance import Source, SourceStatus
from budgetperf.scoring.progress_deviation import DeviationRule, deviations
from tests.scoring.makers import make_indicator

RULE = DeviationRule(
    classes=(Level2.QUANTITY,),
    above=Decimal("0.15"),
    source=Source(document="监控系统默认规则", status=SourceStatus.PRACTICE),
)


@pytest.mark.parametrize(
    ("value", "far"),
    [
        ("42.49", "低于按6个月折算的应完成数15.02%，超过15%"),
        ("42.5", None),
        ("57.5", None),
        ("57.51", "高于按6个月折算的应完成数15.02%，超过15%"),
    ],
)
def test_both_sides_of_the_threshold_both_ways(value: str, far: str | None) -> None:
    indicator = make_indicator(level2=Level2.QUANTITY, target="100")
    found = deviations([indicator], {indicator.key: Decimal(value)}, months=6, rule=RULE)
    assert found.get(indicator.key) == far


def test_only_what_the_months_matter_for_and_only_under_an_edition_that_asks() -> None:
    paced = make_indicator(level2=Level2.QUANTITY, target="100")
    others = [
        make_indicator(level2=Level2.QUALITY, target="100"),
        make_indicator(level2=Level2.QUANTITY, target="100", operator=Operator.AT_MOST),
        make_indicator(level2=Level2.QUANTITY, target="0"),
    ]
    for indicator in others:
        assert deviations([indicator], {indicator.key: Decimal(1)}, months=6, rule=RULE) == {}
    assert deviations([paced], {}, months=6, rule=RULE) == {}
    assert deviations([paced], {paced.key: Achievement.MET}, months=6, rule=RULE) == {}
    assert deviations([paced], {paced.key: Decimal(1)}, months=6, rule=None) == {}
