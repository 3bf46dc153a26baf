"""./bp recompute: every kind of decision gives the same again, and each kind of tampering is named."""

from copy import deepcopy
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlmodel import Session

from budgetperf.actions.recompute import METHODS, Verdict, first_difference, recompute
from budgetperf.provenance import DecisionKind, Json
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.results import DecisionFacts, decisions_of

RULES = Rulebook.load()


def decisions(owner: Session, kind: DecisionKind) -> list[DecisionFacts]:
    return decisions_of(owner, kind=kind)  # type: ignore[arg-type]


def resealed(decision: DecisionFacts, **changes: object) -> DecisionFacts:
    """A decision changed by somebody who also computed the digest anew."""
    changed = replace(decision, **changes)  # type: ignore[arg-type]
    return replace(changed, digest=changed.package().digest)


def change(document: Json, path: tuple[str | int, ...], value: Json) -> Json:
    """The document with one value changed."""
    if not path:
        return value
    head, *rest = path
    if isinstance(document, dict):
        return {**document, head: change(document[head], tuple(rest), value)}
    assert isinstance(document, list)
    return [
        change(item, tuple(rest), value) if index == head else item for index, item in enumerate(document)
    ]


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_every_kind_of_decision_recomputes_to_the_same(owner: Session, kind: DecisionKind) -> None:
    found = decisions(owner, kind)
    assert found
    assert [recompute(decision, RULES) for decision in found] == [
        Verdict(True, "相同", item.digest) for item in found
    ]


EARLIER = {
    *((DecisionKind.BASELINE, f"costing.baseline/{version}") for version in range(1, 5)),
    *((DecisionKind.MOVEMENT, f"costing.movement/{version}") for version in (1, 2)),
}
"""What is only recomputed: packages of versions before (`tests/costing/test_packages.py`)."""


def test_every_method_is_used_by_the_city(owner: Session) -> None:
    used = {(decision.kind, decision.method) for kind in DecisionKind for decision in decisions(owner, kind)}
    assert used == set(METHODS) - EARLIER


@pytest.mark.parametrize("column", ["facts", "result"])
@pytest.mark.parametrize("kind", list(DecisionKind))
def test_a_row_changed_in_the_database_is_told_by_its_digest(
    owner: Session, kind: DecisionKind, column: str
) -> None:
    owner.connection().execute(
        text(f"UPDATE decision SET {column} = {column} || '{{\"extra\": 1}}' WHERE kind = '{kind}'")
    )
    for decision in decisions(owner, kind):
        assert recompute(decision, RULES).because.startswith("不同，因为决策包内容与其摘要不符，存档已被改动")


def test_a_float_in_a_row_is_told_by_its_digest(owner: Session) -> None:
    owner.connection().execute(text("""UPDATE decision SET facts = '{"total": 0.5}' WHERE kind = 'grade'"""))
    verdict = recompute(decisions(owner, DecisionKind.GRADE)[0], RULES)
    assert (verdict.same, "不允许的数值" in verdict.because) == (False, True)


RESULTS: tuple[tuple[DecisionKind, tuple[str | int, ...], Json], ...] = (
    (DecisionKind.LIGHT, ("execution", "colour"), "blue"),
    (DecisionKind.SCORE, ("total",), "12.34"),
    (DecisionKind.GRADE, ("grade",), "fair"),
    (DecisionKind.EXANTE, ("suggested",), "other"),
    (DecisionKind.CUT, ("remaining",), "7"),
    (DecisionKind.LIMIT, ("limit",), "7"),
    (DecisionKind.BASELINE, ("baselines", 0, "upper", "fen"), "7"),
    (DecisionKind.BENEFIT, ("results", 0, "npv", "fen"), "7"),
)


@pytest.mark.parametrize(("kind", "path", "value"), RESULTS, ids=[str(kind) for kind, _, _ in RESULTS])
def test_a_result_resealed_with_a_new_digest_is_told_with_both_values(
    owner: Session, kind: DecisionKind, path: tuple[str | int, ...], value: Json
) -> None:
    decision = decisions(owner, kind)[0]
    verdict = recompute(resealed(decision, result=change(decision.result, path, value)), RULES)
    place = "".join(f"/{part}" for part in path)
    assert verdict.because.startswith(f'不同，因为{place} 处存档为 "{value}"，重算为 ')


def test_an_allocation_with_another_amount_is_refused_by_its_certificate(owner: Session) -> None:
    decision = decisions(owner, DecisionKind.ALLOCATION)[0]
    verdict = recompute(
        resealed(decision, result=change(decision.result, ("levels", 0, "amount"), "7")), RULES
    )
    assert verdict.because.startswith("不同，因为")


def test_facts_changed_and_resealed_give_another_result(owner: Session) -> None:
    decision = next(one for one in decisions(owner, DecisionKind.GRADE) if "poor" not in str(one.result))
    verdict = recompute(resealed(decision, facts={"total": "12"}), RULES)
    assert isinstance(decision.result, dict)
    assert verdict.because == f'不同，因为/grade 处存档为 "{decision.result["grade"]}"，重算为 "poor"'


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_facts_that_do_not_read_back_are_said_so(owner: Session, kind: DecisionKind) -> None:
    verdict = recompute(resealed(decisions(owner, kind)[0], facts={"nothing": "here"}), RULES)
    assert verdict.because.startswith("不同，因为存档的事实不能按方法“")


def test_an_edition_that_is_not_in_the_rulebook_is_named(owner: Session) -> None:
    verdict = recompute(
        resealed(decisions(owner, DecisionKind.LIGHT)[0], edition="national/gone/2001-01-01"), RULES
    )
    assert verdict.because == "不同，因为规则库中没有它所依据的版本“national/gone/2001-01-01”"


def test_an_edition_with_another_digest_is_named(owner: Session) -> None:
    verdict = recompute(resealed(decisions(owner, DecisionKind.LIGHT)[0], edition_digest="0" * 64), RULES)
    assert verdict.because.startswith(
        "不同，因为规则版本“national/monitoring_lights/2019-07-26”的摘要与决策时不同（决策时 000000000000…"
    )


def test_a_method_nobody_knows_is_named(owner: Session) -> None:
    verdict = recompute(resealed(decisions(owner, DecisionKind.LIGHT)[0], method="scoring.lights/9"), RULES)
    assert verdict.because == "不同，因为没有用于“监控亮灯”的方法“scoring.lights/9”"


def test_a_method_of_another_kind_is_no_method(owner: Session) -> None:
    verdict = recompute(resealed(decisions(owner, DecisionKind.LIGHT)[0], method="scoring.grade/1"), RULES)
    assert verdict.because == "不同，因为没有用于“监控亮灯”的方法“scoring.grade/1”"


@pytest.mark.parametrize(
    ("environment", "loose", "same"),
    [
        ("python 3.99.0 numpy 9.9 blas x86_64/haswell", "", False),
        ("python 3.99.0 numpy 9.9", "，当时未统一运算内核，末位相差一个取整单位以内视为相同", True),
    ],
)
def test_another_numeric_environment_is_named_and_rounded_values_compared(
    owner: Session, environment: str, loose: str, same: bool
) -> None:
    decision = resealed(decisions(owner, DecisionKind.BASELINE)[0], environment=environment)
    verdict = recompute(decision, RULES)
    assert verdict.same
    assert verdict.because.startswith(
        f"相同（数值环境不同，按舍入后的值比较{loose}：决策时 {environment}，现为 python 3."
    )
    result = deepcopy(decision.result)
    point = result["baselines"][0]["point"]
    point["fen"] = str(int(point["fen"]) + int(decision.facts["spec"]["rounding"]["fen"]))
    assert recompute(resealed(decision, result=result), RULES).same is same


def test_a_baseline_with_another_seed_than_its_edition_is_told(owner: Session) -> None:
    verdict = recompute(resealed(decisions(owner, DecisionKind.BASELINE)[0], seed=1), RULES)
    assert verdict.because == "不同，因为测算参数与规则版本“national/cost_baseline/2026-01-01”所定的不同"


def test_a_benefit_with_another_rate_than_its_edition_is_told(owner: Session) -> None:
    decision = decisions(owner, DecisionKind.BENEFIT)[0]
    facts = change(decision.facts, ("parameters", "discount_rate"), "0.01")
    assert recompute(resealed(decision, facts=facts), RULES).because.startswith(
        "不同，因为折现率 0.01 与规则版本“"
    )


@pytest.mark.parametrize(
    ("stored", "computed", "told"),
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": [1, 2]}, {"a": (1, 2)}, None),
        ({"a": 1}, {"a": True}, "/a 处存档为 1，重算为 true"),
        ({"a": [1, {"b": "2"}]}, {"a": [1, {"b": "3"}]}, '/a/1/b 处存档为 "2"，重算为 "3"'),
        ({"a": 1, "b": 2}, {"a": 1}, "/b 处存档为 2，重算为 （无）"),
        ({"a": [1]}, {"a": [1, None]}, "/a/1 处存档为 （无），重算为 null"),
        (None, {}, "/ 处存档为 null，重算为 {}"),
    ],
)
def test_the_first_difference_names_the_place_and_both_values(
    stored: Json, computed: Json, told: str | None
) -> None:
    found = first_difference(stored, computed)
    assert (str(found) if found else None) == told
