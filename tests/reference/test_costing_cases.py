"""Costing against published data with published results (see each case's ``expected.json``)."""

import csv
import json
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
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
from budgetperf.costing.design import regressors
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.regression import Covariance, fit_driver_regression, fit_ols
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


def digits(ours, theirs):
    """Correct digits: the log relative error, absolute where the certified value is zero."""
    ours, theirs = float(ours), float(theirs)
    error = abs(ours - theirs) / (abs(theirs) or 1.0)
    return 16.0 if error == 0 else -np.log10(error)


# ------------------------------------------------------------------ least squares

NIST_DIGITS = {"norris": 8, "pontius": 8, "noint1": 8, "noint2": 8, "longley": 8, "filip": 6}
NIST_DIGITS |= {f"wampler{i}": 6 for i in range(1, 6)}


@pytest.mark.parametrize("name", NIST_DIGITS)
def test_nist_certified_regressions_are_met(name):
    expected = case("ols-nist-strd-11")["expected"][name]
    frame = pd.read_csv(CASES / "ols-nist-strd-11" / f"{name}.csv").astype("float64")
    if name.startswith("noint"):
        design = frame[["x"]]
    elif name == "longley":
        design = frame.drop(columns="y").assign(const=1.0)
        design = design[["const", *[f"x{i}" for i in range(1, 7)]]]
    else:
        design = pd.DataFrame({f"x{p}": frame["x"] ** p for p in range(len(expected["beta"]))})
    fit = fit_ols(frame["y"], design, covariance=Covariance.CLASSICAL)
    assert fit.n == expected["n"]
    least = NIST_DIGITS[name]
    assert min(map(digits, fit.estimates, expected["beta"])) >= least
    assert min(map(digits, fit.std_errors, expected["se"])) >= least
    assert digits(fit.r2, expected["r_squared"]) >= least
    assert digits(fit.residual_sd, expected["residual_sd"]) >= least


def test_nerlove_log_cost_function_of_1955():
    known = case("ols-logcost-nerlove1955")
    data = pd.read_csv(CASES / "ols-logcost-nerlove1955" / "data.csv").iloc[:145]
    drivers = pd.DataFrame(
        {
            "output": data["output"],
            "labor_fuel": data["labor"] / data["fuel"],
            "capital_fuel": data["capital"] / data["fuel"],
        }
    )
    fit = fit_driver_regression(data["cost"] / data["fuel"], drivers, covariance=Covariance.CLASSICAL)
    ours = np.column_stack([fit.ols.estimates, fit.ols.std_errors])
    np.testing.assert_allclose(ours, known["expected"]["coef_se_R"], atol=known["tolerance"]["coef_se_R"])
    np.testing.assert_allclose(
        fit.ols.estimates, known["expected"]["hayashi_rounded"], atol=known["tolerance"]["hayashi"]
    )
    assert fit.ols.r2 == pytest.approx(known["expected"]["r_squared"], rel=1e-12)
    ssr = float((fit.ols.residuals**2).sum())
    assert ssr == pytest.approx(known["expected"]["ssr"], rel=1e-12)


def test_greene_airlines_pooled_cost_function():
    known = case("panel-greene-airlines")
    data = pd.read_csv(CASES / "panel-greene-airlines" / "data.csv")
    fit = fit_driver_regression(
        data["cost"], data[["output", "price", "load"]], levels=["load"], covariance=Covariance.CLASSICAL
    )
    pooled, near = known["expected"]["pooled"], known["tolerance"]["all"]
    np.testing.assert_allclose(fit.ols.estimates, pooled["coef"], atol=near)
    np.testing.assert_allclose(fit.ols.std_errors, pooled["se"], atol=near)
    assert fit.ols.r2 == pytest.approx(pooled["r2"], abs=near)
    assert float((fit.ols.residuals**2).sum()) == pytest.approx(pooled["ssr"], abs=near)


# ------------------------------------------------------------------ quantiles


def engel():
    known = case("qr-engel-koenker")
    data = pd.read_csv(CASES / "qr-engel-koenker" / "data.csv")
    return known, data["foodexp"], regressors(data[["income"]], levels=["income"])


def test_engel_food_expenditure_quantiles_are_exact():
    known, food, design = engel()
    solutions = known["exact_lp_solution"]
    for tau, exact in solutions.items():
        fit = fit_quantile(food, design, tau=float(tau))
        np.testing.assert_allclose(fit.estimates, [exact["const"], exact["income"]], rtol=1e-9)
        assert fit.check_loss == pytest.approx(exact["check_loss"], rel=1e-12)
    assert set(solutions) >= {"0.1", "0.5", "0.75"}


def test_engel_medians_and_upper_quartiles_are_those_of_r_and_stata():
    known, food, design = engel()
    published = known["expected"]
    median = fit_quantile(food, design, tau=0.5)
    r = published["tau_0.5"]
    np.testing.assert_allclose(median.estimates, [r["const"], r["income"]], rtol=1e-6)
    upper, stata = fit_quantile(food, design, tau=0.75), published["tau_0.75_stata"]
    # Stata's printed intercept is itself 1.7e-6 from the exact optimum, which the test above meets.
    np.testing.assert_allclose(upper.estimates, [stata["const"], stata["income"]], rtol=2e-6)
    assert upper.pseudo_r2 == pytest.approx(stata["pseudo_r2"], abs=5e-5)
    assert 2 * upper.check_loss == pytest.approx(stata["sum_adev"], rel=1e-6)  # Stata doubles the loss
    tenth = fit_quantile(food, design, tau=0.1)
    np.testing.assert_allclose(tenth.fitted, published["tau_0.1_R_fitted"], rtol=1e-6)
    np.testing.assert_allclose(tenth.residuals, published["tau_0.1_R_residuals"], atol=1e-3)


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
