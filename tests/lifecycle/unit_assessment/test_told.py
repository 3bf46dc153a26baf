"""What a unit is told of its raters: the mean of each group, never anybody's own mark."""

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
