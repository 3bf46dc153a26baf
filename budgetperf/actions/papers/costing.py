"""The papers of costing: a panel, a baseline, one unit's own sheet, the movement of a claim; as far as the reader sees them."""

from budgetperf.actions.context import Context
from budgetperf.actions.panel_files import priced_panel
from budgetperf.actions.panels import load_panel
from budgetperf.actions.seen_baseline import SeenBaseline, seen_baseline
from budgetperf.actions.special_factors import movement_of
from budgetperf.costing.records import record
from budgetperf.errors import NotFound
from budgetperf.fiscal import SHANGHAI
from budgetperf.process.stages import Stage
from budgetperf.provenance import digest
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from budgetperf.reports.models import Footer
from budgetperf.reports.movement_view import movement_view
from budgetperf.store.records import get_record


def baseline_page(ctx: Context, record_id: str) -> BaselinePage:
    """Return the report of a baseline.

    Raises
    ------
    NotFound
        There is none, or the reader may not see all of it.
    """
    seen = seen_baseline(ctx, record_id)
    if not seen.whole:
        raise NotFound("baseline.none", "没有找到该成本基线的测算结果，或您无权查看")
    return BaselinePage(seen.view, _footer(seen, seen.view.title))


def dmu_page(ctx: Context, record_id: str, dmu: str) -> DmuBaselinePage:
    """Return one unit's own sheet.

    Raises
    ------
    NotFound
        There is none, or it is not the reader's.
    """
    seen = seen_baseline(ctx, record_id)
    sheet = seen.own(dmu)
    return DmuBaselinePage(seen.view, sheet, _footer(seen, f"{sheet.name} {seen.view.title}"))


def panel_page(ctx: Context, code: str) -> CostPanelPage:
    """Return a kept panel with its base-year prices by the index in force; NotFound if there is none."""
    _, panel = load_panel(ctx, code)
    priced = priced_panel(ctx, panel)
    footer = Footer(
        f"{code} {panel.spec.service}成本面板", priced.index.code, digest(record(panel)), ctx.today
    )
    return CostPanelPage(panel, priced.priced, priced.index, priced.findings, footer)


def movement_page(ctx: Context, record_id: str) -> MovementPage:
    """Return how a claim moves the baselines: of the newest claim as filed, or as it was decided on.

    Raises
    ------
    NotFound
        There is no such claim, it has not been computed, or the reader may not see who moves.
    """
    claim = get_record(ctx.session, ctx.actor, record_id)
    found = movement_of(ctx, claim) if claim.stage is Stage.SPECIAL_FACTOR_CLAIM else None
    if found is None:
        raise NotFound("special_factors.no_movement", "没有找到该特殊因素申请的测算，或您无权查看")
    day = found.decided_at.astimezone(SHANGHAI).date()
    footer = Footer(f"{claim.subject} {claim.name}", found.edition, found.digest, day)
    return MovementPage(movement_view(found.facts, found.result), footer)


def _footer(seen: SeenBaseline, about: str) -> Footer:
    day = seen.found.decided_at.astimezone(SHANGHAI).date()
    return Footer(f"{seen.found.subject} {about}", seen.found.edition, seen.found.digest, day)
