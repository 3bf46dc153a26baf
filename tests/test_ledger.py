"""The rates that follow from the ledger; each names its base, none is made up from nothing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.classification import FundSource
from budgetperf.ledger import SIGNED_KINDS, Entry, EntryKind, Execution, RateBase, execution
from budgetperf.money import ZERO, Money

END = date(2025, 7, 1)
K = EntryKind
HALF_YEAR = (
    Entry(K.CARRY_IN, date(2025, 1, 1), Money(100)),
    Entry(K.APPROPRIATION, date(2025, 1, 20), Money(1_000)),
    Entry(K.ADJUSTMENT, date(2025, 4, 1), Money(-200)),
    Entry(K.RECEIPT, date(2025, 2, 1), Money(500)),
    Entry(K.PAYMENT, date(2025, 3, 1), Money(400)),
    Entry(K.REFUND, date(2025, 3, 9), Money(40)),
    Entry(K.CARRY_OUT, date(2025, 6, 30), Money(7)),
)


def test_totals_are_summed_by_kind() -> None:
    assert execution(HALF_YEAR, END) == Execution(
        initial=Money(1_000),
        adjusted=Money(900),
        received=Money(600),
        paid=Money(360),
        carried_in=Money(100),
        carried_out=Money(7),
    )


@pytest.mark.parametrize(
    ("base", "rate"),
    [(RateBase.INITIAL, "0.3600"), (RateBase.ADJUSTED, "0.4000"), (RateBase.RECEIVED, "0.6000")],
)
def test_a_rate_is_paid_net_of_refunds_over_its_base(base: RateBase, rate: str) -> None:
    assert execution(HALF_YEAR, END).rate(base) == Decimal(rate)


def test_the_arrival_rate_is_received_over_the_adjusted_budget() -> None:
    assert execution(HALF_YEAR, END).arrival_rate == Decimal("0.6667")


def test_all_of_what_came_can_be_a_quarter_of_the_budget() -> None:
    done = Execution(initial=Money(400), adjusted=Money(400), received=Money(100), paid=Money(100))
    assert done.rate(RateBase.RECEIVED) == 1
    assert done.rate(RateBase.ADJUSTED) == Decimal("0.25")


def test_an_entry_of_the_last_day_counts_and_one_of_the_next_does_not() -> None:
    entries = (
        Entry(K.PAYMENT, date(2025, 6, 30), Money(1)),
        Entry(K.PAYMENT, date(2025, 7, 1), Money(10)),
    )
    assert execution(entries, END).paid == Money(1)


@pytest.mark.parametrize("base", RateBase)
def test_there_is_no_rate_without_a_base(base: RateBase) -> None:
    assert Execution(initial=ZERO, adjusted=ZERO, received=ZERO, paid=Money(5)).rate(base) is None
    overdrawn = Execution(initial=Money(-1), adjusted=Money(-1), received=Money(-1), paid=Money(5))
    assert overdrawn.rate(base) is None


def test_there_is_no_arrival_rate_without_a_budget() -> None:
    assert Execution(initial=ZERO, adjusted=ZERO, received=Money(5), paid=ZERO).arrival_rate is None


def test_refunds_beyond_payments_give_a_negative_rate() -> None:
    entries = (
        Entry(K.APPROPRIATION, date(2025, 1, 1), Money(100)),
        Entry(K.PAYMENT, date(2025, 2, 1), Money(10)),
        Entry(K.REFUND, date(2025, 3, 1), Money(30)),
    )
    assert execution(entries, END).rate(RateBase.INITIAL) == Decimal("-0.2")


def test_rates_are_rounded_half_up_to_four_places() -> None:
    def rate(paid: int) -> Decimal | None:
        return Execution(initial=Money(20_000), adjusted=ZERO, received=ZERO, paid=Money(paid)).rate(
            RateBase.INITIAL
        )

    assert rate(1) == Decimal("0.0001")
    assert rate(19_999) == Decimal("1.0000")
    assert rate(3) == Decimal("0.0002")


def test_no_entries_are_nothing() -> None:
    assert execution((), END) == Execution(initial=ZERO, adjusted=ZERO, received=ZERO, paid=ZERO)


def test_only_adjustments_may_be_negative() -> None:
    assert set(EntryKind) & SIGNED_KINDS == {EntryKind.ADJUSTMENT}


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(EntryKind),
        st.dates(date(2025, 1, 1), date(2025, 12, 31)),
        st.integers(-(10**12), 10**12).map(Money),
        st.sampled_from(FundSource),
    )
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(entries: list[Entry], random: "st.random.Random") -> None:
    shuffled = entries.copy()
    random.shuffle(shuffled)
    assert execution(shuffled, END) == execution(entries, END)


@given(ENTRIES)
def test_the_year_is_its_two_halves(entries: list[Entry]) -> None:
    whole = execution(entries, date(2026, 1, 1))
    later = [entry for entry in entries if entry.on >= END]
    halves = (execution(entries, END), execution(later, date(2026, 1, 1)))
    assert whole.paid == Money.total(half.paid for half in halves)
    assert whole.adjusted == Money.total(half.adjusted for half in halves)
