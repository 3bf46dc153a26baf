"""The papers of an assessment for the report tests: a worked example of a city's scheme, printed."""

from datetime import date
from decimal import Decimal

from budgetperf.provenance import Json
from budgetperf.reports.assessment_pages import (
    AdjustedLine,
    AssessmentNoticePage,
    AssessmentRankingPage,
    AssessmentTracePage,
    PartPoints,
    RankingTable,
    ResultLine,
)
from budgetperf.reports.assessment_steps import steps
from budgetperf.reports.models import Footer
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_table import read_table
from budgetperf.scoring.assessment_trace import traced_units
from tests.reports.make import DIGEST

CAMPAIGN, SUBJECT = "正定县2024年度考评", "KP2024-zhengding"
EDITION = next(
    one
    for one in Rulebook.load().editions
    if (one.jurisdiction, one.kind) == ("zhengding", "unit_assessment")
)
RULES = EDITION.rules_as(AssessmentRules)
EXAMPLE = next(one for one in EDITION.examples if not one.refused)


def _traces() -> list[Json]:
    return [
        one
        for one in traced_units(assess(RULES, read_table(EXAMPLE.given["facts"])))
        if one["total"] is not None
    ]


def _line(trace: Json, code: str = "") -> ResultLine:
    parts = (
        PartPoints(p["label"], Decimal(p["points"]), Decimal(p["out_of"]), Decimal(p["factor"]))
        for p in trace["components"]
        if p["points"] is not None
    )
    return ResultLine(
        code=code or trace["unit"],
        name=f"示范单位{code or trace['unit']}",
        group=trace["group"],
        parts=tuple(parts),
        bonus=Decimal(trace["bonus"]),
        penalty=Decimal(trace["penalty"]),
        total=Decimal(trace["total"]),
        rank=trace["rank"],
        grade=trace["grade_label"],
        consequences=tuple(one["label"] for one in trace["consequences"]),
        reasons=tuple(trace["reasons"]),
    )


def _footer(about: str) -> Footer:
    return Footer(f"{SUBJECT} {about}", EDITION.id, DIGEST, date(2025, 1, 31))


def make_notice() -> AssessmentNoticePage:
    line = _line(_traces()[0])
    return AssessmentNoticePage(
        campaign=CAMPAIGN,
        subject=f"{SUBJECT}.U.{line.code}",
        state="已审定",
        line=line,
        track=RULES.tracks[0].label,
        ranked_in=RULES.tracks[0].groups[0].label,
        adjusted=(AdjustedLine("加分", "国家级表彰", Decimal(1), "节水型城市"),),
        vetoes=(),
        appeal="对结果有异议的，可以在2025年2月9日以前（含当日）向考核办公室提出申诉，并附证明材料。",
        issuer="县考核工作领导小组",
        issued_on=date(2025, 1, 31),
        footer=_footer(line.name),
    )


def make_ranking(n: int = 40) -> AssessmentRankingPage:
    """A ranking of so many units that it takes more than one page."""
    line = _line(_traces()[0])
    lines = tuple(_line(_traces()[0], f"D{number}") for number in range(1, n + 1))
    table = RankingTable(
        RULES.tracks[0].label,
        RULES.tracks[0].groups[0].label,
        tuple(part.label for part in line.parts),
        lines,
    )
    return AssessmentRankingPage(
        campaign=CAMPAIGN,
        subject=SUBJECT,
        state="已审定",
        note="",
        tables=(table,),
        footer=_footer("排名表"),
    )


def make_trace() -> AssessmentTracePage:
    trace = _traces()[0]
    line = _line(trace)
    return AssessmentTracePage(
        campaign=CAMPAIGN,
        subject=f"{SUBJECT}.U.{line.code}",
        state="已审定",
        line=line,
        track=RULES.tracks[0].label,
        blocks=steps(trace, RULES),
        footer=_footer(line.name),
    )
