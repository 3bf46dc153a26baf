"""The budget year itself: money moves, four quarters are monitored, what is red is rectified."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from budgetperf.actions import monitoring, rectification
from budgetperf.actions.files import attach
from budgetperf.actions.ledger import BatchForm, EntryForm, record_entries
from budgetperf.actions.moves import Seen
from budgetperf.actions.simple import NoForm, moves
from budgetperf.fiscal import FiscalYear
from budgetperf.indicators import Achievement
from budgetperf.ledger import EntryKind
from budgetperf.lifecycle.monitoring.form import Cause, Likelihood, MonitoringForm, ProgressRow
from budgetperf.lifecycle.result_use.form import NoticeForm, ResponseForm
from budgetperf.money import Money
from budgetperf.process.stages import Stage as Step
from budgetperf.store.records import RecordFacts, list_records
from budgetperf.store.results import LightFacts, lights
from workflows.demo.city import City, Project, Values
from workflows.demo.stage import Scene, Stage, at

YEAR = 2025
TREASURY, MONITOR, CLOSER = "caizheng3", "caizheng1", "caizheng2"
EXPLANATIONS = {
    "slow": "前期手续办理较慢，合同签订晚于计划，已制定赶工方案",
    "poor": "招标两次流标，实施主体调整，年内完成目标存在困难",
}
LIKELIHOODS = {"slow": Likelihood.POSSIBLE, "poor": Likelihood.IMPOSSIBLE}
NOTICES = 12


def quarter_day(quarter: int) -> datetime:
    """Return the working morning on which a quarter's monitoring begins."""
    return at(YEAR + 1, 1, 5) if quarter == 4 else at(YEAR, 3 * quarter + 1, 8 if quarter == 3 else 2)


def move_money(stage: Stage, city: City, quarter: int) -> int:
    """Record one quarter's movements as they come from the treasury; return how many."""
    entries = [entry for project in city.of_year(YEAR) for entry in _entries(project, quarter)]
    with stage.scene(
        f"ledger/{YEAR}Q{quarter}", quarter_day(quarter) - timedelta(hours=1), TREASURY
    ) as scene:
        return record_entries(scene.by(TREASURY), BatchForm(fiscal_year=YEAR, entries=tuple(entries)))


def _entries(project: Project, quarter: int) -> list[EntryForm]:
    money = project.money
    if money is None or project.verdict == "reject":
        return []
    first = date(YEAR, 3 * quarter - 2, 15)
    last = date(YEAR, 3 * quarter, 20)
    index = quarter - 1
    before = index - 1
    planned = [
        (EntryKind.CARRY_IN, date(YEAR, 1, 10), money.carry_in if quarter == 1 else 0, "结转"),
        (EntryKind.ADJUSTMENT, date(YEAR, 6, 20), money.adjustment if quarter == 2 else 0, "调剂"),
        (EntryKind.RECEIPT, first, money.received[index] - (money.received[before] if index else 0), "授权"),
        (EntryKind.PAYMENT, last, money.paid[index] - (money.paid[before] if index else 0), "支付"),
        (EntryKind.CARRY_OUT, date(YEAR, 12, 31), money.carry_out if quarter == 4 else 0, "结余"),
    ]
    return [
        EntryForm(
            project_code=project.code,
            kind=kind,
            on_date=on,
            amount=Money(fen),
            document_number=f"{label}{YEAR}Q{quarter}-{project.code}",
        )
        for kind, on, fen, label in planned
        if fen
    ]


def monitor(stage: Stage, city: City, quarter: int, start_campaign: Callable[[int, int], None]) -> int:
    """Open one quarter's tasks by the durable campaign, then let everybody do theirs; return how many."""
    start_campaign(YEAR, quarter)
    period = FiscalYear(YEAR).quarter(quarter).code
    when = quarter_day(quarter) + timedelta(days=1)
    records = _records(stage, period)
    projects = {project.code: project for project in city.projects}

    def department_reports(department: str) -> None:
        own = [record for record in records if projects[record.subject].department == department]
        with stage.scene(f"monitoring/{period}/{department}", when, MONITOR) as scene:
            for record in own:
                project = projects[record.subject]
                monitoring.file_report(scene.by(project.clerk), record.id, _report(project, quarter), Seen(1))
                moves("review")(scene.by(project.reviewer), record.id, NoForm(), Seen(2))
                monitoring.confirm(scene.by(MONITOR), record.id, NoForm(), Seen(3))

    stage.at_once(sorted({projects[record.subject].department for record in records}), department_reports)
    return len(records)


def _records(stage: Stage, period: str) -> list[RecordFacts]:
    with stage.scene(f"monitoring/{period}/list", quarter_day(int(period[-1])), MONITOR) as scene:
        ctx = scene.by(MONITOR)
        return list_records(ctx.session, ctx.actor, stage=Step.MONITORING, fiscal_year=YEAR, period=period)


def _report(project: Project, quarter: int) -> MonitoringForm:
    money = project.money
    assert money is not None
    lagging = project.story in EXPLANATIONS
    explanation = EXPLANATIONS.get(project.story, "")
    return MonitoringForm(
        rows=tuple(_progress(project, values, quarter) for values in project.results),
        forecast_paid=Money(money.paid[3]),
        execution_note=explanation if lagging else "",
    )


def _progress(project: Project, values: Values, quarter: int) -> ProgressRow:
    lagging = project.story in EXPLANATIONS
    index = quarter - 1
    return ProgressRow(
        key=values.key,
        actual=values.actual[index] if values.actual else None,
        achievement=Achievement(values.achievement[index]) if values.achievement else None,
        forecast=values.actual[3] if values.actual else None,
        likelihood=LIKELIHOODS.get(project.story, Likelihood.CERTAIN),
        cause=Cause(project.cause) if lagging else None,
        explanation=EXPLANATIONS.get(project.story, ""),
    )


def rectify(stage: Stage, city: City, quarter: int) -> int:
    """Issue notices on the reddest projects of a quarter; the units answer, another person closes."""
    period = FiscalYear(YEAR).quarter(quarter).code
    projects = {project.code: project for project in city.projects}
    when = quarter_day(quarter) + timedelta(days=5)
    with stage.scene(f"rectification/{period}", when, MONITOR) as scene:
        ctx = scene.by(MONITOR)
        red = [light for light in lights(ctx.session, fiscal_year=YEAR) if _is_red(light, period)]
        records = {
            record.id: record
            for record in list_records(ctx.session, ctx.actor, fiscal_year=YEAR, period=period)
        }
        chosen = sorted(red, key=lambda light: records[light.record_id].subject)[:NOTICES]
        notices = [(projects[records[light.record_id].subject], _notice(scene, light)) for light in chosen]
    with stage.scene(f"rectification/{period}/answers", when + timedelta(days=9), MONITOR) as scene:
        for number, (project, notice) in enumerate(notices):
            _answer(scene, project, notice, sent_back=number == 1)
    return len(notices)


def _is_red(light: LightFacts, period: str) -> bool:
    return light.period == period and "red" in (light.execution, light.goals)


def _notice(scene: Scene, light: LightFacts) -> str:
    problem = f"{light.period}监控：预算执行{light.execution_reason}；绩效目标{light.goals_reason}"
    form = NoticeForm(problem=problem, requirement="查明原因，制定赶工计划，10个工作日内书面反馈")
    return rectification.issue_notice(scene.by(MONITOR), light.record_id, form, Seen()).record_id


def _answer(scene: Scene, project: Project, notice: str, *, sent_back: bool) -> None:
    ctx = scene.by(project.clerk)
    done = ctx.today
    content = f"%PDF-1.4\n% {project.code} 整改报告 {done}\n%%EOF\n".encode()
    attach(
        ctx,
        project.code,
        content,
        filename=f"{project.code}整改报告.pdf",
        describes="整改报告",
        effective_on=done,
        record_id=notice,
    )
    form = ResponseForm(
        measures="成立专班，倒排工期，按周调度支付进度",
        result="已签订补充合同，支付进度较上期明显加快",
        effective_on=done,
    )
    rectification.respond(scene.by(project.clerk), notice, form, Seen())
    if sent_back:
        reason = "未提供支付凭证，请补充后重新反馈"
        moves("return")(scene.by(CLOSER), notice, NoForm(), Seen(reason=reason))
        rectification.respond(scene.by(project.clerk), notice, form, Seen())
    moves("close")(scene.by(CLOSER), notice, NoForm(), Seen())
