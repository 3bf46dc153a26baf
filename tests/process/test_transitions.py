"""The table of moves is sound: no move is ambiguous, none is out of reach, every word in it is used."""

from collections import Counter

import pytest

from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.transitions import TRANSITIONS, Transition, find, leaving, named

SECOND_LOOKS = {"review", "accept", "approve", "confirm", "close", "adopt", "publish", "issue", "decide"}
"""Verbs that judge what somebody else did."""


def rows_of(stage: Stage) -> tuple[Transition, ...]:
    return tuple(row for row in TRANSITIONS if row.stage is stage)


def test_a_verb_leaves_a_status_in_one_way_only() -> None:
    moves = Counter((row.stage, row.verb, source) for row in TRANSITIONS for source in row.sources or (None,))
    assert [move for move, times in moves.items() if times > 1] == []


def test_event_names_are_unique() -> None:
    events = [row.event for row in TRANSITIONS]
    assert len(set(events)) == len(events)


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.value)
def test_a_stage_is_opened_by_one_verb(stage: Stage) -> None:
    assert len(leaving(stage, None)) == 1


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.value)
def test_every_status_of_a_stage_is_reached_from_its_opening(stage: Stage) -> None:
    rows = rows_of(stage)
    reached = {row.target for row in rows if not row.sources}
    while further := {row.target for row in rows if reached & set(row.sources)} - reached:
        reached |= further
    assert reached == {row.target for row in rows}
    assert {source for row in rows for source in row.sources} <= reached


@pytest.mark.parametrize("stage", Stage, ids=lambda stage: stage.value)
def test_every_stage_can_come_to_its_end_from_everywhere(stage: Stage) -> None:
    rows = rows_of(stage)
    ends = {row.target for row in rows} - {
        source for row in rows if not row.at_will for source in row.sources
    }
    assert ends
    ending = set(ends)
    while further := {source for row in rows if row.target in ending for source in row.sources} - ending:
        ending |= further
    assert ending == {row.target for row in rows}


def test_every_status_and_every_guard_is_used() -> None:
    assert {row.target for row in TRANSITIONS} == set(Status)
    assert {guard for row in TRANSITIONS for guard in row.guards} == set(Guard)


def test_the_two_person_rule_names_verbs_of_the_same_stage_that_come_before() -> None:
    for row in TRANSITIONS:
        for verb in row.not_by:
            assert verb != row.verb
            assert named(row.stage, verb), row.event
            earlier = named(row.stage, verb)
            before = {source for move in earlier for source in move.sources or (None,)}
            stays = any(
                move.target in move.sources for move in earlier
            )  # such a move comes first all the same
            assert stays or before != set(row.sources), row.event


def test_whoever_judges_is_somebody_else() -> None:
    assert [row.event for row in TRANSITIONS if row.verb in SECOND_LOOKS and not row.not_by] == []


def test_what_goes_back_goes_with_a_reason() -> None:
    back = [row for row in TRANSITIONS if row.target in {Status.RETURNED, Status.REJECTED}]
    assert {row.event for row in back} == {
        "request.return",
        "request.send_back",
        "request.reject",
        "monitoring.return",
        "rectification.return",
        "self_evaluation.return",
        "rule.return",
        "special_factor_claim.return",
        "task_book.return",
        "task_book.send_back",
        "progress.return",
        "fact_report.return",
        "fact_report.recall",
        "bonus.reject",
        "bonus.strike",
        "improvement.return",
    }
    assert all(row.needs_reason for row in back)


def test_permissions_are_spelled_stage_object_verb() -> None:
    assert all(len(row.permission.split(":")) == 3 for row in TRANSITIONS)


def test_every_row_has_a_chinese_label() -> None:
    assert all(row.label and not row.label.isascii() for row in TRANSITIONS)


def test_rows_are_found_by_stage_verb_and_status() -> None:
    row = find(Stage.REQUEST, "file", Status.RETURNED)
    assert row is not None
    assert (row.event, row.target) == ("request.file", Status.FILED)
    assert row is find(Stage.REQUEST, "file", Status.DRAFT)
    assert find(Stage.REQUEST, "file", Status.APPROVED) is None
    assert find(Stage.REQUEST, "file", None) is None
    assert find(Stage.REQUEST, "fly", Status.DRAFT) is None


def test_what_leaves_a_status_is_in_table_order() -> None:
    assert [row.verb for row in leaving(Stage.REQUEST, Status.ACCEPTED)] == ["store", "reject"]
    assert [row.verb for row in leaving(Stage.REQUEST, None)] == ["open"]
    assert leaving(Stage.REQUEST, Status.APPROVED) == ()
    assert leaving(Stage.REQUEST, Status.ISSUED) == ()


def test_a_verb_is_named_whatever_it_leaves_from() -> None:
    assert [row.event for row in named(Stage.LIMITS, "compute")] == ["limits.compute"]
    assert named(Stage.LIMITS, "file") == ()
