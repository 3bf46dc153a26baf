"""What the goal checks are given: the numbers and words of a rule edition, and the facts around a form.

No defaults: every number of the law comes from the rulebook with its source.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from budgetperf.findings import Finding
from budgetperf.indicators import Level1
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.money import Money


@dataclass(frozen=True, slots=True)
class WeightTemplate:
    """One way of spreading the weights over level 1.

    Parameters
    ----------
    name : str
        e.g. ``"设置成本指标"``.
    points : tuple of (Level1, Decimal)
        Points per level-1 indicator; a level without points is absent.
    """

    name: str
    points: tuple[tuple[Level1, Decimal], ...]


@dataclass(frozen=True, slots=True)
class GoalCheckRules:
    """The numbers and words the checks rest on, from a rule edition.

    Parameters
    ----------
    indicator_total : Decimal
        What the weights sum to (90; execution adds 10 at self-evaluation).
    templates : tuple of WeightTemplate
        The level-1 splits, "原则上".
    placeholders : frozenset of str
        Texts that say nothing, lower case: ``"*"``, ``"/"``, ``"无"``, ``"xx"``.
    unit_factor : Decimal
        Factor between two money units that are mixed up (10000: 元 for 万元).
    unit_band : Decimal
        How far from ``unit_factor`` a ratio may lie, as a factor >= 1, and still be suspected.
    person_words : frozenset of str
        Words in an indicator name that mean people, who are not counted in 个.
    source, practice : str
        Printed with findings: the document, and what is only practice.
    """

    indicator_total: Decimal
    templates: tuple[WeightTemplate, ...]
    placeholders: frozenset[str]
    unit_factor: Decimal
    unit_band: Decimal
    person_words: frozenset[str]
    source: str
    practice: str


@dataclass(frozen=True, slots=True)
class GoalContext:
    """Rules, and what is known of the project beyond the form.

    Parameters
    ----------
    rules : GoalCheckRules
    prior_request : Money or None
        The project's budget of the year before; None for a new project.
    """

    rules: GoalCheckRules
    prior_request: Money | None = None


Check: TypeAlias = Callable[[GoalForm, GoalContext], Iterator[Finding]]
"""One rule: the filed form and its context in, findings out."""


def normal_text(text: str) -> str:
    """Return ``text`` half-width, lower case and without blanks, for comparison only."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


def says_nothing(text: str, rules: GoalCheckRules) -> bool:
    """Tell whether ``text`` is empty, a placeholder, or a placeholder repeated."""
    plain = normal_text(text)
    return (
        not plain or plain in rules.placeholders or (len(set(plain)) == 1 and plain[0] in rules.placeholders)
    )
