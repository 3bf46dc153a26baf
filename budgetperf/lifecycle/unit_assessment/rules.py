"""How a campaign is carried out, as an edition says it: phases, suppliers, reports, appeals, publication, retention.

What is scored stands in the scheme (``scoring.assessment``); here stands who brings what by when,
who decides an appeal and how long personal ratings are kept. Values in, values out.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.scoring.rules import Rule, SourcedRule

Work: TypeAlias = Literal["task_books", "reports", "ratings", "claims", "results"]
"""What a phase opens and what must be settled before it ends: task books issued, facts of a period
accepted, ratings of a period in, bonus and penalty settled, results approved."""

AppealBody: TypeAlias = Literal["office", "head"]
"""Who decides: the assessing office, or the leading group above it."""

Audience: TypeAlias = Literal["unit", "leader", "person", "public"]
"""Whom a result is told."""

_Days = Annotated[int, Field(ge=1, le=365, strict=True)]


def _month_day(text: str) -> str:
    try:
        date.fromisoformat(f"2023-{text}")  # a year without 29 February
    except ValueError as error:
        raise ValueError(f"“{text}”不是每年都有的月日，应如 08-31") from error
    return text


class CycleDay(Rule):
    """A day of the cycle.

    Parameters
    ----------
    year : int
        0 is the year assessed, 1 the next.
    day : str
        Month and day, ``"07-10"``.
    """

    year: Annotated[int, Field(ge=-1, le=2, strict=True)] = 0
    day: Annotated[str, AfterValidator(_month_day)]

    def on(self, assessed: int) -> date:
        """Return the day in the cycle of year ``assessed``."""
        return date.fromisoformat(f"{assessed + self.year:04d}-{self.day}")


class Task(Rule):
    """Work of one kind; ``period`` is a period key of the scheme, empty for what is done once a year."""

    what: Work
    period: str = ""


class Phase(SourcedRule):
    """One phase of the cycle.

    Parameters
    ----------
    key, label : str
    begins, ends : CycleDay
        Both included.
    opens : tuple of Task
        What is opened on its first day.
    gate : tuple of Task
        What must be settled before the next phase begins.
    """

    key: str
    label: str
    begins: CycleDay
    ends: CycleDay
    opens: tuple[Task, ...] = ()
    gate: tuple[Task, ...] = ()


class Cycle(Rule):
    """The phases in order; no day between them falls in none or in two."""

    phases: tuple[Phase, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _demand_distinct("阶段编号", (phase.key for phase in self.phases))
        spans = [(phase, phase.begins.on(2022), phase.ends.on(2022)) for phase in self.phases]
        for phase, first, last in spans:
            if last < first:
                raise ValueError(f"阶段“{phase.label}”的结束日早于开始日")
        for (before, _, last), (after, first, _) in pairwise(spans):
            if first != last + timedelta(1):
                raise ValueError(f"“{after.label}”应从“{before.label}”结束的次日开始，既不空缺也不重叠")
        return self

    def phase_on(self, day: date, assessed: int) -> Phase:
        """Return the phase that ``day`` lies in.

        Raises
        ------
        Invalid
            ``campaign.outside_cycle``: before the first or after the last.
        """
        for phase in self.phases:
            if phase.begins.on(assessed) <= day <= phase.ends.on(assessed):
                return phase
        first, last = self.phases[0].begins.on(assessed), self.phases[-1].ends.on(assessed)
        raise Invalid("campaign.outside_cycle", f"{day}不在{assessed}年度考评周期内（{first}至{last}）")


class Reporting(SourcedRule):
    """Progress reports on the task book and the days they are due on.

    Parameters
    ----------
    label : str
    due : tuple of CycleDay
    tracks : tuple of str
        Tracks whose units report; empty: all.
    """

    label: str
    due: tuple[CycleDay, ...] = Field(min_length=1)
    tracks: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [day.on(2022) for day in self.due]
        if days != sorted(set(days)):
            raise ValueError(f"“{self.label}”的报送日须由早到晚、不重复")
        return self


class Supplier(SourcedRule):
    """A body that supplies facts.

    Parameters
    ----------
    key, label : str
    items : tuple of str
        Item codes of the scheme: criteria, vetoes and statements. Empty: every item no other
        supplier is named for.
    """

    key: str
    label: str
    items: tuple[str, ...] = ()


class Carried(SourcedRule):
    """A fact that is another unit's result: the total under ``track`` becomes the owner's ``item``.

    Parameters
    ----------
    track : str
        Track whose units belong to others (special projects).
    item : str
        Item of the owner; the mean of the totals where one owns several.
    """

    track: str
    item: str


class AppealRules(SourcedRule):
    """Who decides appeals and objections, and the working days for filing and for deciding."""

    to: AppealBody
    label: str
    file_within: _Days
    decide_within: _Days


class PublicationRules(SourcedRule):
    """Working days that bonuses and results are published for objection."""

    bonus: _Days
    results: _Days


class RetentionRules(SourcedRule):
    """Months after the archive day that ratings stay with the names of their raters."""

    months: Annotated[int, Field(ge=0, le=600, strict=True)]

    def until(self, archived_on: date) -> date:
        """Return the last day they are kept.

        Examples
        --------
        >>> rules = RetentionRules.model_construct(months=6)
        >>> str(rules.until(date(2025, 8, 31)))
        '2026-02-28'
        """
        year, month = divmod(archived_on.year * 12 + archived_on.month - 1 + self.months, 12)
        return date(year, month + 1, min(archived_on.day, monthrange(year, month + 1)[1]))


class Approval(SourcedRule):
    """The bodies whose decision a result needs, in order, as printed."""

    bodies: tuple[str, ...] = Field(min_length=1)


class Telling(SourcedRule):
    """Whom results are told."""

    to: tuple[Audience, ...] = Field(min_length=1)


class TaskBookRules(SourcedRule):
    """Working days a unit has for drafting its task book."""

    file_within: _Days


class CampaignRules(Rule):
    """A whole campaign.

    Parameters
    ----------
    cycle : Cycle
    task_book : TaskBookRules
    reporting : Reporting
    further_reporting : tuple of Reporting
        Reports asked besides, of other tracks or in another rhythm.
    suppliers : tuple of Supplier
        Who brings which facts; at most one without items.
    carried : tuple of Carried
    appeals : AppealRules
    publication : PublicationRules
    retention : RetentionRules
    approval : Approval
    telling : Telling
    """

    cycle: Cycle
    task_book: TaskBookRules
    reporting: Reporting
    further_reporting: tuple[Reporting, ...] = ()
    suppliers: tuple[Supplier, ...] = Field(min_length=1)
    carried: tuple[Carried, ...] = ()
    appeals: AppealRules
    publication: PublicationRules
    retention: RetentionRules
    approval: Approval
    telling: Telling

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _demand_distinct("报送", (reporting.label for reporting in (self.reporting, *self.further_reporting)))
        _demand_distinct("数据提供单位编号", (supplier.key for supplier in self.suppliers))
        _demand_distinct("数据项目", (item for supplier in self.suppliers for item in supplier.items))
        if sum(not supplier.items for supplier in self.suppliers) > 1:
            raise ValueError("不写明 items 的数据提供单位至多一个，其余须列出所提供的项目")
        return self

    def reports_of(self, track: str) -> tuple[Reporting, ...]:
        """Return what the units of ``track`` report, in the order of the edition."""
        asked = (self.reporting, *self.further_reporting)
        return tuple(one for one in asked if not one.tracks or track in one.tracks)

    def supplier_of(self, item: str) -> Supplier | None:
        """Return who brings ``item``, or None."""
        named = next((one for one in self.suppliers if item in one.items), None)
        return named or next((one for one in self.suppliers if not one.items), None)

    def tasks(self) -> Iterator[Task]:
        """Yield everything that a phase opens or waits for."""
        for phase in self.cycle.phases:
            yield from phase.opens
            yield from phase.gate


def _demand_distinct(what: str, keys: Iterable[str]) -> None:
    if repeated := sorted(key for key, count in Counter(keys).items() if count > 1):
        raise ValueError(f"{what}重复：{'、'.join(repeated)}")
