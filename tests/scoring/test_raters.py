from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import Rated
from budgetperf.scoring.raters import panel_means
from budgetperf.scoring.score import ScoreSheet, score
from tests.scoring.makers import make_criterion, make_scheme

SCHEME = make_scheme(make_criterion("a"), make_criterion("b"))


def sheet(a: str, b: str) -> ScoreSheet:
    return score(SCHEME, {"a": Rated(Decimal(a)), "b": Rated(Decimal(b))})


def test_means_are_plain_arithmetic_half_up_and_the_total_is_the_mean_of_totals() -> None:
    means = panel_means([sheet("8", "8"), sheet("8", "8"), sheet("9", "9")], places=2, drop_extremes=False)
    assert [line.spread.mean for line in means.lines] == [Decimal("8.33"), Decimal("8.33")]
    assert means.total.mean == Decimal("16.67")
    assert (means.total.low, means.total.high, means.total.counted) == (16, 18, 3)


def test_a_mean_on_a_tie_is_rounded_up() -> None:
    means = panel_means([sheet("8.01", "0"), sheet("8.02", "0")], places=2, drop_extremes=False)
    assert means.lines[0].spread.mean == Decimal("8.02")


def test_dropping_extremes_leaves_out_one_highest_and_one_lowest_of_each_number() -> None:
    sheets = [sheet("0", "10"), sheet("6", "6"), sheet("8", "6"), sheet("10", "6")]
    means = panel_means(sheets, places=2, drop_extremes=True)
    assert [line.spread.mean for line in means.lines] == [7, 6]
    assert means.total.mean == 13
    first = means.lines[0].spread
    assert (first.low, first.high, first.counted) == (0, 10, 2)


@pytest.mark.parametrize(
    ("count", "drop", "enough"), [(0, False, False), (1, False, True), (2, True, False), (3, True, True)]
)
def test_too_few_sheets_are_refused(count: int, drop: bool, enough: bool) -> None:
    sheets = [sheet("5", "5")] * count
    if enough:
        assert panel_means(sheets, places=2, drop_extremes=drop).total.mean == 10
    else:
        with pytest.raises(Invalid) as refusal:
            panel_means(sheets, places=2, drop_extremes=drop)
        assert refusal.value.code == "scoring.raters"


def test_sheets_of_different_schemes_are_refused() -> None:
    other = score(
        make_scheme(make_criterion("a"), make_criterion("c")),
        {"a": Rated(Decimal(1)), "c": Rated(Decimal(1))},
    )
    with pytest.raises(Invalid, match="评分项或分值不一致"):
        panel_means([sheet("1", "1"), other], places=2, drop_extremes=False)


@given(st.lists(st.decimals(0, 10, places=1), min_size=3, max_size=7), st.booleans())
def test_the_order_of_raters_does_not_matter(points: list[Decimal], drop: bool) -> None:
    sheets = [sheet(str(value), "5") for value in points]
    turned = sheets[::-1]
    assert panel_means(sheets, places=2, drop_extremes=drop) == panel_means(
        turned, places=2, drop_extremes=drop
    )
