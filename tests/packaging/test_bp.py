"""`./bp` before there is an environment: what it says when something is missing, and where it looks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "cat", "env", "mkdir", "readlink", "sed", "sha256sum")
INPUTS = (
    "bp",
    "requirements.lock",
    "build-constraints.txt",
    "pyproject.toml",
    "api/assets/build_hook.py",
    "api/assets/package.json",
    "api/assets/package-lock.json",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `./bp` reads, in a folder whose name has a space, with nothing made yet."""
    copy = tmp_path / "a checkout"
    for name in INPUTS:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (copy / "budgetperf").mkdir()
    return copy


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH that holds the few system tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (folder / tool).symlink_to(found)
    return folder


def run(program: Path, path: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path, "HOME": os.environ.get("HOME", "/"), **more}
    return subprocess.run(
        [str(program), "--help"], env=environment, cwd="/", capture_output=True, text=True, check=False
    )


def fake(folder: Path, name: str, body: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def test_missing_python_is_said_at_once(checkout: Path, bare_path: Path) -> None:
    fake(bare_path, "python3", "exit 127")  # a shim with no Python behind it
    done = run(checkout / "bp", str(bare_path))
    assert done.returncode == 1
    assert "No Python 3.11, 3.12 or 3.13" in done.stderr
    assert done.stdout == ""


def test_unsuitable_chosen_python_is_named(checkout: Path, bare_path: Path) -> None:
    done = run(checkout / "bp", str(bare_path), BUDGETPERF_PYTHON="/bin/false")
    assert done.returncode == 1
    assert "BUDGETPERF_PYTHON=/bin/false" in done.stderr


def test_finished_environment_is_used_from_anywhere_and_through_links(checkout: Path, tmp_path: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    fake(python.parent, "python", 'printf "%s\\n" "$PWD" "$@"')
    for folder in ("api/static/vendor", "budgetperf/reports/fonts"):
        (checkout / folder).mkdir(parents=True)
        (checkout / folder / ".stamp").write_text("made\n")
    stamp = subprocess.run(
        ["sh", "-c", f"pwd -P; cat {' '.join(INPUTS)}"], cwd=checkout, capture_output=True, check=True
    ).stdout
    digest = subprocess.run(["sha256sum"], input=stamp, capture_output=True, check=True).stdout
    (checkout / ".venv" / ".bp-stamp").write_bytes(digest)
    link = tmp_path / "first link"
    link.symlink_to(Path("a checkout") / "bp")
    (tmp_path / "second").symlink_to(link)
    for program in (checkout / "bp", link, tmp_path / "second"):
        done = run(program, os.environ["PATH"])
        assert (done.stdout.splitlines(), done.stderr) == (
            ["/", "-P", "-m", "workflows.command", "--help"],
            "",
        )
