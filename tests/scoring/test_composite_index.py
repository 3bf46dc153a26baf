"""A composite index scores a group against its own worst and best."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.composite_index import CompositeIndexRules, composite_index

SOURCE = {"document": "算例", "status": "ours"}


def rules(formula: str = "min_max", indicators: tuple[str, ...] = ("gdp", "energy")) -> CompositeIndexRules:
    names: dict[str, dict[str, str]] = {
        "min_max": {"name": "min_max", "floor": "0", "equal": "1"},
        "judged": {"name": "judged"},
    }
    criteria = [
        {"key": key, "label": key, "weight": weight, "formula": names[formula], "source": SOURCE}
        for key, weight in (("gdp", 60), ("energy", 40))
    ]
    return CompositeIndexRules.model_validate(
        {
            "source": SOURCE,
            "weighting": "算例",
            "indicators": {
                key: {"direction": "reverse" if key == "energy" else "forward", "uom": ""}
                for key in indicators
            },
            "scheme": {
                "total": 100,
                "places": 2,
                "not_applicable": "refuse",
                "dimensions": [{"key": "d", "label": "综合", "weight": 100, "criteria": criteria}],
            },
        }
    )


def group(**values: tuple[int, int]) -> dict[str, dict[str, Decimal]]:
    return {name: {"gdp": Decimal(gdp), "energy": Decimal(energy)} for name, (gdp, energy) in values.items()}


def test_forward_and_reverse_indicators_run_between_the_groups_ends() -> None:
    # a: 60 x 1 + 40 x 0; b: 60 x (20 - 10) / (40 - 10) + 40 x (9 - 3) / (9 - 3); c: 0 + 40 x (9 - 7) / 6 = 13.33
    sheets = composite_index(group(a=(40, 9), b=(20, 3), c=(10, 7)), rules=rules())
    assert {name: str(sheet.total) for name, sheet in sheets.items()} == {
        "a": "60.00",
        "b": "60.00",
        "c": "13.33",
    }


def test_nobody_to_compare_with_and_missing_values_are_refused() -> None:
    with pytest.raises(Invalid) as alone:
        composite_index(group(a=(40, 9)), rules=rules())
    assert alone.value.code == "scoring.group"
    short = group(a=(40, 9), b=(20, 3))
    del short["b"]["gdp"]
    with pytest.raises(Invalid, match="“b”") as missing:
        composite_index(short, rules=rules())
    assert missing.value.code == "scoring.facts"


def test_indicators_and_criteria_are_the_same_and_all_by_min_max() -> None:
    with pytest.raises(ValidationError, match="恰好列出"):
        rules(indicators=("gdp",))
    with pytest.raises(ValidationError, match="min_max"):
        rules(formula="judged")
