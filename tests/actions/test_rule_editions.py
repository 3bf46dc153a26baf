"""The rules office: a draft is checked as it is filed, published by another person, and in force from its first day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, event, insert, text, update
from sqlalchemy.exc import ProgrammingError

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.recompute import SAME, recompute
from budgetperf.actions.rule_editions import begun, file_text, open_draft, publish, review_text, text_of
from budgetperf.actions.rulebooks import forget_rulebook
from budgetperf.actions.rules import InForce
from budgetperf.actions.simple import NoForm, moves
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.findings import Severity
from budgetperf.permissions import Actor
from budgetperf.provenance import DecisionKind
from budgetperf.rulebook.form import EditionForm, NewEditionForm
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.grade import Grade, GradeRules, grade
from budgetperf.scoring.recompute import GradeFacts, GradeResult
from budgetperf.store.evidence import events_of
from budgetperf.store.records import get_record, work_list
from budgetperf.store.results import decision_digests, get_decision
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.rules import PublishedEdition
from tests import cast
from tests.actions.next_year import stricter_grades
from tests.conftest import MakeContext

OLD = "national/grades/2020-02-25"
FIRST_DAY, DAY = date(2026, 7, 1), date(2026, 9, 1)
NEW = "local/grades/2026-07-01"
ELSEWHERE = [one for one in cast.ONE_PER_ROLE.values() if one not in {cast.RULES_OFFICE, cast.FINANCE_HEAD}]


def opened(ctx: Context, *, copy_of: str = OLD, valid_from: date = FIRST_DAY) -> Outcome:
    return open_draft(ctx, NewEditionForm(copy_of=copy_of, valid_from=valid_from), Seen())


def stricter(ctx: Context, record_id: str) -> EditionForm:
    form = begun(ctx, get_record(ctx.session, ctx.actor, record_id))
    return form.model_copy(update={"text": stricter_grades(form.text)})


def filed(ctx: Context) -> str:
    record_id = opened(ctx).record_id
    file_text(ctx, record_id, stricter(ctx, record_id), Seen())
    return record_id


def published(ctx: MakeContext) -> Context:
    record_id = filed(ctx(cast.RULES_OFFICE))
    head = ctx(cast.FINANCE_HEAD)
    publish(head, record_id, NoForm(), Seen())
    return head


@pytest.mark.parametrize("base", [OLD, "hubei/self_evaluation/2020-02-25"])
def test_a_draft_is_a_copy_for_this_service_alone(ctx: MakeContext, base: str) -> None:
    rules = ctx(cast.RULES_OFFICE)
    record = get_record(rules.session, rules.actor, opened(rules, copy_of=base).record_id)
    form = begun(rules, record)
    assert record.subject == f"local/{base.split('/')[1]}/2026-07-01"
    before = text_of(rules, rules.rules.by_id(base)).splitlines()
    changed = [line for line in form.text.splitlines() if line not in before]
    assert changed == ["jurisdiction: local", "valid_from: 2026-07-01"]
    assert not [one for one in review_text(rules, record, form).findings if "辖区" in one.message]


@pytest.mark.parametrize("place", ["national", "sichuan", "海州市"])
def test_nobody_makes_the_nations_law_or_another_places(ctx: MakeContext, place: str) -> None:
    rules = ctx(cast.RULES_OFFICE)
    record_id = opened(rules).record_id
    form = begun(rules, get_record(rules.session, rules.actor, record_id))
    text = form.text.replace("jurisdiction: local", f"jurisdiction: {place}")
    with pytest.raises(Invalid) as refused:
        file_text(rules, record_id, form.model_copy(update={"text": text}), Seen())
    assert NEW in refused.value.findings[0].message


def test_no_release_collides_with_what_a_city_published(ctx: MakeContext) -> None:
    head = published(ctx)
    shipped = head.rules.by_id(OLD).model_copy(
        update={"id": "national/grades/2026-07-01", "digest": "0" * 64, "valid_from": FIRST_DAY}
    )
    later = replace(head, packaged=replace(head.packaged, editions=(*head.packaged.editions, shipped)))
    forget_rulebook(later.session)
    assert later.rules.get("grades", DAY).id == NEW
    assert later.rules.by_id(shipped.id) == shipped


def test_what_holds_after_the_end_of_a_draft_is_told(ctx: MakeContext) -> None:
    rules = ctx(cast.RULES_OFFICE)
    record = get_record(rules.session, rules.actor, opened(rules).record_id)
    form = begun(rules, record)
    ended = form.text.replace("valid_from: 2026-07-01", "valid_from: 2026-07-01\nvalid_to: 2027-01-01")
    (told,) = review_text(rules, record, form.model_copy(update={"text": ended})).findings
    assert (told.severity, OLD in told.message) == (Severity.NOTE, True)
    file_text(rules, record.id, form.model_copy(update={"text": ended}), Seen())
    publish(ctx(cast.FINANCE_HEAD), record.id, NoForm(), Seen())
    book = ctx(cast.CLERK).rules
    assert [book.get("grades", day).id for day in (date(2026, 12, 31), date(2027, 1, 1))] == [NEW, OLD]


def test_whoever_filed_a_draft_does_not_publish_it(ctx: MakeContext) -> None:
    rules = ctx(cast.RULES_OFFICE)
    record_id = filed(rules)
    with pytest.raises(Forbidden, match="双人复核"):
        publish(rules, record_id, NoForm(), Seen())
    assert record_id not in [item.record_id for item in work_list(rules.session, rules.actor)
                             if any(move.verb == "publish" for move in item.moves)]  # fmt: skip


def test_a_filed_draft_waits_for_a_second_person(ctx: MakeContext) -> None:
    record_id = filed(ctx(cast.RULES_OFFICE))
    head = ctx(cast.FINANCE_HEAD)
    waiting = {
        item.record_id: {move.verb for move in item.moves} for item in work_list(head.session, head.actor)
    }
    assert waiting[record_id] == {"return", "publish"}


def test_a_published_edition_holds_from_its_first_day_and_not_before(ctx: MakeContext) -> None:
    head = published(ctx)
    assert head.rules.get("grades", FIRST_DAY - timedelta(days=1)).id == OLD
    used = head.rules.get("grades", FIRST_DAY)
    assert used.id == NEW
    assert grade(84, used.rules_as(GradeRules)) is Grade.FAIR
    assert grade(84, head.rules.by_id(OLD).rules_as(GradeRules)) is Grade.GOOD


def test_the_event_of_a_publication_names_the_digest_of_the_exact_text(ctx: MakeContext) -> None:
    head = published(ctx)
    logged = events_of(head.session, NEW)[-1]
    edition = head.rules.by_id(NEW)
    assert (logged.kind, logged.actor) == ("rule.publish", cast.FINANCE_HEAD.id)
    assert logged.payload["edition_digest"] == edition.digest
    assert "at_least: 85" in text_of(head, edition)


def test_another_transaction_uses_it_too(ctx: MakeContext) -> None:
    published(ctx).session.commit()
    again = ctx(cast.CLERK)
    assert again.rules.get("grades", FIRST_DAY).id == NEW
    assert again.packaged is Rulebook.load()


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("cut_offs:", "cutoffs:", 10, "不认识的键"),
        ("at_least: 90}", "at_least: 90.5}", 11, "须加引号"),
        ("expect: {grade: poor}}", "expect: {grade: fair}}", 24, "算例"),
        ("valid_from: 2026-07-01", "valid_from: 2026-08-01", 4, "须为“2026-07-01”"),
        ("jurisdiction: local", "jurisdiction: sichuan", 2, "须为“local”"),
    ],
)
def test_a_text_that_could_not_be_published_is_refused_with_its_line(
    ctx: MakeContext, old: str, new: str, line: int, told: str
) -> None:
    rules = ctx(cast.RULES_OFFICE)
    record_id = opened(rules).record_id
    form = begun(rules, get_record(rules.session, rules.actor, record_id))
    with pytest.raises(Invalid) as refused:
        file_text(rules, record_id, form.model_copy(update={"text": form.text.replace(old, new, 1)}), Seen())
    told_at = {finding.where.pointer: finding.message for finding in refused.value.findings}
    assert told in told_at[f"{NEW}.yaml:{line}"]


def test_no_edition_holds_before_the_day_it_is_published(ctx: MakeContext) -> None:
    rules = ctx(cast.RULES_OFFICE)
    with pytest.raises(Invalid, match="不溯及既往") as refused:
        opened(rules, valid_from=rules.today - timedelta(days=1))
    assert refused.value.findings[0].where.pointer == "/valid_from"
    assert opened(rules, valid_from=rules.today).record_id


def test_a_draft_that_waited_past_its_first_day_is_not_published(ctx: MakeContext) -> None:
    record_id = filed(ctx(cast.RULES_OFFICE))
    late = ctx(cast.FINANCE_HEAD, cast.NOW + timedelta(days=365))
    with pytest.raises(Invalid, match="不溯及既往"):
        publish(late, record_id, NoForm(), Seen())


def test_an_edition_is_published_once(ctx: MakeContext) -> None:
    published(ctx)
    with pytest.raises(Conflict, match="已发布"):
        opened(ctx(cast.RULES_OFFICE))


def test_one_draft_at_a_time_until_it_is_withdrawn(ctx: MakeContext) -> None:
    rules = ctx(cast.RULES_OFFICE)
    record_id = opened(rules).record_id
    with rules.session.begin_nested() as attempt:
        with pytest.raises(Conflict, match="已有草案"):
            opened(rules)
        attempt.rollback()
    moves("withdraw")(rules, record_id, NoForm(), Seen(reason="另行起草"))
    assert opened(rules).record_id != record_id


def test_a_draft_overlapping_another_edition_is_refused(ctx: MakeContext) -> None:
    rules = ctx(cast.RULES_OFFICE)
    first = opened(rules).record_id
    ended = stricter(rules, first)
    limited = ended.text.replace("valid_from: 2026-07-01", "valid_from: 2026-07-01\nvalid_to: 2027-01-01")
    file_text(rules, first, ended.model_copy(update={"text": limited}), Seen())
    publish(ctx(cast.FINANCE_HEAD), first, NoForm(), Seen())
    rules = ctx(cast.RULES_OFFICE)
    second = opened(rules, valid_from=date(2026, 10, 1)).record_id
    with pytest.raises(Invalid) as refused:
        file_text(rules, second, begun(rules, get_record(rules.session, rules.actor, second)), Seen())
    assert "有效期重叠" in refused.value.findings[0].message


def test_a_draft_after_whose_end_nothing_holds_is_warned_of(ctx: MakeContext) -> None:
    rules = ctx(cast.RULES_OFFICE)
    calendar = opened(rules, copy_of="national/working_days/2026-01-01", valid_from=date(2026, 12, 1))
    record = get_record(rules.session, rules.actor, calendar.record_id)
    text = begun(rules, record).text.replace(
        "valid_from: 2026-12-01", "valid_from: 2026-12-01\nvalid_to: 2030-01-01"
    )
    (told,) = review_text(rules, record, EditionForm(text=text)).findings
    assert told.severity is Severity.WARNING
    assert told.message.startswith("第5行 自2030-01-01起本版本失效，此后没有有效的同类规则")


@pytest.mark.parametrize("actor", ELSEWHERE)
def test_nobody_else_drafts_or_publishes(ctx: MakeContext, actor: Actor) -> None:
    record_id = filed(ctx(cast.RULES_OFFICE))
    other = ctx(actor)
    with pytest.raises(Forbidden):
        opened(other, valid_from=date(2027, 1, 1))
    with pytest.raises((Forbidden, NotFound)):
        publish(other, record_id, NoForm(), Seen())


def test_the_finance_head_publishes_but_does_not_draft(ctx: MakeContext) -> None:
    with pytest.raises(Forbidden):
        opened(ctx(cast.FINANCE_HEAD))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_published_edition(ctx: MakeContext, change: str) -> None:
    session = published(ctx).session
    table = table_of(PublishedEdition)
    statement = update(table).values(text="") if change == "update" else delete(table)
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.connection().execute(statement)


def test_the_database_refuses_an_edition_nobody_published(ctx: MakeContext) -> None:
    record_id = filed(ctx(cast.RULES_OFFICE))
    session = ctx(cast.RULES_OFFICE).session
    row = {"id": NEW, "digest": "0" * 64, "text": "x", "published_at": cast.NOW, "record_id": record_id}
    with pytest.raises(ProgrammingError, match="row-level security"):
        session.connection().execute(insert(table_of(PublishedEdition)), row)


def test_a_published_text_changed_behind_the_back_is_refused(ctx: MakeContext) -> None:
    session = published(ctx).session
    session.commit()
    connection = session.connection()
    connection.execute(text("SET ROLE NONE"))
    connection.execute(text("ALTER TABLE published_edition DISABLE TRIGGER append_only"))
    connection.execute(text("UPDATE published_edition SET digest = repeat('a', 64)"))
    connection.execute(text("SET ROLE budgetperf_app"))
    session.info.clear()
    with pytest.raises(Conflict, match="摘要不符"):
        _ = ctx(cast.CLERK).rules


def test_old_results_recompute_unchanged_after_a_publication(visit: Callable[[Actor], Context]) -> None:
    auditor = visit(cast.AUDITOR)
    decided = [
        one for digest in decision_digests(auditor.session, subject="")
        if (one := get_decision(auditor.session, digest)).kind in {DecisionKind.GRADE, DecisionKind.SCORE}
    ]  # fmt: skip
    assert len(decided) >= 4
    assert published(visit).rules.get("grades", FIRST_DAY).id == NEW
    verdicts = {recompute(one, visit(cast.AUDITOR).rules).because for one in decided}
    assert verdicts == {SAME}


def test_a_decision_under_a_published_edition_is_found_by_id_and_digest(ctx: MakeContext) -> None:
    head = published(ctx)
    used = InForce(head.rules.by_id(NEW), head.rules.by_id(NEW).rules_as(GradeRules))
    record = get_record(head.session, head.actor, opened(ctx(cast.RULES_OFFICE), valid_from=DAY).record_id)
    result, package = decide(DecisionKind.GRADE, record, GradeFacts(Decimal(84)), used)
    assert result == GradeResult(Grade.FAIR)
    keep(ctx(cast.FINANCE_HEAD), record, package)
    kept = get_decision(head.session, package.digest)
    assert recompute(kept, head.rules).because == SAME
    assert "没有它所依据的版本" in recompute(kept, Rulebook.load()).because


def test_rules_are_asked_of_the_database_once_a_transaction(ctx: MakeContext) -> None:
    published(ctx).session.commit()
    clerk = ctx(cast.CLERK)
    asked: list[str] = []
    connection = clerk.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *told: asked.append(str(told[2])))
    assert clerk.rules is clerk.rules
    assert [statement for statement in asked if "published_edition" in statement] == asked
    assert len(asked) == 1
