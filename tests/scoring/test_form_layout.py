from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.form_layout import FormLayout
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.scoring.unscored_evaluation import UnscoredEvaluationRules

BOOK = Rulebook.load()
SICHUAN = BOOK.by_id("sichuan/self_evaluation/2023-01-01").rules_as(SelfEvaluationRules)
TRANSFER = BOOK.by_id("national/transfer_evaluation/2020-01-01").rules_as(UnscoredEvaluationRules)
LAYOUT = SICHUAN.layout
assert LAYOUT is not None


def changed(**change: Any) -> dict[str, Any]:
    assert LAYOUT is not None
    return LAYOUT.model_dump() | change


def rows(*sources: list[str]) -> list[dict[str, Any]]:
    return [{"label": f"第{n}行", "sources": held} for n, held in enumerate(sources, 1)]


FISCAL = ["general", "government_fund", "state_capital"]
COLUMNS = {"level1": "一", "level3": "三", "weight": "分值", "score": "得分", "reason": "原因"}
UNSCORED = {"level1": "一", "level3": "三", "reason": "原因"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fund_rows": rows(FISCAL, ["general", "special_account", "unit", "other"])}, "一般公共预算"),
        ({"fund_rows": rows(FISCAL, ["special_account", "unit"])}, "其他资金"),
        ({"fund_rows": rows(FISCAL, [])}, "at least 1 item"),
        ({"columns": {"level3": "三", **COLUMNS}}, "以 level1 开头"),
        ({"columns": {**COLUMNS, "review": "审核"}}, "以 reason 结尾"),
        ({"columns": {key: title for key, title in COLUMNS.items() if key != "weight"}}, "同时设置"),
        ({"columns": UNSCORED}, "一致"),
        (
            {
                "columns": {"level1": "一", "review": "审核", "reason": "原因"},
                "fund_columns": {"paid": "执行数"},
            },
            "审核评分",
        ),
        ({"closing": [{"field": "problems", "label": "问题"}] * 2}, "只能写一次"),
        ({"closing": [{"field": "problems", "label": "问题", "longest": 0}]}, "greater than 0"),
        ({"signatures": []}, "at least 1 item"),
    ],
)
def test_a_layout_that_is_no_form_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        FormLayout.model_validate(changed(**change))


def test_a_form_without_scores_has_them_in_no_table() -> None:
    layout = FormLayout.model_validate(changed(columns=UNSCORED, fund_columns={"paid": "执行数"}))
    assert not layout.scored
    assert FormLayout.model_validate(changed(columns=COLUMNS)).scored


@pytest.mark.parametrize(
    ("length", "found"), [(99, ()), (100, ()), (101, ("execution_reason",)), (2000, ("execution_reason",))]
)
def test_a_text_is_too_long_from_one_character_more(length: int, found: tuple[str, ...]) -> None:
    assert LAYOUT is not None
    assert LAYOUT.too_long({"execution_reason": length, "adjustment_reason": length}) == found


def test_scored_rules_want_a_scored_form_and_unscored_ones_an_unscored_form() -> None:
    assert LAYOUT is not None
    with pytest.raises(ValidationError, match="须设分值与得分栏"):
        SelfEvaluationRules.model_validate(SICHUAN.model_dump() | {"layout": TRANSFER.layout.model_dump()})
    with pytest.raises(ValidationError, match="不得设分值与得分栏"):
        UnscoredEvaluationRules.model_validate(TRANSFER.model_dump() | {"layout": LAYOUT.model_dump()})
