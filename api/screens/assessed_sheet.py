"""A sheet of marks as its rater submitted it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.screens.buttons import Link
from api.screens.page import Screen, told


@dataclass(frozen=True, slots=True)
class GivenMark:
    """One mark as it was given."""

    unit: str = told("who was rated")
    item: str = told("for what")
    value: str = told("mark as typed")
    note: str = told("what was said to it")


@dataclass(frozen=True, slots=True)
class GivenSheet(Screen):
    """What one gave on one sheet."""

    template: ClassVar[str] = "assessed_sheet.html"

    name: str = told("name of the sheet")
    period: str = told("label of the period; empty for a whole year")
    submitted_at: datetime | None = told("when it was submitted")
    campaign: Link = told("the campaign")
    marks: tuple[GivenMark, ...] = told("marks as typed")
