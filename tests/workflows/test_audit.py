"""``./bp audit-form`` as a stranger meets it: no home, no database, an exit code to build on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workflows.command import main

ROOT = Path(__file__).parents[2]
FORMS = ROOT / "fixtures/forms"
SOUND = FORMS / "self_evaluation/should_pass/national_layout.xlsx"
WRONG = FORMS / "self_evaluation/should_fail/raw_percent/form.xlsx"


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> str:
    assert main(["audit-form", *arguments]) == code
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_a_clean_form_returns_0(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, str(SOUND), code=0)
    assert "老旧小区供水管网改造" in shown
    assert (
        "（national/self_evaluation/2020-02-25；表名和主管部门没有写明另有办法的地区，用全国办法）" in shown
    )
    assert "0 errors" in shown


def test_an_error_returns_1_and_stands_below_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, str(WRONG), code=1).splitlines()
    at = next(at for at, line in enumerate(lines) if "audit.raw_percent" in line)
    assert lines[at - 1].startswith("指标6")
    assert lines[at - 1].split()[-2:] == ["9.6", "9.8"]
    assert "（自评表!H18）" in lines[at]


def test_warnings_alone_return_0(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = json.loads((FORMS / "self_evaluation/should_pass/sound.json").read_bytes())
    document["overall_goal"]["预期目标"] = "860.5"
    (tmp_path / "form.json").write_text(json.dumps(document), encoding="utf-8")
    assert "[警告]" in said(capsys, str(tmp_path / "form.json"), code=0)


def test_a_row_that_cannot_be_checked_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, str(FORMS / "self_evaluation/should_fail/values_left_blank/form.xlsx"), code=1)
    assert next(line for line in shown.splitlines() if line.startswith("指标8")).endswith("未核")


def test_a_file_that_is_not_there_returns_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert "没有文件" in said(capsys, "nowhere.xlsx", code=2)


def test_a_file_that_is_no_form_returns_1_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert ".xls 工作簿" in said(capsys, str(FORMS / "should_fail/old_format/form.xls"), code=1)


def test_columns_of_chinese_and_digits_stand_in_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, str(FORMS / "published/forms.json"), code=1).splitlines()
    assert sum(line.startswith("依据：") for line in lines) == 20
    rows = [line.encode("gb18030") for line in lines if line.startswith(("指标1 ", "行 "))]
    assert len({row[:11] for row in rows}) == 2
    assert all(row[10:11] == b" " for row in rows)


def test_json_is_the_whole_answer(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(said(capsys, str(WRONG), "--json", code=1))
    [form] = answer["forms"]
    assert answer["errors"] == 1
    assert (form["total"], form["printed_total"], form["grade"]["label"]) == ("99.2", "99", "优")
    assert form["execution"]["rate_ratio"] == "0.99"
    assert [finding["code"] for finding in form["findings"]] == ["audit.raw_percent"]
    assert form["findings"][0]["row"] == "指标6"


def test_nothing_heavy_and_no_database_is_loaded() -> None:
    code = (
        "import sys; from workflows.command import main;"
        f"main(['audit-form', {str(SOUND)!r}]);"
        "print([n for n in ('sqlalchemy', 'sqlmodel', 'dbos', 'fastapi', 'pandas', 'reportlab') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
