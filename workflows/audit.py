"""``./bp audit-form``: a filled self-evaluation form audited row by row, on the terminal or as JSON.

Needs no home, no database and no account. What is wrong is found by ``actions.audit_form``; here
it is only printed.
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from budgetperf.actions.audit_form import audit_file
from budgetperf.errors import Invalid, NotFound
from budgetperf.findings import Severity
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.evaluation.audit_answer import (
    AuditAnswer,
    AuditedForm,
    AuditFinding,
    AuditProblem,
    AuditRefusal,
    Exact,
)
from budgetperf.lifecycle.evaluation.audit_recompute import Basis
from budgetperf.rulebook.library import Rulebook
from workflows.terminal import visible

_WIDTHS = (10, 32, 18, 18, 8, 8, 8)
_HEAD = ("行", "内容", "年度指标值", "实际完成值", "分值", "表内得分", "应得分")
_NONE = "—"


def audit_form(
    path: Path, say: Callable[[str], None], *, today: date, as_json: bool = False, edition: str = ""
) -> int:
    """Audit a file and print the answer.

    Parameters
    ----------
    path : Path
    say : callable
        Prints one line.
    today : date
    as_json : bool
    edition : str
        Id of an edition; empty for the one of the form's year and place.

    Returns
    -------
    int
        0 when no finding is an error, 1 when one is or the file cannot be read as a form, 2 when there
        is no such file.

    Raises
    ------
    Invalid, NotFound
        See ``actions.audit_form.audit_file``; with ``as_json`` they are printed instead.
    """
    try:
        content = path.read_bytes()
    except OSError:
        missing = f"没有文件“{path}”，请检查路径 / no such file"
        say(_refused(NotFound("audit.no_file", missing)) if as_json else visible(missing))
        return 2
    try:
        answer = audit_file(content, Rulebook.load(), today=today, edition=edition)
    except (Invalid, NotFound) as error:
        if not as_json:
            raise
        say(_refused(error))
        return 1
    if as_json:
        say(_escaped(answer.model_dump_json(indent=1)))
    else:
        for line in printed(answer):
            say(visible(line.replace("\n", " ")))
    return int(answer.errors > 0)


def _refused(error: Invalid | NotFound) -> str:
    """Write a refusal in the place of an answer."""
    findings = error.findings if isinstance(error, Invalid) else ()
    refusal = AuditRefusal(
        code=error.code,
        message=error.text,
        findings=tuple(
            AuditProblem(
                message=one.message, pointer=one.where.pointer, sheet=one.where.sheet, cell=one.where.cell
            )
            for one in findings
        ),
    )
    return _escaped(f'{{"forms": [], "errors": 1, "refused": {refusal.model_dump_json()}}}')


def _escaped(document: str) -> str:
    """Escape what JSON would print raw and a terminal obeys."""
    return "".join(sign if visible(sign) else json.dumps(sign)[1:-1] for sign in document)


def printed(answer: AuditAnswer) -> Iterator[str]:
    """Yield the lines of an answer: each form as a table, findings below the row they stand on."""
    for form in answer.forms:
        yield from _form(form)
        yield ""
    counts = ((len(answer.forms), "张表"), (answer.errors, "处错误"))
    yield "共" + "，".join(f"{number}{label}" for number, label in counts) + f" / {answer.errors} errors"


def _form(form: AuditedForm) -> Iterator[str]:
    year = f"，{form.year}年度" if form.year else ""
    yield f"{form.id} {form.project or '（未写项目名称）'}（{form.department or '未写主管部门'}{year}）".strip()
    chosen = f"{form.edition.chosen.label} {form.edition.place}".rstrip()
    yield f"依据：{form.edition.title}（{form.edition.id}；{chosen}），等级按 {form.edition.grades}"
    yield _line(_HEAD)
    yield from _told(form, "全表")
    money = form.execution
    rate = _NONE if money.rate_ratio is None else f"{plain_number(money.rate_ratio * 100)}%"
    amounts = tuple(
        _NONE if one is None else f"{plain_number(one)}{money.unit}" for one in (money.budget, money.executed)
    )
    scores = (money.weight, money.printed_score, money.score)
    yield _line(("预算执行", f"执行率{rate}", *amounts, *map(_points, scores)))
    yield from _told(form, "预算执行")
    yield from _told(form, "年度总体目标")
    for row in form.indicators:
        name = f"指标{row.row}"
        right = "未核" if row.basis.code == Basis.AS_PRINTED else _points(row.score)
        points = (_points(row.weight), _points(row.printed_score), right)
        yield _line((name, row.name, row.target, row.actual, *points))
        yield from _told(form, name)
    yield from _sums(form)


def _sums(form: AuditedForm) -> Iterator[str]:
    sums = form.sums
    yield _line(("指标合计", "不含预算执行", "", "", _points(sums.weights), _points(sums.scores), ""))
    both = (_points(sums.weights_with_execution), _points(sums.scores_with_execution), _points(form.total))
    yield _line(("全部合计", "含预算执行", "", "", *both))
    earned = f"应得{form.grade.label}" if form.grade else ""
    if form.total is not None and form.unverified:
        earned = f"其中{_points(form.unverified)}分未核，暂不定等级"
    yield _line(("总分", earned, "", "", "", form.printed_total or _NONE, _points(form.total)))
    for row in ("总分", "评价等级"):
        yield from _told(form, row)


def _told(form: AuditedForm, row: str) -> Iterator[str]:
    return (_finding(finding) for finding in form.findings if finding.row == row)


def _finding(finding: AuditFinding) -> str:
    place = f"（{finding.sheet}!{finding.cell}）" if finding.cell else ""
    source = f"  依据：{finding.source}" if finding.severity is Severity.ERROR and finding.source else ""
    return f"    [{finding.severity.label}] {finding.message}{place} {finding.code}{source}"


def _points(value: Exact | None) -> str:
    return _NONE if value is None else plain_number(value)


def _line(cells: Sequence[str]) -> str:
    return " ".join(_padded(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _padded(text: str, width: int) -> str:
    """Fill or cut a text to a width on the terminal, where a Chinese sign takes two places."""
    plain = " ".join(text.split())
    if _width(plain) > width:
        while _width(plain) >= width:
            plain = plain[:-1]
        plain += "…"
    return plain + " " * (width - _width(plain))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
