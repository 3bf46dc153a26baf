"""A filled self-evaluation form audited for anybody: no token, nothing stored."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, UploadFile

from api.answers import PREFIX, refusals
from api.audits import audited
from budgetperf.lifecycle.evaluation.audit_answer import AuditAnswer

router = APIRouter(prefix=PREFIX, tags=["公开工具"])
EditionId = Annotated[
    str,
    Query(max_length=200, pattern=r"^[\w/\-]*$", description="规则版本；空为按表中写明的年度和地区识别"),
]


@router.post(
    "/audit-form", summary="复算已填写的绩效自评表（无需令牌，不保存）", responses=refusals(404, 413, 429)
)
def audit_form(request: Request, file: UploadFile, edition: EditionId = "") -> AuditAnswer:
    """Recompute every form of an .xlsx or JSON file and say, row by row, what is wrong and what is right."""
    return audited(request, file.file, edition=edition)
