"""Backup and restore: one tar with the database at one instant, its files by digest, and a manifest.

::

    manifest.json       format, version, schema revision, when, SHA-256 and size of every member
    database.dump       pg_dump, custom format
    files/<digest>      every file the database knows of

The database is dumped and its files are listed in one snapshot, so the parts agree although
people go on working. Restoring goes into an empty place only, checks every digest before the
database is touched, and proves the result by the invariants of ``./bp check``.
"""

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from budgetperf.actions.invariants import check_all
from budgetperf.errors import Conflict, Invalid
from budgetperf.findings import Finding
from budgetperf.store import migrate
from budgetperf.store.session import open_session
from workflows.dump import dump, load
from workflows.home import Home, revision, upgrade

FORMAT = "budgetperf-backup/1"
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files/"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    revision: str
    software: str
    made_at: str
    members: dict[str, str]

    def document(self) -> bytes:
        """Return it as JSON."""
        shown = {
            "format": FORMAT,
            "revision": self.revision,
            "software": self.software,
            "made_at": self.made_at,
            "members": self.members,
        }
        return json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True).encode()


def back_up(home: Home, target: Path) -> Manifest:
    """Write a backup and return what it says of itself; ``target`` appears only when it is whole.

    Raises
    ------
    Conflict
        The file is there already, or there is nothing to back up.
    Unavailable
        pg_dump is missing or too old, or a file is damaged.
    """
    found = revision(home)
    if found is None:
        raise Conflict("backup.empty", "数据库是空的，没有可备份的内容")
    if target.exists():
        raise Conflict("backup.exists", f"{target} 已存在，请换一个文件名")
    part = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
        dumped = Path(folder) / DUMP
        with _snapshot(home) as (snapshot, digests):
            dump(home.database.owner_url, dumped, snapshot=snapshot)
        paths = {DUMP: dumped, **{FILES + digest: home.files.path(digest) for digest in digests}}
        members = {name: _digest(path) for name, path in paths.items()}
        for name, digest in members.items():
            if name.startswith(FILES) and name != FILES + digest:
                raise Conflict("backup.damaged", f"文件 {name} 的内容与入库时不符，请先运行 ./bp check")
        manifest = Manifest(
            found, version("budgetperf"), datetime.now(UTC).isoformat(timespec="seconds"), members
        )
        _write(part, manifest, paths)
    part.rename(target)
    return manifest


def restore(home: Home, source: Path) -> tuple[Manifest, list[Finding]]:
    """Fill an empty home from a backup; return what the backup says and what the checks found.

    Raises
    ------
    Conflict
        The database or the folder of files is not empty.
    Invalid
        The backup is damaged, or made by a newer version.
    """
    if revision(home) is not None or _has_tables(home) or home.files.digests():
        raise Conflict(
            "restore.not_empty", f"{home.folder} 中已有数据。恢复只能在空库中进行，请用 --home 指定一个新目录"
        )
    home.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.folder) as folder, _opened(source) as archive:
        manifest = _read_manifest(archive)
        place = Path(folder)
        for name, digest in manifest.members.items():
            _take(archive, name, place / name.replace("/", "_"), digest)
        load(home.database.owner_url, place / DUMP)
        for name in manifest.members:
            if name.startswith(FILES):
                target = home.files.path(name.removeprefix(FILES))
                target.parent.mkdir(parents=True, exist_ok=True)
                (place / name.replace("/", "_")).rename(target)
    upgrade(home)
    return manifest, check(home)


def check(home: Home) -> list[Finding]:
    """Return what breaks a rule that must always hold."""
    with home.owner() as owner, open_session(owner) as session:
        return [finding for _, findings in check_all(session, home.files) for finding in findings]


# ---------------------------------------------------------------------- inside


@contextmanager
def _snapshot(home: Home) -> Iterator[tuple[str, list[str]]]:
    """Hold one instant of the database open: its name for pg_dump, and the files it knows of."""
    with (
        home.owner() as owner,
        owner.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
    ):
        name = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        yield name, _files(connection)


def _files(connection: Connection) -> list[str]:
    return [
        str(row)
        for row in connection.execute(text("SELECT digest FROM stored_file ORDER BY digest")).scalars()
    ]


def _has_tables(home: Home) -> bool:
    with home.owner() as owner, owner.connect() as connection:
        found = connection.execute(
            text("SELECT 1 FROM pg_tables WHERE schemaname IN ('public', 'dbos') LIMIT 1")
        )
        return found.first() is not None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(part: Path, manifest: Manifest, paths: dict[str, Path]) -> None:
    part.touch(mode=0o600)  # a backup holds everything the database holds
    with tarfile.open(part, "w") as archive:
        content = manifest.document()
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(content)
        archive.addfile(head, io.BytesIO(content))
        for name, path in paths.items():
            member = tarfile.TarInfo(name)
            member.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(member, file)


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except (tarfile.TarError, OSError) as error:
        raise Invalid("restore.unreadable", f"{source} 不是完整的备份文件：{error}") from error


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        document = json.loads(_member(archive, MANIFEST).read())
        shape = document["format"]
        manifest = Manifest(
            document["revision"], document["software"], document["made_at"], dict(document["members"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("restore.manifest", "备份文件的清单缺失或已损坏") from error
    if shape != FORMAT or not migrate.knows(manifest.revision):
        raise Invalid(
            "restore.version",
            f"备份由较新的版本（{manifest.software}，{manifest.revision}）生成，请用该版本恢复",
        )
    if extra := sorted(set(archive.getnames()) - {MANIFEST, *manifest.members}):
        raise Invalid("restore.extra", f"备份中有清单之外的内容：{extra[0]}")
    return manifest


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file


def _take(archive: tarfile.TarFile, name: str, target: Path, digest: str) -> None:
    """Copy a member out and refuse it when it is not what the manifest says."""
    try:
        with _member(archive, name) as file, target.open("wb") as out:
            shutil.copyfileobj(file, out, BLOCK)
    except KeyError as error:
        raise Invalid("restore.missing", f"备份中缺少 {name}") from error
    if _digest(target) != digest or (name.startswith(FILES) and name != FILES + digest):
        raise Invalid("restore.changed", f"备份中的 {name} 与清单登记的摘要不符，备份已被改动或损坏")
