"""Facts of one city in the codes of another: shares of full marks carried over, everything else asked for."""

import re
from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_compare import Compared, compare_assessments
from budgetperf.scoring.assessment_mapping import blank_map, read_map
from tests.scoring.assessment_makers import SOURCE, component, rows, rules, scheme, track

A_TRACK = track(
    component("work", 60),
    component("poll", 40),
    adjustments={
        "bonus": {
            "source": SOURCE,
            "cap": 4,
            "families": [
                {
                    "key": "f",
                    "label": "加分",
                    "source": SOURCE,
                    "items": [{"key": "award", "label": "表彰", "points": 3}],
                }
            ],
        }
    },
    vetoes=[{"key": "case", "label": "案件", "not_above": "pass", "source": SOURCE}],
)
A = rules(A_TRACK)
HEAD = "what,to,from\n"


def b_rules(**parts: object) -> AssessmentRules:
    """B: targets 50 of two criteria, duty 30 in two periods by two groups of raters, attendance 20."""
    return rules(
        track(
            component("targets", 50, scheme=scheme("sales", "taxes", formula={"name": "proportional", "zero_target": "met"})),
            component(
                "duty",
                30,
                periods={
                    "missing": "refuse",
                    "source": SOURCE,
                    "periods": [{"key": "h1", "label": "上", "weight": 1}, {"key": "h2", "label": "下", "weight": 1}],
                },
                raters={
                    "absent_group": "refuse",
                    "source": SOURCE,
                    "groups": [{"key": "peer", "label": "同级", "weight": 1, "at_least": 2}, {"key": "boss", "label": "上级", "weight": 1}],
                },
            ),
            component("attendance", 20, deductions={"out_of": 20, "source": SOURCE, "items": [{"key": "late", "label": "迟到", "points": 1}]}),
            groups=[{"key": "x", "label": "甲类"}, {"key": "y", "label": "乙类"}],
            adjustments={"bonus": {"source": SOURCE, "cap": 8, "families": [{"key": "f", "label": "加分", "source": SOURCE, "items": [{"key": "extra", "label": "评定加分", "at_most": 2}]}]}},
            vetoes=[{"key": "scandal", "label": "丑闻", "lower_by": 1, "source": SOURCE}],
            **parts,
        )
    )  # fmt: skip


FACTS = rows(
    *("甲 work_item 90", "甲 poll_item 50", "甲 award 1 note=某奖", "甲 late 2"),
    *("乙 work_item 80", "乙 poll_item 100", "乙 case 是", "乙 late 0"),
)
MAP = (
    HEAD
    + "group,x,g\nitem,targets,work\nitem,duty,work+poll\nitem,taxes,poll\nitem,extra,bonus\nitem,scandal,case\n"
)


def compared(text: str, facts=FACTS, **parts: object) -> Compared:
    after = b_rules(**parts)
    return compare_assessments(A, after, facts, read_map(text, A, after))


def test_shares_points_answers_and_own_rows_stand_where_the_map_says() -> None:
    there = {one.after.unit: one.after for one in compared(MAP).units}
    # 甲: sales 90 %, taxes 50 %; duty (54 + 20) of 100; 20 - 2; an award of 3 in an item worth 2 at most
    assert [part.points for part in there["甲"].components] == [35, Decimal("22.20"), 18]
    assert (there["甲"].bonus, there["甲"].total, there["甲"].group) == (2, Decimal("77.20"), "x")
    # 乙: 80 % and 100 %, (48 + 40) of 100; 91.40 would be advanced, its case is a scandal there
    assert [part.points for part in there["乙"].components] == [45, Decimal("26.40"), 20]
    assert (there["乙"].struck, there["乙"].grade) == (("scandal",), "pass")


def test_a_unit_may_be_placed_by_itself_and_one_without_a_place_is_told() -> None:
    found = compared(MAP.replace("group,x,g", "unit,y,甲"))
    assert [(one.after.unit, one.after.group) for one in found.units] == [("甲", "y")]
    assert found.left_out == ("乙",)


def test_what_does_not_apply_in_one_city_does_not_apply_in_the_other() -> None:
    here = rules(
        track(
            component("work", 60),
            component("poll", 40, absent="rescale"),
            groups=[{"key": "g", "label": "一"}],
        )
    )
    there = rules(track(component("acts", 70), component("views", 30, absent="rescale")))
    facts = rows("甲 work_item 90", "甲 poll_item 不适用 note=无")
    by = read_map(HEAD + "group,g,g\nitem,acts,work\nitem,views,poll\n", here, there)
    (found,) = compare_assessments(here, there, facts, by).units
    assert [part.points for part in found.after.components] == [Decimal("63.00"), None]
    assert found.after.total == 90


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MAP.replace("item,duty,work+poll\n", ""), "“部分duty”没有对照或没有写全，请加一行 item,duty,A的部分或项目"),
        (MAP.replace("group,x,g", "group,z,g"), "对照表第2行 to 的“z”不是 B 的分组，应为 x、y 之一"),
        (MAP.replace("group,x,g", "group,x,q"), "对照表第2行 from 的“q”不是 A 的分组，应为 g 之一"),
        (MAP.replace("group,x,g", "group,x,g\ngroup,y,g"), "对照表第3行 “g”已对应“x”，只能对应一处"),
        (MAP.replace("targets,work", "targets,wrok"), "对照表第3行 from 的“wrok”不是 A 的部分或项目"),
        (MAP.replace("item,targets", "item,target"), "对照表第3行 to 的“target”不是 B 的部分或项目"),
        (MAP + "item,duty,poll\n", "对照表第8行 “duty”已有对照，请合并为一行，用“+”连接"),
        (MAP.replace("group,", "组,"), "对照表第2行 what 应为 group、unit 或 item，填的是“组”"),
        (HEAD, "没有写明分组的对照"),
        ("to,from\n", "对照表第1行的列名应为 what,to,from,label"),
        (MAP.replace("group,x,g", "unit,x,丙"), "分组和单位在事实表中都没有出现"),
    ],
)  # fmt: skip
def test_a_map_that_leads_nowhere_is_refused_with_its_row(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=re.escape(told)):
        compared(text)


def test_counts_that_no_share_gives_are_asked_for() -> None:
    facts = [fact for fact in FACTS if fact.item != "late"]
    with pytest.raises(
        Invalid, match="“迟到”（late）按次扣分，不能由得分率折算，请在事实表中按这个编码直接填报"
    ):
        compared(MAP, facts)


def test_what_the_other_city_refuses_is_told_as_its_own() -> None:
    facts = [*FACTS, *rows("甲 late 3")]
    with pytest.raises(Invalid, match=r"按 B：.*“甲”的“late”与第2行重复填报"):
        compared(MAP, facts)


def test_the_blank_map_names_all_codes_of_both_and_fills_equal_ones() -> None:
    page = blank_map(A, b_rules(), ("甲市", "乙市"))
    written = [line.split(",")[:3] for line in page.splitlines() if not line.startswith("#")]
    assert written[:3] == [["what", "to", "from"], ["group", "x", ""], ["group", "y", ""]]
    assert {code for _, code, _ in written[3:]} == {"targets", "duty", "attendance", "extra", "scandal"}
    assert "\n#     work 部分work，60分；也可逐项：work_item 项work_item\n" in page
    same = blank_map(A, A, ("甲市", "甲市"))
    assert "group,g,g," in same
    assert "item,award,award," in same
    (one,) = compare_assessments(A, A, rows("甲 work_item 90", "甲 poll_item 50"), read_map(same, A, A)).units
    assert one.before.total == one.after.total == 74
