"""./bp schemes as a rules office meets it: what is printed and what is returned."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.session import Database, open_session
from tests.actions.next_year import publish_unsure_grades
from tests.conftest import make_context
from tests.rulebook.filling import filled
from workflows.command import main

SOUND = Path(__file__).resolve().parents[1] / "rulebook/sound_scheme.yaml"
FACTS = "评价对象,points.basis,points.goal,points.quantity,money.adjusted,money.paid\nP001,15,20,50,0,0\n"


@pytest.fixture
def bp(capsys: pytest.CaptureFixture[str]):
    def verb(*arguments: object, code: int = 0) -> str:
        assert main(["schemes", *map(str, arguments)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return verb


def test_list_has_a_line_per_edition_with_kind_validity_and_status(bp) -> None:
    lines = bp("list").splitlines()
    for edition in Rulebook.load().editions:
        (line,) = [line for line in lines if line.startswith(f"{edition.id} ")]
        assert edition.title in line
        assert str(edition.valid_from) in line
        assert re.search(r"\d+/\d+/\d+/\d+$", line)
    (line,) = [line for line in lines if line.startswith("national/working_days/2025-01-01 ")]
    assert "工作日历" in line
    assert "2025-01-01 至 2025-12-31" in line
    assert "公开发布" in line


def test_with_a_home_the_editions_published_there_are_known_too(
    bp, fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUDGETPERF_DATABASE_URL", fresh_database.owner_url)
    engine = fresh_database.app_engine()
    with open_session(engine) as session:
        publish_unsure_grades(partial(make_context, session, files=FileStore(tmp_path / "files")))
        session.commit()
    engine.dispose()
    home = ("--home", tmp_path)
    assert "local/grades/2026-07-01" in bp("list", *home)
    assert "local/grades/2026-07-01" not in bp("list")
    assert "编号：local/grades/2026-07-01" in bp("show", "grades", "--as-of", "2026-07-01", *home)
    assert "编号：national/grades/2020-02-25" in bp("show", "grades", "--as-of", "2026-07-01")
    told = bp("to-confirm", *home)
    assert "良的界线" in told.partition("local/grades/2026-07-01")[2]
    assert "良的界线" not in bp("to-confirm")
    facts = tmp_path / "facts.json"
    facts.write_text('{"甲": {"total": 84}}', encoding="utf-8")
    bp("compare", "national/grades", "local/grades/2026-07-01", "--facts", facts, *home)


def test_show_finds_an_edition_by_id_or_by_kind_and_day(bp) -> None:
    by_id = bp("show", "national/working_days/2025-01-01")
    assert "编号：national/working_days/2025-01-01" in by_id
    assert bp("show", "national/working_days", "--as-of", "2025-06-01") == by_id
    assert bp("show", "working_days", "--as-of", "2025-12-31") == by_id
    assert bp("show", "national/working_days/2025-01-01", "--as-of", "2025-01-01") == by_id


def test_show_prints_criteria_with_points_wording_source_and_examples(bp) -> None:
    shown = bp("show", "national/finance_evaluation/2020-02-25")
    execution = (
        "    预算执行率　5分（execution）\n"
        "      计分：分值×数额÷基数，不超过分值（execution）\n"
        "      依据：项目支出绩效评价管理办法，财预〔2020〕10号，附2预算执行率＝支出资金÷到位资金（待核实）\n"
    )
    assert execution in shown
    assert "计分：由评价人员在分值内直接评定（judged）" in shown
    assert "算例（8个）：" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("national/grade",), "是否为 national/grades/2020-02-25"),
        (("grades", "--as-of", "2001-01-01"), "没有有效的“grades”规则版本"),
        (
            ("national/working_days/2025-01-01", "--as-of", "2026-01-01"),
            "它的有效期是2025-01-01 至 2025-12-31",
        ),
    ],
)
def test_show_says_what_is_not_there_and_where_to_look(bp, arguments: tuple[str, ...], told: str) -> None:
    assert told in bp("show", *arguments, code=1)


def test_a_day_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["schemes", "show", "grades", "--as-of", "2025年"])
    assert left.value.code == 2
    assert "应如 2026-01-01" in capsys.readouterr().err


def test_check_passes_a_draft_and_says_where_it_belongs(bp, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_bytes(SOUND.read_bytes())
    said = bp("check", draft)
    assert "通过：项目支出财政评价指标体系，2个算例成立" in said
    assert "发布时须放在 national/finance_evaluation/2020-02-25.yaml" in said


def test_check_names_file_and_line_of_every_defect_and_returns_1(bp, tmp_path: Path) -> None:
    text = SOUND.read_text(encoding="utf-8")
    (tmp_path / "one.yaml").write_text(text.replace("weight: 15", "weight: 14"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text, encoding="utf-8")
    said = bp("check", tmp_path, code=1).splitlines()
    assert said[0].startswith(
        f"{tmp_path}/one.yaml:18 rules.scheme.dimensions.第1项：维度“决策”的分值合计应为40"
    )
    assert said[1].startswith(f"{tmp_path}/two.yaml 通过")
    assert said[-1].startswith("共检查 2 个文件，1 个须更正")


def test_check_of_editions_that_overlap_returns_1(bp, tmp_path: Path) -> None:
    text = SOUND.read_text(encoding="utf-8")
    ended = text.replace("valid_from: 2020-02-25", "valid_from: 2020-02-25\nvalid_to: 2026-06-01")
    (tmp_path / "one.yaml").write_text(ended, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text.replace("2020-02-25", "2026-01-01"), encoding="utf-8")
    assert "两者有效期重叠" in bp("check", tmp_path, code=1)


def test_check_of_nothing_is_refused(bp, tmp_path: Path) -> None:
    assert "请核对路径" in bp("check", tmp_path / "nothing.yaml", code=1)


def test_compare_lays_a_draft_beside_a_published_edition(bp, tmp_path: Path) -> None:
    text = SOUND.read_text(encoding="utf-8")
    (tmp_path / "old.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(
        text.replace("places: 2", "places: 1").replace("85.00", "85.0"), encoding="utf-8"
    )
    (tmp_path / "facts.csv").write_text(FACTS.replace("15,20,50", '15,20,"54.96"'), encoding="utf-8")
    said = bp("compare", tmp_path / "old.yaml", tmp_path / "new.yaml", "--facts", tmp_path / "facts.csv")
    assert "P001：等级由“良”变为“优”；总分89.96分→90分；变动项：“完成率”54.96分→55分" in said
    assert "      甲　评定54.96分；由评价人员在分值内直接评定；满分60分，得54.96分，失5.04分" in said
    assert "      乙　评定54.96分；由评价人员在分值内直接评定；满分60分，得55分，失5分" in said
    assert "共 1 个评价对象：1 个总分改变，1 个等级改变" in said


def test_compare_refuses_facts_by_line(bp, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")
    edition = "national/finance_evaluation"
    said = bp("compare", edition, edition, "--facts", tmp_path / "facts.csv", code=1)
    assert said.startswith("facts.csv:2 P001：缺少以下评分项的事实：")
    assert len(said.splitlines()) == 1


def test_a_new_city_is_written_filled_and_checked(bp, tmp_path: Path) -> None:
    said = bp("new-city", "海州市", "--from", "2027-01-01", "--dir", tmp_path)
    paths = sorted((tmp_path / "海州市").glob("*/2027-01-01.yaml"))
    assert [path.parent.name for path in paths] == ["finance_evaluation", "grades", "self_evaluation"]
    assert all(str(path) in said for path in paths)
    assert "尚未填写" in bp("check", tmp_path / "海州市", code=1)
    for path in paths:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert bp("check", tmp_path / "海州市").count("通过：海州市") == 3
    assert "不会覆盖" in bp("new-city", "海州市", "--from", "2027-01-01", "--dir", tmp_path, code=1)


def test_to_confirm_lists_place_default_and_wording_of_every_open_figure(bp) -> None:
    said = bp("to-confirm")
    assert "national/grades/2020-02-25　绩效评价等级" in said
    figure = (
        "  第50行 rules.explanations.over_achievement\n"
        "      现用值：over=0.30\n"
        "      待核实：地方自评口径，超出目标值30%以上须分析目标是否偏低\n"
    )
    assert figure in said
    for edition in Rulebook.load().editions:
        assert all(f"【{gap.name}】" in said for gap in edition.gaps)
    assert "national/working_days" not in said


def test_schema_prints_the_shape_of_a_kind(bp) -> None:
    assert json.loads(bp("schema", "grades"))["properties"]["kind"]["const"] == "grades"
    assert "grades" in bp("schema", "grade", code=1)
