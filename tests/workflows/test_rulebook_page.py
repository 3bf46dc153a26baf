"""docs/rulebook.md as a finance officer follows it: every command as written, in its order."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from budgetperf.rulebook import library, lock
from docs.generate import FOLDER
from tests.rulebook.filling import filled
from workflows import schemes
from workflows.command import main

PAGE = (FOLDER / "rulebook.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
(FACTS,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
(MAP,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
DRAFTS = Path("var/rulebook/海州市")


def test_the_page_is_followed_from_the_list_to_the_published_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "budgetperf/rulebook"
    shutil.copytree(lock.ROOT, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for module in (lock, schemes):
        monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(schemes.Rulebook, "load", staticmethod(lambda: library._load.__wrapped__(root)))
    monkeypatch.chdir(tmp_path)
    Path("事实.json").write_text(FACTS, encoding="utf-8")
    said = {}
    for command in COMMANDS:
        spoken, _, redirected = command.partition(" > ")
        words = shlex.split(spoken)
        if words[0] == "cp":
            shutil.copytree(words[2], Path(words[3]) / Path(words[2]).name)
        elif words[:3] == [".venv/bin/python", "-m", "budgetperf.rulebook.lock"]:
            assert lock.main([]) == 0
        else:
            assert words[0] == "./bp"
            assert main(words[1:]) == 0, capsys.readouterr()
        said[command] = capsys.readouterr().out
        if redirected:
            Path(redirected).write_text(MAP if "对照表" in redirected else said[command], encoding="utf-8")
        if "new-city" in command:
            for path in DRAFTS.glob("*/*.yaml"):
                path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    compared, template, assessed = (text for command, text in said.items() if "compare" in command)
    (shown,) = re.findall(r"^社区巡查：.*$", PAGE, re.MULTILINE)
    assert shown in compared.splitlines()
    assert {",".join(line.split(",")[:2]) for line in MAP.splitlines()} <= {
        ",".join(line.split(",")[:2]) for line in template.splitlines()
    }
    assert "个等级改变" in assessed
    assert "已锁定 海州市/grades/2027-01-01" in said[".venv/bin/python -m budgetperf.rulebook.lock"]
    assert "海州市绩效评价等级" in said["./bp schemes show 海州市/grades --as-of 2027-01-01"]


def test_the_page_shows_refusals_as_they_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemes", "new-city", "海州市", "--from", "2027-01-01", "--dir", str(tmp_path)]) == 0
    city = tmp_path / "海州市"
    for path in city.glob("*/*.yaml"):
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    scheme, grades = city / "finance_evaluation/2027-01-01.yaml", city / "grades/2027-01-01.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("weight: 10", "weight: 9", 1), encoding="utf-8")
    grades.write_text(
        grades.read_text("utf-8").replace('{total: "89.99"}', '{total: "90.99"}'), encoding="utf-8"
    )
    capsys.readouterr()
    assert main(["schemes", "check", str(city)]) == 1
    told = [line.removeprefix(f"{city}/") for line in capsys.readouterr().out.splitlines()]
    (shown,) = re.findall(r"```\n(finance_evaluation/.*?)```", PAGE, re.DOTALL)
    assert shown.splitlines() == [line for line in told if "应为" in line]


def test_the_page_names_no_file_that_is_not_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (FOLDER / target).exists()
