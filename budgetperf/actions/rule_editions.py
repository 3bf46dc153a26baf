"""Editions of the rules worked on in the service: begun as a copy, filed, published by another person.

Every draft is of the jurisdiction ``LOCAL``: a service makes law for itself, never the nation's or another place's.
The text filed is checked as a packaged file is: it reads, and its examples come out. Publishing keeps its
exact bytes under their digest. What a draft would change stands in ``rule_impact``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from budgetperf.actions.context import Context
from budgetperf.actions.moves import (
    Move,
    Outcome,
    Seen,
    Target,
    file_form,
    filed_event,
    load,
    move,
    open_record,
)
from budgetperf.actions.payloads import Published
from budgetperf.actions.rulebooks import forget_rulebook, texts_of
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.process.stages import Stage, Status
from budgetperf.rulebook.checking import checked_edition, demand_no_overlap
from budgetperf.rulebook.copying import begun_from
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.form import EditionForm, NewEditionForm
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.published import joined
from budgetperf.rulebook.reading import LOCAL, read_document
from budgetperf.store.published import PublishedFacts, lock_publication, write_published
from budgetperf.store.records import RecordFacts, latest_filing, list_records


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the checks made of a text: an edition where it reads and its examples hold, and the findings."""

    edition: Edition | None
    findings: tuple[Finding, ...]


def text_of(ctx: Context, edition: Edition) -> str:
    """Return the text of an edition, published in the service or packaged."""
    return texts_of(ctx.session, (edition,))[edition.id].decode()


def open_draft(ctx: Context, form: NewEditionForm, seen: Seen) -> Outcome:
    """Open the draft of an edition as a copy of another.

    Raises
    ------
    NotFound
        There is no such edition to copy.
    Invalid
        It would begin before today.
    Conflict
        The edition exists, or somebody is already drafting it.
    """
    base = ctx.rules.by_id(form.copy_of)
    if form.valid_from < ctx.today:
        text = _backdated(form.valid_from)
        place = Where(pointer="/valid_from")
        raise Invalid("rule.backdated", text, (Finding("rule.backdated", Severity.ERROR, place, text),))
    moved = begin(ctx, base.kind, form.valid_from, title=base.title, seen=seen)
    kept = file_form(ctx, moved, form, edition=base.id)
    return moved.log(ctx, filed_event(moved, kept))


def begin(ctx: Context, kind: str, valid_from: date, *, title: str, seen: Seen) -> Move:
    """Open the record of a draft; what it begins with is still to be filed, and its event to be written.

    Raises
    ------
    Conflict
        The edition exists, or somebody is already drafting it.
    """
    subject = f"{LOCAL}/{kind}/{valid_from.isoformat()}"
    drafts = [one for one in list_records(ctx.session, ctx.actor, stage=Stage.RULE) if one.subject == subject]
    target = Target(Stage.RULE, None, subject, title, "", valid_from.year, serial=len(drafts))
    moved = open_record(ctx, target, seen=seen)
    if any(edition.id == subject for edition in ctx.rules.editions):
        raise Conflict("rule.exists", f"规则版本“{subject}”已发布，更正请另发生效日不同的新版本")
    if any(one.status is not Status.WITHDRAWN for one in drafts):
        raise Conflict("rule.drafted", f"“{subject}”已有草案，请在原草案上办理")
    return moved


def copied_edition(ctx: Context, record: RecordFacts) -> Edition | None:
    """Return the edition a draft was copied from; None for one opened with a text of its own."""
    form = _opened_with(ctx, record)
    return None if form is None else ctx.rules.by_id(form.copy_of)


def begun(ctx: Context, record: RecordFacts) -> EditionForm:
    """Return the form a draft begins with: the copied text under its new head, or the text it was opened with."""
    form = _opened_with(ctx, record)
    if form is not None:
        text = text_of(ctx, ctx.rules.by_id(form.copy_of))
        return EditionForm(text=begun_from(text, jurisdiction=LOCAL, valid_from=form.valid_from))
    given = filed_text(ctx, record)
    if given is None:
        raise Conflict("rule.none", f"“{record.name}”没有底稿")
    return given


def _opened_with(ctx: Context, record: RecordFacts) -> NewEditionForm | None:
    filing = latest_filing(ctx.session, record.id, NewEditionForm.__name__)
    return None if filing is None else NewEditionForm.model_validate(filing.document)


def filed_text(ctx: Context, record: RecordFacts) -> EditionForm | None:
    """Return the text last filed, or None."""
    filing = latest_filing(ctx.session, record.id, EditionForm.__name__)
    return None if filing is None else EditionForm.model_validate(filing.document)


def review_text(ctx: Context, record: RecordFacts, form: EditionForm) -> Reviewed:
    """Check a text as it would be checked for publication today, storing nothing."""
    name = f"{record.subject}.yaml"
    try:
        edition = checked_edition(form.raw, name=name)
    except Invalid as refusal:
        return Reviewed(None, tuple(_numbered(finding) for finding in refusal.findings))
    if found := tuple(_misfits(ctx, record, form, edition)):
        return Reviewed(edition, found)
    with_draft = joined(ctx.rules, [edition])
    try:
        demand_no_overlap(with_draft.editions)
    except Invalid as refusal:
        return Reviewed(edition, (_at(form, name, "valid_from", refusal.text),))
    return Reviewed(edition, tuple(_after_its_end(with_draft, form, edition)))


def _after_its_end(rules: Rulebook, form: EditionForm, edition: Edition) -> Iterator[Finding]:
    """Tell what holds when an edition with an end is over: the one it took the place of does not come back."""
    if edition.valid_to is None:
        return
    name, day = f"{edition.id}.yaml", edition.valid_to
    try:
        text = f"自{day.isoformat()}起本版本失效，改按“{rules.get(edition.kind, day).id}”执行"
        yield _at(form, name, "valid_to", text, severity=Severity.NOTE)
    except NotFound:
        text = f"自{day.isoformat()}起本版本失效，此后没有有效的同类规则，请删去这一行，或届时另发新版本"
        yield _at(form, name, "valid_to", text, severity=Severity.WARNING)


def _backdated(day: date) -> str:
    return f"生效日{day.isoformat()}早于今天，规则不溯及既往，请推迟生效日"


def _misfits(ctx: Context, record: RecordFacts, form: EditionForm, edition: Edition) -> Iterator[Finding]:
    name = f"{record.subject}.yaml"
    keys = ("jurisdiction", "kind", "valid_from")
    head = zip(keys, edition.id.split("/"), record.subject.split("/"), strict=True)
    for key, found, wanted in head:
        if found != wanted:
            text = f"此处须为“{wanted}”，与本草案（{record.subject}）一致，改生效日请撤回后另行起草"
            yield _at(form, name, key, text)
    if edition.valid_from < ctx.today:
        yield _at(form, name, "valid_from", _backdated(edition.valid_from))
    if any(one.id == edition.id for one in ctx.rules.editions):
        yield _at(form, name, "valid_from", f"规则版本“{edition.id}”已发布，更正请另发新版本")


def _numbered(finding: Finding) -> Finding:
    line = finding.where.pointer.rpartition(":")[2]
    return replace(finding, message=f"第{line}行 {finding.message}")


def _at(
    form: EditionForm, name: str, key: str, message: str, *, severity: Severity = Severity.ERROR
) -> Finding:
    line = read_document(form.raw, name=name).line((key,))
    return _numbered(Finding("rule.head", severity, Where(pointer=f"{name}:{line}"), message))


def file_text(ctx: Context, record_id: str, form: EditionForm, seen: Seen) -> Outcome:
    """File the text of a draft; a text that could not be published is refused with file and line.

    Raises
    ------
    Invalid
        With one finding per defect and failed example.
    """
    record = load(ctx, record_id)
    reviewed = review_text(ctx, record, form)
    moved = move(ctx, record_id, "file", seen=seen, findings=reviewed.findings, record=record)
    kept = file_form(ctx, moved, form, edition=record.subject)
    return moved.log(ctx, filed_event(moved, kept))


def publish(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Publish the text last filed: checked again today, kept by digest, in force from its first day.

    Raises
    ------
    Forbidden
        The actor filed it, or may not publish.
    Invalid
        It can no longer be published: its first day is past, or another edition came between.
    """
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "publish", seen=seen, record=record)
    form = filed_text(ctx, record)
    if form is None:
        raise Conflict("rule.none", f"“{record.name}”尚未提交规则文本")
    lock_publication(ctx.session)
    forget_rulebook(ctx.session)
    reviewed = review_text(ctx, record, form)
    edition = _publishable(record, reviewed.edition, reviewed.findings)
    write_published(
        ctx.session,
        PublishedFacts(edition.id, edition.digest, form.raw.decode(), ctx.now, record.id),
    )
    forget_rulebook(ctx.session)
    return moved.log(ctx, Published(**moved.fields, edition=edition.id, edition_digest=edition.digest))


def _publishable(record: RecordFacts, edition: Edition | None, findings: Sequence[Finding]) -> Edition:
    wrong = [finding for finding in findings if finding.severity is Severity.ERROR]
    if edition is None or wrong:
        text = f"“{record.name}”有{len(wrong)}处问题，请退回修改：{wrong[0].message}"
        raise Invalid("rule.findings", text, tuple(findings))
    return edition
