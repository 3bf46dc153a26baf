"""Requests of one budget year: filed, returned, filed again, reviewed, accepted, stored, approved.

First requests come in as Excel workbooks; renewed ones are filed on the page.
"""

from dataclasses import dataclass
from datetime import datetime

from budgetperf.actions import request
from budgetperf.actions.exante import filed_conclusion
from budgetperf.actions.files import keep_file
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.rules import goal_check_rules
from budgetperf.actions.simple import NoForm, moves
from budgetperf.errors import Invalid
from budgetperf.evaluands import Protection
from budgetperf.findings import Finding
from budgetperf.lifecycle.goals.form import ApprovalForm, GoalForm, NewRequestForm
from budgetperf.money import Money
from budgetperf.process.stages import Stage as Step
from budgetperf.store.records import RecordFacts, get_record, list_records
from budgetperf.workbooks.fill import filled_goals
from budgetperf.workbooks.intake import read_goals
from workflows.demo.city import City, Project
from workflows.demo.stage import Scene, Stage

RETURN_REASON = "“立项依据”过于笼统，请写明所依据的规划或文件名称后重新报送"
ACCEPTOR, STORER = "caizheng1", "caizheng2"


@dataclass(slots=True)
class Filed:
    """What came of the filing of a year: records by project code, and the refusals on the way."""

    records: dict[str, str]
    refused: list[tuple[str, tuple[Finding, ...]]]
    returned: int = 0


def file_all(stage: Stage, city: City, year: int, when: datetime) -> Filed:
    """Let every unit file its requests, the department review them, finance accept them."""
    projects = city.of_year(year)

    def department_files(department: str) -> Filed:
        filed = Filed({}, [])
        own = [project for project in projects if project.department == department]
        with stage.scene(f"requests/{year}/{department}", when, own[0].clerk) as scene:
            for number, project in enumerate(own):
                filed.records[project.code] = _file(scene, project, year, filed)
                _review(scene, filed, project, year, returns=number % 17 == 3)
        return filed

    whole = Filed({}, [])
    for part in stage.at_once(sorted({project.department for project in projects}), department_files):
        whole.records |= part.records
        whole.refused += part.refused
        whole.returned += part.returned
    return whole


def _file(scene: Scene, project: Project, year: int, filed: Filed) -> str:
    goal = project.goals[year]
    new = NewRequestForm(
        fiscal_year=year,
        project_code="" if year == project.first_year else project.code,
        project_name=goal.project_name,
        function_code=goal.function_code,
        nature=goal.nature,
        origin=goal.origin,
        protection=Protection(project.protection) if project.protection else None,
        protected_amount=Money(int(project.protected)) if project.protected else None,
        protection_basis=project.protection_basis,
    )
    opened = request.open_request(scene.by(project.clerk), new, Seen())
    if opened.subject != project.code:
        raise AssertionError(f"{project.code} was given the code {opened.subject}")
    if year != project.first_year and not project.source:  # renewed on the page, from last time's form
        request.file_request(scene.by(project.clerk), opened.record_id, goal, Seen(1))
        return opened.record_id
    if project.as_published and year == project.first_year:
        _file_as_published(scene, project, goal, opened, filed)
    file_workbook(scene, project, goal, opened.record_id, version=1)
    return opened.record_id


def file_workbook(scene: Scene, project: Project, goal: GoalForm, record_id: str, *, version: int) -> Outcome:
    """File a goal form as its unit does: filled into the Excel form, read back, kept by digest."""
    ctx = scene.by(project.clerk)
    content = filled_goals(goal, indicator_total=goal_check_rules(ctx).indicator_total)
    intake = read_goals(content)
    if intake.form is None:
        raise Invalid("demo.intake", f"{project.code}的表格未能读取", intake.findings)
    return request.file_request(
        ctx, record_id, intake.form, Seen(version), file_digest=keep_file(ctx, content)
    )


def _file_as_published(scene: Scene, project: Project, goal: GoalForm, opened: Outcome, filed: Filed) -> None:
    """First try the form with the faults of its published original; it is refused, nothing is stored."""
    ctx = scene.by(project.clerk)
    faulty = published_form(project, goal)
    intake = read_goals(filled_goals(faulty, indicator_total=goal_check_rules(ctx).indicator_total))
    record = get_record(ctx.session, ctx.actor, opened.record_id)
    findings = intake.findings + (request.review_goals(ctx, record, intake.form) if intake.form else ())
    filed.refused.append((project.code, intake.locate(findings)))


def published_form(project: Project, goal: GoalForm) -> GoalForm:
    """Return the goal form with the faults of the published original put back."""
    weights = project.as_published.get("weights")
    rows = goal.indicators
    if weights:
        rows = tuple(
            row.model_copy(update={"weight": weight}) for row, weight in zip(rows, weights, strict=True)
        )
    return GoalForm.model_validate(
        {
            **goal.model_dump(),
            "overall_goal": project.as_published.get("goal", goal.overall_goal),
            "indicators": [row.model_dump() | {"weight": str(row.weight)} for row in rows],
        }
    )


def _review(scene: Scene, filed: Filed, project: Project, year: int, *, returns: bool) -> None:
    record_id = filed.records[project.code]
    if returns:
        moves("return")(scene.by(project.reviewer), record_id, NoForm(), Seen(2, RETURN_REASON))
        better = project.goals[year].model_copy(
            update={"basis": f"{project.goals[year].basis}；市政府年度重点工作任务分解表"}
        )
        file_workbook(scene, project, better, record_id, version=3)
        filed.returned += 1
    moves("review")(scene.by(project.reviewer), record_id, NoForm(), Seen())
    request.accept(scene.by(ACCEPTOR), record_id, NoForm(), Seen())


def store_all(stage: Stage, filed: Filed, year: int, when: datetime) -> tuple[list[str], list[str]]:
    """Enter what passed into the project store and reject what was refused ex ante; return both."""
    stored, rejected = [], []
    with stage.scene(f"store/{year}", when, STORER) as scene:
        refused = refused_exante(scene, year)
        for code, record_id in filed.records.items():
            if code in refused:
                reason = "事前绩效评估结论为不支持，不予安排"
                moves("reject")(scene.by(STORER), record_id, NoForm(), Seen(reason=reason))
                rejected.append(code)
            else:
                request.store(scene.by(STORER), record_id, NoForm(), Seen())
                stored.append(code)
    return stored, rejected


def refused_exante(scene: Scene, year: int) -> set[str]:
    """Return the codes whose ex-ante conclusion is against."""
    ctx = scene.by(STORER)
    records: list[RecordFacts] = list_records(ctx.session, ctx.actor, stage=Step.EXANTE, fiscal_year=year)
    return {
        record.subject for record in records if filed_conclusion(ctx, record).conclusion.value == "reject"
    }


def approve_all(stage: Stage, city: City, filed: Filed, stored: list[str], year: int, when: datetime) -> None:
    """Let the finance head approve budget and goals of every stored request."""
    projects = {project.code: project for project in city.projects}
    with stage.scene(f"approve/{year}", when, "juzhang") as scene:
        for number, code in enumerate(stored, start=1):
            form = ApprovalForm(
                approved=Money(min(projects[code].recommended, projects[code].goals[year].request.fen)),
                document_number=f"澜财预〔{year}〕{number}号",
            )
            request.approve(scene.by("juzhang"), filed.records[code], form, Seen())
