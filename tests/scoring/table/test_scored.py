from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Direction
from budgetperf.money import Money
from budgetperf.scoring.facts import (
    Achieved,
    Fact,
    InGroup,
    Measured,
    MoneyRatio,
    NotApplicable,
    Ranked,
    Rated,
    Reached,
)
from budgetperf.scoring.formulas import (
    FORMULAS,
    Band,
    Execution,
    Graded,
    Judged,
    MinMax,
    NamedRule,
    Proportional,
    Rank,
    Step,
    Tier,
)
from budgetperf.scoring.group import in_group, ranked
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.score import ScoreSheet, score
from budgetperf.scoring.table import (
    AchievedColumn,
    AnswerColumn,
    FactTable,
    MeasuredColumn,
    MoneyColumn,
    Numbers,
    RatedColumn,
    scored,
)
from budgetperf.scoring.table.columns import ints
from budgetperf.scoring.table.gathered import column_of
from budgetperf.scoring.table.kernels import KERNELS
from tests.scoring.formula_cases import EACH_FORMULA, facts_for, wrong_facts
from tests.scoring.makers import make_criterion, make_scheme
from tests.scoring.table.kinds import kinds

WEIGHTS = st.sampled_from(["10", "7.35", "0.015", "22.525", "90", "3.3"])
FORWARD = Proportional(zero_target="met")


def sheets_or_refusal(
    scheme: Scheme, rows: Sequence[Mapping[str, Fact]]
) -> list[ScoreSheet] | tuple[int, Invalid]:
    """Score row by row; the first refusal with its row."""
    sheets = []
    for number, facts in enumerate(rows):
        try:
            sheets.append(score(scheme, facts))
        except Invalid as refusal:
            return number, refusal
    return sheets


def demand_equal(
    scheme: Scheme, facts: Mapping[str, Sequence[Fact]], masks: Mapping[str, Sequence[bool]]
) -> None:
    """The table says what the sheets say, or refuses the row they refuse with the same words."""
    columns = {key: column_of(column) for key, column in facts.items()}
    marks = {key: np.array(mask) for key, mask in masks.items()}
    number = len(next(iter(facts.values())))
    rows = [FactTable(columns, marks).facts(row) for row in range(number)]
    assert [
        {key: fact for key, fact in row.items() if not isinstance(fact, NotApplicable)} for row in rows
    ] == [
        {key: column[i] for key, column in facts.items() if key not in masks or not masks[key][i]}
        for i in range(number)
    ]
    expected = sheets_or_refusal(scheme, rows)
    if isinstance(expected, tuple):
        with pytest.raises(Invalid) as refused:
            score(scheme, FactTable(columns, marks))
        row, refusal = expected
        assert refused.value.code == refusal.code
        assert refused.value.text == f"第{row + 1}行：{refusal.text}"
        assert refused.value.facts == {**refusal.facts, "row": row + 1}
        return
    table = score(scheme, FactTable(columns, marks))
    assert len(table) == number
    for row, sheet in enumerate(expected):
        assert {key: points.at(row) for key, points in table.points.items()} == {
            line.key: line.points for line in sheet.lines
        }
        assert table.total.at(row) == sheet.total
    noted = {
        key: [
            row
            for row, sheet in enumerate(expected)
            if f"/facts/{key}" in {str(f.where) for f in sheet.findings}
        ]
        for key in facts
    }
    assert {key: found.tolist() for key, found in table.noted.items()} == {
        key: found for key, found in noted.items() if found
    }


def test_every_formula_has_a_kernel() -> None:
    assert list(KERNELS) == list(FORMULAS)


@EACH_FORMULA
@settings(max_examples=40)
@given(drawn=st.data())
def test_a_table_equals_its_rows(formula: NamedRule, drawn: st.DataObject) -> None:
    weight = drawn.draw(WEIGHTS)
    scheme = make_scheme(
        make_criterion("a", weight, formula),
        make_criterion("b", "20", FORWARD),
        places=drawn.draw(st.integers(0, 3)),
        not_applicable=drawn.draw(st.sampled_from(["rescale", "rescale", "refuse"])),
    )
    facts = drawn.draw(st.lists(facts_for(formula, Decimal(weight)), min_size=1, max_size=7))
    same = [fact for fact in facts if kinds(fact) == kinds(facts[0])]
    beside = [Measured(Decimal(3), Decimal(i)) for i in range(len(same))]
    mask = drawn.draw(st.lists(st.booleans(), min_size=len(same), max_size=len(same)))
    masks = drawn.draw(st.sampled_from([{}, {"a": mask}, {"a": mask, "b": mask[::-1]}]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scored, "BLOCK", drawn.draw(st.integers(1, 8)))
        demand_equal(scheme, {"a": same, "b": beside}, masks)


@EACH_FORMULA
@settings(max_examples=25)
@given(fact=wrong_facts(), drawn=st.data())
def test_a_table_refuses_what_its_rows_refuse(formula: NamedRule, fact: Fact, drawn: st.DataObject) -> None:
    good = [
        f
        for f in drawn.draw(st.lists(facts_for(formula, Decimal(10)), max_size=3))
        if kinds(f) == kinds(fact)
    ]
    scheme = make_scheme(make_criterion("a", "10", formula), make_criterion("b", "5"))
    rated: list[Fact] = [Rated(Decimal(1))] * (len(good) + 2)
    demand_equal(scheme, {"a": [*good, fact, fact], "b": rated}, {})


@pytest.mark.parametrize("achievement", list(Achievement))
@pytest.mark.parametrize("ratio", ["1", "0", "1.0", "0.8", "0.6", "0.60"])
def test_a_share_on_the_edge_of_a_tier_is_judged_alike_at_any_decimals(
    achievement: Achievement, ratio: str
) -> None:
    edges = zip(Achievement, ("0.85", "0.6", "0"), ("1", "0.85", "0.6"), strict=True)
    tiers = tuple(Tier(achievement=a, at_least=Decimal(low), below=Decimal(top)) for a, low, top in edges)
    scheme = make_scheme(make_criterion("a", "10", Graded(tiers=tiers)))
    demand_equal(scheme, {"a": [Achieved(achievement, Decimal(ratio))]}, {})


@pytest.mark.parametrize(
    ("actual", "points"),
    [("49.94", "4.99"), ("49.95", "5.00"), ("49.949", "4.99"), ("50.05", "5.01"), ("50.0499", "5.00")],
)
def test_a_tie_goes_up(actual: str, points: str) -> None:
    table = score(
        make_scheme(make_criterion(formula=FORWARD)),
        FactTable({"a": column_of([Measured(Decimal(100), Decimal(actual))])}),
    )
    assert table.points["a"].at(0) == table.total.at(0) == Decimal(points)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=1, max_size=30), st.randoms())
def test_the_order_of_rows_does_not_matter(pairs: list[tuple[int, int]], random: object) -> None:
    scheme = make_scheme(make_criterion("a", "7", FORWARD), make_criterion("b", "3", Execution()))
    order = np.random.default_rng(len(pairs)).permutation(len(pairs))
    whole, mixed = (
        score(
            scheme,
            FactTable({"a": MeasuredColumn(Numbers(base), Numbers(part)), "b": MoneyColumn(part, base)}),
        )
        for base, part in (np.array(pairs).T, np.array(pairs)[order].T)
    )
    assert whole.total.units[order].tolist() == mixed.total.units.tolist()


@pytest.mark.parametrize("wide", [2**61, 2**62, 2**63 - 1, 2**63, 10**30])
def test_numbers_too_wide_for_int64_are_exact_in_their_rows_only(wide: int) -> None:
    target = Numbers(ints([3, wide, -wide, 10]), 2)
    actual = Numbers(ints([2, wide - 1, -wide, 5]), 2)
    scheme = make_scheme(make_criterion("a", "10", FORWARD), places=6)
    columns = {"a": MeasuredColumn(target, actual)}
    table = score(scheme, FactTable(columns))
    assert [table.total.at(row) for row in range(4)] == [
        score(scheme, FactTable(columns).facts(row)).total for row in range(4)
    ]


def test_a_scale_too_wide_for_int64_is_exact() -> None:
    fine = Decimal("0.1234567890123456789012345")
    scheme = make_scheme(make_criterion("a", "10", Judged()), make_criterion("b", "10", FORWARD))
    demand_equal(scheme, {"a": [Rated(fine)], "b": [Measured(Decimal(10), fine)]}, {})


def test_columns_must_be_exactly_those_of_the_scheme() -> None:
    rated = RatedColumn(Numbers(ints([1])))
    with pytest.raises(Invalid, match="缺少以下评分项的事实：评分项a") as refusal:
        score(make_scheme(make_criterion()), FactTable({}))
    assert refusal.value.code == "scoring.facts"
    with pytest.raises(Invalid, match="不在评分方案中：x"):
        score(make_scheme(make_criterion()), FactTable({"a": rated, "x": rated}))


def test_columns_of_different_length_are_refused() -> None:
    scheme = make_scheme(make_criterion("a"), make_criterion("b"))
    one, two = RatedColumn(Numbers(ints([1]))), RatedColumn(Numbers(ints([1, 2])))
    with pytest.raises(Invalid, match="a（1行）、b（2行）") as refusal:
        score(scheme, FactTable({"a": one, "b": two}))
    assert refusal.value.code == "scoring.table"
    with pytest.raises(Invalid, match="不适用标记与之不符：b"):
        score(scheme, FactTable({"a": one, "b": one}, {"b": np.array([True, False])}))
    with pytest.raises(Invalid, match="不适用标记与之不符：x"):
        score(scheme, FactTable({"a": one, "b": one}, {"x": np.array([True])}))
    with pytest.raises(Invalid, match="同一评分项各列的行数不一致"):
        MeasuredColumn(Numbers(ints([1])), Numbers(ints([1, 2])))


@pytest.mark.parametrize("weight", ["100000000000000000", "0.0000000000000000001"])
def test_points_with_too_many_digits_for_a_table_are_refused(weight: str) -> None:
    scheme = make_scheme(make_criterion("a", weight), places=2)
    with pytest.raises(Invalid, match="请逐个计分") as refusal:
        score(scheme, FactTable({"a": RatedColumn(Numbers(ints([1])))}))
    assert refusal.value.code == "scoring.table"


def test_an_empty_table_is_empty() -> None:
    table = score(make_scheme(make_criterion()), FactTable({"a": RatedColumn(Numbers(ints([])))}))
    assert (len(table), table.noted) == (0, {})


def test_refused_rows_are_named_each() -> None:
    scheme = make_scheme(make_criterion("a"), make_criterion("b"))
    bad = [5] * 30
    bad[4], bad[9], bad[29] = 11, -1, 12
    columns = {"a": RatedColumn(Numbers(ints(bad))), "b": RatedColumn(Numbers(ints([5, 5, 99] + [5] * 27)))}
    with pytest.raises(Invalid) as refusal:
        score(scheme, FactTable(columns))
    assert [str(finding.where) for finding in refusal.value.findings] == [
        "/rows/2",
        "/rows/4",
        "/rows/9",
        "/rows/29",
    ]
    assert refusal.value.text == "第3行：“评分项b”：评分99超出0至10分的范围，请重新填写"
    assert refusal.value.facts["row"] == 3


def test_a_table_of_refusals_names_the_first_twenty() -> None:
    columns = {"a": RatedColumn(Numbers(ints([11] * 50)))}
    with pytest.raises(Invalid) as refusal:
        score(make_scheme(make_criterion()), FactTable(columns))
    assert len(refusal.value.findings) == 20


def test_a_column_of_another_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="第1行：“评分项a”：计分方法“judged”需要的事实是Rated") as refusal:
        score(make_scheme(make_criterion()), FactTable({"a": AnswerColumn(np.array([True]))}))
    assert refusal.value.code == "scoring.fact_kind"


def test_a_row_with_nothing_applicable_is_refused_before_a_later_bad_one() -> None:
    scheme = make_scheme(make_criterion("a"))
    columns = {"a": RatedColumn(Numbers(ints([1, 1, 11])))}
    with pytest.raises(Invalid, match="第2行：全部评分项均为不适用"):
        score(scheme, FactTable(columns, {"a": np.array([False, True, False])}))


def test_a_row_of_the_table_reads_as_the_facts_it_was_made_of() -> None:
    facts: list[Fact] = [
        Measured(Decimal("1.5"), Decimal(-2)),
        MoneyRatio(Money(3), Money(10**20)),
        Reached(Decimal("99.99")),
        InGroup(Decimal(2), Decimal(1), Decimal(3)),
        Ranked(Decimal("2.5"), 7),
    ]
    assert [column_of([fact]).fact(0) for fact in facts] == facts


def test_a_tier_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match="达成档次的编码"):
        AchievedColumn(np.array([3], dtype=np.int8), Numbers(ints([1])))
    assert isinstance(AchievedColumn(np.array([2], dtype=np.int8), Numbers(ints([0]))).fact(0), Achieved)


def test_rescaling_never_lifts_a_total_above_the_scheme() -> None:
    scheme = make_scheme(make_criterion("a", "22.525", FORWARD), make_criterion("b", "10", FORWARD))
    done = Measured(Decimal(1), Decimal(1))
    demand_equal(scheme, {"a": [done, done], "b": [done, done]}, {"b": [True, False]})
    assert score(scheme, {"a": done, "b": NotApplicable("无")}).total == Decimal("32.525")


def test_the_facts_of_the_first_pass_are_scored_in_the_second() -> None:
    scheme = make_scheme(make_criterion("level", "4", MinMax()), make_criterion("place", "6", Rank()))
    values = [Decimal(text) for text in ("8.5", "7", "8.5", "10", "7")]
    extremes = in_group(values, Direction.FORWARD)
    places = ranked(values, Direction.FORWARD, ties="shared")
    table = score(scheme, FactTable.of({"level": extremes, "place": places}))
    assert [str(total) for total in table.total.values()] == ["6.50", "1.50", "6.50", "10.00", "1.50"]


def test_facts_of_different_kinds_are_no_column() -> None:
    with pytest.raises(Invalid, match="现有Rated、Reached"):
        FactTable.of({"a": [Rated(Decimal(1)), Reached(Decimal(1))]})


def test_a_table_made_of_facts_leaves_out_what_does_not_apply() -> None:
    scheme = make_scheme(make_criterion("a"), make_criterion("b"), not_applicable="rescale")
    none, five = NotApplicable("无"), Rated(Decimal(5))
    table = score(scheme, FactTable.of({"a": [none, none], "b": [five, five]}))
    assert [str(total) for total in table.total.values()] == ["10.00", "10.00"]


@given(st.lists(st.decimals(-50, 250, places=2), min_size=3, max_size=9), st.integers(1, 3))
def test_reached_values_are_scored_alike_across_blocks(values: list[Decimal], block: int) -> None:
    bands = tuple(Band(bound=Decimal(bound), points=Decimal(points)) for bound, points in ((90, 10), (60, 6)))
    step = Step(edge="at_least", out_of=Decimal(10), bands=bands, otherwise=Decimal(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scored, "BLOCK", block)
        demand_equal(
            make_scheme(make_criterion("a", "10", step)), {"a": [Reached(value) for value in values]}, {}
        )
