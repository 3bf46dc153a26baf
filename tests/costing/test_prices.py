from decimal import Decimal

import pytest

from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.provenance import Source
from tests.costing.factories import INDEX, make_panel


@pytest.mark.parametrize(
    ("fen", "expected"),
    [(98, 100), (49, 50), (10**17, 102_040_816_326_530_612), (0, 0)],
)
def test_money_of_2022_becomes_money_of_2024_exactly(fen, expected):
    assert INDEX.convert(Money(fen), 2022, to=2024) == Money(expected)


@pytest.mark.parametrize(("fen", "expected"), [(1, 1), (-1, -1), (3, 2), (-3, -2)])
def test_half_a_fen_is_rounded_away_from_zero(fen, expected):
    index = PriceIndex("half", {2020: Decimal(2), 2021: Decimal(1)}, Source("例"))
    assert index.convert(Money(fen), 2020, to=2021) == Money(expected)


def test_a_year_outside_the_index_is_refused_not_extrapolated():
    with pytest.raises(Invalid, match="没有2025年的值"):
        INDEX.convert(Money(1), 2025, to=2024)


def test_an_index_level_must_be_positive():
    with pytest.raises(Invalid, match="须为正数"):
        PriceIndex("bad", {2020: Decimal(0)}, Source("例"))


def test_a_panel_is_deflated_once_row_by_row():
    panel = make_panel(n_dmus=3)
    priced = at_base_prices(panel, INDEX)
    assert priced.price_index == "cpi"
    for before, after in zip(panel.rows, priced.rows, strict=True):
        assert after.cost == INDEX.convert(before.cost, before.year, to=2024)
        assert after.drivers == before.drivers
    with pytest.raises(Invalid, match="不能再折算"):
        at_base_prices(priced, INDEX)
