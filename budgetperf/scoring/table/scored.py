"""``score`` of a table: the sheets of many evaluands under one scheme, column by column, block by block.

Equal to ``score`` row by row: kernels decide what int64 can decide, every other row goes through
the formula itself. A row that ``score`` would refuse is refused with its number. No trace is
stored: ``FactTable.facts`` gives the facts of a row to ``score`` and ``trace``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.facts import Answer, Fact, LevelAndGrowth, NotApplicable, SingleFact
from budgetperf.scoring.scheme import Criterion, Scheme
from budgetperf.scoring.score import demand_facts, score, score_line
from budgetperf.scoring.table.award import Award, decimals
from budgetperf.scoring.table.columns import Column, Mask, Numbers
from budgetperf.scoring.table.gathered import column_of
from budgetperf.scoring.table.kernels import shares_of
from budgetperf.scoring.table.rows import LIMIT, Int64s, Rows, Shares

BLOCK = 1 << 15
"""Rows scored at a time: their intermediate results stay in the processor's cache."""

SHOWN_REFUSALS = 20
"""A table with this many refused rows is given back without looking further."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """The points of many evaluands under one scheme.

    Parameters
    ----------
    points : mapping of str to Numbers, (n_rows,)
        By criterion key, in the scheme's order; 0 where it does not apply.
    total : Numbers, (n_rows,)
        Sum of the points; rescaled to ``out_of`` where criteria dropped out.
    out_of : Decimal
        The scheme's total.
    noted : mapping of str to array
        Rows (from 0) whose line has something to tell, by criterion key; keys without are left out.
    """

    points: Mapping[str, Numbers]
    total: Numbers
    out_of: Decimal
    noted: Mapping[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.total)


@dataclass(frozen=True, slots=True, eq=False)
class FactTable:
    """The facts of many evaluands: what ``score`` takes to answer with a ``ScoreTable``.

    Parameters
    ----------
    columns : mapping of str to Column, (n_rows,)
        By criterion key.
    not_applicable : mapping of str to array of bool, (n_rows,)
        Where a criterion does not apply, by key; what its column says there is not read.
    """

    columns: Mapping[str, Column]
    not_applicable: Mapping[str, Mask] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Sequence[Fact]]) -> Self:
        """Return the table of facts given by criterion, a fact a row, of which there is at least one.

        Raises
        ------
        Invalid
            ``scoring.table`` if a criterion has facts of different kinds.
        """
        columns: dict[str, Column] = {}
        masks: dict[str, Mask] = {}
        for key, facts in given.items():
            applicable = [fact for fact in facts if not isinstance(fact, NotApplicable)]
            if len(applicable) < len(facts):
                masks[key] = np.array([isinstance(fact, NotApplicable) for fact in facts])
                blank: SingleFact | LevelAndGrowth = applicable[0] if applicable else Answer(yes=False)
                applicable = [blank if isinstance(fact, NotApplicable) else fact for fact in facts]
            columns[key] = column_of(applicable)
        return cls(columns, masks)

    def facts(self, row: int) -> dict[str, Fact]:
        """Return the facts of one row (from 0), for ``score`` and ``trace``."""
        return {
            key: NotApplicable("") if self._drops(key, row) else column.fact(row)
            for key, column in self.columns.items()
        }

    def _drops(self, key: str, row: int) -> bool:
        return key in self.not_applicable and bool(self.not_applicable[key][row])

    def scored(self, scheme: Scheme) -> ScoreTable:
        """Compute the points of every criterion of every row; called by ``score``.

        Raises
        ------
        Invalid
            ``scoring.facts`` if columns are missing or unknown; ``scoring.table`` if their lengths
            differ or the scheme's points have too many digits for int64; else the refusal of the
            first refused row, its number (from 1) in text and facts, and one finding for each of
            the first refused rows.

        Notes
        -----
        Equal to ``score(scheme, self.facts(row))`` for every row.
        """
        demand_facts(tuple(scheme.criteria()), self.columns)
        number = _demand_shape(self.columns, self.not_applicable)
        work = _Work(scheme, self, number)
        for start in range(0, number, BLOCK):
            span = slice(start, min(start + BLOCK, number))
            refused = sorted(set(work.score_block(span)))
            if refused:
                raise _refusal(scheme, self, refused[:SHOWN_REFUSALS])
        return work.table()


def _demand_shape(columns: Mapping[str, Column], masks: Mapping[str, Mask]) -> int:
    lengths = {key: len(column) for key, column in columns.items()}
    wrong = [key for key, mask in masks.items() if lengths.get(key) != len(mask)]
    if wrong or len(set(lengths.values())) > 1:
        told = "、".join(f"{key}（{length}行）" for key, length in lengths.items())
        masked = f"；以下评分项的不适用标记与之不符：{'、'.join(wrong)}" if wrong else ""
        raise Invalid("scoring.table", f"各评分项的行数须一致，现为{told}{masked}，请补齐后再计分")
    return next(iter(lengths.values()), 0)


class _Work:
    """One run: what is given, what each criterion awards, and the columns being filled."""

    def __init__(self, scheme: Scheme, given: FactTable, number: int) -> None:
        self.scheme, self.columns, self.masks = scheme, given.columns, given.not_applicable
        criteria = tuple(scheme.criteria())
        shown = max([scheme.places, *(decimals(criterion.weight) for criterion in criteria)])
        self.awards = {c.key: Award(c.weight, scheme.places, shown) for c in criteria}
        self.criteria, self.shown = criteria, shown
        self.whole = Award(scheme.total, scheme.places, shown)
        if max(self.whole.most, 10**shown) > LIMIT:
            raise Invalid(
                "scoring.table", f"方案总分{scheme.total}或各项分值的位数过多，无法成批计分，请逐个计分"
            )
        self.points = {c.key: np.zeros(number, dtype=np.int64) for c in criteria}
        self.total = np.zeros(number, dtype=np.int64)
        self.noted: dict[str, list[NDArray[np.int64]]] = {}

    def score_block(self, span: slice) -> list[int]:
        """Fill the rows of ``span``; return those refused."""
        refused: list[int] = []
        applicable: Int64s | None = None
        for criterion in self.criteria:
            award, mask = self.awards[criterion.key], self.masks.get(criterion.key)
            refused += self._line(criterion, award, span=span)
            points = self.points[criterion.key][span]
            if mask is not None and mask[span].any():
                points[mask[span]] = 0
                if applicable is None:
                    applicable = np.full(len(points), self.whole.most, dtype=np.int64)
                applicable -= mask[span] * np.int64(award.most)
            self.total[span] += points
        if applicable is not None:
            refused += self._rescale(applicable, span)
        return refused

    def _line(self, criterion: Criterion, award: Award, *, span: slice) -> list[int]:
        """Fill the points of one criterion; return the rows refused."""
        key, mask = criterion.key, self.masks.get(criterion.key)
        rows = Rows(span.stop - span.start)
        column = self.columns[key].rows(span)
        shares = shares_of(criterion.formula, column, weight=criterion.weight, rows=rows)
        self.points[key][span] = award.points(shares, rows)
        out = mask[span] if mask is not None else None
        if shares.noted is not None:
            told = shares.noted if rows.left is None else shares.noted & ~rows.left
            self._note(key, told if out is None else told & ~out, span.start)
        if out is not None and self.scheme.not_applicable == "refuse" and out.any():
            return [int(row) + span.start for row in np.flatnonzero(out)]
        if rows.left is None:
            return []
        left = np.flatnonzero(rows.left if out is None else rows.left & ~out)
        return self._exactly(criterion, left, span=span)

    def _exactly(self, criterion: Criterion, left: NDArray[np.intp], *, span: slice) -> list[int]:
        """Score the rows left to the formula itself; return those it refuses."""
        refused: list[int] = []
        points, column = self.points[criterion.key], self.columns[criterion.key]
        for row in (int(index) + span.start for index in left):
            try:
                line, note = score_line(criterion, column.fact(row), self.scheme)
            except Invalid:
                refused.append(row)
                if len(refused) == SHOWN_REFUSALS:
                    break
                continue
            points[row] = int(Fraction(line.points) * 10**self.shown)
            if note:
                self.noted.setdefault(criterion.key, []).append(np.array([row]))
        return refused

    def _note(self, key: str, told: Mask, start: int) -> None:
        rows = np.flatnonzero(told)
        if len(rows):
            self.noted.setdefault(key, []).append(rows + start)

    def _rescale(self, applicable: Int64s, span: slice) -> list[int]:
        """Rescale the totals of rows with criteria that do not apply; return rows with none that does."""
        changed = np.flatnonzero(applicable != self.whole.most)
        empty = changed[applicable[changed] == 0]
        if len(empty):
            return [int(row) + span.start for row in empty]
        rows = Rows(len(changed))
        earned = self.total[span][changed]
        totals = self.whole.points(Shares(earned, applicable[changed]), rows)
        if rows.left is not None:
            for index in np.flatnonzero(rows.left):
                share = Fraction(int(earned[index]), int(applicable[changed[index]]))
                total = min(
                    half_up(Fraction(self.scheme.total) * share, self.scheme.places), self.scheme.total
                )
                totals[index] = int(Fraction(total) * 10**self.shown)
        self.total[changed + span.start] = totals
        return []

    def table(self) -> ScoreTable:
        """Return the filled table."""
        noted = {key: np.sort(np.concatenate(rows)) for key, rows in self.noted.items()}
        points = {key: Numbers(units, self.shown) for key, units in self.points.items()}
        return ScoreTable(points, Numbers(self.total, self.shown), self.scheme.total, noted)


def _refusal(scheme: Scheme, given: FactTable, rows: list[int]) -> Invalid:
    """Return the refusal ``score`` gives for the first of ``rows``, with a finding for each."""
    findings: list[Finding] = []
    first: Invalid | None = None
    for row in rows:
        try:
            score(scheme, given.facts(row))
        except Invalid as refusal:
            first = first or refusal
            where = Where(pointer=f"/rows/{row}")
            findings.append(Finding(refusal.code, Severity.ERROR, where, f"第{row + 1}行：{refusal.text}"))
    if first is None:
        raise RuntimeError(f"rows {rows} were refused in the table and are accepted alone")
    return Invalid(first.code, findings[0].message, tuple(findings), **{**first.facts, "row": rows[0] + 1})
