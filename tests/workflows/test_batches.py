"""Papers, bundles and fits are made by the worker, kept by digest, and only for those who may see them."""

import io
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from budgetperf.actions.invariants import check_all
from budgetperf.actions.special_factors import current_movement, get_claim
from budgetperf.errors import Forbidden, NotFound
from budgetperf.evidence.verifier import verify
from budgetperf.permissions import Actor
from budgetperf.provenance import Json
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.runs import RunState
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import Database, open_session
from tests import cast
from tests.actions.conftest import LIVED
from tests.actions.next_year import PANEL
from tests.actions.test_special_factors import before_the_limits, filed
from tests.actions.year import City, codes_of
from tests.conftest import database_from
from tests.workflows.city import wait
from workflows.jobs import Jobs, RunStatus, prepare
from workflows.unit import House
from workflows.worker import working

LATER = datetime(2026, 2, 10, 1, tzinfo=UTC)
EVALUATOR = "海州市财政局"


@pytest.fixture
def aged(server: EmbeddedServer, lived: City, tmp_path: Path) -> Iterator[tuple[Database, House]]:
    """The city after its whole year, a worker's house in it."""
    shutil.copytree(lived.files.folder, tmp_path / "files")
    with database_from(server, LIVED) as database:
        prepare(database)
        engine = database.app_engine()
        yield database, House(engine, Rulebook.load(), FileStore(tmp_path / "files"), now=lambda: LATER)
        engine.dispose()


def record(database: Database, stage: str, status: str = "%") -> str:
    """The id of the first record of a stage."""
    owner = database.owner_engine()
    with owner.connect() as connection:
        statement = text(
            "SELECT id FROM record WHERE stage = :stage AND status LIKE :status ORDER BY subject, fiscal_year LIMIT 1"
        )
        found = str(connection.execute(statement, {"stage": stage, "status": status}).scalar_one())
    owner.dispose()
    return found


def made(house: House, status: RunStatus, step: str) -> tuple[str, bytes]:
    """Name and content of the file a step left."""
    result: Json = status.results[step]
    assert isinstance(result, dict)
    return str(result["filename"]), house.files.get(str(result["digest"]))


def sheets(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")])


def orders(database: Database) -> list[tuple[str, dict[str, str], Actor]]:
    """Every paper, ordered by somebody who may."""
    admitted = record(database, "special_factor_claim", "admitted")
    return [
        ("batch.self_evaluation", {"record_id": record(database, "self_evaluation")}, cast.FINANCE_REVIEWER),
        (
            "batch.evaluation_report",
            {"record_id": record(database, "finance_evaluation"), "evaluator": EVALUATOR},
            cast.FINANCE_HEAD,
        ),
        (
            "batch.limits_notice",
            {
                "round_id": record(database, "limits"),
                "department_path": cast.WATER,
                "issuer": EVALUATOR,
                "document_number": "海财预〔2025〕88号",
            },
            cast.REVIEWER,
        ),
        ("batch.cost_panel_paper", {"panel_code": PANEL}, cast.RULES_OFFICE),
        ("batch.baseline_report", {"record_id": record(database, "baseline")}, cast.FINANCE_HEAD),
        ("batch.dmu_baseline_report", {"record_id": record(database, "baseline"), "dmu": "D02"}, cast.CLERK),
        ("batch.movement_paper", {"record_id": admitted}, cast.FINANCE_HEAD),
    ]


def test_papers_are_made_kept_and_the_same_when_made_again(aged: tuple[Database, House]) -> None:
    database, house = aged
    jobs = Jobs(house)
    with working(house, database):
        for kind, arguments, actor in orders(database):
            first, again = (
                wait(jobs, jobs.start(kind, arguments, key=key, actor_id=actor.id)) for key in ("1", "2")
            )
            name, pdf = made(house, first, "pdf")
            assert (name[-4:], pdf[:5]) == (".pdf", b"%PDF-")
            name, xlsx = made(house, first, "xlsx")
            assert name.endswith(".xlsx")
            assert sheets(xlsx) >= 1
            assert first.results == again.results
    jobs.close()
    owner = database.owner_engine()
    with open_session(owner) as session:
        assert [finding for _, findings in check_all(session, house.files) for finding in findings] == []
    owner.dispose()


def test_another_departments_paper_does_not_exist(aged: tuple[Database, House]) -> None:
    database, house = aged
    jobs = Jobs(house)
    subject = codes_of(database)["water"]
    with open_session(house.engine, cast.FINANCE_REVIEWER) as session:
        statement = text("SELECT id FROM record WHERE stage = 'self_evaluation' AND subject = :subject")
        theirs = str(session.connection().execute(statement, {"subject": subject}).scalar_one())
    with pytest.raises(NotFound):
        jobs.start("batch.self_evaluation", {"record_id": theirs}, key="1", actor_id=cast.SCHOOL_CLERK.id)
    kind, notice, _ = orders(database)[2]
    with pytest.raises(Forbidden, match="其他单位"):
        jobs.start(kind, notice, key="1", actor_id=cast.EDUCATION_REVIEWER.id)
    *_, (whole, baseline, _), (own, sheet, _), _ = orders(database)
    for kind, arguments, actor in (
        (own, sheet, cast.SCHOOL_CLERK),  # another agency
        (own, {**sheet, "dmu": "D03"}, cast.CLERK),  # a peer is no unit of one's own
        (whole, baseline, cast.CLERK),
    ):
        with pytest.raises(NotFound, match="成本基线"):
            jobs.start(kind, arguments, key="1", actor_id=actor.id)
    jobs.close()


def test_a_bundle_made_by_the_worker_verifies(aged: tuple[Database, House], tmp_path: Path) -> None:
    database, house = aged
    jobs = Jobs(house)
    subject = codes_of(database)["water"]
    with pytest.raises(Forbidden):
        jobs.start("batch.bundle", {"subject": subject}, key="0", actor_id=cast.RULES_OFFICE.id)
    run_id = jobs.start("batch.bundle", {"subject": subject}, key="1", actor_id=cast.AUDITOR.id)
    with working(house, database):
        done = wait(jobs, run_id)
    jobs.close()
    name, content = made(house, done, "bundle")
    (tmp_path / name).write_bytes(content)
    result = done.results["bundle"]
    assert isinstance(result, dict)
    assert verify(tmp_path / name, digest=str(result["bundle_digest"])) == []


def test_a_baseline_is_fitted_by_the_worker_in_the_name_of_the_rules_office(
    aged: tuple[Database, House],
) -> None:
    database, house = aged
    jobs = Jobs(house)
    arguments = {"panel_code": PANEL, "fiscal_year": str(cast.YEAR)}
    run_id = jobs.start("batch.baseline", arguments, key="1", actor_id=cast.RULES_OFFICE.id)
    with working(house, database):
        done = wait(jobs, run_id, seconds=60)
    jobs.close()
    assert (done.run.state, done.run.done) == (RunState.DONE, 1)
    with open_session(house.engine, cast.AUDITOR) as session:
        statement = text("SELECT stage, status FROM record WHERE id = :id")
        found = session.connection().execute(statement, {"id": done.results["fit"]}).one()
    assert tuple(found) == ("baseline", "fitted")


def test_what_a_claim_would_move_is_computed_by_the_worker_for_who_decides(
    aged: tuple[Database, House],
) -> None:
    database, house = aged
    jobs = Jobs(house)
    with before_the_limits(), house.unit(cast.CLERK.id) as ctx:
        claim = filed(ctx, City(database, house.files, codes_of(database)))
    with pytest.raises(Forbidden):
        jobs.start("batch.movement", {"record_id": claim}, key="0", actor_id=cast.CLERK.id)
    run_id = jobs.start("batch.movement", {"record_id": claim}, key="1", actor_id=cast.FINANCE_REVIEWER.id)
    with working(house, database):
        done = wait(jobs, run_id, seconds=60)
    jobs.close()
    with house.unit(cast.FINANCE_REVIEWER.id) as ctx:
        found = current_movement(ctx, get_claim(ctx, claim))
    assert found is not None
    assert (done.run.state, done.results["compute"]) == (RunState.DONE, found.digest)


def campaign(database: Database, subject: str) -> str:
    """The id of a campaign by its subject."""
    owner = database.owner_engine()
    with owner.connect() as connection:
        found = connection.execute(
            text("SELECT id FROM campaign WHERE subject = :subject"), {"subject": subject}
        )
        key = str(found.scalar_one())
    owner.dispose()
    return key


def test_papers_of_an_assessment_are_made_only_for_who_may_see_the_result(
    aged: tuple[Database, House],
) -> None:
    database, house = aged
    jobs, people = Jobs(house), campaign(database, "KP2024-meiling")
    own = {"campaign_id": people, "unit": "P1"}
    with working(house, database):
        for kind in ("batch.assessment_notice", "batch.assessment_trace"):
            for actor in (cast.STAFF[1], cast.FINANCE_HEAD, cast.CLERK):
                with pytest.raises(NotFound):
                    jobs.start(kind, own, key="1", actor_id=actor.id)
            status = wait(
                jobs, jobs.start(kind, own, key="1", actor_id=cast.STAFF[0].id), actor=cast.STAFF[0]
            )
            assert made(house, status, "pdf")[1][:5] == b"%PDF-"
            for actor in (cast.FINANCE_HEAD, cast.RULES_OFFICE):  # who sees all other runs of the city
                with pytest.raises(NotFound):
                    jobs.status(status.run.id, actor_id=actor.id)
            assert jobs.status(status.run.id, actor_id=cast.ASSESSMENT_OFFICE.id).results == status.results
        order = {"campaign_id": campaign(database, "KP2024-zhengding")}
        started = jobs.start("batch.assessment_ranking", order, key="1", actor_id=cast.WATER_CLERK.id)
        ranking = wait(jobs, started, actor=cast.WATER_CLERK)
        assert made(house, ranking, "pdf")[1][:5] == b"%PDF-"
        assert sheets(made(house, ranking, "xlsx")[1]) == 1
    jobs.close()
