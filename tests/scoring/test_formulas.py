import json
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from budgetperf.errors import Invalid
from budgetperf.provenance import canonical_json
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.facts import Answer, Fact, NotApplicable
from budgetperf.scoring.formulas import FORMULAS, Formula, NamedRule
from budgetperf.scoring.recompute import to_json
from budgetperf.scoring.score import score
from tests.scoring.formula_cases import EACH_FORMULA, FORMULA_CASES, facts_for
from tests.scoring.makers import make_criterion, make_scheme


def test_the_table_lists_every_formula_under_its_name() -> None:
    union = set(get_args(get_args(Formula)[0]))
    assert set(FORMULAS.values()) == union
    assert {name: model.model_fields["name"].default for name, model in FORMULAS.items()} == {
        name: name for name in FORMULAS
    }


def test_every_formula_is_tried_here() -> None:
    assert {case.name for case in FORMULA_CASES} == set(FORMULAS)


@EACH_FORMULA
def test_a_fact_of_another_kind_is_refused(formula: NamedRule) -> None:
    other = NotApplicable("无") if formula.name == "yes_no" else Answer(yes=True)
    with pytest.raises(Invalid, match=f"计分方法“{formula.name}”需要的事实是") as refusal:
        formula.part(other, Decimal(10))
    assert refusal.value.code == "scoring.fact_kind"


@EACH_FORMULA
def test_every_formula_says_what_it_does_and_where_it_comes_from(formula: NamedRule) -> None:
    assert len(formula.wording) >= 5
    assert formula.wording.isprintable()
    assert "References\n" in (type(formula).__doc__ or "")


@EACH_FORMULA
def test_a_formula_survives_json(formula: NamedRule) -> None:
    assert type(formula).model_validate(formula.model_dump(mode="json")) == formula


FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


@EACH_FORMULA
@settings(max_examples=50)
@given(drawn=st.data())
def test_a_score_lies_between_nothing_and_its_points(formula: NamedRule, drawn: st.DataObject) -> None:
    fact = drawn.draw(facts_for(formula, Decimal("7.35")))
    part = formula.part(fact, Decimal("7.35"))
    assert 0 <= part.share <= 1
    sheet = score(make_scheme(make_criterion("a", "7.35", formula), places=1), {"a": fact})
    assert sheet.line("a").points == min(half_up(part.share * Fraction("7.35"), 1), Decimal("7.35"))
    assert 0 <= sheet.line("a").points <= Decimal("7.35")


@EACH_FORMULA
@settings(max_examples=50)
@given(drawn=st.data())
def test_every_fact_survives_canonical_json(formula: NamedRule, drawn: st.DataObject) -> None:
    fact = drawn.draw(facts_for(formula, Decimal(10)))
    stored = json.loads(canonical_json(to_json(fact)))
    assert FACT.validate_python(stored) == fact
