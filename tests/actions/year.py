"""Who writes the city's year, and what the stages of both budget years share: requests and their ex-ante."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from budgetperf.actions.context import Context, SeededIds
from budgetperf.actions.files import keep_file
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.request import file_request, open_request
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.records import find_record
from budgetperf.store.session import BoundSession, Database
from tests import cast, story

WORKBOOK = Path(__file__).parents[2] / "fixtures/forms/should_pass/current_template.xlsx"
S = Stage


@dataclass(slots=True)
class City:
    """The city's database, files and the codes of its projects by what they are."""

    database: Database
    files: FileStore
    codes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Year:
    """Who writes the year: one committing session, one source of ids, a clock set by the day."""

    city: City
    session: BoundSession
    ids: SeededIds
    now: datetime = datetime(2024, 10, 14, 1, tzinfo=UTC)

    def ctx(self, actor: Actor, now: datetime | None = None) -> Context:
        """The context of somebody, on the day of the year's clock."""
        self.session.bind_actor(actor)
        when = self.now if now in {None, cast.NOW} else now
        return Context(self.session, actor, when or self.now, self.ids, Rulebook.load(), self.city.files)

    def day(self, year: int, month: int, day: int) -> None:
        """End the day: commit, and set the clock."""
        self.session.commit()
        self.now = datetime(year, month, day, 1, tzinfo=UTC)

    def act(self, actor: Actor, stage: Stage, verb: str, record_id: str, **document: object) -> Outcome:
        """Let somebody take a verb."""
        reason = str(document.pop("reason_given", ""))
        return story.act(
            self.ctx, actor, (stage, verb), record_id, form=document, reason=reason, now=self.now
        )

    def record(self, name: str, stage: Stage, year: int, period: str = "") -> str:
        """The id of a project's record."""
        actor = cast.FINANCE_REVIEWER
        subject = self.city.codes[name]
        found = find_record(
            self.ctx(actor).session, actor, subject, fiscal_year=year, stage=stage, period=period
        )
        assert found is not None
        return found.id


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the city and its people."""

    key: str
    name: str
    clerk: Actor
    reviewer: Actor


WATER = Project("water", "供水管网改造", cast.CLERK, cast.REVIEWER)
DRAINS = Project("drains", "排水设施养护", cast.DRAINAGE_CLERK, cast.REVIEWER)
SCHOOL = Project("school", "教学设备更新", cast.SCHOOL_CLERK, cast.EDUCATION_REVIEWER)
LIBRARY = Project("library", "图书馆新馆", cast.LIBRARY_CLERK, cast.EDUCATION_REVIEWER)
RUNNING = (WATER, DRAINS, SCHOOL)


def codes_of(database: Database) -> dict[str, str]:
    """The codes of the city's projects by what they are."""
    engine = database.owner_engine()
    with engine.connect() as connection:
        by_name = {row.name: row.code for row in connection.execute(text("SELECT name, code FROM evaluand"))}
    engine.dispose()
    return {project.key: by_name[project.name] for project in (*RUNNING, LIBRARY)}


def file_and_accept(
    year: Year, project: Project, fiscal_year: int, amount: str, *, workbook: bool = False
) -> str:
    known = year.city.codes.get(project.key, "")
    form = cast.make_new_request(
        fiscal_year=fiscal_year,
        project_name=project.name,
        project_code=known,
        origin="continued" if known else "new",
    )
    opened = open_request(year.ctx(project.clerk), form, Seen())
    year.city.codes.setdefault(project.key, opened.subject)
    goals = cast.make_goal_form(
        amount, fiscal_year=fiscal_year, project_name=project.name, starts_on=f"{fiscal_year}-01-01",
        ends_on=f"{fiscal_year}-12-31", origin="continued" if known else "new",
    )  # fmt: skip
    ctx = year.ctx(project.clerk)
    digest = keep_file(ctx, WORKBOOK.read_bytes()) if workbook else None
    file_request(ctx, opened.record_id, goals, Seen(), file_digest=digest)
    if project is SCHOOL:  # sent back twice before it is taken
        year.act(project.reviewer, S.REQUEST, "return", opened.record_id, reason_given="测算依据不足")
        file_request(year.ctx(project.clerk), opened.record_id, goals, Seen())
        year.act(project.reviewer, S.REQUEST, "review", opened.record_id)
        year.act(
            cast.FINANCE_REVIEWER, S.REQUEST, "send_back", opened.record_id, reason_given="请补充配置标准"
        )
        file_request(year.ctx(project.clerk), opened.record_id, goals, Seen())
    year.act(project.reviewer, S.REQUEST, "review", opened.record_id)
    year.act(cast.FINANCE_REVIEWER, S.REQUEST, "accept", opened.record_id)
    return opened.record_id


def evaluate_ex_ante(
    year: Year, project: Project, fiscal_year: int, *, ratio: str, amount: str, conclusion: str
) -> None:
    record = year.record(project.key, S.EXANTE, fiscal_year)
    year.act(cast.FINANCE_REVIEWER, S.EXANTE, "draw", record, seed=f"海州{fiscal_year}{project.key}")
    recused = story.seats_of(year.ctx(cast.FINANCE_REVIEWER).session, record)[0]
    year.act(
        cast.by_id(recused.person_id), S.EXANTE, "declare", record, conflict=True, statement="曾任该单位顾问"
    )
    year.act(cast.FINANCE_REVIEWER, S.EXANTE, "replenish", record)
    seats = [
        seat for seat in story.seats_of(year.ctx(cast.FINANCE_REVIEWER).session, record) if not seat.conflict
    ]
    for expert in (cast.by_id(seat.person_id) for seat in seats):
        story.declare(year.ctx, expert, record)
        story.score(year.ctx, expert, record, ratio=ratio, recommended=amount)
    year.act(
        cast.FINANCE_REVIEWER, S.EXANTE, "conclude", record,
        conclusion=conclusion, recommended=cast.wan(amount), explanation="按专家意见",
    )  # fmt: skip
    year.act(cast.FINANCE_HEAD, S.EXANTE, "confirm", record)


def store_and_approve(year: Year, record: str, amount: str) -> None:
    year.act(cast.SECOND_FINANCE_REVIEWER, S.REQUEST, "store", record)
    year.act(
        cast.FINANCE_HEAD,
        S.REQUEST,
        "approve",
        record,
        approved=cast.wan(amount),
        document_number="海财预〔2025〕1号",
    )
