"""What a draft would change: counted over the city's filed records, and why; nothing is written."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from budgetperf.actions.context import Context
from budgetperf.actions.rule_editions import text_of
from budgetperf.actions.rule_impact import Change, impact
from budgetperf.errors import Conflict
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.copying import begun_from
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.reading import parse_edition
from tests import cast
from tests.actions.year import City

Visit = Callable[[Actor], Context]
DAY = date(2026, 7, 1)


def draft(ctx: Context, kind: str, *changes: tuple[str, str]) -> Edition:
    """The edition in force with some words changed; its examples are not asked."""
    known = ctx.rules.get(kind, ctx.today)
    words = begun_from(text_of(ctx, known), jurisdiction="national", valid_from=DAY)
    for old, new in changes:
        assert old in words
        words = words.replace(old, new)
    return parse_edition(words.encode(), name="draft.yaml")


def told(change: Change) -> tuple[str, str, str]:
    return change.before, change.after, change.reason


@pytest.mark.parametrize(
    "kind", ["self_evaluation", "finance_evaluation", "grades", "monitoring_lights", "exante_project"]
)
def test_the_same_rules_change_nothing(visit: Visit, kind: str) -> None:
    ctx = visit(cast.RULES_OFFICE)
    found = impact(ctx, draft(ctx, kind))
    assert found.changes
    assert not any(change.changed or "无法计算" in change.after for change in found.changes)


def of(ctx: Context, rules: Edition) -> dict[tuple[str, Stage], Change]:
    """The changes by project and stage."""
    return {(one.record.subject, one.record.stage): one for one in impact(ctx, rules).changes}


def test_stricter_grades_change_only_totals_between_the_cut_offs(visit: Visit, city: City) -> None:
    ctx = visit(cast.RULES_OFFICE)
    rules = draft(ctx, "grades", ("good, at_least: 80", "good, at_least: 85"))
    found = impact(ctx, rules)
    assert [told(one) for one in found.changes if one.changed] == [
        ("82.8分 良", "82.8分 中", "等级由“良”变为“中”；总分未变，系等级界限、名额或否决规定不同")
    ]
    assert (len(found.changes), found.left_out, found.before.id) == (4, 0, "national/grades/2020-02-25")


def test_open_records_are_counted_apart_from_confirmed_ones(visit: Visit, city: City) -> None:
    ctx = visit(cast.FINANCE_REVIEWER)
    ctx.session.connection().execute(
        text("UPDATE record SET status = 'reviewed' WHERE stage = 'self_evaluation' AND subject = :code"),
        {"code": city.codes["drains"]},
    )
    found = impact(ctx, draft(ctx, "grades", ("fair, at_least: 60", "fair, at_least: 55")))
    assert told(found.changes[0])[:2] == ("57.95分 差", "57.95分 中")
    assert found.changes[0].open
    assert (found.count(open_=True), found.count(open_=True, changed=True)) == (1, 1)
    assert (found.count(open_=False), found.count(open_=False, changed=True)) == (3, 0)


def test_a_change_of_points_names_the_criteria_that_moved(visit: Visit, city: City) -> None:
    ctx = visit(cast.RULES_OFFICE)
    found = of(ctx, draft(ctx, "self_evaluation", ("places: 2", "places: 0")))
    drains = found[city.codes["drains"], Stage.SELF_EVALUATION]
    assert "6.5分→7分" in drains.reason  # 65 of 100 paid, of 10 points


def test_lights_that_change_say_why(visit: Visit, city: City) -> None:
    ctx = visit(cast.RULES_OFFICE)
    wider = ('{colour: yellow, at_least: "0.60"}', '{colour: yellow, at_least: "0.40"}')
    found = of(ctx, draft(ctx, "monitoring_lights", wider))
    assert {code for (code, _), one in found.items() if one.changed} == {city.codes["drains"]}
    drains = found[city.codes["drains"], Stage.MONITORING]
    assert told(drains)[:2] == ("预算执行红灯，绩效目标绿灯", "预算执行黄灯，绩效目标绿灯")
    assert "40%" in drains.reason  # 10 of 100 paid after a quarter of the year


def test_a_conclusion_that_changes_is_told(visit: Visit, city: City) -> None:
    ctx = visit(cast.RULES_OFFICE)
    rules = draft(ctx, "exante_project", ("partial, at_least: 60", "partial, at_least: 40"))
    library = of(ctx, rules)[city.codes["library"], Stage.EXANTE]
    assert told(library)[:2] == ("40分 不支持", "40分 部分支持")


def test_facts_the_draft_refuses_are_told(visit: Visit, city: City) -> None:
    ctx = visit(cast.RULES_OFFICE)
    rules = draft(ctx, "self_evaluation", ("indicators_weight: 90", "indicators_weight: 80"),
                  ("    weight: 10\n", "    weight: 20\n"), ("weight: 50}", "weight: 40}"))  # fmt: skip
    found = of(ctx, rules)
    assert found[city.codes["school"], Stage.SELF_EVALUATION].changed
    assert all(one.after.startswith("无法计算：") for one in found.values())


def test_kinds_that_judge_no_record_are_refused(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    with pytest.raises(Conflict, match="没有可比较的记录"):
        impact(ctx, draft(ctx, "rectification"))


def test_nothing_is_written(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    ctx.session.connection().execute(text("SET TRANSACTION READ ONLY"))
    assert impact(ctx, draft(ctx, "self_evaluation")).changes
