"""A draft of an edition opened with a whole text, as a build of an indicator system writes it: nothing is copied.

The text is checked as a packaged file is. It goes on as any draft: filed by one person, published by another.
"""

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, file_form, filed_event
from budgetperf.actions.rule_editions import begin
from budgetperf.rulebook.checking import checked_edition
from budgetperf.rulebook.copying import begun_from
from budgetperf.rulebook.form import EditionForm
from budgetperf.rulebook.reading import LOCAL


def open_draft_from_text(ctx: Context, form: EditionForm, seen: Seen) -> Outcome:
    """Open the draft of an edition with its text, put under the head of a local edition.

    Raises
    ------
    Invalid
        The text does not read, or an example of it does not come out.
    Conflict
        The edition exists, or somebody is already drafting it.
    """
    edition = checked_edition(form.raw, name="草案.yaml")
    moved = begin(ctx, edition.kind, edition.valid_from, title=edition.title, seen=seen)
    text = begun_from(form.text, jurisdiction=LOCAL, valid_from=edition.valid_from)
    kept = file_form(ctx, moved, EditionForm(text=text), edition=moved.record.subject)
    return moved.log(ctx, filed_event(moved, kept))
