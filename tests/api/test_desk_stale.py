"""A page left behind by its record says so, keeps what was typed, and leads back to the record."""

from tests import cast, story
from tests.api.conftest import House
from tests.api.pages import sign_in


def test_a_reason_left_behind_is_kept_and_taken_on_the_version_of_now(house: House) -> None:
    with house.acting() as ctx:
        made = story.make_request(ctx)
        story.advance_request(ctx, made.record_id, to="file")
    page = f"/records/{made.record_id}/return"
    browser, csrf = sign_in(house, cast.REVIEWER)
    answer = browser.post(page, data={"csrf": csrf, "version": "1", "reason": "请补测算依据"})
    assert answer.status_code == 412
    assert "已被更新（您看到的是第1版，现为第2版），请刷新后再操作" in answer.text
    assert "请补测算依据</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert f'href="/projects/{made.subject}?year=' in answer.text
    assert 'class="menu"' in answer.text
    again = {"csrf": csrf, "version": "2", "reason": "请补测算依据"}
    assert browser.post(page, data=again).status_code == 303


def test_a_reason_is_kept_though_the_record_moved_on_from_the_move(house: House) -> None:
    with house.acting() as ctx:
        made = story.make_request(ctx)
        story.advance_request(ctx, made.record_id, to="file")
    browser, csrf = sign_in(house, cast.REVIEWER)
    page, sent = f"/records/{made.record_id}/return", {"csrf": csrf, "version": "2", "reason": "请补测算依据"}
    assert browser.post(page, data=sent).status_code == 303
    answer = browser.post(page, data=sent)
    assert answer.status_code == 412
    assert "已被更新" in answer.text
    assert "他人更新" not in answer.text
    assert "请补测算依据</textarea>" in answer.text


def test_a_confirmation_overtaken_leads_back_to_the_record_with_the_menu(house: House) -> None:
    with house.acting() as ctx:
        made = story.make_request(ctx)
        story.advance_request(ctx, made.record_id, to="file")
    browser, csrf = sign_in(house, cast.REVIEWER)
    page, sent = f"/records/{made.record_id}/review", {"csrf": csrf, "version": "2"}
    assert browser.post(page, data=sent).status_code == 303
    answer = browser.post(page, data=sent)
    assert answer.status_code == 412
    assert "已被更新" in answer.text
    assert 'class="menu"' in answer.text
    assert f'class="btn btn-primary" href="/projects/{made.subject}?year=' in answer.text


def test_a_second_click_confirms_nothing_that_was_not_looked_at(house: House) -> None:
    with house.acting() as ctx:
        made = story.make_request(ctx)
        story.advance_request(ctx, made.record_id, to="file")
    browser, csrf = sign_in(house, cast.REVIEWER)
    answer = browser.post(f"/records/{made.record_id}/review", data={"csrf": csrf, "version": "1"})
    assert answer.status_code == 412
    assert 'name="version"' not in answer.text
    assert f'href="/projects/{made.subject}?year=' in answer.text


def test_a_page_signed_out_of_shows_no_menu(house: House) -> None:
    answer = house.client().get("/no/such/page")
    assert answer.status_code == 404
    assert 'class="menu"' not in answer.text
