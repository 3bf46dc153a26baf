"""What a draft would change: counted over the city's filed records, and why; nothing is written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from budgetperf.actions.context import Context, SeededIds
from budgetperf.actions.rule_editions import text_of
from budgetperf.actions.rule_impact import Change, impact
from budgetperf.actions.rulebooks import forget_rulebook
from budgetperf.errors import Conflict
from budgetperf.indicators import plain_number
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.copying import begun_from
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.published import joined
from budgetperf.rulebook.reading import parse_edition
from budgetperf.store.results import scores
from budgetperf.store.session import BoundSession
from tests import cast
from tests.actions.year import City

Visit = Callable[[Actor], Context]
DAY = date(2026, 7, 1)
LATER = cast.NOW.replace(year=2026, month=2, day=10)


def draft(ctx: Context, kind: str, *changes: tuple[str, str]) -> Edition:
    """The edition in force with some words changed; its examples are not asked."""
    known = ctx.rules.get(kind, ctx.today)
    words = begun_from(text_of(ctx, known), jurisdiction="local", valid_from=DAY)
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
                  ("    weight: 10\n", "    weight: 20\n"))  # fmt: skip
    found = of(ctx, rules)
    assert found[city.codes["school"], Stage.SELF_EVALUATION].changed
    assert all(one.after.startswith("无法计算：") for one in found.values())


def test_a_label_that_changes_changes_no_result(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    found = impact(ctx, draft(ctx, "finance_evaluation", ("label: 预算执行率", "label: 预算完成率")))
    assert found.changes
    assert [told(one) for one in found.changes if one.changed or one.reason] == []


def test_a_draft_is_compared_with_the_edition_of_the_day_before_its_first(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    between = draft(ctx, "grades", ("good, at_least: 80", "good, at_least: 85")).model_copy(
        update={"id": "local/grades/2026-05-01", "valid_from": date(2026, 5, 1)}
    )
    same = draft(ctx, "grades")
    forget_rulebook(ctx.session)
    found = impact(replace(ctx, packaged=joined(ctx.packaged, [between])), same)
    assert found.before.id == between.id
    assert {(one.before, one.after) for one in found.changes if one.changed} == {("82.8分 中", "82.8分 良")}


def test_all_records_at_once_are_judged_as_each_was_alone(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    for kind, stage in (
        ("self_evaluation", Stage.SELF_EVALUATION),
        ("finance_evaluation", Stage.FINANCE_EVALUATION),
    ):
        kept = {
            one.record_id: f"{plain_number(one.total)}分"
            for one in scores(ctx.session, fiscal_year=2025)
            if one.stage is stage
        }
        shown = {one.record.id: one.before for one in impact(ctx, draft(ctx, kind)).changes}
        assert kept
        assert {record: shown[record].partition(" ")[0] for record in kept} == kept


COPIES = """
INSERT INTO {table} SELECT (jsonb_populate_record(r, {changes})).* FROM {table} r, generate_series(1, 9) n WHERE {which}
"""
KEPT = "SELECT id FROM record WHERE stage = :stage"


def multiply(owner: Session, stage: Stage) -> None:
    """Nine more of every record of a stage, each with what was filed for it."""
    ids = f"r.record_id IN ({KEPT} AND id NOT LIKE '%+%')"
    for table, which, changes in (
        ("record", "stage = :stage", "'id', r.id || '+' || n, 'serial', r.serial + n"),
        ("filing", ids, "'id', r.id || '+' || n, 'record_id', r.record_id || '+' || n"),
    ):
        statement = COPIES.format(table=table, which=which, changes=f"jsonb_build_object({changes})")
        owner.connection().execute(text(statement), {"stage": stage.value})


@pytest.mark.parametrize(
    "kind", ["self_evaluation", "finance_evaluation", "monitoring_lights", "exante_project"]
)
def test_many_records_cost_no_more_queries_than_few(city: City, owner: Session, kind: str) -> None:
    session = BoundSession(owner.connection()).bind_actor(cast.RULES_OFFICE)
    ctx = Context(session, cast.RULES_OFFICE, LATER, SeededIds("many"), Rulebook.load(), city.files)
    edition = draft(ctx, kind)
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *told: asked.append(str(told[2])))

    def cost() -> tuple[int, int]:
        asked.clear()
        found = impact(ctx, edition)
        return len(found.changes), len(asked)

    few = cost()
    multiply(owner, next(stage for stage in Stage if kind.startswith(stage.value)))
    many = cost()
    assert many == (10 * few[0], few[1])


def test_kinds_that_judge_no_record_are_refused(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    with pytest.raises(Conflict, match="没有可比较的记录"):
        impact(ctx, draft(ctx, "rectification"))


def test_nothing_is_written(visit: Visit) -> None:
    ctx = visit(cast.RULES_OFFICE)
    ctx.session.connection().execute(text("SET TRANSACTION READ ONLY"))
    assert impact(ctx, draft(ctx, "self_evaluation")).changes
