"""What waits for whom follows from the table, the permissions and who did what."""

from datetime import date

from budgetperf.permissions import ROLE_PERMISSIONS, Actor, Grant, Role
from budgetperf.process.advance import denial
from budgetperf.process.stages import Stage, Status
from budgetperf.process.transitions import TRANSITIONS
from budgetperf.process.worklist import Want, open_moves, waiting, wants
from tests.process.makers import AGENCY, make_actor, make_item, make_record

CLERK = make_actor("clerk", Role.CLERK, scope=AGENCY)
REVIEWER = make_actor("reviewer", Role.DEPARTMENT_REVIEWER, scope="01.0102")
AUDITOR = make_actor("auditor", Role.AUDITOR)


def test_a_clerk_is_wanted_where_forms_are_filled_in_their_own_branch() -> None:
    assert wants(CLERK) == tuple(
        Want(stage, status, AGENCY)
        for stage, status in (
            (Stage.REQUEST, Status.DRAFT),
            (Stage.REQUEST, Status.RETURNED),
            (Stage.MONITORING, Status.DRAFT),
            (Stage.MONITORING, Status.RETURNED),
            (Stage.RECTIFICATION, Status.NOTICED),
            (Stage.RECTIFICATION, Status.RETURNED),
            (Stage.SELF_EVALUATION, Status.DRAFT),
            (Stage.SELF_EVALUATION, Status.RETURNED),
            (Stage.SPECIAL_FACTOR_CLAIM, Status.DRAFT),
            (Stage.SPECIAL_FACTOR_CLAIM, Status.RETURNED),
            (Stage.TASK_BOOK, Status.DRAFT),
            (Stage.TASK_BOOK, Status.RETURNED),
            (Stage.PROGRESS, Status.DRAFT),
            (Stage.PROGRESS, Status.RETURNED),
            (Stage.FACT_REPORT, Status.DRAFT),
            (Stage.FACT_REPORT, Status.RETURNED),
            (Stage.APPEAL, Status.FILED),
            (Stage.IMPROVEMENT, Status.TOLD),
            (Stage.IMPROVEMENT, Status.RETURNED),
        )
    )


def test_each_status_is_wanted_once_per_branch() -> None:
    actor = Actor(
        "two", "两岗", (Grant(Role.CLERK, "01.1"), Grant(Role.CLERK, "01.2"), Grant(Role.CLERK, "01.1"))
    )
    found = wants(actor)
    assert len(set(found)) == len(found)
    assert {want.scope for want in found} == {"01.1", "01.2"}


def test_who_only_looks_is_wanted_nowhere() -> None:
    assert wants(AUDITOR) == ()
    assert wants(make_actor("nobody")) == ()


def test_everything_waits_for_somebody() -> None:
    awaited = {(want.stage, want.status) for role in Role for want in wants(make_actor("somebody", role))}
    assert awaited == {
        (row.stage, source) for row in TRANSITIONS if not row.at_will for source in row.sources
    }


def test_open_moves_are_those_of_the_status_and_the_role() -> None:
    filed = make_record(status=Status.FILED, steps=[("open", "clerk"), ("file", "clerk")])
    assert [row.verb for row in open_moves(filed, REVIEWER)] == ["return", "review"]
    assert open_moves(filed, CLERK) == ()
    assert open_moves(make_record(status=Status.APPROVED), REVIEWER) == ()
    assert open_moves(make_record(status=None), CLERK) == ()


def test_who_filed_may_send_it_back_but_not_pass_it() -> None:
    both = make_actor("both", Role.CLERK, Role.DEPARTMENT_REVIEWER)
    filed = make_record(status=Status.FILED, steps=[("file", "both")])
    assert [row.verb for row in open_moves(filed, both)] == ["return"]


def test_a_record_elsewhere_has_no_moves() -> None:
    assert open_moves(make_record(path="01.0103.010301"), CLERK) == ()


def test_whatever_can_be_done_is_wanted_and_nothing_else() -> None:
    for role in Role:
        actor = make_actor("somebody", role, scope="01.0102")
        for stage in Stage:
            for status in Status:
                record = make_record(stage, status)
                wanted = Want(stage, status, "01.0102") in wants(actor)
                assert wanted is bool(open_moves(record, actor))


def test_open_moves_agree_with_permission_and_denial() -> None:
    for row in TRANSITIONS:
        for role in Role:
            record = make_record(row.stage, row.sources[0] if row.sources else None)
            allowed = denial(row, record, make_actor("somebody", role)) is None
            assert allowed is (row.permission in ROLE_PERMISSIONS[role])


def test_the_list_is_by_due_day_then_code_and_undated_last() -> None:
    draft = make_record()
    items = [
        make_item("D", draft),
        make_item("C", draft, due_on=date(2025, 11, 1)),
        make_item("B", draft, due_on=date(2025, 10, 20)),
        make_item("A", draft, due_on=date(2025, 11, 1)),
    ]
    assert [item.code for item in waiting([(draft, item) for item in items], CLERK)] == ["B", "A", "C", "D"]


def test_the_list_holds_only_what_the_actor_can_move_with_its_moves() -> None:
    draft, filed = make_record(), make_record(status=Status.FILED, steps=[("file", "clerk")])
    listed = waiting([(filed, make_item("A", filed)), (draft, make_item("B", draft))], CLERK)
    assert [(item.code, [row.verb for row in item.moves]) for item in listed] == [("B", ["file"])]


def test_the_quarters_of_one_project_are_in_order() -> None:
    draft = make_record(Stage.MONITORING)
    items = [(draft, make_item("A", draft, period=period)) for period in ("2025Q2", "2025Q1")]
    assert [item.period for item in waiting(items, CLERK)] == ["2025Q1", "2025Q2"]
