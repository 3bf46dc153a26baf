"""How often baselines would cut an efficient dmu, and whether the intervals of their methods hold what they mean.

Each method of the table alone, two mixtures of them, and each packaged edition; on panels of ``worlds``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

import pandas as pd

from budgetperf.actions.baseline import spec_of
from budgetperf.costing.baseline import FittedBaseline, fit
from budgetperf.costing.cost_baseline import BaselineTarget, CostBaseline
from budgetperf.costing.design import Array, Prediction
from budgetperf.costing.errors import CostingError
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
from tests.simulations.rates import Rate, Tally, chance
from tests.simulations.worlds import Targets, World, draw

LEVEL = Decimal("0.9")
TARGETS = 5
REPLICATES = 60
DRAWS = 100  # of a method that solves programmes draw by draw
COSTLY = {
    name
    for name, method in METHODS.items()
    if method.family not in (MethodFamily.MEAN, MethodFamily.QUANTILE)
}
ORDINARY = {MethodFamily.MEAN, MethodFamily.QUANTILE}
ALONE = BaselineSpec(level=LEVEL, rounding=Money(1), n_draws=400, seed=1)
MIXTURES = {
    "all": tuple(METHODS),
    "best": tuple(name for name, method in METHODS.items() if method.family not in ORDINARY),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request is held against: a method, a mixture, an edition."""

    kind: str
    name: str


def editions() -> Mapping[str, BaselineSpec]:
    """Return how each packaged edition makes baselines, by id; costly bootstraps draw less often."""
    kept = [edition for edition in Rulebook.load().editions if edition.kind == "cost_baseline"]
    return {edition.id: _fewer_draws(spec_of(edition.rules_as(CostBaselineRules))) for edition in kept}


def _fewer_draws(spec: BaselineSpec) -> BaselineSpec:
    costly = COSTLY & set(map(MethodName, spec.methods))
    return replace(spec, n_draws=min(spec.n_draws, DRAWS)) if costly else spec


def simulate(world: World, n: int, replicates: int = REPLICATES) -> Mapping[tuple[Subject, str], Rate]:
    """Return the rates of every subject in one world, by subject and measure."""
    tally, rules = Tally(), editions()
    for replicate in range(replicates):
        tally.replicate()
        panel, targets = draw(world, n, TARGETS, chance(world.key, n, replicate))
        for subject, fitted in _subjects(panel, targets, rules):
            _count(tally, subject, _asked(fitted, targets), targets)
    return tally.rates()


def _subjects(
    panel: CostPanel, targets: Targets, rules: Mapping[str, BaselineSpec]
) -> Iterator[tuple[Subject, FittedBaseline]]:
    """Fit every subject on a panel; who refuses it is left out."""
    tried = {name: _fit(panel, _fewer_draws(replace(ALONE, methods=(name,))), targets) for name in METHODS}
    alone = {name: fitted for name, fitted in tried.items() if fitted is not None}
    for name, fitted in alone.items():
        yield Subject("method", name.value), fitted
    for key, names in MIXTURES.items():
        if set(names) <= set(alone):
            yield Subject("mixture", key), _mixed([alone[name] for name in names])
    for code, spec in rules.items():
        found = _fit(panel, spec, targets)
        if found is not None:
            yield Subject("edition", code), found


def _fit(panel: CostPanel, spec: BaselineSpec, targets: Targets) -> FittedBaseline | None:
    """Fit, and predict the targets once: a bootstrap is not repeated for every mixture it is part of."""
    try:
        fitted = fit(panel, spec)
    except (CostingError, Invalid):
        return None
    drivers = drivers_frame((target.drivers for target in targets.asked), panel.spec)
    methods = tuple(
        replace(method, predict=partial(_remembered, drivers, method.predict(drivers)))
        for method in fitted.methods
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


def _asked(fitted: FittedBaseline, targets: Targets) -> tuple[CostBaseline | None, ...]:
    """Return the baseline of each target; None where no method has an answer."""
    try:
        return fitted.for_targets(targets.asked)
    except Invalid:
        return tuple(_one(fitted, target) for target in targets.asked)


def _one(fitted: FittedBaseline, target: BaselineTarget) -> CostBaseline | None:
    try:
        return fitted.for_target(target)
    except Invalid:
        return None


def _count(tally: Tally, subject: Subject, found: tuple[CostBaseline | None, ...], targets: Targets) -> None:
    """Count one panel's answers; a target without an answer is never cut, and neither covered nor missed."""
    told = [(at, one) for at, one in enumerate(found) if one is not None]
    meant = _meant(subject, targets)

    def add(measure: str, hits: Iterable[bool], trials: int) -> None:
        tally.add((subject, measure), sum(hits), trials)

    add("answered", (True for _ in told), len(found))
    add("holds", (_within(one, meant[at]) for at, one in told), len(told))
    add("holds_efficient", (_within(one, targets.efficient[at]) for at, one in told), len(told))
    requests = {"true": targets.efficient, "noisy": targets.noisy}
    for request, asked in requests.items():
        judged = [(one, one.judge(_money(asked[at]))) for at, one in told]
        add(f"above_{request}", (_money(asked[at]) > one.upper for at, one in told), len(found))
        add(f"cut_{request}", (j.may_cut for _, j in judged), len(found))
        for grade in EvidenceGrade:
            graded = [j.may_cut for one, j in judged if one.grade is grade]
            add(f"cut_{request}_{grade.value}", graded, len(graded))
    for grade in EvidenceGrade:
        add(f"grade_{grade.value}", (one.grade is grade for _, one in told), len(told))


def _meant(subject: Subject, targets: Targets) -> Array:
    """Return what the interval is of: a new dmu's cost, a quantile, else the efficient cost."""
    family = METHODS[MethodName(subject.name)].family if subject.kind == "method" else None
    if family is MethodFamily.MEAN:
        return targets.ordinary
    return targets.quantile(float(ALONE.tau)) if family is MethodFamily.QUANTILE else targets.efficient


def _within(one: CostBaseline, yuan: float) -> bool:
    return one.lower.fen <= yuan * 100 <= one.upper.fen


def _money(yuan: float) -> Money:
    return Money(round(float(yuan) * 100))
