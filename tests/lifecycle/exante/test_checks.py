"""Rules on declarations, experts' sheets and conclusions, under the national edition."""

from datetime import date
from decimal import Decimal

import pytest

from budgetperf.lifecycle.exante.checks import check_conclusion, check_declaration, check_sheet
from budgetperf.lifecycle.exante.form import ConclusionForm, Declaration, ScoreForm
from budgetperf.money import Money
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.exante import ExanteConclusion, ExanteRules

RULES = Rulebook.load().get("exante_project", date(2026, 6, 1)).rules_as(ExanteRules)
CRITERIA = tuple(RULES.scheme.criteria())
REQUEST = Money(1000)
FULL = [{"criterion": c.key, "points": c.weight} for c in CRITERIA]
FIRST = CRITERIA[0]
EDGE = RULES.comment.below * FIRST.weight
CENT = Decimal("0.01")


def told(rows: list[dict[str, object]], recommended: int = 1000) -> list[tuple[str, str]]:
    form = ScoreForm.model_validate({"rows": rows, "recommended": recommended, "opinion": "同意"})
    return [(f.code.removeprefix("exante."), f.where.pointer) for f in check_sheet(form, RULES, REQUEST)]


def first(points: Decimal, reason: str = "") -> list[dict[str, object]]:
    return [{"criterion": FIRST.key, "points": points, "reason": reason}, *FULL[1:]]


def test_sound_sheet_is_told_nothing() -> None:
    assert told(FULL) == []


def test_every_criterion_is_rated_once() -> None:
    assert told(FULL[1:]) == [("criterion_missing", "/rows")]
    assert told([*FULL, FULL[0]]) == [("criterion_twice", f"/rows/{len(FULL)}/criterion")]
    assert told([*FULL, {"criterion": "luck", "points": 1}]) == [
        ("criterion_unknown", f"/rows/{len(FULL)}/criterion")
    ]


@pytest.mark.parametrize(
    ("points", "expected"),
    [(FIRST.weight, False), (FIRST.weight + CENT, True), (Decimal(0), False), (-CENT, True)],
)
def test_points_lie_within_the_weight(points: Decimal, expected: bool) -> None:
    assert told(first(points, "不足")) == ([("points_range", "/rows/0/points")] if expected else [])


def test_low_rating_has_a_reason() -> None:
    assert told(first(EDGE)) == []
    assert told(first(EDGE - CENT)) == [("reason_missing", "/rows/0/reason")]
    assert told(first(EDGE - CENT, "依据不足")) == []


@pytest.mark.parametrize(("amount", "expected"), [(0, False), (-1, True), (1000, False), (1001, True)])
def test_recommended_amount_lies_within_the_request(amount: int, expected: bool) -> None:
    assert told(FULL, amount) == ([("recommended_range", "/recommended")] if expected else [])


def concluded(conclusion: str, recommended: int, suggested: str = "", explanation: str = "理由") -> list[str]:
    form = ConclusionForm.model_validate(
        {"conclusion": conclusion, "recommended": recommended, "explanation": explanation}
    )
    panel = ExanteConclusion[(suggested or conclusion).upper()]
    return [f.code.removeprefix("exante.") for f in check_conclusion(form, panel, REQUEST)]


@pytest.mark.parametrize(
    ("conclusion", "amount", "fits"),
    [
        ("support", 1000, True),
        ("support", 999, False),
        ("partial", 999, True),
        ("partial", 1000, False),
        ("partial", 1, True),
        ("partial", 0, False),
        ("reject", 0, True),
        ("reject", 1, False),
    ],
)
def test_amount_fits_the_conclusion(conclusion: str, amount: int, fits: bool) -> None:
    assert concluded(conclusion, amount) == ([] if fits else ["amount_conclusion"])


def test_concluded_amount_is_not_above_the_request() -> None:
    assert concluded("support", 1001) == ["recommended_range", "amount_conclusion"]


def test_conclusion_against_the_mean_is_explained() -> None:
    assert concluded("support", 1000, suggested="partial", explanation="") == ["conclusion_unexplained"]
    assert concluded("support", 1000, suggested="partial") == []
    assert concluded("support", 1000, suggested="support", explanation="") == []


def test_conflict_is_stated() -> None:
    assert [f.where.pointer for f in check_declaration(Declaration(conflict=True, statement=""))] == [
        "/statement"
    ]
    assert check_declaration(Declaration(conflict=True, statement="曾任职")) == ()
    assert check_declaration(Declaration(conflict=False, statement="")) == ()
