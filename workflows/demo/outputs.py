"""What leaves the house at the end of the year: papers as PDF and XLSX, and one evidence bundle."""

from datetime import datetime
from pathlib import Path

from budgetperf.actions.anchors import cut
from budgetperf.actions.bundles import export
from budgetperf.actions.context import Context
from budgetperf.actions.papers.evaluation_report import evaluation_report_page
from budgetperf.actions.papers.limits_notice import limits_notice_page
from budgetperf.actions.papers.self_evaluation import self_evaluation_page
from budgetperf.process.stages import Stage as Step
from budgetperf.process.stages import Status
from budgetperf.reports.renderers import render
from budgetperf.store.budget import RoundFacts, lines_of
from budgetperf.store.organisations import organisations
from budgetperf.store.records import RecordFacts, list_records
from budgetperf.workbooks.books import book
from workflows.batches.papers import Page
from workflows.demo.city import City
from workflows.demo.stage import Stage
from workflows.demo.year import YEAR

PRINTER, AUDITOR, HEAD = "caizheng2", "shenji", "juzhang"
ISSUER = "澜州市财政局"
BUNDLE_OF = "F18"


def write_papers(stage: Stage, city: City, round_: RoundFacts, folder: Path, when: datetime) -> list[Path]:
    """Print the self-evaluations of the adapted projects, all evaluation reports and all notices."""
    with stage.scene("papers", when, PRINTER) as scene:
        pages = _pages(scene.by(PRINTER), city, round_)
    written = []
    for name, page in pages:
        for suffix, content in ((".pdf", render(page)), (".xlsx", book(page))):
            path = folder / (name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(path)
    return written


def _pages(ctx: Context, city: City, round_: RoundFacts) -> list[tuple[str, Page]]:
    adapted = {project.code: project.source for project in city.projects if project.source.startswith("F")}
    pages: list[tuple[str, Page]] = [
        (f"自评表/{adapted[record.subject]}-{record.subject}", self_evaluation_page(ctx, record))
        for record in _confirmed(ctx, Step.SELF_EVALUATION)
        if record.subject in adapted
    ]
    pages += [
        (f"评价报告/{record.subject}", evaluation_report_page(ctx, record, evaluator=ISSUER))
        for record in _confirmed(ctx, Step.FINANCE_EVALUATION)
    ]
    for number, (code, path) in enumerate(_departments(ctx, round_), start=1):
        document = f"澜财预〔2026〕{100 + number}号"
        pages.append(
            (
                f"控制数通知/{code}",
                limits_notice_page(ctx, round_, path, issuer=ISSUER, document_number=document),
            )
        )
    return pages


def _confirmed(ctx: Context, stage: Step) -> list[RecordFacts]:
    return list_records(ctx.session, ctx.actor, stage=stage, fiscal_year=YEAR, status=Status.CONFIRMED)


def _departments(ctx: Context, round_: RoundFacts) -> list[tuple[str, str]]:
    """Return code and path of every department with a line in the round."""
    named = {organisation.path: organisation.code for organisation in organisations(ctx.session)}
    paths = sorted({row.path.rsplit(".", 1)[0] for row in lines_of(ctx.session, round_.id)})
    return [(named[path], path) for path in paths]


def write_bundle(stage: Stage, city: City, folder: Path, when: datetime) -> Path:
    """Anchor the log and export the evidence bundle of one adapted project."""
    with stage.scene("anchor", when, HEAD) as scene:
        cut(scene.by(HEAD))
    project = next(project for project in city.projects if project.source == BUNDLE_OF)
    path = folder / f"证据包-{project.code}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with stage.scene("bundle", when, AUDITOR) as scene, path.open("wb") as target:
        export(scene.by(AUDITOR), project.code, target)
    return path
