"""A sound request of 100 万元 and the rules it is held against; tests change one thing at a time."""

from decimal import Decimal

from budgetperf.indicators import Level1
from budgetperf.lifecycle.goals.checks import GoalCheckRules, GoalContext, WeightTemplate
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.money import Money

C, O, B, S = Level1.COST, Level1.OUTPUT, Level1.BENEFIT, Level1.SATISFACTION  # noqa: E741 - one letter a level


def _template(name: str, **points: int) -> WeightTemplate:
    return WeightTemplate(name, tuple((Level1(level), Decimal(value)) for level, value in points.items()))


RULES = GoalCheckRules(
    indicator_total=Decimal(90),
    templates=(
        _template("有成本、有满意度", cost=20, output=40, benefit=20, satisfaction=10),
        _template("有成本、无满意度", cost=20, output=40, benefit=30),
        _template("无成本、有满意度", output=50, benefit=30, satisfaction=10),
        _template("无成本、无满意度", output=50, benefit=40),
    ),
    placeholders=frozenset({"*", "/", "无", "xx", "-"}),
    unit_factor=Decimal(10000),
    unit_band=Decimal(2),
    person_words=frozenset({"人", "干部"}),
    source="财预〔2021〕101号",
    practice="申报审核实务",
)
CONTEXT = GoalContext(RULES)


def wan(value: str) -> dict[str, str]:
    return {"value": value, "unit": "wan"}


def make_indicator(level2: str, name: str, weight: str, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "level2": level2, "name": name, "operator": "ge", "target": "95", "uom": "%", "weight": weight,
        "direction": "forward",
    }  # fmt: skip
    return row | changes


def make_indicators() -> list[dict[str, object]]:
    return [
        make_indicator("quantity", "改造管网长度", "30", target="12", uom="公里"),
        make_indicator("quality", "验收合格率", "20"),
        make_indicator("social", "水质合格率", "30"),
        make_indicator("satisfaction", "居民满意度", "10"),
    ]


def make_goals(**changes: object) -> GoalForm:
    document: dict[str, object] = {
        "project_name": "供水管网改造", "agency_name": "市水务局", "fiscal_year": 2026, "amount_unit": "wan",
        "function_code": "2120303", "nature": "one_off", "origin": "new",
        "starts_on": "2026-01-01", "ends_on": "2026-12-31",
        "basis": "民生实事", "overall_goal": "改造管网12公里", "request": wan("100"),
        "funds": [{"source": "general", "amount": wan("80")}, {"source": "other", "amount": wan("20")}],
        "indicators": make_indicators(),
    }  # fmt: skip
    return GoalForm.model_validate(document | changes)


def make_goals_with(index: int = 0, **changes: object) -> GoalForm:
    """The sound request with one indicator changed."""
    rows = make_indicators()
    rows[index] = rows[index] | changes
    return make_goals(indicators=rows)


def prior(amount: str) -> GoalContext:
    return GoalContext(RULES, Money(int(Decimal(amount) * 1_000_000)))
