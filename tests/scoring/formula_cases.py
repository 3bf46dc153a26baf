"""Every formula with several fillings, and the facts hypothesis draws for each: what property tests run over."""

from decimal import Decimal

import pytest
from hypothesis import strategies as st
from pydantic import TypeAdapter

from budgetperf.indicators import Achievement
from budgetperf.money import Money
from budgetperf.scoring.facts import (
    Achieved,
    Answer,
    Fact,
    InGroup,
    LevelAndGrowth,
    Measured,
    MoneyRatio,
    Ranked,
    Rated,
    Reached,
)
from budgetperf.scoring.formulas import Formula, Graded, Judged, LevelGrowth, NamedRule
from budgetperf.scoring.formulas.readings import NumberRule

_BANDS = [{"bound": "90", "points": "10"}, {"bound": "80", "points": "8"}, {"bound": "0", "points": "0"}]
_RISING = [{"bound": "0.05", "points": "10"}, {"bound": "33.335", "points": "3.3"}]
_SLOPES = [
    {"bound": "90", "points": "10"}, {"bound": "80", "points": "8", "rises_to": "9"},
    {"bound": "70", "points": "5", "rises_to": "6"}, {"bound": "0", "points": "0"},
]  # fmt: skip
_TIERS = [
    {"achievement": "met", "at_least": "0.8", "below": "1"},
    {"achievement": "partly", "at_least": "0.5", "below": "0.8"},
    {"achievement": "not_met", "at_least": "0", "below": "0.5"},
]
_SLOPE = {"lose": "0.5", "per": "0.01"}
_BEGUN = {"lose": "0.7", "per": "3", "parts": "begun", "out_of": "20"}
_WHOLE = {"lose": "0.3", "per": "0.7", "parts": "whole"}

_FILLED: list[dict[str, object]] = [
    {"name": "proportional", "zero_target": "at_most_zero"},
    {"name": "proportional", "zero_target": "met", "pass_from": "0.605"},
    {"name": "reverse", "zero_target": "at_most_zero"},
    {"name": "reverse", "zero_target": "met"},
    {"name": "exact", "zero_target": "at_most_zero", "above": "full"},
    {"name": "exact", "zero_target": "met", "above": "inverse"},
    {"name": "exact", "zero_target": "met", "above": "zero"},
    {"name": "deviation_band", "below": "0", "above": "0.3", "reduce": "deviation"},
    {"name": "deviation_band", "below": "0.105", "above": "0.2", "reduce": "excess"},
    *({"name": "threshold", "operator": operator, "bound": "10"} for operator in ("ge", "gt", "eq", "le", "lt")),
    {"name": "threshold", "operator": "eq", "bound": "target"},
    {"name": "threshold", "operator": "le", "bound": "0.05", "reading": "ratio"},
    {"name": "interval", "low": "95", "high": "105.5"},
    {"name": "interval", "low": "0.5", "reading": "ratio", "fall": _SLOPE},
    {"name": "interval", "high": "7", "fall": _BEGUN},
    {"name": "interval", "low": "-3", "high": "3", "fall": _WHOLE},
    {"name": "deduction", "reading": "ratio", "free": "1", "fall": _SLOPE},
    {"name": "deduction", "reading": "change", "free": "0", "fall": _SLOPE, "no_base": "full_if_nothing"},
    {"name": "deduction", "free": "0", "fall": {"lose": "1", "per": "1"}, "none_from": "7.5"},
    {"name": "deduction", "side": "below", "free": "80", "fall": _BEGUN, "none_from": "30"},
    {"name": "deduction", "side": "below", "free": "60.5", "fall": _WHOLE},
    {"name": "step", "edge": "at_least", "out_of": "10", "bands": _BANDS, "otherwise": "0"},
    {
        "name": "step", "edge": "at_most", "out_of": "10", "bands": _RISING, "otherwise": "1",
        "reading": "ratio", "no_base": "full_if_nothing",
    },
    {"name": "satisfaction", "out_of": "10", "bands": _BANDS},
    {"name": "piecewise", "out_of": "10", "highest": "100", "bands": _SLOPES},
    {
        "name": "piecewise", "out_of": "3.5", "highest": "100",
        "bands": [{"bound": "33.3", "points": "1.1", "rises_to": "3.4"}, {"bound": "0", "points": "0.3"}],
    },
    {"name": "graded", "tiers": _TIERS},
    {"name": "judged"},
    {"name": "yes_no"},
    {"name": "execution"},
    {"name": "execution", "no_base": "full"},
    {"name": "min_max"},
    {"name": "min_max", "floor": "0.6", "equal": "0.85"},
    {"name": "rank"},
    {"name": "rank", "last": "0.355"},
    {
        "name": "level_growth", "level_share": "0.4", "growth_share": "0.6",
        "level": {"name": "min_max"}, "growth": {"name": "min_max", "floor": "0.6"},
    },
    {
        "name": "level_growth", "level_share": "0.35", "growth_share": "0.65",
        "level": {"name": "proportional", "zero_target": "met"},
        "growth": {"name": "deduction", "reading": "change", "free": "0", "fall": _SLOPE},
    },
    {
        "name": "level_growth", "level_share": "0.5", "growth_share": "0.5",
        "level": {"name": "judged"}, "growth": {"name": "execution"},
    },
]  # fmt: skip

_FORMULA: TypeAdapter[NamedRule] = TypeAdapter(Formula)
FORMULA_CASES: tuple[NamedRule, ...] = tuple(_FORMULA.validate_python(filled) for filled in _FILLED)
EACH_FORMULA = pytest.mark.parametrize(
    "formula", FORMULA_CASES, ids=[f"{formula.name}-{i}" for i, formula in enumerate(FORMULA_CASES)]
)

SMALL = st.decimals(-20, 200, places=2) | st.sampled_from([Decimal(0), Decimal("0.005"), Decimal(100)])
WIDE = st.decimals(-(10**14), 10**14, places=4) | st.integers(-(10**24), 10**24).map(Decimal)
NUMBERS = SMALL | SMALL | SMALL | WIDE
PERCENT = st.decimals(0, 100, places=2)
RANKED = st.integers(1, 40).flatmap(
    lambda size: st.builds(
        Ranked, st.integers(2, 2 * size).map(lambda half: Decimal(half) / 2), st.just(size)
    )
)


def _in_group(one: Decimal, other: Decimal, third: Decimal, rising: bool) -> InGroup:
    low, middle, high = sorted((one, other, third))
    return InGroup(middle, low, high) if rising else InGroup(middle, high, low)


def _achieved(ratio: Decimal, formula: Graded) -> Achieved:
    return Achieved(next(tier.achievement for tier in formula.tiers if tier.holds(ratio)), ratio)


def _measured(numbers: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Fact]:
    return st.builds(Measured, numbers, numbers)


def _money(top: int) -> st.SearchStrategy[Fact]:
    fen = (st.integers(-10, 1000) | st.integers(-top, top)).map(Money)
    return st.builds(MoneyRatio, fen, fen)


def facts_for(formula: NamedRule, weight: Decimal, *, wide: bool = True) -> st.SearchStrategy[Fact]:
    """Facts the formula accepts, boundaries and hopeless values among them, and unless told otherwise wide ones."""
    numbers, top = (NUMBERS, 10**17) if wide else (SMALL, 10**9)
    if isinstance(formula, Graded):
        places = st.sampled_from([0, 1, 3])
        shares = places.flatmap(lambda decimals: st.decimals(0, 1, places=decimals))
        return shares.map(lambda ratio: _achieved(ratio, formula))
    if isinstance(formula, Judged):
        return st.builds(Rated, st.decimals(0, weight, places=3))
    if isinstance(formula, LevelGrowth):
        return st.builds(
            LevelAndGrowth,
            facts_for(formula.level, weight * formula.level_share, wide=wide),
            facts_for(formula.growth, weight * formula.growth_share, wide=wide),
        )
    if isinstance(formula, NumberRule) and getattr(formula, "bound", None) != "target":
        return st.builds(Reached, numbers) if formula.reading == "value" else _measured(numbers) | _money(top)
    others: dict[str, st.SearchStrategy[Fact]] = {
        "satisfaction": st.builds(Reached, PERCENT),
        "piecewise": st.builds(Reached, PERCENT),
        "yes_no": st.builds(Answer, st.booleans()),
        "execution": _money(top),
        "min_max": st.tuples(numbers, numbers, numbers, st.booleans()).map(lambda four: _in_group(*four)),
        "rank": RANKED,
    }
    return others.get(formula.name, _measured(numbers))


def wrong_facts() -> st.SearchStrategy[Fact]:
    """Facts that some formulas refuse for their value."""
    return st.one_of(
        st.builds(Reached, st.sampled_from([Decimal(-1), Decimal("100.01")])),
        st.builds(Rated, st.sampled_from([Decimal("-0.01"), Decimal(1000)])),
        st.builds(
            Achieved,
            st.sampled_from(list(Achievement)),
            st.sampled_from([Decimal(text) for text in ("-0.1", "1.1", "1", "0", "0.5", "0.8")]),
        ),
        st.builds(InGroup, st.just(Decimal(9)), st.just(Decimal(1)), st.just(Decimal(3))),
        st.builds(Ranked, st.sampled_from([Decimal(0), Decimal(9)]), st.just(3)),
    )
