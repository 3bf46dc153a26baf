"""A project's money of one year: every entry, the totals, and the execution rates with their bases."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Exact, Fen, Key, YearKey, refusals
from api.conditional import UNCHANGED, IfNoneMatch, tagged
from api.transaction import Work
from budgetperf.ledger import Entry, RateBase, execution
from budgetperf.money import Money
from budgetperf.store.ledger import entries_of
from budgetperf.store.records import get_evaluand

router = APIRouter(prefix=f"{PREFIX}/projects", tags=["收支台账"])


class EntryAnswer(Answer):
    """One movement of budget or money."""

    id: str
    kind: Coded
    on_date: date
    amount_fen: Fen
    source: Coded
    economic_code: str
    document_number: str


class RateAnswer(Answer):
    """Paid over one base, four places half up; null when the base is not positive."""

    base: Coded
    ratio: Exact | None


class ExecutionAnswer(Answer):
    """Totals before a day, and what follows from them."""

    until: date
    initial_fen: Fen
    adjusted_fen: Fen
    received_fen: Fen
    paid_fen: Fen
    carried_in_fen: Fen
    carried_out_fen: Fen
    rates: list[RateAnswer]
    arrival_ratio: Exact | None


class LedgerAnswer(Answer):
    """A project's ledger of one fiscal year."""

    code: str
    fiscal_year: int
    entries: list[EntryAnswer]
    execution: ExecutionAnswer


@router.get(
    "/{code}/ledger/{fiscal_year}",
    summary="项目收支台账与执行率",
    response_model=LedgerAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read(
    code: Key,
    fiscal_year: YearKey,
    ctx: Work,
    until: Annotated[date | None, Query(description="统计到该日之前；不填则为全年")] = None,
    seen: IfNoneMatch = None,
) -> Response:
    """Return the entries and the rates against initial budget, adjusted budget and money received."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    entries = entries_of(ctx.session, project.id, fiscal_year)
    end = until or date(fiscal_year + 1, 1, 1)
    totals = execution((Entry(e.kind, e.on_date, Money(e.amount_fen), e.source) for e in entries), end)
    answer = LedgerAnswer(
        code=project.code,
        fiscal_year=fiscal_year,
        entries=[EntryAnswer.model_validate(entry) for entry in entries],
        execution=ExecutionAnswer(
            until=end,
            initial_fen=totals.initial.fen,
            adjusted_fen=totals.adjusted.fen,
            received_fen=totals.received.fen,
            paid_fen=totals.paid.fen,
            carried_in_fen=totals.carried_in.fen,
            carried_out_fen=totals.carried_out.fen,
            rates=[
                RateAnswer.model_validate({"base": base, "ratio": totals.rate(base)}) for base in RateBase
            ],
            arrival_ratio=totals.arrival_rate,
        ),
    )
    return tagged(answer, seen)
