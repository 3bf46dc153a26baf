from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.periods import AssessedPeriod, MissingPeriod, PeriodRules, year_result
from tests.scoring.makers import SOURCE


def periods(*weights: str, missing: MissingPeriod = "refuse") -> PeriodRules:
    return PeriodRules(
        source=SOURCE,
        missing=missing,
        periods=tuple(
            AssessedPeriod(key=f"p{i}", label=f"第{i}期", weight=Decimal(weight))
            for i, weight in enumerate(weights, 1)
        ),
    )


@pytest.mark.parametrize(
    ("weights", "results", "year"),
    [
        (("50", "50"), ("80", "91"), "85.5"),
        (("25", "25", "25", "25"), ("100", "80", "60", "100"), "85"),
        (("30", "60"), ("90", "60"), "70"),
        (("1",), ("77.77",), "77.77"),
    ],
)
def test_periods_weigh_in_proportion(weights, results, year: str) -> None:
    given_results = {f"p{i}": Decimal(result) for i, result in enumerate(results, 1)}
    assert year_result(given_results, periods(*weights)) == Fraction(year)


def test_a_third_stays_exact() -> None:
    marks = {"p1": Decimal(1), "p2": Decimal(0), "p3": Decimal(0)}
    assert year_result(marks, periods("1", "1", "1")) == Fraction(1, 3)


def test_a_missing_period_is_refused_by_its_name_or_skipped() -> None:
    with pytest.raises(Invalid, match="缺少考核期的结果：第2期") as refusal:
        year_result({"p1": Decimal(80)}, periods("50", "50"))
    assert refusal.value.code == "scoring.periods"
    months = periods("1", "1", "1", missing="skip")
    assert year_result({"p1": Decimal(80), "p3": Decimal(90)}, months) == 85
    with pytest.raises(Invalid, match="没有任何一期"):
        year_result({}, months)


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(Invalid, match="考核期不在规则中：p9"):
        year_result({"p1": Decimal(80), "p9": Decimal(1)}, periods("1"))


def test_periods_without_one_or_with_one_twice_are_refused() -> None:
    one = {"key": "a", "label": "甲", "weight": 1}
    for given_periods in ([], [one, one]):
        with pytest.raises(ValidationError, match="考核期至少一个，编号不得重复"):
            PeriodRules.model_validate(
                {"source": {"document": "测试文件"}, "missing": "skip", "periods": given_periods}
            )


def test_a_period_is_called_by_its_chinese_name() -> None:
    assert periods("1", "1").label("p2") == "第2期"


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=6))
def test_the_year_lies_between_its_worst_and_its_best_period(marks: list[Decimal]) -> None:
    rules = periods(*(str(i) for i in range(1, len(marks) + 1)))
    year = year_result({f"p{i}": mark for i, mark in enumerate(marks, 1)}, rules)
    assert min(marks) <= year <= max(marks)
