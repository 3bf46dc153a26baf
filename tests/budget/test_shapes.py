from decimal import Decimal

import pytest

from budgetperf.budget.lines import ExanteFacts, LineFacts
from budgetperf.budget.shapes import Citation, from_json, percent, read_money, to_json
from budgetperf.errors import Invalid
from budgetperf.money import Money
from tests.budget.makers import make_facts, wan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("-5", -5),
        ("8000", 8000),
        ("80万元", 80_000_000),
        ("1,234.56元", 123456),
        ("0.5 亿元", 5 * 10**9),
    ],
)
def test_amount_is_fen_or_names_its_unit(text, fen):
    assert read_money(text) == Money(fen)


@pytest.mark.parametrize("value", [80, 80.5, "12.5", "80万", "", "八十万元", "1e3", None, True])
def test_anything_else_is_no_amount(value):
    with pytest.raises(ValueError, match="不是金额"):
        read_money(value)


def test_record_reads_back_as_it_was_written():
    facts = make_facts(exante=ExanteFacts(conclusion="partial", recommended=wan("80.01"), package="e"))
    assert from_json(LineFacts, to_json(facts)) == facts


def test_record_holds_money_as_fen_text_and_numbers_as_text():
    stored = to_json(make_facts(priority_points=Decimal("1E+1")))
    assert (stored["request"], stored["priority_points"]) == ("100000000", "10")


@pytest.mark.parametrize(
    "change",
    [{"request": 100}, {"request": "-1"}, {"priority_points": 80}, {"surprise": "1"}, {"line": 7}],
)
def test_loose_record_is_refused_with_its_place(change):
    with pytest.raises(Invalid) as refusal:
        from_json(LineFacts, {**to_json(make_facts()), **change})
    assert refusal.value.code == "budget.record"
    assert refusal.value.facts["place"] == next(iter(change))


def test_missing_field_is_refused():
    stored = {key: value for key, value in to_json(make_facts()).items() if key != "request"}
    with pytest.raises(Invalid, match="request"):
        from_json(LineFacts, stored)


def test_rate_just_below_a_bound_is_not_written_as_the_bound():
    assert percent(Decimal("0.79999999")) == "79.99%"
    assert percent(Decimal("0.8")) == "80.00%"


def test_citation_names_its_status():
    assert str(Citation(document="办法", clause="第三条", status="to_confirm")) == "办法，第三条（待核实）"
