"""Special-factor claims (特殊因素): costs only some units have are set aside, baselines are made again, they are given back.

The movement of every baseline is shown before anybody decides; admitted claims stand in every later fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from budgetperf.costing.claimed_costs import (
    Movement,
    SpecialFactor,
    claimed_in,
    given_back,
    lifted,
    set_aside,
)
from budgetperf.costing.cost_baseline import BaselineAnswers, BaselineTarget, DmuBaseline, Standing
from budgetperf.costing.fitted import FittedBaseline, fit
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.standings import answer
from budgetperf.costing.version import VERSION
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import ZERO, Money
from budgetperf.provenance import Json

if TYPE_CHECKING:
    from budgetperf.costing.baseline import BaselineEdition


def fit_without(
    panel: CostPanel,
    spec: BaselineSpec,
    factors: Sequence[SpecialFactor],
    *,
    prices: PriceIndex | None = None,
    spread: Spread = in_turn,
    version: int = VERSION,
) -> FittedBaseline:
    """Fit a panel without the costs of admitted claims.

    Raises
    ------
    Invalid
        See ``claimed_costs.set_aside``. Also the refusals of ``baseline.fit``.
    """
    return replace(fit(set_aside(panel, factors), spec, prices=prices, spread=spread), version=version)


def give_back(
    found: Sequence[DmuBaseline], factors: Sequence[SpecialFactor], *, prices: PriceIndex | None = None
) -> tuple[DmuBaseline, ...]:
    """Return baselines fitted without claimed costs, each claimant's lifted by its own."""
    return tuple(lifted(one, given_back(factors, one.dmu, one.year, prices=prices)) for one in found)


def answer_giving_back(
    fitted: FittedBaseline,
    targets: Sequence[BaselineTarget],
    factors: Sequence[SpecialFactor],
    *,
    payable_total: Money | None = None,
) -> BaselineAnswers:
    """Answer as ``standings.answer`` does, of a panel fitted without claimed costs, each claimant's own given back.

    Parameters
    ----------
    fitted : FittedBaseline
        Of ``fit_without``.
    targets : sequence of BaselineTarget
    factors : sequence of SpecialFactor
    payable_total : Money, optional
        With the claimed costs of the last year, which are paid beside what the norm shares out.
    """
    last = max(row.year for row in fitted.filed.rows)
    aside = Money.total(one.amounts.get(last, ZERO) for one in factors)
    if payable_total is not None and payable_total < ZERO:
        raise Invalid("costing.payable", f"应付总额不能为负数，现为{payable_total}元")
    if payable_total is not None and payable_total < aside:
        raise Invalid(
            "costing.payable", f"应付总额{payable_total}元低于已认定特殊因素的{aside}元，请核对总额"
        )
    answers = answer(fitted, targets, payable_total=None if payable_total is None else payable_total - aside)
    return replace(
        answers,
        baselines=give_back(answers.baselines, factors, prices=fitted.prices),
        standings=tuple(_standing(one, factors) for one in answers.standings),
    )


def _standing(one: Standing, factors: Sequence[SpecialFactor]) -> Standing:
    """Return where a unit stands with the claimed part of its latest year in its cost, its baseline and its pay."""
    own = claimed_in(factors, one.dmu, one.year)
    payable = None if one.payable is None else one.payable + own
    return replace(one, cost=one.cost + own, baseline=lifted(one.baseline, own), payable=payable)


def card(fitted: FittedBaseline, factors: Sequence[SpecialFactor]) -> Json:
    """Return the model card, telling the admitted claims where there are any."""
    known = fitted.card
    assert isinstance(known, Mapping)
    return (
        {**known, "special_factors": [one.message for one in told(factors, version=fitted.version)]}
        if factors
        else known
    )


def told(factors: Sequence[SpecialFactor], *, version: int = VERSION) -> tuple[Finding, ...]:
    """Say of every admitted claim what was set aside and given back, in the words of a version."""
    how = "按原额加回" if version < 4 else "按基线所在年价格折算后加回"
    return tuple(
        Finding(
            "costing.special_factor_admitted",
            Severity.NOTE,
            Where(pointer=f"/factors/{at}"),
            f"{one.dmu}：特殊因素“{one.label}”已认定，"
            + "、".join(f"{year}年{amount}元" for year, amount in sorted(one.amounts.items()))
            + f"不参加测算，{how}其基线",
        )
        for at, one in enumerate(factors)
    )


def claim_movement(
    panel: CostPanel,
    targets: Sequence[BaselineTarget],
    factor: SpecialFactor,
    *,
    edition: "BaselineSpec | BaselineEdition",
    prices: PriceIndex | None = None,
    admitted: Sequence[SpecialFactor] = (),
    spread: Spread = in_turn,
    version: int = VERSION,
) -> tuple[Movement, ...]:
    """Return how every target's baseline moves if the claim is admitted.

    Parameters
    ----------
    panel : CostPanel
        As filed, in money of the years.
    targets : sequence of BaselineTarget
    factor : SpecialFactor
    edition : BaselineSpec or BaselineEdition
        What is fitted, or the edition that says it.
    prices
        See ``baseline.fit``.
    admitted : sequence of SpecialFactor
        Claims that stand already: in the baselines before and after.
    spread : Spread
        Where the pieces of long computations are done.
    version : int
        Of the method of the baselines.

    Raises
    ------
    Invalid
        ``costing.special_factor`` with a finding a year: the unit has no row, or the amount is not
        between zero and its cost. ``costing.no_answer``: no method answers for the claimant; of others
        that are asked about and not answered for, nothing is told. Also the refusals of ``baseline.fit``.

    Notes
    -----
    The claimant's given-back amount is that of the target's year, else of its latest year, brought to the
    target's year by the index (Ofwat 2019, cost adjustment claims: the claimed cost is taken out of the
    modelled cost base before the models are run again).
    """
    spec = edition if isinstance(edition, BaselineSpec) else edition.spec
    both = (*admitted, factor)
    before, after = (
        fit_without(panel, spec, kept, prices=prices, spread=spread, version=version).found_for(targets)
        for kept in (admitted, both)
    )
    moved = []
    for one, other in zip(before, after, strict=True):
        if isinstance(one, Finding) or isinstance(other, Finding):
            continue
        (stood,), (stands,) = (
            give_back([one], admitted, prices=prices),
            give_back([other], both, prices=prices),
        )
        moved.append(Movement(stood, stands, given_back((factor,), one.dmu, one.year, prices=prices)))
    if not any(one.before.dmu == factor.dmu for one in moved):
        raise Invalid("costing.no_answer", f"{factor.dmu}：各方法都没有给出结果，无法测算特殊因素的影响")
    return tuple(moved)
