"""Rules and facts of the budget tests; every figure is chosen to be worked out by hand."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from budgetperf.budget.allocation import allocate
from budgetperf.budget.ceiling import CeilingFacts, CeilingLine, ceiling_line
from budgetperf.budget.limits import LimitRound, draft_limit, make_round
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.rules import CutRules
from budgetperf.budget.waterfall import cut_line
from budgetperf.money import ZERO, Money, MoneyUnit

EDITION = Path(__file__).parents[2] / "budgetperf/rulebook/national/limit_cuts/2026-01-01.yaml"


@cache
def _read() -> dict:
    return yaml.safe_load(EDITION.read_text(encoding="utf-8"))


def edition() -> dict:
    return deepcopy(_read())


def make_rules(**changes: object) -> CutRules:
    return CutRules.model_validate({**edition()["rules"], **changes})


def wan(amount: str | int) -> Money:
    return Money.parse(amount, MoneyUnit.WAN)


def make_facts(line: str = "P1", **changes: object) -> LineFacts:
    facts = LineFacts(
        line=line,
        name=f"项目{line}",
        department="D1",
        department_name="教育局",
        agency="A1",
        request=wan(100),
        priority_points=Decimal(80),
    )
    return replace(facts, **changes)


def make_ceiling_line(line: str, amount: Money, **changes: object) -> CeilingLine:
    made = CeilingLine(
        line=line,
        name=f"项目{line}",
        department="D1",
        amount=amount,
        floor=ZERO,
        priority_points=Decimal(80),
    )
    return replace(made, **changes)


def make_round_of(lines: list[LineFacts], ceiling: Money, rules: CutRules) -> LimitRound:
    cuts = {facts.line: cut_line(facts, rules) for facts in lines}
    allocation = allocate(
        CeilingFacts(
            ceiling=ceiling,
            lines=tuple(ceiling_line(facts, cuts[facts.line], rules=rules) for facts in lines),
        ),
        rules,
    )
    levels = {level.line: level for level in allocation.levels}
    limits = tuple(
        draft_limit(
            facts,
            cuts[facts.line],
            level=levels[facts.line],
            rules=rules,
            cut_package="c" * 64,
            allocation_package="a" * 64,
        )
        for facts in lines
    )
    return make_round(ceiling, limits)
