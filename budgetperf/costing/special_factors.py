"""A special-factor claim (特殊因素): a cost only this unit has is set aside, baselines are made again, it is given back.

The movement of every baseline is shown before anybody decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from budgetperf.costing.baseline import fit
from budgetperf.costing.cost_baseline import BaselineTarget, CostBaseline
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel, PanelRow
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.rounding import half_up
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class SpecialFactor:
    """What a unit claims.

    Parameters
    ----------
    dmu, label : str
        Whose cost, and what for: ``"D07"``, ``"山区桥隧保洁"``.
    amounts : mapping of int to Money
        Part of the unit's cost by year, in money of the year.
    """

    dmu: str
    label: str
    amounts: Mapping[int, Money]


@dataclass(frozen=True, slots=True)
class Movement:
    """One target's baseline before and after a claim.

    Parameters
    ----------
    before, after : CostBaseline
        After: with ``given_back`` on the point and both ends of the band.
    given_back : Money
        The factor's cost in the year and prices of the target; zero for everybody but the claimant.
    """

    before: CostBaseline
    after: CostBaseline
    given_back: Money

    @property
    def change(self) -> Money:
        """What the point moved by."""
        return self.after.point - self.before.point

    @property
    def by_model(self) -> Money:
        """The part of it that comes from the methods fitted without the claimed cost."""
        return self.change - self.given_back


def claim_movement(
    panel: CostPanel,
    targets: Sequence[BaselineTarget],
    factor: SpecialFactor,
    *,
    edition: BaselineSpec,
    prices: PriceIndex | None = None,
) -> tuple[Movement, ...]:
    """Return how every target's baseline moves if the claim is admitted.

    Parameters
    ----------
    panel : CostPanel
        As filed, in money of the years.
    targets : sequence of BaselineTarget
    factor : SpecialFactor
    edition, prices
        See ``baseline.fit``.

    Raises
    ------
    Invalid
        ``costing.special_factor`` with a finding a year: the unit has no row, or the amount is not
        between zero and its cost. Also the refusals of ``baseline.fit``.

    Notes
    -----
    The claimant's given-back amount is that of the target's year, else of its latest year, brought to the
    target's year by the index (Ofwat 2019, cost adjustment claims: the claimed cost is taken out of the
    modelled cost base before the models are run again).
    """
    without = _set_aside(panel, factor)
    before = fit(panel, edition, prices=prices).for_targets(targets)
    after = fit(without, edition, prices=prices).for_targets(targets)
    moved = []
    for target, one, other in zip(targets, before, after, strict=True):
        amount = _given_back(factor, target.year, prices) if target.dmu == factor.dmu else ZERO
        moved.append(Movement(one, _lifted(other, amount), amount))
    return tuple(moved)


def _set_aside(panel: CostPanel, factor: SpecialFactor) -> CostPanel:
    rows = {(row.dmu, row.year): row for row in panel.rows}
    own = {year: rows.get((factor.dmu, year)) for year in factor.amounts}
    found = [_refused(factor, year, row) for year, row in own.items()]
    errors = tuple(finding for finding in found if finding)
    if errors or not factor.amounts:
        text = (
            f"特殊因素“{factor.label}”有{len(errors)}处错误，未作测算"
            if errors
            else "特殊因素须至少写明一年的金额"
        )
        raise Invalid("costing.special_factor", text, errors)
    changed = {
        (factor.dmu, year): replace(row, cost=row.cost - factor.amounts[year])
        for year, row in own.items()
        if row is not None
    }
    return replace(panel, rows=tuple(changed.get((row.dmu, row.year), row) for row in panel.rows))


def _refused(factor: SpecialFactor, year: int, row: PanelRow | None) -> Finding | None:
    amount = factor.amounts[year]
    if row is None:
        text = f"成本面板没有{factor.dmu}{year}年的数据，无从扣除"
    elif not 0 < amount.fen < row.cost.fen:
        text = f"{factor.dmu}{year}年特殊因素为{amount}元，应大于0且小于该年成本{row.cost}元"
    else:
        return None
    return Finding("costing.special_factor", Severity.ERROR, Where(pointer=f"/amounts/{year}"), text)


def _given_back(factor: SpecialFactor, year: int, prices: PriceIndex | None) -> Money:
    near = year if year in factor.amounts else max(factor.amounts)
    amount = factor.amounts[near]
    if prices is None or near == year:
        return amount
    return Money(half_up(amount.fen * prices.factor(near, to=year)))


def _lifted(baseline: CostBaseline, amount: Money) -> CostBaseline:
    ends = {name: getattr(baseline, name) + amount for name in ("point", "lower", "upper")}
    return replace(baseline, **ends)
