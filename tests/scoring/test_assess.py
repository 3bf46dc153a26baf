from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from tests.scoring.assessment_makers import (
    SOURCE,
    by_unit,
    component,
    results,
    rows,
    rules,
    scheme,
    track,
    work,
)

HALVES = {
    "missing": "refuse",
    "source": SOURCE,
    "periods": [{"key": "mid", "label": "年中", "weight": 30}, {"key": "end", "label": "年终", "weight": 60}],
}


def raters(*groups: str, **parts: object):
    listed = [{"key": group, "label": f"{group}组", "weight": 1} for group in groups]
    return {"absent_group": "refuse", "source": SOURCE, "groups": listed, **parts}


def adjustments(**sides: int):
    return {
        side: {
            "cap": cap,
            "source": SOURCE,
            "families": [
                {
                    "key": side,
                    "label": f"{side}类",
                    "source": SOURCE,
                    "items": [{"key": f"{side}_item", "label": f"{side}项", "points": 1}],
                }
            ],
        }
        for side, cap in sides.items()
    }


def test_a_component_is_rounded_once_and_the_total_is_the_sum_of_what_is_printed() -> None:
    thirds = raters("a")
    found = results(
        rules(track(component("work", 50, raters=thirds), component("more", 50))),
        rows("甲 work_item 1 by=a/1", "甲 work_item 1 by=a/2", "甲 work_item 0 by=a/3", "甲 more_item 50"),
    )["甲"]
    assert [part.points for part in found.components] == [Decimal("0.33"), Decimal("25.00")]
    assert (found.total, found.rank, found.grade_label) == (Decimal("25.33"), 1, "不合格")


def test_periods_and_rater_groups_weigh_in_before_the_rounding() -> None:
    found = results(
        rules(track(component("work", 100, periods=HALVES, raters=raters("leader", "peer")))),
        rows(
            "甲 work_item 90 @mid by=leader/1",
            "甲 work_item 80 @mid by=leader/2",
            "甲 work_item 75 @mid by=peer",
            "甲 work_item 60 @end by=leader",
            "甲 work_item 61 @end by=peer",
        ),
    )
    # mid (85 + 75) / 2 = 80, end 60.5; (30 x 80 + 60 x 60.5) / 90 = 67
    assert found["甲"].total == Decimal("67.00")


def test_a_factor_makes_a_point_worth_less_and_so_do_adjustments() -> None:
    found = results(
        rules(
            track(
                component("work", 100, factor="0.6"),
                component("rest", 40),
                adjustments=adjustments(bonus=10, penalty=10),
                adjustment_factor="0.6",
            )
        ),
        rows("甲 work_item 90", "甲 rest_item 50", "甲 bonus_item 3 note=奖", "甲 penalty_item 1 note=罚"),
    )["甲"]
    # 90 x 0.6 + 20 + (3 - 1) x 0.6
    assert (found.bonus, found.penalty, found.total) == (3, 1, Decimal("75.20"))


@pytest.mark.parametrize(
    ("above", "total", "told"),
    [("keep", "104.00", ()), ("clip", "100", ("总分104分，超过满分按100分计",))],
)
def test_a_total_above_full_marks_stays_or_is_clipped(above: str, total: str, told) -> None:
    scheme_rules = rules(track(adjustments=adjustments(bonus=4), above_total=above))
    found = results(scheme_rules, (*work(甲="100"), *rows("甲 bonus_item 9 note=奖")[:1]))
    assert found["甲"].total == Decimal(total)
    assert found["甲"].reasons == ("加分：“合计”应计9分，以4分封顶", *told)


def test_a_total_never_falls_below_zero() -> None:
    found = results(
        rules(track(adjustments=adjustments(penalty=4))), rows("甲 work_item 1", "甲 penalty_item 3")
    )["甲"]
    assert (found.total, found.reasons) == (0, ("总分-2分，低于0分按0分计",))


def test_a_part_that_does_not_apply_leaves_its_weight_to_all_or_to_one() -> None:
    special = component("special", 10, absent="rescale")
    facts = rows(
        "甲 work_item 80", "甲 special_item 不适用 note=没有专项", "乙 work_item 80", "乙 special_item 50"
    )
    found = results(rules(track(component("work", 90), special)), facts)
    # 72 x 100 / 90 and 72 + 5
    assert by_unit(found, "甲乙", "total") == [Decimal("80.00"), Decimal("77.00")]
    assert found["甲"].components[1].points is None
    assert found["甲"].reasons == ("“部分special”不适用，其余部分按比例折算为100分",)
    moving = component("special", 10, absent="move", move_to="work")
    found = results(rules(track(component("work", 90), moving)), facts)
    assert (found["甲"].components[0].out_of, found["甲"].total) == (100, Decimal("80.00"))
    assert found["甲"].reasons == ("“部分special”不适用，其10分转入“部分work”",)


def test_points_cannot_move_to_a_part_that_does_not_apply_either() -> None:
    both = (
        component("work", 90, absent="rescale"),
        component("special", 10, absent="move", move_to="work"),
    )
    facts = rows("甲 work_item 不适用 note=无", "甲 special_item 不适用 note=无")
    with pytest.raises(Invalid, match="“部分work”不适用，无法承接"):
        results(rules(track(*both)), facts)
    alone = rules(track(component("work", 100, absent="rescale")))
    nothing = results(alone, rows("甲 work_item 不适用 note=无"))["甲"]
    assert (nothing.total, nothing.reasons[-1]) == (0, "各部分均不适用，按0分计")


def test_forced_bands_give_points_by_place_inside_the_ranking_scope() -> None:
    bands = {
        "rounding": "nearest",
        "ties": "upper",
        "source": SOURCE,
        "bands": [{"up_to": "0.5", "points": 90}, {"up_to": 1, "points": 70}],
    }
    groups = [{"key": "g", "label": "一组"}, {"key": "h", "label": "二组"}]
    scheme_rules = rules(track(component("work", 100, bands=bands), groups=groups))
    found = results(
        scheme_rules,
        rows("甲 work_item 3", "乙 work_item 2", "丙 work_item 99 in=h", "丁 work_item 98 in=h"),
    )
    assert by_unit(found, "甲乙丙丁", "total") == [90, 70, 90, 70]


def test_formulas_over_a_group_see_the_values_of_its_units() -> None:
    level = {"name": "min_max"}
    both = {
        "name": "level_growth",
        "level_share": "0.4",
        "growth_share": "0.6",
        "level": level,
        "growth": {"name": "rank"},
    }
    scheme_rules = rules(
        track(
            component("gdp", 60, scheme=scheme("gdp", formula=both)),
            component("waste", 40, scheme=scheme("waste", formula=level), lower_is_better=["waste"]),
        )
    )
    found = results(
        scheme_rules,
        rows(
            *("甲 gdp.level 100", "甲 gdp.growth 5", "甲 waste 10"),
            *("乙 gdp.level 200", "乙 gdp.growth 9", "乙 waste 30"),
            *("丙 gdp.level 150", "丙 gdp.growth 5", "丙 waste 15"),
        ),
    )
    # 甲: level 0, growth places 2 and 3 shared -> 2.5 of 3 -> 25 %: 60 x 0.6 x 0.25 = 9; waste best 40
    # 乙: level 1, growth 1: 60; waste worst 0. 丙: level 0.5: 60 x (0.2 + 0.15) = 21; waste 40 x 0.75
    assert by_unit(found, "甲乙丙", "total") == [49, 60, 51]


def test_growth_over_a_peer_is_value_less_standard_and_the_peer_is_asked_for() -> None:
    growth = scheme("growth", formula={"name": "min_max"})
    scheme_rules = rules(track(component("work", 100, scheme=growth, over_standard=["growth"])))
    # leads 2, 1 and -2: the fastest of the three is not the best
    found = results(scheme_rules, rows("甲 growth 8 of=6", "乙 growth 9 of=8", "丙 growth -3 of=-1"))
    assert by_unit(found, "甲乙丙", "total") == [100, 75, 0]
    with pytest.raises(Invalid, match="须填写标准值"):
        results(scheme_rules, rows("甲 growth 8", "乙 growth 9 of=8"))


def test_completion_is_looked_at_beyond_full_marks_and_before_rounding() -> None:
    half = {"name": "proportional", "zero_target": "met"}
    first = {
        "key": "first",
        "label": "第一",
        "source": SOURCE,
        "any_of": [{"of": "a", "by": "completion", "first": 1}],
    }
    missed = {
        "key": "missed",
        "label": "未完成",
        "source": SOURCE,
        "any_of": [{"of": "a", "by": "completion", "below": 1}],
    }
    scheme_rules = rules(
        track(component("work", 100, scheme=scheme("a", formula=half))), consequences=[first, missed]
    )
    found = results(
        scheme_rules,
        rows(
            "甲 a 120 of=100",
            "乙 a 130 of=100",
            "丙 a 99999 of=100000",
            "丁 a 0 of=0",
            "戊 a -1 of=0",
            "己 a -2 of=-1",
        ),
    )
    assert by_unit(found, "甲乙丙丁戊己", "total") == [100, 100, 100, 100, 0, 0]
    reached = [[one.key for one in held] for held in by_unit(found, "甲乙丙丁戊己", "consequences")]
    assert reached == [[], ["first"], ["missed"], [], ["missed"], ["missed"]]


@pytest.mark.parametrize(
    ("formula", "value", "total"),
    [
        ({"name": "yes_no"}, "是", 100),
        ({"name": "yes_no"}, "否", 0),
        ({"name": "proportional", "zero_target": "met"}, "80 of=100", 80),
        ({"name": "reverse", "zero_target": "met"}, "200 of=100", 50),
        ({"name": "execution"}, "99.50 of=199.00", 50),
        ({"name": "threshold", "operator": "ge", "bound": 60}, "60", 100),
        ({"name": "threshold", "operator": "ge", "bound": "target"}, "59 of=60", 0),
        ({"name": "interval", "reading": "ratio", "high": 1}, "100 of=100", 100),
        ({"name": "satisfaction", "out_of": 10, "bands": [{"bound": 90, "points": 10}, {"bound": 0, "points": 5}]}, "89.9", 50),
    ],
)  # fmt: skip
def test_every_kind_of_formula_reads_the_table(formula, value: str, total: int) -> None:
    scheme_rules = rules(track(component("work", 100, scheme=scheme("a", formula=formula))))
    assert results(scheme_rules, rows(f"甲 a {value}"))["甲"].total == total


def test_a_graded_judgement_is_given_as_a_share() -> None:
    tiers = [("met", "0.8", 1), ("partly", "0.6", "0.8"), ("not_met", 0, "0.6")]
    formula = {
        "name": "graded",
        "tiers": [{"achievement": a, "at_least": low, "below": top} for a, low, top in tiers],
    }
    scheme_rules = rules(track(component("work", 100, scheme=scheme("a", formula=formula))))
    assert results(scheme_rules, rows("甲 a 0.65"))["甲"].total == 65
    with pytest.raises(Invalid, match="第2行 “甲”的“项a”"):
        results(scheme_rules, rows("甲 a 1.2"))


def test_what_formulas_refuse_is_told_for_every_track_row_and_item_at_once() -> None:
    satisfaction = {"name": "satisfaction", "out_of": 10, "bands": [{"bound": 0, "points": 10}]}
    tracks = [
        track(
            component(f"work_{key}", 100, scheme=scheme(key, formula=satisfaction)),
            key=key,
            groups=[{"key": group, "label": group}],
        )
        for key, group in (("s", "g"), ("t", "h"))
    ]
    facts = rows("甲 s 101", "乙 s 90", "丙 s -1", "丁 t 102 in=h")
    with pytest.raises(Invalid) as refusal:
        results(rules(*tracks), facts)
    assert [str(finding.where) for finding in refusal.value.findings] == ["第2行", "第4行", "第5行"]
    assert refusal.value.findings[2].message.startswith("“丁”的“项t”：")


def test_items_are_told_over_periods_and_raters() -> None:
    found = results(
        rules(track(component("work", 100, periods=HALVES, scheme=scheme("a", "b")))),
        rows("甲 a 50 @mid", "甲 b 20 @mid", "甲 a 44 @end", "甲 b 35 @end"),
    )["甲"]
    assert [(item.key, item.points, item.out_of) for item in found.components[0].items] == [
        ("a", Decimal("46.00"), 50),
        ("b", Decimal("30.00"), 50),
    ]
