import json
from decimal import Decimal
from pathlib import Path

import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.judging import compared
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.reading import parse_edition
from budgetperf.scoring.grade import GradeRules

FOLDER = Path(__file__).parent
TEXT = (FOLDER / "sound_scheme.yaml").read_text(encoding="utf-8")
RULEBOOK = Rulebook.load()
TRACED = [
    edition.id
    for edition in RULEBOOK.editions
    if edition.kind in {"department_evaluation", "department_overall"}
]
GRADES = RULEBOOK.by_id("national/grades/2020-02-25").rules_as(GradeRules)
FACTS = """评价对象,points.basis,points.goal,points.quantity,money.adjusted,money.paid
P001,15,25,50,0,0
P002,10,20,30,0,0
"""


def edition(text: str = TEXT):
    return parse_edition(text.encode(), name="x")


def heavier_results() -> str:
    """决策 40 becomes 30: 绩效目标 counts 15, 完成率 70, by half of what was rated."""
    text = TEXT.replace("weight: 40", "weight: 30").replace("weight: 25", "weight: 15")
    text = text.replace("weight: 60", "weight: 70").replace("goal: 20", "goal: 15")
    return text.replace("85.00", "80.00")


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")
    return tmp_path / "facts.csv"


def test_the_same_edition_changes_nothing(facts: Path) -> None:
    for explained in compared(facts, edition(), after=edition(), grades=(GRADES, GRADES)):
        assert explained.difference.reason == "结果相同"
        assert explained.before == explained.after


def test_who_changes_grade_and_why_is_told_by_criterion(facts: Path) -> None:
    yes_no = TEXT.replace("formula: {name: judged}", "formula: {name: judged}")
    stricter = GRADES.model_copy(
        update={"cut_offs": (GRADES.cut_offs[0].model_copy(update={"at_least": 95}), *GRADES.cut_offs[1:])}
    )
    first, second = compared(facts, edition(), after=edition(yes_no), grades=(GRADES, stricter))
    assert first.difference.evaluand == "P001"
    assert first.difference.changes_grade
    assert "等级由“优”变为“良”" in first.difference.reason
    assert not second.difference.changes_grade
    assert "由评价人员在分值内直接评定" in first.before["basis"]
    assert "满分15分，得15分，失0分" in first.after["basis"]


def test_facts_the_other_edition_refuses_are_named_with_it(facts: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        compared(facts, edition(), after=edition(heavier_results()))
    assert refusal.value.code == "facts.refused"
    assert [str(finding.where) for finding in refusal.value.findings] == ["facts.csv:2", "facts.csv:3"]


def test_editions_of_two_kinds_are_not_compared(facts: Path) -> None:
    with pytest.raises(Invalid, match="只能比较同一种类的两个版本"):
        compared(facts, edition(), after=RULEBOOK.by_id("national/grades/2020-02-25"))


def test_kinds_without_a_total_are_not_compared(tmp_path: Path) -> None:
    calendar = RULEBOOK.by_id("national/working_days/2025-01-01")
    (tmp_path / "days.json").write_text('{"元旦": {"day": "2025-01-01"}}', encoding="utf-8")
    with pytest.raises(Invalid, match="“工作日历”不产生总分"):
        compared(tmp_path / "days.json", calendar, after=calendar)


def test_grades_are_compared_by_their_word(tmp_path: Path) -> None:
    grades = RULEBOOK.by_id("national/grades/2020-02-25")
    sound = parse_edition((FOLDER / "sound.yaml").read_bytes(), name="x")
    (tmp_path / "totals.csv").write_text("评价对象,total\n甲,60\n乙,90\n", encoding="utf-8")
    other, same = compared(tmp_path / "totals.csv", grades, after=sound)
    if other.difference.evaluand != "甲":
        other, same = same, other
    assert (other.difference.before.grade, other.difference.after.grade) == ("中", "差")
    assert same.difference.reason == "结果相同"


def test_a_panel_is_compared_by_its_means(tmp_path: Path) -> None:
    exante = RULEBOOK.by_id("national/exante_project/2018-09-01")
    points = ", ".join(f'"{c.key}": 8' for c in exante.rules.scheme.criteria())
    (tmp_path / "f.json").write_text(f'{{"甲": {{"ratings": [{{{points}}}]}}}}', encoding="utf-8")
    (found,) = compared(tmp_path / "f.json", exante, after=exante)
    assert (found.difference.before.grade, found.difference.before.total) == ("支持", 80)
    assert found.difference.before.lines[0].label == "明确相关性"


def test_a_panel_is_concluded_in_the_words_of_its_edition(tmp_path: Path) -> None:
    beijing = RULEBOOK.by_id("beijing/exante_project/2016-01-01")
    points = ", ".join(f'"{c.key}": 14' for c in beijing.rules.scheme.criteria())
    (tmp_path / "f.json").write_text(f'{{"甲": {{"ratings": [{{{points}}}]}}}}', encoding="utf-8")
    (found,) = compared(tmp_path / "f.json", beijing, after=beijing)
    assert (found.difference.before.grade, found.difference.before.total) == ("调整完善后支持", 70)


def test_a_scheme_without_grades_concludes_nothing(tmp_path: Path) -> None:
    hunan = RULEBOOK.by_id("hunan/department_overall/2014-01-01")
    staff = '"staff": {"kind": "measured", "target": 100, "actual": 101}'
    money = '"three_public": {"kind": "money_ratio", "part": "10100", "base": "10000"}'
    (tmp_path / "f.json").write_text(f'{{"甲": {{"facts": {{{staff}, {money}}}}}}}', encoding="utf-8")
    (found,) = compared(tmp_path / "f.json", hunan, after=hunan, grades=(GRADES, GRADES))  # of 100, not of 15
    assert (found.difference.before.grade, str(found.difference.before.total)) == ("", "11.70")
    assert [line.label for line in found.difference.before.lines] == ["在职人员控制率", "三公经费变动率"]


def test_self_evaluations_are_traced(tmp_path: Path) -> None:
    text = (FOLDER / "sound_self_evaluation.yaml").read_text(encoding="utf-8")
    zero_above = text.replace("above: full", "above: zero")
    (tmp_path / "f.json").write_text(
        '{"甲": {"indicators": [{"level2": "quantity", "operator": "eq", "target": 90, "weight": 90,'
        ' "actual": {"kind": "reached", "value": 92}}], "money": {"adjusted": 10000, "paid": 10000}}}',
        encoding="utf-8",
    )
    (found,) = compared(
        tmp_path / "f.json", edition(text), after=edition(zero_above), grades=(GRADES, GRADES)
    )
    assert [(str(moved.before), str(moved.after)) for moved in found.difference.moved] == [("90.00", "0.00")]
    assert (found.difference.before.grade, found.difference.after.grade) == ("优", "差")
    assert "失90分" in found.after["1"]


def test_assessments_are_compared_on_their_long_table(tmp_path: Path) -> None:
    meiling = RULEBOOK.by_id("meiling/unit_assessment/2015-01-01")
    (tmp_path / "table.csv").write_text(str(meiling.examples[0].given["facts"]), encoding="utf-8")
    found = compared(tmp_path / "table.csv", meiling, after=meiling)
    assert len(found) > 2
    assert {explained.difference.reason for explained in found} == {"结果相同"}


@pytest.mark.parametrize("edition_id", TRACED)
def test_every_example_of_a_scored_kind_is_traced_criterion_by_criterion(
    edition_id: str, tmp_path: Path
) -> None:
    found = RULEBOOK.by_id(edition_id)
    example = next(one for one in found.examples if one.expect is not None)
    (tmp_path / "f.json").write_text(json.dumps({"甲": example.given}), encoding="utf-8")
    (told,) = compared(tmp_path / "f.json", found, after=found)
    points = {line.key for line in told.difference.before.lines}
    assert points
    assert points <= told.before.keys() == told.after.keys()
    assert told.difference.before.total == Decimal(str(example.expect["total"]))
