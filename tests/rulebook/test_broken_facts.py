"""One defect per facts file in ``broken/facts``, refused with file, line and what to do."""

from pathlib import Path

import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.judging import compared
from budgetperf.rulebook.reading import parse_edition

FOLDER = Path(__file__).parent
FACTS = FOLDER / "broken/facts"
EDITIONS = {
    "finance_evaluation": parse_edition((FOLDER / "sound_scheme.yaml").read_bytes(), name="x"),
    "self_evaluation": parse_edition((FOLDER / "sound_self_evaluation.yaml").read_bytes(), name="x"),
}
EXPECTED = {
    "finance_evaluation/bad_column.csv": (1, "列名“points..goal”写法有误，应如 points.basis 或 indicators[1].weight"),
    "finance_evaluation/cell_missing.csv": (2, "应有6格，实际5格，请核对逗号和引号"),
    "finance_evaluation/column_above_others.csv": (1, "列“points”之下另有各列，请删除其中之一"),
    "finance_evaluation/cut_off.json": (2, "不是合格的JSON：此处附近的括号、逗号或引号有误"),
    "finance_evaluation/evaluand_blank.csv": (2, "评价对象为空，每个评价对象一行"),
    "finance_evaluation/evaluand_twice.csv": (4, "评价对象“P001”重复（首次出现在第2行），每个评价对象一行"),
    "finance_evaluation/evaluand_twice.json": (3, "键“P001”重复（首次出现在第2行）"),
    "finance_evaluation/missing_fact.csv": (3, "P002：缺少以下评分项的事实：绩效目标，请补填后再计分"),
    "finance_evaluation/missing_fact.json": (2, "P001：缺少以下评分项的事实：完成率，请补填后再计分"),
    "finance_evaluation/no_evaluand.json": (1, "应按评价对象逐个列出事实"),
    "finance_evaluation/no_evaluand_column.csv": (1, "第一列应为“评价对象”，其后每列写一个事实的位置"),
    "finance_evaluation/no_row.csv": (1, "应按评价对象逐个列出事实（{评价对象: 事实}），至少一个"),
    "finance_evaluation/not_applicable_where_none_may_be.json": (5, "P001：“立项依据”填为不适用，但本方案不允许不适用指标"),
    "finance_evaluation/points_above_the_weight.csv": (2, "评分61超出0至60分的范围，请重新填写"),
    "finance_evaluation/points_above_the_weight.json": (2, "评分15.01超出0至15分的范围，请重新填写"),
    "finance_evaluation/points_below_zero.json": (2, "评分-1超出0至15分的范围，请重新填写"),
    "finance_evaluation/quote_open.csv": (2, "引号不成对，请用表格软件重新另存为“CSV UTF-8”"),
    "finance_evaluation/rated_and_not_applicable.json": (2, "P001：以下评分项既有评分又填为不适用，只能填一处：basis"),
    "finance_evaluation/text_for_a_number.json": (2, "P001.points.basis：应为数字（小数加引号）"),
    "finance_evaluation/two_facts_for_one_criterion.csv": (1, "列“points.basis”重复，同一事实只能有一列"),
    "finance_evaluation/two_facts_for_one_criterion.json": (7, "键“basis”重复（首次出现在第4行）"),
    "finance_evaluation/unknown_criterion.csv": (2, "P001：以下编号不在评分方案中：quality，请删除或更正"),
    "finance_evaluation/unknown_criterion.json": (3, "P002：以下编号不在评分方案中：quality，请删除或更正"),
    "finance_evaluation/unknown_key.json": (5, "P001.remark：不认识的键，请删除或更正"),
    "finance_evaluation/without_money.json": (2, "P001.money：缺少此项"),
    "finance_evaluation/wrong_encoding.json": (1, "不是UTF-8编码的文本，请在编辑器中“另存为”并选UTF-8编码"),
    "finance_evaluation/wrong_ending.txt": (1, "事实文件须为 .json 或 .csv"),
    "self_evaluation/fact_of_no_kind.json": (5, "actual：不认识的“guessed”，应为 reached、achieved、not_applicable 之一"),
    "self_evaluation/fact_without_value.json": (5, "P001.indicators.第2项.actual.reached.value：缺少此项"),
    "self_evaluation/share_outside_the_tier.json": (2, "“达成预期”的赋分比例须在80%（含）至100%（含）之间，收到79%"),
    "self_evaluation/tier_for_a_number.json": (2, "P001：“指标2”须填报"),
    "self_evaluation/weights_do_not_sum.json": (2, "P001：绩效指标权重须大于0且合计90分，实际合计100分"),
}  # fmt: skip


def test_every_broken_facts_file_is_expected() -> None:
    assert {path.relative_to(FACTS).as_posix() for path in FACTS.glob("*/*")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_defect_is_refused_with_file_line_and_remedy(name: str) -> None:
    kind, _, file = name.partition("/")
    line, words = EXPECTED[name]
    with pytest.raises(Invalid) as refusal:
        compared(FACTS / name, EDITIONS[kind], after=EDITIONS[kind])
    assert {finding.where.pointer for finding in refusal.value.findings} == {f"{file}:{line}"}
    assert words in refusal.value.findings[0].message
    assert f"{file}:{line} " in refusal.value.text
