"""Agreement of raters against published data with published results (see each case's ``expected.json``)."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from budgetperf.statistics.agreement import (
    cronbach_alpha,
    fit_severity,
    gwet_ac1,
    icc,
    kendall_w,
    krippendorff_alpha,
    stack_ratings,
)
from tests.compulsory import require

CASES = Path(os.environ.get("BUDGETPERF_CASES", "../shared/data/cases"))


def case(name):
    require(f"published case {name}", (CASES / name).is_dir(), "set BUDGETPERF_CASES to the folder of cases")
    return json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))


def ratings(name):
    return pd.read_csv(CASES / name / "data.csv", index_col=0)


def test_six_targets_and_four_judges_of_shrout_and_fleiss():
    known = case("icc-shrout-fleiss1979")
    found = icc(ratings("icc-shrout-fleiss1979"))
    printed, exact = known["expected"], pd.Series(known["ten_digits"])
    near = known["tolerance"]
    assert found.table["estimate"].to_dict() == pytest.approx(printed["icc"], abs=near["icc"])
    assert found.table["estimate"].to_dict() == pytest.approx(exact.to_dict(), rel=1e-12)
    assert found.mean_squares.to_dict() == pytest.approx(printed["mean_squares"], abs=near["mean_squares"])
    assert cronbach_alpha(ratings("icc-shrout-fleiss1979")).alpha == pytest.approx(
        exact["ICC(3,k)"], rel=1e-12
    )


def test_ten_projects_ranked_by_four_judges():
    known = case("kendall-w-10projects-4judges")
    found = kendall_w(ratings("kendall-w-10projects-4judges"))
    assert found.w == pytest.approx(known["expected"]["W"], abs=known["tolerance"]["W"])
    assert found.w == pytest.approx(known["W_exact"], rel=1e-12)
    assert found.rank_sums.tolist() == known["expected"]["rank_sums"]
    assert ((found.rank_sums - found.rank_sums.mean()) ** 2).sum() == known["expected"]["sum_D2"]


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_four_observers_twelve_units_with_gaps(level):
    known = case("krippendorff-2011-alpha")
    found = krippendorff_alpha(ratings("krippendorff-2011-alpha"), level=level)
    assert found.alpha == pytest.approx(known["expected"][level], abs=known["tolerance"]["alpha"])
    assert found.alpha == pytest.approx(known["ten_digits"][level], rel=1e-12)
    assert (found.n_values, found.unpaired) == (40, ("12",))


def test_the_same_table_is_gwets_example_of_four_raters():
    case("krippendorff-2011-alpha")
    found = gwet_ac1(ratings("krippendorff-2011-alpha"))
    # irrCAC 1.0 (Gwet 2019), gwet.ac1.raw(cac.raw4raters): the same twelve units.
    assert found.coefficient == pytest.approx(0.77544, abs=5e-6)
    assert found.std_error == pytest.approx(0.14295, abs=5e-6)
    assert (found.low, found.high) == (pytest.approx(0.461, abs=5e-4), 1.0)


# ------------------------------------------------------------------ many facets


def styles():
    """372 essays by 21 raters, and the language of each writer."""
    wide = ratings("mfrm-style-ratings-tam")
    language = wide.pop("language")
    long = stack_ratings(wide)
    return long.assign(language=long["target"].map(language))


def test_style_ratings_on_the_grid_of_tam():
    known = case("mfrm-style-ratings-tam")["expected"]
    found = fit_severity(styles(), group="language", grid=np.linspace(-6, 6, 21))
    raters = found.severity.loc["rater", "estimate"]
    np.testing.assert_allclose(raters, known["rater_severity"], atol=2e-3)
    np.testing.assert_allclose(found.severity.loc["language", "estimate"], known["group"], atol=3e-3)
    np.testing.assert_allclose(found.thresholds["estimate"], known["thresholds"], atol=1e-4)
    assert raters.quantile([0, 0.25, 0.5, 0.75, 1]).tolist() == pytest.approx(
        list(known["rater_summary"].values()), abs=2e-3
    )
    places = found.targets["estimate"]
    assert [places.min(), places.max()] == pytest.approx(known["student_wle_range"], abs=0.01)
    assert places.mean() == pytest.approx(known["student_wle_mean"], abs=0.005)


def test_style_ratings_with_exact_quadrature():
    known = case("mfrm-style-ratings-tam")["fine_quadrature_result"]
    found = fit_severity(styles(), group="language")
    np.testing.assert_allclose(found.severity.loc["rater", "estimate"], known["rater"], atol=1e-5)
    np.testing.assert_allclose(found.thresholds["estimate"], known["thresholds"], atol=2e-5)
    assert found.severity.loc[("language", 1), "estimate"] == pytest.approx(known["group"], abs=1e-4)
    assert (found.mean, found.spread) == (
        pytest.approx(known["mu"], abs=1e-4),
        pytest.approx(known["sd"], abs=1e-4),
    )
    # The case's own quadrature is coarser: halving our nodes' distance moves our figure by 1e-7 only.
    assert found.loglike == pytest.approx(known["loglik"], abs=1e-3)
