"""What the papers of costing are made of: their tables on paper, and the pictures of a baseline and a movement."""

from collections.abc import Sequence
from decimal import Decimal

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from budgetperf.costing.cost_baseline import Standing
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.axis import axis, symmetric
from budgetperf.reports.baseline_view import CLAIMED, BaselineView, DmuSheet, gap_ratio, wan
from budgetperf.reports.cost_tables import CostTable, Head, Value
from budgetperf.reports.faces import CELL
from budgetperf.reports.flow import Block, heading
from budgetperf.reports.grid import Cell, Column, Grid, fit
from budgetperf.reports.models import MoneyStyle, money_style, with_sign
from budgetperf.reports.movement_view import MovementView
from budgetperf.reports.plots import Bar, BarPlot, Dot, Line, ScatterPlot

LABELLED = 12
"""Codes are written beside at most so many dots; the table has them all."""
MOST_MOVED = 30
"""So many units stand in the picture of a movement."""
ENDLESS = 10_000
"""Points of a page on which everything stands."""


def section(table: CostTable, width: float) -> list[Flowable]:
    """Return a table with its heading and note."""
    return headed(table.title, grid(table, width) if table.rows else None, width, note=table.note)


def headed(title: str, body: Flowable | None, width: float, *, note: str = "") -> list[Flowable]:
    """Return what stands under a heading, its beginning on the page of the heading."""
    above = [*heading(title), *([Block(note, CELL, align="left", after=4)] if note else [])]
    room = sum(one.wrap(width, ENDLESS)[1] + one.getSpaceAfter() for one in above)
    if body is None:
        return [CondPageBreak(room), *above, Spacer(1, 10)]
    least = body.least if isinstance(body, Grid | BarPlot) else body.wrap(width, ENDLESS)[1]
    return [CondPageBreak(room + least), *above, body, Spacer(1, 10)]


def grid(table: CostTable, width: float) -> Grid:
    """Return the rows of a table as ruled on paper; a column's amounts have as many decimals as they need."""
    columns = [
        Column(head.title.replace("（", "\n（", 1), head.width, "right")
        if head.number
        else Column(head.title, head.width)
        for head in table.heads
    ]
    texts = (
        _column(head, values) for head, values in zip(table.heads, zip(*table.rows, strict=True), strict=True)
    )
    rows = zip(*texts, strict=True)
    ids = table.ids or [""] * len(table.rows)
    laid = [
        tuple(
            Cell(text, f"{address}/{head.key}" if address and head.key else "")
            for text, head in zip(row, table.heads, strict=True)
        )
        for row, address in zip(rows, ids, strict=True)
    ]
    return Grid(fit(columns, width), laid, groups=table.groups)


def _column(head: Head, values: tuple[Value, ...]) -> list[str]:
    """Write a column: money in one style, changes with their signs, other figures as they are, nothing as a dash."""
    money = money_style(MoneyUnit.WAN, (value for value in values if isinstance(value, Money)))
    texts = [_written(value, money) for value in values]
    if not head.signed:
        return texts
    return [
        with_sign(value, text) if isinstance(value, Money | Decimal) else text
        for value, text in zip(values, texts, strict=True)
    ]


def _written(value: Value, money: MoneyStyle) -> str:
    match value:
        case None | "":
            return "—"
        case Money():
            return money.write(value)
        case Decimal():
            return format(value, "f")
    return str(value)


# -------------------------------------------------------------------- pictures


def scatter_note(view: BaselineView, *, own: bool = False) -> str:
    """Say how the scatter is read."""
    notes = ["只列本单位和同类单位"] if own else []
    if view.scatter.drawn:
        notes.append("曲线为各方法在其他动因取中位数时的应有成本")
    if lacking := view.scatter.lacks_frontier:
        notes.append(lacking)
    return "；".join(notes)


def scatter(view: BaselineView, *, own: DmuSheet | None = None) -> ScatterPlot | None:
    """Return cost against the first driver with the methods' curves; None where there is no row.

    A unit's own picture has its rows and its peers', nobody else's.
    """
    shown = {own.dmu, *_peers(own)} if own else None
    points = [point for point in view.scatter.points if shown is None or point.dmu in shown]
    if not points:
        return None
    latest = {point.dmu: point.year for point in sorted(points, key=lambda one: one.year)}
    named = shown or _named(view)
    dots = []
    for point in points:
        last = latest[point.dmu] == point.year
        kind = "out" if point.why else "claimed" if point.claimed else "late" if last else "early"
        label = point.dmu if point.dmu in named and last else ""
        dots.append(Dot(point.x, _wan(point.cost), "own" if own and point.dmu == own.dmu else kind, label))
    words = {
        "own": "本单位",
        "late": "各单元最近一年",
        "early": "较早年度",
        "claimed": f"{CLAIMED}（这部分未参加测算）",
        "out": "未参加测算",
    }
    if own:
        words["late"] = "同类单位最近一年"
    seen = {dot.kind for dot in dots}
    driver = view.scatter.driver
    return ScatterPlot(
        dots,
        [
            Line(view.scatter.line(one), tuple((at.x, _wan(at.cost)) for at in one.points))
            for one in view.scatter.drawn
        ],
        x_title=f"{driver.label}（{driver.uom}）",
        y_title=f"成本（万元，{view.scatter.prices}）",
        legend=[(kind, text) for kind, text in words.items() if kind in seen],
    )


def _peers(own: DmuSheet) -> set[str]:
    baselines = (*own.baselines, *((own.standing.baseline,) if own.standing else ()))
    return {peer.dmu for one in baselines for peer in one.peers}


def _named(view: BaselineView) -> set[str]:
    """Return whose codes are written: those left out and those farthest above their band."""
    far = sorted(view.standings, key=lambda one: -one.gap_lower.fen)
    above = [one.dmu for one in far if one.gap_lower.fen > 0]
    return set([*dict.fromkeys((*(one.dmu for one in view.left_out), *above))][:LABELLED])


def gaps(standings: Sequence[Standing]) -> BarPlot | None:
    """Return the gaps of all dmus with their intervals, in per cent of the baseline, the largest first."""
    known = [one for one in standings if gap_ratio(one) is not None]
    if not known:
        return None
    ordered = sorted(known, key=lambda one: -_share(one, one.gap))
    bars = [
        Bar(
            f"{one.dmu} {one.name}",
            f"{gap_ratio(one)}%（{_tenth(_share(one, one.gap_lower))}至{_tenth(_share(one, one.gap_upper))}）",
            _share(one, one.gap_lower),
            _share(one, one.gap_upper),
            _share(one, one.gap),
            strong=one.gap_lower.fen > 0,
        )
        for one in ordered
    ]
    scale = axis((Decimal(0), *(end for bar in bars for end in (bar.low, bar.high))))
    return BarPlot(
        bars,
        scale,
        title="差距占基线的百分比（圆点）与其区间（横线）；红色：整个区间都高于零",
        line=Decimal(0),
    )


def _share(one: Standing, amount: Money) -> Decimal:
    return Decimal(100 * amount.fen) / one.baseline.point.fen


def _tenth(value: Decimal) -> str:
    return f"{value:.1f}%"


def methods(sheet: DmuSheet) -> BarPlot | None:
    """Return what each method says of one dmu, with its cost as a line."""
    one = sheet.standing.baseline if sheet.standing else next(iter(sheet.baselines), None)
    if one is None:
        return None
    cost = sheet.standing.cost if sheet.standing else None
    lines = [("合成基线", one.point, one.lower, one.upper)]
    lines += [(found.label, found.point, found.lower, found.upper) for found in one.estimates]
    bars = [
        Bar(
            label,
            f"{wan(point)}（{wan(low)}至{wan(high)}）",
            _wan(low),
            _wan(high),
            _wan(point),
            strong=not number,
        )
        for number, (label, point, low, high) in enumerate(lines)
    ]
    ends = [end for bar in bars for end in (bar.low, bar.high)]
    scale = axis((*ends, *((_wan(cost),) if cost else ())))
    told = f"红线：实际成本 {wan(cost)}" if cost else ""
    title = f"{one.year}年度，万元：圆点为测算值，横线为区间"
    return BarPlot(bars, scale, title=title, line=_wan(cost) if cost else None, line_label=told)


def _wan(amount: Money) -> Decimal:
    return amount.in_unit(MoneyUnit.WAN)


def movements(view: MovementView) -> BarPlot:
    """Return how every dmu's baseline moves: what the models do, and what is given back."""
    bars = [
        Bar(
            f"{row.dmu} {row.name}",
            f"{with_sign(row.change_percent)}%"
            + (f"（其中模型{with_sign(row.by_model_percent)}%）" if row.given_back else ""),
            Decimal(0),
            row.by_model_percent,
            tail=row.change_percent if row.given_back else None,
            strong=row.claimant,
        )
        for row in view.rows[:MOST_MOVED]
    ]
    title = "基线变动占申请前基线的百分比（实心：模型引起；空心：加回的特殊因素，超出图幅的画到边缘）；红色：申请单位"
    return BarPlot(bars, symmetric(view.widest_by_model), title=title, line=Decimal(0))
