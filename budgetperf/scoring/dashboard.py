"""The lights of one project and period: money, each reported indicator, the goal as a whole.

Holds how single lights become one; the single light is the business of ``lights``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.indicators import Achievement, Indicator, plain_number
from budgetperf.ledger import Execution
from budgetperf.scoring.early_warning import EarlyWarning, early_warnings
from budgetperf.scoring.lights import Light, LightColour, LightRules, execution_light, goal_light


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Lights of one project and period.

    Parameters
    ----------
    execution : Light
    indicators : mapping of str to Light
        By indicator key, reported ones only.
    goal : Light or None
        None when no indicator was reported.
    """

    execution: Light
    indicators: Mapping[str, Light]
    goal: Light | None


@dataclass(frozen=True, slots=True)
class WarnedDashboard(Dashboard):
    """The same under an edition with early warnings; empty when nothing is to be warned of."""

    warnings: tuple[EarlyWarning, ...]


def warnings_of(lit: Dashboard) -> tuple[EarlyWarning, ...]:
    """Return the early warnings beside the lights; none where the edition knows none."""
    return lit.warnings if isinstance(lit, WarnedDashboard) else ()


def dashboard(
    indicators: Sequence[Indicator],
    values: Mapping[str, Decimal | Achievement],
    *,
    execution: Execution,
    months: int,
    rules: LightRules,
) -> Dashboard:
    """Light a whole monitoring report.

    Parameters
    ----------
    indicators : sequence of Indicator
    values : mapping of str to Decimal or Achievement
        Cumulative values by indicator key; an indicator not yet reported is left out and does
        not count for the goal light.
    execution : Execution
        Money from 1 January to the end of the period.
    months : int
        Months the period covers.
    rules : LightRules
    """
    reported = [indicator for indicator in indicators if indicator.key in values]
    lights = {i.key: goal_light(i, values[i.key], months=months, rules=rules) for i in reported}
    goal = overall_light(reported, lights, rules=rules) if reported else None
    money = execution_light(execution, months, rules=rules)
    if rules.warnings is None:
        return Dashboard(money, lights, goal)
    warnings = early_warnings(indicators, values, execution=execution, months=months, rules=rules.warnings)
    return WarnedDashboard(money, lights, goal, warnings)


def overall_light(
    indicators: Sequence[Indicator], lights: Mapping[str, Light], *, rules: LightRules
) -> Light:
    """Return the worst colour that, together with worse ones, holds the share of weight the edition asks.

    Blue counts as green. Shares are of the weight of ``indicators``.
    """
    total = sum((indicator.weight for indicator in indicators), Decimal(0))
    held = dict.fromkeys(LightColour, Decimal(0))
    for indicator in indicators:
        held[lights[indicator.key].colour] += indicator.weight
    needed = rules.overall.at_least_weight * total
    red, amber = held[LightColour.RED], held[LightColour.RED] + held[LightColour.YELLOW]
    if red and red >= needed:
        colour = LightColour.RED
    elif amber and amber >= needed:
        colour = LightColour.YELLOW
    else:
        colour = LightColour.GREEN
    counts = "、".join(f"{c.label}{plain_number(held[c])}分" for c in LightColour if held[c])
    share = plain_number(rules.overall.at_least_weight * 100)
    text = (
        f"已报指标权重{plain_number(total)}分，其中{counts}；"
        f"较差灯色合计达到权重的{share}%即取该灯色，{colour.label}"
    )
    return Light(colour, text, str(rules.overall.source))
