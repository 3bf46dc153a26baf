"""Every check of what is filed during a campaign, on both sides of its line."""

from collections.abc import Callable
from datetime import date

import pytest

from budgetperf.findings import Finding, Severity
from budgetperf.lifecycle.unit_assessment.cells import Member, rated_cells, reported_cells
from budgetperf.lifecycle.unit_assessment.checks import (
    TaskBookContext,
    check_approval,
    check_claim,
    check_facts,
    check_progress,
    check_ratings,
    check_task_book,
)
from budgetperf.lifecycle.unit_assessment.form import (
    BonusForm,
    FactReportForm,
    ProgressForm,
    RatingForm,
    ResultApprovalForm,
    TaskBookForm,
    TaskRow,
)
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assessment import AssessmentRules

BOOK = Rulebook.load()
ZHENGDING = BOOK.by_id("zhengding/unit_assessment/2014-01-01").rules_as(AssessmentRules)
RULES = BOOK.by_id("zhengding/assessment_campaign/2014-01-01").rules_as(CampaignRules)
WATER = Member("D1", "水务局", "department")
CYCLE = (date(2025, 1, 1), date(2026, 2, 28))


def told(findings: tuple[Finding, ...]) -> list[str]:
    """Place and text of the errors."""
    return [f"{one.where} {one.message}" for one in findings if one.severity is Severity.ERROR]


def row(**changes: object) -> dict[str, object]:
    """A task that is SMART."""
    return {
        "key": "1", "item": "business", "task": "建成污水厂", "measure": "日处理能力", "target": "5", "uom": "万吨",
        "due_on": "2025-12-31", "responsible": "张三", "basis": "市政府工作报告", **changes,
    }  # fmt: skip


def book(*rows: dict[str, object], improvements: dict[str, str] | None = None) -> tuple[Finding, ...]:
    context = TaskBookContext({"business": "业务工作"}, CYCLE, improvements or {})
    return check_task_book(TaskBookForm.model_validate({"rows": rows}), context)


@pytest.mark.parametrize(
    ("changes", "at", "text"),
    [
        ({"target": None}, "/rows/0/target", "可衡量"),
        ({"uom": ""}, "/rows/0/uom", "计量单位"),
        ({"responsible": ""}, "/rows/0/responsible", "可实现"),
        ({"item": "", "basis": ""}, "/rows/0/basis", "相关"),
        ({"due_on": None}, "/rows/0/due_on", "有时限"),
        ({"due_on": "2024-12-31"}, "/rows/0/due_on", "考评周期内"),
        ({"due_on": "2026-03-01"}, "/rows/0/due_on", "考评周期内"),
        ({"item": "economy"}, "/rows/0/item", "不以任务书目标值计分"),
        ({"improvement": "R9"}, "/rows/0/improvement", "不是本单位上年的整改事项"),
    ],
)
def test_a_task_that_is_not_smart_is_told_at_its_field(
    changes: dict[str, object], at: str, text: str
) -> None:
    (finding,) = told(book(row(**changes)))
    assert finding.startswith(at)
    assert text in finding


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"target": None, "uom": "", "target_text": "通过省级验收"},
        {"item": "", "basis": "三定方案"},
        {"due_on": "2025-01-01"},
        {"due_on": "2026-02-28"},
    ],
)
def test_a_smart_task_passes(changes: dict[str, object]) -> None:
    assert told(book(row(**changes))) == []


def test_a_book_without_tasks_with_one_twice_or_without_last_years_items_is_refused() -> None:
    assert "任务书没有任务" in told(book())[0]
    assert len(told(book(row(), row()))) == 4  # both rows: the key, and the item
    assert told(book(row(), row(key="2", item=""))) == []
    lacking = told(book(row(), improvements={"R1": "投诉办结不及时"}))
    assert lacking == ["/rows 上年整改事项“投诉办结不及时”未列入本年任务，请补列"]
    assert told(book(row(improvement="R1"), improvements={"R1": "投诉办结不及时"})) == []


def test_a_standard_left_open_warns_and_does_not_block() -> None:
    (finding,) = [one for one in book(row(item="")) if one.severity is Severity.WARNING]
    assert "其标准值将由数据提供单位填写" in finding.message


TASKS = (TaskRow.model_validate(row()), TaskRow.model_validate(row(key="2", target=None, target_text="验收")))


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([{"key": "1", "actual": "3"}, {"key": "2", "done": "已招标"}], ""),
        ([{"key": "1", "done": "在建"}, {"key": "2", "done": "已招标"}], "须填写当前完成值"),
        ([{"key": "1", "actual": "3"}, {"key": "2", "actual": "1"}], "须填写进展情况"),
        ([{"key": "1", "actual": "3"}], "缺少任务 2 的进展"),
        (
            [{"key": "1", "actual": "3"}, {"key": "2", "done": "无"}, {"key": "3", "done": "无"}],
            "没有序号“3”",
        ),
        (
            [{"key": "1", "actual": "3"}, {"key": "1", "actual": "4"}, {"key": "2", "done": "无"}],
            "序号“1”重复",
        ),
    ],
)
def test_progress_is_reported_once_for_every_task(rows: list[dict[str, str]], text: str) -> None:
    found = "；".join(told(check_progress(ProgressForm.model_validate({"rows": rows}), TASKS)))
    assert text in found
    assert bool(found) is bool(text)


ASKED = tuple(reported_cells(ZHENGDING, RULES, [WATER], supplier="office", period="mid"))


def facts(change: Callable[[list[dict[str, str]]], object] = len) -> list[str]:
    rows = [{"unit": "D1", "item": one.slot.item, "value": "90", "standard": "100"} for one in ASKED]
    change(rows)
    form = FactReportForm.model_validate({"rows": rows})
    return told(
        check_facts(
            form,
            ASKED,
            stated={"D1": {"accident": "重大责任事故"}},
            standards={("D1", "business"): "100"},
            members={"D1": WATER},
        )
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda rows: rows[0].update(value="九十"), "/rows/0/value “水务局”：“经济工作”须填数字"),
        (lambda rows: rows[0].update(value=""), "/rows/0/value “水务局”的“经济工作”尚未填报"),
        (lambda rows: rows.pop(0), "/rows “水务局”的“经济工作”尚未填报"),
        (lambda rows: rows[0].update(standard=""), "/rows/0/standard “水务局”：“经济工作”须填写标准值"),
        (lambda rows: rows[1].update(standard="120"), "/rows/1/standard “业务工作”的标准值由任务书确定为100"),
        (lambda rows: rows[0].update(rater="public/甲"), "/rows/0/rater “economic_work”的评分来源应留空"),
        (lambda rows: rows.append(dict(rows[0])), "/rows/3/item “D1”的“economic_work”重复填报"),
        (
            lambda rows: rows.append({"unit": "D9", "item": "business"}),
            "/rows/3/unit 没有编码为“D9”的考评对象",
        ),
        (
            lambda rows: rows.append({"unit": "D1", "item": "satisfaction"}),
            "/rows/3/item “水务局”的“satisfaction”不由本单位",
        ),
        (
            lambda rows: rows.append({"unit": "D1", "item": "accident", "value": "3"}),
            "/rows/3/value “水务局”的“重大责任事故”须填“是”或“否”",
        ),
    ],
)
def test_a_report_with_a_fault_is_told_at_its_cell(
    change: Callable[[list[dict[str, str]]], object], text: str
) -> None:
    assert any(finding.startswith(text) for finding in facts(change)), facts(change)


def test_a_whole_report_passes_with_what_does_not_apply_and_a_veto() -> None:
    assert facts() == []
    assert facts(lambda rows: rows[1].update(standard="")) == []  # the task book has it
    assert facts(lambda rows: rows[0].update(value="不适用", standard="", note="机构撤并")) == []
    assert facts(lambda rows: rows.append({"unit": "D1", "item": "accident", "value": "是"})) == []


SHEET = tuple(rated_cells(ZHENGDING, [WATER], rater_group="leader", period="mid"))


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([{"unit": "D1", "item": "leader_rating", "value": "100"}], ""),
        ([{"unit": "D1", "item": "leader_rating", "value": "0"}], ""),
        ([{"unit": "D1", "item": "leader_rating", "value": "101"}], "/rows/0/value"),
        ([{"unit": "D1", "item": "leader_rating", "value": "-1"}], "/rows/0/value"),
        ([], "尚未评分"),
        ([{"unit": "D2", "item": "leader_rating", "value": "90"}], "不在您的评分表中"),
        ([{"unit": "D1", "item": "leader_rating", "value": "90"}] * 2, "重复评分"),
    ],
)
def test_a_sheet_holds_one_mark_a_cell_on_its_scale(rows: list[dict[str, str]], text: str) -> None:
    found = "；".join(told(check_ratings(RatingForm.model_validate({"rows": rows}), SHEET, ())))
    assert text in found
    assert bool(found) is bool(text)


@pytest.mark.parametrize(("value", "fits"), [("0", True), ("100", True), ("100.5", False), ("好", False)])
def test_what_was_mended_is_rated_again_from_0_to_100(value: str, fits: bool) -> None:
    rows = [
        {"unit": "D1", "item": "leader_rating", "value": "90"},
        {"unit": "D1", "item": "improved:R1", "value": value},
    ]
    found = check_ratings(RatingForm.model_validate({"rows": rows}), SHEET, [("D1", "improved:R1")])
    assert (told(found) == []) is fits


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, ""),
        ({"item": "criticised_city"}, "不在该考评对象的加减分项目中"),
        ({"value": "1.5"}, "须填非负整数次数"),
        ({"value": "2"}, "逐个奖项填报"),
        ({"value": "0"}, "数量须大于0"),
        ({"item": "other_bonus", "value": "4"}, ""),
        ({"item": "other_bonus", "value": "4.5"}, "须在0至4分之间"),
    ],
)
def test_a_bonus_claim_names_an_item_of_its_side_and_a_count_it_may_have(
    changes: dict[str, str], text: str
) -> None:
    track = ZHENGDING.track_of("department")
    assert track is not None
    form = BonusForm.model_validate(
        {
            "item": "award_city",
            "value": "1",
            "award": "节水型城市",
            "statement": "表彰",
            "evidence": ["d"],
            **changes,
        }
    )
    found = "；".join(told(check_claim(form, track.adjustments.bonus, documented=True)))
    assert text in found
    assert bool(found) is bool(text)
    assert "加分须附证明材料" in "；".join(told(check_claim(form, track.adjustments.bonus, documented=False)))


@pytest.mark.parametrize(
    ("bodies", "days", "text"),
    [
        (("考核办公室", "考核领导小组"), ("2026-02-10", "2026-02-12"), ""),
        (("考核办公室", "考核领导小组"), ("2026-02-11", "2026-02-11"), ""),
        (("考核领导小组", "考核办公室"), ("2026-02-10", "2026-02-11"), "须依次填写"),
        (("考核办公室",), ("2026-02-10",), "须依次填写"),
        (("考核办公室", "考核领导小组"), ("2026-02-12", "2026-02-10"), "由早到晚"),
        (("考核办公室", "考核领导小组"), ("2026-02-09", "2026-02-10"), "审定日期须在定稿"),
        (("考核办公室", "考核领导小组"), ("2026-02-10", "2026-02-13"), "审定日期须在定稿"),
    ],
)
def test_the_bodies_decide_in_order_after_the_result_and_not_in_future(
    bodies: tuple[str, ...], days: tuple[str, ...], text: str
) -> None:
    rows = [
        {"body": body, "document": "1号", "decided_on": day} for body, day in zip(bodies, days, strict=True)
    ]
    form = ResultApprovalForm.model_validate({"rows": rows})
    found = told(check_approval(form, RULES.approval, not_before=date(2026, 2, 10), as_of=date(2026, 2, 12)))
    assert text in "；".join(found)
    assert bool(found) is bool(text)
