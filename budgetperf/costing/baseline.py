"""The cost baseline (成本绩效基线) of a panel, set as an edition says: who should spend what, and how sure that is.

``fitted`` fits and answers; here the answers become one result with its card and its decision package.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from budgetperf.costing import packages, special_factors
from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.cost_baseline import BaselineAnswers, BaselineTarget, DmuBaseline, Standing
from budgetperf.costing.design import Floats
from budgetperf.costing.frames import panel_from_frame
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.packages import BaselineFacts
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.version import METHOD, environment
from budgetperf.errors import Invalid, NotFound
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.provenance import DecisionKind, DecisionPackage, Json


@dataclass(frozen=True, slots=True)
class BaselineEdition:
    """What a baseline is set by: the edition's id and digest, and what it says."""

    id: str
    digest: str
    spec: BaselineSpec


@dataclass(frozen=True, slots=True, eq=False)
class CostBaseline:
    """The cost baseline of a panel.

    Parameters
    ----------
    edition : BaselineEdition
    facts : BaselineFacts
        Everything it follows from.
    answers : BaselineAnswers
    card : Json
        The model card.
    findings : tuple of Finding
        Of panel, screening and fits; targets without an answer; claims admitted.
    """

    edition: BaselineEdition
    facts: BaselineFacts
    answers: BaselineAnswers
    card: Json
    findings: tuple[Finding, ...]

    def standing(self, dmu: str) -> Standing:
        """Return where a unit of the panel stands; NotFound where there is none, or no method answers for it."""
        found = next((one for one in self.answers.standings if one.dmu == dmu), None)
        if found is None:
            raise NotFound("costing.dmu", f"基线中没有单元 {dmu}，或各方法都没有给出它的结果")
        return found

    @property
    def point(self) -> Floats:
        """Efficient cost (n_dmus,) of each unit's latest year, yuan in the prices of that year."""
        return pd.Series({dmu: one.point.fen / 100 for dmu, one in self._by_dmu.items()}, dtype="float64")

    @property
    def interval(self) -> pd.DataFrame:
        """Its ends (n_dmus, 2): ``lower`` and ``upper``, yuan."""
        ends = {dmu: [one.lower.fen / 100, one.upper.fen / 100] for dmu, one in self._by_dmu.items()}
        return pd.DataFrame.from_dict(ends, orient="index", columns=["lower", "upper"], dtype="float64")

    @property
    def peers(self) -> Floats:
        """Weights by (dmu, peer, year); NaN where a peer is near and no method weighs it."""
        found = {
            (dmu, peer.dmu, peer.year): float("nan") if peer.weight is None else float(peer.weight)
            for dmu, one in self._by_dmu.items()
            for peer in one.peers
        }
        index = pd.MultiIndex.from_tuples(list(found), names=["dmu", "peer", "year"])
        return pd.Series(list(found.values()), index=index, dtype="float64")

    @property
    def grade(self) -> "pd.Series[str]":
        """Evidence grades (n_dmus,), A to C."""
        return pd.Series({dmu: one.grade.value for dmu, one in self._by_dmu.items()}, dtype="str")

    def package(self, period: str = "") -> DecisionPackage:
        """Return the decision package it is kept and computed again by; of the panel's last year by default."""
        facts = self.facts
        last = str(max(row.year for row in facts.panel.rows))
        return DecisionPackage(
            DecisionKind.BASELINE,
            facts.panel.spec.code,
            period or last,
            self.edition.id,
            self.edition.digest,
            METHOD,
            packages.baseline_facts(facts),
            packages.baseline_result(self.answers, card=self.card),
            seed=facts.spec.seed,
            environment=environment(),
        )

    @property
    def _by_dmu(self) -> dict[str, DmuBaseline]:
        return {one.dmu: one.baseline for one in self.answers.standings}


def set_baseline(
    panel: CostPanel | pd.DataFrame,
    *,
    edition: BaselineEdition,
    targets: Sequence[BaselineTarget] = (),
    prices: PriceIndex | None = None,
    payable_total: Money | None = None,
    factors: Sequence[SpecialFactor] = (),
    spread: Spread = in_turn,
) -> CostBaseline:
    """Run the methods an edition names on a panel and answer for each of its units.

    Parameters
    ----------
    panel : CostPanel or DataFrame
        As filed, in money of the years where an index is given. A frame is read as ``panel_from_frame``
        does: dmu, year, cost in yuan and a column per driver.
    edition : BaselineEdition
        Of the rulebook by its id: ``actions.baseline.edition_named("national/cost_baseline/2026-07-01")``.
    targets : sequence of BaselineTarget
        Others to answer for: coming projects with their drivers.
    prices : PriceIndex, optional
    payable_total : Money, optional
        See ``standings.answer``.
    factors : sequence of SpecialFactor
        Admitted claims: set aside before the methods run, given back to the claimants.
    spread : Spread
        Where draws are solved; the figures are the same.

    Raises
    ------
    Invalid, TooFewRows, Collinear, NotConverged
        See ``frames.panel_from_frame``, ``fitted.fit``, ``standings.answer`` and ``claimed_costs.set_aside``.
    """
    if not hasattr(edition, "spec"):
        text = "edition须为BaselineEdition；按编号取用：actions.baseline.edition_named(编号)"
        raise Invalid("costing.edition", f"{text}，现为{type(edition).__name__}")
    panel = panel if isinstance(panel, CostPanel) else panel_from_frame(panel)
    facts = BaselineFacts(panel, tuple(targets), edition.spec, prices, payable_total, tuple(factors))
    answers, card = packages.answered(facts, spread)
    found = answers.findings + answers.unanswered + special_factors.told(factors)
    return CostBaseline(edition, facts, answers, card, found)
