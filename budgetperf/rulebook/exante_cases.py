"""Worked examples of ex-ante editions: what each expert gives, and the conclusion their mean suggests."""

from budgetperf.rulebook.cases import Outcome
from budgetperf.scoring.exante import ExanteRules, NamedExanteResult, exante
from budgetperf.scoring.rules import Exact, Rule


class ExanteCase(Rule):
    """Points by criterion key, one mapping per expert."""

    ratings: tuple[dict[str, Exact], ...]


def exante_case(rules: ExanteRules, given: ExanteCase) -> Outcome:
    """Means and the suggested conclusion, with its name where the edition has one of its own."""
    result = exante(given.ratings, rules)
    outcome = {
        "means": {line.key: line.spread.mean for line in result.means.lines},
        "total": result.means.total.mean,
        "suggested": result.suggested,
    }
    if isinstance(result, NamedExanteResult):
        return {**outcome, "conclusion": result.code, "label": result.label}
    return outcome
