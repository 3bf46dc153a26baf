"""Strict YAML: every key once, no floats, no aliases, a line number for everything.

Turns text into plain values (text, int, bool, null, list, mapping) and validates them against
a model with errors that name file, line and what was expected. Knows no kind of rule.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.composer import Composer
from yaml.resolver import Resolver

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import Json
from budgetperf.rulebook.yaml_words import explained
from budgetperf.terms import Term

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and item numbers (from 0) from the root of a file to a value."""
M = TypeVar("M", bound=BaseModel)

_FLOAT = "!float"
_DIGITS = 18
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_DROPPED = re.compile(r"[ \t]+(#[^\s#].*)")
_INT, _BOOL, _NULL = "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "": None, "~": None}


class _ForbiddenError(Exception):
    """YAML that is well written but not allowed here."""

    def __init__(self, problem: str, event: yaml.Event) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = event.start_mark.line + 1 if event.start_mark else 1


class _Strict(Composer, Resolver):
    """Resolves only true/false, null and plain integers; a bare decimal number is marked."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  PyYAML's own shape

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[attr-defined]  # each loader brings its own parser
        if isinstance(event, yaml.AliasEvent):
            raise _ForbiddenError(f"不允许使用YAML别名“*{event.anchor}”，请写出完整内容", event)
        if event.anchor:
            raise _ForbiddenError(f"不允许使用YAML锚点“&{event.anchor}”，请删除这个标记", event)
        if event.tag:
            raise _ForbiddenError(f"不允许使用标签“{event.tag}”，请删除这个标记", event)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    (_BOOL, r"^(true|false)$", "tf"),
    (_NULL, r"^(null|~|)$", ["n", "~", ""]),
    (_INT, r"^-?(0|[1-9][0-9]*)$", "-0123456789"),
    (_FLOAT, r"^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.inf|\.nan)$", "-+.0123456789"),
):
    _Strict.add_implicit_resolver(_tag, re.compile(_pattern), _first)


class _Speaking(_Strict, yaml.SafeLoader):
    """Reads slowly, and says in known words what is wrong."""


class _Quick(_Strict, yaml.CSafeLoader):
    """Reads with libyaml."""

    def __init__(self, stream: str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values of one file with the line of each.

    Parameters
    ----------
    name : str
        What errors call the file.
    value : Json
    lines : mapping of path to int
        Line (from 1) of every key and item; the root is the empty path.
    """

    name: str
    value: Json
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """Return the line of ``path``, or of its nearest known ancestor."""
        known: KeyPath = ()
        for part in path:
            if (*known, part) in self.lines:
                known = (*known, part)
        return self.lines[known]


def read_strict(text: str, *, name: str) -> Document:
    """Parse one YAML document.

    Raises
    ------
    Invalid
        ``rulebook.yaml`` for broken YAML, several documents, aliases, duplicate keys, bare
        decimals and unknown tags, with the line.
    """
    text = text.removeprefix("\ufeff")
    if unseen := _UNSEEN.search(text):
        raise _refusal(name, text[: unseen.start()].count("\n") + 1, _unseen(unseen[0]))
    try:
        node = _composed(text)
    except _ForbiddenError as error:
        raise _refusal(name, error.line, error.problem) from error
    except yaml.YAMLError as error:
        line, told = explained(error, text)
        raise _refusal(name, line, f"不是合格的YAML：{told}") from error
    except RecursionError as error:
        raise _refusal(name, 1, "层次嵌套过深，请改为普通的键和列表") from error
    if node is None:
        raise _refusal(name, 1, "文件为空")
    builder = _Builder(text, name)
    return Document(name, builder.value(node, ()), builder.lines)


def _composed(text: str) -> yaml.Node | None:
    """Compose with libyaml; what it refuses is composed again, to be refused in known words."""
    try:
        return yaml.compose(text, Loader=_Quick)
    except (_ForbiddenError, yaml.YAMLError):
        return yaml.compose(text, Loader=_Speaking)


def decoded(raw: bytes, *, name: str) -> str:
    """Return the text of a UTF-8 file.

    Raises
    ------
    Invalid
        ``rulebook.yaml`` with the line of the first byte that is none.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _refusal(name, line, "不是UTF-8编码的文本，请在编辑器中“另存为”并选UTF-8编码") from error


def validated(model: type[M], value: object, document: Document, *, at: KeyPath = ()) -> M:
    """Validate a part of a document.

    Parameters
    ----------
    model : type of BaseModel
    value : object
        The part, found at path ``at``.
    document : Document

    Raises
    ------
    Invalid
        ``rulebook.edition`` with one finding per defect, each with file and line.
    """
    if found := defects(model, value, document, at=at):
        raise refusal(found)
    return model.model_validate(value)


def defects(model: type[M], value: object, document: Document, *, at: KeyPath = ()) -> tuple[Finding, ...]:
    """Return what ``validated`` refuses, one finding per defect, empty when it accepts."""
    try:
        model.model_validate(value)
    except ValidationError as error:
        return tuple(
            finding_at(document, _place(document, at, item), _expected(item)) for item in error.errors()
        )
    return ()


def _place(document: Document, at: KeyPath, item: ErrorDetails) -> KeyPath:
    """Return where a defect stands in the file: without pydantic's own words for it, down to the item it names."""
    path = at
    for part in (*item["loc"], *item.get("ctx", {}).get("at", ())):
        if (*path, part) in document.lines:
            path = (*path, part)
    return (*path, item["loc"][-1]) if item["type"] == "missing" else path


def walk(value: Json, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Json]]:
    """Yield every value below ``value`` with its path, parents first, in the file's order."""
    yield path, value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from walk(item, (*path, i))


class _Builder:
    """Makes plain values of nodes and remembers their lines."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.source = text.splitlines()
        self.lines: dict[KeyPath, int] = {}

    def value(self, node: yaml.Node, path: KeyPath) -> Json:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        text = str(node.value)
        self.demand_readable(node, text)
        if node.tag == _FLOAT:
            raise _refusal(self.name, line, f"数字“{text}”须加引号写成文本")
        if node.tag == _INT:
            if len(text) > _DIGITS:
                raise _refusal(self.name, line, f"整数超过{_DIGITS}位，请核对")
            return int(text)
        return _CONSTANTS[text] if node.tag in {_BOOL, _NULL} else text

    def demand_readable(self, node: yaml.Node, text: str) -> None:
        """Refuse signs nobody sees, and a “#1” that YAML takes for a comment and drops."""
        line, end = node.start_mark.line + 1, node.end_mark
        if unseen := _UNSEEN.search(text):
            raise _refusal(self.name, line, _unseen(unseen[0]))
        rest = self.source[end.line][end.column :] if end.line < len(self.source) else ""
        if text and not getattr(node, "style", None) and (dropped := _DROPPED.match(rest)):
            advice = "要保留就给整个值加引号，是注释就在#后空一格"
            raise _refusal(self.name, end.line + 1, f"“{dropped[1]}”会被当作注释丢掉：{advice}")

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> Json:
        found: dict[str, Json] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refusal(self.name, line, "键须为文本")
            key = str(key_node.value)
            self.demand_readable(key_node, key)
            if key in found:
                first = self.lines[*path, key]
                raise _refusal(self.name, line, f"键“{key}”重复（首次出现在第{first}行）")
            self.lines[*path, key] = line
            found[key] = self.value(value_node, (*path, key))
        return found


def _unseen(sign: str) -> str:
    return f"含有看不见的控制字符（U+{ord(sign):04X}），请删除后重新填写"


_EXPECTED: Mapping[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识的键，请删除或更正",
    "unexpected_keyword_argument": "不认识的键，请删除或更正",
    "string_pattern_mismatch": "不能为空",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文本（数字作文本时加引号）",
    "tuple_type": "应为列表",
    "dict_type": "应为键值对",
    "model_type": "应为键值对",
    "model_attributes_type": "应为键值对",
    "dataclass_type": "应为键值对",
    "date_from_datetime_parsing": "应为日期（年-月-日，如 2026-01-01）",
    "date_from_datetime_inexact": "应为日期（年-月-日，如 2026-01-01）",
    "date_parsing": "应为日期（年-月-日，如 2026-01-01）",
    "date_type": "应为日期（年-月-日，如 2026-01-01）",
}

_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("gt", "应大于"),
    "greater_than_equal": ("ge", "不得小于"),
    "less_than": ("lt", "应小于"),
    "less_than_equal": ("le", "不得大于"),
    "too_short": ("min_length", "项数不得少于"),
    "too_long": ("max_length", "项数不得多于"),
    "string_too_short": ("min_length", "字数不得少于"),
    "string_too_long": ("max_length", "字数不得多于"),
}


def _expected(item: ErrorDetails) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind in {"value_error", "misplaced"}:
        return item["msg"].removeprefix("Value error, ")
    if kind in {"enum", "literal_error"}:
        return f"应为 {_alternatives(context['expected'])} 之一"
    if kind == "union_tag_invalid":
        return f"不认识的“{context['tag']}”，应为 {_alternatives(context['expected_tags'])} 之一"
    if kind == "union_tag_not_found":
        return f"缺少 {_alternatives(context['discriminator'])}"
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"{words}{context[key]}"
    return _EXPECTED.get(kind, f"填写有误（{item['msg']}）")


def _alternatives(words: object) -> str:
    """List the codes that are allowed, each with its Chinese word where it has one."""
    codes = re.split(r", | or ", str(words).replace("'", ""))
    known = next((term for term in Term.__subclasses__() if {str(code) for code in term} == set(codes)), ())
    labels = {str(code): f"（{code.label}）" for code in known}
    return "、".join(f"{code}{labels.get(code, '')}" for code in codes)


def shown(path: KeyPath) -> str:
    """Write a path as people count: ``rules.cut_offs.第3项.at_least``."""
    return ".".join(f"第{part + 1}项" if isinstance(part, int) else part for part in path)


def finding_at(document: Document, path: KeyPath, message: str) -> Finding:
    """Return what is wrong at ``path``, with file and line."""
    where = Where(pointer=f"{document.name}:{document.line(path)}")
    return Finding("rulebook.edition", Severity.ERROR, where, f"{shown(path) or '文件'}：{message}")


def refusal(findings: Sequence[Finding], *, code: str = "rulebook.edition") -> Invalid:
    """Return one refusal that tells every finding, in the order of the lines."""
    in_order = sorted(findings, key=lambda finding: int(finding.where.pointer.rpartition(":")[2]))
    text = "；".join(f"{finding.where} {finding.message}" for finding in in_order)
    return Invalid(code, text, tuple(in_order))


def _refusal(name: str, line: int, message: str) -> Invalid:
    where = Where(pointer=f"{name}:{line}")
    finding = Finding("rulebook.yaml", Severity.ERROR, where, message)
    return Invalid("rulebook.yaml", f"{where} {message}", (finding,))
