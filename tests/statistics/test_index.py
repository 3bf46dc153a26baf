"""The whole build: what stays, scores by hand, methods beside each other, failures told."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.statistics.methods import Extraction, Retention, Screen, WeightMethod
from budgetperf.statistics.outcome import outcome_of
from tests.statistics.makers import made_tables, make_spec, small_tables

COLUMNS = {"产值": [10, 20, 40, 30, 50], "能耗": [5, 3, 4, 1, 2], "就业": [7, 9, 3, 8, 6]}
SMALL = small_tables(COLUMNS, reverse=frozenset({"能耗"}))


def test_the_made_cities_lose_one_candidate_at_each_screen() -> None:
    found = outcome_of(made_tables(), make_spec())
    assert [(line.indicator, line.screen) for line in found.dropped] == [
        ("城市雕塑数量", Screen.MEMBERSHIP),
        ("税收收入", Screen.CORRELATION),
        ("预算公开率", Screen.DISCRIMINATION),
    ]
    assert (found.n_evaluands, found.n_raters, len(found.weights)) == (21, 20, 12)
    assert found.methods == tuple(WeightMethod)
    assert found.consistency is not None
    assert found.consistency.consistency_ratio < Decimal("0.1")
    assert found.consistency.random_index == Decimal("1.48")  # order 12 of Saaty's table


def test_every_methods_weights_sum_to_one_and_ranks_go_from_the_first() -> None:
    found = outcome_of(made_tables(), make_spec())
    for method in found.methods:
        if method.weighs:
            total = sum(line.weights[method] for line in found.weights)
            assert abs(total - 1) < Decimal("0.00001")
        ordered = sorted((line.standings[method] for line in found.evaluands), key=lambda item: -item.score)
        assert [item.rank for item in ordered] == list(range(1, 22))


def test_equal_weights_score_the_mean_place_between_worst_and_best() -> None:
    # 城市1: 产值 0, 能耗 0 (5 is the worst), 就业 (7 - 3) / 6 = 2/3: 100 x (2/3) / 3 = 22.222222
    # 城市4: 产值 1/2, 能耗 1, 就业 5/6: 100 x (7/3) / 3 = 77.777778; 城市5: 1, 3/4, 1/2: 75
    lines = {
        line.evaluand: line.standings[WeightMethod.EQUAL] for line in outcome_of(SMALL, make_spec()).evaluands
    }
    assert [str(lines[f"城市{n}"].score) for n in (1, 4, 5)] == ["22.222222", "77.777778", "75.000000"]
    assert [lines[f"城市{n}"].rank for n in (4, 5)] == [1, 2]


def test_equal_scores_share_the_better_rank() -> None:
    twins = small_tables({"产值": [1, 1, 3, 5], "就业": [2, 2, 9, 1], "能耗": [4, 4, 1, 9]})
    found = outcome_of(twins, make_spec()).evaluands
    first, second = (line.standings[WeightMethod.ENTROPY] for line in found[:2])
    assert (first.score, first.rank) == (second.score, second.rank)
    assert sorted(line.standings[WeightMethod.ENTROPY].rank for line in found) == [1, 2, 3, 3]


def test_the_same_tables_give_the_same_outcome_whatever_the_order_of_rows() -> None:
    tables = made_tables()
    assert outcome_of(tables, make_spec()) == outcome_of(tables, make_spec())
    table = tables.measured
    turned = replace(table, evaluands=table.evaluands[::-1], rows=table.rows[::-1])
    found = outcome_of(replace(tables, measured=turned), make_spec())
    assert found.weights == outcome_of(tables, make_spec()).weights
    assert found.evaluands[::-1] == outcome_of(tables, make_spec()).evaluands


def test_without_judgements_in_pairs_there_are_no_such_weights_and_that_is_told() -> None:
    found = outcome_of(made_tables(pairs=False), make_spec())
    assert WeightMethod.AHP not in found.methods
    assert found.consistency is None
    assert "statistics.no_pairs" in {item.code for item in found.findings}


def test_a_method_that_fails_is_an_error_and_nothing_takes_its_place() -> None:
    repeated = small_tables({"产值": [1, 2, 3, 5], "双倍": [2, 4, 6, 10], "就业": [2, 3, 9, 1]})
    found = outcome_of(repeated, make_spec(correlation_bound="1"))
    (failed,) = [item for item in found.findings if item.code == "statistics.method_failed"]
    assert failed.severity is Severity.ERROR
    assert "因子载荷权重无法计算" in failed.message
    assert found.factor is None
    assert found.methods == (WeightMethod.ENTROPY, WeightMethod.EQUAL)
    assert all(WeightMethod.FACTOR not in line.weights for line in found.weights)


def test_contradicting_judgements_are_told_with_their_ratio() -> None:
    tables = made_tables()
    assert tables.pairs is not None
    rows = [list(row) for row in tables.pairs.judgements]
    rows[0][5], rows[5][0] = rows[0][5] * 9, rows[5][0] / 9
    rows[0][11], rows[11][0] = rows[0][11] / 9, rows[11][0] * 9
    rows[5][11], rows[11][5] = rows[5][11] * 9, rows[11][5] / 9
    pairs = replace(tables.pairs, judgements=tuple(tuple(row) for row in rows))
    found = outcome_of(replace(tables, pairs=pairs), make_spec())
    assert found.consistency is not None
    assert found.consistency.consistency_ratio >= Decimal("0.1")
    assert "statistics.inconsistent" in {item.code for item in found.findings}


def test_methods_that_rank_differently_are_told() -> None:
    found = outcome_of(SMALL, make_spec())
    told = {item.where.pointer for item in found.findings if item.code == "statistics.methods_disagree"}
    low = {
        f"/agreement/{item.first.value}/{item.second.value}"
        for item in found.agreement
        if item.kendall is not None and item.kendall < Decimal("0.7")
    }
    assert told == low != set()


def test_kendall_and_spearman_by_hand() -> None:
    # Places of the five by equal weights and by entropy are read from the outcome; by hand
    # tau = (concordant - discordant) / 10 and rho = 1 - 6 sum d^2 / (5 x 24).
    found = outcome_of(SMALL, make_spec())
    places = [
        (line.standings[WeightMethod.EQUAL].rank, line.standings[WeightMethod.FACTOR_SCORE].rank)
        for line in found.evaluands
    ]
    signs = [(a[0] - b[0]) * (a[1] - b[1]) for number, a in enumerate(places) for b in places[number + 1 :]]
    tau = Decimal(sum(1 if sign > 0 else -1 for sign in signs)) / 10
    rho = 1 - Decimal(6 * sum((a - b) ** 2 for a, b in places)) / 120
    (item,) = [
        item
        for item in found.agreement
        if {item.first, item.second} == {WeightMethod.EQUAL, WeightMethod.FACTOR_SCORE}
    ]
    assert (item.kendall, item.spearman) == (tau, rho)


def test_another_seed_draws_other_entries_and_changes_nothing_else() -> None:
    first, second = (outcome_of(made_tables(), make_spec(seed=seed)) for seed in (1, 2))
    assert first.spot_check != second.spot_check
    assert replace(first, spot_check=()) == replace(second, spot_check=())


def test_the_ways_of_factoring_are_choices() -> None:
    kept = {
        retention: len(
            outcome_of(made_tables(), make_spec(retention=retention, extraction=extraction)).factor.shares
        )  # type: ignore[union-attr]
        for retention, extraction in (
            (Retention.KAISER, Extraction.AXIS),
            (Retention.CUMULATIVE, Extraction.COMPONENT),
        )
    }
    assert kept == {Retention.KAISER: 3, Retention.CUMULATIVE: 4}


def test_tables_of_other_indicators_are_refused_by_name() -> None:
    tables = made_tables()
    renamed = replace(tables.survey, indicators=("生产总值", *tables.survey.indicators[1:]))
    with pytest.raises(Invalid, match="生产总值") as refused:
        outcome_of(replace(tables, survey=renamed), make_spec())
    assert refused.value.code == "statistics.refused"


def test_a_build_that_leaves_one_indicator_is_refused() -> None:
    with pytest.raises(Invalid, match="筛选后只剩1个"):
        outcome_of(small_tables(COLUMNS | {"产值": [10, 20, 40, 30, 90]}), make_spec(variation_cut="0.6"))


@pytest.mark.parametrize(
    "changes",
    [
        {"membership_cut": "1.1"},
        {"correlation_bound": "-0.1"},
        {"variation_cut": "-1"},
        {"cumulative": "0"},
        {"method": "factor_score"},
        {"jurisdiction": "../national"},
        {"jurisdiction": "Beijing"},
        {"important_from": "6"},
    ],
)
def test_parameters_out_of_range_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        make_spec(**changes)
