import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.loader import decoded, read_strict, shown


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "x:1 文件为空"),
        (b"\xff\xfe", "x:1 不是UTF-8"),
        (b"a: 1\nb: \xb2\n", "x:2 不是UTF-8"),
        (b"a: \x00", "x:1 含有看不见的控制字符（U+0000）"),
        ("a: 1\nb: \u202e".encode(), "x:2 含有看不见的控制字符（U+202E）"),
        (b'a: 1\nb: "\\e"', "x:2 含有看不见的控制字符（U+001B）"),
        ("title: 海州市 #1 办法".encode(), "x:1 “#1 办法”会被当作注释丢掉"),
        ("x: {a: 1，b: 2}".encode(), "x:1 不是合格的YAML：此行的键之间用了中文逗号“，”"),
        ("a：1\nb: 2".encode(), "x:1 不是合格的YAML：此行的键后用了中文冒号“：”"),
        ("x: ｛a: 1｝".encode(), "x:1 不是合格的YAML：此行有全角括号“｛”"),
        ("a: “x”: 3".encode(), "x:1 不是合格的YAML：此行的值用了中文引号"),
        (b"x: {a: 1,\n y: {b: 2}\nz: 3", "x:1 不是合格的YAML：“{”没有用“}”结束"),
        (b"x: {a: b: c}", "x:1 不是合格的YAML：“{}”之内有误"),
        (b'x: "abc\ny: 2\nz: 3', "x:1 不是合格的YAML：此行的英文双引号没有成对"),
        (b"a:\n  b: 1\n c: 2", "x:3 不是合格的YAML：缩进与同级的键不齐"),
        (b"a: @x", "x:1 不是合格的YAML：值不能以这个符号开头"),
        (b"a: !!int abc", "x:1 不允许使用标签"),
        (b"a: ! 3", "x:1 不允许使用标签"),
        (b"<<: {a: 1}\na: [&b 2]", "x:2 不允许使用YAML锚点"),
        (b"a: '", "x:1 不是合格的YAML：引号没有成对"),
    ],
)
def test_what_is_no_strict_text_is_refused_with_its_line(raw: bytes, told: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_strict(decoded(raw, name="x"), name="x")
    assert refusal.value.text.startswith(told)


def test_a_comment_after_a_value_is_none_of_it() -> None:
    assert read_strict('a: 1  # 例：#1\nb: "甲 #1"  #注', name="x").value == {"a": 1, "b": "甲 #1"}


def test_plain_values_keep_their_kind() -> None:
    document = read_strict('a: 1\nb: "0.90"\nc: true\nd: null\ne: no\nf: 2025-01-01\ng: -3', name="x")
    assert document.value == {
        "a": 1,
        "b": "0.90",
        "c": True,
        "d": None,
        "e": "no",
        "f": "2025-01-01",
        "g": -3,
    }


def test_a_byte_order_mark_is_no_content() -> None:
    assert read_strict("\ufeffa: 1", name="x").value == {"a": 1}


def test_places_are_written_as_people_count() -> None:
    assert shown(("rules", "cut_offs", 0, "at_least")) == "rules.cut_offs.第1项.at_least"
