"""Cost baselines. Imports pandas and statsmodels: for workers only."""

from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import keep
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, open_record
from budgetperf.actions.rules import in_force
from budgetperf.costing import baseline as baselines
from budgetperf.costing import packages
from budgetperf.costing.baseline import environment
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.form import FitForm
from budgetperf.costing.method import BaselineSpec, Calibration, Treatment
from budgetperf.costing.packages import BaselineFacts
from budgetperf.costing.panel import CostPanel, PanelRow, PanelSpec
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import record, restore
from budgetperf.costing.screening import ScreeningRule
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.standings import answer
from budgetperf.errors import Conflict
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind, DecisionPackage, Json, digest
from budgetperf.rulebook.parameters import CostBaselineRules, PriceIndexRules
from budgetperf.store.costs import cost_panel, observations, units_of
from budgetperf.store.records import list_records

BASELINE_METHOD = baselines.METHOD


def load_panel(ctx: Context, code: str) -> tuple[str, CostPanel]:
    """Return the id and the rows of a stored panel."""
    facts = cost_panel(ctx.session, code)
    rows = tuple(
        PanelRow(
            row.dmu,
            row.name,
            row.year,
            Money(row.cost_fen),
            {key: Decimal(value) for key, value in row.drivers.items()},
            row.region,
        )
        for row in observations(ctx.session, facts.id)
    )
    return facts.id, CostPanel(restore(PanelSpec, facts.spec), rows)


def price_index(ctx: Context) -> PriceIndex:
    """Return the price index in force."""
    used = in_force(ctx, "price_index", PriceIndexRules)
    return PriceIndex(used.id, used.rules.values, used.edition.source, used.rules.regions)


@dataclass(frozen=True, slots=True)
class FitOrder:
    """What a baseline follows from, as it stands now: its facts and its edition."""

    edition: str
    edition_digest: str
    facts: BaselineFacts

    @property
    def digest(self) -> str:
        """Of all that decides the figures: what is computed for one digest is good for no other."""
        made_by = {"method": BASELINE_METHOD, "environment": environment()}
        return digest({**made_by, "edition": self.edition_digest, "facts": record(self.facts)})


@dataclass(frozen=True, slots=True)
class Fit:
    """A computed baseline, not filed yet."""

    order: FitOrder
    result: Json
    findings: tuple[Finding, ...]


def order_fit(ctx: Context, form: FitForm) -> FitOrder:
    """Read what the baseline of a panel follows from: its targets are all projects that are its dmus."""
    panel_id, panel = load_panel(ctx, form.panel_code)
    used = in_force(ctx, "cost_baseline", CostBaselineRules)
    targets = _targets(ctx, panel_id, panel, form.fiscal_year)
    facts = BaselineFacts(panel, targets, spec_of(used.rules), price_index(ctx), form.payable_total)
    return FitOrder(used.id, used.digest, facts)


def fit(order: FitOrder, spread: Spread = in_turn) -> Fit:
    """Compute a baseline; needs no transaction, and may take long."""
    facts = order.facts
    fitted = baselines.fit(facts.panel, facts.spec, prices=facts.prices, spread=spread)
    answers = answer(fitted, facts.targets, payable_total=facts.payable_total)
    result = packages.baseline_result(answers, card=fitted.card)
    return Fit(order, result, fitted.findings + answers.unanswered)


def fit_baseline(ctx: Context, form: FitForm, seen: Seen) -> Outcome:
    """Fit the baseline of a panel and package it, in one transaction."""
    return file_baseline(ctx, form, fit(order_fit(ctx, form)), seen)


def file_baseline(ctx: Context, form: FitForm, made: Fit, seen: Seen) -> Outcome:
    """Package a computed baseline.

    Raises
    ------
    Conflict
        The panel, its projects or the rules have changed since it was ordered.
    """
    order, facts = made.order, made.order.facts
    if order_fit(ctx, form).digest != order.digest:
        raise Conflict(
            "baseline.moved", "测算期间成本面板、项目或规则有变动，结果未采用，请重试", panel=form.panel_code
        )
    earlier = list_records(ctx.session, ctx.actor, stage=Stage.BASELINE, fiscal_year=form.fiscal_year)
    target = Target(
        Stage.BASELINE,
        None,
        form.panel_code,
        f"{facts.panel.spec.service}成本绩效基线",
        "",
        form.fiscal_year,
        serial=sum(one.subject == form.panel_code for one in earlier),
    )
    moved = open_record(ctx, target, verb="fit", seen=seen)
    kept = file_form(ctx, moved, form, edition=order.edition)
    package = DecisionPackage(
        DecisionKind.BASELINE,
        form.panel_code,
        str(form.fiscal_year),
        order.edition,
        order.edition_digest,
        BASELINE_METHOD,
        packages.baseline_facts(
            facts.panel,
            facts.targets,
            spec=facts.spec,
            prices=facts.prices,
            payable_total=facts.payable_total,
        ),
        made.result,
        seed=facts.spec.seed,
        environment=environment(),
    )
    _, kept_digest = keep(ctx, moved.record, package)
    return replace(moved.log(ctx, filed_event(moved, kept, packages=(kept_digest,))), findings=made.findings)


def _targets(ctx: Context, panel_id: str, panel: CostPanel, fiscal_year: int) -> tuple[BaselineTarget, ...]:
    """Every project that is one of the panel's dmus, in its region."""
    regions = {row.dmu: row.group for row in panel.rows}
    return tuple(
        BaselineTarget(
            unit.dmu,
            {key: Decimal(value) for key, value in unit.drivers.items()},
            fiscal_year,
            regions.get(unit.dmu, ""),
        )
        for unit in units_of(ctx.session, panel_id, fiscal_year)
    )


def spec_of(rules: CostBaselineRules) -> BaselineSpec:
    """Return how an edition makes baselines."""
    screening, calibration = rules.screening, rules.calibration
    return BaselineSpec(
        methods=rules.methods,
        tau=rules.tau,
        level=rules.level,
        seed=rules.seed,
        n_draws=rules.n_draws,
        rounding=Money(rules.rounding_fen),
        screening=ScreeningRule(screening.rule, screening.alpha, screening.at_most) if screening else None,
        treatments=tuple(Treatment(one.key, one.label, one.effect) for one in rules.treatments),
        reconciliation=rules.reconciliation,
        distribution=rules.distribution,
        returns=rules.returns,
        calibration=Calibration(calibration.norm_share, calibration.weight) if calibration else None,
        condition_cap=rules.condition_cap,
    )
