"""The long table of an assessment: read whole, or refused whole with every defect by its row.

Takes rows as text (unit, group, item, period, rater, value, standard, note) and gives one sheet
per unit. Points are computed by ``assess``; files are read elsewhere.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Literal, TypeAlias

from budgetperf.scoring.adjustments import AdjustmentItem, Claim
from budgetperf.scoring.assessment import AssessmentRules, Component, Exemption, Slot, Track
from budgetperf.scoring.assessment_cells import Cell, CellKey, UnitFact, read_answer, read_number
from budgetperf.scoring.assessment_rows import Defect, Defects, gaps, read_cell

AnswerKind: TypeAlias = Literal["veto", "statement", "exemption", "history"]

Mark: TypeAlias = tuple[str, CellKey, str]
"""What tells a row of a unit from its others: item, period and, of a cell, rater; of a claim, the award."""

Filled: TypeAlias = tuple[frozenset[Mark], frozenset[tuple[Mark, bool]]]
"""Which rows there are, and which of them give no number, with whether they were refused."""

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of signs that print nothing: control, format, and breaks of line and paragraph."""

_YEARS = {f"-{ago}": ago for ago in range(1, 21)}
"""Periods of an earlier year's result."""


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """All facts of one unit, complete and on their scales.

    Parameters
    ----------
    unit, group : str
    track : Track
    exempt : tuple of Exemption
        When there is one, nothing else is asked.
    cells : mapping of str to mapping of CellKey to Cell
        By item.
    claims : tuple of Claim
    struck : frozenset of str
        Vetoes.
    found : frozenset of str
        Statements that hold.
    past : mapping of str to frozenset of int
        Consequence to the years ago.
    rows : sequence of UnitFact
        In the order of the table.
    """

    unit: str
    group: str
    track: Track
    exempt: tuple[Exemption, ...]
    cells: Mapping[str, Mapping[CellKey, Cell]]
    claims: tuple[Claim, ...]
    struck: frozenset[str]
    found: frozenset[str]
    past: Mapping[str, frozenset[int]]
    rows: Sequence[UnitFact]

    def first_row(self, items: Collection[str], key: CellKey | None = None) -> int:
        """Return the first row that fills one of ``items``, at one period and by one rater if they are told."""
        return next(
            fact.row
            for fact in self.rows
            if fact.item.strip() in items and key in (None, (fact.period.strip(), fact.rater.strip()))
        )


class _Items:
    """What each item code of a track means."""

    def __init__(self, rules: AssessmentRules, track: Track) -> None:
        self.rules, self.track = rules, track
        self.marks: dict[tuple[str, str, str], Mark] = {}
        self.accepted: dict[tuple[str, str, str, str, str], Cell] = {}
        self.complete: set[Filled] = set()

    @cached_property
    def slots(self) -> Mapping[str, tuple[Component, Slot]]:
        return {slot.item: (part, slot) for part in self.track.components for slot in part.slots}

    @cached_property
    def claims(self) -> Mapping[str, AdjustmentItem]:
        return {item.key: item for item in self.track.claimable()}

    @cached_property
    def periods(self) -> frozenset[str]:
        """The periods of any component, and none."""
        known = (part.periods.periods for part in self.track.components if part.periods)
        return frozenset({"", *(period.key for periods in known for period in periods)})

    @cached_property
    def answers(self) -> Mapping[str, AnswerKind]:
        kinds: dict[str, AnswerKind] = {veto.key: "veto" for veto in self.track.vetoes}
        kinds |= {statement.key: "statement" for statement in self.rules.statements}
        kinds |= {exemption.key: "exemption" for exemption in self.rules.exemptions}
        return kinds | {consequence.key: "history" for consequence in self.rules.consequences}

    def mark(self, fact: UnitFact) -> Mark:
        """Return the mark of a row; the same one for the same row of another unit."""
        said = (fact.item, fact.period, fact.rater)
        if (mark := self.marks.get(said)) is None:
            item, period, rater = (text.strip() for text in said)
            rated = item not in self.claims and item not in self.answers
            mark = self.marks[said] = (item, (period, rater if rated else ""), "")
        return (mark[0], mark[1], fact.note.strip()) if mark[0] in self.claims else mark


def read_facts(rules: AssessmentRules, facts: Iterable[UnitFact]) -> tuple[UnitSheet, ...]:
    """Return one sheet per unit, by code; the order of rows does not matter.

    Raises
    ------
    Invalid
        ``assessment.facts`` with one finding per defect: ``assessment.unit``, ``.group``,
        ``.empty_group``, ``.item``, ``.period``, ``.rater``, ``.value``, ``.standard``,
        ``.twice``, ``.missing``.
    """
    defects = Defects()
    by_unit: dict[str, list[UnitFact]] = {}
    for fact in sorted(facts, key=attrgetter("row")):
        if fact.unit.strip():
            by_unit.setdefault(fact.unit.strip(), []).append(fact)
        else:
            defects.add("unit", fact.row, "没有写明被考评单位，请填写单位编码")
    if not by_unit:
        defects.add("unit", 1, "没有任何事实，请按方案的模板填报")
    tracks = {leaf.key: track for track in rules.tracks for leaf in track.leaves()}
    items = {track.key: _Items(rules, track) for track in rules.tracks}
    sheets: list[UnitSheet] = []
    for unit in sorted(by_unit):
        rows = by_unit[unit]
        if any(unicodedata.category(sign) in _UNSEEN for sign in unit):
            defects.add("unit", rows[0].row, "被考评单位的编码含有看不见的控制字符，请重新输入编码")
        group = _group(rows, defects)
        track = tracks.get(group)
        if group and track is None:
            known = "、".join(leaf.key for each in rules.tracks for leaf in each.leaves())
            defects.add("group", rows[0].row, f"“{unit}”的分组“{group}”不在方案中，应为 {known} 之一")
        if track is not None:
            sheets.append(_sheet(unit, group, rows, items[track.key], defects))
    used = {fact.group.strip() for rows in by_unit.values() for fact in rows}
    _demand_filled(rules, used, defects)
    defects.demand_none()
    return tuple(sheets)


def _group(rows: Sequence[UnitFact], defects: Defects) -> str:
    groups = {row.group.strip(): row.row for row in reversed(rows) if row.group.strip()}
    first = rows[0]
    if not groups:
        defects.add("group", first.row, f"“{first.unit}”没有分组，请至少在一行填写分组编码")
    if len(groups) > 1:
        where = "、".join(
            f"第{row}行为“{group}”" for group, row in sorted(groups.items(), key=lambda pair: pair[1])
        )
        row = sorted(groups.values())[1]
        defects.add("group", row, f"“{first.unit}”属于两个分组（{where}），请改为同一分组")
        return ""
    return next(iter(groups), "")


def _demand_filled(rules: AssessmentRules, used: set[str], defects: Defects) -> None:
    for track in rules.tracks:
        leaves = track.leaves()
        if used.isdisjoint(leaf.key for leaf in leaves):
            continue
        for leaf in leaves:
            if leaf.key not in used:
                text = f"分组“{leaf.label}”（{leaf.key}）没有任何单位，请补报该组单位的事实"
                defects.add("empty_group", 1, text)


class _Gathered:
    """What the rows of one unit add up to; filled row by row inside ``read_facts`` only."""

    def __init__(self, unit: str, items: _Items, defects: Defects) -> None:
        self.unit, self.items, self.defects = unit, items, defects
        self.cells: dict[str, dict[CellKey, Cell]] = {}
        self.claims: list[Claim] = []
        self.held: dict[AnswerKind, set[str]] = {"veto": set(), "statement": set(), "exemption": set()}
        self.past: dict[str, set[int]] = {}
        self.seen: dict[Mark, int] = {}
        self.numberless: set[tuple[Mark, bool]] = set()

    def take(self, fact: UnitFact) -> None:
        """Add a row, or tell what is wrong with it."""
        mark = self.items.mark(fact)
        item = mark[0]
        if mark in self.seen:
            text = f"“{self.unit}”的“{item}”与第{self.seen[mark]}行重复填报同一事实，请只保留一行"
            self.defects.add("twice", fact.row, text)
            return
        self.seen[mark] = fact.row
        if item in self.items.slots:
            self._cell(fact, mark)
        elif item in self.items.claims:
            self._unrated(fact, self.items.claims[item].label)
            self._claim(fact, self.items.claims[item])
        elif item in self.items.answers:
            self._unrated(fact, item)
            self._answer(fact, self.items.answers[item])
        else:
            text = f"“{self.unit}”的项目编码“{item}”不在方案中，请按方案列出的项目编码更正"
            self.defects.add("item", fact.row, text)

    def _cell(self, fact: UnitFact, mark: Mark) -> None:
        """Read a cell; one that says what an accepted one said is not judged again."""
        item, key, _ = mark
        said = (item, key[0], key[1].partition("/")[0], fact.value, fact.standard)
        if (cell := self.items.accepted.get(said)) is None:
            read = read_cell(fact, *self.items.slots[item])
            if isinstance(read, Defect):
                self.defects.add(read.code, fact.row, read.text)
                self.numberless.add((mark, True))
                return
            cell = read
            if cell.number is None:  # what does not apply needs its own reason
                self.numberless.add((mark, False))
            else:
                self.items.accepted[said] = cell
        self.cells.setdefault(item, {})[key] = cell

    def _claim(self, fact: UnitFact, item: AdjustmentItem) -> None:
        number, period = read_number(fact.value), fact.period.strip()
        if period not in self.items.periods:
            self.defects.add("period", fact.row, f"“{item.label}”的考核期“{period}”不在方案中，请更正或留空")
        if number is None:
            text = f"“{item.label}”须填数字，填的是“{fact.value.strip()}”，请更正"
            self.defects.add("value", fact.row, text)
        elif refusal := item.refusal(number, fact.note):
            self.defects.add("value", fact.row, f"{refusal}，请更正")
        else:
            self.claims.append(Claim(item.key, number, fact.note.strip()))

    def _unrated(self, fact: UnitFact, label: str) -> None:
        """Refuse a rater or a standard where neither means anything."""
        for code, column, text in (("rater", "评分人", fact.rater), ("standard", "标准值", fact.standard)):
            if said := text.strip():
                self.defects.add(code, fact.row, f"“{label}”的{column}应留空，填的是“{said}”")

    def _answer(self, fact: UnitFact, kind: AnswerKind) -> None:
        item, answer, period = fact.item.strip(), read_answer(fact.value), fact.period.strip()
        if answer is None:
            self.defects.add("value", fact.row, f"“{item}”须填“是”或“否”")
        elif kind == "history" and period not in _YEARS:
            text = f"“{item}”是往年的结果，考核期须填 -1（上一年）、-2（前年）等，至 -20，本年的由系统得出"
            self.defects.add("period", fact.row, text)
        elif kind != "history" and period:
            text = f"“{item}”只填本年的，考核期应留空，填的是“{period}”"
            self.defects.add("period", fact.row, text)
        elif answer and kind == "history":
            self.past.setdefault(item, set()).add(_YEARS[period])
        elif answer:
            self.held[kind].add(item)


def _gaps(gathered: _Gathered, items: _Items) -> list[Defect]:
    """Return what a unit lacks; units that filled the same cells as a complete one lack nothing."""
    filled = (frozenset(mark for mark in gathered.seen if not mark[2]), frozenset(gathered.numberless))
    if filled in items.complete:
        return []
    given = frozenset((item, *key) for item, key, _ in gathered.seen)
    found = [gap for part in items.track.components for gap in gaps(part, given, gathered.cells)]
    if not found:
        items.complete.add(filled)
    return found


def _sheet(unit: str, group: str, rows: Sequence[UnitFact], items: _Items, defects: Defects) -> UnitSheet:
    gathered = _Gathered(unit, items, defects)
    for fact in rows:
        gathered.take(fact)
    exempt = tuple(each for each in items.rules.exemptions if each.key in gathered.held["exemption"])
    if not exempt:
        for gap in _gaps(gathered, items):
            defects.add(gap.code, rows[0].row, f"“{unit}”{gap.text}")
    return UnitSheet(
        unit=unit,
        group=group,
        track=items.track,
        exempt=exempt,
        cells=gathered.cells,
        claims=tuple(gathered.claims),
        struck=frozenset(gathered.held["veto"]),
        found=frozenset(gathered.held["statement"]),
        past={key: frozenset(years) for key, years in gathered.past.items()},
        rows=rows,
    )
