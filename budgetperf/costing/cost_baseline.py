"""What a baseline is asked for and what it answers: plain records, figures rounded by rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.costing import grading
from budgetperf.costing.grading import CostJudgement, EvidenceGrade
from budgetperf.findings import Finding
from budgetperf.money import Money


@dataclass(frozen=True, slots=True)
class BaselineTarget:
    """What a baseline is asked for: a dmu (in the panel or new) with its drivers in ``year``, in its ``region``."""

    dmu: str
    drivers: Mapping[str, Decimal]
    year: int
    region: str = ""


@dataclass(frozen=True, slots=True)
class MethodEstimate:
    """One method's point and interval, in the prices of the baseline; left out where it has no answer."""

    name: str
    label: str
    point: Money
    lower: Money
    upper: Money


@dataclass(frozen=True, slots=True)
class Peer:
    """A comparable unit's row.

    Parameters
    ----------
    dmu, name : str
    year : int
    cost : Money
        In the panel's prices.
    distance : Decimal
        How far it lies, in sd of the regressors.
    weight : Decimal or None
        Its part in the best practice the target is held against; None where no method says.
    """

    dmu: str
    name: str
    year: int
    cost: Money
    distance: Decimal
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CostBaseline:
    """What a target should cost.

    Parameters
    ----------
    dmu : str
    year : int
    price_year : int or None
        Prices the amounts are in; None: money of the years themselves, not deflated.
    point, lower, upper : Money
        Reconciled point and band.
    estimates : tuple of MethodEstimate
    n_families : int
        Method families behind it.
    methods_agree : bool
        The intervals of all methods share an amount (largest lower <= smallest upper).
    grade : EvidenceGrade
    peers : tuple of Peer
        Those a method weighs, the heaviest first; else the nearest other units.
    findings : tuple of Finding
        About this target; those about the panel stand on the ``FittedBaseline``.
    """

    dmu: str
    year: int
    price_year: int | None
    point: Money
    lower: Money
    upper: Money
    estimates: tuple[MethodEstimate, ...]
    n_families: int
    methods_agree: bool
    grade: EvidenceGrade
    peers: tuple[Peer, ...]
    findings: tuple[Finding, ...]

    def judge(self, request: Money) -> CostJudgement:
        """Say whether cost is a ground for cutting ``request`` (see ``grading.judge``)."""
        return grading.judge(
            request,
            upper=self.upper,
            uppers=tuple((estimate.name, estimate.upper) for estimate in self.estimates),
            n_families=self.n_families,
            methods_agree=self.methods_agree,
            grade=self.grade,
        )
