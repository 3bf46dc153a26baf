from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.raters import AbsentGroup, RaterGroup, RaterRules, RatingScale, groups_mean
from tests.scoring.makers import SOURCE


def group(key: str, weight: str = "1", *, at_least: int = 1, drop: int = 0) -> RaterGroup:
    return RaterGroup(key=key, label=f"{key}组", weight=Decimal(weight), at_least=at_least, drop=drop)


def rules(*groups: RaterGroup, absent_group: AbsentGroup = "refuse") -> RaterRules:
    return RaterRules(source=SOURCE, groups=groups, absent_group=absent_group)


def marks(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_each_group_is_one_voice_however_many_rate() -> None:
    found = groups_mean(
        {"a": marks("90"), "b": marks("60", "60", "60")}, rules(group("a", "60"), group("b", "40"))
    )
    assert found == 78


def test_a_mean_is_exact() -> None:
    assert groups_mean({"a": marks("1", "0", "0")}, rules(group("a"))) == Fraction(1, 3)


def test_extremes_are_dropped_on_both_sides() -> None:
    trimmed = rules(group("a", at_least=5, drop=2))
    assert groups_mean({"a": marks("0", "0", "70", "100", "100")}, trimmed) == 70
    assert groups_mean({"a": marks("0", "10", "20", "30", "100", "100")}, trimmed) == 25


@pytest.mark.parametrize(("count", "enough"), [(2, False), (3, True)])
def test_too_few_raters_are_refused(count: int, enough: bool) -> None:
    demanding = rules(group("a", at_least=3, drop=1))
    if enough:
        assert groups_mean({"a": marks("5") * count}, demanding) == 5
    else:
        with pytest.raises(Invalid, match="“a组”至少需要3份评分，现有2份"):
            groups_mean({"a": marks("5") * count}, demanding)


def test_a_silent_group_is_refused_or_leaves_its_weight_to_the_others() -> None:
    groups = (group("a", "60"), group("b", "40"))
    with pytest.raises(Invalid, match="“b组”至少需要1份评分，现有0份"):
        groups_mean({"a": marks("90")}, rules(*groups))
    lenient = rules(*groups, absent_group="rescale")
    assert groups_mean({"a": marks("90")}, lenient) == 90
    with pytest.raises(Invalid, match="没有任何一组"):
        groups_mean({}, lenient)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(Invalid, match="评分人组不在规则中：z"):
        groups_mean({"a": marks("1"), "z": marks("1")}, rules(group("a")))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0", "不在1至5分的量表内"),
        ("1", ""),
        ("3.5", ""),
        ("3.25", "不在以0.5分为一档的量表上"),
        ("5", ""),
        ("5.5", "不在1至5分的量表内"),
    ],
)
def test_a_rating_is_on_its_scale_or_told_off(value: str, told: str) -> None:
    scale = RatingScale(source=SOURCE, lowest=Decimal(1), highest=Decimal(5), step=Decimal("0.5"))
    refusal = scale.refusal(Decimal(value))
    assert told in refusal
    assert bool(told) == bool(refusal)


def test_rules_that_cannot_give_a_mean_are_refused() -> None:
    with pytest.raises(ValidationError, match="at_least 至少为3"):
        group("a", at_least=2, drop=1)
    with pytest.raises(ValidationError, match="编号不得重复"):
        rules(group("a"), group("a"))
    with pytest.raises(ValidationError, match="至少一个"):
        rules()
    with pytest.raises(ValidationError, match="最低分须小于最高分"):
        RatingScale(source=SOURCE, lowest=Decimal(5), highest=Decimal(5))


@given(st.lists(st.decimals(0, 100, places=1), min_size=3, max_size=8), st.randoms())
def test_the_order_of_raters_in_a_group_does_not_matter(values: list[Decimal], random) -> None:
    trimmed = rules(group("a", at_least=3, drop=1))
    shuffled = values[:]
    random.shuffle(shuffled)
    assert groups_mean({"a": values}, trimmed) == groups_mean({"a": shuffled}, trimmed)
