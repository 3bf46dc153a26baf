"""The field kit of all forms: typed fields that carry their label, help and unit.

A form is a frozen pydantic model that refuses unknown keys. The web page, the Excel column and
the PDF row of a field are made from its metadata; nothing is described twice. A filed form is
stored as its canonical JSON: Decimal as text, money as text of whole fen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, WithJsonSchema

from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money, MoneyError, MoneyUnit


def _money(value: object) -> Money:
    match value:
        case Money():
            return value
        case Mapping() if value.keys() == {"value", "unit"}:
            try:
                return Money.parse(str(value["value"]), _unit(str(value["unit"])))
            except (MoneyError, ValueError) as error:
                raise ValueError(str(error)) from error
        case bool():
            pass
        case int():
            return Money(value)
        case str() if value.strip().lstrip("-").isdigit():
            return Money(int(value))
    raise ValueError("金额应为以分为单位的整数，或写明数值与单位（元、万元、亿元）")


def _unit(code: str) -> MoneyUnit:
    found = next((unit for unit in MoneyUnit if code in {unit.value, unit.label}), None)
    if found is None:
        raise ValueError(f"不认识的金额单位“{code}”")
    return found


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool | float):
        raise ValueError("应为十进制数字")
    try:
        number = Decimal(str(value).strip().replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise ValueError(f"“{value}”不是数字") from error
    if not number.is_finite() or abs(number) > Decimal("1e15"):
        raise ValueError(f"“{value}”超出可填报的范围")
    return number


Amount = Annotated[
    Money,
    BeforeValidator(_money),
    PlainSerializer(lambda money: str(money.fen), return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^-?\d{1,18}$", "description": "以分为单位的整数"},
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
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,6})?$"}),
]
"""A Decimal in a form, text in JSON."""

Text = Annotated[str, Field(max_length=2000)]
Line = Annotated[str, Field(max_length=200)]


class Form(BaseModel):
    """Base of all forms: frozen, unknown keys refused, surrounding blanks stripped."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def ask(label: str, why: str = "", *, default: Any = ..., width: int = 12) -> Any:  # noqa: ANN401 - pydantic's Field is Any
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


def fields(form: type[Form]) -> tuple[FieldMeta, ...]:
    """Return the fields of a form in declared order."""
    return tuple(
        FieldMeta(
            name,
            info.title or name,
            info.description or "",
            info.is_required(),
            int(info.json_schema_extra["width"]) if isinstance(info.json_schema_extra, dict) else 12,  # type: ignore[arg-type]
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
    "missing": "必填项未填写",
    "extra_forbidden": "不认识的栏目，请使用最新模板",
    "string_too_long": "文字超出长度限制",
    "string_too_short": "必填项未填写",
    "enum": "不在可选范围内",
    "date_from_datetime_parsing": "不是日期，请按 2025-12-31 的格式填写",
    "date_parsing": "不是日期，请按 2025-12-31 的格式填写",
    "bool_parsing": "应为是或否",
}


def _finding(form: type[Form], place: tuple[int | str, ...], kind: str, message: str) -> Finding:
    text = _MESSAGES.get(kind) or message.removeprefix("Value error, ")
    pointer = "".join(f"/{part}" for part in place)
    label = _label(form, place)
    return Finding("form.field", Severity.ERROR, Where(pointer=pointer), f"{label}：{text}" if label else text)


def _label(form: type[Form], place: tuple[int | str, ...]) -> str:
    names = [part for part in place if isinstance(part, str)]
    current: type[Form] | None = form
    label = ""
    for name in names:
        info = current.model_fields.get(name) if current else None
        if info is None:
            return label or name
        label = info.title or name
        current = next((a for a in getattr(info.annotation, "__args__", ()) if isinstance(a, type) and issubclass(a, Form)), None)
    return label
