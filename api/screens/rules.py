"""Pages of the rules office: drafts, and what each would change."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.fields import Told
from api.screens.page import Screen, told
from budgetperf.process.stages import Status
from budgetperf.terms import Term


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft of an edition."""

    href: str = told("its page")
    id: str = told("id the edition will have")
    title: str = told("title of the edition it was copied from")
    valid_from: date = told("first day")
    status: Status = told("where it stands")


class DiffMark(StrEnum):
    """What became of a line of the edition copied."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of the comparison of a text with the edition it was copied from."""

    mark: DiffMark = told("what became of it")
    old: int = told("its number in the edition copied; 0 where it was added", default=0)
    new: int = told("its number in the draft; 0 where it was removed", default=0)
    text: str = told("the line", default="")
    folded: int = told("how many unchanged lines are left out here", default=0)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One record under the edition before and under the draft."""

    project: Link = told("project")
    open: bool = told("whether its result is not confirmed yet")
    before: str = told("what comes out by the edition before")
    after: str = told("what would come out")
    changed: bool = told("whether they differ")
    reason: str = told("what moved")


@dataclass(frozen=True, slots=True)
class ImpactView:
    """What a draft would change, counted."""

    before: Link = told("edition in force on the day before")
    open_records: int = told("records not confirmed yet")
    open_changed: int = told("of these, how many change")
    settled_records: int = told("confirmed records, compared only")
    settled_changed: int = told("of these, how many would have come out differently")
    left_out: int = told("records not tried")
    changed: tuple[ChangeLine, ...] = told("records that change")
    unchanged: tuple[ChangeLine, ...] = told("records that do not")


@dataclass(frozen=True, slots=True)
class DraftPage(Screen):
    """A draft of an edition."""

    template: ClassVar[str] = "rule_draft.html"

    id: str = told("id the edition will have")
    title: str = told("title of the edition it was copied from")
    copied: Link | None = told("edition it was copied from; None where it was opened with a text")
    status: Status = told("where it stands")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves seen but not open, with the reason")
    shown: Term = told("which text is shown, checked and tried")
    saved_at: datetime | None = told("when this person's draft was saved; None where there is none")
    drafted: str = told("page that shows the draft saved; empty where it is shown or there is none")
    findings: tuple[Told, ...] = told("what is wrong with the text today, and what must be known")
    sound: bool = told("whether the text could be published today, or was")
    diff: tuple[DiffLine, ...] = told("what differs from the edition copied")
    lines: tuple[str, ...] = told("the text, line by line")
    impact: ImpactView | None = told("what it would change; None unless asked for", default=None)
    impact_href: str = told(
        "where to ask what it would change; empty where nothing can be compared", default=""
    )
    refusal: str = told("why nothing could be compared", default="")
    published: str = told("page of the published edition; empty before", default="")
