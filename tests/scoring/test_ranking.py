from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.scoring.ranking import (
    EdgeTies,
    Quota,
    RankBand,
    RankBands,
    Rounding,
    TieRule,
    banded,
    places,
    ranks,
    within,
)
from tests.scoring.makers import SOURCE


def values(**marks: str) -> dict[str, tuple[Decimal, ...]]:
    return {code: tuple(Decimal(part) for part in mark.split()) for code, mark in marks.items()}


def test_equal_units_share_a_rank_and_the_next_one_is_left_out() -> None:
    assert ranks(values(a="90", b="95", c="90", d="80"), "shared") == {"b": 1, "a": 2, "c": 2, "d": 4}


def test_equal_units_stand_by_code_where_the_rule_says_so() -> None:
    assert ranks(values(c="90", b="95", a="90"), "code") == {"b": 1, "a": 2, "c": 3}


def test_a_component_breaks_a_tie_before_the_code_does() -> None:
    assert ranks(values(a="90 40", b="90 50", c="90 40"), "shared") == {"b": 1, "a": 2, "c": 2}


@pytest.mark.parametrize(
    ("share", "number", "rounding", "count"),
    [
        ("0.25", 7, "nearest", 2),
        ("0.25", 7, "up", 2),
        ("0.25", 7, "down", 1),
        ("0.25", 32, "nearest", 8),
        ("0.25", 32, "up", 8),
        ("0.25", 5, "nearest", 1),
        ("0.25", 6, "nearest", 2),
        ("0.25", 5, "up", 2),
        ("0.55", 10, "nearest", 6),
        ("0.55", 10, "down", 5),
        ("0.25", 0, "up", 0),
        ("1", 3, "down", 3),
    ],
)
def test_a_share_of_units_is_rounded_as_the_rule_says(
    share: str, number: int, rounding: Rounding, count: int
) -> None:
    assert places(Decimal(share), number, rounding) == count


def quota(**size: object) -> Quota:
    return Quota.model_validate({"source": {"document": "测试文件"}, "grade": "advanced", **size})


def test_a_quota_is_a_share_or_a_number() -> None:
    assert quota(share="0.25").size(7) == 2
    assert quota(share="0.25", rounding="down").size(7) == 1
    assert quota(count=5).size(7) == 5
    for wrong in ({}, {"share": "0.5", "count": 1}):
        with pytest.raises(ValidationError, match="二者取一"):
            quota(**wrong)


@pytest.mark.parametrize(
    ("size", "ties", "taken"),
    [
        (0, "shared", ""),
        (1, "shared", "b"),
        (2, "shared", "b"),
        (3, "shared", "abc"),
        (4, "shared", "abcd"),
        (9, "shared", "abcd"),
        (2, "code", "ab"),
    ],
)
def test_units_that_share_the_last_place_are_left_out_together(size: int, ties: TieRule, taken: str) -> None:
    assert within(values(a="90", b="95", c="90", d="80"), size, ties) == frozenset(taken)


def bands(*, ties: EdgeTies = "upper", rounding: Rounding = "nearest") -> RankBands:
    return RankBands(
        source=SOURCE,
        rounding=rounding,
        ties=ties,
        bands=tuple(
            RankBand(up_to=Decimal(up_to), points=Decimal(points))
            for up_to, points in (("0.25", "90"), ("0.55", "80"), ("1", "70"))
        ),
    )


def test_rank_bands_are_cumulative_shares_of_the_group() -> None:
    marks = values(**{f"s{i:02}": str(100 - i) for i in range(20)})
    found = banded(marks, bands())
    assert [found[f"s{i:02}"] for i in range(20)] == [90] * 5 + [80] * 6 + [70] * 9


@pytest.mark.parametrize(
    ("rounding", "counts"), [("nearest", (3, 3, 4)), ("up", (3, 3, 4)), ("down", (2, 3, 5))]
)
def test_band_edges_are_rounded_as_the_rule_says(rounding: Rounding, counts: tuple[int, int, int]) -> None:
    found = list(
        banded(values(**{f"s{i}": str(9 - i) for i in range(10)}), bands(rounding=rounding)).values()
    )
    assert (found.count(Decimal(90)), found.count(Decimal(80)), found.count(Decimal(70))) == counts


@pytest.mark.parametrize(
    ("ties", "points"), [("upper", (90, 90, 80, 70)), ("lower", (80, 80, 80, 70)), ("code", (90, 80, 80, 70))]
)
def test_equal_units_across_an_edge_go_where_the_rule_says(ties: EdgeTies, points: tuple[int, ...]) -> None:
    rules = bands(ties=ties).model_copy(update={"bands": QUARTERS})
    found = banded(values(a="9", b="9", c="5", d="1"), rules)
    assert tuple(found[code] for code in "abcd") == points


QUARTERS = (
    RankBand(up_to=Decimal("0.25"), points=Decimal(90)),
    RankBand(up_to=Decimal("0.75"), points=Decimal(80)),
    RankBand(up_to=Decimal(1), points=Decimal(70)),
)


@pytest.mark.parametrize(
    ("given_bands", "told"),
    [
        ([], "最后一档为1"),
        ([("0.5", 90), ("0.9", 80)], "最后一档为1"),
        ([("0.5", 90), ("0.5", 80), ("1", 70)], "从小到大"),
        ([("0.5", 80), ("1", 90)], "从高到低"),
    ],
)
def test_bands_out_of_order_are_refused(given_bands, told: str) -> None:
    raw = {
        "source": {"document": "测试文件"},
        "rounding": "up",
        "ties": "upper",
        "bands": [{"up_to": up_to, "points": points} for up_to, points in given_bands],
    }
    with pytest.raises(ValidationError, match=told):
        RankBands.model_validate(raw)


marked = st.dictionaries(st.sampled_from("abcdefghij"), st.tuples(st.integers(0, 3).map(Decimal)), min_size=1)


@given(marked, st.integers(0, 12), st.sampled_from(["shared", "code"]))
def test_a_quota_is_never_exceeded_and_never_passes_over_a_better_unit(marks, size, ties) -> None:
    taken = within(marks, size, ties)
    assert len(taken) <= size
    assert all(marks[inside] >= marks[outside] for inside in taken for outside in set(marks) - taken)


@given(marked, st.sampled_from(["upper", "lower", "code"]), st.sampled_from(["nearest", "up", "down"]))
def test_a_better_place_never_gives_fewer_points(marks, ties, rounding) -> None:
    found = banded(marks, bands(ties=ties, rounding=rounding))
    assert set(found) == set(marks)
    assert all(found[one] >= found[other] for one in marks for other in marks if marks[one] > marks[other])
    turned = dict(reversed(marks.items()))
    assert banded(turned, bands(ties=ties, rounding=rounding)) == found
