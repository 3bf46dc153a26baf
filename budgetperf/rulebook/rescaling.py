"""A self-evaluation filed for one layout, fitted to another so that both can be compared.

Rescales the weights of the filed indicators and leaves out what the other layout does not ask
for. A form that is filed wrongly is not put right here. Computes no points.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.indicators import Level1, plain_number
from budgetperf.rulebook.cases import EvaluatedIndicator, SelfEvaluationCase
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.self_evaluation import SelfEvaluationRules, self_evaluation_scheme

_PLACES = 2


def fitted(
    case: SelfEvaluationCase, rules: SelfEvaluationRules, *, filed_under: SelfEvaluationRules
) -> tuple[SelfEvaluationCase, str]:
    """Return ``case`` as ``rules`` would have it, and what was changed in one Chinese sentence.

    Parameters
    ----------
    case : SelfEvaluationCase
    rules : SelfEvaluationRules
        The layout to fit.
    filed_under : SelfEvaluationRules
        The layout the case is filed for; a case that breaks it too is returned as it is.

    Examples
    --------
    Weights of 90 under a layout of 80 are multiplied by 80/90, to two decimals.
    """
    if _lawful(case, rules) or not _lawful(case, filed_under):
        return case, ""
    indicators = list(case.indicators)
    for levels, weight in _groups(rules):
        held = [number for number, item in enumerate(indicators) if item.indicator("").level1 in levels]
        for number, share in zip(held, _shares([indicators[n].weight for n in held], weight), strict=True):
            indicators[number] = indicators[number].model_copy(update={"weight": share})
    known = {criterion.key for criterion in rules.fixed_criteria()}
    fixed = {key: actual for key, actual in case.fixed.items() if key in known}
    changed = case.model_copy(update={"indicators": tuple(indicators), "fixed": fixed})
    return changed, "；".join(_told(case, changed))


def _lawful(case: SelfEvaluationCase, rules: SelfEvaluationRules) -> bool:
    """Tell whether weights and fixed indicators are those the layout asks for."""
    try:
        self_evaluation_scheme(case.filed, rules)
    except Invalid:
        return False
    return case.fixed.keys() == {criterion.key for criterion in rules.fixed_criteria()}


def _groups(rules: SelfEvaluationRules) -> list[tuple[Sequence[Level1], Decimal]]:
    if rules.level1 is None or rules.level1.deviation is Severity.WARNING:
        return [(tuple(Level1), rules.indicators_weight)]
    return [(group.levels, group.weight) for group in rules.level1.groups]


def _shares(weights: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Scale ``weights`` to ``total``: running sums are rounded, so the parts sum to the total."""
    whole = Fraction(sum(weights, Decimal(0)))
    if whole <= 0:
        return list(weights)
    sums = [half_up(Fraction(held) * Fraction(total) / whole, _PLACES) for held in accumulate(weights)]
    return [high - low for low, high in pairwise([Decimal(0), *sums[:-1], total])]


def _told(case: SelfEvaluationCase, changed: SelfEvaluationCase) -> list[str]:
    told: list[str] = []
    if case.indicators != changed.indicators:
        before, after = (_sum(one.indicators) for one in (case, changed))
        weights = "、".join(plain_number(item.weight) for item in changed.indicators)
        told.append(f"指标权重由合计{before}分按比例折算为合计{after}分（{weights}）")
    if left_out := sorted(case.fixed.keys() - changed.fixed.keys()):
        told.append(f"本版本不设的共性指标不计：{'、'.join(left_out)}")
    return told


def _sum(indicators: Sequence[EvaluatedIndicator]) -> str:
    return plain_number(sum((item.weight for item in indicators), Decimal(0)))
