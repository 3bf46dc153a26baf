"""What a campaign refuses of claims and appeals, and who may file them; each refusal at its place."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, event, text

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.campaign_results import gather
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import claim_bonus, counted, tell_penalty
from budgetperf.actions.context import Context
from budgetperf.actions.improvements import ask_improvement
from budgetperf.actions.moves import Seen
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.findings import Finding
from budgetperf.lifecycle.unit_assessment.form import (
    AppealAbout,
    AppealForm,
    BonusForm,
    ImprovementForm,
)
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.process.stages import Stage, Status
from budgetperf.store.records import get_record
from tests import cast
from tests.actions.test_campaign_people import ROSTER as PEOPLE
from tests.actions.test_campaign_people import value as served
from tests.actions.zhengding import (
    BEGUN,
    COMPUTED,
    PENALTY,
    ROSTER,
    TARGETS,
    WINDOW,
    YEAR_END,
    claim,
    computed,
    with_document,
    zhengding,
)
from tests.assessment_story import Story, at

OVER = date(2026, 1, 16)


THREE = ROSTER | {
    "units": [
        *ROSTER["units"],
        {"code": "D3", "name": "财政局", "group": "department", "organisation": "0100"},
    ]
}
FINANCE_CLERK = Actor(
    cast.FINANCE_REVIEWER.id, cast.FINANCE_REVIEWER.name, (Grant(Role.CLERK, cast.FINANCE),)
)

FINANCE_LEADER = Actor(cast.FINANCE_HEAD.id, cast.FINANCE_HEAD.name, (Grant(Role.LEADER, cast.FINANCE),))


@pytest.fixture
def running(ctx: Callable[..., Context]) -> Story:
    """Zhengding's campaign under way, with nothing brought yet."""
    made = zhengding(ctx)
    made.open(BEGUN, THREE)
    return made


@pytest.fixture
def ready(running: Story) -> Story:
    """The same with all facts and marks in."""
    running.clerks = {**running.clerks, cast.FINANCE: (FINANCE_CLERK, FINANCE_LEADER)}
    running.books(BEGUN, TARGETS)
    running.through_the_year(YEAR_END)
    return running


@pytest.fixture
def people(ctx: Callable[..., Context]) -> Story:
    """Meiling's campaign with all facts and marks in."""
    made = Story(
        ctx,
        "meiling",
        2025,
        served,
        suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
        raters=(cast.RATERS[0], cast.STAFF[1]),
    )
    made.open(BEGUN, PEOPLE)
    made.through_the_year(date(2026, 1, 5))
    return made


def refusals(story: Story, actor: Actor, day: date, record: str, verb: str, form: object) -> dict[str, str]:
    """What a move is refused for, by place."""
    with pytest.raises(Invalid) as refusal:
        story.act(actor, day, record, verb, form)
    return places(refusal.value.findings)


def places(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.where.pointer: finding.message for finding in findings}


def appeal(
    story: Story, actor: Actor, code: str, about: AppealAbout, record: str = "", day: date = WINDOW
) -> str:
    form = AppealForm(about=about, record=record, statement="与事实不符", demand="更正")
    return file_appeal(story.ctx(actor, at(day)), story.id, code, form, Seen()).record_id


def told(story: Story, **changes: object) -> str:
    """A penalty of the education office."""
    form = PENALTY.model_validate(PENALTY.model_dump() | changes)
    return tell_penalty(story.office(WINDOW), story.id, "D2", form, Seen()).record_id


def published(story: Story, **changes: object) -> str:
    """A bonus of the water office, published."""
    record = claim(story, cast.WATER_CLERK, "D1", **({"value": "1"} | changes)).record_id
    admitted = {"value": changes.get("value", "1"), "reason": "属实"}
    story.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "admit", admitted)
    story.act(cast.ASSESSMENT_OFFICE, WINDOW, record, "publish")
    return record


def decide(
    story: Story, record: str, outcome: str, actor: Actor = cast.SECOND_OFFICE, **more: object
) -> None:
    story.act(actor, WINDOW, record, "decide", {"outcome": outcome, "reason": "核实", **more})


def correction(**changes: str) -> dict[str, str]:
    row = {"unit": "D2", "item": "business", "period": "end", "rater": "", "value": "200", "note": "审计核实"}
    return row | changes


def test_a_correction_is_of_a_fact_of_the_appellant_and_leaves_a_result_that_computes(
    ready: Story,
) -> None:
    penalty = told(ready)
    ready.act(cast.ASSESSMENT_OFFICE, OVER, penalty, "settle")
    computed(ready)
    ready.act(cast.ASSESSMENT_HEAD, COMPUTED, ready.id, "publish")
    record = appeal(ready, cast.EDUCATION_CLERK, "D2", AppealAbout.RESULT, day=COMPUTED)

    def refused(*rows: Mapping[str, str]) -> dict[str, str]:
        form = {"outcome": "upheld", "corrections": rows, "reason": "属实"}
        return refusals(ready, cast.SECOND_OFFICE, COMPUTED, record, "decide", form)

    work = work_for(ready.office(COMPUTED), ready.campaign)
    marked = next(line for line in gather(ready.office(COMPUTED), work) if line.rater == "leader/001")
    wrong = {
        "unit": (correction(unit="D1"), "只能更正申诉对象“教育局”"),
        "item": (correction(item=PENALTY.item, period=""), "加减分、奖惩和不参加考评的认定不在此更正"),
        "period": (correction(period="q9"), "没有该考核期的数据"),
        "rater": (correction(item=marked.item, period=marked.period, rater="leader/001"), "评分人的评分"),
        "value": (correction(value="两百"), "须填数字"),
    }
    found = refused(*(row for row, _ in wrong.values()))
    assert list(found) == [f"/corrections/{n}/{field}" for n, field in enumerate(wrong)]
    assert all(
        text in found[f"/corrections/{n}/{field}"] for n, (field, (_, text)) in enumerate(wrong.items())
    )
    survey = correction(item="satisfaction", period="q1", rater="public/别处", value="95")
    assert "没有该来源的数据，可填" in refused(survey)["/corrections/0/rater"]
    assert "重复更正" in refused(correction(), correction())["/corrections/1/item"]
    assert "无法计算考评结果" in refused(correction(value="不适用"))["/corrections"]
    ready.act(
        cast.SECOND_OFFICE,
        COMPUTED,
        record,
        "decide",
        {"outcome": "upheld", "corrections": [correction()], "reason": "属实"},
    )


def test_a_penalty_partly_upheld_is_less_than_it_was_and_a_whole_count(running: Story) -> None:
    penalty = told(running)
    record = appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, penalty)
    for number, why in (
        ("2", "低于原计的2"),
        ("3", "低于原计的2"),
        ("-1", "不小于0"),
        ("0.5", "须填非负整数次数"),
    ):
        form = {"outcome": "partly", "value": number, "reason": "属实"}
        assert why in refusals(running, cast.SECOND_OFFICE, WINDOW, record, "decide", form)["/value"]
    with pytest.raises(Conflict, match="正在办理"):
        appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, penalty)
    decide(running, record, "partly", value="1")
    with pytest.raises(Conflict, match="已经答复"):
        appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, penalty)
    assert (
        counted(
            running.office(WINDOW),
            get_record(running.office(WINDOW).session, cast.ASSESSMENT_OFFICE, penalty),
        )
        == 1
    )


def test_a_bonus_is_admitted_by_whole_counts_and_an_award_is_claimed_once(running: Story) -> None:
    first = claim(running, cast.WATER_CLERK, "D1", value="1").record_id
    found = refusals(
        running, cast.ASSESSMENT_OFFICE, WINDOW, first, "admit", {"value": "0.5", "reason": "属实"}
    )
    assert "须填非负整数次数" in found["/value"]
    with pytest.raises(Invalid, match="按合计数量重新申报") as again:
        claim(running, cast.WATER_CLERK, "D1", value="1")
    assert list(places(again.value.findings)) == ["/award"]
    claim(running, cast.WATER_CLERK, "D1", value="1", award="另一奖项")
    running.act(cast.ASSESSMENT_OFFICE, WINDOW, first, "reject", reason="材料不全")
    claim(running, cast.WATER_CLERK, "D1", value="1")
    penalty = told(running)
    with pytest.raises(Invalid, match="按合计数量重新告知"):
        told(running, value="1")
    running.act(cast.ASSESSMENT_OFFICE, WINDOW, penalty, "withdraw", reason="漏计一次")
    told(running, value="3")


def test_an_appeal_is_withdrawn_by_who_filed_it_or_the_units_own_people(running: Story) -> None:
    penalty = told(running)
    record = appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, penalty)
    bystander = Actor(
        "person-rater2", "评分二", (Grant(Role.PARTICIPANT, ""), Grant(Role.ASSESSMENT_OFFICE, ""))
    )
    for actor, refusal in ((bystander, Forbidden), (cast.WATER_CLERK, NotFound)):
        with pytest.raises(refusal):
            running.act(actor, WINDOW, record, "withdraw", reason="不再申诉")
    running.act(cast.EDUCATION_LEADER, WINDOW, record, "withdraw", reason="不再申诉")
    again = appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, penalty)
    running.act(cast.EDUCATION_CLERK, WINDOW, again, "withdraw", reason="不再申诉")


def test_what_was_decided_last_counts(running: Story) -> None:
    bonus = published(running, item="other_bonus", value="4", award="营商环境")
    first = appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.BONUS, bonus)
    second = appeal(running, FINANCE_CLERK, "D3", AppealAbout.BONUS, bonus)
    decide(running, second, "partly", value="3")
    decide(running, first, "partly", value="2")
    office = running.office(WINDOW)
    assert counted(office, get_record(office.session, office.actor, bonus)) == 2
    running.act(cast.ASSESSMENT_OFFICE, OVER, bonus, "settle")
    office = running.office(OVER)
    lines = gather(office, work_for(office, running.campaign))
    assert [line.value for line in lines if line.item == "other_bonus"] == ["2"]


def test_what_is_gone_is_not_taken_away_again(running: Story) -> None:
    penalty = told(running)
    record = appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, penalty)
    running.act(cast.ASSESSMENT_OFFICE, WINDOW, penalty, "withdraw", reason="告知有误")
    form = {"outcome": "upheld", "reason": "属实"}
    found = refusals(running, cast.SECOND_OFFICE, WINDOW, record, "decide", form)
    assert "已无可更正" in found["/outcome"]
    decide(running, record, "rejected")


def test_a_claim_left_open_neither_settles_after_the_result_nor_lets_it_be_final(ready: Story) -> None:
    penalty = told(ready)
    ready.act(cast.ASSESSMENT_OFFICE, OVER, penalty, "settle")
    computed(ready)
    ready.act(cast.ASSESSMENT_HEAD, COMPUTED, ready.id, "publish")
    reopen = text("UPDATE record SET status = 'told' WHERE id = :id")  # as no move can
    assert ready.office(COMPUTED).session.connection().execute(reopen, {"id": penalty}).rowcount == 1
    with pytest.raises(Conflict, match="汇总前未生效"):
        ready.act(cast.ASSESSMENT_OFFICE, COMPUTED, penalty, "settle")
    found = refusals(ready, cast.SECOND_OFFICE, date(2026, 2, 12), ready.id, "finalise", {})
    assert "尚未办结" in found["/claims"]


def test_a_record_is_contested_in_its_own_campaign_only(running: Story) -> None:
    bonus, first = published(running), running.id
    running.year, running.id = 2026, ""
    running.open(date(2026, 1, 5), ROSTER)
    with pytest.raises(Invalid, match="不属于本次考评"):
        appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.BONUS, bonus)
    running.id = first
    appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.BONUS, bonus)


def statements(ctx: Context, act: Callable[[], object]) -> list[str]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    bind = ctx.session.connection().engine
    event.listen(bind, "before_cursor_execute", note)
    act()
    event.remove(bind, "before_cursor_execute", note)
    return seen


def test_a_result_asks_as_much_of_the_database_for_one_claim_as_for_many(running: Story) -> None:
    def settled(numbers: range) -> int:
        records = [told(running, award=f"事项{n}") for n in numbers]
        for record in records:
            filed = appeal(running, cast.EDUCATION_CLERK, "D2", AppealAbout.PENALTY, record)
            decide(running, filed, "partly", value="1")
            running.act(cast.ASSESSMENT_OFFICE, OVER, record, "settle")
        ctx = running.office(OVER)
        work = work_for(ctx, running.campaign)
        return len(statements(ctx, lambda: gather(ctx, work)))

    assert settled(range(1)) == settled(range(1, 5))
    ctx = running.office(OVER)
    work = work_for(ctx, running.campaign)
    assert [line.value for line in gather(ctx, work) if line.item == PENALTY.item] == ["1"] * 5


def test_a_claim_waits_for_no_result_that_is_computed(ready: Story) -> None:
    computed(ready)
    with pytest.raises(Conflict):
        told(ready)
    with pytest.raises(Conflict):
        claim(ready, cast.WATER_CLERK, "D1", value="1")


def bonus_of(story: Story, actor: Actor, evidence: tuple[str, ...]) -> str:
    form = BonusForm(
        item="bonus_decided", value=Decimal(2), award="抗洪", statement="记功", evidence=evidence
    )
    return claim_bonus(story.ctx(actor, at(WINDOW)), story.id, "P1", form, Seen()).record_id


def test_a_person_claims_a_bonus_for_oneself_and_nobody_elses_campaign_sees_to_it(people: Story) -> None:
    mine, rater, leader = cast.STAFF[0], cast.STAFF[1], cast.LEADER
    evidence = with_document(people, mine, "P1", WINDOW)
    with pytest.raises(Forbidden):
        bonus_of(people, rater, evidence)
    bonus = bonus_of(people, mine, evidence)
    people.act(cast.ASSESSMENT_OFFICE, WINDOW, bonus, "admit", {"value": "2", "reason": "属实"})
    people.act(cast.ASSESSMENT_OFFICE, WINDOW, bonus, "publish")
    people.act(cast.ASSESSMENT_OFFICE, OVER, bonus, "settle")
    people.act(cast.ASSESSMENT_OFFICE, COMPUTED, people.id, "compute")
    people.act(cast.ASSESSMENT_HEAD, COMPUTED, people.id, "publish")
    with pytest.raises(Forbidden, match="须由本人"):  # the leader sees it, and is not the person
        appeal(people, leader, "P1", AppealAbout.RESULT, day=COMPUTED)
    record = appeal(people, mine, "P1", AppealAbout.RESULT, day=COMPUTED)
    led = Actor(leader.id, leader.name, (*leader.grants, Grant(Role.PARTICIPANT, "")))
    with pytest.raises(Forbidden, match="须由本人"):
        people.act(led, COMPUTED, record, "withdraw", reason="不再申诉")
    people.act(mine, COMPUTED, record, "withdraw", reason="不再申诉")


def test_a_person_answers_for_oneself_what_is_to_be_mended(people: Story) -> None:
    people.act(cast.ASSESSMENT_OFFICE, COMPUTED, people.id, "compute")
    people.act(cast.ASSESSMENT_HEAD, COMPUTED, people.id, "publish")
    form = ImprovementForm(problem="迟到", demand="按时到岗", due_on=date(2026, 6, 30))
    record = ask_improvement(people.office(COMPUTED), people.id, "P1", form, Seen()).record_id
    reply = {"measures": "已按时到岗", "done_on": COMPUTED.isoformat()}
    led = Actor(cast.LEADER.id, cast.LEADER.name, (*cast.LEADER.grants, Grant(Role.PARTICIPANT, "")))
    for actor, refusal in ((led, Forbidden), (cast.STAFF[1], NotFound)):
        with pytest.raises(refusal):
            people.act(actor, COMPUTED, record, "respond", reply)
    people.act(cast.STAFF[0], COMPUTED, record, "respond", reply)
    assert [one.status for one in people.records(Stage.IMPROVEMENT, COMPUTED)] == [Status.RESPONDED]
