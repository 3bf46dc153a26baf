import pytest

from budgetperf.errors import Invalid
from budgetperf.rulebook.loader import decoded, read_strict, shown


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "x:1 文件为空"),
        (b"\xff\xfe", "x:1 不是UTF-8"),
        (b"a: 1\nb: \xb2\n", "x:2 不是UTF-8"),
        (b"a: \x00", "x:1 不是合格的YAML"),
        (b"a: !!int abc", "x:1 不允许使用标签"),
        (b"a: ! 3", "x:1 不允许使用标签"),
        (b"<<: {a: 1}\na: [&b 2]", "x:2 不允许使用YAML锚点"),
        (b"a: '", "x:1 不是合格的YAML：缩进、标点或引号有误"),
    ],
)
def test_what_is_no_strict_text_is_refused_with_its_line(raw: bytes, told: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_strict(decoded(raw, name="x"), name="x")
    assert refusal.value.text.startswith(told)


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
