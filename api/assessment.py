"""Routes that open the records of an assessment: the campaign, claims, penalties, appeals, rectification, files."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import Response

from api.answers import PREFIX, Key, refusals
from api.conditional import OnceOnly
from api.openings import opened
from api.outcomes import OutcomeAnswer
from api.rest.files import KeptFileAnswer
from api.transaction import Work
from api.verbs import DryRun
from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.campaign_files import attach_to_unit
from budgetperf.actions.campaigns import open_campaign
from budgetperf.actions.claims import claim_bonus, tell_penalty
from budgetperf.actions.improvements import ask_improvement
from budgetperf.actions.moves import Seen
from budgetperf.forms import ONE_LINE
from budgetperf.lifecycle.unit_assessment.form import (
    AppealForm,
    BonusForm,
    CampaignForm,
    ImprovementForm,
    PenaltyForm,
)
from budgetperf.process.stages import Stage

router = APIRouter(prefix=f"{PREFIX}/assessment")
_UNIT = "/{key}/units/{code}"


@router.post(
    "",
    status_code=201,
    summary="启动年度考评",
    tags=[Stage.ASSESSMENT.label],
    responses=refusals(403, 404, 409, 413),
)
def post_campaign(
    form: CampaignForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Open the campaign of a place and year under the editions in force on 1 January."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: open_campaign(ctx, form, Seen()))


@router.post(
    f"{_UNIT}/bonuses",
    status_code=201,
    summary="申报加分",
    tags=[Stage.BONUS.label],
    responses=refusals(403, 404, 409, 413),
)
def post_bonus(
    key: Key,
    code: Key,
    form: BonusForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Claim a bonus with documents that were uploaded to the unit."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: claim_bonus(ctx, key, code, form, Seen()))


@router.post(
    f"{_UNIT}/penalties",
    status_code=201,
    summary="告知扣分",
    tags=[Stage.PENALTY.label],
    responses=refusals(403, 404, 409, 413),
)
def post_penalty(
    key: Key,
    code: Key,
    form: PenaltyForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Tell a unit of a penalty; it may appeal until the due day."""
    return opened(
        ctx, once, response, dry_run=dry_run, act=lambda: tell_penalty(ctx, key, code, form, Seen())
    )


@router.post(
    f"{_UNIT}/appeals",
    status_code=201,
    summary="提出申诉或异议",
    tags=[Stage.APPEAL.label],
    responses=refusals(403, 404, 409, 413),
)
def post_appeal(
    key: Key,
    code: Key,
    form: AppealForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Appeal in the name of a unit, or for oneself."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: file_appeal(ctx, key, code, form, Seen()))


@router.post(
    f"{_UNIT}/improvements",
    status_code=201,
    summary="下达整改事项",
    tags=[Stage.IMPROVEMENT.label],
    responses=refusals(403, 404, 409, 413),
)
def post_improvement(
    key: Key,
    code: Key,
    form: ImprovementForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Ask a unit to mend something its result showed."""
    return opened(
        ctx, once, response, dry_run=dry_run, act=lambda: ask_improvement(ctx, key, code, form, Seen())
    )


@router.post(
    f"{_UNIT}/files",
    status_code=201,
    summary="上传考评材料",
    tags=[Stage.ASSESSMENT.label],
    responses=refusals(403, 404, 409, 413),
)
def post_file(
    key: Key,
    code: Key,
    file: UploadFile,
    describes: Annotated[str, Form(max_length=200, pattern=ONE_LINE, description="材料说明")],
    effective_on: Annotated[date, Form(description="材料形成日期，不是上传日期")],
    ctx: Work,
    once: OnceOnly,
    response: Response,
) -> KeptFileAnswer:
    """Keep a document with a unit, once, under its SHA-256."""
    content, name = file.file.read(), file.filename or ""

    def act() -> KeptFileAnswer:
        kept = attach_to_unit(
            ctx, key, code, content, filename=name, describes=describes, effective_on=effective_on
        )
        return KeptFileAnswer(digest=kept)

    return once.answer(ctx, response, model=KeptFileAnswer, act=act)
