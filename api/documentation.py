"""What the OpenAPI document says besides the routes: how to sign in, what problems look like."""

from typing import Any

from fastapi import FastAPI

from api.problems import FindingAnswer, ProblemAnswer

DESCRIPTION = """
预算绩效管理服务的接口：项目申报与绩效目标、事前评估、双监控、自评与财政评价、成本基线、预算控制数。

* **登录**：`POST /api/v1/tokens` 以登录名和密码换取令牌，此后在 `Authorization: Bearer …` 中提供。
* **公开**：`POST /api/v1/audit-form` 复算一份已填写的自评表，无需令牌，不保存任何内容；同一地址十分钟内限60次。
* **版本**：读取记录时的 `ETag` 即其版本；办理时放入 `If-Match`。缺少为 428，记录已被更新为 412 并附现版本。
* **未变**：没有版本的单项内容以弱 `ETag` 答复；读取时放入 `If-None-Match`，内容未变为 304。
* **重复提交**：写请求可带 `Idempotency-Key`；同一个键只办理一次，重复的得到同一答复。
* **试算**：办理时加 `?dry_run=true`，照常校验和计算，全部撤销，答复“将会怎样”。
* **金额**以分为单位的整数文本给出（字段名以 `_fen` 结尾）；填报时也可写 `{"value": "12.5", "unit": "wan"}`。小数一律为文本。
* **拒绝**一律为 `application/problem+json`（RFC 9457）：`code` 是稳定代码，`detail` 说明发生了什么、为什么、怎么办，
  `findings` 逐项给出位置（JSON 指针，或工作表与单元格）。其他单位的记录与不存在的记录一样答复 404；看得到但无权办理为 403 并附理由。
"""
PREFIX = "/api/v1/"
OPEN = frozenset({"/api/v1/tokens", "/api/v1/audit-form"})


def describe(app: FastAPI) -> None:
    """Let the app's OpenAPI document name the security scheme and the shapes of refusals."""
    plain = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = plain()
            components = made.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            for model in (ProblemAnswer, FindingAnswer):
                schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas[ProblemAnswer.__name__].pop("$defs", None)
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in made["paths"].items():
                if path.startswith(PREFIX) and path not in OPEN:
                    for operation in operations.values():
                        operation["security"] = [{"token": []}]
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
