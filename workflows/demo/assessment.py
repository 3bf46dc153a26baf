"""Two years' assessment of the city's departments: task books, facts, ratings, claims, results, what is mended.

The calendar is that of the edition; each phase is worked off some days after it begins. The second year's
task book takes over what the first asked to be mended, and its raters rate that again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from budgetperf.actions import appeals, claims, improvements
from budgetperf.actions.campaign_files import attach_to_unit
from budgetperf.actions.campaign_work import improvements_of, records_of
from budgetperf.actions.campaigns import open_campaign, work_for
from budgetperf.actions.fact_reports import report_of, standards
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.ratings import asked_of, improved_of, seat_of
from budgetperf.actions.task_books import issued_book
from budgetperf.actions.verbs import VERBS
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import (
    AppealForm,
    BonusForm,
    CampaignForm,
    ImprovementForm,
    PenaltyForm,
)
from budgetperf.lifecycle.unit_assessment.rules import Phase
from budgetperf.process.stages import Stage as Step
from budgetperf.process.stages import Status
from budgetperf.store.campaigns import get_campaign, results_of, sheet_of, unit_by_subject, units_of
from budgetperf.store.records import RecordFacts
from workflows.demo.stage import Scene, Stage, at

OFFICE, SECOND, HEAD = "kaoping1", "kaoping2", "zuzhang"
PLACE = "zhengding"
BODIES = ("考核办公室", "考核领导小组")
RATERS = ("pingfen1", "pingfen2")


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign of the demo: its record, its year, and how its facts are looked up."""

    stage: Stage
    id: str
    year: int
    city: Mapping[str, Any]

    def scene(self, name: str, when: datetime) -> Any:  # noqa: ANN401 - a context manager of a scene
        """Open a scene of this campaign."""
        return self.stage.scene(f"assessment/{self.id}/{name}", when, OFFICE)

    def act(
        self, scene: Scene, login: str, record: str, move: tuple[Step, str], form: object = None
    ) -> Outcome:
        """Let somebody take a verb."""
        verb = VERBS[move]
        return verb.act(scene.by(login), record, verb.form.model_validate(form or {}), Seen())

    def waiting(self, scene: Scene, step: Step) -> list[RecordFacts]:
        """Return the records of a stage that nobody has filled in."""
        ctx = scene.by(OFFICE)
        found = records_of(ctx, get_campaign(ctx.session, self.id), step)
        return [record for record in found if record.status is Status.DRAFT]

    # ------------------------------------------------------------ what is filed

    def report(self, scene: Scene, login: str, value: Any) -> int:  # noqa: ANN401 - a function of a cell
        """File and accept every report that is out; return how many."""
        reports = self.waiting(scene, Step.FACT_REPORT)
        for record in reports:
            ctx = scene.by(OFFICE)
            report = report_of(ctx, record)
            known = standards(ctx, report.work)
            rows = [_fact(one, value(one), known) for one in report.cells()]
            clerk = login or f"jingban{record.path.rpartition('.')[2]}"
            self.act(scene, clerk, record.id, (Step.FACT_REPORT, "file"), {"rows": rows})
            self.act(scene, OFFICE, record.id, (Step.FACT_REPORT, "accept"))
        return len(reports)

    def rate(self, scene: Scene, marks: Any) -> int:  # noqa: ANN401 - a function of a cell and a rater's place
        """Submit every sheet that is out; return how many."""
        sheets = self.waiting(scene, Step.RATING)
        logins = {actor.id: login for login, actor in scene.people.items() if login in RATERS}
        for record in sheets:
            ctx = scene.by(OFFICE)
            sheet = sheet_of(ctx.session, record.id)
            seat, work = seat_of(ctx, sheet), work_for(ctx, get_campaign(ctx.session, self.id))
            login = logins[str(seat.person_id)]
            rows = [
                {
                    "unit": one.member.code,
                    "item": one.slot.item,
                    "value": str(marks(one, RATERS.index(login))),
                }
                for one in asked_of(work, seat, sheet.period)
            ]
            rows += [{"unit": unit, "item": item, "value": "85"} for unit, item in improved_of(sheet)]
            self.act(scene, login, record.id, (Step.RATING, "submit"), {"rows": rows})
        return len(sheets)

    def conclude(self, first: datetime, last: datetime) -> None:
        """Compute, publish, make final, approve."""
        with self.scene("result", first) as scene:
            self.act(scene, OFFICE, self.id, (Step.ASSESSMENT, "compute"))
            self.act(scene, HEAD, self.id, (Step.ASSESSMENT, "publish"))
        with self.scene("final", last) as scene:
            self.act(scene, SECOND, self.id, (Step.ASSESSMENT, "finalise"))
            ctx = scene.by(OFFICE)
            bodies = work_for(ctx, get_campaign(ctx.session, self.id)).rules.approval.bodies
            rows = [
                {
                    "body": body,
                    "document": f"澜考〔{ctx.today.year}〕{n}号",
                    "decided_on": ctx.today.isoformat(),
                }
                for n, body in enumerate(bodies, 1)
            ]
            self.act(scene, HEAD, self.id, (Step.ASSESSMENT, "approve"), {"rows": rows})

    def archive(self, when: datetime) -> None:
        """Close the campaign."""
        with self.scene("archive", when) as scene:
            self.act(scene, OFFICE, self.id, (Step.ASSESSMENT, "archive"))


def begin(
    stage: Stage, city: Mapping[str, Any], place: str, year: int, when: datetime, roster: Mapping[str, object]
) -> Campaign:
    """Open a campaign, enrol everybody, send out the first work."""
    with stage.scene(f"assessment/{place}/{year}", when, OFFICE) as scene:
        form = CampaignForm(jurisdiction=place, fiscal_year=year)
        campaign = Campaign(stage, open_campaign(scene.by(OFFICE), form, Seen()).record_id, year, city)
        campaign.act(scene, OFFICE, campaign.id, (Step.ASSESSMENT, "enrol"), roster)
        campaign.act(scene, HEAD, campaign.id, (Step.ASSESSMENT, "start"))
    return campaign


def _fact(one: Asked, value: object, known: Mapping[tuple[str, str], str]) -> dict[str, str]:
    standard = "100" if one.part.wants_standard(one.slot) else ""
    return {
        "unit": one.member.code,
        "item": one.slot.item,
        "value": str(value),
        "standard": known.get((one.member.code, one.slot.item), standard),
        "note": "当年未承担重点项目" if value == "不适用" else "",
    }


# ------------------------------------------------------------- the departments


def roster_of(city: Mapping[str, Any]) -> dict[str, object]:
    """Return the departments with their leaders, who gathers the facts, and who rates."""
    return {
        "units": [
            {
                "code": unit["code"],
                "name": unit["name"],
                "group": unit["group"],
                "organisation": f"{unit['code']}01",
                "leader": f"lingdao{unit['code']}",
            }
            for unit in city["units"]
        ],
        "suppliers": [
            {"supplier": "office", "organisation": f"{city['supplier']}01"},
            {"supplier": "public_survey", "organisation": f"{city['survey']}01"},
        ],
        "raters": [{"rater_group": "leader", "login": login} for login in RATERS],
    }


def play_departments(stage: Stage, city: Mapping[str, Any], year: int, when: datetime) -> Campaign:
    """Play one year's assessment of the departments, from its start to its archive."""
    campaign = begin(stage, city, PLACE, year, when, roster_of(city))
    with campaign.scene("books", at(year, 3, 10)) as scene:
        _books(campaign, scene)
    with campaign.scene("phases", when) as scene:
        ctx = scene.by(OFFICE)
        phases = work_for(ctx, get_campaign(ctx.session, campaign.id)).rules.cycle.phases
    for phase in phases[:-1]:
        _work_off(campaign, phase)
    if year == min(int(known) for known in city["units"][0]["facts"]):
        _contest(campaign)
    campaign.conclude(at(year + 1, 2, 3), at(year + 1, 2, 26))
    return campaign


def _work_off(campaign: Campaign, phase: Phase) -> None:
    """Take up a phase on its first day, and do its work ten days later."""
    first = phase.begins.on(campaign.year)
    if first.month != 1 or first.year != campaign.year:  # the start sent out the first phase's
        with campaign.scene(f"{phase.key}/advance", _morning(first)) as scene:
            campaign.act(scene, OFFICE, campaign.id, (Step.ASSESSMENT, "advance"))
    day = max(_morning(first.replace(day=11)), at(campaign.year, 3, 11))
    with campaign.scene(phase.key, day) as scene:
        facts = {unit["code"]: unit["facts"][str(campaign.year)] for unit in campaign.city["units"]}
        campaign.report(scene, "", lambda one: facts[one.member.code][one.slot.item][one.period])
        campaign.rate(scene, lambda one, place: facts[one.member.code][one.slot.item][one.period][place])
    with campaign.scene(f"{phase.key}/progress", day) as scene:
        _progress(campaign, scene, _morning(phase.ends.on(campaign.year)).date())


def _morning(day: date) -> datetime:
    return at(day.year, day.month, day.day)


def _books(campaign: Campaign, scene: Scene) -> None:
    """Let every unit draft its book, the leader confirm it, the office audit and the head issue it."""
    for record in campaign.waiting(scene, Step.TASK_BOOK):
        ctx = scene.by(OFFICE)
        unit = unit_by_subject(ctx.session, record.subject)
        mended = improvements_of(ctx, work_for(ctx, get_campaign(ctx.session, campaign.id)), unit)
        items = [
            item
            for item, found in _facts_of(campaign, unit.code).items()
            if isinstance(found.get("mid"), int)
        ]
        rows = [_task(f"{n}", campaign.year, item=item, target="100") for n, item in enumerate(items, 1)]
        rows += [_task(f"整改{n}", campaign.year, improvement=key) for n, key in enumerate(mended, 1)]
        campaign.act(scene, f"jingban{unit.code}01", record.id, (Step.TASK_BOOK, "file"), {"rows": rows})
        for login, verb in ((f"lingdao{unit.code}", "confirm"), (OFFICE, "audit"), (HEAD, "issue")):
            campaign.act(scene, login, record.id, (Step.TASK_BOOK, verb))


def _facts_of(campaign: Campaign, code: str) -> Mapping[str, Any]:
    unit = next(unit for unit in campaign.city["units"] if unit["code"] == code)
    facts: Mapping[str, Any] = unit["facts"][str(campaign.year)]
    return facts


def _task(key: str, year: int, **more: str) -> dict[str, str]:
    aim = {"uom": "分"} if "target" in more else {"target_text": "整改到位并建立长效机制"}
    return {
        "key": key,
        "task": "完成年度考核指标" if "item" in more else "完成上年考评提出的整改事项",
        "measure": "考核指标得分" if "item" in more else "整改完成情况",
        "due_on": f"{year}-12-20",
        "responsible": "分管负责人",
        **aim,
        **more,
    }


def _progress(campaign: Campaign, scene: Scene, until: date) -> None:
    """File and check the reports of a few units that fall due in a phase; the others' stay open."""
    for record in campaign.waiting(scene, Step.PROGRESS):
        unit = record.subject.rpartition(".")[2]
        if unit not in campaign.city["monthly"] or record.due_on is None or record.due_on > until:
            continue
        ctx = scene.by(OFFICE)
        share = Decimal(record.due_on.month if record.due_on.year == campaign.year else 12) * 8
        rows = [
            {"key": row.key, "actual": str(share)}
            if row.target is not None
            else {"key": row.key, "done": "正按计划推进"}
            for row in issued_book(ctx, record.subject, campaign.year).rows
        ]
        campaign.act(scene, f"jingban{unit}01", record.id, (Step.PROGRESS, "file"), {"rows": rows})
        campaign.act(scene, OFFICE, record.id, (Step.PROGRESS, "check"))


# ------------------------------------------------------------ what is contested


def _contest(campaign: Campaign) -> None:
    """Two bonuses, one struck after an objection; a penalty halved on appeal."""
    year = campaign.year + 1
    with campaign.scene("claims", at(year, 1, 14)) as scene:
        kept = _claim(campaign, scene, "103", "award_city", "城市精细化管理示范")
        struck = _claim(campaign, scene, "106", "award_province_department", "高标准农田建设")
        form = PenaltyForm(
            item="criticised_city", value=Decimal(2), award="信息迟报", statement="市委办两次通报信息迟报"
        )
        told = claims.tell_penalty(scene.by(OFFICE), campaign.id, "105", form, Seen()).record_id
    with campaign.scene("appeals", at(year, 1, 16)) as scene:
        objection = AppealForm.model_validate(
            {"about": "bonus", "record": struck, "statement": "表彰对象为水利项目", "demand": "撤销加分"}
        )
        appeal = AppealForm.model_validate(
            {
                "about": "penalty",
                "record": told,
                "statement": "其中一次系外单位迟报",
                "demand": "改按一次扣分",
            }
        )
        first = appeals.file_appeal(scene.by("jingban10401"), campaign.id, "104", objection, Seen())
        second = appeals.file_appeal(scene.by("jingban10501"), campaign.id, "105", appeal, Seen())
        upheld = {"outcome": "upheld", "reason": "表彰文件所列为水利局项目"}
        partly = {"outcome": "partly", "value": "1", "reason": "核实一次属实"}
        campaign.act(scene, SECOND, first.record_id, (Step.APPEAL, "decide"), upheld)
        campaign.act(scene, SECOND, second.record_id, (Step.APPEAL, "decide"), partly)
    with campaign.scene("settled", at(year, 1, 27)) as scene:
        campaign.act(scene, OFFICE, kept, (Step.BONUS, "settle"))
        campaign.act(scene, OFFICE, told, (Step.PENALTY, "settle"))


def _claim(campaign: Campaign, scene: Scene, code: str, item: str, award: str) -> str:
    """Claim a bonus with its document; the office admits and publishes it."""
    clerk = scene.by(f"jingban{code}01")
    content = f"%PDF-1.4\n% {award} 表彰决定\n%%EOF\n".encode()
    day = date(campaign.year, 12, 25)
    digest = attach_to_unit(
        clerk, campaign.id, code, content, filename=f"{award}.pdf", describes="表彰决定", effective_on=day
    )
    form = BonusForm(item=item, value=Decimal(1), award=award, statement="见表彰决定", evidence=(digest,))
    record = claims.claim_bonus(scene.by(f"jingban{code}01"), campaign.id, code, form, Seen()).record_id
    admitted = {"value": "1", "reason": "材料齐全"}
    campaign.act(scene, OFFICE, record, (Step.BONUS, "admit"), admitted)
    campaign.act(scene, OFFICE, record, (Step.BONUS, "publish"))
    return record


def ask_to_mend(campaign: Campaign, when: datetime) -> str:
    """Ask the department that came last to mend something; return its record."""
    with campaign.scene("improvement", when) as scene:
        ctx = scene.by(OFFICE)
        code = lowest(scene, campaign)
        form = ImprovementForm(
            problem="群众满意度偏低，部分指标未达目标",
            demand="制定整改方案，列入下年任务书",
            due_on=date(when.year, 6, 30),
        )
        return improvements.ask_improvement(ctx, campaign.id, code, form, Seen()).record_id


def lowest(scene: Scene, campaign: Campaign) -> str:
    """Return the code of the unit with the lowest total."""
    ctx = scene.by(OFFICE)
    codes = {unit.id: unit.code for unit in units_of(ctx.session, campaign.id)}
    found = [(one.total, codes[one.unit_id]) for one in results_of(ctx.session, campaign.id) if one.total]
    return min(found)[1]


def mend(campaign: Campaign, record: str, when: datetime) -> None:
    """Let the unit tell what it did, and another person of the office close it."""
    with campaign.scene("mended", when) as scene:
        ctx = scene.by(OFFICE)
        subject = next(
            one.subject for one in records_of(ctx, get_campaign(ctx.session, campaign.id), Step.IMPROVEMENT)
        )
        clerk = f"jingban{subject.rpartition('.')[2]}01"
        reply = {"measures": "设立服务专窗，开展满意度回访", "done_on": scene.now.date().isoformat()}
        campaign.act(scene, clerk, record, (Step.IMPROVEMENT, "respond"), reply)
        campaign.act(scene, OFFICE, record, (Step.IMPROVEMENT, "close"))


# ------------------------------------------------------------------- the staff


def play_staff(stage: Stage, city: Mapping[str, Any], year: int, place: str) -> Campaign:
    """Play the assessment of one town's staff in three groups; each is told their own result alone."""
    town = f"{city['town']}01"
    roster = {
        "units": [
            {
                "code": one["code"],
                "name": one["name"],
                "group": one["group"],
                "person": one["login"],
                "leader": f"lingdao{city['town']}",
            }
            for one in city["staff"]
        ],
        "suppliers": [{"supplier": key, "organisation": town} for key in ("attendance", "office")],
        "raters": [{"rater_group": "leader", "login": login} for login in RATERS],
    }
    campaign = begin(stage, city, place, year, at(year, 1, 6), roster)
    staff = {one["code"]: one for one in city["staff"]}
    with campaign.scene("assess/advance", at(year + 1, 1, 5)) as scene:
        campaign.act(scene, OFFICE, campaign.id, (Step.ASSESSMENT, "advance"))
    with campaign.scene("assess", at(year + 1, 1, 12)) as scene:
        campaign.report(scene, "", lambda one: staff[one.member.code]["facts"][one.slot.item])
        campaign.rate(scene, lambda one, place: staff[one.member.code]["leader_rating"][place])
    campaign.conclude(at(year + 1, 2, 2), at(year + 1, 2, 26))
    return campaign
