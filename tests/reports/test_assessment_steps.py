"""Every worked example of every edition can be laid out step by step, and no trace that does not come out is printed."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from budgetperf.errors import Invalid
from budgetperf.lifecycle.unit_assessment.told import told_trace
from budgetperf.reports.assessment_steps import steps
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_table import read_table
from budgetperf.scoring.assessment_trace import traced_units

WORKED = [
    (edition, example)
    for edition in Rulebook.load().editions
    if edition.kind == "unit_assessment"
    for example in edition.examples
    if not example.refused
]


def traces(edition: Any, example: Any) -> tuple[AssessmentRules, list[Any]]:
    rules = edition.rules_as(AssessmentRules)
    return rules, list(traced_units(assess(rules, read_table(example.given["facts"]))))


@pytest.mark.parametrize(
    ("edition", "example"), WORKED, ids=[f"{e.jurisdiction}-{x.name}" for e, x in WORKED]
)
def test_every_worked_example_comes_out_by_hand(edition: Any, example: Any) -> None:
    rules, units = traces(edition, example)
    for unit in units:
        blocks = steps(unit, rules)
        if unit["total"] is None:
            assert [block.title for block in blocks] == ["不参加考评"]
            continue
        track = next(one for one in rules.tracks if one.key == unit["track"])
        assert steps(told_trace(unit, track), rules)[-1] == blocks[-1]
        everyone = {mark["rater"] for part in unit["components"] for mark in part["marks"]}
        assert steps(told_trace(unit, track, everyone), rules)[-1] == blocks[-1]
        total = next(block for block in blocks if block.title == "总分")
        assert f"＝ {unit['total']}（四舍五入" in total.sums[-1]
        sources = [block.rule for block in blocks if "满分" in block.title]
        assert len(sources) == len(unit["components"])
        assert all("依据：" in rule for rule in sources)
        assert len([b for b in blocks if b.title == "结果运用"]) == bool(unit["consequences"])


@pytest.mark.parametrize("forged", ["total", "bonus", "points"])
def test_a_trace_that_does_not_come_out_is_not_printed(forged: str) -> None:
    edition, example = next((e, x) for e, x in WORKED if e.jurisdiction == "zhengding")
    rules, units = traces(edition, example)
    unit = copy.deepcopy(next(one for one in units if one["total"] is not None))
    if forged == "points":
        part = next(part for part in unit["components"] if part["points"] is not None)
        part["points"] = str(Decimal(part["points"]) + Decimal("0.01"))
    else:
        unit[forged] = str(Decimal(unit[forged]) + Decimal("0.01"))
    with pytest.raises(Invalid, match="与存档结果不一致，不能出具明细"):
        steps(unit, rules)
