"""What an operator sees of requests: one JSON line each, counters, and an id that a person can quote.

No name, no login and no content of a request is logged: the person's id, the route, the outcome, the time.
"""

import re
import sys
import time
import uuid
from typing import TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import FilteringBoundLogger

from api.problems import unexpected

REQUEST_ID = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = ("/health/", "/metrics", "/static/")


class Metrics:
    """The counters of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "budgetperf_requests",
            "Requests by route and status",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "budgetperf_request_seconds",
            "Time to answer by route",
            ("method", "route"),
            registry=self.registry,
        )


def make_logger(stream: TextIO | None = None) -> FilteringBoundLogger:
    """Return the logger of an app: a JSON object a line, on standard error unless given a stream."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(
                ExceptionDictTransformer(show_locals=False)
            ),  # they hold forms and passwords
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    return logger


class Observation:
    """Give each request its id, log and count it, and answer what nobody foresaw."""

    def __init__(self, app: ASGIApp, *, logger: FilteringBoundLogger, metrics: Metrics) -> None:
        self.app = app
        self.logger = logger
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, log and count."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        given = request.headers.get(REQUEST_ID, "")
        request.state.request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        began, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request.state.request_id.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            self.logger.exception("request_failed", request_id=request.state.request_id, path=scope["path"])
            if status:
                raise
            await unexpected(request)(scope, receive, watched)
        finally:
            self._note(request, status, time.perf_counter() - began)

    def _note(self, request: Request, status: int, seconds: float) -> None:
        route = getattr(request.scope.get("route"), "path", "(none)")
        method = request.method if request.method in _METHODS else "OTHER"
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        if not request.url.path.startswith(_QUIET):
            self.logger.info(
                "request",
                request_id=request.state.request_id,
                method=request.method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                person=getattr(request.state, "person", ""),
            )
