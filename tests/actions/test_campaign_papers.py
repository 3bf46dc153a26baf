"""Result notice, ranking and score trace: the numbers of the result, and only for whom it is."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.claims import tell_penalty
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.papers.assessment import (
    assessment_notice_page,
    assessment_ranking_page,
    assessment_trace_page,
    ranking_book,
)
from budgetperf.errors import Conflict, NotFound
from budgetperf.lifecycle.unit_assessment.form import AppealAbout, AppealForm
from budgetperf.permissions import Actor
from budgetperf.reports.renderers import render
from budgetperf.store.campaigns import results_of
from budgetperf.store.records import RecordFacts, get_record
from tests import cast
from tests.actions.told import told_once
from tests.actions.zhengding import (
    BEGUN,
    COMPUTED,
    PENALTY,
    ROSTER,
    TARGETS,
    WINDOW,
    YEAR_END,
    claim,
    zhengding,
)
from tests.assessment_story import Story, at
from tests.conftest import MakeContext
from tests.reports.reading import page_texts, squeezed


def computed_with_claims(ctx: MakeContext) -> Story:
    made = zhengding(ctx)
    made.open(BEGUN, ROSTER)
    made.books(BEGUN, TARGETS)
    made.through_the_year(YEAR_END)
    bonus = claim(made, cast.WATER_CLERK, "D1", value="1").record_id
    made.act(cast.ASSESSMENT_OFFICE, WINDOW, bonus, "admit", {"value": "1", "reason": "属实"})
    made.act(cast.ASSESSMENT_OFFICE, WINDOW, bonus, "publish")
    told = tell_penalty(made.office(WINDOW), made.id, "D2", PENALTY, Seen()).record_id
    for record in (bonus, told):
        made.act(cast.ASSESSMENT_OFFICE, date(2026, 1, 16), record, "settle")
    made.act(cast.ASSESSMENT_OFFICE, COMPUTED, made.id, "compute")
    return made


connection, files, told, story = told_once(computed_with_claims)


def published(story: Story) -> Story:
    story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    return story


def seen(story: Story, actor: Actor, day: date = COMPUTED) -> tuple[Context, RecordFacts]:
    ctx = story.ctx(actor, at(day))
    return ctx, get_record(ctx.session, ctx.actor, story.id)


def text_of(page: object) -> str:
    return squeezed("".join(page_texts(render(page))))  # type: ignore[arg-type]


def test_nothing_is_printed_before_publication(story: Story) -> None:
    office = seen(story, cast.ASSESSMENT_OFFICE)
    for make in (assessment_ranking_page, lambda c, r: assessment_notice_page(c, r, "D1")):
        with pytest.raises(Conflict, match="尚未公示"):
            make(*office)
    with pytest.raises(NotFound):
        assessment_trace_page(*seen(story, cast.WATER_CLERK), "D1")


def test_the_notice_tells_everything_of_one_unit_and_how_to_appeal(story: Story) -> None:
    published(story)
    ctx, record = seen(story, cast.WATER_CLERK)
    page = assessment_notice_page(ctx, record, "D1")
    text = text_of(page)
    for told in (
        "考评结果通知书",
        "总分101.20分，在“县直部门”中列第1名，等次为“先进”",
        "指标考核6060.00",
        "群众评价3030.00",
        "领导评价109.20",
        "加分+2",
        "扣分0",
        "节水型城市",
        "奖励一个月工资",
        "可以在2026年2月9日以前（含当日）向考核办公室提出申诉",
        page.footer.digest,
    ):
        assert told in text, told
    assert page.footer.digest == results_of(ctx.session, story.id)[0].package
    late = assessment_notice_page(*seen(story, cast.WATER_CLERK, date(2026, 2, 10)), "D1")
    assert "已于2026年2月9日届满" in text_of(late)
    assert "申诉的答复" not in text_of(late)
    form = AppealForm(about=AppealAbout.RESULT, statement="数据有误", demand="更正")
    appeal = file_appeal(ctx, story.id, "D1", form, Seen()).record_id
    story.act(cast.SECOND_OFFICE, COMPUTED, appeal, "decide", {"outcome": "rejected", "reason": "数据属实"})
    answered = assessment_notice_page(*seen(story, cast.WATER_CLERK, date(2026, 2, 10)), "D1")
    assert "申诉的答复见申诉记录" in text_of(answered)


def test_the_trace_leads_to_the_total_with_every_weight_and_clause(story: Story) -> None:
    published(story)
    text = text_of(assessment_trace_page(*seen(story, cast.EDUCATION_CLERK), "D2"))
    for told in (
        "考评计分明细",
        "评分项得分分值计分方法",
        "（45×50＋45×50）÷（50＋50）＝45",
        "45÷60×60＝45.00（四舍五入，2位小数）",
        "县领导和分管部门的领导（2份的平均）80",
        "业务工作年终150200",
        "达到目标值得满分，未达到的按分值×实际值÷目标值计分",
        "扣分合计（封顶后）＝2",
        "总分：83＋（0－2）＝81.00",
        "同一分组内按总分排名",
    ):
        assert told in text, told


def test_the_ranking_on_paper_and_in_excel_has_the_same_numbers(story: Story) -> None:
    published(story)
    office = seen(story, cast.ASSESSMENT_OFFICE)
    page = assessment_ranking_page(*office)
    assert "1D1水务局60.0030.009.2020101.20先进" in text_of(page)
    sheet = load_workbook(io.BytesIO(ranking_book(*office))).worksheets[0]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert rows[0] == (
        "名次", "编码", "名称", "分组", "指标考核", "群众评价", "领导评价", "加分", "扣分", "总分", "等次", "结果运用", "说明",
    )  # fmt: skip
    for shown, line in zip(rows[1:3], page.tables[0].lines, strict=True):
        numbers = [line.rank, *(part.points for part in line.parts), line.bonus, line.penalty, line.total]
        assert [shown[0], *shown[4:10]] == [float(number) for number in numbers if number is not None]
        assert (shown[1], shown[10]) == (line.code, line.grade)
    assert page.footer.digest in str(rows[3][0])


def test_before_approval_a_unit_sees_its_own_result_and_nobody_elses(story: Story) -> None:
    published(story)
    ctx, record = seen(story, cast.WATER_CLERK)
    page = assessment_ranking_page(ctx, record)
    assert [line.code for table in page.tables for line in table.lines] == ["D1"]
    assert "仅列您可以查看的结果" in page.note
    for make in (assessment_notice_page, assessment_trace_page):
        with pytest.raises(NotFound):
            make(ctx, record, "D2")


@pytest.mark.parametrize("actor", [cast.FINANCE_HEAD, cast.ADMINISTRATOR, cast.SCHOOL_CLERK, cast.RATERS[0]])
def test_who_has_no_part_in_a_result_prints_nothing_of_it(story: Story, actor: Actor) -> None:
    published(story)
    ctx, record = seen(story, actor)
    for make in (assessment_notice_page, assessment_trace_page):
        with pytest.raises(NotFound):
            make(ctx, record, "D1")
    with pytest.raises(NotFound):
        assessment_ranking_page(ctx, record)
