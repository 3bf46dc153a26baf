from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.scoring.scheme import Criterion, Dimension, Scheme
from tests.scoring.makers import make_criterion, make_scheme

RAW = {
    "key": "a",
    "label": "甲",
    "weight": "10",
    "formula": {"name": "judged"},
    "source": {"document": "测试文件", "status": "ours"},
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weigth": "1"}, "extra_forbidden"),
        ({"formula": {"name": "guess"}}, "union_tag_invalid"),
        ({"formula": {"name": "judged", "bonus": 1}}, "extra_forbidden"),
        ({"weight": 10.5}, "value_error"),
        ({"weight": True}, "value_error"),
        ({"weight": "0"}, "value_error"),
        ({"weight": "NaN"}, "value_error"),
        ({"source": {"document": "测试文件", "statu": "ours"}}, "unexpected_keyword_argument"),
    ],
)
def test_a_criterion_with_one_defect_is_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Criterion.model_validate({**RAW, **change})
    assert [error["type"] for error in refusal.value.errors()] == [told]


def test_a_sound_criterion_reads_its_formula() -> None:
    criterion = Criterion.model_validate(RAW)
    assert criterion.formula.name == "judged"
    assert criterion.weight == 10


@pytest.mark.parametrize(("declared", "fits"), [("20", True), ("20.01", False), ("19.99", False)])
def test_criteria_must_sum_to_the_weight_of_their_dimension(declared: str, fits: bool) -> None:
    raw = {
        "key": "d",
        "label": "维度",
        "weight": declared,
        "criteria": (make_criterion("a"), make_criterion("b")),
    }
    if fits:
        assert Dimension.model_validate(raw).weight == 20
    else:
        with pytest.raises(ValidationError, match=f"维度“维度”的分值合计应为{declared}，实际为20"):
            Dimension.model_validate(raw)


@pytest.mark.parametrize("declared", ["99", "101"])
def test_dimensions_must_sum_to_the_total(declared: str) -> None:
    dimension = Dimension(key="d", label="维度", weight=Decimal(100), criteria=(make_criterion("a", "100"),))
    with pytest.raises(ValidationError, match="方案的分值合计应为"):
        Scheme(total=Decimal(declared), places=2, not_applicable="refuse", dimensions=(dimension,))


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="评分项编号重复：a"):
        make_scheme(make_criterion("a"), make_criterion("a"))


def test_a_scheme_cannot_be_changed() -> None:
    scheme = make_scheme(make_criterion())
    with pytest.raises(ValidationError, match="frozen"):
        scheme.total = Decimal(5)  # type: ignore[misc]


@pytest.mark.parametrize(("places", "fits"), [(0, True), (6, True), (-1, False), (7, False)])
def test_places_are_a_small_number(places: int, fits: bool) -> None:
    if fits:
        assert make_scheme(make_criterion(), places=places).places == places
    else:
        with pytest.raises(ValidationError, match="places"):
            make_scheme(make_criterion(), places=places)
