"""Which text of a draft a person is shown, checked and tried on: what they saved, what was filed, or the copy."""

from dataclasses import dataclass
from datetime import datetime

from budgetperf.actions.context import Context
from budgetperf.actions.drafts import Begin, typed_before
from budgetperf.actions.rule_editions import Reviewed, begun, filed_text, review_text
from budgetperf.actions.rule_impact import applies
from budgetperf.errors import NotFound
from budgetperf.forms import read
from budgetperf.process.stages import Stage, Status
from budgetperf.process.transitions import leaving
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.form import EditionForm
from budgetperf.store.records import RecordFacts, filings_of, get_record
from budgetperf.terms import Term


class TextShown(Term):
    """Which text of a draft a reader is shown."""

    COPY = "copy", "底稿，尚未提交"
    SAVED = "saved", "草稿，尚未提交"
    FILED = "filed", "最近一次提交"
    ENACTED = "enacted", "已发布"


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a draft a person is shown, and what the checks say of it."""

    record: RecordFacts
    shown: TextShown
    text: str
    reviewed: Reviewed
    saved_at: datetime | None

    @property
    def comparable(self) -> Edition | None:
        """The edition that can be tried on records, or None."""
        edition = self.reviewed.edition
        tried = edition is not None and applies(edition.kind) and self.shown is not TextShown.ENACTED
        return edition if tried else None


def draft_of(ctx: Context, record_id: str, begin: Begin | None = None) -> Draft:
    """Return the text of a draft: what this person saved while it may be worked on, else the last filed, else the copy.

    Raises
    ------
    NotFound
        No such draft.
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not Stage.RULE:
        raise NotFound("rule.draft", "该记录不是规则草案")
    typed = typed_before(ctx, record, EditionForm)
    workable = any(row.verb == "file" for row in leaving(record.stage, record.status))
    saved_at = typed.draft.saved_at if typed.draft and workable else None
    saved = typed.document(begin)
    if saved_at and saved is not None and saved is not typed.filed:
        form, findings = read(EditionForm, saved)
        reviewed = review_text(ctx, record, form) if form else Reviewed(None, findings)
        text = form.text if form else str(saved.get("text", ""))
        return Draft(record, TextShown.SAVED, text, reviewed, saved_at)
    filed = filed_text(ctx, record)
    form = filed or begun(ctx, record)
    if record.status is Status.ENACTED:
        reviewed = Reviewed(ctx.rules.by_id(record.subject), ())
        return Draft(record, TextShown.ENACTED, form.text, reviewed, None)
    opened_only = len(filings_of(ctx.session, record.id)) == 1
    shown = TextShown.COPY if opened_only else TextShown.FILED
    return Draft(record, shown, form.text, review_text(ctx, record, form), saved_at)
