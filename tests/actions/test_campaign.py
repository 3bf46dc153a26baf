"""A campaign from roster to archive, under Zhengding's rules: every gate, window and second person on its way."""

from datetime import date
from decimal import Decimal

import pytest

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.campaigns import open_campaign
from budgetperf.actions.claims import claim_bonus, tell_penalty
from budgetperf.actions.improvements import ask_improvement
from budgetperf.actions.moves import Seen
from budgetperf.actions.recompute import recompute
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.lifecycle.unit_assessment.form import (
    AppealAbout,
    AppealForm,
    CampaignForm,
    ImprovementForm,
)
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import results_of, units_of
from budgetperf.store.results import decisions_of
from tests import cast
from tests.actions.zhengding import (
    BEGUN,
    BONUS,
    COMPUTED,
    PENALTY,
    ROSTER,
    TARGETS,
    WINDOW,
    YEAR_END,
    claim,
    computed,
    refused,
)
from tests.assessment_story import Story, at, task


def test_a_year_from_task_book_to_archive(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    story.through_the_year(YEAR_END)
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    session = story.office(COMPUTED).session
    codes = {unit.id: unit.code for unit in units_of(session, story.id)}
    found = {codes[one.unit_id]: one for one in results_of(session, story.id)}
    # D1: 60 + 30 x 90 % band + 9.2; D2: 60 x 75 % = 45, the same public, 8
    assert found["D1"].total is not None
    assert found["D2"].total is not None
    assert found["D1"].total - found["D2"].total == Decimal("16.2")
    assert (found["D1"].rank, found["D2"].rank) == (1, 2)
    story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    with pytest.raises(Conflict, match="公示或申诉期未满"):
        story.act(cast.SECOND_OFFICE, COMPUTED, story.id, "finalise")
    later = date(2026, 2, 12)
    story.act(cast.SECOND_OFFICE, later, story.id, "finalise")
    rows = [
        {"body": body, "document": "海考〔2026〕1号", "decided_on": "2026-02-12"}
        for body in ("考核办公室", "考核领导小组")
    ]
    story.act(cast.ASSESSMENT_HEAD, later, story.id, "approve", {"rows": rows})
    story.act(cast.ASSESSMENT_OFFICE, later, story.id, "archive")
    ctx = story.office(later)
    assert {one.status for one in story.records(Stage.PROGRESS, later)} == {Status.WITHDRAWN}
    kept = decisions_of(ctx.session, subject=story.campaign.subject)
    assert len(kept) == 2
    assert all(recompute(one, ctx.rules).same for one in kept)


@pytest.fixture
def ready(story: Story) -> Story:
    """A campaign whose facts and ratings are all in."""
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    story.through_the_year(YEAR_END)
    return story


def test_a_bonus_is_documented_judged_published_and_counted_once_settled(ready: Story) -> None:
    with pytest.raises(Invalid, match="加分须附证明材料"):
        claim_bonus(ready.ctx(cast.WATER_CLERK, at(WINDOW)), ready.id, "D1", BONUS, Seen())
    with pytest.raises(Forbidden):
        claim(ready, cast.EDUCATION_CLERK, "D1")
    record = claim(ready, cast.WATER_CLERK, "D1", value="1").record_id
    with refused("加分申报尚未办结"):
        computed(ready)
    with refused("认定数量应大于0且不高于申报"):
        ready.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "admit", {"value": "2", "reason": "属实"})
    ready.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "admit", {"value": "1", "reason": "属实"})
    ready.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "publish")
    with pytest.raises(Conflict, match="公示或申诉期未满"):
        ready.act(cast.ASSESSMENT_OFFICE, date(2026, 1, 15), record, "settle")  # the fifth working day
    ready.act(cast.ASSESSMENT_OFFICE, date(2026, 1, 16), record, "settle")
    assert computed(ready)["D1"].document["bonus"] == "2"


def test_another_unit_objects_to_a_published_bonus_and_it_is_struck(ready: Story) -> None:
    record = claim(ready, cast.WATER_CLERK, "D1", value="1").record_id
    ready.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "admit", {"value": "1", "reason": "属实"})
    ready.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "publish")
    form = AppealForm(about=AppealAbout.BONUS, record=record, statement="表彰对象不是该局", demand="撤销加分")
    with pytest.raises(Invalid, match="由其他考评对象提出异议"):
        file_appeal(ready.ctx(cast.WATER_CLERK, at(WINDOW)), ready.id, "D1", form, Seen())
    appeal = file_appeal(ready.ctx(cast.EDUCATION_CLERK, at(WINDOW)), ready.id, "D2", form, Seen()).record_id
    with pytest.raises(Conflict, match="仍有申诉"):
        ready.act(cast.ASSESSMENT_OFFICE, date(2026, 1, 16), record, "settle")
    upheld = {"outcome": "upheld", "reason": "表彰文件所列为原水务集团"}
    with pytest.raises(Conflict, match="申诉须由他人答复"):
        ready.act(cast.ASSESSMENT_OFFICE, WINDOW, appeal, "decide", upheld)
    with pytest.raises(Conflict, match="由另一机构受理"):
        ready.act(cast.ASSESSMENT_HEAD, WINDOW, appeal, "decide", upheld)
    ready.act(cast.SECOND_OFFICE, WINDOW, appeal, "decide", upheld)
    assert [one.status for one in ready.records(Stage.BONUS, WINDOW)] == [Status.REJECTED]
    assert computed(ready)["D1"].document["bonus"] == "0"


def test_a_penalty_is_told_appealed_against_and_counts_as_decided(ready: Story) -> None:
    told = tell_penalty(ready.office(WINDOW), ready.id, "D2", PENALTY, Seen()).record_id
    form = AppealForm(
        about=AppealAbout.PENALTY, record=told, statement="其中一次非本局责任", demand="改为一次"
    )
    with pytest.raises(NotFound):  # another unit's penalty is not theirs to see
        file_appeal(ready.ctx(cast.WATER_CLERK, at(WINDOW)), ready.id, "D1", form, Seen())
    late = ready.ctx(cast.EDUCATION_CLERK, at(date(2026, 1, 16)))
    with pytest.raises(Conflict, match="异议期未开始或已结束"):
        file_appeal(late, ready.id, "D2", form, Seen())
    last = ready.ctx(cast.EDUCATION_CLERK, at(date(2026, 1, 15)))
    appeal = file_appeal(last, ready.id, "D2", form, Seen()).record_id
    day = date(2026, 1, 16)
    partly = {"outcome": "partly", "value": "1", "reason": "核实一次属实"}
    ready.act(cast.SECOND_OFFICE, day, appeal, "decide", partly)
    ready.act(cast.ASSESSMENT_OFFICE, day, told, "settle")
    assert computed(ready)["D2"].document["penalty"] == "1"


def test_an_upheld_appeal_against_a_result_corrects_the_fact_in_a_new_package(ready: Story) -> None:
    before = computed(ready)["D2"].total
    ready.act(cast.ASSESSMENT_HEAD, COMPUTED, ready.id, "publish")
    form = AppealForm(about=AppealAbout.RESULT, statement="业务工作完成值少计", demand="更正为200")
    appeal = file_appeal(
        ready.ctx(cast.EDUCATION_CLERK, at(COMPUTED)), ready.id, "D2", form, Seen()
    ).record_id
    row = {"unit": "D2", "item": "business", "period": "end", "value": "200", "note": "审计核实"}
    ready.act(
        cast.SECOND_OFFICE,
        COMPUTED,
        appeal,
        "decide",
        {"outcome": "upheld", "corrections": [row], "reason": "属实"},
    )
    final = date(2026, 2, 12)
    ready.act(cast.SECOND_OFFICE, final, ready.id, "finalise")
    session = ready.office(final).session
    codes = {unit.id: unit.code for unit in units_of(session, ready.id)}
    after = {codes[one.unit_id]: one.total for one in results_of(session, ready.id)}["D2"]
    assert before is not None
    assert after is not None
    assert after > before
    first, second = decisions_of(session, subject=ready.campaign.subject)
    assert first.facts != second.facts


def test_a_gate_that_is_not_settled_keeps_the_next_phase_shut_and_names_what_is_lacking(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    with refused("年度任务书尚未办结：水务局任务书（待填报）"):
        story.act(cast.ASSESSMENT_OFFICE, date(2025, 4, 1), story.id, "advance")
    assert not story.records(Stage.FACT_REPORT, date(2025, 4, 1))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"units": []}, "请至少登记一个考评对象"),
        ({"units": [*ROSTER["units"], ROSTER["units"][0]]}, "编码“D1”重复"),
        (
            {"units": [{**ROSTER["units"][0], "group": "village"}]},
            "方案没有分组“village”，应为 乡镇（township）、县直部门（department）",
        ),
        ({"units": [{**ROSTER["units"][0], "leader": "nobody"}]}, "没有登录名“nobody”"),
        ({"suppliers": ROSTER["suppliers"][:1]}, "数据提供方“考核办公室”（office）尚未指定报送单位"),
        ({"raters": []}, "“水务局”至少需要1名“县领导和分管部门的领导”，现有0名"),
        (
            {"raters": [{"rater_group": "leader", "login": "rater1", "units": "D9"}]},
            "没有编码为“D9”的考评对象",
        ),
    ],
)
def test_a_roster_with_a_gap_is_refused_at_its_cell(
    story: Story, change: dict[str, object], told: str
) -> None:
    with refused(told):
        story.open(BEGUN, ROSTER | change)


def test_next_year_takes_over_what_was_to_be_mended_and_rates_it_again(ready: Story) -> None:
    computed(ready)
    ready.act(cast.ASSESSMENT_HEAD, COMPUTED, ready.id, "publish")
    form = ImprovementForm(problem="投诉办结不及时", demand="限期办结", due_on=date(2026, 6, 30))
    asked = ask_improvement(ready.office(COMPUTED), ready.id, "D2", form, Seen()).record_id
    last, following = ready.id, date(2026, 3, 2)
    ready.year, ready.id = 2026, ""
    ready.open(following, ROSTER)
    assert ready.id != last
    book = next(one for one in ready.records(Stage.TASK_BOOK, following) if one.path == cast.EDUCATION)
    with refused("上年整改事项“投诉办结不及时”未列入本年任务"):
        ready.act(
            cast.EDUCATION_CLERK, following, book, "file", {"rows": [task("1", 2026, basis="三定方案")]}
        )
    ready.books(following, {})
    ready.act(
        cast.EDUCATION_CLERK,
        date(2026, 4, 1),
        asked,
        "respond",
        {"measures": "已办结", "done_on": "2026-04-01"},
    )
    ready.act(cast.ASSESSMENT_OFFICE, date(2026, 4, 2), asked, "close")


def test_a_unit_that_leaves_holds_nobody_up_and_may_come_back(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    gone = {"unit": "D2", "exemption": "left", "reason": "机构改革撤并"}
    with refused("方案没有“holiday”这一情形"):
        story.act(cast.ASSESSMENT_OFFICE, BEGUN, story.id, "exempt", gone | {"exemption": "holiday"})
    story.act(cast.ASSESSMENT_OFFICE, BEGUN, story.id, "exempt", gone)
    story.act(
        cast.ASSESSMENT_OFFICE, BEGUN, story.id, "exempt", gone | {"exemption": "", "reason": "改革暂缓"}
    )
    story.act(cast.ASSESSMENT_OFFICE, BEGUN, story.id, "exempt", gone)
    waited_for = {one.path for one in story.records(Stage.PROGRESS, BEGUN, Status.DRAFT)}
    assert waited_for == {cast.WATER}
    books = {one.path: one for one in story.records(Stage.TASK_BOOK, BEGUN)}
    story.act(cast.ASSESSMENT_OFFICE, BEGUN, books[cast.EDUCATION], "void", reason="机构撤并")
    story.books(BEGUN, TARGETS)
    story.through_the_year(YEAR_END)
    assert set(computed(story)) == {"D1"}


def test_work_taken_back_can_be_sent_again_and_raters_join_later(story: Story) -> None:
    story.open(BEGUN, ROSTER | {"raters": ROSTER["raters"][:1]})
    story.books(BEGUN, TARGETS)
    mid = date(2025, 7, 1)
    story.through_the_year(date(2025, 4, 1))
    story.act(cast.ASSESSMENT_OFFICE, mid, story.id, "advance")
    sheet = story.records(Stage.RATING, mid, Status.DRAFT)[0]
    story.act(cast.ASSESSMENT_OFFICE, mid, sheet, "void", reason="病假")
    with refused("“rater1”已是该类别的评分人"):
        story.act(cast.ASSESSMENT_OFFICE, mid, story.id, "add_raters", {"raters": ROSTER["raters"][:1]})
    story.act(cast.ASSESSMENT_OFFICE, mid, story.id, "add_raters", {"raters": ROSTER["raters"][1:]})
    story.act(cast.ASSESSMENT_OFFICE, mid, story.id, "advance")
    assert len(story.records(Stage.RATING, mid, Status.DRAFT)) == 1  # the one who joined
    story.act(cast.ASSESSMENT_OFFICE, mid, sheet, "reopen")
    story.ratings(mid)
    assert len(story.records(Stage.RATING, mid, Status.FILED)) == 2


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"organisation": "0102"}, "“教育局”的单位已以编码“D1”登记"),
        ({"organisation": "", "person": "staff1"}, ""),
    ],
)
def test_an_organisation_stands_in_one_group_only(story: Story, second: dict[str, str], told: str) -> None:
    units = [ROSTER["units"][0], ROSTER["units"][1] | second]
    if told:
        with refused(told):
            story.open(BEGUN, ROSTER | {"units": units})
    else:
        story.open(BEGUN, ROSTER | {"units": units})


def test_a_code_keeps_its_owner_over_the_years(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    story.year, story.id = 2026, ""
    first, second = ROSTER["units"]
    swapped = [
        first | {"organisation": second["organisation"]},
        second | {"organisation": first["organisation"]},
    ]
    with pytest.raises(Invalid) as told:
        story.open(date(2026, 3, 2), ROSTER | {"units": swapped})
    assert "单位与上年不同：编码“D1”上年为“水务局”" in told.value.findings[0].message
    assert [one.where.pointer for one in told.value.findings] == [
        "/units/0/organisation",
        "/units/1/organisation",
    ]


@pytest.mark.parametrize(("year", "told"), [(2023, "已经结束"), (2027, "才开始")])
def test_a_year_that_can_never_be_started_is_not_opened(story: Story, year: int, told: str) -> None:
    form = CampaignForm(jurisdiction="zhengding", fiscal_year=year)
    with pytest.raises(Conflict, match=told):
        open_campaign(story.office(BEGUN), form, Seen())
