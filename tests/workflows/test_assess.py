"""./bp assess as an assessing office meets it: files in, files out, and what is refused."""

import csv
import json
import os
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from budgetperf.rulebook.library import Rulebook
from workflows.command import main

EDITIONS = [edition for edition in Rulebook.load().editions if edition.kind == "unit_assessment"]
ID = "zhengding/unit_assessment/2014-01-01"
HEAD = "unit,group,item,period,rater,value,standard,note"
ZHENGDING = [  # a township: 90 x (0.8 + 1) / 2 = 81 and 10 x 0.9 = 9, a bonus of 3 + 1, a penalty of 0.5
    "镇一,township,economy,mid,,80,100,",
    "镇一,township,livelihood,mid,,80,100,",
    "镇一,township,leader_rating,mid,leader/甲,80,,",
    "镇一,township,leader_rating,mid,leader/乙,100,,",
    "镇一,township,economy,end,,100,100,",
    "镇一,township,livelihood,end,,100,100,",
    "镇一,township,leader_rating,end,leader/甲,90,,",
    "镇一,township,award_city,,,1,,平安建设",
    "镇一,township,award_province,,,1,,平安建设",
    "镇一,township,award_city_department,,,1,,统计工作",
    "镇一,township,complaint,,,1,,投诉一件",
]


@pytest.fixture
def bp(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def verb(*arguments: object, code: int = 0) -> str:
        assert main([*map(str, arguments)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return verb


@pytest.fixture
def assess(bp: Callable[..., str], tmp_path: Path) -> Callable[..., str]:
    """Assess lines under a scheme; results stand in ``结果.csv``, the trace in ``过程.json``."""

    def run(scheme: str, *lines: str, code: int = 0, head: str = HEAD) -> str:
        facts = tmp_path / "事实.csv"
        facts.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        files = ("--facts", facts, "--out", tmp_path / "结果.csv", "--trace", tmp_path / "过程.json")
        return bp("assess", scheme, *files, code=code)

    return run


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_facts_file_becomes_a_row_a_unit_with_reasons(assess, tmp_path: Path) -> None:
    said = assess("zhengding", *ZHENGDING)
    assert "zhengding/unit_assessment/2014-01-01" in said
    (row,) = read(tmp_path / "结果.csv")
    assert row == {
        "unit": "镇一",
        "group": "township",
        "indicators": "81.00",
        "leaders": "9.00",
        "public": "",
        "bonus": "4",
        "penalty": "0.5",
        "total": "93.50",
        "rank": "1",
        "grade": "达标",
        "consequence": "",
        "reasons": "加分：“平安建设”获多级认定，按最高一级计3分；得分达到“先进”，但不在名额之内",
    }
    assert list(row)[:2] + list(row)[-7:] == [
        *("unit", "group"),
        *("bonus", "penalty", "total", "rank", "grade", "consequence", "reasons"),
    ]
    trace = json.loads((tmp_path / "过程.json").read_text(encoding="utf-8"))
    assert (trace["edition"], trace["units"][0]["total"]) == ("zhengding/unit_assessment/2014-01-01", "93.50")


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.jurisdiction)
def test_every_template_runs_as_it_is_and_asks_for_every_group(bp, tmp_path: Path, edition) -> None:
    page = bp("schemes", "show", edition.id, "--template")
    for track in edition.rules.tracks:
        assert not [item for item in track.items() if not re.search(rf"[ ：]{re.escape(item)} ", page)]
    facts, out = tmp_path / "事实.csv", tmp_path / "结果.csv"
    facts.write_text(page, encoding="utf-8")
    bp("assess", edition.id, "--facts", facts, "--out", out)
    assert {row["group"] for row in read(out)} == {
        leaf.key for track in edition.rules.tracks for leaf in track.leaves()
    }


def changed(before: str, *after: str) -> list[str]:
    assert ZHENGDING.count(before) == 1
    at = ZHENGDING.index(before)
    return [*ZHENGDING[:at], *after, *ZHENGDING[at + 1 :]]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param(
            changed(ZHENGDING[0], ZHENGDING[0].replace("economy", "economies")),
            "第2行 “镇一”的项目编码“economies”不在方案中，请按方案列出的项目编码更正",
            id="unknown item",
        ),
        pytest.param(
            [line for line in ZHENGDING if ",end," not in line],
            "第2行 “镇一”缺少“指标考核”年终的经济发展、民生，请补报",
            id="missing period",
        ),
        pytest.param(
            changed(ZHENGDING[2], ZHENGDING[2].replace(",80,", ",100.5,")),
            "第4行 “领导评分”的评分100.5不在0至100分的量表内，请更正",
            id="rating outside its scale",
        ),
        pytest.param(
            [*ZHENGDING, ZHENGDING[0].replace(",80,", ",90,")],
            "第13行 “镇一”的“economy”与第2行重复填报同一事实，请只保留一行",
            id="two facts for one cell",
        ),
        pytest.param(
            changed(ZHENGDING[4], ZHENGDING[4].replace("township", "department")),
            "第6行 “镇一”属于两个分组（第2行为“township”、第6行为“department”），请改为同一分组",
            id="a unit in two groups",
        ),
        pytest.param(
            [line.replace(",township,", ",,") for line in ZHENGDING],
            "第2行 “镇一”没有分组，请至少在一行填写分组编码",
            id="no group",
        ),
        pytest.param([], "第1行 没有任何事实，请按方案的模板填报", id="no unit at all"),
    ],
)
def test_bad_facts_are_named_by_row_with_the_remedy_and_nothing_is_written(
    assess, tmp_path: Path, lines: list[str], told: str
) -> None:
    assert told in assess("zhengding", *lines, code=1)
    assert [path.name for path in tmp_path.iterdir()] == ["事实.csv"]


def test_a_group_without_any_unit_is_refused(assess, bp, tmp_path: Path) -> None:
    page = bp("schemes", "show", "meiling", "--template").splitlines()
    lines = [line for line in page if line[0] != "#" and ",section_cadre," not in line]
    said = assess("meiling", *lines[1:], code=1)
    assert "分组“科级干部”（section_cadre）没有任何单位，请补报该组单位的事实" in said
    assert not (tmp_path / "结果.csv").exists()


def test_a_refused_file_leaves_the_earlier_results_alone(assess, tmp_path: Path) -> None:
    assess("zhengding", *ZHENGDING)
    before = (tmp_path / "结果.csv").read_bytes()
    assess("zhengding", *ZHENGDING, ZHENGDING[0], code=1)
    assert (tmp_path / "结果.csv").read_bytes() == before


def test_every_defect_is_told_not_only_the_first_twenty(assess) -> None:
    said = assess("zhengding", *ZHENGDING, *(f"镇一,township,x{i},,,1,," for i in range(30)), code=1)
    assert said.count("不在方案中") == 30


def test_very_many_defects_do_not_flood_the_screen(assess) -> None:
    said = assess("zhengding", *ZHENGDING, *(f"镇一,township,x{i},,,1,," for i in range(1000)), code=1)
    assert said.count("不在方案中") == 200
    assert "另有 800 处" in said


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "文件是空的，请按方案的模板填报"),
        (HEAD.replace(",", ";").encode(), "第1行的列名应为 unit,group,item,period,rater,value,standard,note，各写一次；现在各列以分号分隔"),
        (HEAD.replace(",", "\t").encode(), "现在各列以制表符分隔，请另存为以逗号分隔的CSV"),
        (HEAD.replace("rater", "评分人").encode(), "缺少 rater，多出或重复 评分人"),
        (f"{HEAD}\n{ZHENGDING[0]}\n".encode("gbk"), "事实.csv:2 不是UTF-8编码，请在表格软件中另存为“CSV UTF-8（逗号分隔）”"),
        (HEAD.encode("utf-16"), "事实.csv:1 不是UTF-8编码"),
        (b"PK\x03\x04", "事实.csv:1 是 Excel 工作簿，不是文本，请在表格软件中另存为"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_table_is_said_to_be_what_it_is(
    bp, tmp_path: Path, raw: bytes, told: str
) -> None:
    facts, out = tmp_path / "事实.csv", tmp_path / "结果.csv"
    facts.write_bytes(raw)
    assert told in bp("assess", "zhengding", "--facts", facts, "--out", out, code=1)
    assert not out.exists()


def test_a_table_as_a_spreadsheet_writes_it_is_read(bp, tmp_path: Path) -> None:
    facts, out = tmp_path / "事实.csv", tmp_path / "结果.csv"
    facts.write_bytes("\r\n".join([HEAD, *ZHENGDING, ",,,,,,,"]).encode("utf-8-sig"))
    bp("assess", "zhengding", "--facts", facts, "--out", out)
    assert [row["total"] for row in read(out)] == ["93.50"]


def test_another_heading_is_refused(assess, tmp_path: Path) -> None:
    assert "第1行的列名应为 unit,group,item" in assess("zhengding", head="单位,分组", code=1)
    assert not (tmp_path / "结果.csv").exists()


def test_the_edition_is_the_one_of_the_day_asked_for(bp, tmp_path: Path) -> None:
    facts, out = tmp_path / "事实.csv", tmp_path / "结果.csv"
    facts.write_text("\n".join([HEAD, *ZHENGDING]), encoding="utf-8")
    files = ("--facts", facts, "--out", out)
    bp("assess", "zhengding", "--edition", "2014-01-01", *files)
    out.unlink()
    said = bp("assess", "zhengding", "--edition", "2013-12-31", *files, code=1)
    assert "zhengding/unit_assessment 在2013-12-31没有有效的版本" in said
    assert "请用 --edition 写明其中的日期" in said
    assert "--as-of" not in said
    assert not out.exists()


def test_a_whole_id_holds_on_the_day_asked_for_or_is_refused(bp, tmp_path: Path) -> None:
    facts, out = tmp_path / "事实.csv", tmp_path / "结果.csv"
    facts.write_text("\n".join([HEAD, *ZHENGDING]), encoding="utf-8")
    told = (ID, "--facts", facts, "--out", out)
    said = bp("assess", *told, "--edition", "2013-12-31", code=1)
    assert f"{ID} 在2013-12-31无效" in said
    assert "请改--edition" in said
    assert not out.exists()
    bp("assess", *told, "--edition", "2014-01-01")
    assert out.exists()


@pytest.mark.parametrize("name", ["正定县", "nosuch"])
def test_a_scheme_that_is_not_there_points_to_the_list(bp, tmp_path: Path, name: str) -> None:
    said = bp("assess", name, "--facts", tmp_path / "a.csv", "--out", tmp_path / "b.csv", code=1)
    assert f"规则库中没有 {name}/unit_assessment。全部版本见 ./bp schemes list" in said


@pytest.mark.parametrize("option", ["--out", "--trace"])
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/dev/null", "/dev/null 无法写出（不是普通文件）"),
        ("链接", "链接 无法写出（不是普通文件）"),
        ("环", "环 无法写出（不是普通文件）"),
        ("管道", "管道 无法写出（不是普通文件）"),
        ("夹", "夹 无法写出（不是普通文件）"),
        ("/proc/o.csv", "/proc/o.csv 无法写出（"),
        ("长" * 100, "无法写出（File name too long）"),
    ],
)
def test_what_is_no_file_to_write_is_refused_and_nothing_is_left(
    bp, tmp_path: Path, option: str, path: str, told: str
) -> None:
    facts = tmp_path / "事实.csv"
    facts.write_text("\n".join([HEAD, *ZHENGDING]), encoding="utf-8")
    (tmp_path / "链接").symlink_to("/dev/null")
    (tmp_path / "环").symlink_to(tmp_path / "环")
    (tmp_path / "夹").mkdir()
    os.mkfifo(tmp_path / "管道")
    before = sorted(tmp_path.rglob("*"))
    files = {"--out": tmp_path / "结果.csv", "--trace": tmp_path / "过程.json", option: tmp_path / path}
    said = bp("assess", "zhengding", "--facts", facts, *chain(*files.items()), code=1)
    assert told in said
    assert "请写明已有文件夹中可以写的一个文件名" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_is_written_through_and_stays_a_link(assess, tmp_path: Path) -> None:
    (tmp_path / "真").mkdir()
    (tmp_path / "结果.csv").symlink_to(tmp_path / "真" / "表.csv")
    assess("zhengding", *ZHENGDING)
    assert (tmp_path / "结果.csv").is_symlink()
    assert [row["unit"] for row in read(tmp_path / "真" / "表.csv")] == ["镇一"]
    assert not list(tmp_path.rglob("*.part"))


def test_what_breaks_while_writing_leaves_no_part(assess, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workflows.assess._write_trace", full)
    assert "过程.json 无法写出（No space left on device）" in assess("zhengding", *ZHENGDING, code=1)
    assert [path.name for path in tmp_path.iterdir()] == ["事实.csv"]


@pytest.mark.parametrize("sign", "=+-@")
def test_a_unit_that_looks_like_a_formula_is_text_in_the_results(assess, tmp_path: Path, sign: str) -> None:
    assess("zhengding", *(line.replace("镇一", f"{sign}1+1", 1) for line in ZHENGDING))
    (row,) = read(tmp_path / "结果.csv")
    assert (row["unit"], row["penalty"], row["total"]) == (f"'{sign}1+1", "0.5", "93.50")


def test_the_template_says_how_awards_and_bands_are_filed(bp) -> None:
    page = bp("schemes", "show", ID, "--template")
    assert re.search("加分：award_city .*，每个2分，每个奖项一行，填1，note 写明奖项名称", page)
    assert re.search("减分：complaint .*，填次数，每次0.5分", page)
    assert re.search("，0至100$", page, re.MULTILINE)
    assert " special_score 专项工作考核得分，0至100\n" in bp("schemes", "show", "qitai", "--template")


@pytest.mark.parametrize(
    ("scheme", "out", "told"),
    [
        ("national/grades", "结果.csv", "是“评价等级”，不是“考评”"),
        ("nowhere", "结果.csv", "nowhere"),
        ("zhengding", "事实.csv", "须是不同的文件"),
        ("zhengding", "没有/结果.csv", "无法写出"),
    ],
)
def test_what_cannot_be_assessed_or_written_is_said(
    bp, tmp_path: Path, scheme: str, out: str, told: str
) -> None:
    facts = tmp_path / "事实.csv"
    facts.write_text("\n".join([HEAD, *ZHENGDING]), encoding="utf-8")
    assert told in bp("assess", scheme, "--facts", facts, "--out", tmp_path / out, code=1)
    assert facts.read_text(encoding="utf-8").startswith(HEAD)
