"""Strict YAML: every key once, no floats, no aliases, a line number for everything.

Turns text into plain values (text, int, bool, null, list, mapping) and validates them against
a model with errors that name file, line and what was expected. Knows no kind of rule.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import Json

Path: TypeAlias = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_FLOAT = "!float"
_INT, _BOOL, _NULL = "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "": None, "~": None}


class _StrictLoader(yaml.SafeLoader):
    """Resolves only true/false, null and plain integers; a bare decimal number is marked."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  PyYAML's own shape

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="不允许使用YAML别名，请写出完整内容",
                problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]  # stubs lack it
            )
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    (_BOOL, r"^(true|false)$", "tf"),
    (_NULL, r"^(null|~|)$", ["n", "~", ""]),
    (_INT, r"^-?(0|[1-9][0-9]*)$", "-0123456789"),
    (_FLOAT, r"^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.inf|\.nan)$", "-+.0123456789"),
):
    _StrictLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


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
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of ``path``, or of its nearest known ancestor."""
        known: Path = ()
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
    try:
        node = yaml.compose(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refusal(name, line, f"不是合格的YAML：{error.problem}") from error
    except yaml.YAMLError as error:
        raise _refusal(name, 1, f"不是合格的YAML：{error}") from error
    if node is None:
        raise _refusal(name, 1, "文件为空")
    lines: dict[Path, int] = {}
    return Document(name, _build(node, (), lines=lines, name=name), lines)


def validated(model: type[M], value: object, document: Document, *, at: Path = ()) -> M:
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
    try:
        return model.model_validate(value)
    except ValidationError as error:
        findings = tuple(_finding(item, document, at) for item in error.errors())
        text = "；".join(f"{finding.where} {finding.message}" for finding in findings)
        raise Invalid("rulebook.edition", text, findings) from error


def _build(node: yaml.Node, path: Path, *, lines: dict[Path, int], name: str) -> Json:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), lines=lines, name=name) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines=lines, name=name)
    text = str(node.value)
    if node.tag == _FLOAT:
        raise _refusal(name, line, f"数字“{text}”须加引号写成文本")
    if node.tag == _INT:
        return int(text)
    if node.tag in {_BOOL, _NULL}:
        return _CONSTANTS[text]
    if node.tag != "tag:yaml.org,2002:str":
        raise _refusal(name, line, f"不允许使用标签“{node.tag}”")
    return text


def _mapping(node: yaml.MappingNode, path: Path, *, lines: dict[Path, int], name: str) -> Json:
    found: dict[str, Json] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refusal(name, line, "键须为文本")
        key = str(key_node.value)
        if key in found:
            raise _refusal(name, line, f"键“{key}”重复（首次出现在第{lines[*path, key]}行）")
        lines[*path, key] = line
        found[key] = _build(value_node, (*path, key), lines=lines, name=name)
    return found


_EXPECTED: Mapping[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识的键，请删除或更正",
    "unexpected_keyword_argument": "不认识的键，请删除或更正",
    "decimal_parsing": "应为数字（小数加引号）",
    "decimal_type": "应为数字（小数加引号）",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文本",
    "tuple_type": "应为列表",
    "dict_type": "应为键值对",
    "model_type": "应为键值对",
    "dataclass_type": "应为键值对",
    "date_from_datetime_parsing": "应为日期（年-月-日）",
    "date_parsing": "应为日期（年-月-日）",
}


def _finding(item: ErrorDetails, document: Document, at: Path) -> Finding:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "value_error":
        message = item["msg"].removeprefix("Value error, ")
    elif kind in {"enum", "literal_error"}:
        message = f"应为 {context['expected']} 之一"
    elif kind == "union_tag_invalid":
        message = f"应为 {context['expected_tags']} 之一"
    else:
        message = _EXPECTED.get(kind, item["msg"])
    path = (*at, *item["loc"])
    shown = ".".join(str(part) for part in path) or "文件"
    where = Where(pointer=f"{document.name}:{document.line(path)}")
    return Finding("rulebook.edition", Severity.ERROR, where, f"{shown}：{message}")


def _refusal(name: str, line: int, message: str) -> Invalid:
    where = Where(pointer=f"{name}:{line}")
    finding = Finding("rulebook.yaml", Severity.ERROR, where, message)
    return Invalid("rulebook.yaml", f"{where} {message}", (finding,))
