"""A record moves, or the refusal says why: stale, status, permission, place, same person, facts, reason, findings."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from budgetperf.errors import BudgetperfError, Conflict, Forbidden, Invalid, Stale
from budgetperf.findings import Finding, Severity, Waiver, Where
from budgetperf.permissions import Actor, Role
from budgetperf.process.advance import Attempt, RecordState, Step, advance, denial
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.transitions import TRANSITIONS, Transition, find, leaving
from tests.process.makers import AGENCY, EVERY_GUARD, TODAY, make_actor, make_attempt, make_record

CLERK = make_actor("clerk", Role.CLERK, scope=AGENCY)
REVIEWER = make_actor("reviewer", Role.DEPARTMENT_REVIEWER, scope="01.0102")
FINANCE = make_actor("finance", Role.FINANCE_REVIEWER)
HEAD = make_actor("head", Role.FINANCE_HEAD)
EVERYBODY = tuple(Role)
ERROR = Finding("goals.weights_sum", Severity.ERROR, Where(pointer="/indicators"), "权重合计应为90")
WARNING = Finding("goals.vague", Severity.WARNING, Where(pointer="/indicators/0"), "表述笼统")


def refused(
    kind: type[BudgetperfError], record: RecordState, verb: str, actor: Actor, **changes: object
) -> BudgetperfError:
    with pytest.raises(kind) as caught:
        advance(record, verb, actor=actor, attempt=make_attempt(**changes))
    assert type(caught.value) is kind
    return caught.value


def test_a_record_moves() -> None:
    row = advance(make_record(), "file", actor=CLERK, attempt=make_attempt(seen_version=3))
    assert (row.event, row.target) == ("request.file", Status.FILED)


def test_a_record_is_opened_from_nothing() -> None:
    row = advance(make_record(status=None, version=0), "open", actor=CLERK, attempt=make_attempt())
    assert row.target is Status.DRAFT


# ------------------------------------------------------------------- refusals


@pytest.mark.parametrize("seen", [2, 4])
def test_a_stale_view_is_refused_with_the_current_version(seen: int) -> None:
    error = refused(Stale, make_record(), "file", CLERK, seen_version=seen)
    assert error.facts["current"] == 3
    assert error.text == f"“供水管网改造”已被更新（您看到的是第{seen}版，现为第3版），请刷新后再操作"


def test_staleness_is_told_before_anything_else() -> None:
    refused(Stale, make_record(status=Status.APPROVED), "fly", make_actor("nobody"), seen_version=1)


def test_an_unknown_verb_is_refused() -> None:
    error = refused(Conflict, make_record(), "fly", CLERK)
    assert (error.code, error.text) == ("process.unknown_verb", "项目申报与绩效目标没有“fly”这一操作")


def test_a_verb_from_another_status_is_refused_with_what_is_possible() -> None:
    error = refused(Conflict, make_record(status=Status.ACCEPTED), "accept", FINANCE)
    assert error.code == "process.status"
    assert error.facts == {"status": "accepted"}
    assert (
        error.text == "“供水管网改造”当前状态为“财政已审”，不能“财政审核通过”；现可办理：纳入项目库、不予安排"
    )


def test_an_ended_record_says_that_nothing_is_possible() -> None:
    assert refused(Conflict, make_record(status=Status.APPROVED), "accept", FINANCE).text.endswith(
        "现可办理：无"
    )


def test_a_record_not_opened_can_only_be_opened() -> None:
    error = refused(Conflict, make_record(status=None), "file", CLERK)
    assert error.text == "“供水管网改造”当前状态为“未建立”，不能“报送”；现可办理：新建项目申报"
    assert error.facts == {"status": None}


def test_who_may_not_is_told_so_and_not_the_status() -> None:
    error = refused(Forbidden, make_record(status=Status.APPROVED), "file", HEAD)
    assert error.code == "process.forbidden"


def test_a_role_without_the_permission_is_refused() -> None:
    error = refused(Forbidden, make_record(), "file", HEAD)
    assert error.text == "您的岗位（财政负责人）没有“报送”权限，该操作由单位经办办理"


def test_another_place_is_refused() -> None:
    elsewhere = make_actor("elsewhere", Role.CLERK, scope="01.0103")
    assert refused(Forbidden, make_record(), "file", elsewhere).text.startswith("该记录属于其他单位")


def test_the_same_person_is_refused_with_what_they_did() -> None:
    both = make_actor("both", *EVERYBODY)
    record = make_record(
        status=Status.REVIEWED, steps=[("file", "both"), ("review", "both"), ("file", "both")]
    )
    assert refused(Forbidden, record, "accept", both).text == (
        "您已办理“供水管网改造”的“报送、部门审核通过”，按双人复核要求，“财政审核通过”须由他人办理"
    )


def test_the_two_person_rule_reaches_back_over_a_return() -> None:
    steps = [("file", "first"), ("return", "other"), ("file", "second")]
    record = make_record(status=Status.FILED, steps=steps)
    for name in ("first", "second"):
        refused(Forbidden, record, "review", make_actor(name, Role.DEPARTMENT_REVIEWER))
    assert advance(record, "review", actor=REVIEWER, attempt=make_attempt()).target is Status.REVIEWED


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.guards], ids=lambda row: row.event)
def test_a_missing_fact_is_refused_by_its_own_text(row: Transition) -> None:
    record = make_record(row.stage, row.sources[0] if row.sources else None)
    actor = make_actor("somebody", *EVERYBODY)
    for guard in row.guards:
        error = refused(Conflict, record, row.verb, actor, guards=EVERY_GUARD - {guard})
        assert (error.code, error.text) == (f"process.{guard.value}", f"“供水管网改造”：{guard.label}")


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.needs_reason], ids=lambda row: row.event)
@pytest.mark.parametrize("reason", ["", "  \n"], ids=["empty", "blank"])
def test_a_missing_reason_is_refused(row: Transition, reason: str) -> None:
    record = make_record(row.stage, row.sources[0] if row.sources else None)
    error = refused(Invalid, record, row.verb, make_actor("somebody", *EVERYBODY), reason=reason)
    assert (error.code, error.text) == ("process.reason", f"“{row.label}”须写明理由")
    assert isinstance(error, Invalid)
    assert [(one.code, one.where.pointer) for one in error.findings] == [("process.reason", "/reason")]


def test_a_missing_reason_is_told_together_with_what_blocks() -> None:
    row = next(row for row in TRANSITIONS if row.event == "special_factor_claim.admit")
    record = make_record(row.stage, row.sources[0])
    actor = make_actor("somebody", *EVERYBODY)
    error = refused(Invalid, record, row.verb, actor, reason="", findings=(WARNING, ERROR))
    assert isinstance(error, Invalid)
    assert [one.code for one in error.findings] == ["process.reason", WARNING.code, ERROR.code]
    assert "有2处问题" in error.text


def test_findings_that_block_are_refused_with_all_findings() -> None:
    error = refused(Invalid, make_record(), "file", CLERK, findings=(WARNING, ERROR))
    assert isinstance(error, Invalid)
    assert error.findings == (WARNING, ERROR)
    assert error.text == "“供水管网改造”有1处问题，修改后方可“报送”"


def test_lighter_findings_do_not_stop() -> None:
    assert (
        advance(make_record(), "file", actor=CLERK, attempt=make_attempt(findings=(WARNING,))).verb == "file"
    )


def test_a_waived_finding_does_not_stop_until_its_end() -> None:
    def waiver(until: date) -> dict[str, object]:
        return {"findings": (ERROR,), "waivers": (Waiver(ERROR.code, "head", "政策调整", until),)}

    attempt = make_attempt(**waiver(date(2025, 10, 14)))
    assert advance(make_record(), "file", actor=CLERK, attempt=attempt).verb == "file"
    refused(Invalid, make_record(), "file", CLERK, **waiver(TODAY))


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.event)
def test_every_row_is_made_when_nothing_is_in_its_way(row: Transition) -> None:
    actor = make_actor("somebody", *EVERYBODY)
    for source in row.sources or (None,):
        assert advance(make_record(row.stage, source), row.verb, actor=actor, attempt=make_attempt()) is row


# ----------------------------------------------------------------- whole lives


PEOPLE = tuple(make_actor(f"p{number}", *EVERYBODY) for number in range(4))
Life = list[tuple[Transition, Actor]]


def live(stage: Stage, choose: Callable[[list[tuple[str, Actor]]], tuple[str, Actor]], until: Status) -> Life:
    """Move one record as ``choose`` says, every move through ``advance``, sent back at most once."""
    status: Status | None = None
    steps: tuple[Step, ...] = ()
    life: Life = []
    for _ in range(24):
        state = RecordState("项目", stage, status, len(steps), AGENCY, steps)
        back = (
            {Status.REJECTED, Status.RETURNED}
            if Status.RETURNED in {row.target for row, _ in life}
            else {Status.REJECTED}
        )
        open_to = [
            (row.verb, actor)
            for row in leaving(stage, status)
            for actor in PEOPLE
            if row.target not in back and denial(row, state, actor) is None
        ]
        if status is until or not open_to:
            break
        verb, actor = choose(open_to)
        row = advance(state, verb, actor=actor, attempt=make_attempt(seen_version=len(steps)))
        status, steps = row.target, (*steps, Step(verb, actor.id))
        life.append((row, actor))
    return life


ENDS = [
    (Stage.REQUEST, Status.APPROVED, 4),
    (Stage.EXANTE, Status.CONFIRMED, 2),
    (Stage.MONITORING, Status.CONFIRMED, 3),
    (Stage.RECTIFICATION, Status.CLOSED, 2),
    (Stage.SELF_EVALUATION, Status.CONFIRMED, 3),
    (Stage.FINANCE_EVALUATION, Status.CONFIRMED, 2),
    (Stage.BASELINE, Status.ADOPTED, 2),
    (Stage.LIMITS, Status.ISSUED, 2),
    (Stage.SPECIAL_FACTOR_CLAIM, Status.ADMITTED, 2),
    (Stage.OBJECTION, Status.DECIDED, 2),
]


@pytest.mark.parametrize(("stage", "end", "least"), ENDS, ids=[stage.value for stage, _, _ in ENDS])
@settings(suppress_health_check=[HealthCheck.filter_too_much])  # many lives end elsewhere
@given(draw=st.data())
def test_no_life_comes_to_its_end_in_fewer_hands(
    stage: Stage, end: Status, least: int, draw: st.DataObject
) -> None:
    life = live(stage, lambda open_to: draw.draw(st.sampled_from(open_to)), end)
    assume(life[-1][0].target is end)
    assert len({actor.id for _, actor in life}) >= least


@pytest.mark.parametrize(("stage", "end", "least"), ENDS, ids=[stage.value for stage, _, _ in ENDS])
def test_alone_with_every_role_nobody_brings_a_record_to_its_end(
    stage: Stage, end: Status, least: int
) -> None:
    few = {actor.id for actor in PEOPLE[: least - 1]}
    remembered = {verb for row in TRANSITIONS if row.stage is stage for verb in row.not_by}

    def reachable(hands: set[str]) -> set[Status | None]:
        seen: set[tuple[Status | None, frozenset[Step]]] = {(None, frozenset())}
        queue = list(seen)
        while queue:
            status, done = queue.pop()
            state = RecordState("项目", stage, status, 1, AGENCY, tuple(done))
            for row in leaving(stage, status):
                for actor in PEOPLE:
                    if actor.id in hands and denial(row, state, actor) is None:
                        step = {Step(row.verb, actor.id)} if row.verb in remembered else set()
                        after = (row.target, done | step)
                        if after not in seen:
                            seen.add(after)
                            queue.append(after)
        return {status for status, _ in seen}

    assert end not in reachable(few)
    assert end in reachable(few | {PEOPLE[least - 1].id})


def tried(
    record: RecordState, verb: str, actor: Actor, attempt: Attempt
) -> tuple[Transition | None, BudgetperfError | None]:
    try:
        return advance(record, verb, actor=actor, attempt=attempt), None
    except (Stale, Conflict, Forbidden, Invalid) as refusal:
        return None, refusal


@given(
    st.sampled_from(TRANSITIONS),
    st.sampled_from([None, *Status]),
    st.sets(st.sampled_from(Role)),
    st.sampled_from(["", "01", "01.0102", AGENCY, "01.0103"]),
    st.sets(st.sampled_from(Guard)),
    st.sampled_from([None, 3, 2]),
    st.sampled_from(["", "理由"]),
)
def test_whatever_is_tried_is_made_by_the_table_or_refused_by_name(
    row: Transition,
    status: Status | None,
    roles: set[Role],
    scope: str,
    guards: set[Guard],
    seen: int | None,
    reason: str,
) -> None:
    record = make_record(row.stage, status)
    attempt = make_attempt(guards=frozenset(guards), seen_version=seen, reason=reason)
    made, refusal = tried(record, row.verb, make_actor("somebody", *roles, scope=scope), attempt)
    if made is None:
        assert refusal is not None
        assert refusal.code.startswith(("process.", "record."))
        assert not refusal.text.isascii()
        return
    assert made is find(row.stage, row.verb, status)
    assert seen != 2
    assert set(made.guards) <= guards
    assert reason or not made.needs_reason
