"""./bp schemes as a rules office meets it: what is printed and what is returned."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.lock import ROOT
from budgetperf.store.files import FileStore
from budgetperf.store.session import Database, open_session
from tests.actions.next_year import publish_unsure_grades
from tests.conftest import make_context
from tests.rulebook.filling import filled
from workflows.command import main

SOUND = (
    (Path(__file__).resolve().parents[1] / "rulebook/sound_scheme.yaml")
    .read_text(encoding="utf-8")
    .replace("jurisdiction: national", "jurisdiction: 海州市")
)
FACTS = (
    "评价对象,points.basis,points.goal,points.quantity,money.adjusted,money.received,money.paid\n"
    "P001,15,20,50,0,0,0\n"
)


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


def test_list_does_not_count_a_default_as_published(bp) -> None:
    (line,) = [line for line in bp("list").splitlines() if line.startswith("yunnan/self_evaluation/")]
    assert "公开发布" in line
    # published: no value; practice: five operators, the rescaling, the reasons
    assert re.search(r" 0/7/\d+/0$", line)


def test_show_finds_an_edition_by_id_or_by_kind_and_day(bp) -> None:
    by_id = bp("show", "national/working_days/2025-01-01")
    assert "编号：national/working_days/2025-01-01" in by_id
    assert bp("show", "national/working_days", "--as-of", "2025-06-01") == by_id
    assert bp("show", "working_days", "--as-of", "2025-12-31") == by_id
    assert bp("show", "national/working_days/2025-01-01", "--as-of", "2025-01-01") == by_id


def test_show_prints_criteria_with_points_wording_source_and_examples(bp) -> None:
    shown = bp("show", "national/finance_evaluation/2020-02-25")
    execution = (
        "    预算执行率　5分【待定】（execution）\n"
        "      计分：分值×数额÷基数，不超过分值（execution）【待定】\n"
        "      依据：项目支出绩效评价管理办法，财预〔2020〕10号，附2预算执行率＝支出资金÷到位资金（待核实）\n"
    )
    assert execution in shown
    assert "计分：由评价人员在分值内直接评定（judged）" in shown
    assert "算例（8个）：" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("national/grade",), "是否为 national/grades/2020-02-25"),
        (
            ("grades", "--as-of", "2001-01-01"),
            "2001-01-01没有有效的版本。已有：national/grades/2020-02-25，2020-02-25 起",
        ),
        (
            ("national/working_days/2025-01-01", "--as-of", "2026-01-01"),
            "它的有效期是2025-01-01 至 2025-12-31",
        ),
    ],
)
def test_show_says_what_is_not_there_and_where_to_look(bp, arguments: tuple[str, ...], told: str) -> None:
    assert told in bp("show", *arguments, code=1)


def test_show_says_when_an_edition_out_of_force_held_and_how_to_see_it(bp) -> None:
    said = bp("show", "haidian/self_evaluation", code=1)
    assert "haidian/self_evaluation/2016-01-01，2016-01-01 至 2020-02-24" in said
    assert "--as-of" in said


def test_show_prints_the_file_to_be_copied(bp) -> None:
    path = ROOT / "national/working_days/2025-01-01.yaml"
    assert bp("show", "national/working_days/2025-01-01", "--yaml") == path.read_text(encoding="utf-8")


def test_show_prints_every_parameter_of_a_formula(bp) -> None:
    shown = bp("show", "hubei/self_evaluation")
    assert "（高于目标值的得满分；目标值为0的，实际值不大于0得满分，否则不得分）" in shown
    assert "部分达成50%（含）—80%" in shown


def test_signs_that_steer_a_terminal_are_not_printed(bp, tmp_path: Path) -> None:
    name = tmp_path / "甲\x1b[31m\u202e.yaml"
    name.write_text(SOUND, encoding="utf-8")
    assert "甲[31m.yaml" in bp("check", name)


def test_a_new_city_is_written_into_the_home(bp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDGETPERF_HOME", str(tmp_path))
    bp("new-city", "海州市")
    assert (tmp_path / "rulebook/海州市/grades").is_dir()


def test_a_day_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["schemes", "show", "grades", "--as-of", "2025年"])
    assert left.value.code == 2
    assert "应如 2026-01-01" in capsys.readouterr().err


def test_check_passes_a_draft_and_says_where_it_belongs(bp, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(SOUND, encoding="utf-8")
    said = bp("check", draft)
    assert "通过：项目支出财政评价指标体系，2个算例成立" in said
    assert "发布时须放在 海州市/finance_evaluation/2020-02-25.yaml" in said


def test_check_names_file_and_line_of_every_defect_and_returns_1(bp, tmp_path: Path) -> None:
    text = SOUND
    (tmp_path / "one.yaml").write_text(text.replace("weight: 15", "weight: 14"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text, encoding="utf-8")
    said = bp("check", tmp_path, code=1).splitlines()
    assert said[0].startswith(
        f"{tmp_path}/one.yaml:18 rules.scheme.dimensions.第1项：维度“决策”的分值合计应为40"
    )
    assert said[1].startswith(f"{tmp_path}/two.yaml 通过")
    assert said[-1].startswith("共检查 2 个文件，1 个须更正")


def test_check_of_editions_that_overlap_returns_1(bp, tmp_path: Path) -> None:
    text = SOUND
    ended = text.replace("valid_from: 2020-02-25", "valid_from: 2020-02-25\nvalid_to: 2026-06-01")
    (tmp_path / "one.yaml").write_text(ended, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text.replace("2020-02-25", "2026-01-01"), encoding="utf-8")
    assert "两者有效期重叠" in bp("check", tmp_path, code=1)


def test_check_refuses_what_could_not_be_published_beside_the_rulebook(bp, tmp_path: Path) -> None:
    published = (ROOT / "haidian/self_evaluation/2016-01-01.yaml").read_text(encoding="utf-8")
    draft = tmp_path / "draft.yaml"
    draft.write_text(published, encoding="utf-8")
    assert "通过" in bp("check", draft)
    draft.write_text(f"# 另一种写法\n{published}", encoding="utf-8")
    said = bp("check", draft, code=1)
    assert "haidian/self_evaluation/2016-01-01 已发布并锁定，内容不能再改" in said
    draft.write_text(published.replace("valid_from: 2016-01-01", "valid_from: 2019-01-01"), encoding="utf-8")
    assert "两者有效期重叠" in bp("check", draft, code=1)


def test_check_of_the_rulebook_passes_over_its_blanks(bp) -> None:
    assert "skeleton" not in bp("check", ROOT)


def test_check_of_nothing_is_refused(bp, tmp_path: Path) -> None:
    assert "请核对路径" in bp("check", tmp_path / "nothing.yaml", code=1)


def test_compare_lays_a_draft_beside_a_published_edition(bp, tmp_path: Path) -> None:
    text = SOUND
    (tmp_path / "old.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(
        text.replace("places: 2", "places: 1").replace("85.00", "85.0"), encoding="utf-8"
    )
    (tmp_path / "facts.csv").write_text(FACTS.replace("15,20,50", '15,20,"54.96"'), encoding="utf-8")
    said = bp("compare", tmp_path / "old.yaml", tmp_path / "new.yaml", "--facts", tmp_path / "facts.csv")
    assert "P001：等级由“良”变为“优”；总分89.96分→90分；变动项：“完成率”54.96分→55分" in said
    assert "      A　评定54.96分；由评价人员在分值内直接评定；满分60分，得54.96分，失5.04分" in said
    assert "      B　评定54.96分；由评价人员在分值内直接评定；满分60分，得55分，失5分" in said
    assert "共 1 个评价对象：1 个总分改变，1 个等级改变" in said


NATIONAL, HUBEI = "national/self_evaluation", "hubei/self_evaluation"


def _form(tmp_path: Path, *weights: int, **money: int) -> Path:
    """Write the facts of one form whose indicators, = 90, all reached 120."""
    indicators = [
        {"level2": "quantity", "operator": "eq", "target": 90, "weight": weight}
        | {"actual": {"kind": "reached", "value": 120}}
        for weight in weights
    ]
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"P001": {"indicators": indicators, "money": money}}), encoding="utf-8")
    return path


def test_compare_of_two_cities_rescales_the_weights_and_says_so(bp, tmp_path: Path) -> None:
    facts = _form(tmp_path, 50, 40, adjusted=10000, paid=9500)
    said = bp("compare", NATIONAL, HUBEI, "--facts", facts)
    assert "  B　总分 99.00　等级 优\n      指标权重由合计90分按比例折算为合计80分（44.44、35.56）\n" in said
    assert "折算" not in said.partition("  B　总分")[0]
    back = bp("compare", HUBEI, NATIONAL, "--facts", _form(tmp_path, 50, 30, adjusted=1, paid=1))
    assert "指标权重由合计80分按比例折算为合计90分（56.25、33.75）" in back


def test_compare_puts_no_wrong_form_right(bp, tmp_path: Path) -> None:
    facts = _form(tmp_path, 50, 50, adjusted=10000, paid=9500)
    said = bp("compare", NATIONAL, HUBEI, "--facts", facts, code=1)
    assert "合计90分，实际合计100分" in said


def test_compare_says_which_parameter_of_a_formula_differs(bp, tmp_path: Path) -> None:
    published = ROOT / "national/self_evaluation/2020-02-25.yaml"
    text = published.read_text(encoding="utf-8").replace("2020-02-25", "2099-01-01")
    draft = tmp_path / "draft.yaml"
    draft.write_text(
        text.replace("above: full", "above: inverse").replace("value: 92", "value: 90"), encoding="utf-8"
    )
    facts = _form(tmp_path, 90, adjusted=10000, paid=9500)
    said = bp("compare", NATIONAL, draft, "--facts", facts)
    before, _, after = said.partition("“指标1”90分→67.5分")[2].partition("      B　")
    assert "高于目标值的得满分" in before
    assert "高于目标值的按 分值×目标值÷实际值 计分" in after


def test_compare_needs_the_amounts_an_edition_uses_and_takes_none_for_zero(bp, tmp_path: Path) -> None:
    haidian = "haidian/self_evaluation/2016-01-01"
    facts = _form(tmp_path, 90, adjusted=10000, paid=9500)
    said = bp("compare", haidian, NATIONAL, "--facts", facts, code=1)
    assert said.startswith("facts.json:1 P001：本版本要用到年初预算数，请填写 money.initial（单位：分）")
    facts = _form(tmp_path, 90, initial=10000, adjusted=-1, paid=9500)
    assert "P001.money.adjusted：不得小于0" in bp("compare", haidian, NATIONAL, "--facts", facts, code=1)
    facts = _form(tmp_path, 90, initial=10000, adjusted=10000, paid=9500)
    said = bp("compare", haidian, NATIONAL, "--facts", facts)
    assert "  A　总分 99.50　不评等级：haidian和全国在2016-01-01都没有有效的评价等级（grades）版本" in said


def test_compare_refuses_facts_by_line(bp, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")
    edition = "national/finance_evaluation"
    said = bp("compare", edition, edition, "--facts", tmp_path / "facts.csv", code=1)
    assert said.startswith("facts.csv:2 P001：缺少以下评分项的事实：")
    assert len(said.splitlines()) == 1


ZHENGDING = [
    f"{unit},department,{cell}"
    for unit, mark, asked, leader in (("甲局", 98, 95, 90), ("乙局", 96, 92, 95), ("丙局", 75, 91, 80))
    for cell in (
        *(f"{i},{half},,{mark},100," for i in ("economic_work", "business", "environment") for half in ("mid", "end")),
        *(f"leader_rating,{half},leader/县长,{leader},," for half in ("mid", "end")),
        *(f"satisfaction,q{quarter},,{asked},," for quarter in (1, 2, 3, 4)),
    )
]  # fmt: skip
CITIES = ("zhengding/unit_assessment", "wuxi/unit_assessment")


def test_compare_says_where_the_departments_of_one_city_would_stand_in_another(bp, tmp_path: Path) -> None:
    facts, by = tmp_path / "事实.csv", tmp_path / "对照表.csv"
    lines = ["unit,group,item,period,rater,value,standard,note", *ZHENGDING]
    lines += ["甲局,department,award_province,,,1,,平安建设", "乙局,department,corruption,,,是,,"]
    facts.write_text("\n".join(lines), encoding="utf-8")
    refused = bp("compare", *CITIES, "--facts", facts, code=1)
    assert "这份事实表不能直接用于 B：B 没有分组 department" in refused
    assert "./bp schemes compare A B --template > 对照表.csv" in refused
    page = bp("compare", *CITIES, "--template")
    for to, source in {
        "group,party": "department",
        "item,targets": "indicators",
        "item,supervision": "leaders",
        "item,social": "public",
        "item,overall_effect": "bonus",
        "item,leader_discipline": "corruption",
    }.items():
        assert f"\n{to},," in page
        page = page.replace(f"\n{to},,", f"\n{to},{source},")
    by.write_text(page, encoding="utf-8")
    said = bp("compare", *CITIES, "--facts", facts, "--map", by)
    rows = [line.split() for line in said.splitlines() if line.startswith(("甲局 ", "乙局 ", "丙局 "))]
    # 甲局 49 + 22.52 + 25 + 3; 乙局 48 + 23.76 + 25, lowered a grade and last in it
    assert rows == [
        ["甲局", "1", "100.80", "先进", "1", "99.52", "优秀"],
        ["乙局", "2", "97.10", "达标", "3", "96.76", "良好"],
        ["丙局", "3", "83.00", "达标", "2", "82.50", "良好"],
    ]
    assert (
        "A类党群部门第3名：目标任务48/50、日常督查23.76/25、社会评价25/25；否决事项“主要领导严重违纪违法”"
        in said
    )
    assert "共 3 个评价对象：3 个总分改变，3 个等级改变" in said


def test_compare_refuses_a_map_where_there_is_nothing_to_map(bp, tmp_path: Path) -> None:
    facts = tmp_path / "事实.csv"
    facts.write_text(FACTS, encoding="utf-8")
    both = ("national/self_evaluation", "hubei/self_evaluation")
    assert "对照表只用于考评" in bp("compare", *both, "--facts", facts, "--map", facts, code=1)
    assert "不是“考评”" in bp("compare", *both, "--template", code=1)


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
        "  第67行 rules.explanations.over_achievement\n"
        "      现用值：over=0.30\n"
        "      待核实：地方自评口径，超出目标值30%以上须分析目标是否偏低\n"
    )
    assert figure in said
    for edition in Rulebook.load().editions:
        assert all(f"【{gap.name}】" in said for gap in edition.gaps)
    assert "national/working_days" not in said


def test_schema_prints_the_shape_of_a_kind(bp) -> None:
    assert json.loads(bp("schema", "grades"))["properties"]["kind"]["const"] == "grades"
    assert bp("schema", "评价等级") == bp("schema", "grades")
    assert "grades（评价等级）" in bp("schema", "grade", code=1)


@pytest.mark.parametrize("verb", [("schemes", "list"), ("check",), ("recompute", "--all")], ids=" ".join)
def test_a_mistyped_home_is_said_and_not_made(
    verb: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "nosuch"
    assert main([*verb, "--home", str(home)]) != 0
    assert "没有数据目录" in "".join(capsys.readouterr())
    assert not home.exists()


def test_the_remedy_names_an_option_the_caller_has(bp, tmp_path: Path) -> None:
    whole = "zhengding/unit_assessment/2014-01-01"
    for template in ((), ("--template",)):
        early = ("--as-of", "2013-12-31", *template)
        assert "无效，它的有效期是2014-01-01 起，请改--as-of" in bp("show", whole, *early, code=1)
        assert "请用 --as-of 写明" in bp("show", CITIES[0], *early, code=1)
        assert whole in bp("show", whole, "--as-of", "2014-01-01", *template)
    facts = tmp_path / "facts.csv"
    facts.write_text(FACTS, encoding="utf-8")
    said = bp("compare", "haidian/self_evaluation", "grades", "--facts", facts, code=1)
    assert "请写全编号" in said
    assert "--as-of" not in said


def test_a_scheme_or_map_that_is_not_there_is_called_by_its_name(bp, tmp_path: Path) -> None:
    assert "./bp schemes list" in bp("show", "zhengding", code=1)
    assert "/unit_assessment。全部版本见 ./bp schemes list" in bp("show", "正定县", "--template", code=1)
    facts, by = tmp_path / "facts.csv", tmp_path / "map.csv"
    facts.write_text("", encoding="utf-8")
    said = bp("compare", *CITIES, "--facts", facts, "--map", by, code=1)
    assert f"没有对照表（--map） {by}，请核对路径" in said
