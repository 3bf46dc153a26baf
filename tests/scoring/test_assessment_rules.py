from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from tests.scoring.assessment_makers import SOURCE, component, rules, scheme, track

RATERS = {
    "absent_group": "refuse",
    "source": SOURCE,
    "groups": [{"key": "a", "label": "甲组", "weight": 1}],
}
DEDUCTIONS = {
    "out_of": 100,
    "source": SOURCE,
    "items": [{"key": "late", "label": "迟到", "points": 1}],
}
BANDS = {
    "rounding": "up",
    "ties": "upper",
    "source": SOURCE,
    "bands": [{"up_to": 1, "points": 101}],
}


def of(**parts: object) -> Callable[[], Any]:
    return lambda: rules(track(component("work", 100, **parts)))


def tracked(**parts: object) -> Callable[[], Any]:
    return lambda: rules(track(**parts))


def led_to(**condition: object) -> Callable[[], Any]:
    consequence = {"key": "talk", "label": "谈话", "source": SOURCE, "any_of": [condition]}
    return lambda: rules(consequences=[consequence])


def test_a_scheme_that_fits_together_is_accepted() -> None:
    assert list(rules().tracks[0].items()) == ["work_item"]


DEFECTS: list[tuple[Callable[[], Any], str]] = [
    (of(deductions=DEDUCTIONS, scheme=scheme("x")), "须写明 scheme 或 deductions，二者取一"),
    (of(deductions={**DEDUCTIONS, "out_of": 50}), "满分须等于 out_of"),
    (of(deductions=DEDUCTIONS, raters=RATERS), "不由评分人评分"),
    (of(absent="move"), "move_to 与 absent: move 须同时写明"),
    (of(move_to="work"), "move_to 与 absent: move 须同时写明"),
    (of(absent="move", move_to="other"), "没有这样的部分：other"),
    (of(bands=BANDS), "强制分布的分值须在0与100之间"),
    (of(lower_is_better=["other"]), "没有评分项：other"),
    (of(over_standard=["other"]), "没有按组内位置计分的评分项：other"),
    (of(over_standard=["work_item"]), "没有按组内位置计分的评分项：work_item"),
    (of(scheme=scheme("x", formula={"name": "rank"}), raters=RATERS), "不能同时按组内位置计分"),
    (of(factor="0.5"), "各部分合计应为100分，实际为50分"),
    (lambda: rules(track(component("a", 50), component("a", 50))), "部分编号重复：a"),
    (
        lambda: rules(track(component("a", 50, scheme=scheme("x")), component("b", 50, scheme=scheme("x")))),
        "项目编码重复：x",
    ),
    (
        lambda: rules(
            track(component("a", 50, absent="move", move_to="b"), component("b", 100, factor="0.5"))
        ),
        "须与转出的部分 factor 相同",
    ),
    (tracked(groups=[{"key": "g", "label": "组"}] * 2), "分组编号重复：g"),
    (tracked(groups=[{"key": "g", "label": "组", "within": "h"}]), "没有这样的分组：h"),
    (
        tracked(ranking={"scope": "group", "ties": "code", "then_by": ["x"], "source": SOURCE}),
        "没有这样的部分：x",
    ),
    (
        tracked(quotas=[{"grade": "x", "count": 1, "source": SOURCE}]),
        "没有这样的等次：x",
    ),
    (
        tracked(quotas=[{"grade": "pass", "count": 1, "groups": ["x"], "source": SOURCE}]),
        "没有这样的分组：x",
    ),
    (
        tracked(vetoes=[{"key": "v", "label": "事故", "not_above": "x", "source": SOURCE}]),
        "没有这样的等次：x",
    ),
    (
        tracked(vetoes=[{"key": "work_item", "label": "事故", "lower_by": 1, "source": SOURCE}]),
        "项目编码重复：work_item",
    ),
    (lambda: rules(track(), track()), "考评类别编号重复：t"),
    (lambda: rules(track(), track(key="u")), "分组编号重复：g"),
    (
        lambda: rules(statements=[{"key": "work_item", "label": "认定", "source": SOURCE}]),
        "项目编码重复：work_item",
    ),
    (led_to(grades=["x"]), "没有这样的等次：x"),
    (led_to(of="x", first=1), "没有这样的计分项：x"),
    (
        led_to(of="work_item", by="completion", first=1),
        "没有这样的按完成比例计分、每年填报一次的评分项：work_item",
    ),
    (led_to(by="completion", first=1), "没有这样的按完成比例计分、每年填报一次的评分项：total"),
    (led_to(first=1, groups=["x"]), "没有这样的分组：x"),
    (led_to(found="x"), "没有这样的认定事项：x"),
    (led_to(repeated={"consequence": "talk", "years": 2}), "没有这样的在前的后果：talk"),
]


@pytest.mark.parametrize(
    ("build", "told"), DEFECTS, ids=[f"{i}-{told}" for i, (_, told) in enumerate(DEFECTS)]
)
def test_parts_that_do_not_fit_together_are_refused(build: Callable[[], Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        build()


def test_an_assessment_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="至少包含一类考评对象"):
        type(rules()).model_validate({"tracks": []})


def test_a_consequence_names_tracks_that_exist() -> None:
    consequence = {
        "key": "talk",
        "label": "谈话",
        "source": SOURCE,
        "any_of": [{"first": 1}],
        "tracks": ["x"],
    }
    with pytest.raises(ValidationError, match="没有这样的考评类别：x"):
        rules(consequences=[consequence])


def test_moved_points_keep_their_worth() -> None:
    found = rules(
        track(
            component("a", 50, absent="move", move_to="b", factor="0.5"),
            component("b", 150, factor="0.5"),
        )
    )
    assert found.tracks[0].components[0].move_to == "b"
