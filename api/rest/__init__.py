"""What the API lets read: one file per noun, each listing starting from what the actor may see."""

from fastapi import APIRouter

from api.rest import (
    assessment,
    audits,
    baselines,
    costs,
    decisions,
    events,
    files,
    ledger,
    organisations,
    panels,
    people,
    projects,
    records,
    rounds,
    rules,
    runs,
    special_factors,
    table_books,
    work,
    workbooks,
)

router = APIRouter()
for _part in (
    work,
    projects,
    records,
    ledger,
    panels,
    rounds,
    rules,
    costs,
    baselines,
    special_factors,
    decisions,
    events,
    files,
    organisations,
    people,
    workbooks,
    table_books,
    runs,
    audits,
    assessment,
):
    router.include_router(_part.router)
