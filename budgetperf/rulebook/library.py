"""``Rulebook``: the locked editions, and which of them holds on a day.

The day is always a parameter: the rulebook never asks what day it is. A service works for one
jurisdiction: a kind of rules is what the service published itself, or else the jurisdiction's, or
else the nation's, each whole; there is no inheritance between files. An edition without an end holds
until the next one of its series begins, so publishing a successor leaves the published file as it is.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.fiscal import DateRange, WorkCalendar
from budgetperf.rulebook.checking import demand_no_overlap
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.lock import ROOT, edition_paths, read_lock
from budgetperf.rulebook.models import WorkingDaysRules
from budgetperf.rulebook.reading import LOCAL, read_edition

NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All locked editions, sorted by id, as they hold in one jurisdiction.

    Parameters
    ----------
    editions : tuple of Edition
    place : str
        The jurisdiction whose editions go before the nation's; those of ``LOCAL`` go before both.

    Examples
    --------
    >>> Rulebook.load().get("grades", date(2025, 6, 1)).title
    '绩效评价等级'
    """

    editions: tuple[Edition, ...]
    place: str = NATIONAL

    @staticmethod
    def load(root: Path = ROOT) -> "Rulebook":
        """Read the editions under ``root`` once per process and check them against the lock.

        Raises
        ------
        Conflict
            ``rulebook.lock`` if a file is not locked, was changed, or is missing.
        Invalid
            If an edition does not read, or two of a kind hold on the same day.
        """
        return _load(root)

    def at(self, place: str) -> "Rulebook":
        """Return the same editions as they hold in ``place``."""
        return replace(self, place=place)

    @property
    def places(self) -> tuple[str, str, str]:
        """The jurisdictions whose editions are used here, the first that has one holding."""
        return LOCAL, self.place, NATIONAL

    def demand_place(self) -> None:
        """Refuse a place without packaged editions: its name is mistyped.

        Raises
        ------
        Invalid
            ``rulebook.place``
        """
        known = sorted({edition.jurisdiction for edition in self.editions} - {LOCAL})
        if self.place not in known:
            raise Invalid(
                "rulebook.place",
                f"环境变量 BUDGETPERF_JURISDICTION 的辖区“{self.place}”没有随程序发布的规则版本，请改为：{'、'.join(known)}",
            )

    def get(self, kind: str, as_of: date, *, jurisdiction: str = "") -> Edition:
        """Return the edition of ``kind`` that holds on ``as_of``, by the order of ``places``.

        Parameters
        ----------
        kind : str
        as_of : date
        jurisdiction : str
            Asks for the editions of this jurisdiction alone.

        Raises
        ------
        NotFound
            ``rulebook.no_edition`` if none does.
        """
        found = self._find(kind, as_of, (jurisdiction,) if jurisdiction else self.places)
        if found is None:
            raise NotFound(
                "rulebook.no_edition",
                f"{jurisdiction or self.place}在{as_of.isoformat()}没有有效的“{kind}”规则版本，请先由规则管理处发布",
                kind=kind,
                jurisdiction=jurisdiction or self.place,
            )
        return found

    def _find(self, kind: str, as_of: date, places: tuple[str, ...]) -> Edition | None:
        own = [edition for edition in self.editions if edition.kind == kind]
        return next(
            (
                edition
                for place in places
                for edition in own
                if edition.jurisdiction == place and as_of in self.span(edition)
            ),
            None,
        )

    def applies(self, edition: Edition, as_of: date) -> bool:
        """Tell whether ``edition`` is the one used on ``as_of``."""
        return self._find(edition.kind, as_of, self.places) == edition

    def span(self, edition: Edition) -> DateRange:
        """Return the days ``edition`` holds: to its end, or until the next one of its kind begins."""
        later = (
            other.valid_from
            for other in self.editions
            if other.series == edition.series and other.valid_from > edition.valid_from
        )
        return DateRange(edition.valid_from, edition.valid_to or min(later, default=None))

    def by_id(self, edition_id: str) -> Edition:
        """Return the edition a past result names.

        Raises
        ------
        NotFound
            ``rulebook.no_edition`` if it is not in the rulebook.
        """
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        raise NotFound("rulebook.no_edition", f"规则库中没有版本“{edition_id}”", edition=edition_id)

    def work_calendar(self) -> WorkCalendar:
        """Return the working days of all years that have an edition, by the order of ``places``."""
        years = {
            rules.year: rules
            for place in reversed(self.places)
            for edition in self.editions
            if edition.series == (place, "working_days")
            for rules in (edition.rules_as(WorkingDaysRules),)
        }
        return WorkCalendar(
            frozenset(years),
            frozenset(day for rules in years.values() for day in rules.holidays),
            frozenset(day for rules in years.values() for day in rules.make_up_days),
        )


@cache
def _load(root: Path) -> Rulebook:
    editions = tuple(read_edition(path, root=root) for path in edition_paths(root))
    _demand_locked(editions, root)
    demand_no_overlap(editions)
    return Rulebook(editions)


def _demand_locked(editions: tuple[Edition, ...], root: Path) -> None:
    locked = read_lock(root)
    for edition in editions:
        if edition.id not in locked:
            raise Conflict("rulebook.lock", f"{edition.id} 尚未锁定，请先运行算例并锁定")
        if locked[edition.id] != edition.digest:
            raise Conflict("rulebook.lock", f"{edition.id} 的内容与锁定的摘要不符，请恢复原文件")
    if gone := sorted(set(locked) - {edition.id for edition in editions}):
        raise Conflict("rulebook.lock", f"已锁定的版本缺少文件：{'、'.join(gone)}，请恢复文件")
