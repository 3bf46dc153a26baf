"""What a change must pass: the suite, and the checks of the code. For a checkout, not for a service."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from budgetperf.errors import Unavailable

Say = Callable[[str], None]

ROOT = Path(__file__).resolve().parents[1]
REGISTRY = re.compile(
    rb"(?:files\.pythonhosted|pypi|registry\.(?:npmjs|yarnpkg)|registry\.npmmirror|pypi\.tuna\.tsinghua"
    rb"|mirrors\.(?:aliyun|tencent|ustc|huaweicloud))\.(?:org|com|edu|cn)\b"
)
"""Hosts of package registries: which one is used is a matter of each machine, not of the project."""


def run_tests(arguments: list[str], say: Say) -> int:
    """Run the suite on two processes; further arguments go to pytest."""
    spread = [] if any(part == "-n" or part.startswith("-n") for part in arguments) else ["-n", "2"]
    return _run([sys.executable, "-m", "pytest", *spread, *arguments], say)


def check_code(say: Say) -> int:
    """Run every check of the code and return 1 when any fails; all are run."""
    programs = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
    )
    failed = [program[0] for program in programs if _run([_tool(program[0]), *program[1:]], say)]
    places = registry_hosts(_committed(say))
    for place in places:
        say(f"{place}: 提交的文件不得写明软件源地址 / names a package registry")
    failed += ["registry hosts"] if places else []
    say(f"未通过 / failed: {', '.join(failed)}" if failed else "代码检查全部通过 / all checks passed")
    return int(bool(failed))


def registry_hosts(files: dict[str, bytes]) -> list[str]:
    """Return ``file:line`` of every registry host named in committed files."""
    return [
        f"{name}:{number}"
        for name, content in sorted(files.items())
        for number, line in enumerate(content.splitlines(), 1)
        if REGISTRY.search(line)
    ]


def _committed(say: Say) -> dict[str, bytes]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        say("不在 git 检出目录中，未检查软件源地址 / not a git checkout: registry hosts not looked for")
        return {}
    names = [name.decode() for name in listed.stdout.split(b"\0") if name]
    return {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}


def _tool(name: str) -> str:
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise Unavailable("check_code.tool", f"没有安装 {name}：请在代码检出目录中运行 ./bp check-code")
    return str(path)


def _run(command: list[str], say: Say) -> int:
    say(f"$ {' '.join([Path(command[0]).name, *command[1:]])}")
    return subprocess.run(command, cwd=ROOT, check=False).returncode
