from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.grade import GradeRules, grade
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
