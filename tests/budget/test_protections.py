import pytest

from budgetperf.budget.protections import Protected, floor_of
from budgetperf.errors import Invalid
from budgetperf.evaluands import Protection
from budgetperf.money import ZERO
from tests.budget.makers import make_rules, wan

RULES = make_rules()


def floor(kind: Protection, amount=None, request=wan(100)):
    protected = Protected(kind=kind, amount=amount, basis="标准")
    return floor_of(request, protected, line="P1", rule=RULES.protection(kind))


def test_unprotected_line_has_no_floor():
    assert floor_of(wan(100), None, line="P1", rule=None) == ZERO


def test_every_protection_has_a_rule_in_the_default_edition():
    assert all(RULES.protection(kind) for kind in Protection)


def test_proven_need_is_the_floor_and_never_more_than_the_request():
    assert floor(Protection.WAGES, wan(60)) == wan(60)
    assert floor(Protection.CONTRACT, wan(100)) == wan(100)
    assert floor(Protection.CONTRACT, wan(101)) == wan(100)


def test_three_guarantees_without_proof_are_kept_whole():
    assert floor(Protection.BASIC_LIVELIHOOD) == wan(100)


def test_contract_without_amount_is_refused():
    with pytest.raises(Invalid, match="合同应付额") as refusal:
        floor(Protection.CONTRACT)
    assert refusal.value.code == "protections.no_proof"


def test_protection_unknown_to_the_edition_is_refused():
    protected = Protected(kind=Protection.WAGES, amount=wan(1), basis="标准")
    with pytest.raises(Invalid) as refusal:
        floor_of(wan(100), protected, line="P1", rule=None)
    assert refusal.value.code == "protections.no_rule"
