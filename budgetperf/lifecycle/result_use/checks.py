"""What is wrong with a rectification notice or the unit's answer: one function per rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.result_use.form import NoticeForm, ResponseForm


@dataclass(frozen=True, slots=True)
class ResponseContext:
    """What an answer is held against.

    Parameters
    ----------
    noticed_on : date
        The day the notice was issued.
    as_of : date
        The day the answer is given.
    """

    noticed_on: date
    as_of: date


Check: TypeAlias = Callable[[ResponseForm, ResponseContext], Iterator[Finding]]


def check_effective_after_notice(form: ResponseForm, context: ResponseContext) -> Iterator[Finding]:
    """What was put right was put right after the notice, not on its day or before."""
    if form.effective_on <= context.noticed_on:
        message = f"整改完成日期{form.effective_on}应晚于整改通知日期{context.noticed_on}"
        yield Finding("result_use.effective_early", Severity.ERROR, Where(pointer="/effective_on"), message)


def check_effective_not_in_future(form: ResponseForm, context: ResponseContext) -> Iterator[Finding]:
    """What is reported as done is done."""
    if form.effective_on > context.as_of:
        message = f"整改完成日期{form.effective_on}晚于今天{context.as_of}，请在整改完成后再回复"
        yield Finding("result_use.effective_future", Severity.ERROR, Where(pointer="/effective_on"), message)


def check_answer_says_something(form: ResponseForm, _context: ResponseContext) -> Iterator[Finding]:
    """Measures and result are sentences, not placeholders."""
    texts = (("measures", "整改措施", form.measures), ("result", "整改结果", form.result))
    yield from _substance(texts)


CHECKS: tuple[Check, ...] = (
    check_effective_after_notice,
    check_effective_not_in_future,
    check_answer_says_something,
)
"""All rules on an answer, in the order they are told."""


def check(form: ResponseForm, context: ResponseContext) -> tuple[Finding, ...]:
    """Run every rule of ``CHECKS`` on an answer."""
    return tuple(finding for rule in CHECKS for finding in rule(form, context))


def check_notice(form: NoticeForm) -> tuple[Finding, ...]:
    """Check that a notice says what is wrong and what is asked."""
    texts = (("problem", "存在问题", form.problem), ("requirement", "整改要求", form.requirement))
    return tuple(_substance(texts))


def _substance(texts: tuple[tuple[str, str, str], ...]) -> Iterator[Finding]:
    """Tell texts of fewer than two different letters, digits or 汉字: empty, “/”, “无”, “xx”."""
    for name, label, text in texts:
        if len({character for character in text if character.isalnum()}) < 2:
            message = f"{label}没有实际内容，请写明具体情况"
            yield Finding("result_use.text_trivial", Severity.ERROR, Where(pointer=f"/{name}"), message)
