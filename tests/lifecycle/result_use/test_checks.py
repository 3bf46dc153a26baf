"""Rules on a rectification answer and its notice."""

from datetime import date

import pytest

from budgetperf.lifecycle.result_use.checks import ResponseContext, check, check_notice
from budgetperf.lifecycle.result_use.form import NoticeForm, ResponseForm

CONTEXT = ResponseContext(noticed_on=date(2026, 5, 10), as_of=date(2026, 6, 1))


def told(**changes: object) -> list[tuple[str, str]]:
    document = {"measures": "加快支付进度", "result": "已支付到位", "effective_on": "2026-05-20"} | changes
    return [
        (f.code.removeprefix("result_use."), f.where.pointer)
        for f in check(ResponseForm.model_validate(document), CONTEXT)
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-05-10", [("effective_early", "/effective_on")]),
        ("2026-05-11", []),
        ("2026-06-01", []),
        ("2026-06-02", [("effective_future", "/effective_on")]),
    ],
)
def test_rectification_lies_between_notice_and_today(day: str, expected: list[tuple[str, str]]) -> None:
    assert told(effective_on=day) == expected


@pytest.mark.parametrize("text", ["/", "无", "xx", "……"], ids=repr)
def test_answer_without_substance_is_refused(text: str) -> None:
    assert told(measures=text) == [("text_trivial", "/measures")]
    assert told(result=text) == [("text_trivial", "/result")]


def test_short_answer_may_say_enough() -> None:
    assert told(result="已改") == []


def test_notice_says_what_is_wrong_and_what_is_asked() -> None:
    assert check_notice(NoticeForm(problem="一季度执行率偏低", requirement="加快支付")) == ()
    found = check_notice(NoticeForm(problem="无", requirement="-"))
    assert [f.where.pointer for f in found] == ["/problem", "/requirement"]
