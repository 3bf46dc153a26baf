"""Special-factor claims (特殊因素): costs only some units have are set aside, baselines are made again, they are given back.

The movement of every baseline is shown before anybody decides; admitted claims stand in every later fit.
"""

from collections.abc import Sequence

from budgetperf.costing.baseline import FittedBaseline, fit
from budgetperf.costing.claimed_costs import Movement, SpecialFactor, given_back, lifted, set_aside
from budgetperf.costing.cost_baseline import BaselineTarget, CostBaseline
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex


def fit_without(
    panel: CostPanel,
    spec: BaselineSpec,
    factors: Sequence[SpecialFactor],
    *,
    prices: PriceIndex | None = None,
) -> FittedBaseline:
    """Fit a panel without the costs of admitted claims.

    Raises
    ------
    Invalid
        See ``claimed_costs.set_aside``. Also the refusals of ``baseline.fit``.
    """
    return fit(set_aside(panel, factors), spec, prices=prices)


def give_back(
    found: Sequence[CostBaseline], factors: Sequence[SpecialFactor], *, prices: PriceIndex | None = None
) -> tuple[CostBaseline, ...]:
    """Return baselines fitted without claimed costs, each claimant's lifted by its own."""
    return tuple(lifted(one, given_back(factors, one.dmu, one.year, prices=prices)) for one in found)


def claim_movement(
    panel: CostPanel,
    targets: Sequence[BaselineTarget],
    factor: SpecialFactor,
    *,
    edition: BaselineSpec,
    prices: PriceIndex | None = None,
    admitted: Sequence[SpecialFactor] = (),
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
    admitted : sequence of SpecialFactor
        Claims that stand already: in the baselines before and after.

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
    both = (*admitted, factor)
    without = fit_without(panel, edition, both, prices=prices)
    before = fit_without(panel, edition, admitted, prices=prices).for_targets(targets)
    return tuple(
        Movement(one, other, given_back((factor,), target.dmu, target.year, prices=prices))
        for target, one, other in zip(
            targets,
            give_back(before, admitted, prices=prices),
            give_back(without.for_targets(targets), both, prices=prices),
            strict=True,
        )
    )
