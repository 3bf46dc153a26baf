"""The answer of an audit as a workbook: the figures of the answer, beside what is told of their rows."""

import io
from datetime import date
from pathlib import Path

from python_calamine import CalamineWorkbook

from budgetperf.actions.audit_form import audit_file
from budgetperf.lifecycle.evaluation.audit_answer import AuditAnswer
from budgetperf.rulebook.library import Rulebook
from budgetperf.workbooks.audit_book import audit_book

FORMS = Path(__file__).parents[2] / "fixtures/forms"


def audited(path: str) -> AuditAnswer:
    return audit_file((FORMS / path).read_bytes(), Rulebook.load(), today=date(2026, 11, 22))


def sheets(answer: AuditAnswer) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(audit_book(answer)))
    return {name: list(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}


def test_every_row_has_its_right_number_and_what_is_told_of_it() -> None:
    answer = audited("published/forms.json")
    found = sheets(answer)
    assert [row[1] for row in found["汇总"][1:]] == [form.project for form in answer.forms]
    first = [row for row in found["逐行复算"][1:] if row[0] == 1.0]
    fourth = next(row for row in first if row[1] == "指标4")
    assert (fourth[7], fourth[8]) == (float(answer.forms[0].indicators[3].score or 0), "按数值复算")
    assert "应为13.33分" in str(fourth[9])


def test_nothing_told_is_lost() -> None:
    answer = audited("published/forms.json")
    told = "\n".join(str(row[9]) for row in sheets(answer)["逐行复算"])
    missing = [x.message for form in answer.forms for x in form.findings if x.message not in told]
    assert missing == []


def test_same_answer_gives_the_same_bytes() -> None:
    answer = audited("self_evaluation/should_fail/raw_percent/form.xlsx")
    assert audit_book(answer) == audit_book(answer)
