"""Cost baselines. Imports pandas and statsmodels: for workers only."""

from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import keep
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, open_record
from budgetperf.actions.panels import load_panel, price_index
from budgetperf.actions.rules import in_force
from budgetperf.actions.special_factors import admitted_factors
from budgetperf.costing.baseline import BaselineEdition, CostBaseline, set_baseline
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.form import FitForm
from budgetperf.costing.method import BaselineSpec, Calibration, Treatment
from budgetperf.costing.methods import n_pieces
from budgetperf.costing.packages import BaselineFacts
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.records import record
from budgetperf.costing.screening import ScreeningRule
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.version import METHOD, environment
from budgetperf.errors import Conflict, Invalid
from budgetperf.money import Money
from budgetperf.process.stages import Stage
from budgetperf.provenance import digest
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.costs import units_of
from budgetperf.store.records import list_records


@dataclass(frozen=True, slots=True)
class FitOrder:
    """What a baseline follows from, as it stands now: its edition and its facts."""

    edition: BaselineEdition
    facts: BaselineFacts

    @property
    def digest(self) -> str:
        """Of all that decides the figures: what is computed for one digest is good for no other."""
        made_by = {"method": METHOD, "environment": environment()}
        return digest({**made_by, "edition": self.edition.digest, "facts": record(self.facts)})

    @property
    def n_pieces(self) -> int:
        """How many pieces of draws it takes, at most."""
        return n_pieces(self.facts.panel.spec, self.facts.spec)


def order_fit(ctx: Context, form: FitForm) -> FitOrder:
    """Read what the baseline of a panel follows from: its targets are all projects that are its dmus."""
    panel_id, panel = load_panel(ctx, form.panel_code)
    edition = edition_of(in_force(ctx, "cost_baseline", CostBaselineRules).edition)
    facts = BaselineFacts(
        panel,
        targets_of(ctx, panel_id, panel, form.fiscal_year),
        edition.spec,
        price_index(ctx),
        form.payable_total,
        admitted_factors(ctx, form.panel_code, form.fiscal_year),
    )
    return FitOrder(edition, facts)


def fit(order: FitOrder, spread: Spread = in_turn) -> CostBaseline:
    """Compute a baseline; needs no transaction, and may take long."""
    facts = order.facts
    return set_baseline(
        facts.panel, edition=order.edition, targets=facts.targets, prices=facts.prices,
        payable_total=facts.payable_total, factors=facts.factors, spread=spread,
    )  # fmt: skip


def fit_baseline(ctx: Context, form: FitForm, seen: Seen) -> Outcome:
    """Fit the baseline of a panel and package it, in one transaction."""
    return file_baseline(ctx, form, fit(order_fit(ctx, form)), seen)


def file_baseline(ctx: Context, form: FitForm, made: CostBaseline, seen: Seen) -> Outcome:
    """Package a computed baseline.

    Raises
    ------
    Conflict
        The panel, its projects, the claims admitted or the rules have changed since it was ordered.
    """
    if order_fit(ctx, form).digest != FitOrder(made.edition, made.facts).digest:
        raise Conflict(
            "baseline.moved",
            "测算期间成本面板、项目、已认定的特殊因素或规则有变动，结果未采用，请重试",
            panel=form.panel_code,
        )
    earlier = list_records(ctx.session, ctx.actor, stage=Stage.BASELINE, fiscal_year=form.fiscal_year)
    target = Target(
        Stage.BASELINE,
        None,
        form.panel_code,
        f"{made.facts.panel.spec.service}成本绩效基线",
        "",
        form.fiscal_year,
        serial=sum(one.subject == form.panel_code for one in earlier),
    )
    moved = open_record(ctx, target, verb="fit", seen=seen)
    kept = file_form(ctx, moved, form, edition=made.edition.id)
    _, kept_digest = keep(ctx, moved.record, made.package(str(form.fiscal_year)))
    return replace(moved.log(ctx, filed_event(moved, kept, packages=(kept_digest,))), findings=made.findings)


def targets_of(ctx: Context, panel_id: str, panel: CostPanel, fiscal_year: int) -> tuple[BaselineTarget, ...]:
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


def edition_of(edition: Edition) -> BaselineEdition:
    """Return what an edition of the rulebook sets baselines by."""
    return BaselineEdition(edition.id, edition.digest, spec_of(edition.rules_as(CostBaselineRules)))


def edition_named(edition_id: str) -> BaselineEdition:
    """Return a packaged edition by its id, for work without a database.

    Raises
    ------
    NotFound
        There is no edition of this id.
    Invalid
        It is not one that baselines are set by.

    Examples
    --------
    >>> [name.value for name in edition_named("national/cost_baseline/2026-07-01").spec.methods]
    ['driver_regression', 'quantile']
    """
    edition = Rulebook.load().by_id(edition_id)
    if edition.kind != "cost_baseline":
        raise Invalid("baseline.edition", f"版本“{edition_id}”不是成本基线的测算口径")
    return edition_of(edition)


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
