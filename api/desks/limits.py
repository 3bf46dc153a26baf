"""The rounds of limits, and the table of one round."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import YearKey
from api.desks.frame import answer, frame_of, holds
from api.desks.moves import offered
from api.guards import demand
from api.screens.buttons import Link
from api.screens.limits import AmountRow, LimitsTable, RoundLine, Rounds
from api.screens.page import Option
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.budget.grounds import Ground
from budgetperf.money import Money, MoneyUnit
from budgetperf.process.stages import Stage
from budgetperf.store.budget import RoundFacts, cuts_by_ground, get_round, lines_of, rounds
from budgetperf.store.organisations import OrganisationFacts, organisations
from budgetperf.store.records import get_record, list_records, steps_of
from budgetperf.store.session import sees_city

router = APIRouter()
SHOWN = 300


@router.get("/limits")
def show_rounds(request: Request, ctx: Work) -> HTMLResponse:
    """Show all rounds visible."""
    demand(ctx.actor, "limits:table:view", "查看控制数")
    known = {item.id: item for item in list_records(ctx.session, ctx.actor, stage=Stage.LIMITS)}
    city = sees_city(ctx.actor)
    lines = tuple(
        RoundLine(
            item.fiscal_year,
            known[item.id].status,
            Money(item.ceiling_fen) if city else None,
            Money(item.unallocated_fen) if city else None,
        )
        for item in rounds(ctx.session)
        if item.id in known
    )
    return answer(
        Rounds(
            frame_of(request, ctx),
            rounds=lines,
            empty=""
            if lines
            else "还没有公布的控制数。财政部门公布征求意见后，您可以在这里查看本部门的控制数并提出异议。",
            opening="/open/round" if holds(ctx.actor, "limits:round:open") else "",
        )
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """One line with its cuts by ground and the place of its agency."""

    code: str
    name: str
    path: str
    request: Money
    cuts: tuple[Money, ...]
    adjustments: Money
    limit: Money


def _lines(ctx: Context, found: RoundFacts) -> list[_Line]:
    taken: dict[str, dict[Ground, Money]] = {}
    for item in cuts_by_ground(ctx.session, found.id):
        taken.setdefault(item.line_id, {})[item.ground] = Money(item.applied_fen)
    return [
        _Line(
            row.code,
            row.name,
            row.path,
            Money(row.request_fen),
            tuple(taken.get(row.id, {}).get(ground, Money(0)) for ground in Ground),
            Money(row.adjustments_fen),
            Money(row.limit_fen),
        )
        for row in lines_of(ctx.session, found.id)
    ]


def _sum(lines: Iterable[_Line], *, code: str, name: str, href: str) -> AmountRow:
    kept = list(lines)
    return AmountRow(
        code=code,
        name=name,
        note=str(len(kept)),
        href=href,
        request=Money.total(item.request for item in kept),
        cuts=tuple(Money.total(item.cuts[at] for item in kept) for at in range(len(Ground))),
        adjustments=Money.total(item.adjustments for item in kept),
        limit=Money.total(item.limit for item in kept),
    )


def _department(path: str) -> str:
    return ".".join(path.split(".")[:2])


@router.get("/limits/{year}")
def show(
    request: Request,
    ctx: Work,
    year: YearKey,
    department: str = "",
    ground: str = "",
    text: str = "",
    unit: str = "wan",
) -> HTMLResponse:
    """Show the limits of one round."""
    demand(ctx.actor, "limits:table:view", "查看控制数")
    found = get_round(ctx.session, year)
    record = get_record(ctx.session, ctx.actor, found.id)
    every = _lines(ctx, found)
    nodes = {node.path: node for node in organisations(ctx.session)}
    chosen = next((item for item in Ground if item.value == ground), None)
    lines = [item for item in every if _wanted(item, department, chosen, text.strip())]
    whole = Money.total(item.limit for item in every) + Money(found.unallocated_fen) == Money(
        found.ceiling_fen
    )
    moves, barred = offered(record, steps_of(ctx.session, [record.id]), ctx.actor)
    asked = {"ground": ground, "text": text, "unit": unit}
    screen = LimitsTable(
        frame_of(request, ctx),
        year=year,
        result_year=found.result_year,
        status=record.status,
        edition=found.edition,
        window_ends_on=found.window_ends_on,
        unit=next((item for item in MoneyUnit if item.value == unit), MoneyUnit.WAN),
        units=tuple(
            Option(item.value, item.label, item.value == unit) for item in (MoneyUnit.WAN, MoneyUnit.YUAN)
        ),
        grounds=tuple(Ground),
        departments=_departments(every, nodes, year, asked),
        total=_sum(every, code="", name="合计", href=""),
        lines=tuple(_row(item, year, nodes) for item in lines[:SHOWN]),
        shown=min(len(lines), SHOWN),
        found=len(lines),
        department=tuple(
            Option(path, nodes[path].name if path in nodes else path, path == department)
            for path in sorted({_department(item.path) for item in every})
        ),
        ground=tuple(Option(item.value, item.label, item is chosen) for item in Ground),
        text=text,
        ceiling=Money(found.ceiling_fen),
        unallocated=Money(found.unallocated_fen),
        limits=Money.total(item.limit for item in every),
        whole=whole and bool(every),
        moves=moves,
        barred=barred,
        objections=_objections(ctx, year),
    )
    return answer(screen)


def _wanted(item: _Line, department: str, ground: Ground | None, text: str) -> bool:
    inside = not department or item.path == department or item.path.startswith(department + ".")
    cut = ground is None or bool(item.cuts[list(Ground).index(ground)])
    return inside and cut and (not text or text in item.code or text in item.name)


def _departments(
    lines: list[_Line], nodes: dict[str, OrganisationFacts], year: int, asked: dict[str, str]
) -> tuple[AmountRow, ...]:
    grouped: dict[str, list[_Line]] = {}
    for item in lines:
        grouped.setdefault(_department(item.path), []).append(item)
    return tuple(
        _sum(
            grouped[path],
            code=path,
            name=nodes[path].name if path in nodes else path,
            href=f"/limits/{year}?{urlencode({**asked, 'department': path})}#lines",
        )
        for path in sorted(grouped)
    )


def _row(item: _Line, year: int, nodes: dict[str, OrganisationFacts]) -> AmountRow:
    agency = nodes[item.path].name if item.path in nodes else ""
    href = f"/limits/{year}/{item.code}"
    return AmountRow(
        item.code, item.name, agency, href, item.request, item.cuts, item.adjustments, item.limit
    )


def _objections(ctx: Context, year: int) -> tuple[Link, ...]:
    return tuple(
        Link(item.name, f"/limits/{year}/{item.subject}#o-{item.id}", item.status.label)
        for item in list_records(ctx.session, ctx.actor, stage=Stage.OBJECTION, fiscal_year=year)
    )
