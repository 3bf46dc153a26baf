"""The claim's page and its API: the same numbers for finance, one's own for the unit, a run for the movement."""

import re

import pytest

from budgetperf.permissions import Actor
from tests import cast
from tests.api.conftest import World
from tests.api.pages import sign_in

PAGE = "/special-factor-claims/{}"


def claim(world: World, status: str) -> str:
    [(record,)] = world.rows(
        f"SELECT id FROM record WHERE stage = 'special_factor_claim' AND status = '{status}'"
    )
    return str(record)


def page(world: World, actor: Actor, status: str) -> str:
    browser, _ = sign_in(world.house, actor)
    answer = browser.get(PAGE.format(claim(world, status)))
    assert answer.status_code == 200
    return answer.text


def yuan(fen: str) -> str:
    return f"{int(fen) / 100:,.2f}"


def test_finance_sees_every_unit_as_the_api_says_it(world: World) -> None:
    text = page(world, cast.FINANCE_REVIEWER, "admitted")
    path = f"/api/v1/special_factor_claim/{claim(world, 'admitted')}/movement"
    told = world.house.client(cast.FINANCE_REVIEWER).get(path).json()
    assert [row["claimant"] for row in told["rows"]] == [True] + [False] * 13
    for row in told["rows"]:
        assert int(row["change_fen"]) == int(row["given_back_fen"]) + int(row["by_model_fen"])
        for band in (row["before"], row["after"]):
            assert yuan(band["point_fen"]) in text
    assert told["current"]
    assert text.count('<svg class="moved"') == 14
    assert told["package"] in text
    browser, csrf = sign_in(world.house, cast.FINANCE_REVIEWER)
    browser.post(f"{PAGE.format(claim(world, 'admitted'))}/paper", data={"csrf": csrf})
    assert world.house.jobs.orders[-1][0] == "batch.movement_paper"
    assert world.house.client(cast.CLERK).get(path).status_code == 404


@pytest.mark.parametrize(("status", "reason"), [("admitted", "勘察报告属实"), ("not_admitted", "搬迁不属于")])
def test_the_unit_reads_the_decision_its_reason_and_its_own_baseline(
    world: World, status: str, reason: str
) -> None:
    text = page(world, cast.CLERK, status)
    assert reason in text
    assert "申请单位基线" in text
    assert "第3水厂" not in text
    assert 'class="moved"' not in text


def test_others_do_not_find_the_claim(world: World) -> None:
    browser, _ = sign_in(world.house, cast.SCHOOL_CLERK)
    assert browser.get(PAGE.format(claim(world, "admitted"))).status_code == 404


def test_a_claim_is_opened_drafted_filed_and_its_movement_queued(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.CLERK)
    code = world.codes["water"]
    shown = browser.get(f"/open/special-factor?project_code={code}&year=2026")
    [once] = re.findall(r'name="once" value="([^"]+)"', shown.text)
    sent = {"csrf": csrf, "once": once, "project_code": code, "fiscal_year": "2026"}
    opened = browser.post("/open/special-factor", data=sent)
    assert opened.status_code == 303
    form = opened.headers["location"].partition("?")[0]
    record = form.split("/")[2]
    asked = browser.get(form)
    assert "供水管网改造（pipes）" in asked.text
    assert 'value="2024"' in asked.text
    [evidence] = re.findall(r'value="([0-9a-f]{64})"', asked.text)
    typed = {
        "csrf": csrf, "version": "1", "amount_unit": "wan", "panel_code": "pipes", "label": "穿越铁路",
        "statement": "同类水厂没有", "evidence": evidence, "amounts.0.year": "2024", "amounts.0.amount": "9999",
    }  # fmt: skip
    refused = browser.post(form, data=typed)
    assert refused.status_code == 422
    assert "应大于0且小于该年成本" in refused.text
    filed = browser.post(form, data=typed | {"amounts.0.amount": "9"})
    assert filed.headers["location"].startswith(PAGE.format(record))
    finance, token = sign_in(world.house, cast.FINANCE_REVIEWER)
    waiting = finance.get(PAGE.format(record)).text
    assert "尚未测算该申请对各单位基线的影响" in waiting
    assert finance.get(f"/records/{record}/admit").status_code == 409
    queued = finance.post(f"{PAGE.format(record)}/movement", data={"csrf": token})
    assert queued.headers["location"].startswith("/runs")
    assert world.house.jobs.orders[-1][:2] == ("batch.movement", {"record_id": record})
