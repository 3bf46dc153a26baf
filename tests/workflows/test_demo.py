"""The demo year: whole it keeps every promise on live data; twice it gives the same bytes."""

import hashlib
import json
from pathlib import Path

import pytest

from budgetperf.actions.invariants import check_all
from budgetperf.budget.grounds import Ground
from budgetperf.budget.limits import check_identities
from budgetperf.evidence.verifier import verify
from budgetperf.findings import Severity
from budgetperf.money import Money
from budgetperf.process.stages import ASSESSMENT_STAGES, Stage
from budgetperf.process.transitions import TRANSITIONS
from budgetperf.store.session import open_session
from fixtures.demo_city.make import Maker
from workflows.demo.city import FIXTURE, load_city
from workflows.demo.run import MARK, Played, play, run
from workflows.home import at_home

SOME = ("10301", "104", "113")  # the street cleaners of the bundle, a second department, the water works


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Played]:
    """The whole city, played once."""
    folder = tmp_path_factory.mktemp("demo")
    with at_home(folder) as home:
        played = play(home, load_city())
        owner = home.database.owner_engine()
        with open_session(owner) as session:
            found = [
                finding
                for _, findings in check_all(session, home.files)
                for finding in findings
                if finding.severity is Severity.ERROR
            ]
            events = {
                row[0] for row in session.connection().exec_driver_sql("SELECT DISTINCT kind FROM event")
            }
        owner.dispose()
    assert found == []
    (folder / "events.json").write_text(json.dumps(sorted(events)), encoding="utf-8")
    return folder, played


def test_the_fixture_is_what_its_script_makes():
    made = json.dumps(Maker().city(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert made == FIXTURE.read_text(encoding="utf-8")


def test_the_city_is_large_enough_to_mean_something():
    city = load_city()
    assert len({project.department for project in city.projects}) >= 8
    assert len(city.projects) >= 200
    assert len(city.panel["rows"]) >= 120
    assert sum(project.source.startswith("F") for project in city.projects) >= 10
    assert sum(project.source == "QD-GOAL" for project in city.projects) == 8


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_whole_year_keeps_both_identities_to_the_fen(whole):
    _, played = whole
    limits = played.limit_round.limits
    assert check_identities(played.limit_round) == ()
    assert (
        Money.total(limit.limit for limit in limits) + played.limit_round.unallocated
        == played.limit_round.ceiling
    )
    used = {cut.claim.ground for limit in limits for cut in limit.cuts if cut.applied}
    assert used == set(Ground)
    assert sum(len(limit.adjustments) for limit in limits) == 2


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_whole_year_makes_nearly_every_move_of_the_table(whole):
    folder, _ = whole
    made = set(json.loads((folder / "events.json").read_text(encoding="utf-8")))
    year = {row.event for row in TRANSITIONS if row.stage is not Stage.RULE}
    never = year - made
    assert {one for one in never if Stage(one.partition(".")[0]) not in ASSESSMENT_STAGES} == {
        "monitoring.return", "request.send_back", "self_evaluation.return", "special_factor_claim.return",
        "special_factor_claim.revoke", "special_factor_claim.withdraw",
    }  # fmt: skip
    assert {one.partition(".")[2] for one in never if Stage(one.partition(".")[0]) in ASSESSMENT_STAGES} == {
        "add_raters", "exempt", "recall", "reject", "reopen", "return", "send_back", "void", "withdraw",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_whole_year_leaves_papers_and_a_bundle_that_verifies(whole):
    _, played = whole
    kinds = {path.suffix for path in played.files}
    assert kinds == {".pdf", ".xlsx", ".zip"}
    assert all(path.stat().st_size > 1000 for path in played.files)
    bundle = next(path for path in played.files if path.suffix == ".zip")
    assert verify(bundle) == []
    content = bytearray(bundle.read_bytes())
    place = content.index(b'"subject"')
    content[place + 1] ^= 1
    bundle.write_bytes(content)
    assert verify(bundle)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_two_runs_in_fresh_folders_give_the_same_limits_and_bytes(tmp_path):
    city = load_city().only(SOME)
    found = []
    for name in ("one", "two"):
        with at_home(tmp_path / name) as home:
            played = play(home, city)
        digests = {
            path.relative_to(tmp_path / name): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in played.files
        }
        found.append((played.limit_round, digests))
    assert found[0] == found[1]


def test_the_demo_wipes_no_folder_that_is_not_its_own(tmp_path, monkeypatch):
    (tmp_path / "thesis.docx").write_text("…", encoding="utf-8")
    with pytest.raises(Exception, match="已有其他数据"):
        run(tmp_path, serve=False, port=0)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    monkeypatch.setenv("BUDGETPERF_DATABASE_URL", "postgresql://elsewhere/db")
    with pytest.raises(Exception, match="内置数据库"):
        run(tmp_path / "new", serve=False, port=0)
    assert not (tmp_path / "new" / MARK).exists()
