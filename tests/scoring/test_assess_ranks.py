"""Grades, ranks and what follows from them."""

from tests.scoring.assessment_makers import (
    SOURCE,
    by_unit,
    component,
    results,
    rows,
    rules,
    track,
    work,
)


def veto(key: str = "accident", **effects: object):
    return {"key": key, "label": "重大事故", "source": SOURCE, **effects}


def consequence(key: str, *any_of: dict[str, object], tracks: tuple[str, ...] = ()):
    return {"key": key, "label": f"后果{key}", "any_of": any_of, "tracks": tracks, "source": SOURCE}


QUOTA = {"grade": "advanced", "share": "0.25", "rounding": "nearest", "source": SOURCE}


def test_a_quota_takes_the_best_and_never_one_from_below_the_bound() -> None:
    scheme_rules = rules(track(quotas=[QUOTA]))
    found = results(scheme_rules, work(a="99", b="98", c="97", d="96", e="95", f="94", g="93"))
    assert by_unit(found, "abcdefg", "grade") == ["advanced"] * 2 + ["pass"] * 5
    assert found["c"].reasons == ("得分达到“先进”，但不在名额之内",)
    found = results(scheme_rules, work(a="99", b="89.99", c="70", d="60", e="59.99", f="50", g="40"))
    assert by_unit(found, "abcdefg", "grade") == ["advanced"] + ["pass"] * 3 + ["fail"] * 3


def test_equal_units_are_told_apart_by_the_component_the_rule_names() -> None:
    ranking = {"scope": "group", "ties": "shared", "then_by": ["more"], "source": SOURCE}
    parts = (component("work", 50), component("more", 50))
    facts = rows(
        *("甲 work_item 100", "甲 more_item 90"),
        *("乙 work_item 90", "乙 more_item 100"),
        *("丙 work_item 90", "丙 more_item 100"),
    )
    found = results(rules(track(*parts, ranking=ranking)), facts)
    assert by_unit(found, "甲乙丙", "rank") == [3, 1, 1]
    by_code = {**ranking, "ties": "code"}
    found = results(rules(track(*parts, ranking=by_code)), facts)
    assert by_unit(found, ["丙", "乙", "甲"], "rank") == [1, 2, 3]


def test_a_veto_bars_a_grade_and_its_place_is_not_passed_on() -> None:
    scheme_rules = rules(track(quotas=[QUOTA], vetoes=[veto(not_above="pass")]))
    marks = work(a="99", b="98", c="97", d="96")
    found = results(scheme_rules, (*marks, *rows("a accident 是", "b accident 否")))
    assert by_unit(found, "abcd", "grade") == ["pass"] * 4
    assert by_unit(found, "abcd", "rank") == [1, 2, 3, 4]
    assert found["a"].reasons == ("否决事项“重大事故”，由“先进”降为“合格”",)


def test_a_veto_may_lower_by_one_and_set_last_in_that_grade() -> None:
    scheme_rules = rules(track(vetoes=[veto(lower_by=1, last_in_grade=True)]))
    marks = work(a="99", b="95", c="80", d="70", e="50")
    found = results(scheme_rules, (*marks, *rows("a accident 是")))
    assert by_unit(found, "abcde", "grade") == ["pass", "advanced", "pass", "pass", "fail"]
    assert by_unit(found, "bcdae", "rank") == [1, 2, 3, 4, 5]
    assert found["a"].reasons == ("否决事项“重大事故”，由“先进”降为“合格”，列同等次末位",)


def test_sub_groups_are_ranked_together_or_apart_and_quotas_name_their_groups() -> None:
    groups = [
        {"key": "a", "label": "甲类"},
        {"key": "b", "label": "乙类"},
        {"key": "b1", "label": "综合", "within": "b"},
        {"key": "b2", "label": "执法", "within": "b"},
    ]
    quotas = [
        {"grade": "advanced", "count": 1, "groups": ["a"], "source": SOURCE},
        {"grade": "advanced", "count": 2, "groups": ["b"], "source": SOURCE},
    ]
    facts = rows(
        *("u work_item 99 in=a", "v work_item 98 in=a"),
        *("w work_item 97 in=b1", "x work_item 96 in=b2", "y work_item 95 in=b2"),
    )
    ranking = {"scope": "parent", "ties": "shared", "source": SOURCE}
    found = results(rules(track(groups=groups, quotas=quotas, ranking=ranking)), facts)
    assert by_unit(found, "uvwxy", "rank") == [1, 2, 1, 2, 3]
    assert by_unit(found, "uvwxy", "grade") == ["advanced", "pass", "advanced", "advanced", "pass"]
    for scope, ranks in (("group", [1, 2, 1, 1, 2]), ("track", [1, 2, 3, 4, 5])):
        apart = {**ranking, "scope": scope}
        found = results(rules(track(groups=groups, quotas=quotas, ranking=apart)), facts)
        assert by_unit(found, "uvwxy", "rank") == ranks


def test_consequences_look_at_grades_ranks_items_statements_and_years() -> None:
    scheme_rules = rules(
        track(),
        statements=[{"key": "unfit", "label": "经考察不胜任", "source": SOURCE}],
        consequences=[
            consequence("talk", {"last": 1}),
            consequence("again", {"repeated": {"consequence": "talk", "years": 2}}),
            consequence("removal", {"repeated": {"consequence": "talk", "years": 2}, "found": "unfit"}),
            consequence("praise", {"of": "work_item", "first": 1}),
        ],
    )
    marks = work(a="99", b="50")
    found = results(scheme_rules, marks)
    assert [reached.key for reached in found["b"].consequences] == ["talk"]
    assert [reached.label for reached in found["a"].consequences] == ["后果praise"]
    found = results(scheme_rules, (*marks, *rows("b talk 是 @-1", "a talk 是 @-1")))
    assert [reached.key for reached in found["b"].consequences] == ["talk", "again"]
    found = results(scheme_rules, (*marks, *rows("b talk 是 @-1", "b unfit 是", "b talk 否 @-2")))
    assert [reached.key for reached in found["b"].consequences] == ["talk", "again", "removal"]
    found = results(scheme_rules, (*marks, *rows("b talk 否 @-1", "b talk 是 @-2")))
    assert [reached.key for reached in found["b"].consequences] == ["talk"]


def test_last_three_across_tracks_with_different_components() -> None:
    districts = track()
    zones = track(component("zone", 100), key="u", label="功能区", groups=[{"key": "h", "label": "二组"}])
    scheme_rules = rules(districts, zones, consequences=[consequence("talk", {"last": 3, "scope": "whole"})])
    found = results(
        scheme_rules,
        rows(
            *("a work_item 90", "b work_item 80", "c work_item 60"),
            *("x zone_item 70 in=h", "y zone_item 50 in=h", "z zone_item 85 in=h"),
        ),
    )
    assert {unit for unit, result in found.items() if result.consequences} == {"c", "x", "y"}


def test_someone_exempt_is_not_ranked_and_leaves_no_gap() -> None:
    scheme_rules = rules(
        track(quotas=[{**QUOTA, "share": "0.5"}]),
        exemptions=[{"key": "away", "label": "长期不在岗", "outcome": "不发奖励", "source": SOURCE}],
    )
    found = results(scheme_rules, (*work(a="99", b="98"), *rows("c away 是")))
    assert by_unit(found, "abc", "rank") == [1, 2, None]
    assert by_unit(found, "abc", "grade") == ["advanced", "pass", ""]
    assert (found["c"].total, found["c"].reasons) == (None, ("不参加考评：长期不在岗",))
    assert [reached.label for reached in found["c"].consequences] == ["不发奖励"]
    assert found["c"].judgement() is None
