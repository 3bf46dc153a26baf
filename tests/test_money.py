"""Amounts are whole fen: read from text in their unit, rounded once, split without losing a fen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.money import MAX_FEN, ZERO, Money, MoneyError, MoneyUnit, UnitPrice, written_number

FEN = st.integers(-MAX_FEN, MAX_FEN)
WEIGHTS = st.lists(
    st.one_of(st.integers(0, 10**12), st.decimals(0, 10**9, places=6)), min_size=1, max_size=12
).filter(any)


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("12.5", MoneyUnit.YUAN, 1_250),
        ("12.5", MoneyUnit.WAN, 12_500_000),
        ("12.5", MoneyUnit.YI, 125_000_000_000),
        ("0.000001", MoneyUnit.WAN, 1),
        ("0.0000000001", MoneyUnit.YI, 1),
        (" 1,234.56 ", MoneyUnit.YUAN, 123_456),
        ("¥1,000", MoneyUnit.YUAN, 100_000),
        ("￥1000", MoneyUnit.YUAN, 100_000),
        ("１，２３４．５", MoneyUnit.YUAN, 123_450),
        ("－３", MoneyUnit.YUAN, -300),
        ("1E+3", MoneyUnit.YUAN, 100_000),
        ("-0.01", MoneyUnit.YUAN, -1),
        ("+7", MoneyUnit.YUAN, 700),
        ("0", MoneyUnit.YI, 0),
    ],
)
def test_an_amount_is_read_in_its_unit(text: str, unit: MoneyUnit, fen: int) -> None:
    assert Money.parse(text, unit) == Money(fen)


def test_an_amount_is_read_from_an_int_or_a_decimal() -> None:
    assert Money.parse(3, MoneyUnit.WAN) == Money(3_000_000)
    assert Money.parse(Decimal("3.5"), MoneyUnit.WAN) == Money(3_500_000)


@pytest.mark.parametrize("text", ["0.001", "1.239", "0." + "0" * 30 + "1", "1e-999"])
def test_a_fraction_of_a_fen_is_refused_not_rounded(text: str) -> None:
    with pytest.raises(MoneyError, match="精确到分以下"):
        Money.parse(text, MoneyUnit.YUAN)


def test_a_fraction_of_a_fen_is_seen_behind_any_number_of_digits() -> None:
    with pytest.raises(MoneyError, match="精确到分以下"):
        Money.parse("123456789012.00000000000000000000000001", MoneyUnit.YUAN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "十万",
        "1.2.3",
        "1 000",
        "12,34",
        "1,2345",
        ",123",
        "1_000",
        "NaN",
        "Infinity",
        "0x10",
        "12万",
        "1/3",
        "--1",
        ".",
        "9" * 60,
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError, match="不是金额"):
        Money.parse(text, MoneyUnit.WAN)


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_largest_amount_is_read_and_one_fen_more_is_refused(sign: str) -> None:
    assert abs(Money.parse(sign + "90000000000000", MoneyUnit.YUAN).fen) == MAX_FEN
    with pytest.raises(MoneyError, match="超出"):
        Money.parse(sign + "90000000000000.01", MoneyUnit.YUAN)


@pytest.mark.parametrize("text", ["1e400", "-1e999"])
def test_an_absurd_exponent_is_refused_as_out_of_range(text: str) -> None:
    with pytest.raises(MoneyError, match="超出"):
        Money.parse(text, MoneyUnit.YI)


@given(FEN, st.sampled_from(MoneyUnit))
def test_an_amount_written_in_any_unit_is_read_back(fen: int, unit: MoneyUnit) -> None:
    assert Money.parse(Money(fen).in_unit(unit), unit) == Money(fen)
    assert Money.parse(Money(fen).format(unit, places=10), unit) == Money(fen)


def test_an_amount_is_printed_half_up_with_separators() -> None:
    assert Money(123_456_785_000).format(MoneyUnit.WAN) == "123,456.79"
    assert Money(-123_456_785_000).format(MoneyUnit.WAN) == "-123,456.79"
    assert Money(125).format(places=1) == "1.3"
    assert Money(150).format(places=0) == "2"
    assert str(Money(MAX_FEN)) == "90,000,000,000,000.00"


def test_written_numbers_are_told_from_other_text() -> None:
    assert written_number("-1,234,567.8") == Decimal("-1234567.8")
    assert written_number("٣") is None
    assert written_number("") is None


@given(st.lists(FEN))
def test_a_total_is_exact(fens: list[int]) -> None:
    assert Money.total(Money(fen) for fen in fens).fen == sum(fens)


@given(FEN, FEN)
def test_sums_and_differences_are_exact(one: int, other: int) -> None:
    assert Money(one) + Money(other) - Money(other) == Money(one)
    assert -Money(one) == ZERO - Money(one)
    assert (Money(one) < Money(other)) is (one < other)
    assert bool(Money(one)) is (one != 0)


@pytest.mark.parametrize(
    ("fen", "ratio", "product"),
    [
        (5, "0.1", 1),
        (4, "0.1", 0),
        (-5, "0.1", -1),
        (-4, "0.1", 0),
        (100, "0.995", 100),
        (100, "0.994", 99),
        (7, "0", 0),
    ],
)
def test_a_product_is_rounded_half_away_from_zero(fen: int, ratio: str, product: int) -> None:
    assert Money(fen).times(Decimal(ratio)) == Money(product)


def test_a_product_is_rounded_once_however_many_digits() -> None:
    just_below_half = Decimal("0.4999999999999999999999999999999999")
    assert Money(1).times(just_below_half) == ZERO
    assert Money(MAX_FEN).times(Decimal("0.33333333333333333333333333")) == Money(3_000_000_000_000_000)


def test_a_price_becomes_money_when_multiplied() -> None:
    assert UnitPrice(Decimal("4.2"), "平方米").times(Decimal(13460088)) == Money(5_653_236_960)
    assert UnitPrice(Decimal("0.005"), "次").times(Decimal(1)) == Money(1)
    assert UnitPrice(Decimal("0.0049"), "次").times(Decimal(1)) == ZERO


@given(FEN, WEIGHTS)
def test_a_split_loses_no_fen_and_is_fair_to_the_fen(fen: int, weights: list[int | Decimal]) -> None:
    parts = Money(fen).split(weights)
    assert Money.total(parts) == Money(fen)
    total = sum(map(Decimal, weights))
    assert all(
        abs(part.fen * total - fen * Decimal(weight)) < total
        for part, weight in zip(parts, weights, strict=True)
    )


def test_what_a_split_leaves_goes_to_the_largest_remainders_earlier_first() -> None:
    assert Money(100).split([1, 1, 1]) == (Money(34), Money(33), Money(33))
    assert Money(-100).split([1, 1, 1]) == (Money(-33), Money(-33), Money(-34))
    assert Money(10).split([1, 2, 3]) == (Money(2), Money(3), Money(5))
    assert Money(5).split([Decimal("0.5"), 0, Decimal("0.5")]) == (Money(3), ZERO, Money(2))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1], [Decimal("-0.1")]])
def test_a_split_needs_weights(weights: list[int | Decimal]) -> None:
    with pytest.raises(MoneyError, match="权重"):
        Money(100).split(weights)
