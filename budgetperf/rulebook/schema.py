"""The JSON schema of an edition file, one per kind, derived from the models that read it.

Holds the derivation only; what it gives is printed by ``./bp schemes schema``. A schema
says the shape; sums, orders, blanks and examples are checked when the file is read.
"""

import json
from typing import Any, Literal

from pydantic import create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from budgetperf.rulebook.edition import EditionFile, Example
from budgetperf.rulebook.kinds import KINDS
from budgetperf.scoring.rules import NUMBER
from budgetperf.terms import Term


class _Strict(GenerateJsonSchema):
    """Decimals are whole numbers or quoted text; codes come with their Chinese words."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002  its signature
        return {"type": ["integer", "string"], "pattern": f"^{NUMBER}$"}

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False  # the key itself

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        if issubclass(schema["cls"], Term):
            return {"oneOf": [{"const": term.value, "title": term.label} for term in schema["cls"]]}
        return super().enum_schema(schema)


def edition_schema(kind: str) -> str:
    """Return the JSON schema of an edition of ``kind`` as text.

    Examples
    --------
    >>> json.loads(edition_schema("grades"))["properties"]["kind"]["const"]
    'grades'
    """
    example = create_model("Example", __base__=Example, given=(KINDS[kind].given, ...))
    fields: dict[str, Any] = {
        "kind": (Literal[kind], ...),
        "rules": (KINDS[kind].rules, ...),
        "examples": (tuple[example, ...], ...),
    }
    file = create_model("Edition", __base__=EditionFile, **fields)
    found = file.model_json_schema(schema_generator=_Strict)
    source = found["$defs"]["Source"]
    source["required"] = [*source["required"], "status"]
    del source["properties"]["status"]["default"]
    found["description"] = f"{KINDS[kind].label}（{kind}）的规则版本文件"
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **found}, ensure_ascii=False, indent=1) + "\n"
