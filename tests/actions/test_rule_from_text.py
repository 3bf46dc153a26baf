"""A draft opened with a whole text goes the way of every draft: its event, its checks, its second person."""

from pathlib import Path

import pytest

from budgetperf.actions.moves import Seen
from budgetperf.actions.rule_editions import begun, file_text, filed_text, publish
from budgetperf.actions.rule_from_text import open_draft_from_text
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict, Forbidden, Invalid
from budgetperf.rulebook import lock
from budgetperf.rulebook.form import EditionForm
from budgetperf.store.evidence import events_of
from budgetperf.store.records import get_record
from tests import cast
from tests.conftest import MakeContext

TEXT = (Path(lock.ROOT) / "national/grades/2020-02-25.yaml").read_text(encoding="utf-8").rstrip("\n")
LATER = TEXT.replace("valid_from: 2020-02-25", "valid_from: 2027-01-01")
NEW = "local/grades/2027-01-01"


def test_a_text_is_opened_filed_and_published_by_two_people(ctx: MakeContext) -> None:
    office = ctx(cast.RULES_OFFICE)
    opened = open_draft_from_text(office, EditionForm(text=LATER), Seen())
    assert opened.subject == NEW
    record = get_record(office.session, office.actor, opened.record_id)
    form = begun(office, record)
    assert form == filed_text(office, record)
    assert "\njurisdiction: local\n" in form.text
    assert [event.kind for event in events_of(office.session, NEW)] == ["rule.open"]
    file_text(office, opened.record_id, form, Seen())
    publish(ctx(cast.FINANCE_HEAD), opened.record_id, NoForm(), Seen())
    assert ctx(cast.FINANCE_HEAD).rules.by_id(NEW).id == NEW


def test_a_text_that_does_not_read_opens_nothing(ctx: MakeContext) -> None:
    with pytest.raises(Invalid) as refused:
        open_draft_from_text(
            ctx(cast.RULES_OFFICE), EditionForm(text=LATER.replace("rules:", "rulez:")), Seen()
        )
    assert refused.value.findings


def test_an_edition_is_drafted_once(ctx: MakeContext) -> None:
    office = ctx(cast.RULES_OFFICE)
    open_draft_from_text(office, EditionForm(text=LATER), Seen())
    with pytest.raises(Conflict, match="已有草案"):
        open_draft_from_text(office, EditionForm(text=LATER), Seen())


def test_only_the_rules_office_opens_a_text(ctx: MakeContext) -> None:
    for actor in (cast.FINANCE_HEAD, cast.CLERK, cast.AUDITOR):
        with pytest.raises(Forbidden):
            open_draft_from_text(ctx(actor), EditionForm(text=LATER), Seen())
