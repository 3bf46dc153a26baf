"""Filed documents are what their digests say, and their typed lines say the same."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from budgetperf.actions.invariants.rows import BLOCK, broken, rows
from budgetperf.findings import Finding
from budgetperf.forms import read
from budgetperf.lifecycle.goals.form import GoalForm, indicator_tree
from budgetperf.provenance import digest
from budgetperf.store.files import FileStore

_FILINGS = """
SELECT f.id, f.document, f.digest, r.name FROM filing f JOIN record r ON r.id = f.record_id ORDER BY f.id"""

_SHEETS = "SELECT seat_id AS id, document, digest, '评分表' AS name FROM panel_rating ORDER BY seat_id"

_GOALS = """
SELECT f.id, f.document, r.name, r.evaluand_id, r.fiscal_year FROM filing f JOIN record r ON r.id = f.record_id
WHERE f.form = 'GoalForm' ORDER BY f.id"""

_INDICATORS = """
SELECT filing_id, key, evaluand_id, fiscal_year, level2, name, operator, target, target_text, uom, weight, direction
FROM indicator_line WHERE filing_id = ANY(:ids)"""

_FUNDS = (
    "SELECT filing_id, position, evaluand_id, source, amount_fen FROM fund_line WHERE filing_id = ANY(:ids)"
)

_STRAY = """
SELECT DISTINCT l.filing_id AS id FROM (
  SELECT filing_id FROM indicator_line UNION ALL SELECT filing_id FROM fund_line) AS l
LEFT JOIN filing f ON f.id = l.filing_id AND f.form = 'GoalForm' WHERE f.id IS NULL ORDER BY 1"""


def check_filings_have_their_digests(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The digest of every filing is that of its document."""
    return _check_digests(rows(session, _FILINGS), "filing_digest", "filings")


def check_sheets_have_their_digests(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The digest of every expert's sheet is that of its document."""
    return _check_digests(rows(session, _SHEETS), "sheet_digest", "panel_ratings")


def _check_digests(found: Iterator[Row[Any]], rule: str, table: str) -> Iterator[Finding]:
    for row in found:
        if _digest(row.document) != row.digest:
            yield broken(rule, f"/{table}/{row.id}", f"“{row.name}”的填报内容与其摘要不符，已被改动")


def _digest(document: object) -> str:
    try:
        return digest(document)
    except (TypeError, ValueError):  # a float, which no form writes
        return ""


def check_typed_lines_equal_their_filing(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Indicator and fund lines say what the document of their filing says, no more and no less."""
    filings = rows(session, _GOALS)
    while block := list(islice(filings, BLOCK)):
        ids = [filing.id for filing in block]
        indicators = _by_filing(rows(session, _INDICATORS, ids=ids))
        funds = _by_filing(rows(session, _FUNDS, ids=ids))
        for filing in block:
            yield from _check_lines(filing, indicators.get(filing.id, set()), funds.get(filing.id, set()))
    for row in rows(session, _STRAY):
        yield broken("typed_lines", f"/filings/{row.id}", "明细行没有对应的填报内容")


def _by_filing(found: Iterator[Row[Any]]) -> dict[str, set[Sequence[object]]]:
    lines: dict[str, set[Sequence[object]]] = {}
    for row in found:
        lines.setdefault(row.filing_id, set()).add(tuple(row)[1:])
    return lines


def _check_lines(
    filing: Row[Any], indicators: set[Sequence[object]], funds: set[Sequence[object]]
) -> Iterator[Finding]:
    form, _ = read(GoalForm, filing.document)
    if form is None:
        yield broken(
            "typed_lines", f"/filings/{filing.id}", f"“{filing.name}”的填报内容不再是一张绩效目标申报表"
        )
        return
    owner = (filing.evaluand_id, filing.fiscal_year)
    filed = {
        (
            item.key, *owner, item.level2.value, item.name, item.operator.value, item.target,
            item.target_text, item.uom, item.weight, item.direction.value,
        )
        for item in indicator_tree(form)
    }  # fmt: skip
    if filed != indicators:
        yield broken("typed_lines", f"/filings/{filing.id}", f"“{filing.name}”的指标明细行与填报内容不一致")
    money = {
        (number, filing.evaluand_id, line.source.value, line.amount.fen)
        for number, line in enumerate(form.funds, start=1)
    }
    if money != funds:
        yield broken("typed_lines", f"/filings/{filing.id}", f"“{filing.name}”的资金明细行与填报内容不一致")
