"""The worked examples that come with an edition of kind ``limit_cuts``, and how they are run.

An example states the facts of one line (who and where are filled in) and what each ground takes
from it. Grounds not named take nothing; ``remaining`` is what is left.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from budgetperf.budget.grounds import Ground
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import STRICT, Fen, from_json
from budgetperf.budget.waterfall import cut_line, taken
from budgetperf.money import ZERO
from budgetperf.provenance import Json

_WHO: Mapping[str, Json] = {
    "line": "example",
    "name": "示例项目",
    "department": "D",
    "department_name": "示例部门",
    "agency": "A",
    "priority_points": "0",
}


class Expected(BaseModel):
    """What a line loses by ground, and what remains."""

    model_config = STRICT

    cuts: Mapping[Ground, Fen]
    remaining: Fen


def run_example(rules: CutRules, facts: Mapping[str, Json], *, expect: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the differences between an example and what the rules give; empty if they agree.

    Raises
    ------
    Invalid
        If the facts do not read as ``LineFacts``, or ``expect`` not as ``Expected``.
    """
    expected = from_json(Expected, expect)
    result = cut_line(from_json(LineFacts, {**_WHO, **facts}), rules)
    differences = [
        f"{ground.label}：应为{expected.cuts.get(ground, ZERO)}元，算得{taken(result.cuts, ground)}元"
        for ground in rules.order
        if taken(result.cuts, ground) != expected.cuts.get(ground, ZERO)
    ]
    if result.remaining != expected.remaining:
        differences.append(f"余额：应为{expected.remaining}元，算得{result.remaining}元")
    return tuple(differences)
