"""The web app, put together: plumbing, API, pages. Starts no server and knows no command line."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import assessment, audits, desks, health, openings, problems, rest, sign_in, verbs
from api.body_limit import ENVELOPE, BodyLimit
from api.desks.errors import problem_page
from api.documentation import DESCRIPTION, describe
from api.headers import SecurityHeaders
from api.jobs_port import Jobs
from api.observation import Metrics, Observation, make_logger
from api.resources import Resources, present
from api.settings import Settings
from budgetperf.actions.context import Ids, RandomIds
from budgetperf.actions.rulebooks import rulebook_of
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.session import open_session, probe

STATIC = Path(__file__).parent / "static"


def create_app(
    settings: Settings,
    jobs: Jobs,
    *,
    clock: Callable[[], datetime] = present,
    ids: Ids = RandomIds(),
    hasher: PasswordHash | None = None,
    log: TextIO | None = None,
) -> FastAPI:
    """Return the app; it connects when its lifespan begins.

    Parameters
    ----------
    settings : Settings
    jobs : Jobs
        The port to durable work.
    clock, ids
        The instant of a request and where ids come from; fixed in tests and demo.
    hasher : PasswordHash, optional
        Argon2 with its recommended cost when not given.
    log : text stream, optional
        Where the JSON lines go; standard error when not given.

    Raises
    ------
    Unavailable
        In the lifespan: the database is too old, or finds no Chinese.
    """
    engine = settings.database.app_engine()
    held = Resources(
        settings=settings,
        engine=engine,
        rules=Rulebook.load().at(settings.jurisdiction),
        files=FileStore(settings.files),
        jobs=jobs,
        hasher=hasher or PasswordHash((Argon2Hasher(),)),
        clock=clock,
        ids=ids,
    )
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        probe(engine)
        with open_session(engine) as session:
            rulebook_of(session, held.rules).demand_place()
        yield
        engine.dispose()

    app = FastAPI(
        title="预算绩效服务",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its pages load from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders, https=settings.https),
            Middleware(Observation, logger=make_logger(log), metrics=metrics),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False),
            Middleware(BodyLimit, smaller=dict.fromkeys(audits.PATHS, audits.MAX_BYTES + ENVELOPE)),
        ],
    )
    app.state.resources = held
    app.state.metrics = metrics
    app.state.audits = audits.new_allowance()
    app.state.problem_page = problem_page
    problems.install(app)
    for router in (
        health.router,
        sign_in.api_router,
        rest.router,
        openings.router,
        assessment.router,
        verbs.router,
        sign_in.router,
        desks.router,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    describe(app)
    return app
