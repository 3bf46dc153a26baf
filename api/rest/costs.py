"""Cost panels brought by the rules office and read by the city, and cost-benefit analyses of a request."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Exact, Fen, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, OnceOnly, tagged
from api.guards import demand
from api.transaction import Work
from budgetperf.actions.benefit import analyse_benefit
from budgetperf.actions.moves import Seen
from budgetperf.actions.panel_files import priced_panel
from budgetperf.actions.panels import CostPanelForm, keep_panel, load_panel
from budgetperf.costing.benefit import BenefitAnalysis
from budgetperf.costing.form import BenefitForm
from budgetperf.store.costs import all_units
from budgetperf.store.listings import cost_panels

router = APIRouter(prefix=PREFIX, tags=["成本与效益"])
VIEW = "baseline:panel:view"


class PanelAnswer(Answer):
    """How many dmu-years were kept."""

    rows: int


class PanelHeadAnswer(Answer):
    """A panel by its code."""

    code: str
    service: str
    rows: int
    dmus: int
    first_year: int
    last_year: int


class PanelListAnswer(Answer):
    """All panels by code."""

    panels: list[PanelHeadAnswer]


class DriverAnswer(Answer):
    """A declared driver."""

    code: str
    label: str
    uom: str
    logged: bool
    role: Coded


class RowAnswer(Answer):
    """A dmu-year; ``based_fen`` in base-year prices, None where the price index has none."""

    dmu: str
    name: str
    year: int
    region: str
    treatment: str
    cost_fen: Fen
    based_fen: Fen | None
    drivers: dict[str, Exact]


class UnitAnswer(Answer):
    """A project that is a dmu in a budget year."""

    code: str
    dmu: str
    fiscal_year: int
    drivers: dict[str, Exact]


class CostPanelAnswer(Answer):
    """A panel as kept, with its base-year prices by the index in force and what its checks say."""

    code: str
    service: str
    cost_label: str
    base_year: int
    price_index: str
    drivers: list[DriverAnswer]
    rows: list[RowAnswer]
    units: list[UnitAnswer]
    findings: list[str]


class OptionAnswer(Answer):
    """The figures of one option; money in yuan, ratios as text, None where undefined."""

    code: str
    label: str
    npv: str
    bcr: str | None
    equivalent_annual: str


class BenefitAnswer(Answer):
    """The options side by side and the best of them by equivalent annual net benefit."""

    best: str
    options: list[OptionAnswer]
    findings: list[str]


@router.post("/cost-panels", status_code=201, summary="登记成本面板", responses=refusals(403, 404, 409, 413))
def post_panel(
    form: Annotated[CostPanelForm, Body()], ctx: Work, once: OnceOnly, response: Response
) -> PanelAnswer:
    """Keep a cost panel with its rows and units, all or nothing."""
    return once.answer(ctx, response, model=PanelAnswer, act=lambda: PanelAnswer(rows=keep_panel(ctx, form)))


@router.get(
    "/cost-panels",
    summary="成本面板",
    response_model=PanelListAnswer,
    responses={**refusals(403), **UNCHANGED},
)
def list_panels(ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return all panels."""
    demand(ctx.actor, VIEW, "查看成本面板")
    return tagged(PanelListAnswer.model_validate({"panels": cost_panels(ctx.session)}), seen)


@router.get(
    "/cost-panels/{code}",
    summary="一个成本面板",
    response_model=CostPanelAnswer,
    responses={**refusals(403, 404), **UNCHANGED},
)
def read_panel(code: str, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return a panel with its rows in prices of the years and of the base year."""
    demand(ctx.actor, VIEW, "查看成本面板")
    panel_id, panel = load_panel(ctx, code)
    priced = priced_panel(ctx, panel)
    based = priced.priced.rows if priced.priced else (None,) * len(panel.rows)
    answer = CostPanelAnswer(
        code=code,
        service=panel.spec.service,
        cost_label=panel.spec.cost_label,
        base_year=panel.spec.base_year,
        price_index=priced.index.code,
        drivers=[DriverAnswer.model_validate(one) for one in panel.spec.drivers],
        rows=[
            RowAnswer(
                dmu=row.dmu,
                name=row.name,
                year=row.year,
                region=row.group,
                treatment=row.treatment,
                cost_fen=row.cost.fen,
                based_fen=other.cost.fen if other else None,
                drivers=dict(row.drivers),
            )
            for row, other in zip(panel.rows, based, strict=True)
        ],
        units=[UnitAnswer.model_validate(one) for one in all_units(ctx.session, panel_id)],
        findings=[finding.message for finding in priced.findings],
    )
    return tagged(answer, seen)


@router.post(
    "/request/{record_id}/benefit",
    status_code=201,
    summary="成本效益分析",
    responses=refusals(403, 404, 409, 413),
)
def post_benefit(
    record_id: Key, form: Annotated[BenefitForm, Body()], ctx: Work, once: OnceOnly, response: Response
) -> BenefitAnswer:
    """Analyse cost and benefit of a request's options under the dated parameters in force."""

    def act() -> BenefitAnswer:
        return _told(analyse_benefit(ctx, record_id, form, Seen()))

    return once.answer(ctx, response, model=BenefitAnswer, act=act)


def _told(analysis: BenefitAnalysis) -> BenefitAnswer:
    return BenefitAnswer(
        best=analysis.best,
        options=[
            OptionAnswer(
                code=result.option.code,
                label=result.option.label,
                npv=str(result.npv),
                bcr=None if result.bcr.value is None else str(result.bcr.value),
                equivalent_annual=str(result.equivalent_annual),
            )
            for result in analysis.results
        ],
        findings=[finding.message for finding in analysis.findings],
    )
