"""Anchors: over every chain that moved, closed against open transactions, by those who may."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from budgetperf.actions import anchors
from budgetperf.actions.context import Context, RandomIds
from budgetperf.errors import Conflict, Forbidden, Unavailable
from budgetperf.evidence.anchors import Anchor, verify_anchors
from budgetperf.evidence.chain import verify_chain
from budgetperf.permissions import Actor
from budgetperf.rulebook.library import Rulebook
from budgetperf.store import evidence, proof
from budgetperf.store.evidence import heads_between
from budgetperf.store.files import FileStore
from budgetperf.store.session import BoundSession, Database, open_session
from tests import cast, story
from tests.conftest import MakeContext

WRITERS, ROUNDS = 4, 12


def test_an_anchor_covers_every_chain_that_moved(ctx: MakeContext) -> None:
    subject = story.make_request(ctx).subject
    anchor = anchors.cut(ctx(cast.FINANCE_HEAD))
    assert (anchor.number, anchor.from_sequence, anchor.size) == (1, 1, 2)
    ((kept, heads),) = evidence.anchors(ctx(cast.AUDITOR).session)
    assert kept == anchor
    assert [head.chain for head in heads] == sorted([subject, "ACCOUNTS"])


def test_the_next_anchor_follows_and_covers_only_what_moved_since(ctx: MakeContext) -> None:
    first = anchors.cut(ctx(cast.FINANCE_HEAD))
    subject = story.make_request(ctx).subject
    second = anchors.cut(ctx(cast.FINANCE_HEAD))
    assert (second.number, second.from_sequence, second.prev) == (2, first.to_sequence, first.hash)
    assert [head.chain for head in evidence.anchors(ctx(cast.AUDITOR).session)[1][1]] == [subject, "ANCHORS"]


def test_who_cut_which_anchor_is_one_event(ctx: MakeContext) -> None:
    anchor = anchors.cut(ctx(cast.FINANCE_HEAD))
    (event,) = evidence.events_of(ctx(cast.AUDITOR).session, anchors.CHAIN)
    assert (event.kind, event.actor, event.payload) == (
        "evidence.anchor",
        cast.FINANCE_HEAD.id,
        {"number": 1, "heads": anchor.size, "root": anchor.root, "hash": anchor.hash},
    )


def test_nothing_new_is_not_anchored_again(ctx: MakeContext) -> None:
    anchors.cut(ctx(cast.FINANCE_HEAD))
    with pytest.raises(Conflict, match="自上次锚定以来没有新的操作"):
        anchors.cut(ctx(cast.FINANCE_HEAD))


@pytest.mark.parametrize(
    "actor", [actor for actor in cast.ONE_PER_ROLE.values() if actor is not cast.FINANCE_HEAD]
)
def test_only_the_finance_head_cuts_anchors(ctx: MakeContext, actor: Actor) -> None:
    with pytest.raises(Forbidden, match="锚定日志"):
        anchors.cut(ctx(actor))


@pytest.fixture
def busy(fresh_database: Database) -> Iterator[Engine]:
    """A database in which several people work at once."""
    engine = fresh_database.app_engine(pool_size=WRITERS + 4)
    yield engine
    engine.dispose()


def context(session: BoundSession, actor: Actor, files: FileStore) -> Context:
    session.bind_actor(actor)
    return Context(session, actor, cast.NOW, RandomIds(), Rulebook.load(), files)


def test_a_cut_waits_for_an_open_transaction_and_includes_its_event(busy: Engine, files: FileStore) -> None:
    with open_session(busy) as writing, ThreadPoolExecutor(1) as pool:
        opened = story.make_request(lambda actor: context(writing, actor, files))
        started = threading.Event()
        waiting = pool.submit(cut_once, busy, files, started)
        started.wait()
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        writing.commit()
        anchor = waiting.result(timeout=10)
    with open_session(busy, cast.AUDITOR) as session:
        assert opened.subject in {
            head.chain for head in heads_between(session, anchor.from_sequence, anchor.to_sequence)
        }


def test_a_cut_waits_for_a_writer_who_has_only_drawn_a_number(busy: Engine, files: FileStore) -> None:
    """Its event would come under the anchor after the cut: locking the table of events alone would not do."""
    with open_session(busy, cast.FINANCE_REVIEWER) as writing, ThreadPoolExecutor(1) as pool:
        drawn = writing.connection().execute(evidence._LOCK, {"chain": "ACCOUNTS"}).one().sequence
        started = threading.Event()
        waiting = pool.submit(cut_once, busy, files, started)
        started.wait()
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        payload = anchors.AnchorCut(1, 1, "", "")
        evidence.write_event(
            writing,
            "ACCOUNTS",
            kind="test.write",
            actor=cast.FINANCE_REVIEWER.id,
            at=cast.NOW,
            payload=payload,
        )
        writing.commit()
        assert waiting.result(timeout=10).to_sequence > drawn


def cut_once(engine: Engine, files: FileStore, started: threading.Event | None = None) -> Anchor:
    """Cut and commit one anchor."""
    with open_session(engine) as session:
        ctx = context(session, cast.FINANCE_HEAD, files)
        session.connection()
        if started:
            started.set()
        anchor = anchors.cut(ctx)
        session.commit()
        return anchor


def test_a_cut_gives_up_when_a_writer_does_not_finish(
    busy: Engine, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "PATIENCE_SECONDS", 1)
    with open_session(busy) as writing:
        story.make_request(lambda actor: context(writing, actor, files))
        with open_session(busy) as session, pytest.raises(Unavailable, match="1秒内未能锚定"):
            anchors.cut(context(session, cast.FINANCE_HEAD, files))


def test_readers_are_not_kept_waiting_by_a_cut(busy: Engine, files: FileStore) -> None:
    with open_session(busy) as cutting, open_session(busy, cast.AUDITOR) as reading:
        anchors.cut(context(cutting, cast.FINANCE_HEAD, files))
        reading.connection().execute(text("SET LOCAL statement_timeout = '2s'"))
        assert evidence.events_of(reading, "ACCOUNTS")


def test_no_event_slips_under_an_anchor_while_many_write(busy: Engine, files: FileStore) -> None:
    """Writers commit and roll back on chains of their own and a shared one while anchors are cut."""
    done = threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        writers = [pool.submit(write_many, busy, files, number) for number in range(WRITERS)]
        cutter = pool.submit(cut_until, busy, files, done)
        for writer in writers:
            writer.result(timeout=60)
        done.set()
        assert cutter.result(timeout=60) > 1
    with open_session(busy, cast.AUDITOR) as session:
        kept = evidence.anchors(session)
        for anchor, heads in kept:
            assert heads_between(session, anchor.from_sequence, anchor.to_sequence) == heads
        assert (
            verify_anchors([anchor for anchor, _ in kept], {anchor.number: heads for anchor, heads in kept})
            == ()
        )
        shared = evidence.events_of(session, "SHARED")
        assert (len(shared), verify_chain(shared)) == (WRITERS * ROUNDS, ())


def write_many(engine: Engine, files: FileStore, number: int) -> None:
    for step in range(ROUNDS * 2):
        with open_session(engine) as session:
            ctx = context(session, cast.FINANCE_REVIEWER, files)
            for chain in (f"OWN-{number}-{step}", "SHARED"):
                payload = anchors.AnchorCut(step, number, "", "")
                evidence.write_event(
                    session, chain, kind="test.write", actor=ctx.actor.id, at=ctx.now, payload=payload
                )
            if step % 2:
                session.commit()
            else:
                session.rollback()


def cut_until(engine: Engine, files: FileStore, done: threading.Event) -> int:
    """Cut as often as there is something new, and once more at the end; return how often."""
    count, last = 0, False
    while not last:
        last = done.is_set()
        try:
            cut_once(engine, files)
            count += 1
        except Conflict:
            continue
    return count
