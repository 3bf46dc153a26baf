from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import NotApplicable, Rated
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.scheme_rules import SchemeRules, scheme_result

SOURCE = {"document": "测试文件", "status": "ours"}
FULL = {"a": Rated(Decimal(60)), "b": Rated(Decimal(20))}


def dimension(key: str, weight: int) -> dict[str, Any]:
    criterion = {"key": key, "label": key, "weight": weight, "formula": {"name": "judged"}, "source": SOURCE}
    return {"key": f"{key}_all", "label": key, "weight": weight, "criteria": [criterion]}


def raw(**changes: Any) -> dict[str, Any]:
    scheme = {
        "total": 100,
        "places": 2,
        "not_applicable": changes.pop("not_applicable", "rescale"),
        "dimensions": [dimension("a", 60), dimension("b", 40)],
    }
    return {"source": SOURCE, "scheme": scheme, "optional": ["b_all"], **changes}


def grades(out_of: int) -> dict[str, Any]:
    edges = (("excellent", 90), ("good", 80), ("fair", 60), ("poor", 0))
    return {
        "out_of": out_of,
        "cut_offs": [{"grade": word, "at_least": edge} for word, edge in edges],
        "source": SOURCE,
    }


def test_a_dimension_left_out_rescales_the_others() -> None:
    rules = SchemeRules.model_validate(raw())
    result = scheme_result(rules, {"a": Rated(Decimal(45))}, omitted={"b_all": "另行考核"})
    assert (result.sheet.total, result.grade) == (Decimal("75.00"), None)


def test_an_optional_dimension_that_is_evaluated_counts_in_full() -> None:
    assert scheme_result(SchemeRules.model_validate(raw()), FULL, omitted={}).sheet.total == 80


@pytest.mark.parametrize(("points", "word"), [("20", Grade.GOOD), ("19.99", Grade.FAIR)])
def test_the_grade_is_read_from_the_total(points: str, word: Grade) -> None:
    rules = SchemeRules.model_validate(raw(grades=grades(100)))
    assert scheme_result(rules, {**FULL, "b": Rated(Decimal(points))}, omitted={}).grade is word


@pytest.mark.parametrize(
    ("facts", "omitted"),
    [
        ({"b": FULL["b"]}, {"a_all": "必评维度"}),
        ({"a": FULL["a"]}, {"b_all": " "}),
        ({"a": FULL["a"]}, {"c_all": "没有的维度"}),
        (FULL, {"b_all": "事实和不评同时填报"}),
        ({"a": FULL["a"], "b": NotApplicable("单项不适用")}, {}),
    ],
)
def test_only_an_optional_dimension_may_be_left_out_as_a_whole_with_its_reason(
    facts: dict[str, Any], omitted: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        scheme_result(SchemeRules.model_validate(raw()), facts, omitted=omitted)
    assert refusal.value.code == "scoring.not_applicable"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"optional": ["c_all"]}, "不在方案中：c_all"),
        ({"optional": ["a_all", "b_all"]}, "至少保留一个必评维度"),
        ({"optional": []}, "没有的须为 refuse"),
        ({"not_applicable": "refuse"}, "须为 rescale"),
        ({"grades": grades(101)}, "out_of 须等于方案总分"),
    ],
)
def test_rules_that_do_not_fit_their_scheme_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        SchemeRules.model_validate(raw(**changes))
