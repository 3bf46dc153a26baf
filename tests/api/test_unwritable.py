"""What no column holds or no eye sees (NUL, controls, a number too large) is refused at its field, whoever sends it how."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import api
import budgetperf
from budgetperf.forms import Form, read
from budgetperf.store.records import steps_of
from tests import cast, story
from tests.api.conftest import House
from tests.api.pages import sign_in

NUL = "水\x00厂"
TURNED = "水\u202e厂"


READ_AS_TYPED = frozenset({"budgetperf.lifecycle.evaluation.audit_form"})
"""Forms of strangers, audited as they stand and never stored."""


def every_form() -> list[type[Form]]:
    """All forms of the system: what is posted is one of them."""
    for package in (budgetperf, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)

    def below(form: type[Form]) -> Iterator[type[Form]]:
        for kind in form.__subclasses__():
            yield kind
            yield from below(kind)

    return [
        form
        for form in below(Form)
        if form.__module__.startswith(("api.", "budgetperf.")) and form.__module__ not in READ_AS_TYPED
    ]


FIELDS = {(form.__name__, name): form for form in every_form() for name in form.model_fields}


def test_there_are_many_fields() -> None:
    assert len(FIELDS) > 150


@pytest.mark.parametrize("value", [NUL, TURNED, [NUL], {NUL: "1"}, 2**63, -(2**63), 10**40], ids=ascii)
def test_every_field_of_every_form_refuses_it_by_name(value: object) -> None:
    for (_, name), form in FIELDS.items():
        _, findings = read(form, {name: value})
        told = [one for one in findings if one.where.pointer.split("/")[1] == name]
        label = form.model_fields[name].title
        assert told, (form, name)
        assert all(one.message.startswith(f"{label}：") for one in told), told


def test_the_api_names_the_field(house: House) -> None:
    form = cast.make_new_request().model_dump(mode="json") | {"project_name": NUL, "fiscal_year": 2**63}
    answer = house.client(cast.CLERK).post("/api/v1/request", json=form)
    assert answer.status_code == 422
    assert [(one["pointer"], one["message"]) for one in answer.json()["findings"]] == [
        ("/fiscal_year", "预算年度：超出可填报的范围"),
        ("/project_name", "项目名称：含有看不见的控制字符，请删除后重新填写"),
    ]


def test_the_api_names_the_field_that_turns_the_reading_or_is_blank(house: House) -> None:
    form = cast.make_new_request().model_dump(mode="json")
    for name, message in ((TURNED, "含有看不见的控制字符，请删除后重新填写"), ("   ", "必填项未填写")):
        answer = house.client(cast.CLERK).post("/api/v1/request", json=form | {"project_name": name})
        assert answer.status_code == 422
        assert [one["message"] for one in answer.json()["findings"]] == [f"项目名称：{message}"]


def test_the_api_names_the_field_beside_an_attachment(house: House) -> None:
    with house.acting() as ctx:
        code = story.make_request(ctx).subject
    answer = house.client(cast.CLERK).post(
        f"/api/v1/projects/{code}/files",
        files={"file": ("批复.pdf", b"%PDF-1.7", "application/pdf")},
        data={"describes": NUL, "effective_on": "2025-09-01"},
    )
    assert (answer.status_code, answer.json()["findings"][0]["pointer"]) == (422, "/describes")


def test_a_page_that_opens_something_names_the_field_and_stays(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    sent = {"csrf": csrf, "project_name": NUL, "fiscal_year": str(2**63)}
    answer = browser.post("/open/request", data=sent)
    assert answer.status_code == 422
    assert "项目名称：含有看不见的控制字符" in answer.text
    assert "预算年度：超出可填报的范围" in answer.text


def test_a_page_names_the_field_that_turns_the_reading_or_is_blank(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    for name, message in ((TURNED, "含有看不见的控制字符，请删除后重新填写"), ("   ", "必填项未填写")):
        answer = browser.post("/open/request", data={"csrf": csrf, "project_name": name})
        assert answer.status_code == 422
        assert f"项目名称：{message}" in answer.text


def test_a_reason_in_lines_is_taken_from_a_browser(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
        story.advance_request(ctx, record, to="file")
    reviewer, csrf = sign_in(house, cast.REVIEWER)
    sent = {"csrf": csrf, "version": "2", "reason": "一、补依据\r\n二、补测算"}
    assert reviewer.post(f"/records/{record}/return", data=sent).status_code == 303
    with house.acting() as ctx:
        assert steps_of(ctx(cast.REVIEWER).session, [record])[-1].reason == "一、补依据\n二、补测算"


def test_a_page_of_a_verb_names_the_field_of_form_draft_and_reason(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
    browser, csrf = sign_in(house, cast.CLERK)
    page = {"csrf": csrf, "version": "1"}
    filed = browser.post(f"/records/{record}/file", data=page | {"basis": NUL, "funds.0.amount": "9" * 30})
    assert filed.status_code == 422
    assert "立项依据：含有看不见的控制字符" in filed.text
    assert "金额：“" in filed.text
    for path, more in ((f"/records/{record}/file/draft", {}), (f"/records/{record}/file", {"add": "funds"})):
        drafted = browser.post(path, data=page | more | {"basis": NUL, "indicators.0.name": NUL})
        assert drafted.status_code == 422
        assert "立项依据：含有看不见的控制字符" in drafted.text
        assert "绩效指标：含有看不见的控制字符" not in drafted.text
        assert "含有看不见的控制字符" in drafted.text.split("立项依据：含有看不见的控制字符")[1]
    with house.acting() as ctx:
        story.advance_request(ctx, record, to="file")
    reviewer, csrf = sign_in(house, cast.REVIEWER)
    returned = reviewer.post(
        f"/records/{record}/return", data={"csrf": csrf, "version": "2", "reason": f"请改{NUL}"}
    )
    assert returned.status_code == 422
    assert "理由：含有看不见的控制字符" in returned.text


def test_signing_in_names_the_field(house: House) -> None:
    answer = house.client().post("/sign-in", data={"login": NUL, "password": cast.PASSWORD})
    assert answer.status_code == 422
    assert "login：格式不符合要求" in answer.text


@pytest.mark.parametrize("year", [1989, 2**31, 10**40])
def test_a_year_nobody_budgets_is_not_found(house: House, year: int) -> None:
    browser, _ = sign_in(house, cast.CLERK)
    assert browser.get(f"/limits/{year}").status_code == 404
    assert browser.get(f"/limits/{year}/010201-001").status_code == 404
    assert browser.get(f"/limits/{year}/010201-001/objection").status_code == 404
    assert house.client(cast.CLERK).get(f"/api/v1/limits/{year}").status_code == 404
