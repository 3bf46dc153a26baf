"""Cost panels brought by the rules office, and cost-benefit analyses of a request."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Key, refusals
from api.conditional import OnceOnly
from api.transaction import Work
from budgetperf.actions.benefit import analyse_benefit
from budgetperf.actions.moves import Seen
from budgetperf.actions.panels import CostPanelForm, keep_panel
from budgetperf.costing.benefit import BenefitAnalysis
from budgetperf.costing.form import BenefitForm

router = APIRouter(prefix=PREFIX, tags=["成本与效益"])


class PanelAnswer(Answer):
    """How many dmu-years were kept."""

    rows: int


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
