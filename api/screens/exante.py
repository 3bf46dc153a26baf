"""The desk of one ex-ante evaluation, for finance and for the expert who sits on its panel."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.page import Screen, told
from budgetperf.money import Money
from budgetperf.process.stages import Status
from budgetperf.scoring.exante import ExanteConclusion, Specialism


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat and how far its expert is."""

    position: int = told("number of the seat")
    name: str = told("expert")
    specialism: Specialism = told("what they stand for")
    status: str = told("how far they are, in Chinese")
    declared_at: datetime | None = told("when they declared")
    submitted_at: datetime | None = told("when their sheet came in")
    own: bool = told("whether it is the reader's seat")
    total: Decimal | None = told("points of the sheet, where the reader may see it")
    recommended: Money | None = told("amount of the sheet, where the reader may see it")
    opinion: str = told("opinion of the sheet, where the reader may see it")


@dataclass(frozen=True, slots=True)
class MeanLine:
    """Mean points of one criterion."""

    group: str = told("test")
    label: str = told("criterion")
    weight: Decimal = told("its points")
    mean: Decimal = told("mean of the panel")
    low: Decimal = told("lowest")
    high: Decimal = told("highest")

    @property
    def bar(self) -> tuple[int, int, int]:
        """Start, mean and end of the bar, in hundredths of the weight."""
        return (self._share(self.low), self._share(self.mean), self._share(self.high))

    def _share(self, points: Decimal) -> int:
        return int(points * 100 / self.weight) if self.weight else 0


@dataclass(frozen=True, slots=True)
class Exante(Screen):
    """One ex-ante evaluation."""

    template: ClassVar[str] = "exante.html"

    code: str = told("project code")
    name: str = told("project name")
    status: Status = told("status")
    request: Money | None = told("requested amount")
    project: str = told("address of the project page")
    seats: tuple[SeatLine, ...] = told("seats the reader may see")
    submitted: int = told("sheets in, of the seats seen")
    blind: bool = told("whether the reader sees only their own seat")
    seed: str = told("public seed of the draw; empty before")
    means: tuple[MeanLine, ...] = told("means per criterion, once all sheets are in")
    total: Decimal | None = told("mean total")
    suggested: ExanteConclusion | None = told("conclusion the mean suggests")
    conclusion: ExanteConclusion | None = told("conclusion filed")
    recommended: Money | None = told("amount filed with it")
    explanation: str = told("its explanation")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")
    papers: tuple[Link, ...] = told("papers of the request")
