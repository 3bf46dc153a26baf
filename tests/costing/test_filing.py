"""What is told of a panel when it is handed in, beyond what every fit asks again."""

from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.costing.errors import Collinear, TooFewRows
from budgetperf.costing.filing import check_jumps, check_prices, check_repeats, check_units
from budgetperf.costing.fitted import fit
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel, DriverSpec
from budgetperf.findings import Severity
from budgetperf.money import Money
from tests.costing.factories import INDEX, make_panel

REGRESSION = BaselineSpec(methods=("driver_regression",), n_draws=50)
OTHERS = {
    "double": lambda drivers: 2 * drivers["area"],
    "share": lambda drivers: drivers["manual"],
    "mixed": lambda drivers: drivers["area"].quantize(Decimal(1)) + 1,
}


def with_driver(panel, spec, value):
    rows = tuple(replace(row, drivers={**row.drivers, spec.code: value(row.drivers)}) for row in panel.rows)
    return CostPanel(replace(panel.spec, drivers=(*panel.spec.drivers, spec)), rows)


def with_value(panel, at, code, value):
    rows = list(panel.rows)
    rows[at] = replace(rows[at], drivers={**rows[at].drivers, code: Decimal(value)})
    return replace(panel, rows=tuple(rows))


@pytest.mark.parametrize(
    ("code", "logged", "named"), [("double", True, "“保洁面积”"), ("share", False, "“人工清扫占比”")]
)
def test_a_driver_that_repeats_another_is_told_at_its_heading_and_no_regression_is_fitted(
    code, logged, named
):
    panel = with_driver(make_panel(), DriverSpec(code, "重复", "个", logged=logged), OTHERS[code])
    (finding,) = check_repeats(panel)
    assert (finding.severity, finding.where.pointer) == (Severity.WARNING, f"/drivers/{code}")
    assert f"“重复”几乎可由{named}算出" in finding.message
    with pytest.raises(Collinear):
        fit(panel, REGRESSION)


def test_a_sum_is_told_with_all_its_parts():
    panel = with_driver(
        make_panel(), DriverSpec("hand", "手工", "个", logged=False), lambda d: d["area"] * d["manual"]
    )
    total = DriverSpec("total", "合计", "个", logged=False)
    panel = with_driver(panel, total, lambda d: d["hand"] + d["manual"])
    (finding,) = check_repeats(panel)
    assert "“合计”几乎可由“人工清扫占比”、“手工”算出" in finding.message


def test_drivers_that_are_only_alike_are_not_told():
    panel = with_driver(make_panel(), DriverSpec("mixed", "约数", "个"), OTHERS["mixed"])
    assert check_repeats(panel) == ()
    assert check_repeats(make_panel()) == ()
    fit(panel, REGRESSION)


@pytest.mark.parametrize(("n", "codes"), [(3, ["cost_panel.units"]), (4, [])])
def test_fewer_units_than_a_fit_takes_are_told_however_many_their_years(n, codes):
    panel = make_panel(n_dmus=n, years=(2022, 2023, 2024))
    assert [one.code for one in check_units(panel)] == codes
    if codes:
        with pytest.raises(TooFewRows):
            fit(panel, REGRESSION)
    else:
        fit(panel, REGRESSION)


@pytest.mark.parametrize(
    ("times", "told"), [("4.9", []), ("5", ["5.0倍"]), ("10", ["10.0倍"]), ("0.1", ["0.1倍"]), ("0.25", [])]
)
def test_a_driver_far_from_the_units_other_years_is_told_at_its_cell(times, told):
    panel = make_panel(n_dmus=6)  # the area of a unit is the same in its three years
    area = panel.rows[4].drivers["area"]
    found = check_jumps(with_value(panel, 4, "area", area * Decimal(times)))
    assert [(one.severity, one.where.pointer) for one in found] == [
        (Severity.WARNING, "/rows/D01/2023/drivers/area") for _ in told
    ]
    assert all(text in one.message for one, text in zip(found, told, strict=True))


@pytest.mark.parametrize(
    ("times", "told"), [("4", []), ("10", ["10.0倍"]), ("0.1", ["0.1倍"]), ("3000", []), ("0.0003", [])]
)
def test_a_cost_far_from_the_units_other_years_is_told_and_one_in_another_unit_by_its_own_check(times, told):
    panel = make_panel(n_dmus=6)
    rows = [replace(row, cost=Money(10_000_000)) for row in panel.rows]
    rows[4] = replace(rows[4], cost=Money(int(10_000_000 * Decimal(times))))
    found = check_jumps(replace(panel, rows=tuple(rows)))
    assert [(one.severity, one.where.pointer) for one in found] == [
        (Severity.WARNING, "/rows/D01/2023/cost") for _ in told
    ]
    assert all(text in one.message for one, text in zip(found, told, strict=True))


def test_a_year_given_twice_is_not_a_jump():
    panel = with_value(make_panel(n_dmus=6), 4, "area", "9999")
    assert check_jumps(panel)
    assert check_jumps(replace(panel, rows=tuple(replace(row, year=2024) for row in panel.rows))) == ()


def test_each_of_three_multiples_but_the_first_is_told_to_repeat_it():
    panel = make_panel()
    for times in (2, 3):
        spec = DriverSpec(f"x{times}", f"{times}倍", "个")
        panel = with_driver(panel, spec, lambda drivers, times=times: times * drivers["area"])
    assert ["“保洁面积”算出" in one.message for one in check_repeats(panel)] == [True, True]


def test_shares_and_units_of_one_year_have_nothing_to_jump_from():
    panel = make_panel(n_dmus=6, years=(2024,))
    assert check_jumps(with_value(panel, 2, "area", "9999")) == ()
    shares = make_panel(n_dmus=6)
    assert check_jumps(with_value(shares, 4, "manual", "0.01")) == ()


def test_a_region_under_an_index_of_no_regions_is_told_once_at_its_first_row():
    panel = make_panel(n_dmus=3, years=(2023, 2024))
    panel = replace(panel, rows=tuple(replace(row, group="火星") for row in panel.rows))
    (finding,) = check_prices(panel, INDEX)
    assert (finding.severity, finding.where.pointer) == (Severity.NOTE, "/rows/D00/2023/region")
    assert "“火星”的成本不作地区折算" in finding.message
    known = replace(INDEX, regions={"城区": Decimal(1)})
    assert {one.severity for one in check_prices(panel, known)} == {Severity.ERROR}
    assert check_prices(replace(panel, rows=make_panel(n_dmus=3).rows), INDEX) == ()
