"""Cost baselines and cost-benefit analyses. Imports pandas and statsmodels: for workers only."""

from dataclasses import replace
from decimal import Decimal

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import keep
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, open_record
from budgetperf.actions.payloads import Analysed
from budgetperf.actions.rules import in_force
from budgetperf.costing import baseline as baselines
from budgetperf.costing import packages
from budgetperf.costing.baseline import BaselineTarget, environment
from budgetperf.costing.benefit import (
    BenefitAnalysis,
    BenefitParameters,
    Flow,
    Option,
    Timing,
    UnpricedEffect,
    analyse,
)
from budgetperf.costing.form import BenefitForm, FitForm, OptionRow
from budgetperf.costing.methods import BaselineSpec
from budgetperf.costing.panel import CostPanel, PanelRow, PanelSpec
from budgetperf.costing.prices import PriceIndex
from budgetperf.errors import Forbidden
from budgetperf.money import Money
from budgetperf.permissions import Permission, may
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.rulebook.models import CostBenefitRules
from budgetperf.rulebook.parameters import CostBaselineRules, PriceIndexRules
from budgetperf.store.costs import cost_panel, observations, units_of
from budgetperf.store.evidence import write_event
from budgetperf.store.records import get_record, list_records

BASELINE_METHOD = "costing.baseline/1"
BENEFIT_METHOD = "costing.benefit/1"


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
    return facts.id, CostPanel(packages.restore(PanelSpec, facts.spec), rows)


def price_index(ctx: Context) -> PriceIndex:
    """Return the price index in force."""
    used = in_force(ctx, "price_index", PriceIndexRules)
    return PriceIndex(used.id, used.rules.values, used.edition.source)


def fit_baseline(ctx: Context, form: FitForm, seen: Seen) -> Outcome:
    """Fit the baseline of a panel for every project that is one of its dmus, and package it."""
    panel_id, panel = load_panel(ctx, form.panel_code)
    used = in_force(ctx, "cost_baseline", CostBaselineRules)
    spec = _spec(used.rules)
    targets = tuple(
        BaselineTarget(
            unit.dmu, {key: Decimal(value) for key, value in unit.drivers.items()}, form.fiscal_year
        )
        for unit in units_of(ctx.session, panel_id, form.fiscal_year)
    )
    prices = price_index(ctx)
    fitted = baselines.fit(panel, spec, prices=prices)
    found = fitted.for_targets(targets)
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
    file_form(ctx, moved, form, edition=used.id)
    package = DecisionPackage(
        DecisionKind.BASELINE,
        form.panel_code,
        str(form.fiscal_year),
        used.id,
        used.digest,
        BASELINE_METHOD,
        packages.baseline_facts(panel, targets, spec=spec, prices=prices),
        packages.baseline_result(found, card=fitted.card),
        seed=spec.seed,
        environment=environment(),
    )
    _, digest = keep(ctx, moved.record, package)
    return replace(moved.log(ctx, filed_event(moved, form, packages=(digest,))), findings=fitted.findings)


def _spec(rules: CostBaselineRules) -> BaselineSpec:
    return BaselineSpec(
        methods=rules.methods,
        tau=rules.tau,
        level=rules.level,
        seed=rules.seed,
        n_draws=rules.n_draws,
        rounding=Money(rules.rounding_fen),
    )


def _option(row: OptionRow) -> Option:
    return Option(
        code=row.code,
        label=row.label,
        life_years=row.life_years,
        flows=tuple(
            Flow(flow.year_offset, flow.amount, flow.kind, flow.label, flow.price_year, flow.source)
            for flow in row.flows
        ),
        evidence=row.evidence,
        unpriced=tuple(
            UnpricedEffect(item.label, item.favourable, item.description, item.evidence)
            for item in row.unpriced
        ),
        do_nothing=row.do_nothing,
    )


def analyse_benefit(ctx: Context, record_id: str, form: BenefitForm, seen: Seen) -> BenefitAnalysis:  # noqa: ARG001
    """Analyse cost and benefit of a project's options and keep it with its request record.

    Raises
    ------
    Forbidden
        The actor may not write analyses.
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    reason = may(ctx.actor, Permission("benefit:analysis:write"), record.path, "成本效益分析")
    if reason:
        raise Forbidden("benefit.forbidden", reason)
    used = in_force(ctx, "cost_benefit", CostBenefitRules)
    parameters = BenefitParameters(
        edition=used.id,
        effective=used.edition.valid_from,
        discount_rate=used.rules.discount_rate,
        base_year=form.base_year,
        timing=Timing.YEAR_END,
        source=used.edition.source,
    )
    options = tuple(_option(row) for row in form.options)
    analysis = analyse(options, parameters)
    package = DecisionPackage(
        DecisionKind.BENEFIT,
        record.subject,
        str(record.fiscal_year),
        used.id,
        used.digest,
        BENEFIT_METHOD,
        packages.benefit_facts(options, parameters),
        packages.benefit_result(analysis),
    )
    _, digest = keep(ctx, record, package)
    write_event(
        ctx.session,
        record.subject,
        kind="benefit.analyse",
        actor=ctx.actor.id,
        at=ctx.now,
        payload=Analysed(record.id, str(record.fiscal_year), digest),
    )
    return analysis
