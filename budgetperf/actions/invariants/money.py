"""Budgets equal their lines, and the two identities of limits hold, to the fen."""

from collections.abc import Iterator

from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.findings import Finding, Severity
from budgetperf.money import Money
from budgetperf.store.files import FileStore

_REQUESTS = """
SELECT * FROM (
  SELECT f.id, r.name, (f.document ->> 'request')::bigint AS request,
    (SELECT sum((line ->> 'amount')::bigint) FROM jsonb_array_elements(f.document -> 'funds') AS line) AS filed,
    (SELECT sum(l.amount_fen) FROM fund_line l WHERE l.filing_id = f.id) AS typed
  FROM filing f JOIN record r ON r.id = f.record_id WHERE f.form = 'GoalForm') AS found
WHERE request IS DISTINCT FROM filed OR request IS DISTINCT FROM typed ORDER BY id"""

_APPROVALS = """
SELECT * FROM (
  SELECT r.id, r.name, (f.document ->> 'approved')::bigint AS approved,
    (SELECT sum(l.amount_fen) FROM ledger_entry l
     WHERE l.evaluand_id = r.evaluand_id AND l.fiscal_year = r.fiscal_year AND l.kind = 'appropriation') AS entered
  FROM record r LEFT JOIN filing f ON f.record_id = r.id AND f.form = 'ApprovalForm'
  WHERE r.stage = 'request' AND r.status = 'approved') AS found
WHERE approved IS NULL OR approved IS DISTINCT FROM entered ORDER BY id"""

_OVERSPENT = """
SELECT * FROM (
  SELECT e.id, e.code, l.fiscal_year,
    sum(CASE l.kind WHEN 'payment' THEN l.amount_fen WHEN 'refund' THEN -l.amount_fen ELSE 0 END) AS paid,
    sum(CASE WHEN l.kind IN ('appropriation', 'adjustment', 'carry_in') THEN l.amount_fen ELSE 0 END) AS budget
  FROM ledger_entry l JOIN evaluand e ON e.id = l.evaluand_id GROUP BY e.id, e.code, l.fiscal_year) AS found
WHERE paid > budget ORDER BY code, fiscal_year"""

_OBJECTIONS = """
SELECT o.id, o.name, o.subject FROM record o JOIN limit_round l ON l.fiscal_year = o.fiscal_year
JOIN record r ON r.id = l.id
WHERE o.stage = 'objection' AND o.status = 'filed' AND r.status IN ('final', 'issued') ORDER BY o.subject, o.id"""

_PARTS = """
SELECT b.id, e.code, b.cuts_fen, coalesce(c.total, 0) AS cuts, b.adjustments_fen, coalesce(a.total, 0) AS adjustments
FROM budget_line b JOIN evaluand e ON e.id = b.evaluand_id
  LEFT JOIN (SELECT line_id, sum(applied_fen) AS total FROM cut_line GROUP BY line_id) c ON c.line_id = b.id
  LEFT JOIN (SELECT line_id, sum(amount_fen) AS total FROM adjustment_line GROUP BY line_id) a ON a.line_id = b.id
WHERE b.cuts_fen <> coalesce(c.total, 0) OR b.adjustments_fen <> coalesce(a.total, 0) ORDER BY e.code"""

_DOCUMENTS = """
SELECT * FROM (
  SELECT b.id, e.code, e.code = b.result ->> 'line' AS named, b.request_fen, b.limit_fen, b.cuts_fen, b.adjustments_fen,
    (b.result ->> 'request')::bigint AS request, (b.result ->> 'limit')::bigint AS amount,
    (SELECT coalesce(sum((cut ->> 'applied')::bigint), 0) FROM jsonb_array_elements(b.result -> 'cuts') AS cut) AS cuts,
    (SELECT coalesce(sum((item ->> 'amount')::bigint), 0)
     FROM jsonb_array_elements(b.result -> 'adjustments') AS item) AS adjustments
  FROM budget_line b JOIN evaluand e ON e.id = b.evaluand_id) AS found
WHERE (request_fen, limit_fen, cuts_fen, adjustments_fen) IS DISTINCT FROM (request, amount, cuts, adjustments)
  OR NOT named ORDER BY code"""

_LIMITS = """
SELECT b.id, e.code, b.limit_fen, b.request_fen - b.cuts_fen + b.adjustments_fen AS derived
FROM budget_line b JOIN evaluand e ON e.id = b.evaluand_id
WHERE b.limit_fen <> b.request_fen - b.cuts_fen + b.adjustments_fen ORDER BY e.code"""

_ROUNDS = """
SELECT l.id, l.fiscal_year, l.ceiling_fen, l.unallocated_fen, coalesce(b.total, 0) AS limits
FROM limit_round l LEFT JOIN (SELECT round_id, sum(limit_fen) AS total FROM budget_line GROUP BY round_id) b
  ON b.round_id = l.id
WHERE l.unallocated_fen < 0 OR coalesce(b.total, 0) + l.unallocated_fen <> l.ceiling_fen ORDER BY l.fiscal_year"""


def check_requests_equal_their_lines(session: Session, _files: FileStore) -> Iterator[Finding]:
    """A filed request is the sum of its filed fund lines and of its typed ones."""
    for row in rows(session, _REQUESTS):
        text = f"“{row.name}”申报总额{_yuan(row.request)}，资金来源合计{_yuan(row.filed)}，明细行合计{_yuan(row.typed)}"
        yield broken("request_lines", f"/filings/{row.id}", text)


def check_approvals_equal_their_appropriations(session: Session, _files: FileStore) -> Iterator[Finding]:
    """An approved budget is the sum of all appropriations of its project and year."""
    for row in rows(session, _APPROVALS):
        text = f"“{row.name}”批复{_yuan(row.approved)}，当年下达指标合计{_yuan(row.entered)}"
        yield broken("appropriations", f"/records/{row.id}", text)


def check_payments_stay_within_the_budget(session: Session, _files: FileStore) -> Iterator[Finding]:
    """What was paid stays within what a project could spend; more is told, since the treasury may know better."""
    for row in rows(session, _OVERSPENT):
        text = f"项目{row.code}{row.fiscal_year}年度净支付{_yuan(row.paid)}，超过调整后预算加上年结转{_yuan(row.budget)}"
        yield broken("overspent", f"/evaluands/{row.id}", text, severity=Severity.WARNING)


def check_no_objection_is_left_undecided(session: Session, _files: FileStore) -> Iterator[Finding]:
    """A round that is final or issued has no objection that nobody decided."""
    for row in rows(session, _OBJECTIONS):
        text = f"项目{row.subject}“{row.name}”的异议尚未答复，控制数已定稿"
        yield broken("objection_open", f"/records/{row.id}", text)


def check_budget_lines_equal_their_parts(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The totals of a line are the sums of its cuts and of its adjustments."""
    for row in rows(session, _PARTS):
        text = (
            f"项目{row.code}核减{_yuan(row.cuts_fen)}、调整{_yuan(row.adjustments_fen)}，"
            f"明细合计为{_yuan(row.cuts)}、{_yuan(row.adjustments)}"
        )
        yield broken("line_parts", f"/budget_lines/{row.id}", text)


def check_lines_equal_their_document(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The amounts of a line are those of the limit it was stored with."""
    for row in rows(session, _DOCUMENTS):
        text = f"项目{row.code}控制数{_yuan(row.limit_fen)}，与存档结果{_yuan(row.amount)}的各项金额或项目编码不一致"
        yield broken("line_document", f"/budget_lines/{row.id}", text)


def check_the_identity_of_every_limit(session: Session, _files: FileStore) -> Iterator[Finding]:
    """``limit = request - cuts + adjustments`` for every line."""
    for row in rows(session, _LIMITS):
        text = f"项目{row.code}控制数{_yuan(row.limit_fen)}，按申报数、核减、调整应为{_yuan(row.derived)}"
        yield broken("limit_identity", f"/budget_lines/{row.id}", text)


def check_the_identity_of_every_round(session: Session, _files: FileStore) -> Iterator[Finding]:
    """``sum(limits) + unallocated = ceiling`` for every round, and nothing is overspent."""
    for row in rows(session, _ROUNDS):
        text = (
            f"{row.fiscal_year}年度控制数合计{_yuan(row.limits)}，未分配{_yuan(row.unallocated_fen)}，"
            f"可用财力{_yuan(row.ceiling_fen)}，三者不符"
        )
        yield broken("round_identity", f"/limit_rounds/{row.id}", text)


def _yuan(fen: int | None) -> str:
    return "（无）" if fen is None else f"{Money(int(fen))}元"
