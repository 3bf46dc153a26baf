"""The field kit of all forms: typed fields that carry their label, help and unit.

A form is a frozen pydantic model that refuses unknown keys. The web page, the Excel column and
the PDF row of a field are made from its metadata; nothing is described twice. A filed form is
stored as its canonical JSON: Decimal as text, money as text of whole fen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.fields import FieldInfo

from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import MAX_FEN, Money, MoneyUnit, written_number

PLACES = 6
BOUND = Decimal(10**15)
_WIDTH = 12


def _money(value: object) -> Money:
    match value:
        case Money():
            return value
        case Mapping() if value.keys() == {"value", "unit"}:
            return Money.parse(str(value["value"]), _unit(str(value["unit"])))
        case str() if re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
            return _fen(int(value))
        case int() if not isinstance(value, bool):
            return _fen(value)
    raise ValueError("金额应为以分为单位的整数，或写明数值与单位（元、万元、亿元）")


def _fen(fen: int) -> Money:
    if abs(fen) > MAX_FEN:
        raise ValueError(f"“{fen}”分超出可记录的金额范围")
    return Money(fen)


def _unit(code: str) -> MoneyUnit:
    found = next((unit for unit in MoneyUnit if code in {unit.value, unit.label}), None)
    if found is None:
        raise ValueError(f"不认识的金额单位“{code}”")
    return found


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool | float):
        raise ValueError("应为十进制数字")  # noqa: TRY004 - pydantic turns a ValueError into a finding
    number = written_number(str(value))
    if number is None:
        raise ValueError(f"“{value}”不是数字")
    if not -BOUND < number < BOUND:
        raise ValueError(f"“{value}”超出可填报的范围")
    if number != round(number, PLACES):
        raise ValueError(f"“{value}”的小数超过{PLACES}位，请四舍五入后填写")
    return number


Amount = Annotated[
    Money,
    BeforeValidator(_money),
    PlainSerializer(lambda money: str(money.fen), return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^-?\d{1,17}$", "description": "以分为单位的整数"},
                {
                    "type": "object",
                    "properties": {
                        "value": {"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,10})?$"},
                        "unit": {"enum": [str(unit) for unit in MoneyUnit]},
                    },
                    "required": ["value", "unit"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""Money in a form: whole fen as text, or ``{"value": "12.5", "unit": "wan"}`` on input."""

Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(lambda number: format(number, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,6})?$"}),
]
"""A Decimal in a form, text in JSON."""

Year = Annotated[int, Field(ge=1990, le=2100)]
"""A year as people file it; anything else is a slip of the keyboard."""

MISSING = "必填项未填写"
UNWRITABLE = "含有看不见的控制字符，请删除后重新填写"

NO_NUL = r"^[^\x00]*$"
"""What a text to search by must match: no database text holds a NUL character."""

_UNSEEN = r"\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
ONE_LINE = rf"^[^\x00-\x1f{_UNSEEN}]*$"
"""A text without control characters and without those that turn the direction of reading."""
LINES = rf"^[^\x00-\x08\x0b-\x1f{_UNSEEN}]*$"
"""The same, with line feeds and tabs."""


def unix_lines(text: str) -> str:
    """Return a text whose lines end as we keep them: browsers and Windows send CR LF."""
    return text.replace("\r\n", "\n")


def _unix_lines(value: object) -> object:
    return unix_lines(value) if isinstance(value, str) else value


def _one_line(value: object) -> object:
    """Join what was broken over lines, as people do in a narrow cell of Excel."""
    return " ".join(re.split(r"[\t\r\n]+", value)) if isinstance(value, str) else value


Text = Annotated[str, Field(max_length=2000, pattern=LINES), BeforeValidator(_unix_lines)]
Line = Annotated[str, Field(max_length=200, pattern=ONE_LINE), BeforeValidator(_one_line)]


class Form(BaseModel):
    """Base of all forms: frozen, unknown keys refused, surrounding blanks stripped, required texts not blank."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    prefilled: ClassVar[frozenset[str]] = frozenset()
    """Fields of a row that the page fills in beforehand: a row in which nothing else stands is blank."""

    @field_validator("*")
    @classmethod
    def _refuse_blank(cls, value: object, info: ValidationInfo) -> object:
        name = info.field_name
        if value == "" and name is not None and cls.model_fields[name].is_required():
            raise ValueError(MISSING)
        return value


def ask(label: str, why: str = "", *, default: Any = ..., width: int = _WIDTH) -> Any:  # noqa: ANN401 - pydantic's Field is Any
    """Declare a field: its Chinese label, why it is asked, and its Excel column width."""
    return Field(default, title=label, description=why or None, json_schema_extra={"width": width})


@dataclass(frozen=True, slots=True)
class FieldMeta:
    """What screens, workbooks and reports need to know of a field."""

    name: str
    label: str
    why: str
    required: bool
    width: int
    annotation: object


def _width(info: FieldInfo) -> int:
    extra = info.json_schema_extra
    width = extra.get("width") if isinstance(extra, dict) else None
    return width if isinstance(width, int) else _WIDTH


@cache
def fields(form: type[Form]) -> tuple[FieldMeta, ...]:
    """Return the fields of a form in declared order."""
    return tuple(
        FieldMeta(
            name,
            info.title or name,
            info.description or "",
            info.is_required(),
            _width(info),
            info.annotation,
        )
        for name, info in form.model_fields.items()
    )


F = TypeVar("F", bound=Form)


def read(form: type[F], document: object) -> tuple[F | None, tuple[Finding, ...]]:
    """Validate a document; on failure return None and one finding per wrong field."""
    try:
        return form.model_validate(document), ()
    except ValidationError as error:
        return None, tuple(_finding(form, item["loc"], item["type"], item["msg"]) for item in error.errors())


_MESSAGES = {
    "missing": MISSING,
    "extra_forbidden": "不认识的栏目，请使用最新模板",
    "string_too_long": "文字超出长度限制",
    "string_too_short": MISSING,
    "string_pattern_mismatch": UNWRITABLE,
    "enum": "不在可选范围内",
    "greater_than_equal": "超出可填报的范围",
    "less_than_equal": "超出可填报的范围",
}
_MESSAGES_BY_TYPE = {
    "date": "不是日期，请按 2025-12-31 的格式填写",
    "bool": "应为是或否",
    "int": "应为整数",
    "string": "应为文字",
    "tuple": "应为若干行",
    "model": "应为一组栏目",
}


def _finding(form: type[Form], place: tuple[int | str, ...], kind: str, message: str) -> Finding:
    if kind == "too_long" and (most := re.search(r"at most (\d+)", message)):
        rows = message.startswith("Tuple")
        text = f"最多{most.group(1)}{'行，请分成几份填报' if rows else '字'}"
    elif kind == "value_error":
        text = message.removeprefix("Value error, ")
    else:
        text = _MESSAGES.get(kind) or _MESSAGES_BY_TYPE.get(kind.partition("_")[0], "填写的内容不符合要求")
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
    label = label_of(form, place)
    return Finding(
        "form.field", Severity.ERROR, Where(pointer=pointer), f"{label}：{text}" if label else text
    )


def label_of(form: type[Form], place: tuple[int | str, ...]) -> str:
    """Return the label of the field at a place of a form's document, or of the part it stands in."""
    names = [part for part in place if isinstance(part, str)]
    current: type[Form] | None = form
    label = ""
    for name in names:
        info = current.model_fields.get(name) if current else None
        if info is None:
            return label or name
        label = info.title or name
        current = _rows_of(info.annotation)
    return label


def _rows_of(annotation: object) -> type[Form] | None:
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Form)), None)
