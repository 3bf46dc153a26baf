"""The draft edition: exact points, read back by the rulebook, examples that hold, nothing hidden."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.provenance import SourceStatus
from budgetperf.rulebook.edition import Edition, failed_examples
from budgetperf.rulebook.reading import read_edition
from budgetperf.scoring.composite_index import CompositeIndexRules, composite_index
from budgetperf.statistics.draft import Draft, draft_of, whole_points
from budgetperf.statistics.methods import WeightMethod
from budgetperf.statistics.outcome import outcome_of
from budgetperf.statistics.records import IndexOutcome
from tests.statistics.makers import COMPUTED_ON, made_tables, make_spec


@pytest.fixture(scope="module")
def outcome() -> IndexOutcome:
    return outcome_of(made_tables(), make_spec())


def read_back(draft: Draft, root: Path) -> Edition:
    path = root / draft.path
    path.parent.mkdir(parents=True)
    path.write_text(draft.text, encoding="utf-8")
    return read_edition(path, root=root)


@pytest.mark.parametrize("method", [method for method in WeightMethod if method.weighs])
def test_the_draft_is_an_edition_whose_examples_hold(
    outcome: IndexOutcome, tmp_path: Path, method: WeightMethod
) -> None:
    edition = read_back(draft_of(outcome, make_spec(method=method), computed_on=COMPUTED_ON), tmp_path)
    assert edition.id == "sample/composite_index/2026-01-01"
    assert edition.source.status is SourceStatus.OURS
    assert failed_examples(edition) == ()
    rules = edition.rules_as(CompositeIndexRules)
    assert sum(criterion.weight for criterion in rules.scheme.criteria()) == 100
    assert {c.source.status for c in rules.scheme.criteria()} == {SourceStatus.OURS}
    assert [d.label for d in rules.scheme.dimensions] == ["经济规模", "发展质量", "开放与民生"]
    assert rules.indicators["i09"].direction is Direction.REVERSE
    for said in ("2026-07-21", method.label, "20人", "保留12个", "最大余数法"):
        assert said in rules.weighting


def test_the_edition_ranks_the_cities_as_the_build_did(outcome: IndexOutcome, tmp_path: Path) -> None:
    rules = read_back(draft_of(outcome, make_spec(), computed_on=COMPUTED_ON), tmp_path).rules_as(
        CompositeIndexRules
    )
    keys = {criterion.label: criterion.key for criterion in rules.scheme.criteria()}
    table = made_tables().measured
    group = {
        city: {
            keys[head.name]: value
            for head, value in zip(table.indicators, row, strict=True)
            if head.name in keys
        }
        for city, row in zip(table.evaluands, table.rows, strict=True)
    }
    totals = {city: sheet.total for city, sheet in composite_index(group, rules=rules).items()}
    built = {line.evaluand: line.standings[WeightMethod.FACTOR].score for line in outcome.evaluands}
    assert all(
        abs(totals[city] - built[city]) < Decimal("0.15") for city in built
    )  # 12 half-up roundings, twice
    assert (
        sorted(totals, key=lambda city: -totals[city])[:5] == sorted(built, key=lambda city: -built[city])[:5]
    )


def test_names_that_look_like_numbers_stay_text(outcome: IndexOutcome, tmp_path: Path) -> None:
    line = outcome.weights[0]
    odd = replace(line, indicator=replace(line.indicator, name="1e5", uom="true", dimension=".5"))
    changed = replace(outcome, weights=(odd, *outcome.weights[1:]))
    spec = make_spec(title="2026: “指数” # 甲", jurisdiction="2026")
    edition = read_back(draft_of(changed, spec, computed_on=COMPUTED_ON), tmp_path)
    rules = edition.rules_as(CompositeIndexRules)
    assert edition.title == "2026: “指数” # 甲"
    assert next(iter(rules.scheme.criteria())).label == "1e5"
    assert (rules.indicators["i01"].uom, rules.scheme.dimensions[0].label) == ("true", ".5")


def test_a_method_that_was_not_computed_gives_no_draft() -> None:
    found = outcome_of(made_tables(pairs=False), make_spec())
    with pytest.raises(Invalid) as refused:
        draft_of(found, make_spec(method="ahp"), computed_on=COMPUTED_ON)
    assert refused.value.code == "statistics.no_weights"


def test_an_indicator_without_points_gives_no_draft(outcome: IndexOutcome) -> None:
    line = outcome.weights[0]
    nil = replace(line, weights={**line.weights, WeightMethod.EQUAL: Decimal(0)})
    with pytest.raises(Invalid, match="地区生产总值") as refused:
        draft_of(
            replace(outcome, weights=(nil, *outcome.weights[1:])),
            make_spec(method="equal"),
            computed_on=COMPUTED_ON,
        )
    assert refused.value.code == "statistics.zero_weight"


def test_what_is_missing_goes_to_the_largest_remainders() -> None:
    # 100 x (1, 1, 5) / 7 = 14.2857…, 14.2857…, 71.4285…: rounded 14.29 + 14.29 + 71.43 = 100.01;
    # rounded up by 0.0043, 0.0043 and 0.0014: the first gives the last digit back.
    weights = {"a": Decimal(1), "b": Decimal(1), "c": Decimal(5)}
    assert [str(points) for points in whole_points(weights).values()] == ["14.28", "14.29", "71.43"]
    # 100 x (1, 1, 1) / 3: 33.33 x 3 = 99.99; the first takes what is missing.
    assert list(whole_points(dict.fromkeys("abc", Decimal(1))).values()) == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]


@given(st.lists(st.decimals("0.000001", "1", places=6), min_size=1, max_size=40))
def test_points_always_sum_to_the_total_and_move_less_than_a_last_digit(shares: list[Decimal]) -> None:
    weights = {str(number): share for number, share in enumerate(shares)}
    points = whole_points(weights)
    assert sum(points.values()) == 100
    exact = {name: share * 100 / sum(shares) for name, share in weights.items()}
    assert all(abs(points[name] - exact[name]) < Decimal("0.0151") for name in points)
    assert all(value >= 0 for value in points.values())
