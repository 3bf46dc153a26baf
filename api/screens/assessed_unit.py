"""One unit or person in a campaign: book, facts, claims, result with its trace, appeals, what is to be mended."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.life import LifeLine
from api.screens.page import Screen, told
from api.screens.project import FileLine, StepLine
from budgetperf.lifecycle.unit_assessment.form import AppealAbout, AppealOutcome
from budgetperf.process.stages import Stage, Status


@dataclass(frozen=True, slots=True)
class Moving:
    """A record with what may be done about it."""

    id: str = told("record id")
    name: str = told("what it is about")
    stage: Stage = told("stage")
    status: Status = told("status")
    due_on: date | None = told("day it is due")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the book with how far it is."""

    key: str = told("number")
    task: str = told("what is done (specific)")
    item: str = told("item of the scheme it sets the standard of; empty for none")
    mended: bool = told("whether it comes from last year's improvements")
    measure: str = told("how it is measured")
    target: str = told("target with its unit")
    responsible: str = told("who is responsible (achievable)")
    basis: str = told("what it rests on (relevant)")
    due_on: date | None = told("until when (in time)")
    actual: str = told("reached so far; empty before a report")
    percent: int | None = told("of the target; None where it is no number")
    behind: str = told("why it is behind")


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact brought."""

    item: str = told("label of the item")
    period: str = told("label of the period")
    value: str = told("value")
    standard: str = told("standard")
    note: str = told("note")


@dataclass(frozen=True, slots=True)
class MarkLine:
    """The points of a period or of a group of raters, before they are weighed together."""

    period: str = told("label of the period")
    rater: str = told("group of raters; empty where there are none")
    points: str = told("points")


@dataclass(frozen=True, slots=True)
class ItemTrace:
    """Points of one item."""

    label: str = told("item")
    points: str = told("points")
    out_of: str = told("full marks")
    facts: tuple[FactLine, ...] = told("what was brought for it")
    clause: str = told("clause of the rules")


@dataclass(frozen=True, slots=True)
class PartTrace:
    """One component of the total."""

    label: str = told("component")
    points: str = told("points; a dash where it does not apply")
    out_of: str = told("full marks")
    factor: str = told("what a point is worth; empty when it is one")
    clause: str = told("clause of the rules")
    items: tuple[ItemTrace, ...] = told("its items")
    marks: tuple[MarkLine, ...] = told("the sheets it comes from, where there are several")


@dataclass(frozen=True, slots=True)
class AgainLine:
    """An item of last year's rectification as this year's raters found it."""

    problem: str = told("what was to be mended")
    points: str = told("mean of the marks, of 100")
    raters: int = told("how many rated it")


@dataclass(frozen=True, slots=True)
class ResultView:
    """The result as computed last."""

    total: str = told("total; empty when exempt")
    rank: int | None = told("rank in its company")
    grade: str = told("grade")
    bonus: str = told("bonus")
    penalty: str = told("penalty")
    consequences: tuple[str, ...] = told("what it leads to")
    reasons: tuple[str, ...] = told("what was capped, moved or lowered")
    vetoes: tuple[str, ...] = told("vetoes that struck")
    parts: tuple[PartTrace, ...] = told("components")
    again: tuple[AgainLine, ...] = told("last year's items to be mended, rated again")


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A bonus or a penalty with what came of it."""

    moving: Moving = told("the record")
    item: str = told("item of the scheme")
    award: str = told("award or event")
    claimed: str = told("number claimed or told")
    counts: str = told("what of it counts; empty while it is open")
    until: date | None = told("last day it may be contested; None while that has not begun")
    open: bool = told("whether it may still be contested")
    statement: str = told("what is said for it")
    files: tuple[Link, ...] = told("documents")
    appeal: str = told("address to appeal; empty where not possible")


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal with its answer."""

    moving: Moving = told("the record")
    about: AppealAbout = told("what it is about")
    statement: str = told("why")
    demand: str = told("what is asked")
    files: tuple[Link, ...] = told("documents")
    outcome: AppealOutcome | None = told("answer; None before")
    reason: str = told("why so answered")
    corrections: tuple[str, ...] = told("what is corrected")


@dataclass(frozen=True, slots=True)
class ImprovementLine:
    """Something to be mended, with the reply."""

    moving: Moving = told("the record")
    problem: str = told("what is wrong")
    demand: str = told("what is asked")
    measures: str = told("what was done; empty before the reply")
    done_on: date | None = told("when it was done")


@dataclass(frozen=True, slots=True)
class PastYear:
    """What the unit reached in an earlier campaign."""

    year: int = told("year")
    total: str = told("total")
    rank: int | None = told("rank")
    grade: str = told("grade")
    consequences: tuple[str, ...] = told("what it led to")


@dataclass(frozen=True, slots=True)
class Brought:
    """A document that was not taken, and what was typed to it."""

    refusal: str = told("why it was not taken")
    describes: str = told("what was typed of it")
    effective_on: date = told("day that was typed")


@dataclass(frozen=True, slots=True)
class UnitPage(Screen):
    """One unit or person of a campaign."""

    template: ClassVar[str] = "assessed_unit.html"

    code: str = told("code")
    name: str = told("name")
    group: str = told("group, under its track")
    place: str = told("organisation; empty for a person")
    leader: str = told("leader; empty for none")
    exempt: str = told("why it is not assessed; empty when it is")
    campaign: Link = told("the campaign, with its status")
    theirs: bool = told("whether it is the reader's own, or the reader runs the campaign")
    life: LifeLine = told("its way through the campaign")
    buttons: tuple[Button, ...] = told("what may be begun here")
    barred: tuple[Barred, ...] = told("what cannot be begun, with the reason")
    exports: tuple[Link, ...] = told("papers and tables of the unit")
    records: tuple[Moving, ...] = told("task book and progress reports")
    tasks: tuple[TaskLine, ...] = told("the task book")
    facts: tuple[FactLine, ...] = told("facts brought, before there is a result")
    result: ResultView | None = told("the result, where the reader may see it")
    told_on: str = told("what is known of the result's publication")
    claims: tuple[ClaimLine, ...] = told("bonuses and penalties")
    appeals: tuple[AppealLine, ...] = told("appeals and objections")
    improvements: tuple[ImprovementLine, ...] = told("what is to be mended")
    past: tuple[PastYear, ...] = told("earlier campaigns, newest first")
    files: tuple[FileLine, ...] = told("documents")
    attach: str = told("address files are posted to; empty where not allowed")
    brought: Brought | None = told("the document that was not taken; None otherwise")
    steps: tuple[StepLine, ...] = told("moves made, newest first")
