"""The English catalogue knows every word a page can show, and nothing it cannot."""

from api.screens.words import catalogue, speak, translations
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
