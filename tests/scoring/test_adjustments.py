from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.adjustments import (
    Adjustment,
    AdjustmentFamily,
    AdjustmentItem,
    AdjustmentSide,
    Claim,
    DeductedItem,
    DeductionRules,
    adjust,
    remaining,
)
from tests.scoring.makers import SOURCE


def item(
    key: str, points: str | None = None, *, at_most: str | None = None, ladder: str = ""
) -> AdjustmentItem:
    return AdjustmentItem(
        key=key,
        label=f"加分项{key}",
        points=None if points is None else Decimal(points),
        at_most=None if at_most is None else Decimal(at_most),
        ladder=ladder,
    )


def family(*items: AdjustmentItem, cap: str | None = None, key: str = "f") -> AdjustmentFamily:
    return AdjustmentFamily(
        source=SOURCE, key=key, label=f"类{key}", items=items, cap=None if cap is None else Decimal(cap)
    )


def side(*families: AdjustmentFamily, cap: str | None = None) -> AdjustmentSide:
    return AdjustmentSide(source=SOURCE, families=families, cap=None if cap is None else Decimal(cap))


def claim(key: str, value: str = "1", award: str = "") -> Claim:
    return Claim(key, Decimal(value), award)


AWARDS = side(
    family(item("city", "2", ladder="commended"), item("province", "3", ladder="commended")),
    family(item("other", at_most="2"), key="g"),
    cap="4",
)


@pytest.mark.parametrize(
    ("claims", "points", "told"),
    [
        ((), "0", ()),
        ((claim("city", award="平安县"),), "2", ()),
        (
            (claim("city", award="平安县"), claim("province", award="平安县 ")),
            "3",
            ("“平安县”获多级认定，按最高一级计3分",),
        ),
        ((claim("city", award="平安县"), claim("city", award="文明县")), "4", ()),
        (
            (claim("city", award="平安县"), claim("province", award="文明县")),
            "4",
            ("“合计”应计5分，以4分封顶",),
        ),
        ((claim("other", "1.5"), claim("city", award="平安县")), "3.5", ()),
        ((claim("other", "0"), claim("city", "0", "平安县")), "0", ()),
    ],
)
def test_an_award_counts_once_at_its_highest_level_and_the_side_is_capped(claims, points, told) -> None:
    assert adjust(claims, AWARDS) == Adjustment(Decimal(points), told)


def test_each_family_is_capped_before_the_side() -> None:
    penalties = side(family(item("a", "0.5"), cap="2", key="a"), family(item("b", "1"), cap="2", key="b"))
    found = adjust([claim("a", "5"), claim("b", "1")], penalties)
    assert found == Adjustment(Decimal(3), ("“类a”应计2.5分，以2分封顶",))
    assert adjust([claim("a", "4"), claim("b", "2")], penalties) == Adjustment(Decimal(4))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (claim("unknown"), "“unknown”不在规则中"),
        (claim("city", "1"), "备注写明奖项名称"),
        (claim("city", "2", "平安县"), "备注写明奖项名称"),
        (claim("city", "0.5", "平安县"), "须填非负整数次数"),
        (claim("city", "-1", "平安县"), "须填非负整数次数"),
        (claim("other", "2.01"), "须在0至2分之间"),
        (claim("other", "-0.01"), "须在0至2分之间"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(wrong: Claim, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refusal:
        adjust([wrong], AWARDS)
    assert refusal.value.code == "scoring.adjustment"


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: item("a"), "取一"),
        (lambda: item("a", "1", at_most="1"), "二者取一"),
        (lambda: item("a", at_most="1", ladder="x"), "须写明每级的 points"),
        (lambda: side(family(item("a", "1")), family(item("a", "1"), key="g")), "编号不得重复"),
        (side, "至少一个"),
    ],
)
def test_items_that_are_unclear_are_refused(build, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        build()


ATTENDANCE = DeductionRules(
    source=SOURCE,
    out_of=Decimal(10),
    items=(
        DeductedItem(key="late", label="迟到", points=Decimal(1)),
        DeductedItem(key="absent", label="旷工", points=Decimal(5)),
    ),
)


@pytest.mark.parametrize(
    ("late", "absent", "left"),
    [
        ("0", "0", "10"),
        ("9", "0", "1"),
        ("10", "0", "0"),
        ("11", "0", "0"),
        ("0", "1", "5"),
        ("0", "2", "0"),
        ("4", "1", "1"),
        ("5", "1", "0"),
        ("6", "1", "0"),
    ],
)
def test_attendance_loses_points_each_time_down_to_zero(late: str, absent: str, left: str) -> None:
    assert remaining({"late": Decimal(late), "absent": Decimal(absent)}, ATTENDANCE) == Decimal(left)


def test_deductions_need_every_count_and_no_negative_one() -> None:
    with pytest.raises(Invalid, match="没有的填0"):
        remaining({"late": Decimal(0)}, ATTENDANCE)
    with pytest.raises(Invalid, match="不能为负"):
        remaining({"late": Decimal(-1), "absent": Decimal(0)}, ATTENDANCE)
    with pytest.raises(ValidationError, match="扣分项至少一个"):
        DeductionRules(source=SOURCE, out_of=Decimal(10), items=())


claims_lists = st.lists(
    st.one_of(
        st.builds(claim, st.sampled_from(["city", "province"]), st.just("1"), st.sampled_from("甲乙丙")),
        st.builds(lambda points: Claim("other", points), st.decimals(0, 2, places=1)),
    ),
    max_size=12,
)


@given(claims_lists, st.randoms())
def test_a_side_never_passes_its_cap_and_the_order_of_claims_does_not_matter(found, random) -> None:
    shuffled = found[:]
    random.shuffle(shuffled)
    result = adjust(found, AWARDS)
    assert 0 <= result.points <= 4
    assert adjust(shuffled, AWARDS) == result
