from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.money import Money
from budgetperf.scoring.facts import Measured, MoneyRatio, NotApplicable, Rated
from budgetperf.scoring.formulas import Execution, Judged, Proportional
from budgetperf.scoring.score import score
from tests.scoring.makers import make_criterion, make_scheme

FORWARD = Proportional(zero_target="met")


def measured(target: str, actual: str) -> Measured:
    return Measured(Decimal(target), Decimal(actual))


@pytest.mark.parametrize(("actual", "points"), [("49.94", "4.99"), ("49.95", "5.00"), ("49.949", "4.99")])
def test_each_line_is_rounded_half_up_once(actual: str, points: str) -> None:
    sheet = score(make_scheme(make_criterion(formula=FORWARD)), {"a": measured("100", actual)})
    assert sheet.line("a").points == Decimal(points)


def test_the_places_are_those_of_the_scheme() -> None:
    scheme = make_scheme(make_criterion(formula=FORWARD), places=0)
    assert score(scheme, {"a": measured("100", "85")}).total == 9
    assert score(scheme, {"a": measured("100", "84.9")}).total == 8


def test_points_and_lost_points_add_to_the_weight_and_lines_to_the_total() -> None:
    scheme = make_scheme(make_criterion("a", "20", FORWARD), make_criterion("b", "10", FORWARD))
    sheet = score(scheme, {"a": measured("3", "1"), "b": measured("3", "2")})
    assert [(line.points, line.lost) for line in sheet.lines] == [
        (Decimal("6.67"), Decimal("13.33")),
        (Decimal("6.67"), Decimal("3.33")),
    ]
    assert sheet.total == Decimal("13.34")
    assert sheet.subtotal(frozenset({"b"})) == Decimal("6.67")


def test_rounding_never_lifts_a_line_above_its_weight() -> None:
    scheme = make_scheme(make_criterion(weight="22.525", formula=FORWARD))
    assert score(scheme, {"a": measured("1", "1")}).total == Decimal("22.525")


def test_a_missing_base_is_told_with_its_place_and_source() -> None:
    sheet = score(make_scheme(make_criterion(formula=Execution())), {"a": MoneyRatio(Money(1), Money(0))})
    (finding,) = sheet.findings
    assert (finding.severity, str(finding.where)) == (Severity.WARNING, "/facts/a")
    assert "基数为零" in finding.message
    assert "测〔2025〕1号" in finding.source


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "缺少以下评分项的事实：评分项a"),
        ({"a": Rated(Decimal(1)), "x": Rated(Decimal(1))}, "不在评分方案中：x"),
    ],
)
def test_facts_must_be_exactly_those_of_the_scheme(facts: dict[str, Rated], told: str) -> None:
    with pytest.raises(Invalid, match=told) as refusal:
        score(make_scheme(make_criterion()), facts)
    assert refusal.value.code == "scoring.facts"


def test_an_inapplicable_criterion_drops_out_and_the_total_is_rescaled() -> None:
    scheme = make_scheme(make_criterion("a", "60"), make_criterion("b", "40"))
    sheet = score(scheme, {"a": Rated(Decimal(50)), "b": NotApplicable("未开展")})
    assert sheet.total == Decimal("83.33")
    assert sheet.line("a").points == 50
    line = sheet.line("b")
    assert (line.points, line.lost, line.applicable) == (0, 0, False)


def test_full_marks_stay_full_after_rescaling() -> None:
    criteria = [make_criterion(str(i), "11") for i in range(9)]
    facts = {criterion.key: Rated(Decimal(11)) for criterion in criteria}
    assert score(make_scheme(*criteria), {**facts, "3": NotApplicable("未开展")}).total == 99


def test_an_inapplicable_criterion_is_refused_where_the_scheme_refuses_it() -> None:
    scheme = make_scheme(make_criterion("a"), make_criterion("b"), not_applicable="refuse")
    with pytest.raises(Invalid) as refusal:
        score(scheme, {"a": Rated(Decimal(1)), "b": NotApplicable("未开展")})
    assert refusal.value.code == "scoring.not_applicable"


def test_a_sheet_without_any_applicable_criterion_is_refused() -> None:
    with pytest.raises(Invalid, match="全部评分项均为不适用"):
        score(make_scheme(make_criterion()), {"a": NotApplicable("未开展")})


def test_an_unknown_line_is_a_key_error() -> None:
    sheet = score(make_scheme(make_criterion()), {"a": Rated(Decimal(1))})
    with pytest.raises(KeyError):
        sheet.line("z")


@given(st.permutations(["a", "b", "c"]), st.lists(st.decimals(0, 10, places=2), min_size=3, max_size=3))
def test_the_order_of_facts_does_not_matter(order: list[str], points: list[Decimal]) -> None:
    scheme = make_scheme(*(make_criterion(key) for key in "abc"))
    facts = {key: Rated(value) for key, value in zip("abc", points, strict=True)}
    assert score(scheme, {key: facts[key] for key in order}) == score(scheme, facts)


def test_what_a_formula_refuses_is_told_with_its_criterion() -> None:
    scheme = make_scheme(make_criterion("a", "10", Judged()), make_criterion("b", "10", Judged()))
    with pytest.raises(Invalid) as refusal:
        score(scheme, {"a": Rated(Decimal(5)), "b": Rated(Decimal(11))})
    assert refusal.value.text.startswith("“评分项b”：评分11超出")
    assert (refusal.value.code, refusal.value.facts["key"]) == ("scoring.points_range", "b")
