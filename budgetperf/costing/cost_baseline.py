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


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit of the panel stands: what its latest year cost, and what it should have cost.

    Parameters
    ----------
    dmu, name : str
    year : int
        Its latest.
    cost : Money
        In the prices of the baseline.
    baseline : CostBaseline
    payable : Money or None
        Its part of the payable total; None where the edition does not calibrate, or it is of an earlier year.
    """

    dmu: str
    name: str
    year: int
    cost: Money
    baseline: CostBaseline
    payable: Money | None = None

    @property
    def gap(self) -> Money:
        """Cost above (or below, negative) the baseline."""
        return self.cost - self.baseline.point

    @property
    def gap_lower(self) -> Money:
        """The least the gap may be: to the upper bound."""
        return self.cost - self.baseline.upper

    @property
    def gap_upper(self) -> Money:
        """The most it may be: to the lower bound."""
        return self.cost - self.baseline.lower


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What ``x`` of the first driver costs, the others at their medians."""

    x: Decimal
    cost: Money


@dataclass(frozen=True, slots=True)
class Curve:
    """One method's cost along the first driver, in the panel's prices; drawn, decides nothing."""

    method: str
    label: str
    driver: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row no method was fitted on, and the reason."""

    dmu: str
    year: int
    why: str


@dataclass(frozen=True, slots=True)
class BaselineAnswers:
    """Everything a fitted panel answers.

    Parameters
    ----------
    baselines : tuple of CostBaseline
        Of the targets asked for; one no method has an answer for is missing, and named in ``unanswered``.
    standings : tuple of Standing
        Of the units of the panel, in the order of their codes.
    curves : tuple of Curve
    left_out : tuple of LeftOut
    findings : tuple of Finding
        Of the panel, the screening and the fits.
    unanswered : tuple of Finding
    """

    baselines: tuple[CostBaseline, ...]
    standings: tuple[Standing, ...]
    curves: tuple[Curve, ...]
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]
    unanswered: tuple[Finding, ...]
