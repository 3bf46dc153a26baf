"""Several methods fitted over one panel, reconciled per target.

Fitting is done once per panel (``fit``); any number of targets is then predicted at once. It
says what a service should cost and how sure that is; what is cut is decided in ``budget``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from budgetperf.costing import grading
from budgetperf.costing.cost_baseline import BaselineTarget, DmuBaseline, MethodEstimate, Peer
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged, PerfectFit
from budgetperf.costing.frames import drivers_frame, panel_frame
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.method import BaselineSpec, FittedMethod
from budgetperf.costing.methods import METHODS, method_card
from budgetperf.costing.panel import CostPanel, PanelSpec
from budgetperf.costing.peers import find_peers
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.costing.reconciliation import hull, reconcile
from budgetperf.costing.regression.findings import check_rounding
from budgetperf.costing.rounding import NOISE_DIGITS, money_from_yuan
from budgetperf.costing.screening import Screened, screen
from budgetperf.costing.spread import Spread, begin, in_turn
from budgetperf.costing.version import VERSION, method_of
from budgetperf.costing.words import MethodFamily, MethodName, TreatmentEffect
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money
from budgetperf.provenance import Json, plain


@dataclass(frozen=True, slots=True, eq=False)
class FittedBaseline:
    """The methods fitted on one panel.

    Parameters
    ----------
    filed : CostPanel
        As given.
    panel : CostPanel
        In base-year prices where an index was given.
    frame : DataFrame
        The rows the methods were fitted on, of ``frames.panel_frame``.
    spec : BaselineSpec
    prices : PriceIndex or None
    methods : tuple of FittedMethod
    screened : tuple of Screened
        Rows the methods were not fitted on.
    findings : tuple of Finding
        Of the panel, the screening and the fits.
    version : int
        Of the method it answers as: 1 and 2 rounded ends to the nearest step and asked for no average practice; 3
        graded by rows, whatever the fits found, and shared payable totals out by baselines of any grade.
    """

    filed: CostPanel
    panel: CostPanel
    frame: pd.DataFrame
    spec: BaselineSpec
    prices: PriceIndex | None
    methods: tuple[FittedMethod, ...]
    screened: tuple[Screened, ...]
    findings: tuple[Finding, ...]
    version: int = VERSION

    def for_target(self, target: BaselineTarget) -> DmuBaseline:
        """Return the baseline of one target (see ``for_targets``)."""
        return self.for_targets((target,))[0]

    def for_targets(self, targets: Sequence[BaselineTarget]) -> tuple[DmuBaseline, ...]:
        """Return the baselines of the targets, predicted together.

        Raises
        ------
        Invalid
            See ``found_for``; also if no method has an answer for a target.
        """
        found = self.found_for(targets)
        for one in found:
            if isinstance(one, Finding):
                raise Invalid(one.code, one.message, (one,))
        return tuple(one for one in found if isinstance(one, DmuBaseline))

    def found_for(self, targets: Sequence[BaselineTarget]) -> tuple[DmuBaseline | Finding, ...]:
        """Return the baseline of each target, or the finding that no method has an answer for it.

        Raises
        ------
        Invalid
            If a target lacks a driver, or has one not positive where a logarithm is taken; or the
            price index does not cover its year.

        Notes
        -----
        The point is reconciled from the methods' points on log cost, as the spec says. The band runs
        from the smallest lower to the largest upper bound, so a request above it is above the upper
        bound of *every* method. A method without an answer for a target is left out of it and named.
        Amounts are brought from the base year and the whole to the prices of the target's year and
        region when an index was given, and rounded once, at the end: points to the nearest step, ends outwards.
        """
        if not targets:
            return ()
        for target in targets:
            _require_drivers(self.panel, target)
        drivers = drivers_frame((target.drivers for target in targets), self.panel.spec)
        predictions = [method.predict(drivers) for method in self.methods]
        yuan = np.array([[p.point, p.lower, p.upper] for p in predictions])
        weigh = next((method.weights for method in self.methods if method.weights), None)
        weights = weigh(drivers) if weigh else None
        peers = find_peers(self.panel, self.frame, targets, drivers, weights, most=self.spec.n_peers)
        return tuple(
            self._own_cost(target) or self._assemble(target, yuan[:, :, i], peers[i])
            for i, target in enumerate(targets)
        )

    def _assemble(
        self, target: BaselineTarget, yuan: np.ndarray, peers: tuple[Peer, ...]
    ) -> DmuBaseline | Finding:
        """Reconcile one target from ``yuan`` (n_methods, 3): point, lower, upper."""
        factor = self._factor(target)
        answered = np.isfinite(yuan).all(axis=1)
        methods = [method for method, known in zip(self.methods, answered, strict=True) if known]
        silent = [method for method, known in zip(self.methods, answered, strict=True) if not known]
        if not methods:
            text = f"{target.dmu}：{_labels(silent)}都没有给出结果，无法测算"
            return Finding("costing.no_answer", Severity.ERROR, Where(pointer=f"/targets/{target.dmu}"), text)
        estimates = tuple(
            self._estimate(method, line * factor)
            for method, line in zip(methods, yuan[answered], strict=True)
        )
        point = self.money(reconcile(yuan[answered, 0], self.spec.reconciliation) * factor)
        lower, upper, agree = hull(estimates)
        findings = _check_target(self, target, methods_agree=agree, silent=silent)
        findings += () if self.version < 3 else _check_families(target, methods)
        grade = grading.evidence_grade(
            units_per_driver=Decimal(_n_units(self)) / len(self.panel.spec.drivers),
            fit_ratio=min(method.fit_ratio for method in methods),
            half_width_ratio=Decimal(upper.fen - lower.fen) / max(2 * point.fen, 1),
            sound=not findings and _trusted(self),
        )
        return DmuBaseline(
            dmu=target.dmu,
            year=target.year,
            price_year=self._price_year(target),
            point=point,
            lower=lower,
            upper=upper,
            estimates=estimates,
            n_families=len({METHODS[method.name].family for method in methods}),
            methods_agree=agree,
            grade=grade,
            peers=peers,
            findings=findings,
        )

    def _own_cost(self, target: BaselineTarget) -> DmuBaseline | None:
        """Return the mean of a target's own years where its latest row says so, which nothing is cut by."""
        rows = sorted((row for row in self.panel.rows if row.dmu == target.dmu), key=lambda row: row.year)
        named = {one.key: one for one in self.spec.treatments if one.effect is TreatmentEffect.OWN_COST}
        case = named.get(rows[-1].treatment) if rows else None
        if case is None:
            return None
        point = self.money(sum(row.cost.fen for row in rows) / len(rows) / 100 * self._factor(target))
        text = f"{target.dmu}：按“{case.label}”单独处理，{case.effect.label}"
        finding = Finding("costing.treated", Severity.NOTE, Where(pointer=f"/targets/{target.dmu}"), text)
        return DmuBaseline(
            dmu=target.dmu,
            year=target.year,
            price_year=self._price_year(target),
            point=point,
            lower=point,
            upper=point,
            estimates=(),
            n_families=0,
            methods_agree=True,
            grade=EvidenceGrade.C,
            peers=(),
            findings=(finding,),
        )

    def _estimate(self, method: FittedMethod, line: Array) -> MethodEstimate:
        point, lower, upper = line
        ends = self.money(lower, up=False), self.money(upper, up=True)
        return MethodEstimate(method.name, method.name.label, self.money(point), *ends)

    def _factor(self, target: BaselineTarget) -> float:
        """From the base year and the whole to the target's own prices."""
        if self.prices is None:
            return 1.0
        return float(1 / self.prices.factor(target.year, to=self.panel.spec.base_year, region=target.region))

    def money(self, yuan: float, *, up: bool | None = None) -> Money:
        """Round to the step: a point to the nearest, an end outwards, so that rounding alone cuts nobody."""
        outwards = None if self.version < 3 else up
        digits = None if self.version < 5 else NOISE_DIGITS
        return money_from_yuan(float(yuan), step=self.spec.rounding, up=outwards, digits=digits)

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
                "method": method_of(self.version),
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
                "reconciliation": f"点估计{self.spec.reconciliation.label}；区间取各方法下限最小值至上限最大值",
                "screening": self.spec.screening.rule.label if self.spec.screening else "未作异常值剔除",
                "screened": [one.finding.message for one in self.screened],
                "calibration": self.spec.calibration.told if self.spec.calibration else "未按应付总额校准",
                "methods": [method_card(method) for method in self.methods],
                "findings": sorted({finding.code for finding in self.findings}),
            }
        )


UNSOUND = frozenset({"costing.wrong_sign", "costing.ill_conditioned"})
AVERAGE = frozenset({MethodFamily.MEAN, MethodFamily.QUANTILE})


def fit(
    panel: CostPanel, spec: BaselineSpec, *, prices: PriceIndex | None = None, spread: Spread = in_turn
) -> FittedBaseline:
    """Fit every method of ``spec`` on the panel.

    Parameters
    ----------
    panel : CostPanel
    spec : BaselineSpec
    prices : PriceIndex, optional
        Brings the panel to its base year, and baselines to the target's year.
    spread : Spread
        Where the draws of bootstraps are solved, now and when targets are answered; the figures are the same.

    Raises
    ------
    Invalid
        If the panel has errors (they come with it), is deflated twice, the index lacks a year, or a
        method finds no noise in costs that a formula made.
    TooFewRows, Collinear, NotConverged
        From the cores.
    """
    priced = panel if prices is None else at_base_prices(panel, prices)
    whole = panel_frame(priced)
    whole = whole.drop(index=_treated(priced, spec))
    frame, screened = whole, tuple[Screened, ...]()
    try:
        screened = screen(whole, spec.screening, levels=priced.spec.levels) if spec.screening else ()
        frame = whole.drop(index=[(one.dmu, one.year) for one in screened])
        methods = tuple(_fit_methods(frame, priced.spec, spec, spread))
    except (NotConverged, PerfectFit) as error:
        if exact := _by_formula(frame, priced.spec):
            raise Invalid("costing.perfect_fit", exact[0].message, exact) from error
        raise
    found = priced.check() + _check_nominal(priced) + tuple(one.finding for one in screened)
    found += tuple(finding for method in methods for finding in method.findings)
    if not any(finding.code == "costing.perfect_fit" for finding in found):
        found += _by_formula(frame, priced.spec)
    return FittedBaseline(panel, priced, frame, spec, prices, methods, screened, found)


def _by_formula(frame: pd.DataFrame, panel: PanelSpec) -> tuple[Finding, ...]:
    return check_rounding(frame["cost"], frame.drop(columns="cost"), levels=panel.levels)


def _fit_methods(
    frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, spread: Spread
) -> Iterator[FittedMethod]:
    for at, name in enumerate(map(MethodName, spec.methods), 1):
        begin(spread, f"{at}/{len(spec.methods)} {name.label}")
        yield METHODS[name].fit(frame, panel, spec, spread)


def _treated(panel: CostPanel, spec: BaselineSpec) -> list[tuple[str, int]]:
    """Return the rows that name a special case, refusing what the edition does not know."""
    known = {one.key: one.label for one in spec.treatments}
    rows = [row for row in panel.rows if row.treatment]
    listed = "、".join(f"{label}（{key}）" for key, label in known.items()) or "没有"
    errors = tuple(
        Finding(
            "costing.treatment",
            Severity.ERROR,
            row.where,
            f"“{row.treatment}”不是本口径的特殊情形，现有：{listed}",
        )
        for row in rows
        if row.treatment not in known
    )
    if errors:
        raise Invalid("costing.treatment", f"成本面板有{len(errors)}行的特殊情形无法识别", errors)
    return [(row.dmu, row.year) for row in rows]


def _check_nominal(panel: CostPanel) -> tuple[Finding, ...]:
    years = {row.year for row in panel.rows}
    if panel.price_index or len(years) < 2:
        return ()
    text = f"成本面板跨{min(years)}至{max(years)}年而未折算为同一年价格，物价变动会混入基线"
    return (Finding("costing.nominal", Severity.WARNING, Where(pointer="/rows"), text),)


def _n_units(fitted: FittedBaseline) -> int:
    """A unit's further years say little about other units."""
    rows = fitted.frame.index
    return len(rows) if fitted.version < 4 else int(rows.get_level_values("dmu").nunique())


def _trusted(fitted: FittedBaseline) -> bool:
    """Nothing was found of the panel or its fits by which no figure stands."""
    wrong = (one.severity is Severity.ERROR or one.code in UNSOUND for one in fitted.findings)
    return fitted.version < 4 or not any(wrong)


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


def _check_families(target: BaselineTarget, methods: Sequence[FittedMethod]) -> tuple[Finding, ...]:
    """Best practice alone cuts efficient units (docs/methods/uncertainty.md): an average must bear it out."""
    if any(METHODS[method.name].family in AVERAGE for method in methods):
        return ()
    text = f"{target.dmu}：只有最佳做法类的方法给出结果，没有一般做法的方法佐证，基线不能作为核减依据"
    return (
        Finding(
            "costing.only_best_practice", Severity.WARNING, Where(pointer=f"/targets/{target.dmu}"), text
        ),
    )


def _why_silent(methods: Sequence[FittedMethod]) -> str:
    if any(method.name is MethodName.STONED for method in methods):
        return "规模超出样本、未识别出无效率，或自助法多次不收敛"
    return "规模超出样本，或未识别出无效率"


def _labels(methods: Iterable[FittedMethod]) -> str:
    return "、".join(method.name.label for method in methods)


def _check_target(
    fitted: FittedBaseline, target: BaselineTarget, *, methods_agree: bool, silent: Sequence[FittedMethod]
) -> tuple[Finding, ...]:
    """Findings that make a target's baseline unsound: outside the panel, a method silent, or methods at odds."""
    found = []
    if silent:
        text = f"{target.dmu}：{_labels(silent)}没有给出结果（{_why_silent(silent)}），未参加调和"
        found.append(
            Finding("costing.no_answer", Severity.WARNING, Where(pointer=f"/targets/{target.dmu}"), text)
        )
    for driver in fitted.panel.spec.drivers:
        column, value = fitted.frame[driver.code], float(target.drivers[driver.code])
        low, high = float(column.min()), float(column.max())
        if not low <= value <= high:
            text = f"{target.dmu}的“{driver.label}”为{value:g}{driver.uom}，超出样本范围{low:g}至{high:g}，属外推"
            where = Where(pointer=f"/targets/{target.dmu}/drivers/{driver.code}")
            found.append(Finding("costing.extrapolation", Severity.WARNING, where, text))
    if not methods_agree:
        text = f"{target.dmu}：各方法的区间没有共同部分，基线不能作为核减依据"
        found.append(
            Finding(
                "costing.methods_disagree", Severity.WARNING, Where(pointer=f"/targets/{target.dmu}"), text
            )
        )
    return tuple(found)
