"""Many-facet severity: the likelihood by another road, recovery of made truth, and refused designs."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats

from budgetperf.statistics.agreement import fit_severity, stack_ratings
from budgetperf.statistics.errors import (
    BadParameter,
    BadTable,
    Disconnected,
    NoFiniteEstimate,
    NotConverged,
    NoVariation,
    StatisticsError,
    TooFewRows,
)
from budgetperf.statistics.facets import read_design
from budgetperf.statistics.rating_scale import MarginalLikelihood

THRESHOLDS = np.array([-1.5, 0.0, 1.5])


def chances(distance: float, thresholds: np.ndarray) -> np.ndarray:
    """The rating scale, grade by grade."""
    raw = np.array([k * distance - thresholds[:k].sum() for k in range(len(thresholds) + 1)])
    return np.exp(raw) / np.exp(raw).sum()


def made(
    seed: int,
    n: int = 40,
    *,
    severities: tuple[float, ...] = (-0.6, -0.1, 0.2, 0.5),
    per: int = 3,
    criteria: int = 1,
    spread: float = 1.2,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Ratings 1 to 4 of targets from N(0.3, spread^2) by ``per`` raters each, and the places of the targets."""
    rng = np.random.default_rng(seed)
    places = rng.normal(0.3, spread, n)
    hard = np.linspace(-0.4, 0.4, criteria) if criteria > 1 else np.zeros(1)
    rows = [
        (
            f"项目{i}",
            f"评委{r}",
            f"指标{c}",
            1 + int(rng.choice(4, p=chances(places[i] - severities[r] - hard[c], THRESHOLDS))),
        )
        for i in range(n)
        for r in rng.choice(len(severities), per, replace=False)
        for c in range(criteria)
    ]
    return pd.DataFrame(rows, columns=["target", "rater", "criterion", "score"]), places


def wide(*rows: list[float | None]) -> pd.DataFrame:
    return stack_ratings(pd.DataFrame(rows, columns=list("ABCDEF")[: len(rows[0])]))


# ------------------------------------------------------------------ the figures


def test_the_likelihood_is_the_integral_over_the_targets() -> None:
    """Every target's integral by adaptive quadrature, at the maximum found."""
    ratings, _ = made(1, 12)
    found = fit_severity(ratings)
    severity, thresholds = found.severity.loc["rater", "estimate"], found.thresholds["estimate"].to_numpy()
    total = 0.0
    for _, own in ratings.groupby("target"):

        def density(theta: float, own: pd.DataFrame = own) -> float:
            likely = [
                chances(theta - severity[rater], thresholds)[score - 1]
                for rater, score in zip(own["rater"], own["score"], strict=True)
            ]
            return float(np.prod(likely)) * stats.norm.pdf(theta, found.mean, found.spread)

        total += np.log(integrate.quad(density, found.mean - 12, found.mean + 12, epsabs=1e-13)[0])
    assert found.loglike == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize("grid", [None, np.linspace(-6, 6, 21)])
def test_the_gradient_is_that_of_the_likelihood(grid: np.ndarray | None) -> None:
    ratings, _ = made(2, criteria=2)
    design = read_design(ratings, score="score", target="target", facets=["rater", "criterion"], group=None)
    model = MarginalLikelihood(design, 0.5, grid)
    at = np.random.default_rng(2).normal(0, 0.5, model.n_free)
    numeric = optimize.approx_fprime(at, lambda free: model(free)[0], 1e-6)
    np.testing.assert_allclose(model(at)[1], numeric, rtol=1e-4, atol=1e-3)


def test_wide_targets_with_few_ratings_are_fitted_too() -> None:
    """Two ratings each of 60 targets 4 logits apart, 20 draws: none is given up, the spread is found."""
    spreads = [fit_severity(made(seed, 60, per=2, spread=4.0)[0]).spread for seed in range(20)]
    assert np.mean(spreads) == pytest.approx(4, abs=1)


def test_nothing_near_is_likelier() -> None:
    ratings, _ = made(3)
    design = read_design(ratings, score="score", target="target", facets=["rater"], group=None)
    found, model = fit_severity(ratings), MarginalLikelihood(design, 0.1, None)
    rng = np.random.default_rng(3)
    best = np.concatenate([
        found.severity["estimate"].to_numpy()[:-1], found.thresholds["estimate"].to_numpy()[:-1],
        [found.mean, np.log(found.spread)],
    ])  # fmt: skip
    assert -model(best)[0] == pytest.approx(found.loglike, abs=1e-6)
    for _ in range(50):
        assert -model(best + rng.normal(0, 0.05, len(best)))[0] < found.loglike


def test_warms_estimate_solves_its_equation_and_is_finite_at_the_ends() -> None:
    ratings = wide(
        [0, 0, 0], [3, 3, 3], [1, 2, 0], [2, 2, 3], [0, 1, 1], [1, 1, 2], [3, 2, 1], [0, 1, 0], [2, 3, 3]
    )
    found = fit_severity(ratings)
    severity, thresholds = found.severity.loc["rater", "estimate"], found.thresholds["estimate"].to_numpy()
    for target, own in ratings.groupby("target"):
        theta, grades = found.targets.loc[target, "estimate"], np.arange(4)
        expected = information = third = 0.0
        for rater in own["rater"]:
            p = chances(theta - severity[rater], thresholds)
            mean = p @ grades
            expected, information = expected + mean, information + p @ (grades - mean) ** 2
            third += p @ (grades - mean) ** 3
        assert own["score"].sum() - expected + third / (2 * information) == pytest.approx(0, abs=1e-8)
        assert found.targets.loc[target, "std_error"] == pytest.approx(information**-0.5)
        assert found.targets.loc[target, "fair"] == pytest.approx(chances(theta, thresholds) @ grades)


def test_severity_is_recovered_and_intervals_cover_at_their_level() -> None:
    """40 panels of 40 targets: mean estimates near the truth, 95 % of 160 intervals hold it."""
    true, estimates, covered = np.array([-0.6, -0.1, 0.2, 0.5]), [], []
    for seed in range(40):
        rater = fit_severity(made(seed)[0]).severity.loc["rater"].sort_index()
        estimates.append(rater["estimate"])
        covered += ((rater["low"] <= true) & (true <= rater["high"])).tolist()
    spread = np.std(estimates, axis=0) / 40**0.5
    assert (np.abs(np.mean(estimates, axis=0) - true) < 3.5 * spread + 0.02).all()
    assert np.mean(covered) == pytest.approx(0.95, abs=0.06)


def test_equal_raters_are_called_unequal_at_the_level_of_the_test() -> None:
    """50 panels of raters of one severity: 10 % within 3.5 standard errors."""
    found = [
        fit_severity(made(seed, severities=(0.0,) * 4)[0]).equality.loc["rater", "p_value"]
        for seed in range(50)
    ]
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=3.5 * (0.09 / 50) ** 0.5)


def test_criteria_are_a_facet_like_raters() -> None:
    found = fit_severity(made(4, 150, criteria=3)[0], facets=["rater", "criterion"])
    criterion = found.severity.loc["criterion"].sort_index()
    assert criterion["estimate"].tolist() == pytest.approx([-0.4, 0, 0.4], abs=0.2)
    assert found.severity.groupby("facet")["estimate"].sum().tolist() == pytest.approx([0, 0], abs=1e-12)
    assert found.thresholds["estimate"].sum() == pytest.approx(0, abs=1e-12)
    assert found.equality.loc["criterion", "p_value"] < 1e-6


def test_fair_scores_take_the_luck_of_the_draw_out() -> None:
    """Two equal targets, one before the milder raters: raw scores differ more than fair ones."""
    ratings, places = made(5, 300, severities=(-1.5, -1.2, 1.2, 1.5), per=2)
    targets = fit_severity(ratings).targets
    true = pd.Series(places, [f"项目{i}" for i in range(300)]).reindex(targets.index)
    assert (
        targets["fair"].corr(true, method="spearman")
        > targets["observed"].corr(true, method="spearman") + 0.03
    )


def test_order_names_and_the_lowest_grade_do_not_matter() -> None:
    ratings, _ = made(6)
    plain = fit_severity(ratings)
    shuffled = ratings.sample(frac=1, random_state=1).assign(score=lambda t: t["score"] + 10)
    moved = fit_severity(shuffled)
    pd.testing.assert_series_equal(
        moved.severity["estimate"].sort_index(), plain.severity["estimate"].sort_index(), atol=1e-5
    )
    assert moved.loglike == pytest.approx(plain.loglike, abs=1e-8)
    assert list(moved.thresholds.index) == [12, 13, 14]
    assert moved.targets["fair"].sort_index().tolist() == pytest.approx(
        (plain.targets["fair"].sort_index() + 10).tolist(), abs=1e-5
    )


def test_two_grades_are_rasch() -> None:
    ratings, _ = made(7)
    found = fit_severity(ratings.assign(score=(ratings["score"] > 2).astype(int)))
    assert found.thresholds["estimate"].tolist() == [0]


def test_an_erratic_rater_is_named() -> None:
    ratings, _ = made(8, 120, severities=(-0.6, -0.3, 0.0, 0.0, 0.0, 0.2, 0.3, 0.4), per=8)
    drawn = np.random.default_rng(8).integers(1, 5, len(ratings))
    ratings["score"] = np.where(ratings["rater"] == "评委2", drawn, ratings["score"])
    found = fit_severity(ratings)
    assert {one.message.split("”")[1][-3:] for one in found.findings} == {"评委2"}


def test_a_group_is_an_assumption_and_said_so() -> None:
    ratings, _ = made(9)
    ratings["district"] = np.where(ratings["target"].str[-1] < "5", "东", "西")
    (told,) = fit_severity(ratings, group="district").findings
    assert told.code == "statistics.group_by_assumption"
    split = ratings.assign(district=np.where(ratings["rater"] == "评委0", "东", "西"))
    with pytest.raises(BadTable, match="分属两个组别"):
        fit_severity(split, group="district")


# ------------------------------------------------------------------ what cannot be told


def test_a_design_that_falls_apart_is_refused_with_its_parts_until_one_target_links_them() -> None:
    ratings, _ = made(12, per=4)
    first = ratings["target"].isin([f"项目{i}" for i in range(20)])
    keep = first == ratings["rater"].isin(["评委0", "评委1"])
    with pytest.raises(Disconnected, match="“rater”各组没有共同的对象") as refusal:
        fit_severity(ratings[keep])
    assert {frozenset(part) for part in refusal.value.subsets} == {
        frozenset({"评委0", "评委1"}), frozenset({"评委2", "评委3"}),
    }  # fmt: skip
    linked = fit_severity(ratings[keep | (ratings["target"] == "项目0")]).severity
    whole = fit_severity(ratings).severity
    assert linked["std_error"].mean() > 1.5 * whole["std_error"].mean()


def test_only_the_facet_that_falls_apart_is_named() -> None:
    ratings, _ = made(10, criteria=2, per=4)
    first = ratings["target"].isin([f"项目{i}" for i in range(20)])
    apart = ratings[first == ratings["rater"].isin(["评委0", "评委1"])]
    with pytest.raises(Disconnected, match="“rater”各组") as refusal:
        fit_severity(apart, facets=["criterion", "rater"])
    assert sorted(len(part) for part in refusal.value.subsets) == [2, 2]


def test_facets_that_always_go_together_are_refused() -> None:
    ratings, _ = made(11, per=4)
    bound = ratings.assign(criterion=np.where(ratings["rater"].isin(["评委0", "评委1"]), "甲", "乙"))
    with pytest.raises(Disconnected, match=r"捆绑.*criterion 甲"):
        fit_severity(bound, facets=["rater", "criterion"])


def test_a_rater_of_one_extreme_has_no_finite_severity() -> None:
    with pytest.raises(NoFiniteEstimate, match=r"：B$"):
        fit_severity(wide([0, 3], [1, 3], [2, 3], [3, 3]))


def test_a_grade_nobody_gave_is_refused() -> None:
    with pytest.raises(BadTable, match="1与其上一个所给等级之间"):
        fit_severity(wide([0, 3], [1, 3], [3, 1], [3, 0]))


def test_perfect_agreement_and_no_agreement_have_no_maximum() -> None:
    for shift in (0, 1):
        agreed = [[grade, grade + shift, grade] for grade in [0, 1, 2, 3, 3, 0, 1, 2] * 5]
        with pytest.raises(NoFiniteEstimate, match="几乎没有分歧"):
            fit_severity(wide(*agreed))
    with pytest.raises(NoVariation, match="总体标准差趋于0"):
        fit_severity(wide([0, 3], [1, 2], [2, 1], [3, 0]))


def test_an_iteration_that_does_not_settle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("budgetperf.statistics.severity.NEWTON_STEPS", 0)
    with pytest.raises(NotConverged, match="多侧面严厉度模型迭代0次仍未收敛，请检查评分"):
        fit_severity(made(1)[0])


@pytest.mark.parametrize(
    ("ratings", "error", "text"),
    [
        (wide([0, 1.5], [1, 2]), BadTable, "整数等级：第3行1.5"),
        (wide([0, np.inf], [1, 2]), BadTable, "整数等级：第3行inf"),
        (wide([0], [1], [2]), TooFewRows, "“rater”的水平太少"),
        (wide([0, 1, 2]), TooFewRows, "评分对象太少"),
        (wide([1, 1], [1, 1]), TooFewRows, "给出的等级太少"),
        (wide([0, 1], [1, 2]).replace({"rater": {"B": None}}), BadTable, "为空：第3行rater"),
        (pd.concat([wide([0, 1], [1, 2])] * 2), BadTable, "重复出现：第5行"),
        (wide([0, 1], [1, 2]).drop(columns="score"), BadParameter, "score"),
        (wide([0, 1], [1, 2]).iloc[:0], TooFewRows, "评分对象太少"),
    ],
)
def test_bad_tables_are_refused_by_row(
    ratings: pd.DataFrame, error: type[StatisticsError], text: str
) -> None:
    with pytest.raises(error, match=text):
        fit_severity(ratings)


@pytest.mark.parametrize("grid", [[0.0, 1.0], [0.0, 1.0, 3.0]])
def test_an_uneven_grid_is_refused(grid: list[float]) -> None:
    with pytest.raises(BadParameter, match="等距"):
        fit_severity(made(1)[0], grid=grid)
