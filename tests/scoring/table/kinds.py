"""What kind a fact is of."""

from budgetperf.scoring.facts import Fact, LevelAndGrowth


def kinds(fact: Fact) -> tuple[type, ...]:
    """Return the kind of a fact, with those of its halves."""
    if isinstance(fact, LevelAndGrowth):
        return (LevelAndGrowth, type(fact.level), type(fact.growth))
    return (type(fact),)
