"""What two windows, or two people, type into one form at the same time: nothing is lost in silence."""

import re
from datetime import timedelta

from starlette.testclient import TestClient

from tests import cast, story
from tests.api.conftest import House
from tests.api.pages import sign_in


def requested(house: House) -> str:
    with house.acting() as ctx:
        return f"/records/{story.make_request(ctx).record_id}/file"


def marks(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(version|saved_at)" value="([^"]+)"', page))


def page_of(browser: TestClient, address: str) -> dict[str, str]:
    """What a page posts of itself: the version and when the draft it shows was saved."""
    return marks(browser.get(address).text)


def save(house: House, browser: TestClient, csrf: str, form: str, *, page: dict[str, str], basis: str) -> int:
    house.clock.pass_(timedelta(seconds=1))
    return browser.post(f"{form}/draft", data={"csrf": csrf, "basis": basis, **page}).status_code


def test_a_window_left_behind_overwrites_no_draft_until_told(house: House) -> None:
    form = requested(house)
    browser, csrf = sign_in(house, cast.CLERK)
    first = second = page_of(browser, form)
    assert save(house, browser, csrf, form, page=first, basis="甲窗口") == 303
    sent = {"csrf": csrf, "basis": "乙窗口", **second}
    refused = browser.post(f"{form}/draft", data=sent)
    assert refused.status_code == 412
    assert "草稿已在另一窗口保存，本页的内容没有保存" in refused.text
    assert "乙窗口</textarea>" in refused.text
    assert "甲窗口</textarea>" in browser.get(form).text
    again = marks(refused.text)
    assert save(house, browser, csrf, form, page=again, basis="乙窗口") == 303
    assert "乙窗口</textarea>" in browser.get(form).text


def test_a_save_by_script_goes_on_from_its_own_and_says_when_it_was_refused(house: House) -> None:
    form = requested(house)
    browser, csrf = sign_in(house, cast.CLERK)
    page = page_of(browser, form)
    script = {"HX-Request": "true"}

    def saved(basis: str, page: dict[str, str]) -> str:
        house.clock.pass_(timedelta(seconds=1))
        sent = {"csrf": csrf, "basis": basis, **page}
        return browser.post(f"{form}/draft", data=sent, headers=script).text

    answers = [saved("一", page)]
    mark = re.search(r'name="saved_at" value="([^"]+)"', answers[0])
    assert mark is not None
    answers += [saved("二", {**page, "saved_at": mark[1]}), saved("三", page)]
    assert ["草稿已保存" in answer for answer in answers] == [True, True, False]
    assert "没有保存" in answers[2]
    assert "二</textarea>" in browser.get(form).text


def test_an_older_draft_is_not_put_over_what_another_person_filed(house: House) -> None:
    form = requested(house)
    record = form.split("/")[2]
    browser, csrf = sign_in(house, cast.SECOND_CLERK)
    assert save(house, browser, csrf, form, page=page_of(browser, form), basis="乙的依据") == 303
    with house.acting() as ctx:
        story.advance_request(ctx, record, to="file")
    reviewer, reviewer_csrf = sign_in(house, cast.REVIEWER)
    back = {"csrf": reviewer_csrf, "version": "2", "reason": "请补依据"}
    assert reviewer.post(f"/records/{record}/return", data=back).status_code == 303
    told = "您保存草稿之后，本表另有报送"
    filed, draft = browser.get(form).text, browser.get(f"{form}?begin=draft").text
    assert ("乙的依据" in filed, told in filed, f"{form}?begin=draft" in filed) == (False, True, True)
    assert ("乙的依据" in draft, told in draft, f"{form}?begin=filed" in draft) == (True, True, True)
    assert (
        save(house, browser, csrf, form, page=page_of(browser, f"{form}?begin=draft"), basis="并入后") == 303
    )
    merged = browser.get(form).text
    assert ("并入后" in merged, told in merged) == (True, False)


def test_a_mark_that_is_no_instant_is_refused(house: House) -> None:
    form = requested(house)
    browser, csrf = sign_in(house, cast.CLERK)
    for mark in ("x", "2025-10-13T09:00:00"):
        assert save(house, browser, csrf, form, page={"version": "1", "saved_at": mark}, basis="一") == 422
