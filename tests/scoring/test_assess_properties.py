"""What holds whatever the facts: order, vetoes, caps, quotas, ties, and arithmetic anyone can repeat."""

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from budgetperf.scoring.assess import assess
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.facts import Fact, Measured, NotApplicable
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.score import score
from tests.scoring.assessment_makers import SOURCE, component, results, rows, rules, scheme, track

UNITS = "abcdefghi"
GRADES = ["advanced", "pass", "fail"]


def side(key: str, cap: int):
    items = [
        {"key": f"{key}_times", "label": "按次", "points": "0.5"},
        {"key": f"{key}_decided", "label": "评定", "at_most": 3},
    ]
    return {
        "cap": cap,
        "source": SOURCE,
        "families": [{"key": key, "label": key, "items": items, "source": SOURCE}],
    }


def make_rules(*, ties: str = "shared", share: str = "0.4", rounding: str = "nearest", last: bool = True):
    return rules(
        track(
            component(
                "work",
                60,
                scheme=scheme("a", "b", formula={"name": "proportional", "zero_target": "met"}),
            ),
            component("poll", 40, scheme=scheme("poll")),
            groups=[{"key": "g", "label": "一组"}, {"key": "h", "label": "二组"}],
            adjustments={"bonus": side("bonus", 4), "penalty": side("penalty", 2)},
            vetoes=[
                {"key": "lower", "label": "降一等", "lower_by": 1, "last_in_grade": last, "source": SOURCE},
                {"key": "bar", "label": "不得先进", "not_above": "pass", "source": SOURCE},
            ],
            quotas=[{"grade": "advanced", "share": share, "rounding": rounding, "source": SOURCE}],
            ranking={"scope": "group", "ties": ties, "then_by": ["poll"], "source": SOURCE},
        ),
        consequences=[
            {"key": "talk", "label": "谈话", "source": SOURCE, "any_of": [{"last": 1}]},
        ],
    )


mark = st.integers(80, 110)
unit_facts = st.fixed_dictionaries(
    {
        "a": mark,
        "b": mark,
        "poll": st.integers(85, 100),
        "bonus_times": st.integers(0, 12),
        "bonus_decided": st.integers(0, 3),
        "penalty_times": st.integers(0, 12),
    }
)
tables = st.lists(unit_facts, min_size=2, max_size=len(UNITS))


def lines(table: list[dict[str, int]]) -> list[str]:
    found = []
    for i, facts in enumerate(table):
        group = "gh"[i % 2]
        for item, value in facts.items():
            standard = " of=100" if item in "ab" else ""
            found.append(f"{UNITS[i]} {item} {value}{standard} in={group}")
    return found


@given(tables, st.randoms())
def test_permuting_units_or_rows_changes_nothing(table, random) -> None:
    scheme_rules, facts = make_rules(), list(rows(*lines(table), "a lower 是 in="))
    before = assess(scheme_rules, facts)
    random.shuffle(facts)
    assert assess(scheme_rules, facts) == before


@given(tables, st.sampled_from(["lower", "bar"]), st.data())
def test_a_veto_never_raises_anyone(table, veto: str, data) -> None:
    scheme_rules, facts = make_rules(), lines(table)
    struck = data.draw(st.sampled_from(UNITS[: len(table)]))
    before = results(scheme_rules, rows(*facts))
    after = results(scheme_rules, rows(*facts, f"{struck} {veto} 是 in="))
    assert all(GRADES.index(after[unit].grade) >= GRADES.index(before[unit].grade) for unit in before)
    assert all(after[unit].total == before[unit].total for unit in before)
    assert (after[struck].rank or 0) >= (before[struck].rank or 0)


@given(tables)
def test_bonus_and_penalty_never_pass_their_caps(table) -> None:
    for result in assess(make_rules(), rows(*lines(table))):
        assert 0 <= result.bonus <= 4
        assert 0 <= result.penalty <= 2


@given(
    tables,
    st.sampled_from(["shared", "code"]),
    st.sampled_from(["0.25", "0.4", "0.5"]),
    st.sampled_from(["nearest", "up", "down"]),
)
def test_quotas_are_never_exceeded(table, ties: str, share: str, rounding: str) -> None:
    found = assess(make_rules(ties=ties, share=share, rounding=rounding), rows(*lines(table)))
    for group in "gh":
        units = [result for result in found if result.group == group]
        exact = Decimal(share) * len(units)
        most = {
            "down": math.floor(exact),
            "up": math.ceil(exact),
            "nearest": int(exact.quantize(Decimal(1), ROUND_HALF_UP)),
        }[rounding]
        advanced = [result for result in units if result.grade == "advanced"]
        assert len(advanced) <= most
        assert all(result.total >= 90 for result in advanced)


@given(tables)
def test_ties_are_broken_by_the_component_then_shared_or_by_code(table) -> None:
    for ties in ("shared", "code"):
        found = assess(make_rules(ties=ties), rows(*lines(table)))
        for one in found:
            for other in found:
                if one.group != other.group or one.unit == other.unit:
                    continue
                keys = [(result.total, result.components[1].points) for result in (one, other)]
                if keys[0] > keys[1]:
                    assert one.rank < other.rank
                elif keys[0] == keys[1] and ties == "shared":
                    assert one.rank == other.rank
                elif keys[0] == keys[1]:
                    assert (one.rank < other.rank) == (one.unit < other.unit)


@given(tables)
def test_totals_follow_from_the_printed_parts_by_hand(table) -> None:
    found = results(make_rules(), rows(*lines(table)))
    for i, facts in enumerate(table):
        result = found[UNITS[i]]
        items = [min(Decimal(facts[item]), Decimal(100)) * 50 / 100 for item in "ab"]
        work = (sum(items) * 60 / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        poll = (Decimal(facts["poll"]) * 40 / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        bonus = min(facts["bonus_times"] * Decimal("0.5") + facts["bonus_decided"], Decimal(4))
        penalty = min(facts["penalty_times"] * Decimal("0.5"), Decimal(2))
        assert [part.points for part in result.components] == [work, poll]
        assert result.total == work + poll + bonus - penalty


cells = st.sampled_from(["不适用", "0", "33.335", "50", "100", "120.5"]) | st.integers(0, 150).map(str)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=7))
def test_units_scored_as_one_table_have_the_points_of_each_alone(table) -> None:
    forward = {"name": "proportional", "zero_target": "met"}
    parts = scheme("a", "b", "c", weight=99, formula=forward, not_applicable="rescale")
    part = component("work", 100, scheme=parts, absent="rescale")
    lines = [
        f"{UNITS[i]} {item} {value} of=77 note=无"
        for i, unit in enumerate(table)
        for item, value in zip("abc", unit, strict=True)
    ]
    found = results(rules(track(part)), rows(*lines))
    for i, values in enumerate(table):
        facts: dict[str, Fact] = {
            item: NotApplicable("无")
            if value == "不适用"
            else Measured(target=Decimal(77), actual=Decimal(value))
            for item, value in zip("abc", values, strict=True)
        }
        (told,) = found[UNITS[i]].components
        if all(value == "不适用" for value in values):
            assert told.points is None
            continue
        sheet = score(Scheme.model_validate(parts), facts)
        assert told.points == half_up(Fraction(sheet.total) / 99 * 100, 2)
        assert {item.key: item.points for item in told.items} == {
            line.key: line.points for line in sheet.lines if line.applicable
        }
