"""Page models: sums derived or checked, money exact, ids stable."""

from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal

import pytest

from budgetperf.budget.grounds import Ground
from budgetperf.errors import Invalid
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import Footer, money_style, write_day, write_rate
from budgetperf.reports.pages import Problem
from tests.reports.make import (
    CRITERIA,
    indicators,
    make_evaluation_report,
    make_limit_line,
    make_limits_notice,
    make_self_evaluation,
)


@pytest.mark.parametrize("digest", ["", "3f" * 31, "3f" * 33, "G" * 64, "3F" * 32])
def test_a_footer_refuses_what_is_no_sha256(digest: str) -> None:
    with pytest.raises(ValueError, match="64位"):
        Footer("甲", "乙", digest, date(2026, 1, 1))


def test_a_page_is_frozen() -> None:
    page = make_self_evaluation()
    with pytest.raises(FrozenInstanceError):
        page.total = Decimal(100)  # type: ignore[misc]


def test_the_fund_total_is_the_sum_of_its_rows() -> None:
    funds = make_self_evaluation().funds
    assert funds.total.initial.format(MoneyUnit.WAN) == "5,600.00"
    assert funds.total.adjusted.format(MoneyUnit.WAN) == "6,112.45"
    assert funds.total.paid.format(MoneyUnit.WAN) == "5,789.25"


def test_a_self_evaluation_whose_total_is_not_the_sum_is_refused() -> None:
    with pytest.raises(Invalid, match="不等于各项得分之和") as refusal:
        make_self_evaluation(total=Decimal("95.08"))
    assert refusal.value.code == "reports.total"
    assert make_self_evaluation(total=Decimal("95.07")).total == Decimal("95.07")


def test_a_rescaled_total_may_differ_from_the_sum() -> None:
    first, *others = indicators()
    lines = (replace(first, applicable=False, score=Decimal(0)), *others)
    assert make_self_evaluation(lines=lines, total=Decimal("94.52")).total == Decimal("94.52")


def test_an_evaluation_report_whose_total_is_not_the_sum_is_refused() -> None:
    with pytest.raises(Invalid, match=r"总分92\.3不等于"):
        make_evaluation_report(total=Decimal("92.3"))
    assert make_evaluation_report(total=Decimal("92.28")).criteria == CRITERIA


def test_a_problem_without_evidence_is_refused() -> None:
    with pytest.raises(Invalid, match="没有佐证材料"):
        Problem("资金滞留", ())


def test_a_limit_line_off_by_one_fen_is_refused() -> None:
    line = make_limit_line(15)
    with pytest.raises(Invalid, match="不得下达") as refusal:
        replace(line, limit=line.limit + Money(1))
    assert refusal.value.facts == {"line": "P0015"}


def test_a_negative_cut_is_refused() -> None:
    line = make_limit_line(15)
    with pytest.raises(Invalid, match="负的核减额"):
        replace(line, cuts=(replace(line.cuts[0], amount=Money(-1)),))


def test_a_line_stands_once_in_a_notice() -> None:
    with pytest.raises(Invalid, match="P0003在通知中重复"):
        make_limits_notice((make_limit_line(3), make_limit_line(3)))


def test_the_totals_of_a_notice_reconcile_to_the_fen() -> None:
    page = make_limits_notice()
    by_ground = Money.total(page.cut(ground) for ground in Ground)
    assert page.limit == page.request - by_ground + page.adjusted
    assert by_ground == page.cut_total


def test_only_grounds_that_take_something_become_columns() -> None:
    assert make_limits_notice().grounds == (Ground.EXANTE, Ground.GRADE, Ground.CEILING)
    assert make_limits_notice((make_limit_line(2),)).grounds == ()


@pytest.mark.parametrize(
    ("fen", "places", "text"),
    [(1_000_000, 2, "1.00"), (1_010_000, 2, "1.01"), (1_011_000, 3, "1.011"), (1_000_001, 6, "1.000001")],
)
def test_decimals_grow_until_no_amount_is_rounded(fen: int, places: int, text: str) -> None:
    style = money_style(MoneyUnit.WAN, [Money(0), Money(fen)])
    assert (style.places, style.write(Money(fen))) == (places, text)


def test_a_rate_is_rounded_half_up() -> None:
    assert [write_rate(Decimal(r)) for r in ("0.947149", "0.94715", "1")] == ["94.71%", "94.72%", "100.00%"]


def test_a_day_is_written_without_leading_zeros() -> None:
    assert write_day(date(2026, 3, 1)) == "2026年3月1日"
