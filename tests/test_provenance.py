"""Canonical JSON refuses what it cannot hold; a package's digest covers all that was decided."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest

from budgetperf.money import Money
from budgetperf.permissions import Role
from budgetperf.provenance import (
    DecisionKind,
    DecisionPackage,
    Source,
    SourceStatus,
    canonical_json,
    digest,
    plain,
)

PACKAGE = DecisionPackage(
    kind=DecisionKind.SCORE,
    subject="010201-001",
    period="2025",
    edition="national/self_evaluation/2020-02-25",
    edition_digest="a" * 64,
    method="scoring.score/1",
    facts={"execution": "0.9500"},
    result={"total": "95.00"},
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (-7, -7),
        ("绩效", "绩效"),
        (Role.CLERK, "clerk"),
        (Money(123), "123"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (date(2025, 1, 2), "2025-01-02"),
        (datetime(2025, 1, 2, 3, 4, tzinfo=UTC), "2025-01-02T03:04:00+00:00"),
        ((1, [Decimal("0.1")]), [1, ["0.1"]]),
        (MappingProxyType({Role.CLERK: Money(1)}), {"clerk": "1"}),
    ],
)
def test_values_become_what_canonical_json_may_hold(value: object, expected: object) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("value", [1.0, {1, 2}, b"x", object(), {"deep": [0.5]}])
def test_floats_and_unknown_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        plain(value)


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_decimal_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        plain({"rate": Decimal(text)})


@pytest.mark.parametrize("value", [{1: "a", "1": "b"}, {Money(100): 1, str(Money(100)): 2}])
def test_keys_that_become_equal_are_refused(value: dict[object, object]) -> None:
    with pytest.raises(ValueError, match="keys are equal"):
        plain(value)


def test_canonical_json_sorts_keys_and_keeps_chinese() -> None:
    assert canonical_json({"b": 1, "a": "绩效"}) == '{"a":"绩效","b":1}'.encode()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": DecisionKind.GRADE},
        {"subject": "010201-002"},
        {"period": "2025Q3"},
        {"edition": "national/self_evaluation/2026-01-01"},
        {"edition_digest": "b" * 64},
        {"method": "scoring.score/2"},
        {"facts": {"execution": "0.9501"}},
        {"seed": 0},
    ],
)
def test_every_input_moves_both_digests(changes: dict[str, object]) -> None:
    changed = replace(PACKAGE, **changes)
    assert changed.inputs_digest != PACKAGE.inputs_digest
    assert changed.digest != PACKAGE.digest


@pytest.mark.parametrize("changes", [{"result": {"total": "95.01"}}, {"environment": "numpy 2"}])
def test_result_and_environment_move_the_digest_but_not_that_of_the_inputs(
    changes: dict[str, object],
) -> None:
    changed = replace(PACKAGE, **changes)
    assert changed.inputs_digest == PACKAGE.inputs_digest
    assert changed.digest != PACKAGE.digest


def test_the_digest_is_what_the_bundle_verifier_takes() -> None:
    parts = {"inputs": PACKAGE.inputs_digest, "environment": "", "result": {"total": "95.00"}}
    assert PACKAGE.digest == digest(parts)


def test_a_source_is_written_with_its_status() -> None:
    source = Source("项目支出绩效评价管理办法", "财预〔2020〕10号", "第十七条", SourceStatus.PUBLISHED)
    assert str(source) == "项目支出绩效评价管理办法，财预〔2020〕10号，第十七条（公开发布）"
    assert str(Source("口头约定")) == "口头约定（待核实）"
