"""What is wrong with a YAML text, in words that say which line to look at and what to write there.

Translates the errors of PyYAML; its English never reaches a reader. Reads no document.
"""

import re
from collections.abc import Iterator, Mapping

import yaml

_GENERAL = "缩进、标点或引号有误"
_NO_COLON = "could not find expected ':'"
_BRACKETS: Mapping[str, tuple[str, str]] = {
    "while parsing a flow mapping": ("{", "}"),
    "while parsing a flow sequence": ("[", "]"),
}
_PROBLEMS: Mapping[str, str] = {
    "found character '\\t' that cannot start any token": "缩进用了制表符（Tab），请改用空格",
    "expected a single document in the stream": "一个文件只能写一个版本，请删除“---”分隔线之后的内容",
    _NO_COLON: "缺少冒号：键与值之间须写“键: 值”（英文冒号加空格）",
    "mapping values are not allowed here": "冒号的位置不对：可能缩进有误，或值中含冒号而未加引号",
    "found unexpected end of stream": "引号没有成对：自此行开始的引号没有结束",
    "found unknown escape character": "双引号内的反斜杠须写两个，或改用单引号",
    "expected <block end>": "缩进与同级的键不齐，或值写完之后多了文字",
    "cannot start any token": "值不能以这个符号开头，请把整个值加引号",
}
"""What PyYAML finds most often, by a part of what it says."""

_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[｛｝［］]"), "此行有全角括号“{0}”，请改用英文括号"),
    (re.compile(r"，(?=\s*[\w-]+\s*[:：])"), "此行的键之间用了中文逗号“{0}”，请改用英文逗号加空格"),
    (re.compile(r"(?<=[a-z0-9_])："), "此行的键后用了中文冒号“{0}”，请改用英文冒号加空格"),
    (re.compile(r"(?<=[:,{\[] )[“”]"), "此行的值用了中文引号“{0}”，请改用英文引号"),
)
"""Signs that look like YAML's and are not."""


def explained(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line (from 1) to look at and a Chinese sentence on what is wrong there."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return 1, _GENERAL
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark
    line = mark.line + 1 if mark else 1
    begun = error.context_mark.line + 1 if error.context_mark else line
    lines = text.splitlines()
    for number in (number for number in (line, line - 1, begun) if 0 < number <= len(lines)):
        for slip in _slips(lines[number - 1]):
            return number, slip
    if context in _BRACKETS:
        opening, closing = _BRACKETS[context]
        if line > begun:
            return begun, f"“{opening}”没有用“{closing}”结束"
        return line, f"“{opening}{closing}”之内有误：各项用英文逗号加空格隔开，含冒号或逗号的值须加引号"
    at_begin = problem == _NO_COLON or "quoted scalar" in context  # the cause lies where it began
    told = next((words for part, words in _PROBLEMS.items() if part in problem), "")
    told = told or next((words for part, words in _PROBLEMS.items() if part in context), _GENERAL)
    return begun if at_begin else line, told


def _slips(line: str) -> Iterator[str]:
    for pattern, words in _SLIPS:
        if found := pattern.search(line):
            yield words.format(found[0])
    if line.count('"') % 2:
        yield "此行的英文双引号没有成对"
