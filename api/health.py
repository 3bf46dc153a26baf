"""Whether the process lives, whether it can work, and its counters; for machines, without sign-in."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text

from api.answers import PROBLEM
from api.problems import MEDIA_TYPE
from api.resources import resources_of

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
    summary="能否提供服务（数据库可用）",
    responses={503: {"description": "数据库不可用", "content": {MEDIA_TYPE: {"schema": PROBLEM}}}},
)
def ready(request: Request) -> Health:
    """Answer when the database does; 503 otherwise."""
    with resources_of(request).engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return Health(status="ok")


@router.get("/metrics", summary="Prometheus 指标", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Return the counters as Prometheus reads them."""
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
