from decimal import Decimal
from pathlib import Path

import pytest

from budgetperf.errors import Invalid, NotFound
from budgetperf.rulebook.cases import FinanceEvaluationCase, SelfEvaluationCase
from budgetperf.rulebook.facts_file import read_facts

JSON = '{\n\t"甲": {"points": {"basis": "9.5"}, "money": {"adjusted": 100, "paid": 90}}\n}'
CSV = "评价对象,points.basis,points.goal,money.adjusted,money.paid\n甲, 9.5 ,,100,90\n,,,,\n"


@pytest.mark.parametrize(("name", "text"), [("f.json", JSON), ("f.csv", CSV), ("f.CSV", "\ufeff" + CSV)])
def test_json_and_csv_give_the_same_facts(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (found,) = read_facts(tmp_path / name, "finance_evaluation").given.values()
    assert found == FinanceEvaluationCase.model_validate(
        {"points": {"basis": Decimal("9.5")}, "money": {"adjusted": 100, "paid": 90}}
    )


def test_items_of_a_list_are_numbered_columns(tmp_path: Path) -> None:
    heads = [
        f"indicators[{n}].{key}"
        for n in (2, 1)
        for key in ("level2", "operator", "target", "weight", "actual.kind", "actual.value")
    ]
    (tmp_path / "f.csv").write_text(
        f"评价对象,{','.join(heads)},money.adjusted,money.paid\n"
        "甲,quality,ge,98,40,reached,98,quantity,ge,100,50,reached,95,10,9\n",
        encoding="utf-8",
    )
    given = read_facts(tmp_path / "f.csv", "self_evaluation").given["甲"]
    assert isinstance(given, SelfEvaluationCase)
    assert [(case.level2, case.weight) for case in given.indicators] == [("quantity", 50), ("quality", 40)]


def test_a_cell_over_several_lines_keeps_the_count(tmp_path: Path) -> None:
    head = "评价对象,points.basis,not_applicable.goal,money.adjusted,money.paid"
    (tmp_path / "f.csv").write_text(f'{head}\n甲,1,"一\n二",1,1\n乙,1,无,1,1\n', encoding="utf-8")
    found = read_facts(tmp_path / "f.csv", "finance_evaluation")
    assert [found.document.line((evaluand,)) for evaluand in ("甲", "乙")] == [2, 4]
    assert found.document.line(("甲", "not_applicable", "goal")) == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="没有事实文件"):
        read_facts(tmp_path / "f.csv", "grades")


@pytest.mark.parametrize(
    ("written", "read"), [("9.5", "9.5"), ("9.10", "9.10"), ("0.1", "0.1"), ("8", "8"), ("-0.50", "-0.50")]
)
def test_numbers_of_json_are_read_by_their_digits(written: str, read: str, tmp_path: Path) -> None:
    text = '{"甲 1.5": {"points": {"a\\"2.5": ' + written + '}, "money": {"adjusted": 100, "paid": 90}}}'
    (tmp_path / "f.json").write_text(text, encoding="utf-8")
    (found,) = read_facts(tmp_path / "f.json", "finance_evaluation").given.items()
    assert found[0] == "甲 1.5"
    assert str(found[1].model_dump()["points"]['a"2.5']) == read


def test_a_deeply_nested_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text('{"甲": ' + "[" * 100_000 + "]" * 100_000 + "}", encoding="utf-8")
    with pytest.raises(Invalid, match="嵌套过深") as refusal:
        read_facts(tmp_path / "f.json", "grades")
    assert refusal.value.code == "facts.file"
