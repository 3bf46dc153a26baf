"""Facts of many evaluands in one file, JSON or CSV, read as strictly as an edition.

JSON: one key per evaluand, below it the facts in the shape of the ``given`` of an example of the
kind. CSV: the first column 评价对象, every other column a place in that shape (``points.basis``,
``money.paid``, ``indicators[1].weight``); an empty cell is no fact. Computes nothing.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from budgetperf.errors import Invalid, NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import Json
from budgetperf.rulebook.kinds import KINDS
from budgetperf.rulebook.loader import Document, KeyPath, decoded, defects, read_strict, refusal

EVALUAND = "评价对象"
_SAVE = "另存为“CSV UTF-8（逗号分隔）”"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""What .xlsx and .xls begin with."""
_COLUMN = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[1-9]\d{0,3}\])*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(-?\d+(?:\.\d+|(?:\.\d+)?[eE][-+]?\d+))')
_PART = re.compile(r"[^.\[\]]+|\[\d+\]")


@dataclass(frozen=True, slots=True)
class FactsFile:
    """Facts by evaluand, typed for one kind of edition.

    Parameters
    ----------
    document : Document
        The plain values with their lines.
    given : mapping of str to BaseModel
        Evaluand to facts, in the file's order.
    """

    document: Document
    given: Mapping[str, BaseModel]

    def refused(self, evaluand: str, error: Invalid, by: str) -> Finding:
        """Return what ``by`` refuses in an evaluand's facts, with file and line."""
        wanted = error.facts.get("key")
        places = (path for path in self.document.lines if path[:1] == (evaluand,) and path[-1] == wanted)
        line = self.document.line(next(places, (evaluand,)))
        where = Where(pointer=f"{self.document.name}:{line}")
        return Finding(error.code, Severity.ERROR, where, f"{evaluand}：{error.text}（{by}）")


def read_facts(path: Path, kind: str) -> FactsFile:
    """Read a facts file for editions of ``kind``.

    Raises
    ------
    NotFound
        ``facts.path`` if there is no such file.
    Invalid
        ``facts.file``, ``rulebook.yaml`` or ``rulebook.edition`` with file and line of what is wrong.
    """
    text = read_text(path)
    match path.suffix.lower():
        case ".json":
            document = _read_json(text, name=path.name)
        case ".csv":
            document = _read_csv(text, name=path.name)
        case _:
            raise _refused(path.name, 1, "事实文件须为 .json 或 .csv")
    return _typed(document, kind)


def read_text(path: Path, what: str = "事实文件") -> str:
    """Return the text of a facts file or another table, without the mark spreadsheets write before it.

    Raises
    ------
    NotFound
        ``facts.path`` if there is no such file.
    Invalid
        ``facts.file`` or ``rulebook.yaml`` if it is a workbook or not UTF-8.
    """
    if not path.is_file():
        raise NotFound("facts.path", f"没有{what} {path}，请核对路径")
    raw = path.read_bytes()
    if raw.startswith(_WORKBOOKS):
        raise _refused(path.name, 1, f"是 Excel 工作簿，不是文本，请在表格软件中{_SAVE}")
    if path.suffix.lower() != ".csv":
        return decoded(raw, name=path.name).removeprefix("\ufeff")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refused(
            path.name, line, f"不是UTF-8编码，请在表格软件中{_SAVE}，不要选“CSV（逗号分隔）”"
        ) from error


def _typed(document: Document, kind: str) -> FactsFile:
    if not isinstance(document.value, Mapping) or not document.value:
        raise _refused(document.name, 1, f"应按评价对象逐个列出事实（{{{EVALUAND}: 事实}}），至少一个")
    model = KINDS[kind].given
    found = [
        finding
        for evaluand, facts in document.value.items()
        for finding in defects(model, facts, document, at=(evaluand,))
    ]
    if found:
        raise refusal(found, code="facts.file")
    return FactsFile(document, {key: model.model_validate(facts) for key, facts in document.value.items()})


def _read_json(text: str, *, name: str) -> Document:
    """Read JSON by the strict YAML reader, which knows lines and refuses what stands twice."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _refused(name, error.lineno, "不是合格的JSON：此处附近的括号、逗号或引号有误") from error
    except RecursionError as error:
        raise _refused(name, 1, "层次嵌套过深，请按每个评价对象一层列出事实") from error
    written = _TOKEN.sub(_as_text, text).replace("\t", " ")  # a tab is a blank in JSON
    return read_strict(written, name=name)


def _as_text(token: re.Match[str]) -> str:
    """Write a decimal number as text, as its digits stand; leave strings and whole numbers."""
    return f'"{token[1]}"' if token[1] else token[0]


def _read_csv(text: str, *, name: str) -> Document:
    rows = _rows(text, name)
    line, header = next(rows, (1, []))
    columns = [column.strip() for column in header]
    if columns[:1] != [EVALUAND] or len(columns) < 2:
        raise _refused(name, line, f"第一列应为“{EVALUAND}”，其后每列写一个事实的位置，如 points.basis")
    places = _places(columns[1:], name=name, line=line)
    lines: dict[KeyPath, int] = {(): line}
    found: dict[str, Json] = {}
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        if len(cells) != len(columns):
            raise _refused(name, line, f"应有{len(columns)}格，实际{len(cells)}格，请核对逗号和引号")
        if not cells[0] or cells[0] in found:
            told = f"“{cells[0]}”重复（首次出现在第{lines[(cells[0],)]}行）" if cells[0] else "为空"
            raise _refused(name, line, f"{EVALUAND}{told}，每个评价对象一行")
        filled = [(place, cell) for place, cell in zip(places, cells[1:], strict=True) if cell]
        found[cells[0]] = _nested(filled)
        lines.update(
            {(cells[0], *place[:depth]): line for place, _ in filled for depth in range(len(place) + 1)}
        )
        lines[(cells[0],)] = line
    return Document(name, found, lines)


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank with the line each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begun = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield begun, row
            begun = reader.line_num + 1
    except csv.Error as error:
        raise _refused(name, begun, "引号不成对，请用表格软件重新另存为“CSV UTF-8”") from error


def _places(columns: list[str], *, name: str, line: int) -> list[KeyPath]:
    """Return the place each column fills."""
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise _refused(name, line, f"列“{twice[0]}”重复，同一事实只能有一列")
    for column in columns:
        if not _COLUMN.fullmatch(column):
            raise _refused(name, line, f"列名“{column}”写法有误，应如 points.basis 或 indicators[1].weight")
        if any(other.startswith((f"{column}.", f"{column}[")) for other in columns):
            raise _refused(name, line, f"列“{column}”之下另有各列，请删除其中之一")
    return [
        tuple(int(part[1:-1]) - 1 if part.startswith("[") else part for part in _PART.findall(column))
        for column in columns
    ]


def _nested(filled: list[tuple[KeyPath, str]]) -> Json:
    """Build the value that holds each cell at its place; items of a list close up."""
    if filled and not filled[0][0]:
        return filled[0][1]
    heads = dict.fromkeys(place[0] for place, _ in filled)
    below = {head: _nested([(p[1:], cell) for p, cell in filled if p[0] == head]) for head in heads}
    if heads and all(isinstance(head, int) for head in heads):
        return [below[head] for head in sorted(heads, key=int)]
    return {str(head): value for head, value in below.items()}


def _refused(name: str, line: int, message: str) -> Invalid:
    where = Where(pointer=f"{name}:{line}")
    return Invalid(
        "facts.file", f"{where} {message}", (Finding("facts.file", Severity.ERROR, where, message),)
    )
