"""JSON as people type it: every key once, numbers as they were written, mistakes told by their line."""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

from budgetperf.errors import Invalid

_WORDS = (b"null", b"true", b"false", b"NaN", b"Infinity", b"-Infinity")
_NO_NUMBER = re.compile(r'(?<![\w"])(NaN|-?Infinity)(?![\w"])')


def is_document(content: bytes) -> bool:
    """Tell whether a file is JSON rather than a workbook, by how it begins; UTF-16 begins with its mark."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return True
    plain = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    bare = plain.rstrip()
    return (
        plain[:1] in {b"{", b"[", b'"'} or bare in _WORDS or re.fullmatch(rb"-?[\d.eE+-]+", bare) is not None
    )


def read_document(content: bytes) -> object:
    """Read JSON in UTF-8 or UTF-16; numbers come as the text they were written in.

    Raises
    ------
    Invalid
        ``audit.json`` with the line of the mistake, or the key that stands twice.
    """
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise _refused("文件的文字不是 UTF-8 编码（可能是 GBK），请另存为 UTF-8 后重试") from error
    try:
        return json.loads(
            text, parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_unique
        )
    except json.JSONDecodeError as error:
        message = f"第{error.lineno}行第{error.colno}个字符附近不合 JSON 的写法（常见：多了逗号、少了引号或括号），请改正后重试"
        raise _refused(message) from error
    except RecursionError as error:
        raise _refused("文件的层次太深，不是自评表") from error
    except ValueError as error:
        found = _NO_NUMBER.search(text)
        line = f"第{text.count(chr(10), 0, found.start()) + 1}行的" if found else ""
        raise _refused(f"{line}“{error}”不是数字，请填写数字或留空") from error


def _refused(message: str) -> Invalid:
    return Invalid("audit.json", message)


def _no_number(word: str) -> str:
    raise ValueError(word)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            names = (found.get(name) for name in ("level3", "三级指标", "name", "project", "row"))
            within = next((f"“{name}”中的" for name in names if isinstance(name, str)), "")
            raise _refused(f"{within}栏目“{key}”写了两次，请只留一个")
        found[key] = value
    return found
