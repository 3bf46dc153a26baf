"""A term is its code for machines and its statutory word for people."""

import json

import pytest

from budgetperf.classification import FundSource
from budgetperf.evaluands import EvaluandKind, OrganisationKind, ProjectNature, ProjectOrigin
from budgetperf.findings import Severity
from budgetperf.indicators import Achievement, Direction, Level1, Level2, Operator
from budgetperf.ledger import EntryKind, RateBase
from budgetperf.money import MoneyUnit
from budgetperf.permissions import Role
from budgetperf.process.deadlines import Urgency
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.provenance import DecisionKind, SourceStatus
from budgetperf.terms import Term

VOCABULARIES: tuple[type[Term], ...] = (
    Achievement, DecisionKind, Direction, EntryKind, EvaluandKind, FundSource, Guard, Level1, Level2, MoneyUnit, Operator,
    OrganisationKind, ProjectNature, ProjectOrigin, RateBase, Role, Severity, SourceStatus, Stage, Status, Urgency,
)  # fmt: skip
AMBIGUOUS = {Status: {"已测算"}}  # a baseline is fitted, a round of limits computed: one word on two desks


def test_a_term_is_found_by_code_and_by_label() -> None:
    assert Role("clerk") is Role.CLERK
    assert Role.from_label(" 单位经办 ") is Role.CLERK
    assert Role.from_label("clerk") is None
    assert Role.CLERK.label == "单位经办"


def test_a_term_travels_as_its_code() -> None:
    assert json.dumps({"role": Role.CLERK}) == '{"role": "clerk"}'
    assert f"{Role.CLERK}" == "clerk"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="mayor"):
        Role("mayor")


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_every_term_has_a_code_that_fits_its_column_and_a_label(vocabulary: type[Term]) -> None:
    for term in vocabulary:
        assert term.value.isascii()
        assert term.value == term.value.lower()
        assert 0 < len(term.value) <= 32
        assert term.label
        assert not term.label.isascii() or vocabulary is Operator


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_no_two_terms_of_a_vocabulary_share_a_label(vocabulary: type[Term]) -> None:
    labels = [term.label for term in vocabulary]
    assert {label for label in labels if labels.count(label) > 1} == AMBIGUOUS.get(vocabulary, set())
