from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.costing.frames import panel_frame
from budgetperf.costing.panel import (
    CostPanel,
    check_constant,
    check_cost,
    check_drivers,
    check_duplicate,
    check_rows,
    check_unit,
    check_unit_alone,
)
from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.money import Money
from tests.costing.factories import SPEC, make_panel, make_row


def panel_of(*rows):
    return CostPanel(SPEC, tuple(rows))


def test_a_sound_panel_has_no_findings_and_becomes_sorted_floats():
    panel = make_panel()
    assert panel.check() == ()
    frame = panel_frame(replace(panel, rows=panel.rows[::-1]))
    assert list(frame.columns) == ["cost", "area", "manual"]
    assert list(frame.index) == sorted((row.dmu, row.year) for row in panel.rows)
    first = panel.rows[0]
    assert frame.loc[("D00", 2022), "cost"] == first.cost.fen / 100
    assert frame.loc[("D00", 2022), "area"] == float(first.drivers["area"])


def test_the_same_dmu_and_year_twice_is_told():
    (finding,) = check_duplicate(panel_of(make_row(), make_row(), make_row(year=2023)))
    assert finding.where.pointer == "/rows/D00/2024"
    assert "2行" in finding.message


@pytest.mark.parametrize(("cost", "told"), [("0.01", 0), ("0", 1), ("-5", 1)])
def test_a_cost_must_be_positive(cost, told):
    assert len(check_cost(panel_of(make_row(cost=cost)))) == told


def test_a_missing_driver_is_told_with_its_label():
    row = replace(make_row(), drivers={"area": Decimal(1)})
    (finding,) = check_drivers(panel_of(row))
    assert "人工清扫占比" in finding.message


@pytest.mark.parametrize(
    ("area", "manual", "told"), [("0.001", "0", 0), ("0", "0", 1), ("NaN", "0", 1), ("1", "-1", 0)]
)
def test_only_a_logged_driver_must_be_positive(area, manual, told):
    assert len(check_drivers(panel_of(make_row(area=area, manual=manual)))) == told


def test_fewer_than_ten_rows_per_driver_is_a_warning():
    rows = make_panel().rows
    assert check_rows(panel_of(*rows[:20])) == ()
    (finding,) = check_rows(panel_of(*rows[:19]))
    assert finding.severity is Severity.WARNING


def test_a_driver_that_never_varies_is_told():
    (finding,) = check_constant(panel_of(make_row(), make_row(year=2023, cost="7", area="21")))
    assert finding.where.pointer == "/drivers/manual"


def test_a_cost_that_never_varies_is_told():
    (finding,) = check_constant(panel_of(make_row(), make_row(year=2023, area="21", manual="0.1")))
    assert finding.where.pointer == "/rows"


@pytest.mark.parametrize(
    ("usual", "cost", "guesses"),
    [
        ("1", "3000", ["像是填大了一万倍"]),
        ("1", "2999.99", []),
        ("1", "10000", ["像是填大了一万倍"]),
        ("9000", "3", ["像是填小了一万倍"]),
        ("9000", "3.01", []),
    ],
)
def test_a_jump_of_thousands_against_own_other_years_is_a_wrong_unit(usual, cost, guesses):
    rows = [make_row(year=2022, cost=usual), make_row(year=2023, cost=usual), make_row(year=2024, cost=cost)]
    found = check_unit(panel_of(*rows, make_row("D01", cost="90000000")))
    assert [f.where.pointer for f in found] == ["/rows/D00/2024"] * len(guesses)
    assert all(guess in f.message for f, guess in zip(found, guesses, strict=True))


def test_of_two_years_thousands_of_times_apart_both_are_told():
    found = check_unit(panel_of(make_row(year=2023, cost="1"), make_row(year=2024, cost="10000")))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("cost", "area", "told"),
    [("10000", "10", 1), ("0.01", "10", 1), ("1", "100000", 1), ("900", "10", 0), ("10000", "10000", 0)],
)
def test_a_whole_unit_thousands_of_times_off_the_others_is_warned_of(cost, area, told):
    others = [make_row(f"D{n}", cost="10", area="10") for n in range(1, 4)]
    odd = [make_row("D00", year=year, cost=cost, area=area) for year in (2023, 2024)]
    found = check_unit_alone(panel_of(*odd, *others))
    assert [(one.code, one.severity, one.where.pointer) for one in found] == [
        ("costing.unit_alone", Severity.WARNING, "/rows/D00/2023")
    ] * told
    assert check_unit_alone(panel_of(*odd)) == ()


def test_floats_are_refused_while_an_error_stands():
    rows = make_panel().rows
    broken = panel_of(*rows, replace(rows[0], year=2025, cost=Money(0)))
    with pytest.raises(Invalid) as caught:
        panel_frame(broken)
    assert [f.code for f in caught.value.findings] == ["costing.cost"]


def test_a_warning_alone_does_not_close_the_door():
    assert len(panel_frame(panel_of(*make_panel().rows[:15]))) == 15
