"""Cost-benefit analysis of a project's options, kept with its request record."""

from budgetperf.actions.context import Context
from budgetperf.actions.decisions import keep
from budgetperf.actions.moves import Seen
from budgetperf.actions.payloads import Analysed
from budgetperf.actions.rules import in_force
from budgetperf.costing.benefit import (
    BenefitAnalysis,
    BenefitParameters,
    Flow,
    Option,
    Timing,
    UnpricedEffect,
    analyse,
)
from budgetperf.costing.form import BenefitForm, OptionRow, check_offsets_within_life
from budgetperf.costing.records import benefit_facts, benefit_result
from budgetperf.errors import Forbidden, Invalid
from budgetperf.permissions import Permission, may
from budgetperf.provenance import DecisionKind, DecisionPackage
from budgetperf.rulebook.models import CostBenefitRules
from budgetperf.store.evidence import write_event
from budgetperf.store.records import get_record

BENEFIT_METHOD = "costing.benefit/1"


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
    Invalid
        An amount falls after the life of its option, or the options are unsound (``analyse``).
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    reason = may(ctx.actor, Permission("benefit:analysis:write"), record.path, "成本效益分析")
    if reason:
        raise Forbidden("benefit.forbidden", reason)
    if late := check_offsets_within_life(form):
        raise Invalid("benefit.offset", f"有{len(late)}笔金额晚于方案的寿命期，请修改年份或寿命期", late)
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
        benefit_facts(options, parameters),
        benefit_result(analysis),
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
