"""What FastAPI refuses, told as our own findings: Chinese, with a JSON pointer, the words of the form kit."""

import re
from collections.abc import Sequence

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from api.screens.posted import Posted
from budgetperf.errors import BudgetperfError, Invalid, NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import LINES, UNWRITABLE, Form, label_of, read

_MESSAGES: dict[str, str] = {
    "missing": "必填项未填写",
    "extra_forbidden": "不认识的栏目",
    "json_invalid": "不是有效的 JSON",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "string_too_long": "文字超出长度限制",
    "string_too_short": "必填项未填写",
    "string_pattern_mismatch": "格式不符合要求",
    "enum": "不在可选范围内",
    "date_parsing": "不是日期，请按 2025-12-31 的格式填写",
    "date_from_datetime_parsing": "不是日期，请按 2025-12-31 的格式填写",
    "date_type": "不是日期，请按 2025-12-31 的格式填写",
    "greater_than_equal": "小于允许的最小值",
    "less_than_equal": "大于允许的最大值",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "value_error": "",
}
_WRITABLE = re.compile(LINES.removesuffix("$") + r"\Z")
_BESIDE_THE_FORM = {"reason": "理由"}


def validation_error(request: Request, error: RequestValidationError) -> BudgetperfError:
    """Return what a request that does not fit its route is: an id that cannot be, or findings."""
    items = error.errors()
    if any(item["loc"][0] == "path" for item in items):
        return NotFound("record.not_found", "没有找到该记录，或您无权查看")
    findings = _form_findings(request, error) or tuple(_finding(item) for item in items)
    return Invalid("request.invalid", f"提交的内容有{len(findings)}处不符合要求，未作任何处理", findings)


def demand_writable(form: type[Form], posted: Posted) -> None:
    """Refuse posted texts that nothing can hold: what is kept unchecked (a draft), and what no form asks (a reason).

    Raises
    ------
    Invalid
        With one finding for each field that holds a control character.
    """
    names = [name for name, values in posted.items() if not all(_WRITABLE.match(value) for value in values)]
    findings = tuple(_unwritable(form, name) for name in names)
    if findings:
        raise Invalid(
            "request.unwritable", f"有{len(findings)}处文字含有看不见的控制字符，未作任何处理", findings
        )


def _unwritable(form: type[Form], name: str) -> Finding:
    parts = tuple(int(part) if part.isdecimal() else part for part in name.split("."))
    label = _BESIDE_THE_FORM.get(name) or label_of(form, parts)
    pointer = "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/")
    return Finding("form.field", Severity.ERROR, Where(pointer=pointer), f"{label}：{UNWRITABLE}")


def _form_findings(request: Request, error: RequestValidationError) -> tuple[Finding, ...]:
    """Ask the form itself, so that the words are those of the page and the workbook."""
    route = request.scope.get("route")
    model = (
        route.body_field.field_info.annotation if isinstance(route, APIRoute) and route.body_field else None
    )
    only_body = all(item["loc"][0] == "body" and item["type"] != "json_invalid" for item in error.errors())
    if not (
        only_body and isinstance(model, type) and issubclass(model, Form) and isinstance(error.body, dict)
    ):
        return ()
    return read(model, error.body)[1]


def _finding(item: dict[str, object]) -> Finding:
    place, kind, said = item["loc"], str(item["type"]), str(item["msg"])
    assert isinstance(place, Sequence)
    where, *rest = place
    text = _MESSAGES.get(kind) or (
        said.removeprefix("Value error, ") if kind == "value_error" else "内容不符合要求"
    )
    if where == "body":
        pointer = "" if kind == "json_invalid" else "".join(f"/{part}" for part in rest)
        return Finding("request.body", Severity.ERROR, Where(pointer=pointer), f"请求正文{pointer}：{text}")
    names = {"query": "查询参数", "header": "请求头", "cookie": "Cookie"}
    name = ".".join(str(part) for part in rest)
    return Finding(
        f"request.{where}",
        Severity.ERROR,
        Where(pointer=""),
        f"{names.get(str(where), where)}“{name}”：{text}",
    )
