"""The campaigns of assessment: the list, and one campaign with its phases, its people and its results."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.life import Phase
from api.screens.page import Option, Screen, told
from budgetperf.process.stages import Stage, Status


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign in the list."""

    year: int = told("year assessed")
    title: str = told("title of its scheme")
    href: str = told("its page")
    status: Status = told("status")
    phase: str = told("phase today; empty outside the cycle")
    ends: date | None = told("last day of that phase")


@dataclass(frozen=True, slots=True)
class Campaigns(Screen):
    """All campaigns."""

    template: ClassVar[str] = "assessments.html"

    campaigns: tuple[CampaignLine, ...] = told("campaigns, newest first")
    empty: str = told("why there is none; empty when there is")
    opening: str = told("address to open a campaign; empty where not allowed")


@dataclass(frozen=True, slots=True)
class GateLine:
    """What a phase opens or waits for."""

    what: str = told("kind of work")
    period: str = told("label of the period; empty for once a year")
    settled: int = told("records settled", default=0)
    asked: int = told("records sent out", default=0)
    counted: bool = told("whether the reader sees all of them, so that counts can be told", default=False)


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One phase of the cycle with its place on the drawing."""

    number: int = told("place in the order")
    label: str = told("name as printed")
    begins: date = told("first day")
    ends: date = told("last day")
    state: Phase = told("done, on, ahead, or ended with something lacking")
    x: int = told("left edge in thousandths")
    width: int = told("width in thousandths")
    opens: tuple[GateLine, ...] = told("what it sends out")
    gate: tuple[GateLine, ...] = told("what must be settled before the next")


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is not settled."""

    phase: str = told("phase whose gate it is")
    what: str = told("kind of work")
    period: str = told("label of the period")
    names: tuple[str, ...] = told("the first that are lacking")
    more: int = told("how many besides")
    unsent: bool = told("whether it was not even sent out")


@dataclass(frozen=True, slots=True)
class Tally:
    """Records of one stage by status."""

    stage: Stage = told("stage")
    counts: tuple[tuple[Status, int], ...] = told("statuses that occur, with their number")
    total: int = told("all of them")
    href: str = told("address of their list")
    here: bool = told("whether they are listed below")


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record in a list."""

    id: str = told("record id")
    name: str = told("what it is about")
    period: str = told("label of the period")
    status: Status = told("status")
    due_on: date | None = told("day it is due")
    href: str = told("page it is shown on; empty when it is this one")
    moves: tuple[Button, ...] = told("moves open to this person")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit or person of the roster."""

    code: str = told("code")
    name: str = told("name")
    group: str = told("group")
    place: str = told("organisation; empty for a person")
    leader: str = told("leader")
    owner: str = told("code whose fact its result becomes")
    href: str = told("its page")
    exempt: str = told("why it is not assessed this year; empty when it is", default="")


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One row of a ranking."""

    rank: int | None = told("rank; None when exempt")
    code: str = told("code")
    name: str = told("name")
    href: str = told("page of the unit")
    points: tuple[str, ...] = told("points by component of the track")
    bonus: str = told("bonus")
    penalty: str = told("penalty")
    total: str = told("total; empty when exempt")
    grade: str = told("grade")
    consequences: tuple[str, ...] = told("what it leads to")


@dataclass(frozen=True, slots=True)
class TotalBar:
    """A bar of the chart of totals."""

    x: int = told("left edge")
    height: int = told("height in pixels")
    code: str = told("code under the bar")
    name: str = told("name, for who hovers or hears")
    total: str = told("total over the bar")


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The ranking of one company: the units that are ranked together."""

    BASE: ClassVar[int] = 96

    label: str = told("group; empty when the whole track is ranked together")
    rows: tuple[ResultLine, ...] = told("results by rank")
    bars: tuple[TotalBar, ...] = told("totals of the first")
    width: int = told("width of the chart in pixels")
    found: int = told("how many there are in all")


@dataclass(frozen=True, slots=True)
class TrackTable:
    """The results of one track."""

    label: str = told("name of the track")
    parts: tuple[tuple[str, str], ...] = told("components with their full marks")
    groups: tuple[GroupTable, ...] = told("one ranking each")


@dataclass(frozen=True, slots=True)
class OpenBonus:
    """A bonus published for objection."""

    id: str = told("record id")
    name: str = told("unit and award")
    item: str = told("item of the scheme")
    claimed: str = told("number claimed")
    admitted: str = told("number admitted")
    statement: str = told("what is said for it")
    files: tuple[Link, ...] = told("documents")
    until: date | None = told("last day to object")
    object_links: tuple[Link, ...] = told("where to object, in the name of which unit")


@dataclass(frozen=True, slots=True)
class CampaignPage(Screen):
    """One campaign."""

    template: ClassVar[str] = "assessment.html"

    subject: str = told("subject of the campaign")
    title: str = told("title of the scheme")
    year: int = told("year assessed")
    status: Status = told("status")
    record: str = told("id of its record")
    office: bool = told("whether the reader sees the whole campaign")
    phase: str = told("phase today; empty outside the cycle")
    today: date = told("today")
    mark: int | None = told("place of today on the drawing, in thousandths; None outside the cycle")
    phases: tuple[PhaseLine, ...] = told("phases in order")
    lacking: tuple[Lack, ...] = told("what is not settled of the phases begun")
    days: tuple[Link, ...] = told("days the campaign has reached")
    editions: tuple[Link, ...] = told("the two editions it runs under")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")
    exports: tuple[Link, ...] = told("tables and papers of the campaign")
    hint: str = told("what to do next, where nothing has been done yet")
    sheets: tuple[RecordLine, ...] = told("the reader's own rating sheets")
    tallies: tuple[Tally, ...] = told("records by stage")
    listed: tuple[RecordLine, ...] = told("records of the stage chosen")
    listed_stage: Stage | None = told("the stage chosen")
    units: tuple[UnitLine, ...] = told("roster, as far as it may be seen")
    units_found: int = told("how many units match")
    group: tuple[Option, ...] = told("groups to narrow to")
    text: str = told("searched in code and name")
    suppliers: tuple[Link, ...] = told("who supplies facts")
    seats: tuple[tuple[str, int], ...] = told("raters by group")
    tracks: tuple[TrackTable, ...] = told("results by track")
    unpublished: bool = told("whether the results are seen before they are told")
    bonuses: tuple[OpenBonus, ...] = told("bonuses published for objection")
    appeals: tuple[RecordLine, ...] = told("appeals and objections")
