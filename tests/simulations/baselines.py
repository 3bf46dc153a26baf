"""How often baselines would cut an efficient dmu, and whether the intervals of their methods hold what they mean.

Each method of the table alone, two mixtures of them, and each packaged edition; on panels of ``worlds``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial

import pandas as pd

from budgetperf.actions.baseline import spec_of
from budgetperf.costing.cost_baseline import DmuBaseline
from budgetperf.costing.design import Array, Prediction
from budgetperf.costing.errors import CostingError
from budgetperf.costing.fitted import FittedBaseline, fit
from budgetperf.costing.frames import drivers_frame
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.methods import METHODS
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.words import MethodFamily, MethodName
from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.parameters import CostBaselineRules
from tests.simulations.rates import Count, Rate, chance, rate_of
from tests.simulations.worlds import Targets, World, draw

LEVEL = Decimal("0.9")
TARGETS = 8
REPLICATES = 16
DRAWS = 100  # of a method that solves a programme a draw; a slow one has its own number
AVERAGE = {MethodFamily.MEAN, MethodFamily.QUANTILE}
COSTLY = {name for name, method in METHODS.items() if method.family not in AVERAGE}
SLOW = frozenset(name for name, method in METHODS.items() if method.family is MethodFamily.CONVEX)
SLOW_CELLS = {("small", 50), ("large", 20), ("large", 50), ("fixed", 50)}
SLOW_REPLICATES, SLOW_DRAWS = 4, 50
ALONE = BaselineSpec(level=LEVEL, rounding=Money(1), n_draws=400, seed=1)
MIXTURES = {
    "best": tuple(name for name in METHODS if name in COSTLY - SLOW),
    "fast": tuple(name for name in METHODS if name not in SLOW),
    "all": tuple(METHODS),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is held against: a method, a mixture, an edition, an edition without its slow methods (``faster``)."""

    kind: str
    name: str


@cache
def editions() -> Mapping[str, BaselineSpec]:
    """Return how each packaged edition makes baselines, by id; costly bootstraps draw less often."""
    kept = [edition for edition in Rulebook.load().editions if edition.kind == "cost_baseline"]
    return {edition.id: _fewer_draws(spec_of(edition.rules_as(CostBaselineRules))) for edition in kept}


def _without_slow(spec: BaselineSpec) -> BaselineSpec:
    """Leave the slow methods out: a band of fewer methods is narrower, so it cuts no less often."""
    kept = tuple(name for name in spec.methods if name not in SLOW)
    return _fewer_draws(replace(spec, methods=kept, n_draws=SLOW_DRAWS))


def _fewer_draws(spec: BaselineSpec) -> BaselineSpec:
    names = set(map(MethodName, spec.methods))
    most = SLOW_DRAWS if names & SLOW else DRAWS if names & COSTLY else spec.n_draws
    return replace(spec, n_draws=min(spec.n_draws, most))


def simulate(world: World, n: int, replicates: int = REPLICATES) -> Mapping[tuple[Subject, str], Rate]:
    """Return the rates of every subject in one world, by subject and measure."""
    told: dict[Subject, list[dict[str, Count] | None]] = {}
    for replicate in range(replicates):
        panel, targets = draw(world, n, TARGETS, chance(world.key, n, replicate))
        slow = (world.key, n) in SLOW_CELLS and replicate < SLOW_REPLICATES
        for subject, fitted in _subjects(panel, targets, frozenset() if slow else SLOW):
            counts = None if fitted is None else dict(_counts(subject, _asked(fitted, targets), targets))
            told.setdefault(subject, []).append(counts)
    return {
        (subject, measure): rate_of(one and one[measure] for one in runs)
        for subject, runs in told.items()
        for measure in dict.fromkeys(measure for one in runs if one for measure in one)
    }


def _subjects(
    panel: CostPanel, targets: Targets, skipped: frozenset[MethodName]
) -> Iterator[tuple[Subject, FittedBaseline | None]]:
    """Fit every subject without a skipped method on a panel; None where one refuses it."""
    names = [name for name in METHODS if name not in skipped]
    alone = {name: _fit(panel, _fewer_draws(replace(ALONE, methods=(name,))), targets) for name in names}
    for name, fitted in alone.items():
        yield Subject("method", name.value), fitted
    for key, parts in MIXTURES.items():
        if set(parts) <= set(names):
            kept = [alone[part] for part in parts]
            whole = [fitted for fitted in kept if fitted is not None]
            yield Subject("mixture", key), _mixed(whole) if len(whole) == len(kept) else None
    for code, spec in editions().items():
        if not set(spec.methods) & skipped:
            yield Subject("edition", code), _fit(panel, spec, targets)
        if set(spec.methods) & SLOW:
            yield Subject("faster", code), _fit(panel, _without_slow(spec), targets)


def _fit(panel: CostPanel, spec: BaselineSpec, targets: Targets) -> FittedBaseline | None:
    """Fit, and predict the targets once: a bootstrap is not repeated for every mixture it is part of."""
    drivers = drivers_frame((target.drivers for target in targets.asked), panel.spec)
    try:
        fitted = fit(panel, spec)
        known = [method.predict(drivers) for method in fitted.methods]
    except (CostingError, Invalid):
        return None
    pairs = zip(fitted.methods, known, strict=True)
    methods = tuple(
        replace(one, predict=partial(_remembered, drivers, told), weights=None) for one, told in pairs
    )
    return replace(fitted, methods=methods)


def _remembered(drivers: pd.DataFrame, known: Prediction, asked: pd.DataFrame) -> Prediction:
    places = {tuple(row): at for at, row in enumerate(drivers.to_numpy())}
    at = [places[tuple(row)] for row in asked.to_numpy()]
    ends = (end.iloc[at].set_axis(asked.index) for end in (known.point, known.lower, known.upper))
    return Prediction(*ends, known.level)


def _mixed(alone: list[FittedBaseline]) -> FittedBaseline:
    methods = tuple(method for fitted in alone for method in fitted.methods)
    spec = replace(alone[0].spec, methods=tuple(method.name for method in methods))
    return replace(alone[0], methods=methods, spec=spec)


def _asked(fitted: FittedBaseline, targets: Targets) -> tuple[DmuBaseline | None, ...]:
    """Return the baseline of each target; None where no method has an answer."""
    found = fitted.found_for(targets.asked)
    return tuple(one if isinstance(one, DmuBaseline) else None for one in found)


def _counts(
    subject: Subject, found: tuple[DmuBaseline | None, ...], targets: Targets
) -> Iterator[tuple[str, Count]]:
    """Count one panel's answers; a target without an answer is never cut, and neither covered nor missed."""
    told = [(at, one) for at, one in enumerate(found) if one is not None]
    meant = _meant(subject, targets)
    yield "answered", Count(len(told), len(found))
    for measure, truth in (("holds", meant), ("holds_efficient", targets.efficient)):
        held = sum(one.lower <= _money(truth[at]) <= one.upper for at, one in told)
        yield measure, Count(held, len(told), sum(_money(truth[at]) > one.upper for at, one in told))
    for grade in EvidenceGrade:
        yield f"grade_{grade.value}", Count(sum(one.grade is grade for _, one in told), len(told))
    requests = {"true": targets.efficient, "noisy": targets.noisy, "half": 1.5 * targets.efficient,
                "double": 2 * targets.efficient}  # fmt: skip
    for request, asked in requests.items():
        judged = [(one, one.judge(_money(asked[at])).may_cut) for at, one in told]
        yield f"above_{request}", Count(sum(_money(asked[at]) > one.upper for at, one in told), len(found))
        yield f"cut_{request}", Count(sum(cut for _, cut in judged), len(found))
        for grade in EvidenceGrade:
            graded = [cut for one, cut in judged if one.grade is grade]
            yield f"cut_{request}_{grade.value}", Count(sum(graded), len(graded))


def _meant(subject: Subject, targets: Targets) -> Array:
    """Return what the interval is of: a new dmu's cost, a quantile, else the efficient cost."""
    family = METHODS[MethodName(subject.name)].family if subject.kind == "method" else None
    if family is MethodFamily.MEAN:
        return targets.ordinary
    return targets.quantile(float(ALONE.tau)) if family is MethodFamily.QUANTILE else targets.efficient


def _money(yuan: float) -> Money:
    return Money(round(float(yuan) * 100))
