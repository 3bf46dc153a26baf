"""One cell into the value a form field takes: numbers, money, dates, terms and text.

Each reader returns a ``Reading``: the value as the form's document holds it, or what is wrong
with the cell and how to put it right. Nothing is guessed silently: what was bent gets a note.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from budgetperf.findings import Severity
from budgetperf.indicators import Operator, plain_number, split_target
from budgetperf.money import Money, MoneyUnit
from budgetperf.provenance import Json
from budgetperf.terms import Term
from budgetperf.workbooks.cells import CellValue, Mark


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says.

    Parameters
    ----------
    value : Json
        For the form's document; None when the cell is empty or wrong.
    code, severity, message
        Set when there is something to tell; an ERROR has no value.
    """

    value: Json = None
    code: str = ""
    severity: Severity = Severity.NOTE
    message: str = ""


def _wrong(code: str, message: str) -> Reading:
    return Reading(None, code, Severity.ERROR, message)


def _noted(value: Json, code: str, message: str) -> Reading:
    return Reading(value, code, Severity.NOTE, message)


EXCEL_DIGITS = ".15g"  # what Excel itself keeps and shows of a number
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119
_EPOCH = date(1899, 12, 30)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SPELLINGS: Mapping[str, str] = {">=": "≥", "≧": "≥", "⩾": "≥", "<=": "≤", "≦": "≤", "⩽": "≤"}


def normal(text: str) -> str:
    """Return ``text`` with full-width digits, signs and letters made half-width (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip()


def spelled(value: CellValue) -> str:
    """Write a cell as text: numbers without a trailing ``.0``, dates as ISO."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float():
            return plain_number(Decimal(format(value, EXCEL_DIGITS)))
        case date():
            return value.isoformat()
    return value


def read_cell(kind: type, value: CellValue, mark: Mark | None, unit: MoneyUnit) -> Reading:
    """Read one cell as ``kind``.

    Parameters
    ----------
    kind : type
        Money, Decimal, date, int, str or a Term (``goal_sheet.kind_of``).
    value, mark
        What the cell holds and how it was written.
    unit : MoneyUnit
        The unit stated in the head of the sheet.
    """
    if mark is Mark.ERROR:
        return _wrong("workbook.error_value", "单元格是公式错误值（如 #REF!、#DIV/0!），请改正公式或直接填数")
    if mark is Mark.UNCACHED:
        return _wrong(
            "workbook.formula_uncached", "公式没有保存计算结果，请用 Excel 打开、保存后再上传，或直接填数"
        )
    if value is None:
        return Reading()
    if issubclass(kind, Term):
        return read_term(kind, value)
    if kind is Money:
        return read_amount(value, mark, unit)
    return _READERS[kind](value, mark)


def read_number(value: CellValue, mark: Mark | None) -> Reading:
    """Read a plain number; a percent cell showing 95% (stored 0.95) is 95."""
    if isinstance(value, float) and math.isfinite(value):
        number = Decimal(format(value, EXCEL_DIGITS))
        if mark is Mark.PERCENT:
            shown = plain_number((number * 100).normalize())
            return _noted(shown, "workbook.percent_cell", f"百分比格式的单元格按 {shown} 读取")
        return Reading(plain_number(number))
    text = normal(spelled(value))
    if _NUMBER.fullmatch(text):
        return Reading(text.replace(",", ""))
    return _wrong("workbook.not_a_number", f"“{spelled(value)}”不是数字，请只填数字，文字说明写在说明栏")


def read_amount(value: CellValue, mark: Mark | None, unit: MoneyUnit) -> Reading:
    """Read money in the unit of the sheet; a cell that names another unit is refused."""
    if mark is Mark.PERCENT:
        return _wrong("workbook.not_an_amount", "金额单元格是百分比格式，请填写金额")
    text = normal(spelled(value)).removeprefix("¥").strip()
    named = next((u for u in reversed(MoneyUnit) if text.endswith(u.label)), None)
    digits = text.removesuffix(named.label).strip() if named else text
    if isinstance(value, bool) or not _NUMBER.fullmatch(digits):
        return _wrong(
            "workbook.not_an_amount", f"“{spelled(value)}”不是金额，请填写以{unit.label}为单位的数字"
        )
    if named not in {None, unit}:
        return _wrong(
            "workbook.unit_mismatch",
            f"本表金额单位为{unit.label}，此格写的是“{spelled(value)}”，请换算成{unit.label}后只填数字",
        )
    return Reading({"value": digits.replace(",", ""), "unit": unit.value})


def read_date(value: CellValue, _mark: Mark | None) -> Reading:
    """Read a date cell, an Excel day number, or text such as ``2025年1月1日``."""
    match value:
        case date():
            return Reading(value.isoformat())
        case float() if value in _SERIAL_DAYS:
            day = (_EPOCH + timedelta(days=int(value))).isoformat()
            return _noted(day, "workbook.day_number", f"单元格未设为日期格式，按 {day} 读取")
        case str():
            if parts := _DATE.fullmatch(normal(value)):
                year, month, day_of_month = (int(part) for part in parts.groups())
                try:
                    return Reading(date(year, month, day_of_month).isoformat())
                except ValueError:
                    pass  # told below like any other text that is no date
    return _wrong("workbook.not_a_date", f"“{spelled(value)}”不是日期，请按 2025-12-31 的格式填写")


def read_year(value: CellValue, _mark: Mark | None) -> Reading:
    """Read a fiscal year from ``2025``, ``2025年`` or ``2025年度``."""
    text = normal(spelled(value)).removesuffix("度").removesuffix("年")
    if re.fullmatch(r"\d{4}", text):
        return Reading(int(text))
    return _wrong("workbook.not_a_year", f"“{spelled(value)}”不是年度，请填写四位数字，如 2025")


def read_text(value: CellValue, _mark: Mark | None) -> Reading:
    """Read text as typed; what looks like a formula stays text."""
    return Reading(spelled(value))


def read_term(kind: type[Term], value: CellValue) -> Reading:
    """Read a word of a list, with or without the ending 指标."""
    text = re.sub(r"\s", "", normal(spelled(value)))
    text = _SPELLINGS.get(text, text)
    for member in kind:
        if normal(member.label).removesuffix("指标") == text.removesuffix("指标"):
            return Reading(member.value)
    choices = "、".join(member.label for member in kind)
    return _wrong("workbook.not_in_list", f"“{spelled(value)}”不在可选范围内，请选择：{choices}")


_READERS: dict[type, Callable[[CellValue, Mark | None], Reading]] = {
    Decimal: read_number,
    date: read_date,
    int: read_year,
    str: read_text,
}


_BAD_GROUPING = re.compile(r"\d,(?!\d{3}(\D|$))")
_DIGIT_IN_UOM = re.compile(r"(?<!m)\d")


def split_cell(value: CellValue) -> tuple[str, Operator | None, str] | None:
    """Take ``≥95%`` apart into number, operator and uom; None unless that is all there is.

    A range (``5-10次``) or a number within a sentence is not split.
    """
    if not isinstance(value, str):
        return None
    text = normal(value)
    for spelling, sign in _SPELLINGS.items():
        text = text.replace(spelling, sign)
    operator, number, uom = split_target(text)
    if number is None or _DIGIT_IN_UOM.search(uom) or _BAD_GROUPING.search(text):
        return None
    return plain_number(number), operator, uom
