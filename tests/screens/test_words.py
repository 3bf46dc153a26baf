"""The English catalogue knows every word a page can show, and nothing it cannot."""

import re

from api.screens.reasons import PATTERNS, say
from api.screens.words import catalogue, speak, spell, translations
from budgetperf.process.stages import Status
from budgetperf.process.transitions import TRANSITIONS
from tests.screens.vocabulary import CHINESE, words


def test_english_knows_every_word() -> None:
    known = {str(message.id) for message in catalogue("en") if message.id and message.string}
    assert words() - known == set()


def test_english_holds_no_word_that_is_gone() -> None:
    known = {str(message.id) for message in catalogue("en") if message.id}
    assert known - words() == set()


def test_english_words_hold_no_chinese() -> None:
    assert [m.id for m in catalogue("en") if m.id and CHINESE.search(str(m.string))] == []


def test_chinese_is_the_source() -> None:
    assert speak("zh")("待办事项") == "待办事项"
    assert speak("en")("待办事项") == "Work list"


def test_unknown_language_reads_as_the_source() -> None:
    assert translations("xx").gettext("项目") == "项目"


def test_empty_word_is_not_the_header_of_the_catalogue() -> None:
    assert speak("en")("") == ""


def test_a_state_has_its_own_word_where_its_chinese_is_that_of_a_move() -> None:
    moves, word = {row.label for row in TRANSITIONS}, speak("en")
    shared = [state for state in Status if state.label in moves]
    assert Status.NOT_ADMITTED in shared
    assert all(spell(state, "zh") == state.label for state in Status)
    assert all(spell(state, "en") != word(state.label) for state in shared)


def test_every_pattern_of_a_reason_is_read_back_and_told_in_english() -> None:
    word = speak("en")
    for pattern in PATTERNS:
        names = dict.fromkeys(re.findall(r"{(\w+)}", pattern), "审计、财政审核")
        told = say(pattern.format(**names), word)
        assert "Auditor, Finance reviewer" in told
        assert not re.search("[\u4e00-\u9fff]", told)
    assert say("没有这样的理由", word) == "没有这样的理由"
