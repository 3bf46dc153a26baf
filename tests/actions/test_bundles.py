"""Evidence bundles: complete, refused to those who see half the log, and broken by one flipped byte."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from budgetperf.actions import bundles
from budgetperf.actions.context import Context, SeededIds
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.rules import InForce
from budgetperf.errors import Forbidden, Invalid, NotFound
from budgetperf.evidence.verifier import verify
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.recompute import GradeFacts
from budgetperf.store.evidence import events_of
from budgetperf.store.records import find_record
from budgetperf.store.session import BoundSession
from tests import cast
from tests.actions.next_year import PANEL
from tests.actions.year import City

Visit = Callable[[Actor], Context]


@pytest.fixture
def bundle(city: City, visit: Visit, tmp_path: Path) -> Path:
    """The bundle of the water project, as a folder."""
    bundles.export(visit(cast.AUDITOR), city.codes["water"], tmp_path / "bundle")
    return tmp_path / "bundle"


def read(bundle: Path, name: str) -> Any:
    return json.loads((bundle / "data" / name).read_text())


def test_both_verifiers_accept_a_real_bundle(bundle: Path) -> None:
    assert verify(bundle) == []
    ran = subprocess.run(
        [sys.executable, "-I", str(bundle / "verify.py")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "VALID" in ran.stdout) == (0, True)


def test_a_zip_says_the_same_as_a_folder(city: City, visit: Visit, bundle: Path, tmp_path: Path) -> None:
    target = io.BytesIO()
    bundles.export(visit(cast.AUDITOR), city.codes["drains"], target)
    (tmp_path / "bundle.zip").write_bytes(target.getvalue())
    assert verify(tmp_path / "bundle.zip") == []
    with zipfile.ZipFile(target) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {city.codes["drains"]}


def test_every_file_refuses_one_flipped_byte_by_name(bundle: Path) -> None:
    names = sorted(path for path in bundle.rglob("*") if path.is_file())
    assert len(names) > 20
    for path in names:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        original = path.read_bytes()
        path.write_bytes(content)
        assert path.relative_to(bundle).as_posix() in {problem.file for problem in verify(bundle)}, path
        path.write_bytes(original)
    assert verify(bundle) == []


def test_the_verifier_inside_names_the_flipped_file(bundle: Path) -> None:
    damaged = min((bundle / "data/packages").iterdir())
    content = bytearray(damaged.read_bytes())
    content[40] ^= 1
    damaged.write_bytes(content)
    ran = subprocess.run(
        [sys.executable, "-I", str(bundle / "verify.py")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, f"data/packages/{damaged.name}" in ran.stdout) == (1, True)


def test_the_filed_workbook_and_the_attached_picture_are_inside(
    city: City, visit: Visit, bundle: Path, tmp_path: Path
) -> None:
    found = {one["filename"]: one for one in read(bundle, "records/attachments.json")["attachments"]}
    assert found.keys() == {"GoalForm-02.xlsx", "岩层勘察.png"}
    assert found["GoalForm-02.xlsx"]["uploaded_by"] == cast.CLERK.id
    bundles.export(visit(cast.FINANCE_REVIEWER), city.codes["drains"], tmp_path / "drains")
    (picture,) = read(tmp_path / "drains", "records/attachments.json")["attachments"]
    assert (picture["filename"], picture["effective_on"]) == ("现场照片.png", "2026-01-10")


def test_the_packages_reach_from_the_ex_ante_to_the_limit_and_its_baseline(bundle: Path) -> None:
    kinds = {json.loads(path.read_text())["kind"] for path in (bundle / "data/packages").iterdir()}
    assert kinds == {
        "exante",
        "light",
        "score",
        "grade",
        "baseline",
        "movement",
        "cut",
        "allocation",
        "limit",
    }


def test_the_log_holds_every_chain_that_speaks_of_the_project(city: City, bundle: Path) -> None:
    lines = (bundle / "data/log/events.jsonl").read_text().splitlines()
    chains = {json.loads(line)["chain"] for line in lines}
    assert chains >= {
        city.codes["water"], "LIMITS-2026", PANEL, "MONITORING-2025Q1", "SELF-EVALUATION-2025", "LEDGER-2025",
    }  # fmt: skip
    assert city.codes["drains"] not in chains


def test_anchors_come_with_proofs_that_the_heads_lie_under_them(city: City, bundle: Path) -> None:
    content = read(bundle, "log/anchors.json")
    assert [anchor["number"] for anchor in content["anchors"]] == [1, 2]
    proven = {(proof["anchor"], proof["head"]["chain"]) for proof in content["proofs"]}
    assert {(1, city.codes["water"]), (2, city.codes["water"]), (2, "LIMITS-2026")} <= proven


def test_the_records_tell_the_limit_as_the_city_has_it(bundle: Path) -> None:
    (line,) = read(bundle, "records/limits.json")
    cuts = read(bundle, "records/cuts.json")
    assert line["request_fen"] - sum(cut["applied_fen"] for cut in cuts) == line["limit_fen"] > 0
    stages = {record["stage"] for record in read(bundle, "records/records.json")}
    assert stages >= {"request", "exante", "monitoring", "self_evaluation", "limits", "baseline"}
    (panel,) = read(bundle, "records/panels.json")
    assert (len(panel["seats"]), len(panel["ratings"])) == (6, 5)


def test_the_export_is_one_event_with_the_bundles_digest(city: City, visit: Visit, tmp_path: Path) -> None:
    ctx = visit(cast.FINANCE_HEAD)
    summary = bundles.export(ctx, city.codes["school"], tmp_path / "bundle")
    event = events_of(ctx.session, city.codes["school"])[-1]
    assert isinstance(event.payload, Mapping)
    assert (event.kind, event.actor, event.payload["manifest"]) == (
        "evidence.export",
        cast.FINANCE_HEAD.id,
        summary.digest,
    )
    assert verify(tmp_path / "bundle", digest=summary.digest) == []


def test_two_exports_on_one_day_differ_only_by_the_export_itself(
    city: City, visit: Visit, tmp_path: Path
) -> None:
    first = bundles.export(visit(cast.AUDITOR), city.codes["school"], tmp_path / "first")
    visit(cast.AUDITOR).session.rollback()
    second = bundles.export(visit(cast.AUDITOR), city.codes["school"], tmp_path / "second")
    assert first == second


@pytest.mark.parametrize(
    "actor", [cast.CLERK, cast.REVIEWER, cast.RULES_OFFICE, cast.ADMINISTRATOR, cast.EXPERTS[0]]
)
def test_who_may_not_export_is_refused(city: City, visit: Visit, tmp_path: Path, actor: Actor) -> None:
    with pytest.raises((Forbidden, NotFound)):
        bundles.export(visit(actor), city.codes["water"], tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_who_sees_half_the_log_is_refused_whatever_they_may(city: City, visit: Visit, tmp_path: Path) -> None:
    """A finance reviewer of one department only: allowed to export, blind to the log."""
    partial = Actor(cast.FINANCE_REVIEWER.id, "郑财", (Grant(Role.FINANCE_REVIEWER, cast.WATER),))
    with pytest.raises(Forbidden, match="请由财政部门或审计人员导出"):
        bundles.export(visit(partial), city.codes["water"], tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_another_departments_project_does_not_exist(city: City, visit: Visit, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        bundles.export(visit(cast.SCHOOL_CLERK), city.codes["water"], tmp_path / "bundle")


def test_a_log_that_was_cut_off_is_not_exported(city: City, owner: Session, tmp_path: Path) -> None:
    last = "SELECT max(number) FROM event WHERE chain = :chain"
    owner.connection().execute(
        text(f"DELETE FROM event WHERE chain = :chain AND number = ({last})"), {"chain": city.codes["water"]}
    )
    session = BoundSession(owner.connection()).bind_actor(cast.AUDITOR)
    ctx = Context(session, cast.AUDITOR, cast.NOW, SeededIds("cut"), Rulebook.load(), city.files)
    with pytest.raises(Invalid, match="操作日志不完整"):
        bundles.export(ctx, city.codes["water"], tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_a_bundle_carries_the_published_editions_its_decisions_name(
    city: City, visit: Visit, bundle: Path, tmp_path: Path
) -> None:
    assert read(bundle, "records/editions.json") == []
    ctx = visit(cast.FINANCE_REVIEWER)
    record = find_record(
        ctx.session, ctx.actor, city.codes["water"], fiscal_year=2025, stage=Stage.SELF_EVALUATION
    )
    assert record is not None
    edition = ctx.rules.by_id("local/grades/2027-01-01")
    used = InForce(edition, edition.rules_as(GradeRules))
    keep(ctx, record, decide(DecisionKind.GRADE, record, GradeFacts(Decimal(84)), used)[1])
    bundles.export(visit(cast.AUDITOR), record.subject, tmp_path / "later")
    (carried,) = read(tmp_path / "later", "records/editions.json")
    assert hashlib.sha256(carried["text"].encode()).hexdigest() == carried["digest"] == edition.digest
    assert '"chain":"local/grades/2027-01-01"' in (tmp_path / "later/data/log/events.jsonl").read_text()
    assert verify(tmp_path / "later") == []
