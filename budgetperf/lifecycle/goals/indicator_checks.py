"""Rules on the indicators of a filed request: weights, completeness, and each line by itself.

Listed in ``INDICATOR_CHECKS`` and run by ``checks.check``.
"""

from collections.abc import Iterator
from decimal import Decimal

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import Level1, Operator, plain_number
from budgetperf.lifecycle.goals.form import GoalForm, IndicatorRow
from budgetperf.lifecycle.goals.rules import Check, GoalContext, WeightTemplate, normal_text, says_nothing
from budgetperf.money import MoneyUnit

_PERCENT = "%"
_AT_LEAST = frozenset({Operator.AT_LEAST, Operator.MORE_THAN})
_AT_MOST = frozenset({Operator.AT_MOST, Operator.LESS_THAN})
_COUNTED_IN_POINTS = frozenset({"", "分"})


def _row(code: str, severity: Severity, index: int, field: str, message: str, source: str) -> Finding:
    return Finding(f"goals.{code}", severity, Where(pointer=f"/indicators/{index}/{field}"), message, source)


def _numeric(row: IndicatorRow) -> bool:
    return row.operator is not Operator.QUALITATIVE


def _points(form: GoalForm) -> dict[Level1, Decimal]:
    points: dict[Level1, Decimal] = {}
    for row in form.indicators:
        points[row.level2.parent] = points.get(row.level2.parent, Decimal(0)) + row.weight
    return points


def check_weights_sum(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The weights sum to the total of the edition (90)."""
    total, wanted = sum((row.weight for row in form.indicators), Decimal(0)), context.rules.indicator_total
    if total != wanted:
        message = (
            f"指标权重合计{plain_number(total)}，应为{plain_number(wanted)}（预算执行率权重在自评时另计）"
        )
        yield Finding(
            "goals.weights_sum", Severity.ERROR, Where(pointer="/indicators"), message, context.rules.source
        )


def check_weights_positive(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """Every weight is above zero."""
    for i, row in enumerate(form.indicators):
        if row.weight <= 0:
            yield _row("weight_sign", Severity.ERROR, i, "weight", "权重应大于零", context.rules.source)


def check_weight_template(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The weights are spread over level 1 as the template for this set of levels says, in principle."""
    points = _points(form)
    template = next(
        (t for t in context.rules.templates if {level for level, _ in t.points} == points.keys()), None
    )
    if template is not None and dict(template.points) != points:
        message = f"一级指标权重原则上为{_spread(template)}，本表为" + "、".join(
            f"{level.label}{plain_number(points[level])}" for level in Level1 if level in points
        )
        yield Finding(
            "goals.weight_template",
            Severity.WARNING,
            Where(pointer="/indicators"),
            message,
            context.rules.source,
        )


def _spread(template: WeightTemplate) -> str:
    parts = "、".join(f"{level.label}{plain_number(points)}" for level, points in template.points)
    return f"{parts}（{template.name}）"


def check_levels_present(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """Output and benefit are promised; satisfaction too where the project serves the public."""
    present = {row.level2.parent for row in form.indicators}
    severities = {
        Level1.OUTPUT: Severity.ERROR,
        Level1.BENEFIT: Severity.ERROR,
        Level1.SATISFACTION: Severity.WARNING,
    }
    for level, severity in severities.items():
        if level not in present:
            remedy = "直接服务公众或社会的项目应当设置" if severity is Severity.WARNING else "请补充"
            message = f"没有{level.label}，{remedy}"
            yield Finding(
                "goals.level_missing", severity, Where(pointer="/indicators"), message, context.rules.source
            )


def check_not_all_qualitative(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """At least one indicator is measured by a number."""
    if form.indicators and not any(_numeric(row) for row in form.indicators):
        message = "全部指标都是定性指标，请尽量设置可以量化的指标"
        yield Finding(
            "goals.all_qualitative",
            Severity.WARNING,
            Where(pointer="/indicators"),
            message,
            context.rules.source,
        )


def check_names(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """Each indicator has a name of its own that says something."""
    first: dict[str, int] = {}
    for i, row in enumerate(form.indicators):
        name = normal_text(row.name)
        if says_nothing(row.name, context.rules):
            message = "三级指标未填写实际名称，不能用“*”“/”“无”等代替；不需要的行请删去"
            yield _row("placeholder", Severity.ERROR, i, "name", message, context.rules.practice)
        elif name in first:
            message = f"与第{first[name] + 1}行指标同名，同一件事不能计两次分"
            yield _row("name_twice", Severity.ERROR, i, "name", message, context.rules.practice)
        first.setdefault(name, i)


def check_target_given(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """A numeric indicator has a number, a qualitative one has words and no number."""
    for i, row in enumerate(form.indicators):
        source = context.rules.source
        if _numeric(row) and row.target is None:
            message = f"指标性质为“{row.operator.label}”，请填写数字指标值；无法量化的请改为定性"
            yield _row("target_missing", Severity.ERROR, i, "target", message, source)
        if not _numeric(row) and row.target is not None:
            yield _row(
                "target_number",
                Severity.ERROR,
                i,
                "target",
                "定性指标不填数字指标值，请改指标性质或清空",
                source,
            )
        if not _numeric(row) and says_nothing(row.target_text, context.rules):
            yield _row("target_text", Severity.ERROR, i, "target_text", "定性指标请写明要达到的目标", source)


def check_uom_given(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """A number has a unit of measure (form F05 wrote percentages without %)."""
    for i, row in enumerate(form.indicators):
        if row.target is not None and says_nothing(row.uom, context.rules):
            yield _row(
                "uom_missing",
                Severity.WARNING,
                i,
                "uom",
                "请填写度量单位，如：个、公里、%",
                context.rules.source,
            )


def check_direction(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The direction does not contradict the operator; ``=`` goes with both (“事故数=0”为反向)."""
    for i, row in enumerate(form.indicators):
        if row.operator in _AT_LEAST | _AT_MOST and row.direction is not row.operator.direction:
            message = f"“{row.operator.label}”是{row.operator.direction.label}指标，方向性却填了{row.direction.label}"
            yield _row("direction", Severity.ERROR, i, "direction", message, context.rules.practice)


def check_cost_not_at_least(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """A cost indicator promises at most, not at least."""
    for i, row in enumerate(form.indicators):
        if row.level2.parent is Level1.COST and row.operator in _AT_LEAST:
            message = f"成本指标用了“{row.operator.label}”，花得越多越好？请改为“≤”"
            yield _row("cost_at_least", Severity.WARNING, i, "operator", message, context.rules.practice)


def check_percentages(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """A percentage is not above 100, nor a ratio such as 0.95 written for 95."""
    for i, row in enumerate(form.indicators):
        if row.target is None or row.uom != _PERCENT:
            continue
        written = plain_number(row.target)
        if row.target > 100:
            message = f"指标值{written}%超过100%，请核对；增长率等确可超过的请忽略"
            yield _row("percent_above_100", Severity.WARNING, i, "target", message, context.rules.practice)
        if row.operator in _AT_LEAST and 0 < row.target <= 1:
            message = f"指标值{written}%像是把{plain_number(row.target * 100)}%写成了小数，请核对"
            yield _row("percent_as_ratio", Severity.WARNING, i, "target", message, context.rules.practice)


def check_not_the_money(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """No output or benefit is the amount of money itself: it would be scored twice (form F05)."""
    request = {unit.label: request_in for unit in MoneyUnit if (request_in := form.request.in_unit(unit))}
    for i, row in enumerate(form.indicators):
        uom = row.uom or form.amount_unit.label
        if row.level2.parent is not Level1.COST and row.target is not None and request.get(uom) == row.target:
            message = "指标值就是项目金额，支出进度已由预算执行率计分，请改填产出或效果"
            yield _row("money_as_indicator", Severity.WARNING, i, "target", message, context.rules.practice)


def check_target_not_weight(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """The target is not the weight copied (form F19): equal, and uncounted or not a whole number."""
    for i, row in enumerate(form.indicators):
        uncounted = row.uom in _COUNTED_IN_POINTS or row.weight != row.weight.to_integral_value()
        if row.target == row.weight and uncounted:
            message = f"指标值{plain_number(row.weight)}与权重相同，像是误填了权重，请填写实际数量"
            yield _row("target_is_weight", Severity.WARNING, i, "target", message, context.rules.practice)


def check_people_counted(form: GoalForm, context: GoalContext) -> Iterator[Finding]:
    """People are counted in 人 or 人次, not in 个 (form F16)."""
    for i, row in enumerate(form.indicators):
        if row.uom == "个" and any(word in row.name for word in context.rules.person_words):
            message = "人员数量的度量单位建议用“人”或“人次”"
            yield _row("people_in_ge", Severity.NOTE, i, "uom", message, context.rules.practice)


INDICATOR_CHECKS: tuple[Check, ...] = (
    check_weights_sum,
    check_weights_positive,
    check_weight_template,
    check_levels_present,
    check_not_all_qualitative,
    check_names,
    check_target_given,
    check_uom_given,
    check_direction,
    check_cost_not_at_least,
    check_percentages,
    check_not_the_money,
    check_target_not_weight,
    check_people_counted,
)
"""In the order they are told."""
