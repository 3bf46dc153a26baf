"""Entries of the ledger as they come from the treasury, a batch at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from budgetperf.actions.context import Context
from budgetperf.actions.payloads import LedgerRecorded
from budgetperf.classification import EconomicCode, FundSource
from budgetperf.errors import Forbidden, Invalid
from budgetperf.evidence import merkle
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import Amount, Form, Line, Year, ask
from budgetperf.ledger import SIGNED_KINDS, EntryKind
from budgetperf.money import Money
from budgetperf.permissions import Permission, may
from budgetperf.provenance import canonical_json
from budgetperf.store.evidence import write_event
from budgetperf.store.ledger import entries_of_many, write_entries
from budgetperf.store.records import list_evaluands
from budgetperf.store.tables.records import LedgerEntry


class EntryForm(Form):
    """One movement of budget or money."""

    project_code: Line = ask("项目编码")
    kind: EntryKind = ask("类型")
    on_date: date = ask("日期")
    amount: Amount = ask("金额", "除预算调整外不得为负")
    source: FundSource = ask("资金来源", default=FundSource.GENERAL)
    economic_code: Line = ask("部门预算经济分类", default="")
    document_number: Line = ask("凭证号")


class BatchForm(Form):
    """A batch of movements of one fiscal year."""

    fiscal_year: Year = ask("预算年度")
    entries: tuple[EntryForm, ...] = ask("明细")


def record_entries(ctx: Context, form: BatchForm) -> int:
    """Record a batch, all or nothing, as one event on the ledger's chain of that year.

    Raises
    ------
    Forbidden
        The actor may not record entries.
    Invalid
        With one finding per wrong entry; nothing is recorded.
    """
    reason = may(ctx.actor, Permission("ledger:entry:record"), "", "登记收支")
    if reason:
        raise Forbidden("ledger.forbidden", reason)
    known = {evaluand.code: evaluand.id for evaluand in list_evaluands(ctx.session, ctx.actor, limit=100_000)}
    findings = _check(form, known, ctx.today) or _check_standing(ctx, form, known)
    if not form.entries:
        raise Invalid("ledger.entries", "本批没有收支明细，请至少填写一笔")
    if findings:
        raise Invalid("ledger.entries", f"本批收支有{len(findings)}处问题，全部未登记", findings)
    write_entries(ctx.session, [_row(ctx, form.fiscal_year, entry, known) for entry in form.entries])
    leaves = entry_leaves(form.entries)
    total = Money.total(entry.amount for entry in form.entries)
    write_event(
        ctx.session,
        f"LEDGER-{form.fiscal_year}",
        kind="ledger.record",
        actor=ctx.actor.id,
        at=ctx.now,
        payload=LedgerRecorded(form.fiscal_year, len(leaves), merkle.root(leaves), total),
    )
    return len(leaves)


def entry_leaves(entries: Iterable[EntryForm]) -> list[bytes]:
    """Return the leaves of a batch's Merkle root, sorted, so that the stored entries give it again."""
    return sorted(canonical_json(entry.model_dump(mode="json")) for entry in entries)


def _check(form: BatchForm, known: Mapping[str, str], today: date) -> tuple[Finding, ...]:
    return tuple(
        _fault(position, field, message)
        for position, entry in enumerate(form.entries)
        for field, message in _faults(entry, form.fiscal_year, known, today)
    )


def _check_standing(ctx: Context, form: BatchForm, known: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is wrong beside the entries that stand: recorded twice, or more refunded than was paid."""
    standing = entries_of_many(
        ctx.session, {known[entry.project_code] for entry in form.entries}, form.fiscal_year
    )
    seen = {
        (e.evaluand_id, e.kind, e.on_date, e.amount_fen, e.source, e.economic_code, e.document_number)
        for e in standing
    }
    kept = Counter[tuple[str, EntryKind]]()
    for item in standing:
        kept[item.evaluand_id, item.kind] += item.amount_fen
    for entry in form.entries:
        kept[known[entry.project_code], entry.kind] += entry.amount.fen
    findings = []
    for position, entry in enumerate(form.entries):
        owner = known[entry.project_code]
        same = (
            owner, entry.kind, entry.on_date, entry.amount.fen, entry.source, entry.economic_code, entry.document_number
        )  # fmt: skip
        if same in seen:
            text = f"凭证“{entry.document_number}”这一笔已经登记过（项目、类型、日期、金额均相同）"
            findings.append(_fault(position, "document_number", text))
        seen.add(same)
        paid, back = kept[owner, EntryKind.PAYMENT], kept[owner, EntryKind.REFUND]
        if entry.kind is EntryKind.REFUND and back > paid:
            text = f"退回累计{Money(back)}元，超过累计支付{Money(paid)}元"
            findings.append(_fault(position, "amount", text))
    return tuple(findings)


def _fault(position: int, field: str, message: str) -> Finding:
    return Finding(f"ledger.{field}", Severity.ERROR, Where(pointer=f"/entries/{position}/{field}"), message)


def _faults(entry: EntryForm, year: int, known: Mapping[str, str], today: date) -> Iterator[tuple[str, str]]:
    if entry.project_code not in known:
        yield "project_code", f"没有编码为“{entry.project_code}”的项目"
    if entry.kind is EntryKind.APPROPRIATION:
        yield "kind", "年初预算只能由批复产生，年中变动请登记为“预算调整”"
    if entry.amount.fen <= 0 and entry.kind not in SIGNED_KINDS:
        yield "amount", f"“{entry.kind.label}”的金额应大于零"
    if entry.on_date.year != year:
        yield "on_date", f"日期{entry.on_date}不在{year}年度内"
    elif entry.on_date > today:
        yield "on_date", f"日期{entry.on_date}晚于今天，尚未发生的收支不能登记"
    if entry.economic_code:
        try:
            EconomicCode(entry.economic_code, year)
        except ValueError as error:
            yield "economic_code", str(error)


def _row(ctx: Context, fiscal_year: int, entry: EntryForm, known: dict[str, str]) -> LedgerEntry:
    return LedgerEntry(
        id=ctx.ids.new(),
        evaluand_id=known[entry.project_code],
        fiscal_year=fiscal_year,
        kind=entry.kind,
        on_date=entry.on_date,
        amount_fen=entry.amount.fen,
        source=entry.source,
        economic_code=entry.economic_code,
        document_number=entry.document_number,
        recorded_by=ctx.actor.id,
        recorded_at=ctx.now,
    )
