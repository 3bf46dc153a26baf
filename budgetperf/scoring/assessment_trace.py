"""An assessment laid open: its rules and, unit by unit, every number its total and rank come from.

Holds the shape only; nothing is computed. With the rules beside them the numbers are enough to do
every total again by hand (``tests/scoring/test_assessment_trace.py`` does, without the engine).
"""

from collections.abc import Iterator, Sequence

from budgetperf.provenance import Json
from budgetperf.scoring.adjustments import Claim
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_results import ComponentResult, UnitResult


def traced_rules(rules: AssessmentRules) -> Json:
    """Return the rules with their sources; numbers as text."""
    laid_open: Json = rules.model_dump(mode="json", exclude_none=True)
    return laid_open


def traced_units(results: Sequence[UnitResult]) -> Iterator[Json]:
    """Yield every unit in turn: marks, points, claims, vetoes, total, rank, grade, consequences, reasons."""
    for result in results:
        yield {
            "unit": result.unit,
            "track": result.track,
            "group": result.group,
            "components": [_component(part) for part in result.components],
            "claims": [_claim(claim) for claim in result.claims],
            "bonus": str(result.bonus),
            "penalty": str(result.penalty),
            "vetoes": list(result.struck),
            "total": None if result.total is None else str(result.total),
            "rank": result.rank,
            "grade": result.grade,
            "grade_label": result.grade_label,
            "consequences": [{"key": c.key, "label": c.label} for c in result.consequences],
            "reasons": list(result.reasons),
        }


def _component(part: ComponentResult) -> Json:
    return {
        "key": part.key,
        "label": part.label,
        "points": None if part.points is None else str(part.points),
        "out_of": str(part.out_of),
        "factor": str(part.factor),
        "marks": [
            {"period": period, "rater": rater, "points": str(mark)}
            for (period, rater), mark in part.marks.items()
        ],
        "items": [
            {"key": i.key, "label": i.label, "points": str(i.points), "out_of": str(i.out_of)}
            for i in part.items
        ],
    }


def _claim(claim: Claim) -> Json:
    return {"item": claim.item, "value": str(claim.value), "award": claim.award}
