"""Costing against published data with published results (see each case's ``expected.json``)."""

import csv
import json
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from budgetperf.costing.benefit import BenefitParameters, Flow, FlowKind, Option, Timing, analyse
from budgetperf.costing.cashflow import (
    Payment,
    actual_365,
    equivalent_annual,
    internal_rates,
    modified_internal_rate,
    present_value,
    roll_over,
)
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.money import Money, MoneyUnit
from budgetperf.provenance import Source
from tests.compulsory import require

CASES = Path(os.environ.get("BUDGETPERF_CASES", "../shared/data/cases"))


def case(name):
    require(f"published case {name}", (CASES / name).is_dir(), "set BUDGETPERF_CASES to the folder of cases")
    return json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))


def rows(name, file="data.csv"):
    with (CASES / name / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# ------------------------------------------------------------------ cost-benefit


def parameters(rate):
    return BenefitParameters(
        "case", date(2000, 1, 1), Decimal(rate), 2000, Timing.YEAR_END, Source("published case")
    )


def flow(year, amount, kind, label=""):
    return Flow(year, Money.parse(amount, MoneyUnit.YUAN), kind, label, 2000, "published case")


def series(name):
    """Return the cash flows of a case by series, dated ones as years from their first date."""
    found, start = defaultdict(list), {}
    for row in rows(name):
        years = Decimal(row.get("year") or row["t"])
        if row.get("date"):
            day = date.fromisoformat(row["date"])
            years = actual_365(start.setdefault(row["series"], day), day)
        found[row["series"]].append(Payment(years, Decimal(row["cashflow"])))
    return found


@pytest.mark.parametrize("name", ["disruption", "fleet"])
def test_conventional_and_modified_benefit_cost_ratio(name):
    known = case("cba-bcr-conventional-modified")
    line = next(row for row in rows("cba-bcr-conventional-modified") if row["case"] == name)
    kinds = {
        "pw_benefits": FlowKind.BENEFIT,
        "pw_disbenefits": FlowKind.DISBENEFIT,
        "capital": FlowKind.CAPITAL,
        "operating": FlowKind.OPERATING,
        "sponsor_saving": FlowKind.SAVING,
    }
    flows = tuple(flow(0, line[column], kind) for column, kind in kinds.items())
    found = analyse((Option(name, name, 1, flows, EvidenceGrade.C),), parameters("0.05")).results[0]
    expected, near = known["expected"][name], known["tolerance"]["bcr"]
    assert float(found.bcr.value) == pytest.approx(expected["bcr"], abs=near)
    if "bcr_modified" in expected:
        assert float(found.bcr_modified.value) == pytest.approx(expected["bcr_modified"], abs=near)
    assert found.bcr.numerator - found.bcr.denominator == found.npv
    assert found.bcr_modified.numerator - found.bcr_modified.denominator == found.npv


def test_boardman_library_present_values():
    known = case("cba-boardman-library-eanb")
    flows = []
    for row in rows("cba-boardman-library-eanb", "library.csv"):
        cost = FlowKind.CAPITAL if row["year"] == "0" else FlowKind.OPERATING
        flows += [
            flow(int(row["year"]), row["benefit"], FlowKind.BENEFIT),
            flow(int(row["year"]), row["cost"], cost),
        ]
    option = Option("library", "图书馆信息系统", 5, tuple(flows), EvidenceGrade.C)
    found = analyse((option,), parameters(str(known["method"]["library_rate"]))).results[0]
    present, expected = dict(found.present), known["expected"]["library"]
    near = known["tolerance"]["library"]
    costs = present[FlowKind.CAPITAL] + present[FlowKind.OPERATING]
    assert present[FlowKind.BENEFIT].fen / 100 == pytest.approx(expected["pv_benefits"], abs=near)
    assert costs.fen / 100 == pytest.approx(expected["pv_costs"], abs=near)
    assert found.npv.fen / 100 == pytest.approx(expected["npv"], abs=near)


def test_boardman_projects_of_unequal_life():
    known = case("cba-boardman-library-eanb")
    rate, near = Decimal(str(known["method"]["projects_rate"])), known["tolerance"]["million"]
    projects = {row["project"]: row for row in rows("cba-boardman-library-eanb", "projects.csv")}
    for name, expected in known["expected"]["eanb"].items():
        npv, life = Decimal(projects[name]["npv_million"]), int(projects[name]["life_years"])
        assert float(equivalent_annual(npv, rate, years=life)) == pytest.approx(expected, abs=near)
    rolled = roll_over(Decimal(projects["cogeneration"]["npv_million"]), rate, life=15, times=5)
    assert float(rolled) == pytest.approx(known["expected"]["rollover_npv_cogeneration_x5"], abs=near)


def test_excel_internal_rates_and_dated_flows():
    known, flows = case("cba-excel-help-npv-irr-xirr"), series("cba-excel-help-npv-irr-xirr")
    expected, near = known["expected"], known["tolerance"]
    for name, count in {"irr_first3": 3, "irr_first5": 5, "irr_all6": 6}.items():
        found = internal_rates(flows["irr"][:count])
        assert float(found.unique) == pytest.approx(expected[name], abs=near["irr"])
    assert float(internal_rates(flows["xirr"]).unique) == pytest.approx(expected["xirr"], abs=near["xirr"])
    dated = present_value(flows["xirr"], Decimal("0.09"))
    assert float(dated) == pytest.approx(expected["xnpv_9pct"], abs=1e-6)


@pytest.mark.parametrize(("name", "rate"), [("npv1", "0.1"), ("npv2", "0.08"), ("npv3", "0.08")])
def test_excel_present_values(name, rate):
    known = case("cba-excel-help-npv-irr-xirr")
    found = present_value(series("cba-excel-help-npv-irr-xirr")[name], Decimal(rate))
    assert float(found) == pytest.approx(known["expected"][name], abs=known["tolerance"]["npv"])


@pytest.mark.parametrize("name", [f"irr{i}" for i in range(1, 7)])
def test_numpy_financial_internal_rates_are_all_found(name):
    known = case("cba-irr-npv-mirr-numpyfinancial")
    found = internal_rates(series("cba-irr-npv-mirr-numpyfinancial")[name])
    expected = known["expected"][name]
    ours = [float(rate) for rate in found.rates]
    np.testing.assert_allclose(ours, expected["all_real_roots_in_(-0.99,10)"], atol=1e-9)
    assert min(abs(rate - expected["irr"]) for rate in ours) <= known["tolerance"]["irr"]


@pytest.mark.parametrize("name", ["mirr1", "mirr2"])
def test_numpy_financial_modified_internal_rates(name):
    known = case("cba-irr-npv-mirr-numpyfinancial")
    expected = known["expected"][name]
    found = modified_internal_rate(
        series("cba-irr-npv-mirr-numpyfinancial")[name],
        finance_rate=Decimal(str(expected["finance_rate"])),
        reinvest_rate=Decimal(str(expected["reinvest_rate"])),
    )
    assert float(found) == pytest.approx(expected["mirr"], abs=known["tolerance"]["mirr"])


@pytest.mark.parametrize("name", ["npv1", "npv2"])
def test_numpy_financial_present_values(name):
    known = case("cba-irr-npv-mirr-numpyfinancial")
    expected = known["expected"][name]
    found = present_value(series("cba-irr-npv-mirr-numpyfinancial")[name], Decimal(str(expected["rate"])))
    assert float(found) == pytest.approx(expected["npv"], abs=known["tolerance"]["npv"])
