"""The cast and its helpers hold: what the other tests stand on."""

from sqlalchemy import Engine, text

from budgetperf.process.stages import Stage
from budgetperf.store.people import expert_pool, get_actor
from budgetperf.store.records import get_record
from budgetperf.store.session import BoundSession
from tests import cast, story
from tests.conftest import MakeContext


def test_everybody_of_the_cast_has_the_account_the_constants_say(session: BoundSession) -> None:
    assert [get_actor(session, one.actor.id) for one in cast.PLAYERS] == [one.actor for one in cast.PLAYERS]


def test_the_pool_has_experts_of_every_specialism(session: BoundSession) -> None:
    assert len(expert_pool(session)) == 9


def test_a_request_reaches_approval_through_the_actions(ctx: MakeContext) -> None:
    outcome = story.make_approved(ctx)
    record = get_record(ctx(cast.CLERK).session, cast.CLERK, outcome.record_id)
    assert (record.status.value, record.version) == ("approved", 6)


def test_a_panel_declares_and_scores(ctx: MakeContext) -> None:
    record = story.make_exante(ctx)
    panel = story.draw(ctx, record.id)
    assert len(panel) == 5
    story.declare(ctx, panel[0], record.id)
    assert story.score(ctx, panel[0], record.id).stage is Stage.EXANTE


def test_what_a_test_writes_is_gone_afterwards(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('bp.scopes', '*', true)"))
        assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() == 0
