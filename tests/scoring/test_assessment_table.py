import pytest

from budgetperf.errors import Invalid
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.assessment_table import read_table
from budgetperf.scoring.assessment_template import scale_of
from tests.scoring.assessment_makers import component, rules, scheme, track

BANDS = [{"bound": 8, "points": 10}, {"bound": 5, "points": 6}, {"bound": 3, "points": 2}]
STEP = {"name": "step", "edge": "at_least", "out_of": 10, "otherwise": 0, "bands": BANDS}
HEAD = "unit,group,item,period,rater,value,standard,note\n"


def test_a_row_is_a_fact_with_the_number_of_its_line() -> None:
    table = "\ufeff" + HEAD + '甲,g,a,q1,leader/张,95,100,"表彰,省级"\n\n,,,,,,,\n乙,g,b,,,是\n'
    assert read_table(table) == (
        UnitFact(
            row=2,
            unit="甲",
            group="g",
            item="a",
            period="q1",
            rater="leader/张",
            value="95",
            standard="100",
            note="表彰,省级",
        ),
        UnitFact(row=5, unit="乙", group="g", item="b", value="是"),
    )


def test_columns_stand_in_any_order() -> None:
    assert read_table("value,unit,item,group,period,rater,standard,note\n95,甲,a\n")[0].value == "95"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "文件是空的，请按方案的模板填报"),
        ("unit,item,value\n", "第1行的列名应为 unit,group,item"),
        (HEAD.replace("note", "unit"), "各写一次"),
        (HEAD + "甲,g,a,,,95,,一,二\n", "第2行有9列，应为8列，文字中的逗号须加引号"),
        (HEAD + '甲,g,a,,,95,,"没有结束\n', "第2行的引号不成对"),
    ],
)
def test_another_shape_is_refused_with_its_row(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refusal:
        read_table(text)
    assert refusal.value.code == "assessment.table"


def test_notes_before_the_heading_are_passed_over_and_counted() -> None:
    noted = '# 说明\n"# 甲, 乙",,,,,,,\n' + HEAD + "甲,g,a,,,95\n"
    assert [(fact.row, fact.unit) for fact in read_table(noted)] == [(4, "甲")]


def test_a_unit_may_be_called_as_a_note_begins_once_the_heading_has_passed() -> None:
    assert read_table(HEAD + "#1,g,a,,,95\n")[0].unit == "#1"


def test_blank_columns_a_spreadsheet_adds_are_passed_over() -> None:
    table = HEAD.strip() + ",,\n甲,g,a,,,95,,,,\n"
    assert read_table(table)[0].value == "95"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (
            {"name": "piecewise", "out_of": 10, "highest": 95, "bands": [{"bound": 20, "points": 5}]},
            "，20至95",
        ),
        ({"name": "satisfaction", "out_of": 10, "bands": [{"bound": 0, "points": 0}]}, "，0至100"),
        ({**STEP, "reading": "value"}, "，各档界限在3至8之间"),
        ({**STEP, "edge": "at_most", "bands": BANDS[::-1], "reading": "value"}, "，各档界限在3至8之间"),
        ({**STEP, "reading": "ratio"}, ""),
    ],
)
def test_an_item_of_bands_says_its_range(formula: object, said: str) -> None:
    (part,) = rules(track(component("work", 100, scheme=scheme("a", formula=formula)))).tracks[0].components
    assert scale_of(part, part.slots[0]) == said
