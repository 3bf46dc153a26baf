import pytest

from budgetperf.errors import Invalid
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment_facts import read_facts
from tests.scoring.assessment_makers import SOURCE, component, rows, rules, scheme, track

QUARTERS = {
    "missing": "refuse",
    "source": SOURCE,
    "periods": [{"key": "q1", "label": "一季度", "weight": 1}, {"key": "q2", "label": "二季度", "weight": 1}],
}
MONTHS = {**QUARTERS, "missing": "skip"}
RATERS = {
    "absent_group": "refuse",
    "source": SOURCE,
    "groups": [
        {"key": "leader", "label": "领导", "weight": 60},
        {"key": "public", "label": "群众", "weight": 40, "at_least": 2},
    ],
    "scale": {"lowest": 1, "highest": 5, "step": 1, "source": SOURCE},
}
MEASURED = {"name": "proportional", "zero_target": "met"}
RULES = rules(
    track(
        component("work", 40, scheme=scheme("a", "b", formula=MEASURED), periods=QUARTERS),
        component("poll", 20, scheme=scheme("poll", weight=5), raters=RATERS),
        component("special", 20, scheme=scheme("s", "t", not_applicable="rescale"), absent="rescale"),
        component(
            "days",
            20,
            deductions={
                "out_of": 20,
                "source": SOURCE,
                "items": [{"key": "late", "label": "迟到", "points": 1}],
            },
        ),
        adjustments={
            "bonus": {
                "source": SOURCE,
                "families": [
                    {
                        "key": "f",
                        "label": "表彰",
                        "source": SOURCE,
                        "items": [{"key": "award", "label": "表彰", "points": 1, "ladder": "x"}],
                    }
                ],
            }
        },
        vetoes=[{"key": "accident", "label": "事故", "lower_by": 1, "source": SOURCE}],
        groups=[{"key": "g", "label": "一组"}, {"key": "h", "label": "二组"}],
    ),
    track(component("zone", 100), key="u", label="功能区", groups=[{"key": "z", "label": "功能区组"}]),
    statements=[{"key": "noted", "label": "认定", "source": SOURCE}],
    exemptions=[{"key": "away", "label": "不在岗", "outcome": "不发奖励", "source": SOURCE}],
    consequences=[
        {"key": "talk", "label": "谈话", "source": SOURCE, "any_of": [{"grades": ["fail"]}]},
    ],
)
SOUND = (
    *(f"甲 {item} 90 @{quarter} of=100" for item in "ab" for quarter in ("q1", "q2")),
    *(f"甲 poll 4 by={rater}" for rater in ("leader", "public/1", "public/2")),
    "甲 s 50",
    "甲 t 40",
    "甲 late 0",
    "乙 away 是 in=h",
)


def refused(*lines: str) -> list[tuple[str, str, str]]:
    """Code, row and text of every finding of the sound table with ``lines`` in their places.

    A line replaces the sound line of the same unit, item, period and rater, or is appended.
    """
    with pytest.raises(Invalid) as refusal:
        assess(RULES, rows(*lines))
    assert refusal.value.code == "assessment.facts"
    found = [
        (finding.code.removeprefix("assessment."), str(finding.where), finding.message)
        for finding in refusal.value.findings
    ]
    assert all(text in refusal.value.text for _, _, text in found)
    return found


def changed(before: str, after: str) -> list[str]:
    assert before in SOUND
    return [after if line == before else line for line in SOUND]


def test_the_sound_table_is_read_whole() -> None:
    sheets = read_facts(RULES, rows(*SOUND))
    assert [(sheet.unit, sheet.group, len(sheet.exempt)) for sheet in sheets] == [
        ("乙", "h", 1),
        ("甲", "g", 0),
    ]
    assert sheets == read_facts(RULES, reversed(rows(*SOUND)))


@pytest.mark.parametrize(
    ("before", "after", "code", "told"),
    [
        ("甲 s 50", "甲 unknown 50", "item", "项目编码“unknown”不在方案中"),
        ("甲 s 50", "甲 zone_item 50", "item", "项目编码“zone_item”不在方案中"),
        ("甲 s 50", "甲 s 50.01", "value", "评分50.01不在0至50分的量表内"),
        ("甲 s 50", "甲 s -1", "value", "评分-1不在0至50分的量表内"),
        ("甲 s 50", "甲 s 50分", "value", "须填数字，填的是“50分”，请只填半角数字，去掉单位和符号"),
        ("甲 s 50", "甲 s 不适用", "value", "请在说明栏写明原因"),
        ("甲 s 50", "甲 s 50 @q1", "period", "考核期应留空，填的是“q1”"),
        ("甲 s 50", "甲 s 50 by=leader", "rater", "评分人应留空，填的是“leader”"),
        ("甲 a 90 @q1 of=100", "甲 a 90 @q3 of=100", "period", "应为 q1、q2 之一，填的是“q3”"),
        ("甲 a 90 @q1 of=100", "甲 a 90 of=100", "period", "应为 q1、q2 之一，填的是“”"),
        ("甲 a 90 @q1 of=100", "甲 a 90 @q1", "standard", "“项a”须填写标准值，且只填数字"),
        ("甲 a 90 @q1 of=100", "甲 a 90 @q1 of=100万", "standard", "“项a”须填写标准值，且只填数字"),
        ("甲 poll 4 by=leader", "甲 poll 6 by=leader", "value", "评分6不在1至5分的量表内，请更正"),
        ("甲 poll 4 by=leader", "甲 poll 4.5 by=leader", "value", "不在以1分为一档的量表上，请更正"),
        ("甲 poll 4 by=leader", "甲 poll 4 by=peer", "rater", "应以 leader、public 之一开头"),
        ("甲 late 0", "甲 late 1.5", "value", "须填非负整数次数"),
        ("甲 late 0", "甲 late -1", "value", "须填非负整数次数"),
    ],
)
def test_a_bad_row_is_named_with_its_remedy(before: str, after: str, code: str, told: str) -> None:
    row = f"第{SOUND.index(before) + 2}行"
    found = refused(*changed(before, after))
    assert (code, row) in [(found_code, where) for found_code, where, _ in found]
    assert any(told in text for _, _, text in found)


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("甲 award 1", "value", "备注写明奖项名称）"),
        ("甲 award x note=奖", "value", "须填数字，填的是“x”"),
        ("甲 award 1 @q9 note=奖", "period", "考核期“q9”不在方案中"),
        ("甲 accident 可能", "value", "“accident”须填“是”或“否”"),
        ("甲 talk 是", "period", "考核期须填 -1（上一年）"),
        ("甲 talk 是 @1", "period", "考核期须填 -1（上一年）"),
        ("甲 talk 是 @-0.5", "period", "考核期须填 -1（上一年）"),
        ("甲 talk 是 @-1.0", "period", "考核期须填 -1（上一年）"),
        ("甲 talk 是 @-21", "period", "考核期须填 -1（上一年）、-2（前年）等，至 -20"),
        ("甲 talk 是 @-1 by=leader", "rater", "“talk”的评分人应留空，填的是“leader”"),
        ("甲 talk 是 @-1 of=1", "standard", "“talk”的标准值应留空，填的是“1”"),
        ("甲 accident 是 @-1", "period", "“accident”只填本年的，考核期应留空，填的是“-1”"),
        ("甲 accident 否 @q1", "period", "考核期应留空，填的是“q1”"),
        ("甲 accident 是 by=leader", "rater", "“accident”的评分人应留空，填的是“leader”"),
        ("甲 accident 是 of=1", "standard", "“accident”的标准值应留空，填的是“1”"),
        ("甲 noted 是 @-1", "period", "“noted”只填本年的，考核期应留空，填的是“-1”"),
        ("甲 award 1 note=奖 by=leader", "rater", "“表彰”的评分人应留空，填的是“leader”"),
        ("甲 award 1 note=奖 of=1", "standard", "“表彰”的标准值应留空，填的是“1”"),
        ("甲 s 50", "twice", "与第9行重复填报同一事实，请只保留一行"),
        ("甲 poll 4 by=public/2", "twice", "与第8行重复填报同一事实"),
    ],
)
def test_a_row_that_should_not_be_there_is_named(line: str, code: str, told: str) -> None:
    [(found_code, where, text)] = refused(*SOUND, line)
    assert (found_code, where) == (code, f"第{len(SOUND) + 2}行")
    assert told in text


def test_two_awards_of_one_item_are_two_facts_and_one_award_twice_is_not() -> None:
    assess(RULES, rows(*SOUND, "甲 award 1 note=奖一", "甲 award 1 note=奖二"))
    assert [code for code, _, _ in refused(*SOUND, "甲 award 1 note=奖", "甲 award 1 note=奖")] == ["twice"]


def test_a_rater_does_not_make_one_fact_two() -> None:
    for first, again in (
        ("甲 accident 是", "甲 accident 否 by=leader"),
        ("甲 award 1 note=奖", "甲 award 1 note=奖 by=leader"),
        ("甲 talk 是 @-1", "甲 talk 否 @-1 by=leader"),
    ):
        [(code, where, text)] = refused(*SOUND, first, again)
        assert (code, where) == ("twice", f"第{len(SOUND) + 3}行")
        assert f"与第{len(SOUND) + 2}行重复填报同一事实" in text


def test_answers_as_they_should_be_filed_are_read() -> None:
    lines = ("甲 accident 是", "甲 noted 是", "甲 talk 是 @-1", "甲 talk 是 @-20", "甲 award 1 note=奖 @q1")
    sheet = read_facts(RULES, rows(*SOUND, *lines))[1]
    assert (sheet.struck, sheet.found, sheet.past, len(sheet.claims)) == (
        {"accident"},
        {"noted"},
        {"talk": {1, 20}},
        1,
    )


@pytest.mark.parametrize(
    ("without", "code", "told"),
    [
        (
            "甲 a 90 @q2 of=100",
            "missing",
            "“甲”缺少“部分work”二季度的项a，请补报；不适用的填“不适用”并写明原因",
        ),
        ("甲 t 40", "missing", "“甲”缺少“部分special”项t，请补报"),
        ("甲 late 0", "missing", "“甲”缺少“部分days”迟到，请补报"),
        ("甲 poll 4 by=leader", "rater", "“甲”的“部分poll”“领导”至少需要1份评分，现有0份，请补齐"),
        ("甲 poll 4 by=public/2", "rater", "“甲”的“部分poll”“群众”至少需要2份评分，现有1份，请补齐"),
    ],
)
def test_what_is_missing_is_named_at_the_first_row_of_the_unit(without: str, code: str, told: str) -> None:
    [(found_code, where, text)] = refused(*(line for line in SOUND if line != without))
    assert (found_code, where) == (code, "第2行")
    assert told in text


def test_a_whole_period_or_part_that_is_missing_is_named_once() -> None:
    [(_, _, text)] = refused(*(line for line in SOUND if "@q2" not in line))
    assert text.startswith("“甲”缺少“部分work”二季度的项a、项b，")
    [(_, _, text)] = refused(*(line for line in SOUND if " poll " not in line))
    assert text.startswith("“甲”缺少“部分poll”项poll，")


def test_each_rater_rates_every_item() -> None:
    two = rules(track(component("poll", 100, scheme=scheme("p", "q"), raters={**RATERS, "scale": None})))
    lines = [f"甲 {item} 5 by={rater}" for item in "pq" for rater in ("leader", "public/1", "public/2")]
    assert len(assess(two, rows(*lines))) == 1
    with pytest.raises(Invalid, match="缺少“部分poll”项q（评分人 public/2）"):
        assess(two, rows(*lines[:-1]))


def test_periods_that_may_be_skipped_are_but_never_all_of_them() -> None:
    monthly = rules(track(component("work", 100, periods=MONTHS)))
    assert assess(monthly, rows("甲 work_item 80 @q2"))[0].total == 80
    with pytest.raises(Invalid, match="“甲”的“部分work”没有任何一期的事实"):
        assess(
            rules(track(component("work", 50, periods=MONTHS), component("more", 50))),
            rows("甲 more_item 1"),
        )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["甲 a 不适用 @q1 note=无", "甲 b 不适用 @q1 note=无"],
            "部分考核期或评分人全部填为不适用，请各期一致填报",
        ),
        (["甲 a 不适用 @q1 note=无"], "“部分work”部分填为不适用，但本方案不允许"),
        (
            [f"甲 {item} 不适用 @{quarter} note=无" for item in "ab" for quarter in ("q1", "q2")],
            "“部分work”全部填为不适用，但本方案不允许",
        ),
        (["甲 late 不适用 note=无"], "“部分days”全部填为不适用，但本方案不允许"),
    ],
)
def test_what_may_not_be_left_out_is_refused(lines: list[str], told: str) -> None:
    marks = {tuple(line.split()[:2]) + tuple(p for p in line.split() if p[0] == "@") for line in lines}
    kept = [
        line
        for line in SOUND
        if tuple(line.split()[:2]) + tuple(p for p in line.split() if p[0] == "@") not in marks
    ]
    [(code, _, text)] = refused(*kept, *lines)
    assert code == "value"
    assert told in text


def test_what_may_be_left_out_is_accepted_in_part_or_whole() -> None:
    for line in ("甲 s 不适用 note=无", "甲 t 不适用 note=无"):
        item = line.split()[1]
        kept = [sound for sound in SOUND if sound.split()[1] != item]
        assert assess(RULES, rows(*kept, line))[1].unit == "甲"


def test_a_unit_in_two_groups_is_named_with_both_rows() -> None:
    [(code, where, text)] = refused(*changed("甲 late 0", "甲 late 0 in=h"))
    assert (code, where) == ("group", "第11行")
    assert text == "“甲”属于两个分组（第2行为“g”、第11行为“h”），请改为同一分组"


def test_a_unit_without_a_group_or_in_an_unknown_one_is_named() -> None:
    blank = tuple(line + " in=" for line in SOUND if line.startswith("甲"))
    assert ("group", "第2行", "“甲”没有分组，请至少在一行填写分组编码") in refused(*blank, SOUND[-1])
    found = refused(*(line + " in=x" for line in SOUND if line.startswith("甲")), SOUND[-1])
    assert ("group", "第2行", "“甲”的分组“x”不在方案中，应为 g、h、z 之一") in found


def test_one_row_with_the_group_is_enough() -> None:
    blank = [line + " in=" for line in SOUND[1:-1]]
    assert assess(RULES, rows(SOUND[0], *blank, SOUND[-1]))[1].group == "g"


def test_a_group_without_units_is_named_but_a_track_without_any_is_not_assessed() -> None:
    [(code, _, text)] = refused(*SOUND[:-1])
    assert (code, text) == ("empty_group", "分组“二组”（h）没有任何单位，请补报该组单位的事实")


def test_rows_without_a_unit_and_an_empty_table_are_refused() -> None:
    blank = rows(*SOUND, "甲 late 0")[-1]
    unnamed = type(blank)(row=99, unit=" ", item="late", value="0")
    with pytest.raises(Invalid, match="第99行 没有写明被考评单位"):
        assess(RULES, (*rows(*SOUND), unnamed))
    with pytest.raises(Invalid, match="没有任何事实"):
        assess(RULES, ())


def test_every_defect_is_told_at_once_by_row_and_the_text_stays_short() -> None:
    lines = changed("甲 s 50", "甲 s 51")
    found = refused(*lines, "甲 x 1", "甲 late 0")
    assert [(code, where) for code, where, _ in found] == [
        ("value", "第9行"),
        ("item", "第13行"),
        ("twice", "第14行"),
    ]
    with pytest.raises(Invalid) as refusal:
        assess(RULES, rows(*SOUND, *(f"甲 x{i} 1" for i in range(30))))
    assert len(refusal.value.findings) == 30
    assert refusal.value.text.startswith("考评事实有30处问题，未作任何计算：第13行 ")
    assert refusal.value.text.endswith("；另有10处")


def test_a_unit_is_not_taken_for_complete_because_another_with_a_refused_cell_seemed_so() -> None:
    either = rules(
        track(component("work", 50, scheme=scheme("a", "b"), absent="rescale"), component("more", 50))
    )
    lines = ["甲 a 不适用 note=无", "甲 b x", "甲 more_item 1"]
    lines += ["乙 a 不适用 note=无", "乙 b 5", "乙 more_item 1"]
    with pytest.raises(Invalid) as refusal:
        assess(either, rows(*lines))
    assert [finding.message[:4] for finding in refusal.value.findings] == ["“项b”", "“乙”的"]
    assert "部分填为不适用" in refusal.value.text


def test_what_was_accepted_once_is_judged_again_where_it_does_not_belong() -> None:
    other = [line.replace("甲", "丙", 1) for line in SOUND[:-1]]
    sound = (*SOUND[:-1], *other, SOUND[-1])
    assert len(assess(RULES, rows(*sound))) == 3
    wrong = [line.replace("丙 poll 4 by=leader", "丙 poll 4 by=peer") for line in sound]
    assert [code for code, _, _ in refused(*wrong)] == ["rater", "rater"]
    assert {code for code, _, _ in refused(*(line.replace("丙 s 50", "丙 s 50 @q1") for line in sound))} == {
        "period",
        "missing",
    }


@pytest.mark.parametrize("sign", ["\x1b", "\n", "\u200b", "\u202e", "\u2028"])
def test_a_unit_with_signs_that_print_nothing_is_refused(sign: str) -> None:
    sound = rows(*SOUND)
    strange = [fact._replace(unit=f"甲{sign}乙") if fact.unit == "甲" else fact for fact in sound]
    with pytest.raises(Invalid, match="第2行 被考评单位的编码含有看不见的控制字符，请重新输入编码"):
        assess(RULES, strange)
    spaced = [fact._replace(unit="甲 乙") if fact.unit == "甲" else fact for fact in sound]
    assert [result.unit for result in assess(RULES, spaced)] == ["乙", "甲 乙"]
