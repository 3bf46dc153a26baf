"""Worked examples of campaign editions: the phase of a day, what it opens, and the days that follow."""

from datetime import date

from budgetperf.lifecycle.unit_assessment.rules import CampaignRules, Reporting
from budgetperf.process.deadlines import due
from budgetperf.rulebook.cases import DaysCase, Outcome
from budgetperf.scoring.rules import Rule


class CampaignCase(Rule):
    """A day of the cycle of ``year``, on which a result is told and the campaign is archived too."""

    year: int
    day: date
    days: DaysCase


def campaign_case(rules: CampaignRules, given: CampaignCase) -> Outcome:
    """The phase, what it opens and waits for, the reports due up to the day, and the last days after it."""
    phase, calendar = rules.cycle.phase_on(given.day, given.year), given.days.calendar
    return {
        "phase": phase.key,
        "opens": [f"{task.what} {task.period}".strip() for task in phase.opens],
        "gate": [f"{task.what} {task.period}".strip() for task in phase.gate],
        "reports_due": _fallen_due(rules.reporting, given),
        "further_due": {one.label: _fallen_due(one, given) for one in rules.further_reporting},
        "task_book_due": due(given.day, rules.task_book.file_within, calendar),
        "appeal_until": due(given.day, rules.appeals.file_within, calendar),
        "published_until": due(given.day, rules.publication.results, calendar),
        "ratings_until": rules.retention.until(given.day),
    }


def _fallen_due(reporting: Reporting, given: CampaignCase) -> int:
    return sum(day.on(given.year) <= given.day for day in reporting.due)
