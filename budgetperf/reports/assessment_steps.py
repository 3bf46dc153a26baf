"""A result laid out step by step, so that a hand with a pencil comes to the same total.

From a trace (``scoring.assessment_trace``) and the rules it was computed under; the arithmetic is done anew
here, and a trace that does not come out is refused, so that no paper is printed that proves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.told import TOGETHER
from budgetperf.reports.assessment_pages import TraceBlock
from budgetperf.scoring.adjustments import AdjustmentFamily, AdjustmentSide
from budgetperf.scoring.assessment import AssessmentRules, Component, Track
from budgetperf.scoring.consequences import TOTAL, Condition
from budgetperf.scoring.exact import half_up, weighted_mean
from budgetperf.scoring.formulas import spelled
from budgetperf.scoring.raters import RaterGroup

Trace = Mapping[str, Any]
_ALL = RaterGroup(key="", label="得分", weight=Decimal(1))


def steps(trace: Trace, rules: AssessmentRules) -> tuple[TraceBlock, ...]:
    """Return the blocks of a unit's trace, from its marks to its consequences.

    Raises
    ------
    Invalid
        ``reports.trace`` if the marks do not give the printed points, or the points the total.
    """
    track = next(one for one in rules.tracks if one.key == trace["track"])
    if trace["total"] is None:
        return (TraceBlock("不参加考评", "；".join(trace["reasons"])),)
    parts = list(zip(trace["components"], track.components, strict=True))
    return (
        *_facts(trace, track),
        *(_component(part, rule, track) for part, rule in parts),
        *_adjustments(trace, track),
        _total(trace, track, parts),
        _placing(trace, track),
        *_consequences(trace, track, rules),
    )


_FACTS = (("考评项目", 170), ("考核期", 70), ("值", 50), ("标准值", 50), ("说明", 130))


def _facts(trace: Trace, track: Track) -> Iterator[TraceBlock]:
    """Yield what was reported of the unit, where the trace has it."""
    slots = {slot.item: slot.label for part in track.components for slot in part.slots}
    periods = {
        one.key: one.label for part in track.components if part.periods for one in part.periods.periods
    }
    rows = tuple(
        (
            slots[fact["item"]],
            periods.get(fact["period"], fact["period"] or "全年"),
            fact["value"],
            fact["standard"] or "—",
            fact["note"],
        )
        for fact in trace.get("facts", ())
        if fact["item"] in slots
    )
    if rows:
        yield TraceBlock("考评数据", "各数据提供单位报送、经审核的数据。", _FACTS, rows)


# -------------------------------------------------------------------- components


def _component(part: Trace, rule: Component, track: Track) -> TraceBlock:
    title = f"{rule.label}（满分{_written(part['out_of'])}分，系数{_written(part['factor'])}）"
    if part["points"] is None:
        fate = {"move": "分值转入其他部分", "rescale": "其余部分折算为满分"}.get(rule.absent, "")
        return TraceBlock(title, f"不适用，{fate}。依据：{rule.source}")
    year, sums = _year(part["marks"], rule)
    full, out_of = Fraction(rule.scale), Fraction(part["out_of"])
    points = half_up(out_of * year / full, track.places)
    if rule.bands:
        edges = "，".join(f"前{_share(band.up_to)}得{_written(band.points)}分" for band in rule.bands.bands)
        sums.append(f"按得分在同组中的位次强制分布（{edges}），得{_written(part['points'])}分")
    else:
        sums.append(
            f"{_number(year)} ÷ {_number(full)} × {_number(out_of)} ＝ {points}（四舍五入，{track.places}位小数）"
        )
        near = Fraction(points) - Fraction(part["points"])
        told = any("raters" in mark for mark in part["marks"]) and abs(near) <= Fraction(1, 10**track.places)
        _demand(not near or told, f"“{rule.label}”得分")
    items = {item["key"]: item for item in part["items"]}
    return TraceBlock(title, _rule_of(rule), _ITEMS, tuple(_items(rule, items)), tuple(sums))


_ITEMS = (("评分项", 150), ("得分", 40), ("分值", 40), ("计分方法", 150), ("依据", 150))


def _items(rule: Component, items: Mapping[str, Trace]) -> Iterator[tuple[str, ...]]:
    if rule.deductions:
        for one in rule.deductions.items:
            yield one.label, "—", f"-{_written(one.points)}", "每次扣减", str(rule.deductions.source)
        return
    for criterion in rule.scheme.criteria() if rule.scheme else ():
        told = items.get(criterion.key)
        points = _written(told["points"]) if told else "不适用"
        how = spelled(criterion.formula)
        yield criterion.label, points, _written(criterion.weight), how, str(criterion.source)


def _rule_of(rule: Component) -> str:
    """Say how the marks of the year are put together, with the clauses."""
    said = [f"评分表满分{_written(rule.scale)}分"]
    if rule.periods:
        weights = "、".join(f"{one.label}权重{_written(one.weight)}" for one in rule.periods.periods)
        said.append(f"考核期：{weights}（{rule.periods.source}）")
    if rule.raters:
        groups = "、".join(
            f"{one.label}权重{_written(one.weight)}{_dropped(one)}" for one in rule.raters.groups
        )
        said.append(f"评分人：{groups}（{rule.raters.source}）")
    return "；".join([*said, f"依据：{rule.source}"])


def _dropped(group: RaterGroup) -> str:
    return f"、去掉最高最低各{group.drop}个" if group.drop else ""


def _year(marks: Sequence[Trace], rule: Component) -> tuple[Fraction, list[str]]:
    """Return the mark of the year and the lines that lead to it."""
    keys = [one.key for one in rule.periods.periods] if rule.periods else [""]
    weights = {one.key: one.weight for one in rule.periods.periods} if rule.periods else {"": Decimal(1)}
    labels = {one.key: one.label for one in rule.periods.periods} if rule.periods else {"": "全年"}
    found, lines = dict[str, Fraction](), list[str]()
    for key in keys:
        given = [mark for mark in marks if mark["period"] == key]
        if given:
            found[key], line = _period(given, rule)
            lines.append(f"{labels[key]}：{line}")
    year = weighted_mean((weights[key], value) for key, value in found.items())
    if len(found) > 1:
        top = " ＋ ".join(f"{_number(value)} × {_written(weights[key])}" for key, value in found.items())
        under = " ＋ ".join(_written(weights[key]) for key in found)
        lines.append(f"全年：（{top}） ÷ （{under}） ＝ {_number(year)}")
    return year, lines


def _period(marks: Sequence[Trace], rule: Component) -> tuple[Fraction, str]:
    """Return the mark of a period: the mean of the groups' trimmed means, with how it came."""
    groups = rule.raters.groups if rule.raters else (_ALL,)
    if rule.raters and not marks[0]["rater"]:  # one group is a single person: all are told as one
        mean = Fraction(marks[0]["points"])
        return mean, f"{TOGETHER}（{marks[0]['raters']}份，按各方权重合成）{_number(mean)}"
    means: list[tuple[RaterGroup, Fraction]] = []
    said = []
    for group in groups:
        mine = [mark for mark in marks if not rule.raters or mark["rater"].split("/")[0] == group.key]
        given = sorted(Fraction(mark["points"]) for mark in mine)
        if not given:
            continue
        if "raters" in mine[0]:  # told as a mean, so that no rater's own mark can be read off
            means.append((group, given[0]))
            said.append(f"{group.label}（{mine[0]['raters']}份的平均{_dropped(group)}）{_number(given[0])}")
            continue
        kept = given[group.drop : len(given) - group.drop]
        mean = sum(kept, Fraction(0)) / len(kept)
        means.append((group, mean))
        said.append(_mean(group, given, kept, mean))
    result = weighted_mean((group.weight, mean) for group, mean in means)
    if len(means) > 1:
        top = " ＋ ".join(f"{_number(mean)} × {_written(group.weight)}" for group, mean in means)
        under = " ＋ ".join(_written(group.weight) for group, _ in means)
        said.append(f"合成（{top}） ÷ （{under}） ＝ {_number(result)}")
    return result, "；".join(said)


def _mean(group: RaterGroup, given: Sequence[Fraction], kept: Sequence[Fraction], mean: Fraction) -> str:
    if len(given) == 1:
        return f"{group.label}{_number(mean)}"
    left = f"（{len(given)}份，去掉最高最低各{group.drop}份）" if group.drop else f"（{len(given)}份）"
    values = " ＋ ".join(_number(value) for value in kept)
    return f"{group.label}{left}（{values}） ÷ {len(kept)} ＝ {_number(mean)}"


# ------------------------------------------------------------- adjustments, total

_CLAIMS = (
    ("加减分项目", 170),
    ("数量", 40),
    ("单位分值", 50),
    ("分值", 40),
    ("奖项或事由", 150),
    ("依据", 130),
)


def _adjustments(trace: Trace, track: Track) -> Iterator[TraceBlock]:
    for what, name, side in (
        ("加分", "bonus", track.adjustments.bonus),
        ("扣分", "penalty", track.adjustments.penalty),
    ):
        if side is not None:
            rows = tuple(row for family in side.families for row in _claims(trace, family))
            cap = f"；合计最多{_written(side.cap)}分" if side.cap is not None else ""
            families = "；".join(
                f"{one.label}最多{_written(one.cap)}分" for one in side.families if one.cap is not None
            )
            rule = f"{families or '各类不设上限'}{cap}。依据：{side.source}"
            yield TraceBlock(what, rule, _CLAIMS, rows, (f"{what}合计（封顶后）＝ {_written(trace[name])}",))
            _demand(_side(trace, side) == Decimal(trace[name]), what)


def _claims(trace: Trace, family: AdjustmentFamily) -> Iterator[tuple[str, ...]]:
    for claim in trace["claims"]:
        for item in family.items:
            if item.key == claim["item"]:
                value = Decimal(claim["value"])
                each = _written(item.points) if item.points is not None else "逐项评定"
                worth = _written(item.worth(value))
                award = f"{claim['award']}{'（同一奖项取最高一级）' if item.ladder else ''}"
                yield item.label, _written(value), each, worth, award, str(family.source)


def _side(trace: Trace, side: AdjustmentSide) -> Decimal:
    """Return the points of a side: the best of each award, then the caps."""
    total = Decimal(0)
    for family in side.families:
        best: dict[tuple[str, str], Decimal] = {}
        for number, claim in enumerate(trace["claims"]):
            for item in family.items:
                if item.key == claim["item"]:
                    key = (item.ladder, claim["award"].strip()) if item.ladder else ("", str(number))
                    best[key] = max(best.get(key, Decimal(0)), item.worth(Decimal(claim["value"])))
        points = sum(best.values(), Decimal(0))
        total += points if family.cap is None else min(points, family.cap)
    return total if side.cap is None else min(total, side.cap)


def _total(trace: Trace, track: Track, parts: Sequence[tuple[Trace, Component]]) -> TraceBlock:
    counted = [(part, rule) for part, rule in parts if part["points"] is not None]
    earned = sum((Fraction(part["points"]) * Fraction(part["factor"]) for part, _ in counted), Fraction(0))
    whole = sum((Fraction(part["out_of"]) * Fraction(part["factor"]) for part, _ in counted), Fraction(0))
    terms = " ＋ ".join(f"{_written(part['points'])} × {_written(part['factor'])}" for part, _ in counted)
    lines = [f"各部分：{terms} ＝ {_number(earned)}"]
    if whole != track.total:
        earned = earned * Fraction(track.total) / whole
        lines.append(f"不适用部分折算：× {_written(track.total)} ÷ {_number(whole)} ＝ {_number(earned)}")
    change = (Fraction(trace["bonus"]) - Fraction(trace["penalty"])) * Fraction(track.adjustment_factor)
    total = max(half_up(earned + change, track.places), Decimal(0))
    if track.above_total == "clip":
        total = min(total, track.total)
    factor = f" × {_written(track.adjustment_factor)}" if track.adjustment_factor != 1 else ""
    lines.append(
        f"总分：{_number(earned)} ＋ （{_written(trace['bonus'])} － {_written(trace['penalty'])}）{factor}"
        f" ＝ {total}（四舍五入，{track.places}位小数）"
    )
    _demand(total == Decimal(trace["total"]), "总分")
    above = "，超过满分的按满分计" if track.above_total == "clip" else ""
    return TraceBlock(
        "总分", f"各部分得分乘以系数相加，加上加分、减去扣分，最低0分{above}", sums=tuple(lines)
    )


# ---------------------------------------------------------- rank, grade, consequences


def _placing(trace: Trace, track: Track) -> TraceBlock:
    scope = {"group": "同一分组", "parent": "同一大组", "track": "同一类别"}[track.ranking.scope]
    labels = {part.key: part.label for part in track.components}
    then = "、".join(labels[key] for key in track.ranking.then_by)
    ties = "仍相同的名次并列" if track.ranking.ties == "shared" else "仍相同的按编码排列"
    tail = f"总分相同的依次比较{then}，{ties}" if then else f"总分相同的，{ties.removeprefix('仍相同的')}"
    rows = []
    for at, grade in enumerate(track.grades.grades):
        bound = f"{_written(grade.at_least)}分（含）以上" if grade.at_least is not None else "其余"
        quotas = [quota for quota in track.quotas if quota.grade == grade.key]
        sizes = "；".join(
            f"及以上最多{_share(q.share) if q.share is not None else f'{q.count}个'}" for q in quotas
        )
        clause = "；".join(str(quota.source) for quota in quotas)
        rows.append(
            (grade.label, bound, sizes or "不限", clause or (str(track.grades.source) if not at else "同上"))
        )
    struck = [veto for veto in track.vetoes if veto.key in trace["vetoes"]]
    lines = [f"否决：{veto.label}（{veto.source}）" for veto in struck]
    lines += [f"说明：{reason}" for reason in trace["reasons"]]
    lines.append(f"第{trace['rank']}名，等次：{trace['grade_label']}")
    columns = (("等次", 60), ("分数", 100), ("名额", 100), ("依据", 240))
    rule = f"{scope}内按总分排名，{tail}。依据：{track.ranking.source}"
    return TraceBlock("名次与等次", rule, columns, tuple(rows), tuple(lines))


def _consequences(trace: Trace, track: Track, rules: AssessmentRules) -> Iterator[TraceBlock]:
    reached = {one["key"] for one in trace["consequences"]}
    labels = {one.key: one.label for one in rules.consequences} | {s.key: s.label for s in rules.statements}
    rows = tuple(
        (one.label, "；或".join(_condition(c, track, labels) for c in one.any_of), str(one.source))
        for one in rules.consequences
        if one.key in reached
    )
    if rows:
        columns = (("结果运用", 130), ("条件", 190), ("依据", 180))
        yield TraceBlock("结果运用", "达到下列条件之一的，按方案执行。", columns, rows)


def _condition(condition: Condition, track: Track, labels: Mapping[str, str]) -> str:
    """Write the parts of a condition that hold together."""
    names = {part.key: part.label for part in track.components}
    names |= {slot.item: slot.label for part in track.components for slot in part.slots}
    of = "总分" if condition.of == TOTAL else names.get(condition.of, condition.of)
    of += "完成比例" if condition.by == "completion" else ""
    scope = {"group": "同组", "parent": "同大组", "track": "同类", "whole": "全部对象"}[condition.scope]
    grades = {grade.key: grade.label for grade in track.grades.grades}
    again = condition.repeated
    said = (
        (condition.grades, f"等次为{'、'.join(grades.get(key, key) for key in condition.grades)}"),
        (condition.first, f"{of}居{scope}前{condition.first}名"),
        (condition.last, f"{of}居{scope}后{condition.last}名"),
        (condition.at_least is not None, f"{of}不低于{_written(condition.at_least or 0)}"),
        (condition.below is not None, f"{of}低于{_written(condition.below or 0)}"),
        (condition.below_mean, f"{of}低于{scope}平均"),
        (condition.found, f"认定{labels.get(condition.found, condition.found)}"),
        (again, f"连续{again.years}年“{labels[again.consequence]}”" if again else ""),
    )
    return "，且".join(text for holds, text in said if holds)


# ---------------------------------------------------------------------- spelling


def _written(value: Decimal | str | int) -> str:
    return plain_number(Decimal(value))


def _share(value: Decimal) -> str:
    return f"{_written(value * 100)}%"


def _number(value: Fraction) -> str:
    """Write a fraction: exactly where six decimals do, else rounded with its sign."""
    near = half_up(value, 6)
    return plain_number(near) if Fraction(near) == value else f"≈{plain_number(near)}"


def _demand(holds: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise Invalid("reports.trace", f"按计分过程复核，{what}与存档结果不一致，不能出具明细")
