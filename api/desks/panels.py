"""Cost panels: the list, and one that is kept with what was fitted on it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.desks.frame import answer, frame_of, holds, onward
from api.desks.moves import page_of
from api.downloads import download
from api.guards import demand
from api.resources import resources_of
from api.screens.buttons import Link
from api.screens.panels import DriverLine, FitLine, PanelLine, PanelPage, Panels, PanelView, RowLine, UnitLine
from api.transaction import Work
from budgetperf.actions.panel_files import PricedPanel, priced_panel
from budgetperf.actions.panels import load_panel
from budgetperf.costing.panel import DriverSpec, PanelRow
from budgetperf.evidence.attachments import MediaType
from budgetperf.process.stages import Stage
from budgetperf.store.adoptions import Adoption, adoptions
from budgetperf.store.costs import all_units, cost_panel
from budgetperf.store.listings import cost_panels
from budgetperf.store.records import RecordFacts, list_records
from budgetperf.workbooks.panel_book import PanelUnit
from budgetperf.workbooks.panel_writer import write_panel_book

router = APIRouter()
HERE = "/panels"
VIEW, FIT = "baseline:panel:view", "baseline:model:fit"
XLSX = MediaType.XLSX.value
SHOWN = 600  # rows


@router.get(HERE)
def show_all(request: Request, ctx: Work) -> HTMLResponse:
    """Show all panels with what was fitted on them."""
    demand(ctx.actor, VIEW, "查看成本面板")
    fits, adopted = list_records(ctx.session, ctx.actor, stage=Stage.BASELINE), adoptions(ctx.session)
    openings = (Link("登记成本面板", f"{HERE}/new"), Link("测算成本基线", "/open/baseline"))
    screen = Panels(
        frame_of(request, ctx),
        panels=tuple(
            PanelLine(
                code=one.code,
                service=one.service,
                rows=one.rows,
                dmus=one.dmus,
                years=f"{one.first_year}—{one.last_year}"
                if one.first_year < one.last_year
                else f"{one.last_year}",
                fits=fit_lines((fit for fit in fits if fit.subject == one.code), adopted),
            )
            for one in cost_panels(ctx.session)
        ),
        openings=openings if holds(ctx.actor, FIT) else (),
    )
    return answer(screen)


def fit_lines(records: Iterable[RecordFacts], adopted: Mapping[str, Adoption]) -> tuple[FitLine, ...]:
    """Return the baselines of a panel, the newest first."""
    newest = sorted(records, key=lambda one: (one.fiscal_year, one.serial), reverse=True)
    numbers = {one.id: one.serial + 1 for one in newest}
    return tuple(
        FitLine(
            page_of(one),
            one.fiscal_year,
            numbers[one.id],
            one.status,
            one.id in adopted and adopted[one.id].in_force,
            _successor(adopted[one.id].superseded_by, numbers) if one.id in adopted else None,
        )
        for one in newest
    )


def _successor(record_id: str, numbers: Mapping[str, int]) -> Link | None:
    return Link(f"({numbers[record_id]})", f"/baselines/{record_id}") if record_id else None


def panel_address(code: str) -> str:
    """Return the page of a panel."""
    return f"{HERE}/{quote(code, safe='')}"


@router.get(f"{HERE}/{{code}}")
def show(request: Request, ctx: Work, code: str) -> HTMLResponse:
    """Show a kept panel."""
    demand(ctx.actor, VIEW, "查看成本面板")
    panel_id, panel = load_panel(ctx, code)
    codes = panel.spec.codes
    units = tuple(
        UnitLine(
            Link(unit.code, f"/projects/{unit.code}"),
            unit.dmu,
            unit.fiscal_year,
            tuple(Decimal(unit.drivers[key]) for key in codes),
        )
        for unit in all_units(ctx.session, panel_id)
    )
    screen = PanelPage(
        frame_of(request, ctx),
        code=code,
        view=panel_view(priced_panel(ctx, panel), units),
        fits=fit_lines(
            list_records(ctx.session, ctx.actor, stage=Stage.BASELINE, subject=code), adoptions(ctx.session)
        ),
        links=(Link("下载为 Excel（可续填）", f"{panel_address(code)}/workbook"),),
        openings=(Link("测算成本基线", f"/open/baseline?panel_code={quote(code, safe='')}"),)
        if holds(ctx.actor, FIT)
        else (),
    )
    return answer(screen)


@router.get(f"{HERE}/{{code}}/workbook")
def fetch(ctx: Work, code: str) -> Response:
    """Return a kept panel as the workbook it could be handed in with again."""
    demand(ctx.actor, VIEW, "查看成本面板")
    panel_id, panel = load_panel(ctx, code)
    found = all_units(ctx.session, panel_id)
    newest = max((unit.fiscal_year for unit in found), default=0)
    units = [
        PanelUnit(unit.code, unit.dmu, {key: Decimal(value) for key, value in unit.drivers.items()})
        for unit in found
        if unit.fiscal_year == newest
    ]
    return download(write_panel_book(panel, units), f"成本面板-{code}.xlsx", XLSX)


@router.post(f"{HERE}/{{code}}/paper")
def order(request: Request, ctx: Work, code: str) -> RedirectResponse:
    """Have the worker print a panel as PDF and XLSX."""
    demand(ctx.actor, VIEW, "查看成本面板")
    cost_panel(ctx.session, code)
    resources_of(request).jobs.enqueue_in_transaction(
        ctx, "batch.cost_panel_paper", {"panel_code": code}, key=f"{code}/{ctx.ids.new()}"
    )
    return onward("/runs", "run")


def panel_view(priced: PricedPanel, units: tuple[UnitLine, ...]) -> PanelView:
    """Return what a panel says, in prices of the years and of the base year."""
    panel, spec = priced.panel, priced.panel.spec
    years = sorted({row.year for row in panel.rows})
    based = priced.priced.rows if priced.priced else (None,) * len(panel.rows)
    pairs = sorted(zip(panel.rows, based, strict=True), key=lambda pair: (pair[0].dmu, pair[0].year))
    return PanelView(
        service=spec.service,
        cost_label=spec.cost_label,
        base_year=spec.base_year,
        index=Link(priced.index.code, f"/rules/{priced.index.code}"),
        levels=tuple((year, priced.index.values.get(year)) for year in sorted({*years, spec.base_year})),
        n_rows=len(panel.rows),
        n_dmus=len({row.dmu for row in panel.rows}),
        years=tuple(years),
        drivers=tuple(_driver(driver, panel.rows) for driver in spec.drivers),
        rows=tuple(_row(row, spec.codes, priced=other) for row, other in pairs[:SHOWN]),
        more=max(0, len(pairs) - SHOWN),
        units=units,
        findings=priced.findings,
    )


def _driver(driver: DriverSpec, rows: Sequence[PanelRow]) -> DriverLine:
    values = sorted(row.drivers[driver.code] for row in rows if driver.code in row.drivers)
    return DriverLine(driver, values[0], median(values), values[-1])


def _row(row: PanelRow, codes: Sequence[str], *, priced: PanelRow | None) -> RowLine:
    return RowLine(
        row.dmu,
        row.name,
        row.year,
        row.group,
        row.treatment,
        row.cost,
        priced.cost if priced else None,
        tuple(row.drivers.get(code) for code in codes),
    )
