"""What differs between the text of a draft and the edition it was copied from, line by line."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from api.screens.rules import DiffLine, DiffMark
from budgetperf.actions.context import Context
from budgetperf.actions.rule_editions import copied_edition, text_of
from budgetperf.store.records import RecordFacts

AROUND = 3


def diff_to_copied(ctx: Context, record: RecordFacts, text: str) -> tuple[DiffLine, ...]:
    """Return the lines of a draft's text that differ from the edition copied, all where nothing was."""
    copied = copied_edition(ctx, record)
    before = text_of(ctx, copied).rstrip("\n").split("\n") if copied else []
    return tuple(line_diff(before, text.split("\n")))


def line_diff(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    """Yield removed and added lines with their numbers; longer unchanged runs as one line that counts them.

    Examples
    --------
    >>> [(line.mark.value, line.old, line.new, line.text) for line in line_diff(["a", "b"], ["a", "c"])]
    [('same', 1, 1, 'a'), ('removed', 2, 0, 'b'), ('added', 0, 2, 'c')]
    """
    shown = 0
    for group in SequenceMatcher(None, before, after).get_grouped_opcodes(AROUND):
        if folded := group[0][1] - shown:
            yield DiffLine(DiffMark.FOLDED, folded=folded)
        for tag, old, old_end, new, new_end in group:
            if tag == "equal":
                for at in range(old_end - old):
                    yield DiffLine(DiffMark.SAME, old + at + 1, new + at + 1, before[old + at])
                continue
            for at in range(old, old_end):
                yield DiffLine(DiffMark.REMOVED, at + 1, text=before[at])
            for at in range(new, new_end):
                yield DiffLine(DiffMark.ADDED, new=at + 1, text=after[at])
        shown = group[-1][2]
    if shown and (folded := len(before) - shown):
        yield DiffLine(DiffMark.FOLDED, folded=folded)
