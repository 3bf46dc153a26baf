"""A programme that floating point cannot prove, solved in fractions: columns of any magnitude.

The data are taken as the numbers they are; nothing is scaled and nothing rounded before the end.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from budgetperf.costing.design import Array
from budgetperf.costing.envelopment.program import INFEASIBLE, OPTIMAL, SCORE, Outcome, RadialProgram
from budgetperf.costing.ols import IntArray

Vector = list[Fraction]
MOST_PIVOTS = 500
ZERO, ONE = Fraction(0), Fraction(1)


def solve_exactly(program: RadialProgram, row: int) -> Outcome:
    """Solve one dmu: dual simplex from the program's own start, primal after it, by Bland's rule.

    Returns
    -------
    Outcome
        Of one dmu; not solved where there is no start, or after ``MOST_PIVOTS``.
    """
    r, k = program.columns.shape
    allowed = np.arange(k)
    forbidden = program.problem.forbidden(np.array([row]), allowed)
    if forbidden is not None:
        allowed = allowed[~forbidden[0]]
    basis, _, known = program.start(np.array([row]), allowed)
    result = Outcome.empty(1, r)
    if not known[0]:
        return result
    made = _Exact(program, row, allowed, [int(code) for code in basis[0]])
    status = made.run()
    if status == OPTIMAL:
        made.write(result)
    result.status[:] = status
    return result


@dataclass(slots=True)
class _Exact:
    """The columns in fractions, and the basis they stand at."""

    program: RadialProgram
    row: int
    allowed: IntArray
    basis: list[int]

    def run(self) -> int:
        """Pivot until the basis is optimal; return the status."""
        columns = self._columns()
        rhs = [Fraction(value) for value in self.program.rhs[self.row].tolist()]
        for _ in range(MOST_PIVOTS):
            inverse = _inverse([columns[code] for code in self.basis])
            if inverse is None:
                break
            level = [_dot(line, rhs) for line in inverse]
            price = self._price(inverse)
            free = [code for code in columns if code not in self.basis]
            reduced = {code: self._cost(code) - _dot(price, columns[code]) for code in free}
            out = next((i for i, value in enumerate(level) if value < 0), None)
            if out is not None:
                slope = {code: _dot(inverse[out], columns[code]) for code in free}
                ratios = [(max(reduced[code], ZERO) / -slope[code], code) for code in free if slope[code] < 0]
                if not ratios:
                    return INFEASIBLE
                self.basis[out] = min(ratios)[1]
                continue
            entering = min((code for code in free if reduced[code] < 0), default=None)
            if entering is None:
                return OPTIMAL
            climb = [_dot(line, columns[entering]) for line in inverse]
            steps = [(level[i] / climb[i], self.basis[i], i) for i in range(len(climb)) if climb[i] > 0]
            if not steps:
                break
            self.basis[min(steps)[2]] = entering
        return int(Outcome.empty(1, 1).status[0])

    def write(self, result: Outcome) -> None:
        """Put score, basis, levels and prices of the final basis into a result."""
        program, k = self.program, self.program.columns.shape[1]
        columns = self._columns()
        inverse = _inverse([columns[code] for code in self.basis])
        assert inverse is not None
        rhs = [Fraction(value) for value in program.rhs[self.row].tolist()]
        level = [_dot(line, rhs) for line in inverse]
        shares = [
            float(value * Fraction(float(program.scale[self.row, code - k])) if code >= k else value)
            for code, value in zip(self.basis, level, strict=True)
        ]
        result.score[:] = float(level[self.basis.index(SCORE)]) if SCORE in self.basis else np.nan
        result.basis[0] = self.basis
        result.level[0] = shares
        result.prices[0] = [float(value) for value in self._price(inverse)]

    def _cost(self, code: int) -> Fraction:
        return Fraction(self.program.cost) if code == SCORE else ZERO

    def _price(self, inverse: list[Vector]) -> Vector:
        """Return the prices of the rows, c_B B^-1."""
        if SCORE not in self.basis:
            return [ZERO] * len(inverse)
        line = inverse[self.basis.index(SCORE)]
        return [Fraction(self.program.cost) * value for value in line]

    def _columns(self) -> dict[int, Vector]:
        """Return every column by its code: units, slacks, the score."""
        program, k = self.program, self.program.columns.shape[1]
        found = {int(code): _fractions(program.columns[:, code]) for code in self.allowed}
        for i, sign in enumerate(program.slack_sign.tolist()):
            if sign:
                found[k + i] = [Fraction(sign) if j == i else ZERO for j in range(len(program.slack_sign))]
        found[SCORE] = _fractions(program.direction[self.row])
        return found


def _fractions(values: Array) -> Vector:
    return [Fraction(value) for value in values.tolist()]


def _dot(one: Vector, other: Vector) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True) if a and b), ZERO)


def _inverse(columns: list[Vector]) -> list[Vector] | None:
    """Return the inverse of the matrix of these columns by Gauss and Jordan; None if it has none."""
    size = len(columns)
    table = [
        [column[i] for column in columns] + [ONE if i == j else ZERO for j in range(size)]
        for i in range(size)
    ]
    for i in range(size):
        pivot = next((p for p in range(i, size) if table[p][i]), None)
        if pivot is None:
            return None
        table[i], table[pivot] = table[pivot], table[i]
        head = table[i][i]
        table[i] = [value / head for value in table[i]]
        for p in range(size):
            if p != i and table[p][i]:
                factor = table[p][i]
                table[p] = [a - factor * b for a, b in zip(table[p], table[i], strict=True)]
    return [line[size:] for line in table]
