from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.fiscal_operation import FiscalOperationRules, fiscal_operation

EDITION = Rulebook.load().get("fiscal_operation", date(2025, 6, 1), jurisdiction="beijing")
BEIJING = EDITION.rules_as(FiscalOperationRules)
KEYS = [criterion.key for criterion in BEIJING.scheme.criteria()]


def group(**changes: Decimal) -> dict[str, dict[str, Decimal]]:
    """Every area 10 in every district, but what ``changes`` sets for the first one."""
    values = {name: dict.fromkeys(KEYS, Decimal(10)) for name in BEIJING.members}
    values[BEIJING.members[0]].update(changes)
    return values


def test_sixteen_districts_are_evaluated_in_five_areas_of_twenty() -> None:
    assert len(BEIJING.members) == 16
    assert [(d.label, d.weight) for d in BEIJING.scheme.dimensions] == [
        ("财政保障能力", 20),
        ("财源建设", 20),
        ("成本节约", 20),
        ("规范管理", 20),
        ("运行成效", 20),
    ]


def test_an_area_is_compared_or_judged_as_its_formula_says() -> None:
    raw = BEIJING.model_dump()
    raw["scheme"]["dimensions"][0]["criteria"][0]["formula"] = {"name": "judged"}
    raw["scheme"]["dimensions"][4]["criteria"][0]["formula"] = {"name": "min_max"}
    raw["directions"] = {
        "revenue_sources": "forward",
        "cost_saving": "reverse",
        "operating_effect": "forward",
    }
    switched = FiscalOperationRules.model_validate(raw)
    values = group(guarantee=Decimal(7), cost_saving=Decimal(9), operating_effect=Decimal(9))
    sheet = fiscal_operation(values, rules=switched)[BEIJING.members[0]].sheet
    assert [line.points for line in sheet.lines] == [7, 20, 20, 10, 0]


def test_the_order_of_districts_does_not_matter() -> None:
    values = group(guarantee=Decimal(11))
    turned = dict(reversed(values.items()))
    assert fiscal_operation(values, rules=BEIJING) == fiscal_operation(turned, rules=BEIJING)


def test_all_districts_and_all_areas_are_reported() -> None:
    short = group()
    del short[BEIJING.members[3]]
    with pytest.raises(Invalid, match=BEIJING.members[3]) as missing:
        fiscal_operation(short, rules=BEIJING)
    with pytest.raises(Invalid, match="别的区"):
        fiscal_operation({**group(), "别的区": {}}, rules=BEIJING)
    with pytest.raises(Invalid, match="open") as odd:
        fiscal_operation(group(open=Decimal(1)), rules=BEIJING)
    assert (missing.value.code, odd.value.code) == ("scoring.group", "scoring.facts")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"members": ["东城区"]}, "至少两个区"),
        ({"members": ["东城区", "东城区"]}, "不得重复"),
        ({"directions": {"guarantee": "forward"}}, "directions 须恰好列出"),
        ({"directions": dict.fromkeys(KEYS, "forward")}, "directions 须恰好列出"),
    ],
)
def test_rules_with_one_defect_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        FiscalOperationRules.model_validate({**BEIJING.model_dump(), **changes})


def test_an_area_by_another_formula_is_refused() -> None:
    raw = BEIJING.model_dump()
    raw["scheme"]["dimensions"][3]["criteria"][0]["formula"] = {"name": "yes_no"}
    with pytest.raises(ValidationError, match="须按 judged 或 min_max 计分：规范管理"):
        FiscalOperationRules.model_validate(raw)
