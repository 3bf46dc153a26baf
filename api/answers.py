"""The shapes answers share: words with code and label, fen and decimals as text, refusals in the documentation."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from api.problems import MEDIA_TYPE, ProblemAnswer
from budgetperf.terms import Term

PREFIX = "/api/v1"
PROBLEM = {"$ref": f"#/components/schemas/{ProblemAnswer.__name__}"}


class Answer(BaseModel):
    """Base of all answers; read from frozen facts by their attributes."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Word(Answer):
    """A word of the field: its code and its statutory Chinese."""

    code: str
    label: str


def _word(value: object) -> object:
    return Word(code=value.value, label=value.label) if isinstance(value, Term) else value


Coded = Annotated[Word, BeforeValidator(_word)]
"""A ``Term`` as code and label."""

Fen = Annotated[
    int, PlainSerializer(str, return_type=str), WithJsonSchema({"type": "string", "pattern": r"^-?\d+$"})
]
"""Whole fen, text in JSON; field names end in ``_fen``."""

Exact = Annotated[
    Decimal,
    PlainSerializer(lambda number: format(number, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
]
"""A Decimal, text in JSON."""

Json = Annotated[Any, WithJsonSchema({"description": "JSON，原样给出"})]
"""A stored document, as it was kept."""

Key = Annotated[str, Path(pattern=r"^[\w.\-]{1,80}$", description="编号或项目编码")]
"""An id or a code in a path; what cannot be one is not found."""

YearKey = Annotated[int, Path(ge=1990, le=2100, description="预算年度")]
"""A budget year in a path; what cannot be one is not found."""

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 摘要（十六进制）")]


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the refusals of a route, beside those every route has."""
    said = {
        401: "未登录或令牌无效",
        403: "可见但无权办理，附理由",
        404: "没有该记录，或无权查看",
        409: "当前状态不允许，或与他人同时办理",
        412: "记录已被更新，附现版本",
        413: "内容超过上限（12MB，公开复算2MB）",
        422: "内容有误，附逐项问题",
        428: "缺少 If-Match",
        429: "登录失败次数过多",
        503: "暂时不可用",
    }
    return {
        status: {
            "description": said[status],
            "content": {MEDIA_TYPE: {"schema": PROBLEM}},
        }
        for status in sorted({401, 422, 503, *statuses})
    }
