from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.scoring.facts import InGroup, LevelAndGrowth, MoneyRatio, Rated, SingleFact
from budgetperf.scoring.formulas import Deduction, Execution, Fall, Judged, LevelGrowth, MinMax, spelled

TEN = Decimal(10)
WUXI = LevelGrowth(level_share=Decimal("0.4"), growth_share=Decimal("0.6"), level=MinMax(), growth=MinMax())


def between(value: str) -> InGroup:
    return InGroup(Decimal(value), Decimal(0), Decimal(3))


@pytest.mark.parametrize(
    ("level", "growth", "share"),
    [("3", "0", "2/5"), ("0", "3", "3/5"), ("1", "2", "8/15"), ("3", "3", "1"), ("0", "0", "0")],
)
def test_level_and_growth_count_four_to_six(level: str, growth: str, share: str) -> None:
    assert WUXI.part(LevelAndGrowth(between(level), between(growth)), TEN).share == Fraction(share)


def test_each_half_is_judged_on_its_share_of_the_weight() -> None:
    rule = LevelGrowth(
        level_share=Decimal("0.4"),
        growth_share=Decimal("0.6"),
        level=Judged(),
        growth=Deduction(reading="change", free=Decimal(0), fall=Fall(lose=Decimal(1), per=Decimal("0.01"))),
    )
    fact = LevelAndGrowth(Rated(Decimal(3)), MoneyRatio(Money(102), Money(100)))
    assert rule.part(fact, TEN).share * 10 == 3 + 4
    with pytest.raises(Invalid, match="超出0至4"):
        rule.part(LevelAndGrowth(Rated(Decimal("4.1")), fact.growth), TEN)


def test_the_note_says_which_half_it_is_about() -> None:
    rule = LevelGrowth(
        level_share=Decimal("0.4"), growth_share=Decimal("0.6"), level=MinMax(), growth=Execution()
    )
    note = rule.part(LevelAndGrowth(between("3"), MoneyRatio(Money(1), Money(0))), TEN).note
    assert note.startswith("增幅基数为零")


@pytest.mark.parametrize("shares", [("0.4", "0.5"), ("0", "1"), ("1", "0"), ("1.5", "-0.5")])
def test_shares_must_be_two_parts_of_one(shares: tuple[str, str]) -> None:
    with pytest.raises(ValidationError):
        LevelGrowth.model_validate(
            {
                "level_share": shares[0],
                "growth_share": shares[1],
                "level": {"name": "min_max"},
                "growth": {"name": "min_max"},
            }
        )


def test_a_composite_holds_no_composite() -> None:
    with pytest.raises(ValidationError):
        LevelGrowth.model_validate({**WUXI.model_dump(), "level": WUXI.model_dump()})


@pytest.mark.parametrize("half", [Rated(Decimal(1))])
def test_a_half_of_another_kind_is_refused(half: SingleFact) -> None:
    with pytest.raises(Invalid) as refusal:
        WUXI.part(LevelAndGrowth(half, between("1")), TEN)
    assert refusal.value.code == "scoring.fact_kind"


def test_both_halves_are_spelled_in_chinese() -> None:
    half = "按本组最好值与最差值之间的位置计分（最差值得分值的0%，全组相同时各得分值的100%）"
    assert spelled(WUXI) == f"水平与增幅分别计分后按比例合成（水平占40%：{half}；增幅占60%：{half}）"
