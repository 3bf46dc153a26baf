from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.grade import GradeRules, NamedGradeRules, grade, named_grade
from tests.scoring.makers import grade_rules


@pytest.mark.parametrize(
    ("total", "label"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.999", "良"),
        ("89.5", "良"),
        ("80", "良"),
        ("79.999", "中"),
        ("60", "中"),
        ("59.999", "差"),
        ("0", "差"),
    ],
)
def test_grades_are_half_open(total: str, label: str) -> None:
    assert grade(Decimal(total), grade_rules()).label == label


@pytest.mark.parametrize("total", ["-0.01", "100.01", "110"])
def test_a_total_off_the_scale_gets_no_grade(total: str) -> None:
    with pytest.raises(Invalid) as refusal:
        grade(Decimal(total), grade_rules())
    assert refusal.value.code == "scoring.total_range"


@pytest.mark.parametrize(
    "cuts",
    [
        [("excellent", "100"), ("good", "80"), ("fair", "60"), ("poor", "0")],
        [("excellent", "90"), ("good", "90"), ("fair", "60"), ("poor", "0")],
        [("excellent", "90"), ("good", "80"), ("fair", "60"), ("poor", "1")],
        [("good", "90"), ("excellent", "80"), ("fair", "60"), ("poor", "0")],
        [("excellent", "90"), ("good", "80"), ("poor", "0")],
    ],
)
def test_cut_offs_out_of_order_are_refused(cuts: list[tuple[str, str]]) -> None:
    raw = {
        "source": {"document": "测试文件"},
        "out_of": 100,
        "cut_offs": [{"grade": word, "at_least": edge} for word, edge in cuts],
    }
    with pytest.raises(ValidationError, match="等级"):
        GradeRules.model_validate(raw)


def named(*cuts: tuple[str, str | None]) -> NamedGradeRules:
    return NamedGradeRules.model_validate(
        {
            "source": {"document": "测试文件"},
            "grades": [{"key": key, "label": f"等次{key}", "at_least": edge} for key, edge in cuts],
        }
    )


THREE = named(("advanced", "90"), ("pass", "60"), ("fail", None))


@pytest.mark.parametrize(
    ("total", "key"),
    [
        ("104", "advanced"),
        ("90", "advanced"),
        ("89.99", "pass"),
        ("60", "pass"),
        ("59.99", "fail"),
        ("-4", "fail"),
    ],
)
def test_named_grades_take_every_total_on_half_open_intervals(total: str, key: str) -> None:
    assert named_grade(Decimal(total), THREE).key == key


def test_a_closed_grade_is_passed_over_but_the_lowest_takes_everyone() -> None:
    assert named_grade(Decimal(95), THREE, closed={"advanced"}).label == "等次pass"
    assert named_grade(Decimal(95), THREE, closed={"advanced", "pass", "fail"}).key == "fail"


def test_equal_bounds_are_told_apart_by_a_quota() -> None:
    rules = named(("best", "90"), ("good", "90"), ("rest", None))
    assert named_grade(Decimal(90), rules).key == "best"
    assert named_grade(Decimal(90), rules, closed={"best"}).key == "good"
    assert (rules.order(), rules.label("good")) == (("best", "good", "rest"), "等次good")


@pytest.mark.parametrize(
    ("cuts", "told"),
    [
        ([], "至少一个"),
        ([("a", "90"), ("a", None)], "编号不得重复"),
        ([("a", "60"), ("b", "90"), ("c", None)], "从高到低"),
        ([("a", "90"), ("b", "60")], "最后一等不写"),
        ([("a", None), ("b", None)], "最后一等不写"),
    ],
)
def test_named_grades_out_of_order_are_refused(cuts, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        named(*cuts)
