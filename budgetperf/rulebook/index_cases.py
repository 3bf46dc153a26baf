"""Worked examples of ``composite_index`` editions: a small group and what each of its members gets."""

from pydantic import Field

from budgetperf.rulebook.cases import Outcome
from budgetperf.scoring.composite_index import CompositeIndexRules, composite_index
from budgetperf.scoring.rules import Exact, Rule


class CompositeIndexCase(Rule):
    """The values of a group: by evaluand, by criterion key."""

    group: dict[str, dict[str, Exact]] = Field(min_length=1)


def composite_index_case(rules: CompositeIndexRules, given: CompositeIndexCase) -> Outcome:
    """The total of each evaluand."""
    sheets = composite_index(given.group, rules=rules)
    return {"totals": {name: sheet.total for name, sheet in sheets.items()}}
