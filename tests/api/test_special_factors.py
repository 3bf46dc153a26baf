"""The claim's page and its API: the same numbers for finance, one's own for the unit, a run for the movement."""

import re
from collections.abc import Iterator

import pytest

from api.desks import special_factor_list
from budgetperf.permissions import Actor
from tests import cast
from tests.actions.test_special_factors import before_the_limits
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
            assert band["grade"]["code"] in text
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


@pytest.fixture
def early() -> Iterator[None]:
    """Limits are not issued yet."""
    with before_the_limits():
        yield


@pytest.mark.usefixtures("early")
def test_a_claim_is_opened_drafted_filed_and_its_movement_queued(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.CLERK)
    code = world.codes["water"]
    [way] = re.findall(r'href="(/open/special-factor[^"]+)"', browser.get(f"/projects/{code}?year=2026").text)
    shown = browser.get(way.replace("&amp;", "&"))
    assert 'value="pipes" selected' in shown.text
    [once] = re.findall(r'name="once" value="([^"]+)"', shown.text)
    sent = {"csrf": csrf, "project_code": code, "fiscal_year": "2026", "panel_code": "pipes"}
    for year in ("1" * 5000, "9" * 30, "-1", ""):
        assert browser.post("/open/special-factor", data={**sent, "fiscal_year": year}).status_code == 422
    opened = browser.post("/open/special-factor", data={**sent, "once": once})
    assert opened.status_code == 303
    form = opened.headers["location"].partition("?")[0]
    record = form.split("/")[2]
    second = browser.post("/open/special-factor", data={**sent, "once": "another-page-of-the-same"})
    assert second.status_code == 409
    assert "办结前不能另提" in second.text
    assert f'href="/records/{record}"' in second.text
    asked = browser.get(form)
    assert "供水管网改造（pipes）" in asked.text
    [evidence] = re.findall(r'value="([0-9a-f]{64})"', asked.text)
    lines = {f"amounts.{at}.year": str(year) for at, year in enumerate((2022, 2023, 2024))}
    assert all(
        f'name="{name}" ' in asked.text and f'value="{year}"' in asked.text for name, year in lines.items()
    )
    typed = {
        "csrf": csrf, "version": "1", "amount_unit": "wan", "panel_code": "pipes", "label": "穿越铁路",
        "statement": "同类水厂没有", "evidence": evidence, **lines,
    }  # fmt: skip
    refused = browser.post(form, data=typed | {"amounts.1.amount": "九万", "amounts.2.amount": "1.23456789"})
    assert refused.status_code == 422
    assert re.findall(r'href="#f-amounts-(\d)-amount"', refused.text) == ["0", "1"]
    assert 'value="九万"' in refused.text
    assert 'value="1.23456789"' in refused.text
    assert 'value="2022"' in refused.text
    other = {
        "amounts.2.amount": "9",
        "amounts.0.year": "2023",
    }  # a year that is there already, without amount
    refused = browser.post(form, data=typed | other)
    assert refused.status_code == 422
    assert re.findall(r'href="#f-amounts-(\d)-amount"', refused.text) == ["0"]
    refused = browser.post(form, data=typed | {"amounts.1.amount": "9999", "amounts.2.amount": "9998"})
    assert refused.status_code == 422
    assert re.findall(r'href="#f-amounts-(\d)-amount"', refused.text) == ["0", "1"]
    assert "应大于0且小于该年成本" in refused.text
    unit = {key: value for key, value in typed.items() if key not in {"statement", "evidence"}}
    several = {
        "amounts.0.amount": "99999",
        "amounts.1.amount": "九万",
        "amounts.2.year": "2010",
        "amounts.2.amount": "1",
    }
    refused = browser.post(form, data=unit | several)  # all of it at once
    assert re.findall(r'href="#f-([a-z0-9-]+)"', refused.text) == [
        "statement", "amounts-1-amount", "amounts-0-amount", "amounts-2-year", "evidence",
    ]  # fmt: skip
    assert "的特殊因素为99999万元（999,990,000.00元），应大于0且小于该年成本" in refused.text
    filed = browser.post(form, data=typed | {"amounts.2.amount": "9"})
    assert filed.headers["location"].startswith(PAGE.format(record))
    listed = browser.get("/special-factor-claims?year=2026").text
    assert f'<a href="{PAGE.format(record)}">穿越铁路</a>' in listed
    assert way in listed
    finance, token = sign_in(world.house, cast.FINANCE_REVIEWER)
    waiting = finance.get(PAGE.format(record)).text
    assert "尚未测算该申请对各单位基线的影响" in waiting
    assert finance.get(f"/records/{record}/admit").status_code == 409
    queued = finance.post(f"{PAGE.format(record)}/movement", data={"csrf": token})
    assert queued.headers["location"].startswith("/runs")
    assert world.house.jobs.orders[-1][:2] == ("batch.movement", {"record_id": record})
    sent = {"csrf": csrf, "version": "2", "reason": "另行补充后再提"}
    blank = browser.post(f"/records/{record}/withdraw", data=sent | {"reason": " "})
    assert blank.status_code == 422
    assert '<a href="#f-reason">“撤回特殊因素申请”须写明理由</a>' in blank.text
    assert 'aria-invalid="true" aria-describedby="f-reason-wrong"' in blank.text
    assert browser.post(f"/records/{record}/withdraw", data=sent).status_code == 303


def test_nothing_is_claimed_once_the_limits_are_issued(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.CLERK)
    code = world.codes["water"]
    listed = browser.get("/special-factor-claims").text
    assert "控制数已下达，不再受理" in listed
    assert "/open/special-factor" not in listed
    assert "/open/special-factor" not in browser.get(f"/projects/{code}?year=2026").text
    assert "没有：该年度控制数已下达，不再受理" in browser.get("/open/special-factor?year=2026").text
    sent = {"csrf": csrf, "project_code": code, "fiscal_year": "2026", "panel_code": "pipes"}
    refused = browser.post("/open/special-factor", data=sent)
    assert refused.status_code == 409
    assert "该年度预算控制数已下达" in refused.text
    with before_the_limits():
        opened = browser.post("/open/special-factor", data=sent)
    form = opened.headers["location"].partition("?")[0]
    assert opened.status_code == 303
    assert browser.get(form).status_code == 409
    shown = browser.get(PAGE.format(form.split("/")[2])).text
    assert "该年度预算控制数已下达" in shown
    withdrawn = browser.post(
        form.replace("/file", "/withdraw"), data={"csrf": csrf, "version": "1", "reason": "控制数已下达"}
    )
    assert withdrawn.status_code == 303


@pytest.mark.usefixtures("early")
def test_a_department_sees_its_own_baselines_and_claims_and_why_there_are_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others = (sign_in(world.house, actor)[0] for actor in (cast.CLERK, cast.LIBRARY_CLERK))
    assert 'href="/special-factor-claims"' in own.get("/work").text
    listed = own.get("/special-factor-claims").text
    assert re.search(r'href="/baselines/[^"/]+/D02"', listed)
    assert "岩层开挖" in listed
    assert 'class="pager"' not in listed
    monkeypatch.setattr(special_factor_list, "ROWS", 1)
    every = dict.fromkeys(re.findall(r'<tr><th scope="row"><a href="([^"]+)"', listed))
    first, second = (own.get(f"/special-factor-claims?page={page}").text for page in (1, 2))
    assert 'href="/special-factor-claims?year=&amp;page=2" rel="next"' in first
    assert 'href="/special-factor-claims?year=&amp;page=1" rel="prev"' in second
    paged = [re.findall(r'<tr><th scope="row"><a href="([^"]+)"', text) for text in (first, second)]
    assert paged[0]
    assert paged[1]
    assert not set(paged[0]) & set(paged[1])
    assert {*paged[0], *paged[1]} <= set(every)
    empty = others.get("/special-factor-claims").text
    assert "还没有已采用的成本基线" in empty
    assert "没有特殊因素申请" in empty
    assert "没有：该年度没有项目列入成本面板" in others.get("/open/special-factor?year=2026").text
    now, adopt = world.house.clock.now, "UPDATE cost_band SET adopted_at = adopted_at + CAST(:by AS interval)"
    world.write(adopt, by="180 days")  # into the term of the edition of July
    world.house.clock.now = now.replace(month=9)
    try:
        late, _ = sign_in(world.house, cast.CLERK)
        code = world.codes["water"]
        assert "没有：该年度申请期已结束" in late.get("/open/special-factor?year=2026").text
        assert "/open/special-factor" not in late.get(f"/projects/{code}?year=2026").text
        listed = late.get("/special-factor-claims").text
        assert "已截止" in listed
        assert "/open/special-factor" not in listed
    finally:
        world.house.clock.now = now
        world.write(adopt, by="-180 days")
