"""One table of facts under two assessment schemes: who would stand where, and why.

Each scheme is given the rows it knows; what only the other knows is left out, not guessed. The
laying side by side is that of ``compare``.
"""

from collections.abc import Iterable, Sequence

from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_cells import UnitFact
from budgetperf.scoring.compare import Difference, Judgement, compare


def compare_assessments(
    before: AssessmentRules, after: AssessmentRules, facts: Sequence[UnitFact]
) -> tuple[Difference, ...]:
    """Return one difference per unit that both schemes assess, by code.

    Raises
    ------
    Invalid
        ``assessment.facts`` if the rows one scheme knows are not a whole assessment there.
    """
    left, right = (_judgements(rules, facts) for rules in (before, after))
    both = {one.evaluand for one in left} & {one.evaluand for one in right}
    return compare(
        [one for one in left if one.evaluand in both], [one for one in right if one.evaluand in both]
    )


def _judgements(rules: AssessmentRules, facts: Iterable[UnitFact]) -> list[Judgement]:
    known = {*rules.common_items(), *(item for track in rules.tracks for item in track.items())}
    results = assess(rules, (fact for fact in facts if fact.item.strip() in known))
    judgements = (result.judgement() for result in results)
    return [judgement for judgement in judgements if judgement is not None]
