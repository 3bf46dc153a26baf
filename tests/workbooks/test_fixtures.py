"""The two folders of real-life workbooks: what must be read right, and what must be told where."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity
from budgetperf.lifecycle.goals.checks import check
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.workbooks.intake import read_goals
from tests.lifecycle.goal_forms import CONTEXT

FORMS = Path(__file__).parents[2] / "fixtures" / "forms"
PASSING = sorted((FORMS / "should_pass").iterdir())
FAILING = sorted(path for path in (FORMS / "should_fail").iterdir() if path.is_dir())


def _load_make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fixtures_forms_make", FORMS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


make = _load_make()
SOUND = GoalForm.model_validate(make.sound_document())
TYPED_OTHERWISE = {"formulas_with_results": {"project_name": "=老旧小区供水管网改造"}}


def _told(content: bytes) -> list[tuple[str, str]]:
    """What the intake, and then the checks, tell of a file: code and cell of each error."""
    try:
        intake = read_goals(content)
    except Invalid as refusal:
        return [(refusal.code, "")]
    found: tuple[Finding, ...] = intake.findings
    if intake.form is not None:
        found = (*found, *intake.locate(check(intake.form, CONTEXT)))
    return sorted((f.code, f.where.cell) for f in found if f.severity is Severity.ERROR)


def test_both_folders_hold_what_the_script_makes() -> None:
    on_disk = {path.relative_to(FORMS): path.read_bytes() for path in FORMS.glob("should_*/**/*.*")}
    assert on_disk == make.files()


@pytest.mark.parametrize("path", PASSING, ids=lambda path: path.stem)
def test_file_that_should_pass_is_read_as_the_sound_form(path: Path) -> None:
    intake = read_goals(path.read_bytes())
    assert [f for f in intake.findings if f.severity is Severity.ERROR] == []
    assert intake.form == SOUND.model_copy(update=TYPED_OTHERWISE.get(path.stem, {}))
    assert [f for f in check(intake.form, CONTEXT) if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize("folder", FAILING, ids=lambda path: path.name)
def test_file_that_should_fail_is_told_at_its_cell(folder: Path) -> None:
    [file] = [path for path in folder.iterdir() if path.name != "expected.json"]
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert _told(file.read_bytes()) == sorted((case["code"], case["cell"]) for case in expected)
