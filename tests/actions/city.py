"""A whole year of the cast's city through the actions: what proofs and invariants are tried on.

Two waters and a school in 2025, their next requests and a refused one for 2026, a baseline, a round of limits
with an objection; before it all, two assessments of 2024. Small on purpose; every move, every kind of decision, file and event occurs.
"""

from budgetperf.actions.context import SeededIds
from budgetperf.store.session import open_session
from tests.actions.assessed_year import assess, forget
from tests.actions.next_year import anchor, ask, claim, cost, issue, legislate, limit
from tests.actions.past_year import budget, evaluate, monitor, rectify
from tests.actions.year import City, Year

STAGES = (
    assess,
    budget,
    monitor,
    rectify,
    evaluate,
    ask,
    cost,
    limit,
    claim,
    issue,
    legislate,
    forget,
    anchor,
)


def build(city: City) -> None:
    """Live the whole year, committing as it goes."""
    engine = city.database.app_engine()
    try:
        with open_session(engine) as session:
            year = Year(city, session, SeededIds("city"))
            for stage in STAGES:
                stage(year)
            session.commit()
    finally:
        engine.dispose()
