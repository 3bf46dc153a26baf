import json
from pathlib import Path

import jsonschema_rs
import pytest

from budgetperf.rulebook.loader import read_strict
from budgetperf.rulebook.lock import ROOT, edition_paths
from budgetperf.rulebook.schema import edition_schema

BROKEN = Path(__file__).parent / "broken"
SHAPE = [
    "grades/unknown_rule_key",
    "grades/unknown_header_key",
    "grades/unknown_source_key",
    "grades/missing_key",
    "grades/missing_source",
    "grades/missing_status",
    "grades/unknown_status",
    "grades/unknown_word",
    "grades/not_a_number",
    "grades/rules_not_a_mapping",
    "finance_evaluation/unknown_formula",
    "finance_evaluation/unknown_parameter_of_a_formula",
    "finance_evaluation/criterion_without_source",
]
"""Defects of the shape; the others are of sums, orders, places and examples."""


def value(path: Path) -> object:
    return read_strict(path.read_text(encoding="utf-8"), name=path.name).value


@pytest.mark.parametrize("path", edition_paths(ROOT), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_shipped_edition_has_the_shape_of_its_schema(path: Path) -> None:
    schema = json.loads(edition_schema(path.parent.name))
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(value(path))] == []


@pytest.mark.parametrize("name", SHAPE)
def test_a_defect_of_the_shape_is_one_for_the_schema_too(name: str) -> None:
    schema = json.loads(edition_schema(name.partition("/")[0]))
    assert not jsonschema_rs.is_valid(schema, value(BROKEN / f"{name}.yaml"))


def test_a_bare_decimal_is_no_number_of_an_edition() -> None:
    out_of = json.loads(edition_schema("grades"))["$defs"]["GradeRules"]["properties"]["out_of"]
    assert [jsonschema_rs.is_valid(out_of, given) for given in (90, "89.5", 89.5, "九十")] == [
        True,
        True,
        False,
        False,
    ]


def test_codes_stand_with_their_words() -> None:
    grades = json.loads(edition_schema("grades"))["$defs"]["Grade"]
    assert [(code["const"], code["title"]) for code in grades["oneOf"]] == [
        ("excellent", "优"),
        ("good", "良"),
        ("fair", "中"),
        ("poor", "差"),
    ]
