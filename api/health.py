"""Whether the process lives, whether it can work, and its counters; for machines, without sign-in."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api.answers import PROBLEM
from api.problems import MEDIA_TYPE
from api.resources import resources_of
from budgetperf.errors import Unavailable
from budgetperf.store.migrate import newest_revision, revision_of

router = APIRouter(tags=["运行"])


class Health(BaseModel):
    """How the process stands."""

    status: str


@router.get("/health/live", summary="进程是否存活")
def live() -> Health:
    """Answer as long as the process runs."""
    return Health(status="ok")


@router.get(
    "/health/ready",
    summary="能否提供服务（数据库可用，结构为本版本所需）",
    responses={
        503: {"description": "数据库不可用，或结构不是本版本的", "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
    },
)
def ready(request: Request) -> Health:
    """Answer when the database does and has the structure of this version; 503 with the reason otherwise.

    Raises
    ------
    Unavailable
    """
    found, newest = revision_of(resources_of(request).engine), newest_revision()
    if found != newest:
        text = f"数据库结构为 {found or '空'}，本版本需要 {newest}，请由运行维护人员升级数据库或程序后再用"
        raise Unavailable("database.revision", text)
    return Health(status="ok")


@router.get("/metrics", summary="Prometheus 指标", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Return the counters as Prometheus reads them."""
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
