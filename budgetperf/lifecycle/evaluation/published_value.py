"""The values of published forms, as people print them, into number, operator and uom.

``≥95%``, ``100人次``, ``不超过30万元``, ``达成预期指标`` and ``2019年`` all stand in value columns. What is
not plainly one number (a range, a date, a sentence) stays text: it is never guessed into one.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.indicators import Achievement, Operator, split_target
from budgetperf.money import written_number

_BLANK = frozenset({"", "/", "\\", "-", "--", "—", "——", "无", "不适用", "不涉及", "n/a"})
_SPELLINGS = {
    ">=": "≥", "≧": "≥", "⩾": "≥", "不低于": "≥", "不小于": "≥", "不少于": "≥", "大于等于": "≥", "大于或等于": "≥", "至少": "≥",
    "<=": "≤", "≦": "≤", "⩽": "≤", "不超过": "≤", "不高于": "≤", "不大于": "≤", "小于等于": "≤", "小于或等于": "≤",
    "至多": "≤", "等于": "=", "大于": ">", "超过": ">", "高于": ">", "小于": "<", "低于": "<", "少于": "<",
}  # fmt: skip
_ENDINGS = {"以上": "≥", "及以上": "≥", "以内": "≤", "以下": "≤", "及以下": "≤"}
_UOM = re.compile(r"(?:[^\d\s，。；、,;:：~至\-]|(?<=m)[23]){0,8}")
_BAD_GROUPING = re.compile(r"\d,(?!\d{3}(\D|$))")
_YEARS = range(1949, 2101)
_MOST_POINTS, _PLACES = 1_000_000, 6
_MOST_SIGNS = 40
"""Longest number with its uom; what is longer is a text."""


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """What a value cell says.

    Parameters
    ----------
    text : str
        As printed, blanks and the bracketed remark at its end taken off.
    operator : Operator or None
        The sign before (or the word for it), None when there is none.
    number : Decimal or None
        None when the cell is not plainly one number.
    uom : str
        What stands behind the number, ``"%"`` for a percentage.
    remark : str
        What stood in brackets at the end; it is not computed with.
    """

    text: str
    operator: Operator | None = None
    number: Decimal | None = None
    uom: str = ""
    remark: str = ""

    @property
    def blank(self) -> bool:
        """Whether the cell is empty or crossed out (``/``, ``无``)."""
        return self.text.casefold() in _BLANK

    @property
    def crossed_out(self) -> bool:
        """Whether the cell says that there is nothing to fill in."""
        return self.blank and self.text != ""


def read_value(text: str) -> PublishedValue:
    """Read a target or actual cell.

    Examples
    --------
    >>> read_value("不低于95％")
    PublishedValue(text='不低于95%', operator=<Operator.AT_LEAST: 'ge'>, number=Decimal('95'), uom='%', remark='')
    >>> read_value("2019年").number, read_value("5-10次").number, read_value("1,200人次").number
    (None, None, Decimal('1200'))
    """
    plain, remark = _without_remark(unicodedata.normalize("NFKC", text).strip())
    signed = _signed(plain)
    operator, number, uom = split_target(signed) if len(signed) <= _MOST_SIGNS else (None, None, "")
    if number is None or _BAD_GROUPING.search(signed) or not _UOM.fullmatch(uom) or _is_date(number, uom):
        return PublishedValue(plain, remark=remark)
    return PublishedValue(plain, operator, number, uom, remark)


def read_points(text: str) -> Decimal | None:
    """Read a weight or a score: a number, with or without 分 behind it; None when it is none."""
    plain, _ = _without_remark(unicodedata.normalize("NFKC", text).strip())
    number = written_number(plain.removesuffix("分"))
    sound = number is not None and abs(number) <= _MOST_POINTS and number == round(number, _PLACES)
    return number if sound else None


def achievement_of(text: str) -> Achievement | None:
    """Read the tier a qualitative result names; None when its words name none.

    Examples
    --------
    >>> [achievement_of(text) for text in ("达成预期指标", "部分达成", "未完成")]
    [<Achievement.MET: 'met'>, <Achievement.PARTLY: 'partly'>, <Achievement.NOT_MET: 'not_met'>]
    >>> achievement_of("基本完成") is None
    True
    """
    words = re.sub(r"\s", "", text)
    if re.match(r"(未|没有|没)(能|全部)?(达|完成|实现)", words):
        return Achievement.NOT_MET
    if re.match(r"部分(达|完成|实现)", words):
        return Achievement.PARTLY
    if re.match(r"(已|全部|按期|按时|如期)*(达成|达到|达标|完成|实现)", words):
        return Achievement.MET
    return None


def states_reason(text: str) -> bool:
    """Tell whether a cell explains anything: Chinese words, not ``0``, ``/`` or ``无``.

    Examples
    --------
    >>> states_reason("部分项目延续至下年"), states_reason("0"), states_reason("无"), states_reason("")
    (True, False, False, False)
    """
    words = re.sub(r"[^\u4e00-\u9fff]", "", text)
    return len(words) > 1 and words not in {"无偏差", "没有", "不适用", "不涉及"}


def _without_remark(text: str) -> tuple[str, str]:
    """Take off a remark in brackets at the end; one that is the whole text stays."""
    opened = text.rfind("(")
    if opened < 1 or text.find(")", opened) != len(text) - 1:
        return text, ""
    return text[:opened].strip(), text[opened:]


def _signed(text: str) -> str:
    """Put the sign a word stands for in front of the number."""
    for word, sign in _SPELLINGS.items():
        if text.startswith(word):
            return sign + text.removeprefix(word).strip()
    for word in sorted(_ENDINGS, key=len, reverse=True):
        if text.endswith(word) and text[:1].isdigit():
            return _ENDINGS[word] + text.removesuffix(word).strip()
    return text


def _is_date(number: Decimal, uom: str) -> bool:
    """A year or a month is a day in the calendar, not a quantity: ``2019年``, ``6月底``."""
    return (number in _YEARS and uom.startswith("年")) or uom.startswith("月")
