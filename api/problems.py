"""Refusals as HTTP: the one place that knows which category is which number (RFC 9457).

Programs get ``application/problem+json``; people get a page, drawn by the function in
``app.state.problem_page``. An unexpected error says its request id and nothing of the inside.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import TypeAlias
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.guards import is_machine
from api.refusals import SignInFailed, SignInNeeded, TooManyAttempts, VersionNeeded
from api.validation import validation_error
from budgetperf.errors import BudgetperfError, Conflict, Forbidden, Invalid, NotFound, Stale, Unavailable
from budgetperf.findings import Finding

MEDIA_TYPE = "application/problem+json"

STATUSES: dict[type[BudgetperfError], tuple[int, str]] = {
    Invalid: (422, "提交的内容有问题"),
    NotFound: (404, "没有找到"),
    Forbidden: (403, "没有权限"),
    Conflict: (409, "当前不能办理"),
    Stale: (412, "记录已被更新"),
    Unavailable: (503, "暂时不可用"),
    SignInNeeded: (401, "请先登录"),
    SignInFailed: (401, "登录未成功"),
    TooManyAttempts: (429, "尝试过于频繁"),
    VersionNeeded: (428, "缺少版本号"),
}

_PLAIN: dict[int, tuple[str, str, str]] = {
    400: ("request.unreadable", "请求无法读取", "请求的内容无法读取，请检查格式后重试"),
    404: ("request.not_found", "没有找到", "没有这个地址，请检查后重试"),
    405: ("request.method", "不支持的操作", "该地址不支持这种请求方式"),
    413: (
        "request.too_large",
        "内容过大",
        "提交的内容超过上限（佐证材料12MB，公开复算2MB），请压缩或分次上传",
    ),
}


class FindingAnswer(BaseModel):
    """One failed check with its place."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: str
    message: str
    sheet: str = ""
    cell: str = ""
    pointer: str = ""
    source: str = ""

    @classmethod
    def of(cls, finding: Finding) -> "FindingAnswer":
        """Return a finding as JSON carries it."""
        where = finding.where
        return cls(
            code=finding.code,
            severity=finding.severity.value,
            message=finding.message,
            sheet=where.sheet,
            cell=where.cell,
            pointer=where.pointer,
            source=finding.source,
        )


class ProblemAnswer(BaseModel):
    """A refusal (RFC 9457); what it is about stands in further members, named by ``code``."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    findings: list[FindingAnswer] = []


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as pages and programs are told it."""

    status: int
    title: str
    detail: str
    code: str
    request_id: str
    findings: tuple[Finding, ...] = ()
    facts: dict[str, str | int | None] = field(default_factory=dict)


ProblemPage: TypeAlias = Callable[[Request, Problem], Response]
"""Draws a refusal for people; ``Problem.status`` is the status of the response."""


def problem_of(error: BudgetperfError, request_id: str) -> Problem:
    """Return the problem a refusal is."""
    status, title = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    findings = error.findings if isinstance(error, Invalid) else ()
    return Problem(status, title, error.text, error.code, request_id, findings, error.facts)


def respond(request: Request, problem: Problem) -> Response:
    """Answer with a problem: JSON for programs, a page for people."""
    if is_machine(request):
        response: Response = _json(problem)
    else:
        page: ProblemPage = request.app.state.problem_page
        response = page(request, problem)
    if "current" in problem.facts:
        response.headers["ETag"] = f'"{problem.facts["current"]}"'
    if "wait_seconds" in problem.facts:
        response.headers["Retry-After"] = str(problem.facts["wait_seconds"])
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="budgetperf"'
    return response


def _json(problem: Problem) -> JSONResponse:
    body = ProblemAnswer.model_validate(
        {
            **problem.facts,
            "type": f"urn:budgetperf:problem:{problem.code}",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "code": problem.code,
            "request_id": problem.request_id,
            "findings": [FindingAnswer.of(finding) for finding in problem.findings],
        }
    )
    return JSONResponse(body.model_dump(mode="json"), status_code=problem.status, media_type=MEDIA_TYPE)


def plain_page(_request: Request, problem: Problem) -> Response:
    """Draw a refusal without any template: what is left when the pages themselves fail."""
    text = escape(problem.detail)
    title = escape(problem.title)
    page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>'
    return HTMLResponse(page, status_code=problem.status)


def request_id_of(request: Request) -> str:
    """Return the id a request is logged under."""
    return str(getattr(request.state, "request_id", ""))


def unexpected(request: Request) -> Response:
    """Answer an error nobody foresaw: the id to ask about, nothing of the inside."""
    request_id = request_id_of(request)
    detail = f"系统内部出错，本次操作未生效。请把编号 {request_id} 告知系统管理员"
    problem = Problem(500, "系统出错", detail, "system.error", request_id)
    try:
        return respond(request, problem)
    except Exception:  # noqa: BLE001 - the page itself may be what failed; the failure before it is already logged
        return plain_page(request, problem)


# ------------------------------------------------------------------- handlers


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, BudgetperfError)
    if isinstance(error, SignInNeeded) and not is_machine(request):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = f"/sign-in?next={quote(here)}" if request.method == "GET" else "/sign-in"
        return RedirectResponse(target, status_code=303)
    return respond(request, problem_of(error, request_id_of(request)))


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _refused(request, validation_error(request, error))


def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = _PLAIN.get(error.status_code, ("request.refused", "请求未被接受", str(error.detail)))
    code, title, detail = known
    response = respond(request, Problem(error.status_code, title, detail, code, request_id_of(request)))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


_TRANSIENT = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock not available


def _database(request: Request, error: Exception) -> Response:
    """What the database refused: the second wall, a race lost, a value beyond its columns, or its absence."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    structlog.get_logger("api").warning(
        "database_refused",
        request_id=request_id_of(request),
        sqlstate=state,
        error=str(getattr(error, "orig", error)),
    )
    if isinstance(error, IntegrityError) or state in _TRANSIENT:
        return _refused(request, Conflict("database.race", "该事项刚被他人同时办理，请刷新后查看结果再操作"))
    if isinstance(error, DataError):
        return _refused(request, Invalid("database.value", "有数值或文字超出可记录的范围，请检查后重新提交"))
    if state == "42501":
        return _refused(request, Forbidden("database.wall", "您无权在该范围内办理此事项"))
    if isinstance(error, OperationalError | PoolTimeout):
        return _refused(request, Unavailable("database.down", "数据库暂时不可用，请稍后再试", wait_seconds=5))
    raise error


def install(app: FastAPI) -> None:
    """Put the handlers into an app."""
    app.add_exception_handler(BudgetperfError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _plain)
    for kind in (DBAPIError, PoolTimeout):
        app.add_exception_handler(kind, _database)
