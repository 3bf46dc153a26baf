"""The pages on which a move is prepared: a form, a reason, a workbook, or many records at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.screens.buttons import Link
from api.screens.fields import FormView
from api.screens.page import Option, Screen, told
from api.screens.rules import DiffLine
from budgetperf.findings import Finding
from budgetperf.money import Money

REASON = "/reason"
"""Where findings about the reason of a move stand."""


@dataclass(frozen=True, slots=True)
class About:
    """What the move is about."""

    title: str = told("label of the move")
    name: str = told("record it moves; empty for an opening")
    code: str = told("code of the project or round")
    stage: str = told("stage, with its period")
    status: str = told("status now")
    back: str = told("address to go back to")


@dataclass(frozen=True, slots=True)
class FormPage(Screen):
    """A form made from its fields, or only a reason where the move asks for nothing else."""

    template: ClassVar[str] = "form.html"

    about: About = told("what the move is about")
    form: FormView = told("fields, values and findings")
    action: str = told("address the form is posted to")
    version: int = told("version the person sees; 0 for an opening")
    draft: str = told("address drafts are posted to; empty where none are kept")
    saved_at: datetime | None = told("when the draft was saved")
    asks_reason: bool = told("whether a reason must be given")
    reason: str = told("reason typed so far")
    refusal: str = told("why the move was refused; empty before")
    facts: tuple[Link, ...] = told("what to look at before deciding")
    workbook: str = told("address of the Excel way; empty where there is none")
    overtaken: bool = told("whether the form was filed since the draft was typed", default=False)
    begun: bool = told("whether the draft is shown though it was overtaken", default=False)
    diff: tuple[DiffLine, ...] = told("what differs from the edition copied; empty elsewhere", default=())
    once: str = told("mark of an opening's page, so that it is taken once; empty for a move", default="")


@dataclass(frozen=True, slots=True)
class Upload(Screen):
    """A workbook to be checked and filed."""

    template: ClassVar[str] = "upload.html"

    about: About = told("what the move is about")
    action: str = told("address the file is posted to")
    blank: str = told("address of the blank workbook")
    form: str = told("address of the form page")
    version: int = told("version the person sees")
    filename: str = told("name of the file checked; empty before")
    refusal: str = told("why the file or the move was refused; empty otherwise")
    findings: tuple[Finding, ...] = told("what was found, with sheet and cell")
    limit_mb: int = told("largest file taken, in MB")
    clean: bool = told("whether a checked file had no error")
    annotated: str = told("data address of the copy with the findings in it; empty when there is none")


@dataclass(frozen=True, slots=True)
class TableUpload(Upload):
    """The tables of a campaign by Excel."""

    template: ClassVar[str] = "table_upload.html"

    filled: str = told("address of the workbook as filed or as handed out")


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One record of a bulk review."""

    id: str = told("record id")
    version: int = told("version seen")
    code: str = told("project code")
    name: str = told("project name")
    agency: str = told("agency")
    period: str = told("quarter; empty for a whole year")
    request: Money | None = told("requested amount")
    refusal: str = told("why it cannot be moved; empty when it can")
    chosen: bool = told("whether it is selected")


@dataclass(frozen=True, slots=True)
class Bulk(Screen):
    """Many records under one move: selected, previewed, then moved all or none."""

    template: ClassVar[str] = "bulk.html"

    title: str = told("label of the move")
    stage: str = told("label of the stage")
    moves: tuple[Option, ...] = told("moves that can be made in bulk here")
    rows: tuple[BulkRow, ...] = told("records")
    action: str = told("address of the next step")
    preview: bool = told("whether this is the preview")
    blocked: int = told("records of the preview that cannot be moved")
    total: Money | None = told("sum of the requests selected; None before the preview")
    refusal: str = told("why the last try was refused")
