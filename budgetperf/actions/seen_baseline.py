"""A baseline as far as its reader may see it: all of it for the city's offices, one's own units for a spending unit."""

from dataclasses import dataclass

from budgetperf.actions.context import Context
from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.errors import NotFound
from budgetperf.lifecycle.special_factor.form import ClaimForm
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.reports.baseline_view import BaselineView, DmuSheet, baseline_view
from budgetperf.store.adoptions import Adoption, adoptions
from budgetperf.store.costs import UnitFacts, cost_panel, units_of
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, get_record, list_records, steps_of
from budgetperf.store.results import DecisionFacts, decisions_of, own_baseline


@dataclass(frozen=True, slots=True)
class SeenFactor:
    """An admitted special factor, and the record of its claim; empty where the reader may not see that."""

    factor: SpecialFactor
    claim: str


@dataclass(frozen=True, slots=True)
class SeenBaseline:
    """What a reader sees of a baseline.

    Parameters
    ----------
    found : DecisionFacts
        The newest package, cut to the reader's own units where ``record`` is None.
    view : BaselineView
    record : RecordFacts or None
        None for a spending unit, to whom the record itself is not visible.
    units : tuple of UnitFacts
        Visible projects that are units of the panel in the budget year.
    factors : tuple of SeenFactor
        Admitted claims of the units the reader may see.
    adoption : Adoption or None
        None before it is adopted.
    """

    found: DecisionFacts
    view: BaselineView
    record: RecordFacts | None
    units: tuple[UnitFacts, ...]
    factors: tuple[SeenFactor, ...]
    adoption: Adoption | None

    @property
    def whole(self) -> bool:
        """Whether every unit is seen."""
        return self.record is not None

    @property
    def status(self) -> Status:
        """Fitted or adopted; to its units a baseline shows once it is adopted."""
        return self.record.status if self.record else Status.ADOPTED

    @property
    def in_force(self) -> bool:
        """Whether it is adopted and no later one of its panel and year took its place."""
        return self.adoption is not None and self.adoption.in_force

    @property
    def superseded_by(self) -> str:
        """Record id of the one that took its place; empty while none did."""
        return self.adoption.superseded_by if self.adoption else ""

    @property
    def fiscal_year(self) -> int:
        """Budget year."""
        return int(self.found.period)

    def own(self, dmu: str) -> DmuSheet:
        """Return the sheet of one unit.

        Raises
        ------
        NotFound
            It is none of the baseline, or none the reader may look at: a peer is no unit of one's own.
        """
        sheet = self.view.sheet(dmu)
        if sheet is None or not (self.whole or sheet.standing or sheet.baselines):
            raise NotFound("baseline.unit", "没有找到该单元的成本基线，或您无权查看")
        return sheet


def seen_baseline(ctx: Context, record_id: str) -> SeenBaseline:
    """Return a baseline as the reader may see it.

    Raises
    ------
    NotFound
        There is none, or none of it is the reader's.
    """
    packages = decisions_of(ctx.session, record_id=record_id, kind=DecisionKind.BASELINE)
    found = packages[-1] if packages else own_baseline(ctx.session, record_id)
    if found is None:
        raise NotFound("baseline.none", "没有找到该成本基线的测算结果，或您无权查看")
    source = str(ctx.rules.by_id(found.edition).source)
    view = baseline_view(found.package(), digest=found.digest, source=source, part=not packages)
    panel = cost_panel(ctx.session, found.subject)
    units = tuple(units_of(ctx.session, panel.id, int(found.period)))
    return SeenBaseline(
        found,
        view,
        get_record(ctx.session, ctx.actor, record_id) if packages else None,
        units,
        _factors(ctx, found, view, units),
        adoptions(ctx.session).get(record_id),
    )


def _factors(
    ctx: Context, found: DecisionFacts, view: BaselineView, units: tuple[UnitFacts, ...]
) -> tuple[SeenFactor, ...]:
    """Find the claim of each factor: the newest of its panel and unit that says the same and was admitted by then."""
    if not view.factors:
        return ()
    dmus = {unit.code: unit.dmu for unit in units}
    records = list_records(
        ctx.session, ctx.actor, stage=Stage.SPECIAL_FACTOR_CLAIM, fiscal_year=int(found.period)
    )
    before = [one for one in steps_of(ctx.session, [one.id for one in records]) if one.at <= found.decided_at]
    last = {step.record_id: step.verb for step in before}
    filed = filed_documents(ctx.session, [one.id for one in records], ClaimForm.__name__)
    claims = [
        (ClaimForm.model_validate(filed[one.id]), one)
        for one in records
        if last.get(one.id) == "admit" and one.subject in dmus
    ]
    known = [
        (form.factor(dmus[one.subject]), one.id) for form, one in claims if form.panel_code == found.subject
    ]
    return tuple(
        SeenFactor(factor, next((claim for own, claim in reversed(known) if own == factor), ""))
        for factor in view.factors
    )
