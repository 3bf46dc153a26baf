"""What happened, as rows: one file per noun. Importing this package fills the metadata."""

from budgetperf.store.tables import (
    assessment,
    budget,
    costs,
    evidence,
    exante,
    people,
    records,
    results,
    rules,
    runs,
)
from budgetperf.store.tables.columns import metadata

__all__ = [
    "assessment",
    "budget",
    "costs",
    "evidence",
    "exante",
    "metadata",
    "people",
    "records",
    "results",
    "rules",
    "runs",
]
