"""What a unit is told of its raters: the mean of each group, never anybody's own mark."""

from decimal import Decimal

from budgetperf.lifecycle.unit_assessment.form import RatingRow
from budgetperf.lifecycle.unit_assessment.told import rated_again, told_trace
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assessment import AssessmentRules

RULES = (
    Rulebook.load().by_id("administration_department/unit_assessment/2010-01-01").rules_as(AssessmentRules)
)
STAFF = next(track for track in RULES.tracks if track.key == "staff")


def test_marks_of_raters_become_one_mean_a_group_and_period() -> None:
    marks = [
        {"period": "", "rater": "peer/001", "points": "80"},
        {"period": "", "rater": "peer/002", "points": "85"},
        {"period": "", "rater": "peer/003", "points": "85"},
        {"period": "", "rater": "superior/001", "points": "90"},
    ]
    own = [{"period": "", "rater": "", "points": "10"}]
    trace = {
        "unit": "P1",
        "components": [{"key": "conduct", "marks": marks}, {"key": "certificates", "marks": own}],
    }
    told = told_trace(trace, STAFF)
    assert told["components"] == [
        {
            "key": "conduct",
            "marks": [
                {"period": "", "rater": "peer", "points": "83.333333", "raters": 3},
                {"period": "", "rater": "superior", "points": "90", "raters": 1},
            ],
        },
        {"key": "certificates", "marks": own},
    ]
    assert trace["components"][0]["marks"] == marks  # the package keeps what it had


def test_a_group_of_one_person_is_told_with_the_others_and_still_comes_out() -> None:
    marks = [
        {"period": "", "rater": "peer/001", "points": "80"},
        {"period": "", "rater": "peer/002", "points": "86"},
        {"period": "", "rater": "superior/001", "points": "90"},
    ]
    groups = {
        group.key: group for part in STAFF.components if part.key == "conduct" and part.raters
        for group in part.raters.groups
    }  # fmt: skip
    own = next(key for key, group in groups.items() if group.own)
    others = [key for key in groups if key not in {"peer", "superior", own}]
    marks += [{"period": "", "rater": f"{key}/001", "points": "70"} for key in (own, *others)]
    means = {"peer": 83, "superior": 90} | dict.fromkeys((own, *others), 70)
    together = sum(means[key] * group.weight for key, group in groups.items()) / sum(
        group.weight for group in groups.values()
    )
    people = {mark["rater"] for mark in marks}
    trace = {"unit": "P1", "components": [{"key": "conduct", "marks": marks}]}
    told = told_trace(trace, STAFF, people)["components"][0]["marks"]
    assert [(mark["rater"], mark["raters"]) for mark in told] == [("", len(marks))]
    assert abs(Decimal(told[0]["points"]) - together) < Decimal("0.000001")
    alone = {"unit": "P1", "components": [{"key": "conduct", "marks": marks[2:3]}]}
    assert (
        told_trace(alone, STAFF, people)["components"][0]["marks"][0]["rater"] == "superior"
    )  # the result itself


def test_what_was_rated_again_is_told_as_a_mean_of_its_raters() -> None:
    problems = {("D2", "improved:R1"): "投诉办结不及时"}
    rows = [
        [
            RatingRow(unit="D2", item="leader_rating", value="90"),
            RatingRow(unit="D2", item="improved:R1", value=value),
        ]
        for value in ("80", "85", "85")
    ]
    assert rated_again((one, problems) for one in rows) == {
        "D2": [{"record": "R1", "problem": "投诉办结不及时", "points": "83.33", "raters": 3}]
    }
    assert rated_again([(rows[0], {})]) == {}
