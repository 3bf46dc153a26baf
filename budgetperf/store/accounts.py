"""Under whose name the embedded server runs.

PostgreSQL refuses to run as root. Holds the ways to start it all the same: as the user we are; as root
under `nobody`; as `nobody` inside a user namespace of its own. Refuses to create users and to change
the rights of any folder that is not the server's own.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from budgetperf.store.binaries import ServerUnavailable

PROGRAM_LIMIT_SECONDS = 300
LIST = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$1" ] && echo "${p#/proc/}"; done; exit 0'
PROBE = 'cd "$1" && : > file && rm file && "$2/postgres" --version && "$2/initdb" --version'


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a program did: its return code and what it printed."""

    code: int
    said: str


@dataclass(frozen=True)
class Account:
    """One way to run the server's programs.

    Parameters
    ----------
    name : str
        For messages.
    uid, gid : int
        Owner of the server's files, as seen from outside.
    switch : bool
        Whether a child process must change to that user.
    prefix : tuple of str
        Command that a program is wrapped in.
    """

    name: str
    uid: int
    gid: int
    switch: bool = False
    prefix: tuple[str, ...] = ()

    def run(self, command: Sequence[str]) -> Outcome:
        """Run a program to its end under this account, away from the caller's environment and folder.

        Parameters
        ----------
        command : sequence of str
            Program and arguments.

        Returns
        -------
        Outcome
            Return code (127 when the program could not be run at all) and everything it printed.
        """
        full = [*self.prefix, *command]
        # A file, not a pipe: a server left running by pg_ctl would keep a pipe open.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            try:
                done = subprocess.run(
                    full,
                    user=self.uid if self.switch else None,
                    group=self.gid if self.switch else None,
                    extra_groups=[] if self.switch else None,
                    cwd="/",
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    check=False,
                    timeout=PROGRAM_LIMIT_SECONDS,
                )
            except (OSError, subprocess.SubprocessError) as error:
                return Outcome(code=127, said=str(error))
            said.seek(0)
            return Outcome(code=done.returncode, said=said.read())

    def take(self, folder: Path) -> None:
        """Hand a folder of the server, with all that is in it, to this account; the folder becomes 0700."""
        if os.geteuid() == 0 and folder.stat().st_uid != self.uid:
            for place, folders, files in os.walk(folder):
                for name in (".", *folders, *files):
                    os.chown(Path(place) / name, self.uid, self.gid, follow_symlinks=False)
        folder.chmod(0o700)

    def processes_in(self, folder: Path) -> list[int]:
        """Find the processes of this account whose current folder is the given one (Linux; elsewhere none).

        Parameters
        ----------
        folder : Path
            A cluster's data folder: the postmaster and its backends stay in it, nobody else has reason to.

        Returns
        -------
        list of int
            Process ids, dead ones waiting for their parent not included.
        """
        found = {
            int(link.parent.name) for link in Path("/proc").glob("[0-9]*/cwd") if _leads_to(link, folder)
        }
        if self.switch:  # root in a container may not look into other users' processes: ask as that user
            said = self.run(["/bin/sh", "-c", LIST, "sh", str(folder)]).said
            found |= {int(line) for line in said.split() if line.isdigit()}
        return sorted(found)

    def probe(self, parent: Path, binaries: Path) -> Outcome:
        """Try whether this account could keep its files in a folder and run the server's programs.

        Parameters
        ----------
        parent : Path
            The folder that would hold the files; a trial folder is made in it and removed.
        binaries : Path
            Folder with the programs.

        Returns
        -------
        Outcome
            Code 0 when both work; otherwise what failed.
        """
        trial = Path(tempfile.mkdtemp(prefix=".probe-", dir=parent))
        try:
            self.take(trial)
            return self.run(["/bin/sh", "-c", PROBE, "sh", str(trial), str(binaries)])
        finally:
            shutil.rmtree(trial, ignore_errors=True)


def accounts(owner: int | None) -> Iterator[Account]:
    """Ways to run the server, best first.

    Parameters
    ----------
    owner : int or None
        User id that owns the existing data; root keeps running the server under an ordinary owner.

    Yields
    ------
    Account
        To be tried with `Account.probe`.
    """
    if os.geteuid() != 0:
        # initdb insists that its user has a name; a container may run us under a bare number.
        yield from [] if _named(os.geteuid()) else _namespace()
        yield Account("当前用户", os.geteuid(), os.getegid())
        return
    ways = [nobody(), *_namespace()]
    if owner is not None and owner not in [way.uid for way in ways] and owner != 0:
        yield _owner(owner)
    yield from sorted(ways, key=lambda way: owner is not None and way.uid != owner)


def nobody() -> Account:
    """Give the account `nobody`.

    Raises
    ------
    ServerUnavailable
        The system has no such account.
    """
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerUnavailable(
            "server.no_account",
            "本机没有 nobody 用户，root 无法启动自带的 PostgreSQL。请以普通用户运行，或用 BUDGETPERF_DATABASE_URL 指定数据库。",
        ) from None
    return Account("nobody", entry.pw_uid, entry.pw_gid, switch=True)


def _owner(uid: int) -> Account:
    """Account of an ordinary user by number; the group is the one on record, else the same number."""
    try:
        return Account(f"用户 {uid}", uid, pwd.getpwuid(uid).pw_gid, switch=True)
    except KeyError:
        return Account(f"用户 {uid}", uid, uid, switch=True)


def _leads_to(link: Path, folder: Path) -> bool:
    """Whether a link of /proc can be read and leads to a folder."""
    try:
        return link.readlink() == folder
    except OSError:
        return False


def _named(uid: int) -> bool:
    """Whether the system knows a name for a user id."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _namespace() -> list[Account]:
    """Account in a user namespace, where the system allows one.

    Outside it is still the user we are, so that root reaches a 0700 home; inside it is `nobody`.
    """
    program = shutil.which("unshare")
    if program is None:
        return []
    inside = nobody()
    prefix = (program, "--user", f"--map-user={inside.uid}", f"--map-group={inside.gid}")
    way = Account("user namespace", os.geteuid(), os.getegid(), prefix=prefix)
    return [way] if way.run(["/bin/sh", "-c", "exit 0"]).code == 0 else []


def _environment() -> Mapping[str, str]:
    """A clean environment: PGPORT, PGDATA, PGOPTIONS and the like of the caller must not reach the server."""
    path = os.pathsep.join([os.environ.get("PATH", ""), os.defpath]).lstrip(os.pathsep)
    libraries = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": path, "LC_ALL": "C", "TZ": "UTC", **libraries}
