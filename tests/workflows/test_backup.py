"""A backup restored elsewhere is the same city; a damaged one is refused before anything is written."""

import io
import json
import shutil
import tarfile
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from budgetperf.actions.files import attach
from budgetperf.errors import Conflict, Invalid, Unavailable
from budgetperf.store.server import EmbeddedServer
from tests import cast
from tests.conftest import database_from, database_of, run
from tests.workflows.city import ARGUMENTS, fill, house_of, wait
from workflows import dump
from workflows.backup import MANIFEST, back_up, check, restore
from workflows.home import Home
from workflows.jobs import Jobs, prepare
from workflows.worker import working

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def lived_in(
    server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """A city with projects, a file, and a campaign that has run."""
    folder = tmp_path_factory.mktemp("lived")
    with database_from(server, template) as database:
        prepare(database)
        with house_of(database, folder) as house:
            code = fill(house)[0]
            with house.unit(cast.CLERK, "file") as ctx:
                day = cast.NOW.date() - timedelta(days=3)
                attach(ctx, code, PDF, filename="合同.pdf", describes="施工合同", effective_on=day)
            jobs = Jobs(house)
            run_id = jobs.start("campaign.quarter", ARGUMENTS, key="1", actor_id=cast.FINANCE_REVIEWER.id)
            with working(house, database):
                wait(jobs, run_id)
            jobs.close()
        yield Home(folder, database)


@pytest.fixture
def home(server: EmbeddedServer, lived_in: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of it."""
    shutil.copytree(lived_in.folder, tmp_path / "here")
    with database_from(server, str(make_url(lived_in.database.owner_url).database)) as database:
        yield Home(tmp_path / "here", database)


@pytest.fixture
def elsewhere(server: EmbeddedServer, tmp_path: Path) -> Iterator[Home]:
    """A home with an empty database."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    run(server, f'CREATE DATABASE "{name}"')
    yield Home(tmp_path / "there", database_of(server, name))
    run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def everything(home: Home) -> dict[str, str]:
    """A digest of the rows of every table."""
    owner = home.database.owner_engine()
    with owner.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'dbos')"
            )
        ).scalars()
        found = {
            table: str(
                connection.execute(
                    text(
                        f"SELECT count(*) || md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {table} t"
                    )
                ).scalar_one()
            )
            for table in sorted(tables)
        }
    owner.dispose()
    return found


def altered(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a tar with members changed, or left out."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for name in old.getnames():
            member = old.extractfile(name)
            assert member is not None
            content = change(name, member.read())
            if content is not None:
                head = tarfile.TarInfo(name)
                head.size = len(content)
                new.addfile(head, io.BytesIO(content))
    return target


def test_a_restored_city_is_the_same_and_holds_every_rule(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    before = everything(home)
    manifest = back_up(home, tmp_path / "city.tar")
    restored, findings = restore(elsewhere, tmp_path / "city.tar")
    assert findings == check(home) == []
    assert restored == manifest
    assert everything(elsewhere) == before == everything(home)
    digests = home.files.digests()
    assert elsewhere.files.digests() == digests
    assert [elsewhere.files.get(digest) for digest in digests] == [PDF]


def test_the_restored_wall_stands_and_work_goes_on(home: Home, elsewhere: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "city.tar")
    restore(elsewhere, tmp_path / "city.tar")
    with house_of(elsewhere.database, elsewhere.folder) as house:
        with house.unit(cast.SCHOOL_CLERK) as ctx:
            seen = ctx.session.connection().execute(text("SELECT count(*) FROM evaluand")).scalar_one()
        assert seen == 1
        jobs = Jobs(house)
        run_id = jobs.start(
            "campaign.quarter", {**ARGUMENTS, "quarter": "2"}, key="2", actor_id=cast.FINANCE_REVIEWER.id
        )
        with working(house, elsewhere.database):
            assert wait(jobs, run_id).run.done == 3
        jobs.close()


def test_a_backup_can_be_read_by_its_owner_only_and_is_never_overwritten(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "city.tar"
    back_up(home, target)
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match="已存在"):
        back_up(home, target)
    assert not list(tmp_path.glob("*.part"))


def test_an_empty_database_has_nothing_to_back_up(elsewhere: Home, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="空的"):
        back_up(elsewhere, tmp_path / "city.tar")


def test_a_damaged_file_is_not_backed_up_silently(home: Home, tmp_path: Path) -> None:
    (digest,) = home.files.digests()
    home.files.path(digest).write_bytes(b"something else")
    with pytest.raises(Conflict, match=digest):
        back_up(home, tmp_path / "city.tar")
    assert not (tmp_path / "city.tar").exists()


def test_nothing_is_restored_over_data(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "city.tar")
    with pytest.raises(Conflict, match="已有数据"):
        restore(home, tmp_path / "city.tar")


def test_a_changed_backup_is_refused_and_leaves_the_place_empty(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    whole = tmp_path / "city.tar"
    back_up(home, whole)
    (digest,) = home.files.digests()

    def flipped(wanted: str) -> Callable[[str, bytes], bytes]:
        return lambda name, content: bytes([content[0] ^ 1, *content[1:]]) if name == wanted else content

    for wanted in ("database.dump", f"files/{digest}"):
        broken = altered(whole, tmp_path / f"{len(wanted)}.tar", flipped(wanted))
        with pytest.raises(Invalid, match=wanted):
            restore(elsewhere, broken)
    without = altered(
        whole, tmp_path / "less.tar", lambda name, content: None if name == f"files/{digest}" else content
    )
    with pytest.raises(Invalid, match="缺少"):
        restore(elsewhere, without)
    assert everything(elsewhere) == {}
    assert elsewhere.files.digests() == set()


def test_a_backup_of_a_newer_version_is_refused(home: Home, elsewhere: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "city.tar")

    def newer(name: str, content: bytes) -> bytes:
        return (
            json.dumps({**json.loads(content), "revision": "9999_later"}).encode()
            if name == MANIFEST
            else content
        )

    with pytest.raises(Invalid, match="较新的版本"):
        restore(elsewhere, altered(tmp_path / "city.tar", tmp_path / "newer.tar", newer))


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"PK\x03\x04"])
def test_what_is_no_backup_is_refused(elsewhere: Home, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "junk").write_bytes(content)
    with pytest.raises(Invalid, match="备份文件"):
        restore(elsewhere, tmp_path / "junk")


def test_no_password_stands_among_the_arguments() -> None:
    shown = dump._conninfo("postgresql+psycopg://owner:se%20cret@db.example:5433/city?sslmode=require")
    assert shown == "host=db.example port=5433 user=owner dbname=city sslmode=require"


def test_a_pg_dump_that_is_too_old_is_named(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    program = old / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    program.chmod(0o755)
    monkeypatch.setenv("BUDGETPERF_PG_BIN", str(old))
    monkeypatch.setenv("PATH", str(old))
    with pytest.raises(Unavailable, match=r"9\.6.*postgresql-client-"):
        back_up(home, tmp_path / "city.tar")
