"""Building an indicator system: the tables handed in, a run of the worker, its report as a page."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.answers import Key
from api.desks.frame import answer, frame_of, holds, onward
from api.desks.once import kept_for_its_mark, new_mark, taken_once
from api.desks.verbs import multi
from api.downloads import files_of
from api.guards import PostedForm, demand
from api.problems import STATUSES
from api.resources import resources_of
from api.screens.buttons import Link
from api.screens.fields import Document, Preset, view
from api.screens.index_system import BuildLine, IndexBuild, IndexResult, TableView
from api.screens.posted import read_posted
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_own_file
from budgetperf.actions.moves import Seen
from budgetperf.actions.rule_from_text import open_draft_from_text
from budgetperf.costing.records import restore
from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.findings import Finding
from budgetperf.forms import read
from budgetperf.reports.index_report import IndexReport, index_report, shown
from budgetperf.rulebook.form import EditionForm
from budgetperf.statistics.errors import BadTable
from budgetperf.statistics.form import IndexOrder, IndexSpec
from budgetperf.statistics.records import IndexOutcome, IndexTables, demand_same
from budgetperf.store.runs import ORDER, RunFacts, RunState, effects_of, get_run, runs
from budgetperf.workbooks.index_tables import read_pairs, read_survey, read_values
from budgetperf.workbooks.package import MAX_FILE_BYTES
from budgetperf.workbooks.tables import Table, read_table, write_csv

router = APIRouter()
HERE = "/rules/index"
KIND = "batch.index"
BUILD = "rules:index:build"
RESULT, DRAFT = "result", "draft"
CSV = "text/csv"
TABLES = {"survey": "重要性问卷", "measured": "指标数据表", "pairs": "两两比较表"}
"""What the uploads are called, by field."""

OPTIONAL = "pairs"


@router.get("/rules/index")
def ask(request: Request, ctx: Work) -> HTMLResponse:
    """Show the page on which the tables are handed in."""
    demand(ctx.actor, BUILD, "建立指标体系")
    return kept_for_its_mark(answer(_page(request, ctx, _start(ctx))))


@router.post("/rules/index")
def take(request: Request, ctx: Work, posted: PostedForm) -> Response:
    """Check the tables and start the build, or show the page again with what is wrong."""
    demand(ctx.actor, BUILD, "建立指标体系")
    typed = multi(posted)
    document = read_posted(IndexSpec, typed)
    spec, findings = read(IndexSpec, document)
    refusal, status = "填写的内容有问题，修改后再提交", STATUSES[Invalid][0]
    if spec is not None:
        try:
            with ctx.session.begin_nested():
                kept = _kept(ctx, posted)
                return taken_once(
                    ctx, HERE, typed | kept, act=lambda: _started(request, ctx, spec, kept=kept)
                )
        except Invalid as error:
            refusal, findings = error.text, error.findings
        except Conflict as error:
            refusal, status = error.text, STATUSES[Conflict][0]
    return kept_for_its_mark(
        answer(_page(request, ctx, document, findings=findings, refusal=refusal), status)
    )


@router.get("/rules/index/{run_id}")
def show(request: Request, ctx: Work, run_id: Key) -> HTMLResponse:
    """Show a build: how it stands, then its tables and files."""
    demand(ctx.actor, BUILD, "建立指标体系")
    run = get_run(ctx.session, run_id)
    if run.kind != KIND:
        raise NotFound("run.not_found", "该任务不是指标体系测算")
    report = _report(ctx, run)
    screen = IndexResult(
        frame_of(request, ctx),
        title=run.title,
        address=f"{HERE}/{run.id}",
        state=run.state,
        going=run.state in {RunState.WAITING, RunState.RUNNING},
        note=run.note,
        settings=report.settings if report else (),
        tables=tuple(
            TableView(
                f"t-{number}",
                table.title,
                table.note,
                table.columns,
                tuple(tuple(map(shown, row)) for row in table.rows),
            )
            for number, table in enumerate(report.tables if report else (), 1)
        ),
        files=tuple(
            Link(name, f"/runs/{run.id}/files/{digest}") for digest, name in files_of(ctx, run).items()
        ),
        draft=f"{HERE}/{run.id}/draft"
        if DRAFT in effects_of(ctx.session, run.id) and holds(ctx.actor, "rules:edition:draft")
        else "",
    )
    return answer(screen)


@router.post("/rules/index/{run_id}/draft")
def open_as_draft(ctx: Work, run_id: Key) -> RedirectResponse:
    """Open the draft edition a build wrote in the rules office."""
    run = get_run(ctx.session, run_id)
    written = effects_of(ctx.session, run.id).get(DRAFT)
    if run.kind != KIND or not isinstance(written, Mapping):
        raise NotFound("index.no_draft", "这次测算没有写出草案")
    text = ctx.files.get(str(written["digest"])).decode().rstrip("\n")
    opened = open_draft_from_text(ctx, EditionForm(text=text), Seen())
    return onward(f"/rules/drafts/{opened.record_id}", "rule.open")


def _report(ctx: Context, run: RunFacts) -> IndexReport | None:
    """Return the report of a build whose outcome is there."""
    effects = effects_of(ctx.session, run.id)
    if RESULT not in effects:
        return None
    order = IndexOrder.model_validate(effects[ORDER])
    return index_report(restore(IndexOutcome, effects[RESULT]), order, computed_on=order.computed_on)


def _start(ctx: Context) -> Document:
    """Return the parameters the page begins with: our defaults, from next year on."""
    known = {
        name: str(asked.default) for name, asked in IndexSpec.model_fields.items() if not asked.is_required()
    }
    return known | {"valid_from": f"{ctx.today.year + 1}-01-01"}


def _page(
    request: Request,
    ctx: Context,
    document: Document,
    *,
    findings: tuple[Finding, ...] = (),
    refusal: str = "",
) -> IndexBuild:
    return IndexBuild(
        frame_of(request, ctx),
        form=view(IndexSpec, Preset(document), findings=findings),
        refusal=refusal,
        once=new_mark(),
        builds=tuple(
            BuildLine(f"{HERE}/{run.id}", run.title, run.started_at, run.state)
            for run in runs(ctx.session)
            if run.kind == KIND
        ),
    )


def _kept(ctx: Context, posted: PostedForm) -> dict[str, list[str]]:
    """Keep the tables as CSV when their readers take them, and return their digests by field.

    Raises
    ------
    Invalid
        A table is missing, cannot be read, or names other indicators than the values.
    """
    given = {field: table for field in TABLES if (table := _table(posted, field))}
    survey, measured = read_survey(given["survey"]), read_values(given["measured"])
    pairs = read_pairs(given[OPTIONAL]) if OPTIONAL in given else None
    try:
        demand_same(IndexTables(survey, measured, pairs))
    except BadTable as error:
        raise Invalid("index.names", str(error)) from error
    return {field: [keep_own_file(ctx, write_csv(table), CSV)] for field, table in given.items()}


def _table(posted: PostedForm, field: str) -> Table | None:
    name, upload = TABLES[field], posted.get(field)
    content = upload.file.read(MAX_FILE_BYTES + 1) if isinstance(upload, UploadFile) else b""
    if content:
        return read_table(content, name=name)
    if field == OPTIONAL:
        return None
    raise Invalid("index.table", f"请上传{name}（CSV 或 .xlsx）")


def _started(
    request: Request, ctx: Context, spec: IndexSpec, *, kept: Mapping[str, list[str]]
) -> RedirectResponse:
    given = {name: str(value) for name, value in spec.model_dump(mode="json").items()}
    digests = {name: values[0] for name, values in kept.items()}
    arguments = given | digests | {"computed_on": ctx.today.isoformat()}
    run_id = resources_of(request).jobs.enqueue_in_transaction(ctx, KIND, arguments, key=ctx.ids.new())
    return onward(f"{HERE}/{run_id}", "run")
