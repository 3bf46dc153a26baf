"""The evidence bundle of one evaluand: everything known of it, to be checked without this software.

Collects and hands over to ``evidence.bundle``, which refuses what its verifier would refuse. Only
somebody who sees the whole log can export: a bundle with half a chain proves nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from budgetperf.actions.bulk import BULK_STAGES, bulk_chain
from budgetperf.actions.context import Context
from budgetperf.actions.payloads import BundleExported
from budgetperf.errors import Forbidden, Invalid
from budgetperf.evidence.anchors import Anchor, HeadProof, prove_head
from budgetperf.evidence.attachments import Attachment, MediaType, StoredFile
from budgetperf.evidence.bagit import BundleSummary
from budgetperf.evidence.bundle import BundleContents, write_bundle
from budgetperf.evidence.chain import ChainHead, verify_chain
from budgetperf.evidence.events import Event
from budgetperf.fiscal import SHANGHAI
from budgetperf.permissions import Permission, may
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind, DecisionPackage, Json
from budgetperf.scoring.recompute import to_json
from budgetperf.store.budget import RoundFacts, rounds
from budgetperf.store.costs import BandFacts
from budgetperf.store.evidence import anchors, attachments_of, events_of, write_event
from budgetperf.store.exante import panel_of, ratings_of, seats_of
from budgetperf.store.ledger import entries_of
from budgetperf.store.proof import (
    LimitLineFacts,
    adjustments_of,
    bands_of,
    cuts_of,
    decisions_by_id,
    heads_of,
    limit_lines_of,
    stored_files,
)
from budgetperf.store.published import PublishedFacts, published_texts
from budgetperf.store.records import (
    EvaluandFacts,
    FilingFacts,
    RecordFacts,
    filings_of,
    get_evaluand,
    get_record,
    list_records,
    steps_of,
)
from budgetperf.store.results import decisions_of, lights, scores
from budgetperf.store.session import scopes

ORGANISATION = "预算绩效管理系统"
WHOLE_CITY = "*"


@dataclass(frozen=True, slots=True)
class _Dossier:
    """What the bundle of one evaluand is collected from.

    Parameters
    ----------
    records : tuple of RecordFacts
        Of the evaluand; those of rounds and panels stand in ``others``.
    """

    evaluand: EvaluandFacts
    records: tuple[RecordFacts, ...]
    others: tuple[RecordFacts, ...]
    filings: tuple[FilingFacts, ...]
    lines: tuple[LimitLineFacts, ...]
    rounds: tuple[RoundFacts, ...]
    bands: tuple[BandFacts, ...]


def export(ctx: Context, subject: str, target: Path | BinaryIO) -> BundleSummary:
    """Write the bundle of an evaluand as of today, and one event with its digest.

    Parameters
    ----------
    ctx : Context
    subject : str
        Id or code of the evaluand.
    target : Path or binary file
        A folder that does not exist yet, or an open file that becomes a zip.

    Raises
    ------
    NotFound
    Forbidden
        The actor may not export bundles, or does not see the whole log.
    Invalid
        The log or a stored file does not hold; nothing was written.
    """
    evaluand = get_evaluand(ctx.session, ctx.actor, subject)
    reason = may(ctx.actor, Permission("evidence:bundle:export"), evaluand.path, "导出证据包")
    if reason:
        raise Forbidden("evidence.forbidden", reason)
    if scopes(ctx.actor) != WHOLE_CITY:
        text = "证据包须收录完整的操作日志，您只能查看其中一部分，请由财政部门或审计人员导出"
        raise Forbidden("evidence.log_hidden", text)
    summary = write_bundle(target, contents(ctx, evaluand))
    write_event(
        ctx.session,
        evaluand.code,
        kind="evidence.export",
        actor=ctx.actor.id,
        at=ctx.now,
        payload=BundleExported(evaluand.code, summary.digest),
    )
    return summary


def contents(ctx: Context, evaluand: EvaluandFacts) -> BundleContents:
    """Collect everything of an evaluand; the log is read after the anchors it must reach."""
    dossier = _open(ctx, evaluand)
    cut = anchors(ctx.session)
    packages = _packages(ctx, dossier)
    editions = _editions(ctx, packages)
    events = _events(ctx, (*_chains(dossier), *(edition.id for edition in editions)))
    return BundleContents(
        name=evaluand.code,
        title=evaluand.name,
        organisation=ORGANISATION,
        as_of=ctx.today,
        bagged_on=ctx.today,
        records=_records(ctx, dossier, editions),
        packages=packages,
        events=events,
        anchors=tuple(anchor for anchor, _ in cut),
        proofs=tuple(_proofs(cut, {event.chain for event in events})),
        attachments=_attachments(ctx, dossier),
        content_of=ctx.files.get,
    )


def _open(ctx: Context, evaluand: EvaluandFacts) -> _Dossier:
    records = tuple(list_records(ctx.session, ctx.actor, evaluand_id=evaluand.id))
    lines = tuple(limit_lines_of(ctx.session, evaluand.id))
    bands = tuple(bands_of(ctx.session, evaluand.id))
    others = sorted({line.round_id for line in lines} | {band.record_id for band in bands})
    return _Dossier(
        evaluand=evaluand,
        records=records,
        others=tuple(get_record(ctx.session, ctx.actor, record_id) for record_id in others),
        filings=tuple(filing for record in records for filing in filings_of(ctx.session, record.id)),
        lines=lines,
        rounds=tuple(one for one in rounds(ctx.session) if one.id in others),
        bands=bands,
    )


def _chains(dossier: _Dossier) -> tuple[str, ...]:
    """Return the chains that speak of the evaluand: its own, of its rounds and panels, of bulk openings."""
    found = {dossier.evaluand.code, *(record.subject for record in dossier.others)}
    for record in dossier.records:
        found.add(f"LEDGER-{record.fiscal_year}")
        if record.stage in BULK_STAGES:
            found.add(bulk_chain(record.stage, record.fiscal_year, record.period))
    return tuple(sorted(found))


def _events(ctx: Context, chains: Iterable[str]) -> tuple[Event, ...]:
    """Return all events of the chains, each to its head: a log cut off is not exported."""
    found: list[Event] = []
    for chain, head in heads_of(ctx.session, chains).items():
        events = events_of(ctx.session, chain)
        broken = verify_chain(events, head)
        if broken:
            raise Invalid("evidence.bundle", f"操作日志不完整，未写出证据包：{broken[0].message}", broken)
        found += events
    return tuple(found)


def _proofs(cut: list[tuple[Anchor, list[ChainHead]]], chains: set[str]) -> Iterable[HeadProof]:
    for anchor, heads in cut:
        for head in heads:
            if head.chain in chains:
                yield prove_head(anchor, heads, chain=head.chain)


def _editions(ctx: Context, packages: Iterable[DecisionPackage]) -> list[PublishedFacts]:
    """Return the published editions that decisions name; the packaged ones come with the program."""
    return published_texts(ctx.session, sorted({package.edition for package in packages}))


def _packages(ctx: Context, dossier: _Dossier) -> tuple[DecisionPackage, ...]:
    own = decisions_of(ctx.session, subject=dossier.evaluand.code)
    rests = decisions_by_id(ctx.session, {band.decision_id for band in dossier.bands})
    shared = [
        decision
        for one in dossier.rounds
        for decision in decisions_of(ctx.session, record_id=one.id, kind=DecisionKind.ALLOCATION)
    ]
    return tuple(decision.package() for decision in (*own, *rests, *shared))


def _records(ctx: Context, dossier: _Dossier, editions: Iterable[PublishedFacts]) -> Mapping[str, Json]:
    every = (*dossier.records, *dossier.others)
    years = sorted({record.fiscal_year for record in dossier.records})
    line_ids = [line.id for line in dossier.lines]
    found: dict[str, object] = {
        "evaluand": dossier.evaluand,
        "records": every,
        "steps": steps_of(ctx.session, [record.id for record in every]),
        "filings": dossier.filings,
        "ledger": [entry for year in years for entry in entries_of(ctx.session, dossier.evaluand.id, year)],
        "lights": lights(ctx.session, evaluand_id=dossier.evaluand.id),
        "scores": scores(ctx.session, evaluand_id=dossier.evaluand.id),
        "cost_bands": dossier.bands,
        "rounds": dossier.rounds,
        "limits": dossier.lines,
        "cuts": cuts_of(ctx.session, line_ids),
        "adjustments": adjustments_of(ctx.session, line_ids),
        "panels": [_panel(ctx, record) for record in dossier.records if record.stage is Stage.EXANTE],
        "editions": list(editions),
    }
    return {name: to_json(value) for name, value in found.items()}


def _panel(ctx: Context, record: RecordFacts) -> Mapping[str, object]:
    panel = panel_of(ctx.session, record.id)
    return {
        "record": record.id,
        "panel": panel,
        "seats": seats_of(ctx.session, record.id),
        "ratings": ratings_of(ctx.session, panel.id) if panel else [],
    }


def _attachments(ctx: Context, dossier: _Dossier) -> tuple[Attachment, ...]:
    """Return the attached files and the workbooks that were filed."""
    attached = attachments_of(ctx.session, dossier.evaluand.id)
    filed = [(filing, filing.file_digest) for filing in dossier.filings if filing.file_digest]
    known = {
        digest: StoredFile(digest, file.size, MediaType(file.media_type))
        for digest, file in stored_files(
            ctx.session, {*(item.digest for item in attached), *(digest for _, digest in filed)}
        ).items()
    }
    found = [
        Attachment(known[item.digest], item.filename, item.effective_on, item.uploaded_at, item.uploaded_by)
        for item in attached
    ]
    for filing, digest in filed:
        file = known[digest]
        name = f"{filing.form}-{filing.number:02d}{file.media_type.extensions[0]}"
        on = filing.filed_at.astimezone(SHANGHAI).date()
        found.append(Attachment(file, name, on, filing.filed_at, filing.filed_by))
    return tuple(found)
