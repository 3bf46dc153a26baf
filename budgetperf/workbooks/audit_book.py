"""The answer of an audit as .xlsx: a line per form, then every row beside its right number, as the page has them.

Writes what ``audit_answer`` holds and computes nothing.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from xlsxwriter.worksheet import Worksheet

from budgetperf.lifecycle.evaluation.audit_answer import AuditAnswer, AuditedForm
from budgetperf.workbooks.styles import Styles, make_styles, new_book, print_landscape, write_number

Value: TypeAlias = str | Decimal | None

_FORMS = ("表号", "项目名称", "部门", "年度", "执行率（%）", "指标分值合计", "含预算执行", "表内总分", "复算总分",
          "满分", "等级", "问题", "依据")  # fmt: skip
_FORM_WIDTHS = (6, 32, 24, 8, 12, 14, 12, 12, 12, 8, 8, 8, 44)
_ROWS = ("表号", "行", "内容", "年度指标值", "实际完成值", "分值", "表内得分", "应得分", "核对方式", "问题与改法")  # fmt: skip
_ROW_WIDTHS = (6, 14, 28, 20, 20, 8, 10, 10, 18, 64)


def audit_book(answer: AuditAnswer) -> bytes:
    """Return an audit's answer as .xlsx; the same answer gives the same bytes."""
    stream, book = new_book("绩效自评表复算结果")
    styles = make_styles(book)
    summary, rows = book.add_worksheet("汇总"), book.add_worksheet("逐行复算")
    forms = tuple(enumerate(answer.forms, 1))
    _table(summary, styles, _FORMS, _FORM_WIDTHS, [_summary(at, form) for at, form in forms])
    _table(rows, styles, _ROWS, _ROW_WIDTHS, [row for at, form in forms for row in _rows(at, form)])
    book.close()
    return stream.getvalue()


def _table(
    sheet: Worksheet,
    styles: Styles,
    heads: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[Value]],
) -> None:
    print_landscape(sheet, repeat_to=0)
    sheet.freeze_panes(1, 0)
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, styles.label)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, Decimal):
                write_number(sheet, (number, column), value, styles.number)
            else:
                sheet.write_string(number, column, value or "", styles.text)


def _summary(at: int, form: AuditedForm) -> tuple[Value, ...]:
    rate = form.execution.rate_ratio
    return (
        Decimal(at),
        form.project,
        form.department,
        str(form.year or ""),
        None if rate is None else rate * 100,
        form.sums.weights,
        form.sums.weights_with_execution,
        form.printed_total,
        form.total,
        form.out_of,
        form.grade.label if form.grade else "",
        Decimal(len(form.findings)),
        f"{form.edition.title}（{form.edition.id}）",
    )


def _rows(at: int, form: AuditedForm) -> Iterator[tuple[Value, ...]]:
    """Yield the rows in the order of the form; a part of it without figures only where something is told of it."""
    told = {
        row: "\n".join(f"[{x.severity.label}] {x.message}" for x in form.findings if x.row == row)
        for row in dict.fromkeys(finding.row for finding in form.findings)
    }
    number, money = Decimal(at), form.execution
    for part in ("全表", "绩效指标", "年度总体目标"):
        if part in told:
            yield (number, part, *[None] * 7, told.pop(part))
    amounts = (_amount(money.budget, money.unit), _amount(money.executed, money.unit))
    yield (number, "预算执行", money.base, *amounts, money.weight, money.printed_score, money.score, "",
           told.pop("预算执行", ""))  # fmt: skip
    for line in form.indicators:
        name, row = line.name or line.level2, f"指标{line.row}"
        figures = (line.weight, line.printed_score, line.score)
        yield (number, row, name, line.target, line.actual, *figures, line.basis.label, told.pop(row, ""))
    weights = form.sums.weights_with_execution
    yield (number, "总分", "", "", "", weights, form.printed_total, form.total, "", told.pop("总分", ""))
    for row, text in told.items():
        yield (number, row, *[None] * 7, text)


def _amount(amount: Decimal | None, unit: str) -> str:
    return "" if amount is None else f"{amount.normalize():f}{unit}"
