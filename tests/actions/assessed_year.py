"""The city's assessment of 2024: two departments under Zhengding's rules, three people under Meiling's.

Small on purpose; every move of the nine stages is made once at least, by those whose it is.
"""

from datetime import date

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.campaign_files import attach_to_unit
from budgetperf.actions.claims import claim_bonus, tell_penalty
from budgetperf.actions.improvements import ask_improvement
from budgetperf.actions.moves import Seen
from budgetperf.actions.ratings import due_to_be_forgotten
from budgetperf.actions.task_books import issued_book
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import AppealForm, BonusForm, ImprovementForm, PenaltyForm
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import campaign_of
from tests import cast
from tests.actions.year import Year
from tests.assessment_story import Story, Value, at, task

PICTURE = b"\x89PNG\r\n\x1a\n" + b"commended"
FIRST_DAY = date(2024, 1, 2)
IN_AUTUMN = date(2024, 11, 4)
YEAR_END = date(2025, 1, 2)
COMPUTED = date(2025, 1, 15)
APPROVED = date(2025, 1, 24)

UNITS: dict[str, list[dict[str, str]]] = {
    "units": [
        {"code": "D1", "name": "水务局", "group": "department", "organisation": "0102", "leader": "leader"},
        {"code": "D2", "name": "教育局", "group": "department", "organisation": "0103", "leader": "leader2"},
    ],
    "suppliers": [
        {"supplier": "public_survey", "organisation": "010302"},
        {"supplier": "office", "organisation": "010201"},
    ],
    "raters": [{"rater_group": "leader", "login": "rater1"}, {"rater_group": "leader", "login": "rater2"}],
}
PEOPLE = {
    "units": [
        {"code": "P1", "name": "员工一", "group": "staff", "person": "staff1", "leader": "deputy"},
        {"code": "P2", "name": "员工二", "group": "section_cadre", "person": "staff2", "leader": "deputy"},
        {"code": "P3", "name": "评分二", "group": "middle_cadre", "person": "rater2"},
    ],
    "suppliers": [
        {"supplier": "attendance", "organisation": "010302"},
        {"supplier": "office", "organisation": "010302"},
    ],
    "raters": [
        {"rater_group": "leader", "login": "rater1"},
        {"rater_group": "leader", "login": "rater2", "units": "P1、P2"},
    ],
}
TARGETS = {
    (code, item): "200" for code in ("D1", "D2") for item in ("economic_work", "business", "environment")
}
SUPPLIERS = {cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK}
CLERKS = {
    cast.WATER: (cast.WATER_CLERK, cast.LEADER),
    cast.EDUCATION: (cast.EDUCATION_CLERK, cast.EDUCATION_LEADER),
}


def value(asked: Asked) -> str:
    """What is reported or given in a cell: water and the first of the staff do better."""
    better = asked.member.code in {"D1", "P1"}
    known = {"satisfaction": "90", "leader_rating": "92" if better else "80", "late": "0", "absent": "0"}
    return known.get(asked.slot.item, ("200" if better else "150") if asked.member.code[0] == "D" else "20")


def units(year: Year, value: Value = value) -> Story:
    """The departments' campaign from its opening to its archive."""
    story = Story(year.ctx, "zhengding", 2024, value, clerks=CLERKS, suppliers=SUPPLIERS)
    story.open(FIRST_DAY, UNITS | {"raters": UNITS["raters"][:1]}, slip=True)
    story.act(cast.ASSESSMENT_OFFICE, FIRST_DAY, story.id, "add_raters", {"raters": UNITS["raters"][1:]})
    _books(story)
    story.through_the_year(date(2024, 12, 31))
    _progress(story)
    _claims(story)
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, story.id, "advance")
    _year_end(story)
    conclude(story)
    _improve(story)
    story.act(cast.ASSESSMENT_OFFICE, APPROVED, story.id, "archive")
    return story


def people(year: Year, value: Value = value) -> Story:
    """The staff's campaign from its opening to its archive."""
    story = Story(year.ctx, "meiling", 2024, value, suppliers=SUPPLIERS)
    story.open(FIRST_DAY, PEOPLE)
    told = PenaltyForm.model_validate(
        {"item": "penalty_decided", "value": "2", "award": "迟报", "statement": "年终小结迟报三日"}
    )
    penalty = tell_penalty(story.ctx(cast.ASSESSMENT_OFFICE, at(IN_AUTUMN)), story.id, "P2", told, Seen())
    story.act(cast.ASSESSMENT_OFFICE, date(2024, 11, 12), penalty.record_id, "settle")
    leaves = {"unit": "P3", "exemption": "retiring", "reason": "十二月退休"}
    story.act(cast.ASSESSMENT_OFFICE, IN_AUTUMN, story.id, "exempt", leaves)
    story.through_the_year(YEAR_END)
    conclude(story)
    story.act(cast.ASSESSMENT_OFFICE, APPROVED, story.id, "archive")
    return story


def conclude(story: Story) -> None:
    """Compute, publish, hear one appeal, make final, approve."""
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    story.act(cast.SECOND_OFFICE, APPROVED, story.id, "finalise")
    bodies = {"zhengding": ("考核办公室", "考核领导小组"), "meiling": ("街道考核办公室", "街道党工委")}
    rows = [
        {"body": body, "document": "海考〔2025〕1号", "decided_on": APPROVED} for body in bodies[story.place]
    ]
    story.act(cast.ASSESSMENT_HEAD, APPROVED, story.id, "approve", {"rows": rows})


def _books(story: Story) -> None:
    """Task books, one of them taken back by mistake, sent back by the leader and by the office before it is taken."""
    [book, *_] = story.records(Stage.TASK_BOOK, FIRST_DAY)
    clerk, leader = CLERKS[book.path]
    story.act(cast.ASSESSMENT_OFFICE, FIRST_DAY, book, "void", reason="误发")
    story.act(cast.ASSESSMENT_OFFICE, FIRST_DAY, book, "reopen")
    form = {"rows": [task("1", 2024, basis="三定方案")]}
    story.act(clerk, FIRST_DAY, book, "file", form)
    story.act(leader, FIRST_DAY, book, "return", reason="目标偏低")
    story.act(clerk, FIRST_DAY, book, "file", form)
    story.act(leader, FIRST_DAY, book, "confirm")
    story.act(cast.ASSESSMENT_OFFICE, FIRST_DAY, book, "send_back", reason="请补衡量指标")
    story.books(FIRST_DAY, TARGETS)
    code = book.subject.rpartition(".")[2]
    rows = [
        task(str(n), 2024, item=item, target=target)
        for n, ((unit, item), target) in enumerate(TARGETS.items())
        if unit == code
    ]
    story.act(clerk, FIRST_DAY, book, "file", {"rows": rows})
    story.act(leader, FIRST_DAY, book, "confirm")
    story.act(cast.ASSESSMENT_OFFICE, FIRST_DAY, book, "audit")
    story.act(cast.ASSESSMENT_HEAD, FIRST_DAY, book, "issue")


def _progress(story: Story) -> None:
    """One progress report, returned once."""
    report = story.records(Stage.PROGRESS, IN_AUTUMN, Status.DRAFT)[0]
    clerk, _ = CLERKS[report.path]
    book = next(one for one in story.records(Stage.TASK_BOOK, IN_AUTUMN) if one.subject == report.subject)
    keys = [row.key for row in issued_book(story.office(IN_AUTUMN), book.subject, 2024).rows]
    form = {
        "rows": [{"key": key, "actual": "150", "done": "按计划推进", "behind": "雨季停工"} for key in keys]
    }
    story.act(clerk, IN_AUTUMN, report, "file", form)
    story.act(cast.ASSESSMENT_OFFICE, IN_AUTUMN, report, "return", reason="请补数据来源")
    story.act(clerk, IN_AUTUMN, report, "file", form)
    story.act(cast.ASSESSMENT_OFFICE, IN_AUTUMN, report, "check")
    other = story.records(Stage.PROGRESS, IN_AUTUMN, Status.DRAFT)[0]
    story.act(cast.ASSESSMENT_OFFICE, IN_AUTUMN, other, "void", reason="误发")
    story.act(cast.ASSESSMENT_OFFICE, IN_AUTUMN, other, "reopen")


def _claims(story: Story) -> None:
    """Three bonuses (settled, rejected, struck after an objection), two penalties, appeals."""
    ctx = story.ctx(cast.WATER_CLERK, at(IN_AUTUMN))
    digest = attach_to_unit(
        ctx,
        story.id,
        "D1",
        PICTURE,
        filename="表彰文件.png",
        describes="表彰",
        effective_on=date(2024, 10, 8),
    )
    bonuses = [
        claim_bonus(ctx, story.id, "D1", BonusForm.model_validate(
            {"item": item, "value": "1", "award": award, "statement": "受到表彰", "evidence": [digest]}), Seen())
        for item, award in (("award_city", "节水先进"), ("award_province", "节水先进"), ("award_centre", "示范"))
    ]  # fmt: skip
    good, weak, wrong = (one.record_id for one in bonuses)
    office = cast.ASSESSMENT_OFFICE
    story.act(office, IN_AUTUMN, weak, "reject", reason="同一奖项只计一次")
    for one in (good, wrong):
        story.act(office, IN_AUTUMN, one, "admit", {"value": "1", "reason": "有表彰文件"})
        story.act(office, IN_AUTUMN, one, "publish")
    penalties = []
    for item, award in (("criticised_city", "迟报"), ("complaint", "投诉")):
        told = PenaltyForm.model_validate(
            {"item": item, "value": "2", "award": award, "statement": "经查属实"}
        )
        penalties.append(
            tell_penalty(story.ctx(office, at(IN_AUTUMN)), story.id, "D2", told, Seen()).record_id
        )
    _appeal(story, wrong, "bonus", {"outcome": "upheld", "reason": "未获中央表彰"})
    _appeal(story, penalties[0], "penalty", {"outcome": "partly", "value": "1", "reason": "其中一次属实"})
    taken_back = _appeal(story, penalties[1], "penalty", None)
    story.act(cast.EDUCATION_CLERK, IN_AUTUMN, taken_back, "withdraw", reason="已核实")
    story.act(office, IN_AUTUMN, penalties[1], "withdraw", reason="投诉人撤诉")
    later = date(2024, 11, 13)
    story.act(office, later, good, "settle")
    story.act(office, later, penalties[0], "settle")


def _appeal(story: Story, record: str, about: str, decision: dict[str, str] | None) -> str:
    """The education clerk appeals; the second of the office decides, if at all."""
    form = {"about": about, "record": record, "statement": "与事实不符", "demand": "请予更正"}
    ctx = story.ctx(cast.EDUCATION_CLERK, at(IN_AUTUMN))
    filed = file_appeal(ctx, story.id, "D2", AppealForm.model_validate(form), Seen())
    if decision:
        story.act(cast.SECOND_OFFICE, IN_AUTUMN, filed.record_id, "decide", decision)
    return filed.record_id


def _year_end(story: Story) -> None:
    """A report returned once, one not due this year, a sheet taken back; everything else as it comes."""
    for record in story.records(Stage.FACT_REPORT, YEAR_END, Status.DRAFT):
        if not record.period:
            story.act(cast.ASSESSMENT_OFFICE, YEAR_END, record, "void", reason="本年度无此情形")
            story.act(cast.ASSESSMENT_OFFICE, YEAR_END, record, "reopen")
            story.act(cast.ASSESSMENT_OFFICE, YEAR_END, record, "void", reason="本年度无此情形")
    sheet = story.records(Stage.RATING, YEAR_END, Status.DRAFT)[0]
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, sheet, "void", reason="评分人出差")
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, sheet, "reopen")
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, sheet, "void", reason="评分人出差")
    story.ratings(YEAR_END)
    report = story.records(Stage.FACT_REPORT, YEAR_END, Status.DRAFT)[0]
    document = story.report(report, YEAR_END)
    clerk = SUPPLIERS[report.path]
    story.act(clerk, YEAR_END, report, "file", document)
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, report, "return", reason="请核对口径")
    story.act(clerk, YEAR_END, report, "file", document)
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, report, "accept")
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, report, "recall", reason="满意度填错")
    story.act(clerk, YEAR_END, report, "file", document)
    story.act(cast.ASSESSMENT_OFFICE, YEAR_END, report, "accept")
    story.reports(YEAR_END)


def _improve(story: Story) -> None:
    """One item to be mended, returned once, then closed."""
    form = ImprovementForm.model_validate(
        {"problem": "发展环境得分偏低", "demand": "三个月内整改", "due_on": "2025-03-31"}
    )
    office = story.ctx(cast.ASSESSMENT_OFFICE, at(APPROVED))
    item = ask_improvement(office, story.id, "D2", form, Seen()).record_id
    later = date(2025, 3, 3)
    reply = {"measures": "建立回访制度", "done_on": "2025-02-28"}
    story.act(cast.EDUCATION_CLERK, later, item, "respond", reply)
    story.act(cast.ASSESSMENT_OFFICE, later, item, "return", reason="请附制度文本")
    story.act(cast.EDUCATION_CLERK, later, item, "respond", reply)
    story.act(cast.ASSESSMENT_OFFICE, later, item, "close")


def assess(year: Year) -> None:
    units(year)
    people(year)


def forget(year: Year) -> None:
    """The months of the departments' edition are over: every sheet of theirs is forgotten."""
    year.day(2026, 2, 2)
    ctx = year.ctx(cast.ASSESSMENT_OFFICE)
    campaign = campaign_of(ctx.session, "zhengding", 2024)
    assert campaign is not None
    for record in due_to_be_forgotten(ctx, campaign):
        year.act(cast.ASSESSMENT_OFFICE, Stage.RATING, "forget", record)
