"""A real Chromium on a real server over a city of its own; each page is watched for refusals and errors."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

from budgetperf.permissions import Actor
from budgetperf.store.files import FileStore
from budgetperf.store.server import EmbeddedServer
from tests import cast, story
from tests.actions.city import build
from tests.actions.year import City
from tests.api.conftest import AFTER_THE_YEAR, House, make_house
from tests.compulsory import require
from tests.conftest import database_from

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_SECONDS = 20


@dataclass(slots=True)
class Site:
    """A running site with the records the tests work on."""

    url: str
    house: House
    codes: dict[str, str]
    draft: str
    workbook: str
    filed: tuple[str, ...]
    resting: str
    exante: str
    experts: list[Actor]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of this folder: Playwright holds the thread's event loop until it is closed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require("Chromium", path is not None, "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A city after its year, with new work waiting, behind a real server."""
    folder = tmp_path_factory.mktemp("site")
    with database_from(server, template) as database:
        city = City(database, FileStore(folder / "files"))
        build(city)
        house = make_house(database, folder)
        house.clock.now = AFTER_THE_YEAR
        with serving(house) as url:
            yield fill(house, url, city.codes)
        house.engine.dispose()


def fill(house: House, url: str, codes: dict[str, str]) -> Site:
    """Put work before everybody: drafts, filed requests, a panel that scores."""
    with house.acting() as ctx:
        draft = story.make_request(ctx, fiscal_year=2027, project_name="老旧泵站改造")
        workbook = story.make_request(ctx, fiscal_year=2027, project_name="水厂自控升级")
        filed = []
        for name in ("二次供水改造", "漏损治理工程", "水质在线监测", "加压站更新"):
            request = story.make_request(ctx, fiscal_year=2027, project_name=name)
            goals = cast.make_goal_form(
                "120", project_name=name, fiscal_year=2027, starts_on="2027-01-01", ends_on="2027-12-31"
            )
            story.advance_request(ctx, request.record_id, to="file", goals=goals)
            filed.append(request.record_id)
        exante = story.make_exante(ctx)
        experts = story.draw(ctx, exante.id)
    return Site(
        url, house, codes, draft.record_id, workbook.record_id, tuple(filed[:3]), filed[3], exante.id, experts
    )


class serving:  # noqa: N801 - used as a verb
    """Run the app on a free port in a thread."""

    def __init__(self, house: House) -> None:
        config = uvicorn.Config(house.app, host="127.0.0.1", port=0, log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.server.started:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENCE_SECONDS)


@dataclass
class Watched:
    """What a browser complained of."""

    base: str
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note console errors, broken scripts, requests that leave the host and server errors."""
        page.on("console", lambda said: self._console(said.type, said.text, page.url))
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, kind: str, text: str, url: str) -> None:
        refused = (
            "status of 422" in text
            or "status of 403" in text
            or "status of 404" in text
            or "status of 401" in text
        )
        if kind in {"error", "warning"} and not refused:
            self.errors.append(f"{url}: {text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.errors.append(f"left the host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.errors.append(f"{response.status}: {response.url}")


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chromium: Browser, site: Site) -> Iterator[SignIn]:
    """``sign_in("clerk")`` opens that person's browser; nothing may have gone wrong in it at the end."""
    contexts: list[BrowserContext] = []
    watched = Watched(site.url)

    def begin(login: str, *, width: int = 1366, script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        page.goto("/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码", exact=True).fill(cast.PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/work")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert watched.errors == []


def login_of(actor: Actor) -> str:
    """The login of somebody of the cast."""
    return actor.id.removeprefix("person-")
