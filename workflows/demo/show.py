"""What the demo prints: progress per stage, the table per department, paths and sign-ins."""

import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from budgetperf.budget.grounds import Ground
from budgetperf.budget.limits import DepartmentSummary, LimitRound, summarise, summarise_all
from budgetperf.money import Money, MoneyUnit


@dataclass(slots=True)
class Progress:
    """Stages one after the other, each with its seconds and what came of it."""

    total: int
    started: float = field(default_factory=time.perf_counter)
    number: int = 0

    @contextmanager
    def stage(self, chinese: str, english: str) -> Iterator[list[str]]:
        """Announce a stage; what the block appends to the list is printed when it ends."""
        self.number += 1
        sys.stdout.write(f"[{self.number:2}/{self.total}] {chinese} {english} … ")
        sys.stdout.flush()
        begun = time.perf_counter()
        notes: list[str] = []
        yield notes
        sys.stdout.write(f"{time.perf_counter() - begun:.1f}s  {'；'.join(notes)}\n")
        sys.stdout.flush()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started


def width(text: str) -> int:
    """Return how many columns a terminal gives ``text``: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _cell(text: str, columns: int, *, right: bool) -> str:
    pad = " " * max(0, columns - width(text))
    return pad + text if right else text + pad


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table; the first column to the left, numbers to the right."""
    columns = [max(width(row[i]) for row in (head, *rows)) for i in range(len(head))]
    return "\n".join(
        "  ".join(_cell(text, columns[i], right=i > 0) for i, text in enumerate(row)).rstrip()
        for row in (head, *rows)
    )


def department_table(limit_round: LimitRound) -> str:
    """Return request, cuts by ground, adjustments and limit per department, in 万元 to the fen."""
    summaries = [*summarise(limit_round), summarise_all(limit_round)]
    used = [g for g in Ground if any(_cut(row, g) for row in summaries)]
    head = ["部门（万元）", "项目", "申报", *(ground.label for ground in used), "异议调整", "控制数"]
    rows = [
        [
            row.name or "合计",
            str(row.lines),
            _wan(row.request),
            *(_wan(_cut(row, ground)) for ground in used),
            _wan(row.adjustments),
            _wan(row.limit),
        ]
        for row in summaries
    ]
    total = Money.total(limit.limit for limit in limit_round.limits)
    identity = f"控制数合计 {_wan(total)} + 未分配 {_wan(limit_round.unallocated)} = 可用财力总额 {_wan(limit_round.ceiling)} 万元"
    return f"{table(head, rows)}\n{identity}"


def _cut(row: DepartmentSummary, ground: Ground) -> Money:
    return next(item.amount for item in row.cuts if item.ground is ground)


def _wan(amount: Money) -> str:
    return amount.format(MoneyUnit.WAN, places=6).rstrip("0").rstrip(".") if amount else "–"
