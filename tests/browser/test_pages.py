"""Every page: nothing serious for axe, nothing wider than the window, on a desk and on a telephone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from budgetperf.provenance import DecisionKind
from budgetperf.store.results import decisions_of
from tests import cast
from tests.browser.conftest import SignIn, Site, login_of

pytestmark = pytest.mark.browser

PAGES: dict[str, tuple[str, ...]] = {
    "clerk": (
        "/work", "/projects", "/projects/{water}?year=2025", "/projects/{water}?year=2026", "/open/request",
        "/records/{draft}/file", "/records/{draft}/file/workbook", "/monitoring", "/rectifications", "/limits",
        "/limits/2026", "/limits/2026/{water}", "/limits/2026/{drains}",
    ),
    "finance": ("/work", "/exante/{exante}", "/monitoring", "/rectifications", "/limits/2026", "/runs", "/open/quarter",
                "/open/round", "/open/self-evaluation", "/projects/{library}"),
    "reviewer": ("/work", "/review/request", "/records/{filed}/review", "/records/{filed}/return"),
    "head": ("/work", "/open/sample"),
    "rules": ("/work", "/rules", "/rules/index", "/rules/national/limit_cuts/2026-01-01", "/open/rule",
              "/open/baseline"),
    "auditor": ("/work", "/log", "/log?chain={water}", "/projects/{school}", "/decisions/{cut}", "/decisions/{baseline}"),
    "office": ("/work", "/assessment", "/open/assessment"),
    "admin": ("/work", "/people", "/people/person-clerk", "/open/person", "/open/organisation", "/projects/nowhere"),
}  # fmt: skip


def addresses(site: Site, login: str) -> list[str]:
    known = {**site.codes, "draft": site.workbook, "exante": site.exante, "filed": site.resting}
    with site.house.acting() as ctx:
        session = ctx(cast.AUDITOR).session
        for kind in (DecisionKind.CUT, DecisionKind.BASELINE):
            known[kind.value] = decisions_of(session, kind=kind)[-1].digest
    return [path.format(**known) for path in PAGES[login]]


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {node['target']}"
        for item in found
        if item["impact"] in {"serious", "critical"}
        for node in item["nodes"]
    ]


@pytest.mark.parametrize("login", PAGES)
@pytest.mark.timeout(300)
def test_pages_are_accessible_and_fit(sign_in: SignIn, site: Site, login: str) -> None:
    page = sign_in(login)
    wrong = {}
    for path in addresses(site, login):
        page.goto(path)
        found = serious(page)
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{wide} px wide at {width}"] if wide > width else []
        page.set_viewport_size({"width": 1366, "height": 800})
        if found:
            wrong[path] = found
    assert wrong == {}


def test_pages_of_an_expert_are_accessible(sign_in: SignIn, site: Site) -> None:
    page = sign_in(login_of(site.experts[2]))
    for path in ("/work", f"/exante/{site.exante}", f"/records/{site.exante}/declare"):
        page.goto(path)
        assert serious(page) == []
