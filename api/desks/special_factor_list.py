"""The way in for departments: the baselines of the projects one sees, and the claims against them."""

from math import ceil
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.desks.filters import ChosenPage, ChosenYear
from api.desks.frame import answer, frame_of
from api.desks.moves import baseline_address, claim_address, page_of
from api.guards import demand
from api.screens.page import Option
from api.screens.special_factors import BaselineRow, ClaimRow, Claims
from api.transaction import Work
from budgetperf.actions.own_baselines import OwnBaseline, own_baselines
from budgetperf.actions.special_factors import Claim, list_claims
from budgetperf.money import Money
from budgetperf.permissions import Actor, Permission, may

router = APIRouter()
ROWS = 50


@router.get("/special-factor-claims")
def show_all(request: Request, ctx: Work, year: ChosenYear = None, page: ChosenPage = None) -> HTMLResponse:
    """Show the adopted baselines of the visible projects, and the visible claims, one page of each."""
    demand(ctx.actor, "limits:table:view", "查看成本基线与特殊因素申请")
    found, filed = own_baselines(ctx), list_claims(ctx)
    years = {one.found.fiscal_year for one in found} | {one.record.fiscal_year for one in filed}
    known = {(one.found.code, one.found.fiscal_year, one.found.panel_code): one for one in found}
    baselines = [one for one in found if year in {None, one.found.fiscal_year}]
    claims = [one for one in filed if year in {None, one.record.fiscal_year}]
    heard = any(_may_claim(ctx.actor, one) for one in baselines)
    page, pages = page or 1, max(1, ceil(max(len(baselines), len(claims)) / ROWS))
    shown = slice((page - 1) * ROWS, page * ROWS)
    screen = Claims(
        frame_of(request, ctx),
        years=tuple(Option(str(one), str(one), one == year) for one in sorted(years, reverse=True)),
        baselines=tuple(_baseline(ctx.actor, one) for one in baselines[shown]),
        claims=tuple(
            _claim(one, known.get((one.record.subject, one.record.fiscal_year, one.panel_code)))
            for one in claims[shown]
        ),
        n_baselines=len(baselines),
        n_claims=len(claims),
        page=page,
        pages=pages,
        before=_address(year, page - 1) if page > 1 else "",
        after=_address(year, page + 1) if page < pages else "",
        opening="/open/special-factor" if heard else "",
    )
    return answer(screen)


def _address(year: int | None, page: int) -> str:
    return "/special-factor-claims?" + urlencode({"year": year or "", "page": page})


def _may_claim(actor: Actor, one: OwnBaseline) -> bool:
    return one.open and not may(actor, Permission("special_factor_claim:form:file"), one.found.path, "")


def _baseline(actor: Actor, one: OwnBaseline) -> BaselineRow:
    found = one.found
    return BaselineRow(
        code=found.code,
        name=found.name,
        year=found.fiscal_year,
        service=found.service,
        panel=found.panel_code,
        href=baseline_address(found),
        point=Money(found.point_fen),
        upper=Money(found.upper_fen),
        last_day=one.last_day,
        open=one.open,
        issued=one.issued,
        counts=found.counts,
        claim=claim_address(found) if _may_claim(actor, one) else "",
    )


def _claim(one: Claim, against: OwnBaseline | None) -> ClaimRow:
    return ClaimRow(
        href=page_of(one.record),
        code=one.record.subject,
        name=one.record.name,
        year=one.record.fiscal_year,
        service=against.found.service if against else one.panel_code,
        label=one.label,
        status=one.record.status,
        last_day=against.last_day if against else None,
    )
