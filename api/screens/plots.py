"""Pictures of baselines as vectors in the page: where dots, curves and intervals stand, in pixels of the drawing.

Places only; what is drawn is said by the figures in the tables beside, and each mark tells itself in its title.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import ClassVar

from api.screens.page import told
from budgetperf.costing.cost_baseline import Curve
from budgetperf.indicators import plain_number
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.amounts import Prices
from budgetperf.reports.axis import Axis, axis, spread_wide
from budgetperf.reports.baseline_view import BaselineView
from budgetperf.reports.baseline_words import Practice
from budgetperf.reports.scatter import Scatter, ScatterPoint

Pixels = str
"""A place with one decimal."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A figure beside an axis."""

    at: Pixels = told("its place")
    text: str = told("the figure")


@dataclass(frozen=True, slots=True)
class Dot:
    """A row of the panel."""

    x: Pixels = told("from the left")
    y: Pixels = told("from the top")
    kind: str = told("own, peer, late, early, claimed or out")
    row: ScatterPoint = told("name, year, figures")
    href: str = told("page of the unit; empty where the reader may not open it")


@dataclass(frozen=True, slots=True)
class CurveLine:
    """A method's curve."""

    label: str = told("name of the method")
    practice: Practice = told("whose cost it shows")
    points: str = told("its points, as SVG takes them")


@dataclass(frozen=True, slots=True)
class ScatterView:
    """Cost against the first driver."""

    WIDTH: ClassVar[int] = 840
    HEIGHT: ClassVar[int] = 430
    LEFT: ClassVar[int] = 74
    RIGHT: ClassVar[int] = 826
    TOP: ClassVar[int] = 26
    FOOT: ClassVar[int] = 384

    driver: str = told("name of the driver")
    uom: str = told("its unit of measure")
    prices: Prices = told("prices the costs are in")
    logarithmic: bool = told("whether equal ratios lie at equal distances")
    x_ticks: tuple[Tick, ...] = told("figures below")
    y_ticks: tuple[Tick, ...] = told("figures at the left")
    curves: tuple[CurveLine, ...] = told("curves of the methods")
    lacking: str = told("why none of them shows best practice; empty where one does")
    dots: tuple[Dot, ...] = told("rows, those to be seen first drawn last")
    kinds: tuple[str, ...] = told("kinds of dots there are")


def scatter_view(
    view: BaselineView,
    *,
    own: str = "",
    peers: Collection[tuple[str, int]] = (),
    href: Callable[[str], str] = lambda _: "",
) -> ScatterView | None:
    """Return the scatter of a baseline, of one unit only its rows and its peers'; None without rows."""
    scatter = view.scatter
    points = [one for one in scatter.points if not own or one.dmu == own or (one.dmu, one.year) in peers]
    if not points:
        return None
    newest = max(point.year for point in points)
    ends = [point for curve in scatter.curves for point in curve.points]
    xs = [*(point.x for point in points), *(end.x for end in ends)]
    ys = [*(_wan(point.cost) for point in points), *(_wan(end.cost) for end in ends)]
    wide = spread_wide(xs, ys)
    across, up = (axis(values, logarithmic=wide) for values in (xs, ys))
    x, y = _across(across), _up(up)
    marked = [
        Dot(x(one.x), y(_wan(one.cost)), _kind(one, own, peers, newest), one, href(one.dmu)) for one in points
    ]
    order = ("early", "late", "claimed", "out", "peer", "own")
    return ScatterView(
        driver=scatter.driver.label,
        uom=scatter.driver.uom,
        prices=scatter.prices,
        logarithmic=wide,
        x_ticks=tuple(Tick(x(tick), _figure(tick)) for tick in across.ticks),
        y_ticks=tuple(Tick(y(tick), _figure(tick)) for tick in up.ticks),
        curves=tuple(_line(scatter, curve, x, y) for curve in scatter.drawn),
        lacking=scatter.lacks_frontier,
        dots=tuple(sorted(marked, key=lambda dot: order.index(dot.kind))),
        kinds=tuple(kind for kind in reversed(order) if any(dot.kind == kind for dot in marked)),
    )


def _kind(point: ScatterPoint, own: str, peers: Collection[tuple[str, int]], newest: int) -> str:
    if point.dmu == own:
        return "own"
    if (point.dmu, point.year) in peers:
        return "peer"
    if point.why:
        return "out"
    if point.claimed:
        return "claimed"
    return "late" if point.year == newest else "early"


def _line(
    scatter: Scatter, curve: Curve, x: Callable[[Decimal], Pixels], y: Callable[[Decimal], Pixels]
) -> CurveLine:
    points = " ".join(f"{x(end.x)},{y(_wan(end.cost))}" for end in curve.points)
    return CurveLine(curve.label, scatter.practice(curve), points)


def _across(scale: Axis) -> Callable[[Decimal], Pixels]:
    wide = ScatterView.RIGHT - ScatterView.LEFT
    return lambda value: _pixels(ScatterView.LEFT + wide * scale.place(value))


def _up(scale: Axis) -> Callable[[Decimal], Pixels]:
    tall = ScatterView.FOOT - ScatterView.TOP
    return lambda value: _pixels(ScatterView.FOOT - tall * scale.place(value))


@dataclass(frozen=True, slots=True)
class Interval:
    """A point with its interval on an axis shared by all rows of a table."""

    WIDTH: ClassVar[int] = 170
    EDGE: ClassVar[int] = 6

    low: Pixels = told("lower end")
    point: Pixels = told("point")
    high: Pixels = told("upper end")
    zero: Pixels = told("where nothing is above or below")


def reach(rows: Iterable[tuple[Decimal, ...]], *, widest: Decimal) -> Decimal:
    """Return how far an axis around zero must go, in whole tens, at most ``widest``."""
    farthest = max((abs(end) for row in rows for end in row), default=Decimal(0))
    return min(max((farthest / 10).to_integral_value(ROUND_CEILING) * 10, Decimal(10)), widest)


def interval(ends: tuple[Decimal, Decimal, Decimal], to: Decimal) -> Interval:
    """Return the picture of lower end, point and upper end around zero; what is wider ends at the edge."""
    scale = Axis(-int(to), int(to), logarithmic=False, ticks=())
    room = Interval.WIDTH - 2 * Interval.EDGE
    low, point, high, zero = (
        _pixels(Interval.EDGE + room * scale.place(value)) for value in (*ends, Decimal(0))
    )
    return Interval(low, point, high, zero)


@dataclass(frozen=True, slots=True)
class Bar:
    """One estimate of what a unit should cost."""

    label: str = told("name of the method, or of the whole")
    whole: bool = told("whether it is the reconciled baseline")
    y: int = told("from the top")
    low: Pixels = told("lower end")
    point: Pixels = told("point")
    high: Pixels = told("upper end")
    amounts: tuple[Money, Money, Money] = told("lower end, point, upper end")


@dataclass(frozen=True, slots=True)
class BarsView:
    """Models side by side, and the unit's own cost across them."""

    WIDTH: ClassVar[int] = 720
    LEFT: ClassVar[int] = 190
    RIGHT: ClassVar[int] = 706
    ROW: ClassVar[int] = 30
    TOP: ClassVar[int] = 30

    bars: tuple[Bar, ...] = told("estimates, the reconciled one first")
    ticks: tuple[Tick, ...] = told("figures below")
    cost: Pixels = told("where the unit's own cost stands; empty when there is none to compare")
    amount: Money | None = told("the own cost")
    year: int = told("its year")
    late: bool = told("whether it stands in the right half, so that its words go to the left")
    height: int = told("pixels")


def bars_view(rows: Sequence[tuple[str, Money, Money, Money]], *, cost: Money | None, year: int) -> BarsView:
    """Return the picture of labelled (point, lower, upper), the first of them the reconciled one."""
    amounts = [_wan(amount) for _, *ends in rows for amount in ends] + ([_wan(cost)] if cost else [])
    scale = axis(amounts)
    wide = BarsView.RIGHT - BarsView.LEFT

    def x(value: Decimal) -> Pixels:
        return _pixels(BarsView.LEFT + wide * scale.place(value))

    return BarsView(
        bars=tuple(
            Bar(
                label,
                n == 0,
                BarsView.TOP + BarsView.ROW * n + BarsView.ROW // 2,
                x(_wan(low)),
                x(_wan(point)),
                x(_wan(high)),
                (low, point, high),
            )
            for n, (label, point, low, high) in enumerate(rows)
        ),
        ticks=tuple(Tick(x(tick), _figure(tick)) for tick in scale.ticks),
        cost=x(_wan(cost)) if cost else "",
        amount=cost,
        year=year,
        late=cost is not None and 2 * scale.place(_wan(cost)) > 1,
        height=BarsView.TOP + BarsView.ROW * len(rows) + 30,
    )


def _wan(amount: Money) -> Decimal:
    return amount.in_unit(MoneyUnit.WAN)


def _figure(tick: Decimal) -> str:
    return f"{Decimal(plain_number(tick)):,}"


def _pixels(place: object) -> Pixels:
    return f"{place:.1f}"
