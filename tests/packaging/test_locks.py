"""What is installed is pinned and hashed, and names no registry; what is built is in the package."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "build-constraints.txt")


def requirements(name: str) -> list[str]:
    joined = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    lines = requirements(lock)
    assert lines
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_lock_holds_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {canonical(line) for line in requirements("requirements.lock")}
    assert {canonical(name) for name in wanted} - locked == set()


def test_build_requirements_are_constrained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    constrained = {canonical(line) for line in requirements("build-constraints.txt")}
    assert {canonical(name) for name in project["build-system"]["requires"]} <= constrained


def test_front_end_lock_has_hashes_and_no_addresses_of_files() -> None:
    lock = json.loads((ROOT / "api" / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_no_committed_lock_of_uv() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    said = subprocess.run(
        ["git", "ls-files", "*uv.lock", "*pylock*.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (0, "")


def test_wheel_carries_the_front_end_and_the_fonts(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "api/static/vendor/htmx.min.js",
        "api/static/vendor/LICENSES.txt",
        "budgetperf/reports/fonts/NotoSansSC-Regular.ttf",
        "budgetperf/reports/fonts/NotoSansSC-Bold.ttf",
        "budgetperf/reports/fonts/OFL.txt",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "fixtures/", "var/"))]
