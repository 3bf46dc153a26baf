from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.fitted import fit
from budgetperf.costing.method import BaselineSpec
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


NO_LEVELS = [
    Decimal(0),
    Decimal(-1),
    *map(Decimal, ("NaN", "sNaN", "Infinity")),
    float("nan"),
    float("inf"),
    None,
    "100",
]


@pytest.mark.parametrize("level", NO_LEVELS, ids=repr)
def test_an_index_level_must_be_positive_and_finite(level):
    with pytest.raises(Invalid, match=r"须为正数且有限：2021$") as raised:
        PriceIndex("bad", {2020: Decimal(1), 2021: level}, Source("例"))
    assert raised.value.code == "costing.price_index_level"
    with pytest.raises(Invalid, match=r"须为正数且有限：山区$"):
        PriceIndex("bad", {2020: Decimal(1)}, Source("例"), {"城区": Decimal(1), "山区": level})


def test_a_panel_is_deflated_once_row_by_row():
    panel = make_panel(n_dmus=3)
    priced = at_base_prices(panel, INDEX)
    assert priced.price_index == "cpi"
    for before, after in zip(panel.rows, priced.rows, strict=True):
        assert after.cost == INDEX.convert(before.cost, before.year, to=2024)
        assert after.drivers == before.drivers
    with pytest.raises(Invalid, match="不能再折算"):
        at_base_prices(priced, INDEX)


REGIONAL = PriceIndex(
    "区域",
    {2023: Decimal(100), 2024: Decimal(102)},
    Source("例"),
    {"城区": Decimal("1.25"), "山区": Decimal("0.8")},
)


def test_money_of_a_region_becomes_money_of_the_whole_and_back():
    assert REGIONAL.convert(Money(12_500), 2023, to=2024, region="城区") == Money(10_200)
    assert REGIONAL.convert(Money(8_000), 2024, to=2024, region="山区") == Money(10_000)
    assert REGIONAL.factor(2023, to=2024, region="山区") * 8_000 == 10_200


@pytest.mark.parametrize("region", ["", "郊区"])
def test_a_region_the_index_does_not_know_is_refused_and_the_known_are_named(region):
    with pytest.raises(Invalid, match=f"没有地区“{region}”的值，现有：城区、山区"):
        REGIONAL.convert(Money(1), 2023, to=2024, region=region)


def test_units_that_differ_by_their_region_alone_cost_the_same_in_its_prices():
    panel = make_panel(n_dmus=40)
    level = {"城区": Decimal("1.25"), "山区": Decimal("0.8")}
    groups = {row.dmu: ("城区", "山区")[at % 2] for at, row in enumerate(panel.rows)}
    dear = replace(
        panel,
        rows=tuple(
            replace(row, group=groups[row.dmu], cost=row.cost.times(level[groups[row.dmu]]))
            for row in panel.rows
        ),
    )
    index = replace(INDEX, regions=level)
    spec = BaselineSpec(rounding=Money(1))
    row = panel.rows[0]
    plain = fit(panel, spec, prices=INDEX).for_target(BaselineTarget(row.dmu, row.drivers, 2024))
    for region, ratio in level.items():
        own = fit(dear, spec, prices=index).for_target(BaselineTarget(row.dmu, row.drivers, 2024, region))
        assert abs(own.point.fen - plain.point.fen * ratio) < 100
