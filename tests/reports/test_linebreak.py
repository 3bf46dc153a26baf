"""Line breaking: 避头尾, whole numbers, nothing lost, nothing too wide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.reports.linebreak import NEVER_FIRST, NEVER_LAST, break_lines, units


def ten_points(text: str) -> float:
    """Every character is ten points wide."""
    return 10.0 * len(text)


def broken(text: str, characters: int, *, indent: int = 0) -> tuple[str, ...]:
    return break_lines(text, 10.0 * characters, measure=ten_points, first_indent=10.0 * indent)


def test_closing_punctuation_goes_down_with_the_character_before_it() -> None:
    assert broken("一二三四，五", 4) == ("一二三", "四，五")


def test_closing_punctuation_that_fits_stays() -> None:
    assert broken("一二三四，五", 5) == ("一二三四，", "五")


def test_two_closing_marks_stay_together() -> None:
    assert broken("一二三四）。五", 5) == ("一二三", "四）。五")


def test_an_opening_bracket_is_not_left_at_the_end() -> None:
    assert broken("一二三（四五）", 4) == ("一二三", "（四五）")


def test_a_number_is_not_broken() -> None:
    assert broken("合计12,345.67元", 10) == ("合计", "12,345.67元")


def test_a_sign_stays_with_its_number_and_a_number_with_its_percent() -> None:
    assert broken("满意度≥95％", 4) == ("满意度", "≥95％")


def test_a_digest_wider_than_the_line_is_cut() -> None:
    assert broken("abcdefghij", 4) == ("abcd", "efgh", "ij")


def test_a_cut_piece_does_not_begin_with_a_comma() -> None:
    assert broken("1234,56789", 4) == ("123", "4,56", "789")


def test_a_line_feed_begins_a_paragraph_and_an_empty_one_is_kept() -> None:
    assert broken("一二\n\n三", 5) == ("一二", "", "三")


def test_an_empty_text_is_one_empty_line() -> None:
    assert broken("", 5) == ("",)


def test_the_first_line_of_each_paragraph_is_shorter_by_the_indent() -> None:
    assert broken("一二三四五\n六七八九", 4, indent=2) == ("一二", "三四五", "六七", "八九")


def test_spaces_at_a_break_are_dropped() -> None:
    assert broken("abc def", 4) == ("abc", "def")


def test_control_characters_are_dropped_and_tabs_are_spaces() -> None:
    assert broken("一\x00二\r\t三", 9) == ("一二 三",)


ALPHABET = "预算绩效，。；：？！（）《》“”、0123456789.,% abc≥㎡…—\n"


@given(text=st.text(alphabet=ALPHABET, max_size=120), width=st.integers(8, 30))
def test_no_line_begins_or_ends_with_a_forbidden_character(text: str, width: int) -> None:
    for paragraph in text.split("\n"):
        if any(len(unit) > width for unit in units(paragraph)):
            continue
        lines = broken(paragraph, width)
        assert all(line.lstrip(" ")[:1] not in set(NEVER_FIRST) for line in lines[1:])
        assert all(line[-1:] not in set(NEVER_LAST) for line in lines[:-1])


@given(text=st.text(alphabet=ALPHABET, max_size=120), width=st.integers(1, 30))
def test_nothing_is_lost_and_no_line_is_wider_than_the_column(text: str, width: int) -> None:
    lines = broken(text, width)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("pair", ["——", "……"])
def test_a_double_mark_is_one_piece(pair: str) -> None:
    assert pair in "".join(list(units(f"甲{pair}乙")))
    assert not any(unit == pair[0] for unit in units(f"甲{pair}乙"))
