"""./bp build-index: three tables in, a workbook, a report and a draft out; nothing hidden, nothing half said."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from budgetperf.rulebook.checking import checked_edition
from tests.statistics.makers import FIXTURES
from workflows.command import main

SURVEY, VALUES, PAIRS = (str(FIXTURES / name) for name in ("survey.csv", "values.csv", "pairs.csv"))
HEAD = ("--title", "样例指数", "--jurisdiction", "sample", "--valid-from", "2027-01-01")


def test_the_made_tables_become_a_workbook_a_report_and_a_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build-index", SURVEY, VALUES, "--pairs", PAIRS, "--out", str(tmp_path), *HEAD]) == 0
    draft = tmp_path / "sample" / "composite_index" / "2027-01-01.yaml"
    edition = checked_edition(draft.read_bytes(), name=draft.name)
    assert (edition.title, edition.valid_from) == ("样例指数", date(2027, 1, 1))
    assert "## 各方法权重对照" in (tmp_path / "测算报告.md").read_text(encoding="utf-8")
    assert "综合得分与排名" in load_workbook(tmp_path / "测算表.xlsx").sheetnames
    said = capsys.readouterr().out
    assert "[警告] 21个评价对象、12个指标" in said
    assert "保留 12 个指标，删去 3 个" in said


def test_the_draft_passes_the_check_of_the_rulebook(tmp_path: Path) -> None:
    assert (
        main(["build-index", SURVEY, VALUES, "--out", str(tmp_path), *HEAD, "--set", "method=entropy"]) == 0
    )
    assert main(["schemes", "check", str(tmp_path)]) == 0


def test_an_error_among_the_findings_is_returned_and_the_rest_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = (FIXTURES / "values.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = [line.split(",") for line in twice]
    for number, row in enumerate(rows):  # 税收收入 becomes exactly twice 一般公共预算收入
        row[3] = row[3] if number < 4 else str(2 * float(row[2]))
    values = tmp_path / "values.csv"
    values.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    settings = ("--set", "correlation_bound=1", "--set", "method=equal")
    assert main(["build-index", SURVEY, str(values), "--out", str(tmp_path), *HEAD, *settings]) == 1
    assert "因子载荷权重无法计算" in capsys.readouterr().out
    assert (tmp_path / "sample" / "composite_index" / "2027-01-01.yaml").exists()


def test_weights_that_were_not_computed_give_no_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build-index", SURVEY, VALUES, "--out", str(tmp_path), *HEAD, "--set", "method=ahp"]) == 1
    assert "“层次分析权重”未能算出" in capsys.readouterr().err
    assert (tmp_path / "测算报告.md").exists()
    assert not (tmp_path / "sample").exists()


def test_judgements_that_contradict_each_other_give_no_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [line.split(",") for line in (FIXTURES / "pairs.csv").read_text(encoding="utf-8-sig").splitlines()]
    rows = [[*row[:1], *("" for _ in row[1:])] if number else row for number, row in enumerate(rows)]
    for i in range(1, len(rows)):
        for j in range(i + 1, len(rows)):
            rows[i][j] = ("9", "1/9")[(i + j) % 2]
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    order = ["build-index", SURVEY, VALUES, "--pairs", str(pairs), "--out", str(tmp_path / "out"), *HEAD]
    assert main([*order, "--set", "method=ahp"]) == 1
    assert "“层次分析权重”尚有错误，不能据以起草" in capsys.readouterr().err
    assert not (tmp_path / "out/sample").exists()
    assert main([*order, "--set", "method=entropy"]) == 1
    assert (tmp_path / "out/sample").exists()


def test_a_city_is_named_as_new_city_names_it_and_every_ratio_is_a_number(tmp_path: Path) -> None:
    head = ("--title", "样例指数", "--jurisdiction", "海州市", "--valid-from", "2027-01-01")
    assert main(["build-index", SURVEY, VALUES, "--out", str(tmp_path), *head]) == 0
    assert (tmp_path / "海州市/composite_index/2027-01-01.yaml").is_file()
    sheet = load_workbook(tmp_path / "测算表.xlsx")["因子与特征值"]
    assert {
        type(cell) for row in sheet.iter_rows(min_row=3, max_col=4, values_only=True) for cell in row
    } <= {
        int,
        float,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((SURVEY, "nowhere.csv"), "没有找到文件 nowhere.csv"),
        ((VALUES, VALUES), "“values.csv”有"),
        ((SURVEY, VALUES, "--set", "membership_cut=7"), "隶属度下限：应在0与1之间"),
        ((SURVEY, VALUES, "--set", "unknown=7"), "没有参数“unknown”，--set 可设：method（草案采用的权重）、"),
        (
            (SURVEY, VALUES, "--set", "method=foo"),
            "草案采用的权重：不在可选范围内，应为 factor（因子载荷权重）、entropy（熵权）、",
        ),
        ((SURVEY, VALUES, "--set", "membership_cut=1"), "筛选后只剩"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert main(["build-index", *arguments, "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert told.count(said) == 1
    assert not (tmp_path / "out").exists()
