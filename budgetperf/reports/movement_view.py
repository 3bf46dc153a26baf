"""What people look at of a special-factor claim: who moves by how much, the claimant first. Imports nothing heavy.

One view of the decision package for the page, the PDF and the workbook, so that they show the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from budgetperf.costing.claimed_costs import Movement, SpecialFactor
from budgetperf.costing.cost_baseline import DmuBaseline
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.records import restore
from budgetperf.money import ZERO, Money
from budgetperf.provenance import Json

PERCENT_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ClaimedYear:
    """What is claimed of one year's cost, in money of that year, and its percentage of it."""

    year: int
    amount: Money
    cost: Money
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AdmittedClaim:
    """A claim that stood before: in the baselines before and after."""

    dmu: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One unit's baseline before and after the claim.

    Parameters
    ----------
    dmu, name : str
    claimant : bool
    before, after : DmuBaseline
    change, given_back, by_model : Money
        ``change = given_back + by_model``, of the point.
    change_percent, by_model_percent : Decimal
        Of the point before, half up to 0.01; the rest of the change is what is given back.
    """

    dmu: str
    name: str
    claimant: bool
    before: DmuBaseline
    after: DmuBaseline
    change: Money
    given_back: Money
    by_model: Money
    change_percent: Decimal
    by_model_percent: Decimal

    @property
    def grades(self) -> str:
        """The evidence grade, or both with an arrow where the claim changes it."""
        before, after = self.before.grade.value, self.after.grade.value
        return before if before == after else f"{before}→{after}"


@dataclass(frozen=True, slots=True)
class MovementView:
    """The movement of a whole panel by one claim.

    Parameters
    ----------
    panel, service, cost_label : str
    label : str
        What is claimed for.
    fiscal_year, price_year : int
        Of the baselines; None for prices of the panel's years themselves.
    claimed : tuple of ClaimedYear
    admitted : tuple of AdmittedClaim
    rows : tuple of MovementRow
        The claimant first, then by the size of the change.
    others : Money
        Sum of the changes of everybody but the claimant.
    """

    panel: str
    service: str
    cost_label: str
    label: str
    fiscal_year: int
    price_year: int | None
    claimed: tuple[ClaimedYear, ...]
    admitted: tuple[AdmittedClaim, ...]
    rows: tuple[MovementRow, ...]
    others: Money

    @property
    def own(self) -> MovementRow:
        """The claimant's row."""
        return self.rows[0]

    @property
    def n_moved(self) -> int:
        """How many others move at all."""
        return sum(row.change != ZERO for row in self.rows[1:])

    @property
    def n_weakened(self) -> int:
        """Of how many units, the claimant among them, the evidence grade falls."""
        return sum(row.after.grade.value > row.before.grade.value for row in self.rows)

    @property
    def widest_by_model(self) -> Decimal:
        """The percentage at either end of a picture: everybody's part by the methods is seen in full; at least 0.1."""
        return max((*(abs(row.by_model_percent) for row in self.rows), Decimal("0.1")))


def movement_view(facts: Json, result: Json) -> MovementView:
    """Return the view of a movement package (``costing.movement/3``, or of before)."""
    kept = cast("Mapping[str, Json]", facts)
    panel = restore(CostPanel, kept["panel"])
    claim = restore(SpecialFactor, kept["claim"])
    names = {row.dmu: row.name for row in sorted(panel.rows, key=lambda row: row.year)}
    found = restore(tuple[Movement, ...], cast("Mapping[str, Json]", result)["movements"])
    rows = [_row(one, names, claimant=one.before.dmu == claim.dmu) for one in found]
    rows.sort(key=lambda row: (not row.claimant, -abs(row.change.fen), row.dmu))
    return MovementView(
        panel=panel.spec.code,
        service=panel.spec.service,
        cost_label=panel.spec.cost_label,
        label=claim.label,
        fiscal_year=rows[0].before.year,
        price_year=rows[0].before.price_year,
        claimed=_claimed(panel, claim),
        admitted=tuple(
            AdmittedClaim(one.dmu, names.get(one.dmu, ""), one.label)
            for one in restore(tuple[SpecialFactor, ...], kept["admitted"])
        ),
        rows=tuple(rows),
        others=Money.total(row.change for row in rows if not row.claimant),
    )


def _claimed(panel: CostPanel, claim: SpecialFactor) -> tuple[ClaimedYear, ...]:
    costs = {row.year: row.cost for row in panel.rows if row.dmu == claim.dmu}
    return tuple(
        ClaimedYear(year, amount, costs[year], _percent(amount, costs[year]))
        for year, amount in sorted(claim.amounts.items())
    )


def _row(moved: Movement, names: Mapping[str, str], *, claimant: bool) -> MovementRow:
    return MovementRow(
        dmu=moved.before.dmu,
        name=names.get(moved.before.dmu, ""),
        claimant=claimant,
        before=moved.before,
        after=moved.after,
        change=moved.change,
        given_back=moved.given_back,
        by_model=moved.by_model,
        change_percent=_percent(moved.change, moved.before.point),
        by_model_percent=_percent(moved.by_model, moved.before.point),
    )


def _percent(part: Money, whole: Money) -> Decimal:
    if not whole.fen:
        return Decimal(0)
    return (Decimal(part.fen) * 100 / whole.fen).quantize(PERCENT_PLACES, ROUND_HALF_UP)
