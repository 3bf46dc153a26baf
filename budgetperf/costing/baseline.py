"""The cost baseline (成本绩效基线): several methods over one panel, reconciled per target.

Fitting is done once per panel (``fit``); any number of targets is then predicted at once. It
says what a service should cost and how sure that is; what is cut is decided in ``budget``.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version

import numpy as np
import pandas as pd
import scipy
import statsmodels

from budgetperf.costing import grading
from budgetperf.costing.design import regressors
from budgetperf.costing.grading import CostJudgement, EvidenceGrade
from budgetperf.costing.methods import METHODS, BaselineSpec, FittedMethod, method_card
from budgetperf.costing.panel import CostPanel, PanelRow, drivers_frame
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.costing.rounding import figure, money_from_yuan
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money
from budgetperf.provenance import Json, plain


@dataclass(frozen=True, slots=True)
class BaselineTarget:
    """What a baseline is asked for: a dmu (in the panel or new) with its drivers in ``year``, in its ``region``."""

    dmu: str
    drivers: Mapping[str, Decimal]
    year: int
    region: str = ""


@dataclass(frozen=True, slots=True)
class MethodEstimate:
    """One method's point and interval, in the prices of the baseline."""

    name: str
    label: str
    point: Money
    lower: Money
    upper: Money


@dataclass(frozen=True, slots=True)
class Peer:
    """A comparable unit: its latest row, and how far it lies (sd of the regressors)."""

    dmu: str
    name: str
    year: int
    cost: Money
    distance: Decimal


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
        Nearest other units; their costs are in the panel's prices.
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


@dataclass(frozen=True, slots=True, eq=False)
class FittedBaseline:
    """The methods fitted on one panel.

    Parameters
    ----------
    panel : CostPanel
        In base-year prices where an index was given.
    frame : DataFrame
        ``panel.to_frame()``.
    spec : BaselineSpec
    prices : PriceIndex or None
    methods : tuple of FittedMethod
    findings : tuple of Finding
        Of the panel and of the fits.
    """

    panel: CostPanel
    frame: pd.DataFrame
    spec: BaselineSpec
    prices: PriceIndex | None
    methods: tuple[FittedMethod, ...]
    findings: tuple[Finding, ...]

    def for_target(self, target: BaselineTarget) -> CostBaseline:
        """Return the baseline of one target (see ``for_targets``)."""
        return self.for_targets((target,))[0]

    def for_targets(self, targets: Sequence[BaselineTarget]) -> tuple[CostBaseline, ...]:
        """Return the baselines of the targets, predicted together.

        Raises
        ------
        Invalid
            If a target lacks a driver, or has one not positive where a logarithm is taken; or the
            price index does not cover its year.

        Notes
        -----
        The point is the geometric mean of the methods' points (equal weights on log cost). The
        band runs from the smallest lower to the largest upper bound, so a request above it is
        above the upper bound of *every* method. Amounts are brought from the base year to the
        prices of the target's year when an index was given, and rounded once, at the end.
        """
        if not targets:
            return ()
        for target in targets:
            _require_drivers(self.panel, target)
        drivers = drivers_frame((target.drivers for target in targets), self.panel.spec)
        predictions = [method.predict(drivers) for method in self.methods]
        yuan = np.array([[p.point, p.lower, p.upper] for p in predictions])
        peers = _nearest_peers(self, targets, drivers)
        return tuple(self._assemble(t, yuan[:, :, i], peers[i]) for i, t in enumerate(targets))

    def _assemble(self, target: BaselineTarget, yuan: np.ndarray, peers: tuple[Peer, ...]) -> CostBaseline:
        """Reconcile one target from ``yuan`` (n_methods, 3): point, lower, upper."""
        factor = 1.0
        if self.prices is not None:  # from the base year and the whole to the target's own prices
            factor = float(
                1 / self.prices.factor(target.year, to=self.panel.spec.base_year, region=target.region)
            )
        estimates = tuple(
            MethodEstimate(
                method.name, METHODS[method.name].label, *(self._money(value * factor) for value in line)
            )
            for method, line in zip(self.methods, yuan, strict=True)
        )
        point = self._money(float(np.exp(np.log(yuan[:, 0]).mean())) * factor)
        lower = min((e.lower for e in estimates), key=lambda m: m.fen)
        upper = max((e.upper for e in estimates), key=lambda m: m.fen)
        agree = max(e.lower.fen for e in estimates) <= min(e.upper.fen for e in estimates)
        findings = _check_target(self, target, methods_agree=agree)
        n_drivers = len(self.panel.spec.drivers)
        grade = grading.evidence_grade(
            rows_per_driver=Decimal(len(self.frame)) / n_drivers,
            fit_ratio=min(method.fit_ratio for method in self.methods),
            half_width_ratio=Decimal(upper.fen - lower.fen) / max(2 * point.fen, 1),
            sound=not findings,
        )
        return CostBaseline(
            dmu=target.dmu,
            year=target.year,
            price_year=self._price_year(target),
            point=point,
            lower=lower,
            upper=upper,
            estimates=estimates,
            n_families=len({METHODS[method.name].family for method in self.methods}),
            methods_agree=agree,
            grade=grade,
            peers=peers,
            findings=findings,
        )

    def _money(self, yuan: float) -> Money:
        return money_from_yuan(float(yuan), step=self.spec.rounding)

    def _price_year(self, target: BaselineTarget) -> int | None:
        if self.prices is not None:
            return target.year
        return self.panel.spec.base_year if self.panel.price_index else None

    @property
    def card(self) -> Json:
        """The model card: what was fitted, on what, by which rules; text figures only."""
        panel, years = self.panel, self.frame.index.get_level_values("year")
        return plain(
            {
                "method": METHOD,
                "panel": panel.spec.code,
                "service": panel.spec.service,
                "cost": panel.spec.cost_label,
                "drivers": [f"{d.label}（{d.uom}）" for d in panel.spec.drivers],
                "n_rows": len(self.frame),
                "n_dmus": int(self.frame.index.get_level_values("dmu").nunique()),
                "years": [int(years.min()), int(years.max())],
                "prices": panel.price_index or "未作价格折算",
                "level": self.spec.level,
                "seed": self.spec.seed,
                "rounding_fen": self.spec.rounding,
                "reconciliation": "点估计取各方法几何平均；区间取各方法下限最小值至上限最大值",
                "methods": [method_card(method) for method in self.methods],
                "findings": sorted({finding.code for finding in self.findings}),
            }
        )


METHOD = "costing.baseline/1"


def fit(panel: CostPanel, spec: BaselineSpec, *, prices: PriceIndex | None = None) -> FittedBaseline:
    """Fit every method of ``spec`` on the panel.

    Parameters
    ----------
    panel : CostPanel
    spec : BaselineSpec
    prices : PriceIndex, optional
        Brings the panel to its base year, and baselines to the target's year.

    Raises
    ------
    Invalid
        If the panel has errors (they come with it), is deflated twice, or the index lacks a year.
    TooFewRows, Collinear, NotConverged
        From the cores.
    """
    priced = panel if prices is None else at_base_prices(panel, prices)
    frame = priced.to_frame()
    methods = tuple(METHODS[name].fit(frame, priced.spec, spec) for name in spec.methods)
    found = priced.check() + _check_nominal(priced)
    found += tuple(finding for method in methods for finding in method.findings)
    return FittedBaseline(priced, frame, spec, prices, methods, found)


def baseline(
    panel: CostPanel, target: BaselineTarget, *, spec: BaselineSpec, prices: PriceIndex | None = None
) -> CostBaseline:
    """Fit and predict one target; for several, ``fit`` once and use ``for_targets``."""
    return fit(panel, spec, prices=prices).for_target(target)


def environment() -> str:
    """Name the numeric environment a baseline was made in."""
    return (
        f"python {platform.python_version()} numpy {np.__version__} scipy {scipy.__version__} "
        f"statsmodels {statsmodels.__version__} highspy {version('highspy')}"
    )


def _check_nominal(panel: CostPanel) -> tuple[Finding, ...]:
    years = {row.year for row in panel.rows}
    if panel.price_index or len(years) < 2:
        return ()
    text = f"成本面板跨{min(years)}至{max(years)}年而未折算为同一年价格，物价变动会混入基线"
    return (Finding("costing.nominal", Severity.WARNING, Where(pointer="/rows"), text),)


def _require_drivers(panel: CostPanel, target: BaselineTarget) -> None:
    for driver in panel.spec.drivers:
        value = target.drivers.get(driver.code)
        if value is None or not value.is_finite() or (driver.logged and value <= 0):
            raise Invalid(
                "costing.target_driver",
                f"测算对象{target.dmu}的“{driver.label}”（{driver.uom}）缺失或不为正，无法测算",
                dmu=target.dmu,
                driver=driver.code,
            )


def _check_target(
    fitted: FittedBaseline, target: BaselineTarget, *, methods_agree: bool
) -> tuple[Finding, ...]:
    """Findings that make a target's baseline unsound: outside the panel, or methods at odds."""
    found = []
    for driver in fitted.panel.spec.drivers:
        column, value = fitted.frame[driver.code], float(target.drivers[driver.code])
        low, high = float(column.min()), float(column.max())
        if not low <= value <= high:
            text = f"{target.dmu}的“{driver.label}”为{value:g}{driver.uom}，超出样本范围{low:g}至{high:g}，属外推"
            where = Where(pointer=f"/targets/{target.dmu}/drivers/{driver.code}")
            found.append(Finding("costing.extrapolation", Severity.WARNING, where, text))
    if not methods_agree:
        text = f"{target.dmu}：各方法的区间没有共同部分，基线不能作为核减依据"
        where = Where(pointer=f"/targets/{target.dmu}")
        found.append(Finding("costing.methods_disagree", Severity.WARNING, where, text))
    return tuple(found)


def _nearest_peers(
    fitted: FittedBaseline, targets: Sequence[BaselineTarget], drivers: pd.DataFrame
) -> list[tuple[Peer, ...]]:
    """Return for each target the nearest other dmus, by their latest row, in sd of the regressors."""
    latest: dict[str, PanelRow] = {}
    for row in sorted(fitted.panel.rows, key=lambda row: (row.dmu, row.year)):
        latest[row.dmu] = row
    rows = list(latest.values())
    levels = fitted.panel.spec.levels
    own = regressors(drivers_frame((row.drivers for row in rows), fitted.panel.spec), levels=levels)
    spread = regressors(fitted.frame[fitted.panel.spec.codes], levels=levels).std().to_numpy()[1:]
    space = own.to_numpy()[:, 1:] / spread
    points = regressors(drivers, levels=levels).to_numpy()[:, 1:] / spread
    found = []
    for target, place in zip(targets, points, strict=True):
        far = np.sqrt(((space - place) ** 2).sum(axis=1))
        order = [int(i) for i in np.argsort(far, kind="stable") if rows[i].dmu != target.dmu]
        found.append(
            tuple(
                Peer(rows[i].dmu, rows[i].name, rows[i].year, rows[i].cost, figure(float(far[i])))
                for i in order[: fitted.spec.n_peers]
            )
        )
    return found
