"""Cost baselines. Imports pandas and statsmodels: for workers only."""

from dataclasses import replace
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
from budgetperf.costing.panel import CostPanel, PanelRow, PanelSpec
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import restore
from budgetperf.costing.screening import ScreeningRule
from budgetperf.costing.standings import answer
from budgetperf.money import Money
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind, DecisionPackage
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


def fit_baseline(ctx: Context, form: FitForm, seen: Seen) -> Outcome:
    """Fit the baseline of a panel for every project that is one of its dmus, and package it."""
    panel_id, panel = load_panel(ctx, form.panel_code)
    used = in_force(ctx, "cost_baseline", CostBaselineRules)
    spec = spec_of(used.rules)
    targets = _targets(ctx, panel_id, panel, form.fiscal_year)
    prices = price_index(ctx)
    fitted = baselines.fit(panel, spec, prices=prices)
    answers = answer(fitted, targets, payable_total=form.payable_total)
    earlier = list_records(ctx.session, ctx.actor, stage=Stage.BASELINE, fiscal_year=form.fiscal_year)
    target = Target(
        Stage.BASELINE,
        None,
        form.panel_code,
        f"{panel.spec.service}成本绩效基线",
        "",
        form.fiscal_year,
        serial=sum(record.subject == form.panel_code for record in earlier),
    )
    moved = open_record(ctx, target, verb="fit", seen=seen)
    kept = file_form(ctx, moved, form, edition=used.id)
    package = DecisionPackage(
        DecisionKind.BASELINE,
        form.panel_code,
        str(form.fiscal_year),
        used.id,
        used.digest,
        BASELINE_METHOD,
        packages.baseline_facts(panel, targets, spec=spec, prices=prices, payable_total=form.payable_total),
        packages.baseline_result(answers, card=fitted.card),
        seed=spec.seed,
        environment=environment(),
    )
    _, digest = keep(ctx, moved.record, package)
    return replace(
        moved.log(ctx, filed_event(moved, kept, packages=(digest,))),
        findings=fitted.findings + answers.unanswered,
    )


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
