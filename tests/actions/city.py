"""A whole year of the cast's city through the actions: what proofs and invariants are tried on.

Two waters and a school in 2025, their next requests and a refused one for 2026, a baseline, a round of limits
with an objection. Small on purpose; every kind of record, decision, file and event occurs.
"""


from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
from sqlalchemy import insert, text

from budgetperf.actions import (
    anchors,
    baseline,
    evaluation,
    finance_evaluation,
    limits,
    monitoring,
    objections,
    rectification,
)
from budgetperf.actions.context import Context, SeededIds
from budgetperf.actions.files import attach, keep_file
from budgetperf.actions.ledger import BatchForm, record_entries
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.request import file_request, open_request
from budgetperf.actions.rules import in_force
from budgetperf.budget.form import ObjectionForm, RoundForm
from budgetperf.costing.form import BenefitForm, FitForm
from budgetperf.lifecycle.evaluation.form import SampleForm
from budgetperf.lifecycle.result_use.form import NoticeForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.store.budget import get_round, lines_of
from budgetperf.store.files import FileStore
from budgetperf.store.records import find_record, list_records
from budgetperf.store.session import BoundSession, Database, open_session
from budgetperf.store.tables.costs import CostObservation, CostPanelRow, CostUnit
from budgetperf.store.tables.records import EvaluandRow
from tests import cast, story

PANEL = "pipes"
WORKBOOK = Path(__file__).parents[2] / "fixtures/forms/should_pass/current_template.xlsx"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
S = Stage


@dataclass(slots=True)
class City:
    """The city's database, files and the codes of its projects by what they are."""

    database: Database
    files: FileStore
    codes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Year:
    """Who writes the year: one committing session, one source of ids, a clock set by the day."""

    city: City
    session: BoundSession
    ids: SeededIds
    now: datetime = datetime(2024, 10, 14, 1, tzinfo=UTC)

    def ctx(self, actor: Actor, now: datetime | None = None) -> Context:
        """The context of somebody, on the day of the year's clock."""
        self.session.bind_actor(actor)
        when = self.now if now in {None, cast.NOW} else now
        return Context(self.session, actor, when or self.now, self.ids, Rulebook.load(), self.city.files)

    def day(self, year: int, month: int, day: int) -> None:
        """End the day: commit, and set the clock."""
        self.session.commit()
        self.now = datetime(year, month, day, 1, tzinfo=UTC)

    def act(self, actor: Actor, stage: Stage, verb: str, record_id: str, **document: object) -> Outcome:
        """Let somebody take a verb."""
        reason = str(document.pop("reason_given", ""))
        return story.act(self.ctx, actor, (stage, verb), record_id, form=document, reason=reason, now=self.now)

    def record(self, name: str, stage: Stage, year: int, period: str = "") -> str:
        """The id of a project's record."""
        actor = cast.FINANCE_REVIEWER
        subject = self.city.codes[name]
        found = find_record(self.ctx(actor).session, actor, subject, fiscal_year=year, stage=stage, period=period)
        assert found is not None
        return found.id


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the city and its people."""

    key: str
    name: str
    clerk: Actor
    reviewer: Actor


WATER = Project("water", "供水管网改造", cast.CLERK, cast.REVIEWER)
DRAINS = Project("drains", "排水设施养护", cast.DRAINAGE_CLERK, cast.REVIEWER)
SCHOOL = Project("school", "教学设备更新", cast.SCHOOL_CLERK, cast.EDUCATION_REVIEWER)
LIBRARY = Project("library", "图书馆新馆", cast.LIBRARY_CLERK, cast.EDUCATION_REVIEWER)
RUNNING = (WATER, DRAINS, SCHOOL)


def codes_of(database: Database) -> dict[str, str]:
    """The codes of the city's projects by what they are."""
    engine = database.owner_engine()
    with engine.connect() as connection:
        by_name = {row.name: row.code for row in connection.execute(text("SELECT name, code FROM evaluand"))}
    engine.dispose()
    return {project.key: by_name[project.name] for project in (*RUNNING, LIBRARY)}


def build(city: City) -> None:
    """Live the whole year, committing as it goes."""
    engine = city.database.app_engine()
    try:
        with open_session(engine) as session:
            year = Year(city, session, SeededIds("city"))
            for stage in (_budget_2025, _monitor, _rectify, _evaluate, _request_2026, _cost, _limit, _anchor):
                stage(year)
            session.commit()
    finally:
        engine.dispose()


# ------------------------------------------------------------------- requests


def _request(year: Year, project: Project, fiscal_year: int, amount: str, *, workbook: bool = False) -> str:
    known = year.city.codes.get(project.key, "")
    form = cast.make_new_request(
        fiscal_year=fiscal_year, project_name=project.name, project_code=known, origin="continued" if known else "new"
    )
    opened = open_request(year.ctx(project.clerk), form, Seen())
    year.city.codes.setdefault(project.key, opened.subject)
    goals = cast.make_goal_form(
        amount, fiscal_year=fiscal_year, project_name=project.name, starts_on=f"{fiscal_year}-01-01",
        ends_on=f"{fiscal_year}-12-31", origin="continued" if known else "new",
    )  # fmt: skip
    ctx = year.ctx(project.clerk)
    digest = keep_file(ctx, WORKBOOK.read_bytes()) if workbook else None
    file_request(ctx, opened.record_id, goals, Seen(), file_digest=digest)
    if project is SCHOOL:  # sent back twice before it is taken
        year.act(project.reviewer, S.REQUEST, "return", opened.record_id, reason_given="测算依据不足")
        file_request(year.ctx(project.clerk), opened.record_id, goals, Seen())
        year.act(project.reviewer, S.REQUEST, "review", opened.record_id)
        year.act(cast.FINANCE_REVIEWER, S.REQUEST, "send_back", opened.record_id, reason_given="请补充配置标准")
        file_request(year.ctx(project.clerk), opened.record_id, goals, Seen())
    year.act(project.reviewer, S.REQUEST, "review", opened.record_id)
    year.act(cast.FINANCE_REVIEWER, S.REQUEST, "accept", opened.record_id)
    return opened.record_id


def _exante(year: Year, project: Project, fiscal_year: int, *, ratio: str, amount: str, conclusion: str) -> None:
    record = year.record(project.key, S.EXANTE, fiscal_year)
    year.act(cast.FINANCE_REVIEWER, S.EXANTE, "draw", record, seed=f"海州{fiscal_year}{project.key}")
    recused = story.seats_of(year.ctx(cast.FINANCE_REVIEWER).session, record)[0]
    year.act(cast.by_id(recused.person_id), S.EXANTE, "declare", record, conflict=True, statement="曾任该单位顾问")
    year.act(cast.FINANCE_REVIEWER, S.EXANTE, "replenish", record)
    seats = [seat for seat in story.seats_of(year.ctx(cast.FINANCE_REVIEWER).session, record) if not seat.conflict]
    for expert in (cast.by_id(seat.person_id) for seat in seats):
        story.declare(year.ctx, expert, record)
        story.score(year.ctx, expert, record, ratio=ratio, recommended=amount)
    year.act(
        cast.FINANCE_REVIEWER, S.EXANTE, "conclude", record,
        conclusion=conclusion, recommended=cast.wan(amount), explanation="按专家意见",
    )  # fmt: skip
    year.act(cast.FINANCE_HEAD, S.EXANTE, "confirm", record)


def _approve(year: Year, record: str, amount: str) -> None:
    year.act(cast.SECOND_FINANCE_REVIEWER, S.REQUEST, "store", record)
    year.act(
        cast.FINANCE_HEAD, S.REQUEST, "approve", record, approved=cast.wan(amount), document_number="海财预〔2025〕1号"
    )


def _budget_2025(year: Year) -> None:
    records = {
        project.key: _request(year, project, 2025, amount, workbook=project is WATER)
        for project, amount in ((WATER, "600"), (DRAINS, "100"), (SCHOOL, "80"))
    }
    year.day(2024, 11, 11)
    _exante(year, WATER, 2025, ratio="0.7", amount="550", conclusion="partial")
    year.day(2024, 12, 9)
    for project, amount in ((WATER, "500"), (DRAINS, "100"), (SCHOOL, "80")):
        _approve(year, records[project.key], amount)


# ----------------------------------------------------------------- monitoring


def _pay(year: Year, when: date, **amounts: str) -> None:
    entries = [
        {
            "project_code": year.city.codes[key], "kind": "payment", "on_date": when, "amount": cast.wan(amount),
            "document_number": f"支付{when:%m%d}",
        }
        for key, amount in amounts.items()
    ]  # fmt: skip
    record_entries(year.ctx(cast.FINANCE_REVIEWER), BatchForm.model_validate({"fiscal_year": 2025, "entries": entries}))


def _monitor(year: Year) -> None:
    year.day(2025, 4, 7)
    _pay(year, date(2025, 3, 20), water="120", drains="10", school="20")
    monitoring.open_quarter(year.ctx(cast.FINANCE_REVIEWER), 2025, 1)
    for project in RUNNING:
        record = year.record(project.key, S.MONITORING, 2025, "2025Q1")
        row = {"likelihood": "possible", "cause": "other", "explanation": "季节性原因，二季度集中实施"}
        rows = [{"key": key, "actual": actual, **row} for key, actual in zip("1234", ("3", "95", "95", "95"), strict=True)]
        report = {"rows": rows, "forecast_paid": cast.wan("70"), "execution_note": "按合同节点支付"}
        year.act(project.clerk, S.MONITORING, "file", record, **report)
        if project is DRAINS:
            year.act(project.reviewer, S.MONITORING, "return", record, reason_given="请补充说明")
            year.act(project.clerk, S.MONITORING, "file", record, **report)
        year.act(project.reviewer, S.MONITORING, "review", record)
        year.act(cast.FINANCE_REVIEWER, S.MONITORING, "confirm", record)


def _rectify(year: Year) -> None:
    notice = NoticeForm(problem="一季度支付进度为红灯", requirement="二季度末前达到序时进度")
    cause = year.record("drains", S.MONITORING, 2025, "2025Q1")
    opened = rectification.issue_notice(year.ctx(cast.FINANCE_REVIEWER), cause, notice, Seen())
    year.day(2025, 4, 21)
    answer = {"measures": "加快招标和结算", "result": "支付进度已达到四成", "effective_on": "2025-04-18"}
    year.act(cast.DRAINAGE_CLERK, S.RECTIFICATION, "respond", opened.record_id, **answer)
    year.act(cast.FINANCE_REVIEWER, S.RECTIFICATION, "return", opened.record_id, reason_given="请附支付凭证")
    year.act(cast.DRAINAGE_CLERK, S.RECTIFICATION, "respond", opened.record_id, **answer)
    year.act(cast.SECOND_FINANCE_REVIEWER, S.RECTIFICATION, "close", opened.record_id)
    year.day(2025, 4, 22)
    anchors.cut(year.ctx(cast.FINANCE_HEAD))


# ----------------------------------------------------------------- evaluation


def _evaluate(year: Year) -> None:
    year.day(2026, 1, 12)
    _pay(year, date(2025, 12, 20), water="370", drains="55", school="60")
    evaluation.open_year(year.ctx(cast.FINANCE_REVIEWER), 2025, date(2026, 1, 31))
    for project in RUNNING:
        record = year.record(project.key, S.SELF_EVALUATION, 2025)
        done = ("12", "96", "97", "95") if project is not DRAINS else ("5", "60", "60", "70")
        rows = [{"key": key, "actual": actual, "reason": "已分析"} for key, actual in zip("1234", done, strict=True)]
        form = {"rows": rows, "overall_result": "基本完成", "execution_reason": "部分尾款未到支付节点"}
        year.act(project.clerk, S.SELF_EVALUATION, "file", record, **form)
        if project is DRAINS:
            year.act(project.reviewer, S.SELF_EVALUATION, "return", record, reason_given="请分析原因")
            year.act(project.clerk, S.SELF_EVALUATION, "file", record, **form)
        year.act(project.reviewer, S.SELF_EVALUATION, "review", record)
        year.act(cast.FINANCE_REVIEWER, S.SELF_EVALUATION, "confirm", record)
    form = SampleForm(fiscal_year=2025, size=1, seed="海州评价2025")
    finance_evaluation.draw_sample(year.ctx(cast.FINANCE_HEAD), form, Seen())
    drawn = list_records(year.ctx(cast.FINANCE_HEAD).session, cast.FINANCE_HEAD, stage=S.FINANCE_EVALUATION)
    year.act(cast.FINANCE_REVIEWER, S.FINANCE_EVALUATION, "score", drawn[0].id, **_sheet(year.ctx(cast.FINANCE_REVIEWER)))
    year.act(cast.FINANCE_HEAD, S.FINANCE_EVALUATION, "confirm", drawn[0].id)


def _sheet(ctx: Context) -> dict[str, object]:
    rules = in_force(ctx, "finance_evaluation", FinanceEvaluationRules).rules
    judged = [one for one in rules.scheme.criteria() if one.key not in rules.money]
    rows = [
        {"criterion": one.key, "points": format(one.weight * Decimal("0.9"), "f"), "reason": "依据现场核查"} for one in judged
    ]
    return {"rows": rows, "findings": "完成主要任务"}


# ----------------------------------------------------------- next year's money


def _request_2026(year: Year) -> None:
    year.day(2026, 1, 14)
    records = {
        project.key: _request(year, project, 2026, amount)
        for project, amount in ((WATER, "450"), (DRAINS, "120"), (SCHOOL, "90"), (LIBRARY, "800"))
    }
    _exante(year, LIBRARY, 2026, ratio="0.4", amount="0", conclusion="reject")
    for project in RUNNING:
        year.act(cast.SECOND_FINANCE_REVIEWER, S.REQUEST, "store", records[project.key])
    year.act(
        cast.SECOND_FINANCE_REVIEWER, S.REQUEST, "reject", records["library"], reason_given="事前评估结论为不予支持"
    )


def _cost(year: Year) -> None:
    ctx = year.ctx(cast.RULES_OFFICE)
    connection = ctx.session.connection()
    drivers = [{"code": "length", "label": "管网长度", "uom": "公里", "logged": True}]
    spec = {"code": PANEL, "service": "供水管网改造", "cost_label": "改造支出", "drivers": drivers, "base_year": 2024}
    connection.execute(insert(CostPanelRow.__table__).values(id="panel-1", code=PANEL, service="供水管网改造", spec=spec))
    rng = np.random.default_rng(7)
    observations = [
        {
            "panel_id": "panel-1", "dmu": f"D{dmu:02}", "year": calendar_year, "name": f"第{dmu}水厂", "region": "",
            "cost_fen": int(30_000_000 * length**0.8 * float(np.exp(rng.normal(0, 0.1)))) // 10_000 * 10_000,
            "drivers": {"length": str(length)},
        }
        for dmu in range(14)
        for calendar_year in (2022, 2023, 2024)
        for length in [round(3 + dmu * 0.9 + (calendar_year - 2022) * 0.2, 1)]
    ]  # fmt: skip
    connection.execute(insert(CostObservation.__table__), observations)
    evaluand = connection.execute(
        EvaluandRow.__table__.select().where(EvaluandRow.__table__.c.code == year.city.codes["water"])
    ).one()
    unit = {"evaluand_id": evaluand.id, "panel_id": "panel-1", "dmu": "D02", "fiscal_year": 2026, "drivers": {"length": "5"}}
    connection.execute(insert(CostUnit.__table__), [unit])
    fitted = baseline.fit_baseline(ctx, FitForm(panel_code=PANEL, fiscal_year=2026), Seen())
    year.act(cast.FINANCE_HEAD, S.BASELINE, "adopt", fitted.record_id)
    request = year.record("school", S.REQUEST, 2026)
    baseline.analyse_benefit(year.ctx(cast.FINANCE_REVIEWER), request, _benefit(), Seen())


def _benefit() -> BenefitForm:
    def flow(offset: int, amount: str, kind: str) -> dict[str, object]:
        return {
            "year_offset": offset, "amount": cast.wan(amount), "kind": kind, "label": kind, "price_year": 2026, "source": "测算表",
        }  # fmt: skip

    build = {
        "code": "build", "label": "更新", "life_years": 3, "evidence": "B",
        "flows": [flow(0, "90", "capital"), *(flow(n, "40", "benefit") for n in (1, 2, 3))],
    }  # fmt: skip
    nothing = {"code": "none", "label": "不做", "life_years": 3, "evidence": "B", "do_nothing": True, "flows": []}
    return BenefitForm.model_validate({"base_year": 2026, "options": [build, nothing]})


def _limit(year: Year) -> None:
    year.day(2026, 1, 19)
    ceiling = RoundForm.model_validate({"fiscal_year": 2026, "result_year": 2025, "ceiling": cast.wan("700")})
    opened = limits.open_round(year.ctx(cast.FINANCE_REVIEWER), ceiling, Seen())
    for _ in range(2):
        year.act(cast.FINANCE_REVIEWER, S.LIMITS, "compute", opened.record_id)
    year.act(cast.FINANCE_HEAD, S.LIMITS, "publish", opened.record_id, window_ends_on="2026-01-30")
    year.day(2026, 1, 20)
    _object(year)
    year.day(2026, 2, 2)
    year.act(cast.SECOND_FINANCE_REVIEWER, S.LIMITS, "finalise", opened.record_id)
    year.act(cast.FINANCE_HEAD, S.LIMITS, "issue", opened.record_id)


def _object(year: Year) -> None:
    """The drainage clerk asks back the largest cut of their line; a part of it is given back."""
    code, clerk = year.city.codes["drains"], cast.DRAINAGE_CLERK
    session = year.ctx(clerk).session
    line = next(row for row in lines_of(session, get_round(session, 2026).id) if row.code == code)
    cut = max(line.limit().cuts, key=lambda item: item.applied.fen)
    digest = attach(
        year.ctx(clerk), code, PICTURE, filename="现场照片.png", describes="现场", effective_on=date(2026, 1, 10)
    )
    form = ObjectionForm.model_validate(
        {
            "cause": "special_factor", "contests": cut.claim.ground.value, "claimed": str(cut.applied.fen),
            "statement": "汛期抢修占用工期", "evidence": [digest],
        }
    )  # fmt: skip
    filed = objections.file_objection(year.ctx(clerk), code, 2026, form, Seen())
    year.act(
        cast.FINANCE_HEAD, S.OBJECTION, "decide", filed.record_id,
        outcome="upheld_in_part", amount=str(cut.applied.fen // 2), reason="核实抢修属实",
    )  # fmt: skip


def _anchor(year: Year) -> None:
    year.day(2026, 2, 3)
    anchors.cut(year.ctx(cast.FINANCE_HEAD))



