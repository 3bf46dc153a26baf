"""The list of projects costs the same number of queries however many projects there are."""

from sqlalchemy import Connection, event

from api.desks.projects import ROWS
from budgetperf.process.stages import Status
from budgetperf.store.listings import ProjectFilter, project_listing
from tests import cast, story
from tests.story import MakeContext


def counted(ctx: MakeContext) -> tuple[int, int]:
    """Queries and rows of the first page."""
    seen: list[str] = []
    session = ctx(cast.FINANCE_REVIEWER).session

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    bind = session.connection().engine
    event.listen(bind, "before_cursor_execute", note)
    rows, _ = project_listing(session, cast.FINANCE_REVIEWER, ProjectFilter(), offset=0, limit=ROWS)
    event.remove(bind, "before_cursor_execute", note)
    return len(seen), len(rows)


def test_list_of_projects_costs_two_queries_for_one_row_and_for_many(ctx: MakeContext) -> None:
    story.make_request(ctx, project_name="甲")
    few = counted(ctx)
    for at in range(12):
        story.make_request(ctx, project_name=f"项目{at}")
    many = counted(ctx)
    assert few[0] == many[0] == 2
    assert many[1] == few[1] + 12


def test_list_is_narrowed_by_text_department_and_status(ctx: MakeContext) -> None:
    story.make_request(ctx, project_name="泵站100%改造")
    story.advance_request(ctx, story.make_request(ctx, project_name="供水管网改造").record_id, to="file")
    finance = ctx(cast.FINANCE_REVIEWER)

    def names(wanted: ProjectFilter) -> list[str]:
        rows, total = project_listing(finance.session, finance.actor, wanted, offset=0, limit=ROWS)
        assert total == len(rows)
        return [row.name for row in rows]

    assert names(ProjectFilter(text="100%")) == ["泵站100%改造"]
    assert names(ProjectFilter(status=Status.FILED)) == ["供水管网改造"]
    assert names(ProjectFilter(department=cast.EDUCATION)) == []


def test_newest_record_and_amount_stand_in_the_row(ctx: MakeContext) -> None:
    story.advance_request(ctx, story.make_request(ctx).record_id, to="review", amount="100")
    finance = ctx(cast.FINANCE_REVIEWER)
    rows, _ = project_listing(finance.session, finance.actor, ProjectFilter(), offset=0, limit=ROWS)
    assert (rows[0].status, rows[0].request_fen) == (Status.REVIEWED, 100_000_000)
