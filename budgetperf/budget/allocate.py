"""Exact choice: one option per group, greatest worth, every row within its limit.

A *program* knows only integers; what groups, options and rows mean is said by ``ceiling``.
HiGHS searches in floating point (the one place of this stage with floats); whatever it returns
is checked here in integers, an assignment that breaks a row by less than the solver's
tolerance is forbidden and the search goes on, and the bound of the relaxed problem is proved
again from its prices in exact fractions.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import highspy
import numpy as np

from budgetperf.errors import Unavailable

_LARGEST = 1e6  # row limits are scaled below this, so that the solver's 1e-6 is less than a fen
_ROOM = (
    0.5  # of a unit: a choice that fills a row exactly is not lost to the solver's rounding, one above it is
)
_LEAST_ROOM = (
    2e-6  # of a scaled row: the same where rows are so large that half a unit is below the tolerance
)
_PRICE_DIGITS = Decimal("1e-15")
_ATTEMPTS = 50

Chosen = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide a group: what it is worth and what it uses of each named row."""

    code: str
    worth: int
    uses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Options of which exactly one is chosen."""

    code: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What is used of it sums to at most ``limit`` (a minimum is written with minus signs)."""

    code: str
    limit: int


@dataclass(frozen=True, slots=True)
class Program:
    """Groups in the order of their codes, and rows; the order decides ties."""

    groups: tuple[Group, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """A feasible choice.

    Parameters
    ----------
    chosen : tuple of int
        ``(n_groups,)`` index of the option chosen in each group.
    worth : int
    bound : int
        The solver's word: no choice is worth more.
    nodes : int
        Branch-and-bound nodes used.
    """

    chosen: Chosen
    worth: int
    bound: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The problem with shares of options allowed.

    Parameters
    ----------
    worth : Decimal
    shares : tuple of tuple of Decimal
        ``(n_groups, n_options)``.
    prices : mapping of str to Decimal
        Worth of one more unit of each row's limit; 15 places, half up.
    """

    worth: Decimal
    shares: tuple[tuple[Decimal, ...], ...]
    prices: Mapping[str, Decimal]


def solver_name() -> str:
    """Return the solver's name and version."""
    return f"HiGHS {highspy.Highs().version()}"  # type: ignore[no-untyped-call]  # see _Model


def worth_of(program: Program, chosen: Sequence[int]) -> int:
    """Sum the worth of a choice."""
    return sum(group.options[i].worth for group, i in zip(program.groups, chosen, strict=True))


def excess(program: Program, chosen: Sequence[int]) -> dict[str, int]:
    """Return by how much each broken row is exceeded; empty if the choice is feasible."""
    left = {row.code: row.limit for row in program.rows}
    for group, i in zip(program.groups, chosen, strict=True):
        for code, amount in group.options[i].uses.items():
            left[code] -= amount
    return {code: -amount for code, amount in left.items() if amount < 0}


def proven_bound(program: Program, prices: Mapping[str, Decimal]) -> int:
    """Prove, in exact fractions and without solving, that no choice is worth more.

    Notes
    -----
    For any prices ``p >= 0``: worth <= sum(p_r limit_r) + sum over groups of the largest
    ``worth - sum(p_r uses_r)`` (weak duality). Worth is whole, so the bound is rounded down.

    Raises
    ------
    ValueError
        If a price is negative.
    """
    if any(price < 0 for price in prices.values()):
        raise ValueError("prices must not be negative")
    exact = {row.code: Fraction(prices.get(row.code, Decimal(0))) for row in program.rows}
    total = sum((exact[row.code] * row.limit for row in program.rows), Fraction(0))
    for group in program.groups:
        total += max(
            option.worth - sum((exact[code] * amount for code, amount in option.uses.items()), Fraction(0))
            for option in group.options
        )
    return math.floor(total)


def solve(program: Program, *, node_limit: int, exclude: Sequence[Solution] = ()) -> Solution | None:
    """Return a best choice not among ``exclude`` (the best ones, if any), or None if there is none.

    Raises
    ------
    Unavailable
        If the node limit ends the search before any feasible choice is found.
    """
    forbidden = [solution.chosen for solution in exclude]
    target = min((solution.bound for solution in exclude), default=None)
    best = tuple(_best_option(group) for group in program.groups)
    if best not in forbidden and not excess(program, best):
        worth = worth_of(program, best)
        return Solution(best, worth, worth, 0)
    for _ in range(_ATTEMPTS):
        found = _search(program, node_limit=node_limit, forbidden=forbidden, target=target)
        if found is None:
            return None
        if not excess(program, found.chosen):
            return Solution(_by_code(program, found.chosen, forbidden), found.worth, found.bound, found.nodes)
        forbidden.append(found.chosen)
    raise Unavailable(
        "allocate.tolerance", f"求解器连续{_ATTEMPTS}次给出精确核算下不可行的方案，请检查金额数量级"
    )


def relax(program: Program) -> Relaxation | None:
    """Solve the relaxation; None if even that has no solution."""
    model = _Model(program, whole=False)
    status = model.run()
    if status != highspy.HighsModelStatus.kOptimal:
        return None
    solution = model.highs.getSolution()
    shares = [_decimal(value) for value in solution.col_value]
    duals = list(solution.row_dual)[len(program.groups) :]
    prices = {
        row.code: max(_decimal(dual / scale), Decimal(0))
        for row, dual, scale in zip(program.rows, duals, model.scales, strict=True)
    }
    return Relaxation(
        _decimal(model.highs.getInfo().objective_function_value),
        tuple(tuple(shares[start:stop]) for start, stop in model.spans),
        prices,
    )


def conflict(program: Program, *, node_limit: int) -> tuple[str, ...]:
    """Return a smallest set of rows that cannot all hold: leave any one out and there is a choice.

    Call it only for a program that has no solution.
    """
    kept = list(program.rows)
    for row in program.rows:
        fewer = [other for other in kept if other is not row]
        if solve(_without_worth(program, fewer), node_limit=node_limit) is None:
            kept = fewer
    return tuple(row.code for row in kept)


class _Model:
    """The program in HiGHS: a column per option, a row per group, a scaled row per row."""

    def __init__(self, program: Program, *, whole: bool, forbidden: Sequence[Chosen] = ()) -> None:
        self.spans: list[tuple[int, int]] = []
        columns = 0
        for group in program.groups:
            self.spans.append((columns, columns + len(group.options)))
            columns += len(group.options)
        self.scales = [_scale(program, row) for row in program.rows]
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no annotations
        self.highs.setOptionValue("output_flag", False)
        self._add_columns(program, columns, whole=whole)
        for start, stop in self.spans:
            self._add_row(dict.fromkeys(range(start, stop), 1.0), at_least=1.0, at_most=1.0)
        self._add_rows(program, whole=whole)
        for chosen in forbidden:
            cells = {start + i: 1.0 for (start, _), i in zip(self.spans, chosen, strict=True)}
            self._add_row(cells, at_most=len(cells) - 1.0)

    def _add_columns(self, program: Program, columns: int, *, whole: bool) -> None:
        self.highs.addVars(columns, np.zeros(columns), np.ones(columns))
        indices = np.arange(columns, dtype=np.int32)
        worths = [float(option.worth) for group in program.groups for option in group.options]
        self.highs.changeColsCost(columns, indices, np.array(worths))
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        if whole:
            kind = np.full(columns, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self.highs.changeColsIntegrality(columns, indices, kind)

    def _add_rows(self, program: Program, *, whole: bool) -> None:
        cells: dict[str, dict[int, float]] = {row.code: {} for row in program.rows}
        scale = {row.code: factor for row, factor in zip(program.rows, self.scales, strict=True)}
        for (start, _), group in zip(self.spans, program.groups, strict=True):
            for i, option in enumerate(group.options, start):
                for code, amount in option.uses.items():
                    cells[code][i] = amount / scale[code]
        for row in program.rows:
            room = max(_ROOM / scale[row.code], _LEAST_ROOM) if whole else 0.0
            self._add_row(cells[row.code], at_most=row.limit / scale[row.code] + room)

    def _add_row(
        self, cells: Mapping[int, float], *, at_most: float, at_least: float = -highspy.kHighsInf
    ) -> None:
        columns = np.fromiter(cells, dtype=np.int32)
        values = np.array(list(cells.values()), dtype=np.float64)
        self.highs.addRow(at_least, at_most, len(cells), columns, values)

    def run(self, **options: float) -> highspy.HighsModelStatus:
        """Solve on one thread with a fixed seed; limits count nodes, never seconds."""
        for name, value in {"threads": 1, "random_seed": 0, **options}.items():
            self.highs.setOptionValue(name, value)
        self.highs.run()
        return self.highs.getModelStatus()


def _search(
    program: Program, *, node_limit: int, forbidden: Sequence[Chosen], target: int | None
) -> Solution | None:
    model = _Model(program, whole=True, forbidden=forbidden)
    # Worth is whole: a bound less than 1 above a choice proves it best, so 0.5 is a gap of zero.
    gap = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.5}
    # No choice is worth more than the best one already known: one as good ends the search.
    stop = {} if target is None else {"objective_target": float(target)}
    status = model.run(mip_max_nodes=node_limit, **gap, **stop)
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    outcome = model.highs.getInfo()
    if outcome.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise Unavailable(
            "allocate.node_limit", f"在{node_limit}个节点内没有找到可行的分配方案，请提高节点上限"
        )
    values = model.highs.getSolution().col_value
    chosen = tuple(max(range(start, stop), key=lambda i: values[i]) - start for start, stop in model.spans)
    worth = worth_of(program, chosen)
    bound = math.floor(outcome.mip_dual_bound + 1e-9 * abs(outcome.mip_dual_bound) + 1e-6)
    if target is not None:
        bound = min(bound, target)
    return Solution(chosen, worth, max(bound, worth), int(outcome.mip_node_count))


def _scale(program: Program, row: Row) -> float:
    """Divide by the greatest common divisor (exact), then, if still large, below ``_LARGEST``."""
    amounts = [
        option.uses[row.code]
        for group in program.groups
        for option in group.options
        if row.code in option.uses
    ]
    divisor = math.gcd(*amounts, row.limit) or 1
    return divisor * max(1.0, abs(row.limit) / divisor / _LARGEST)


def _by_code(program: Program, chosen: Chosen, forbidden: Sequence[Chosen]) -> Chosen:
    """Among groups that differ only in their code, give the better options to the smaller codes."""
    alike: dict[tuple[tuple[int, tuple[tuple[str, int], ...]], ...], list[int]] = {}
    for at, group in enumerate(program.groups):
        key = tuple((option.worth, tuple(sorted(option.uses.items()))) for option in group.options)
        alike.setdefault(key, []).append(at)
    ordered = list(chosen)
    for places in alike.values():
        options = program.groups[places[0]].options
        best_first = sorted((chosen[at] for at in places), key=lambda i: (-options[i].worth, i))
        for at, i in zip(places, best_first, strict=True):
            ordered[at] = i
    return chosen if tuple(ordered) in forbidden else tuple(ordered)


def _best_option(group: Group) -> int:
    return max(range(len(group.options)), key=lambda i: (group.options[i].worth, -i))


def _without_worth(program: Program, rows: Sequence[Row]) -> Program:
    codes = {row.code for row in rows}
    groups = tuple(
        Group(
            group.code,
            tuple(
                Option(o.code, 0, {code: amount for code, amount in o.uses.items() if code in codes})
                for o in group.options
            ),
        )
        for group in program.groups
    )
    return Program(groups, tuple(rows))


def _decimal(value: float) -> Decimal:
    return Decimal(value).quantize(_PRICE_DIGITS, ROUND_HALF_UP) + 0  # + 0: no negative zero
