"""The envelopment programme of one dmu in rational numbers: the judge where floats may fail."""

from fractions import Fraction


def exact_score(x, y, dmu, returns, orientation):
    """Return the score as the nearest float, by Bland's simplex; None where there is no solution."""
    rows, rhs = _programme(x, y, dmu, returns, orientation)
    width, n_rows = len(rows[0]), len(rows)
    table = [
        [*row, *(Fraction(i == j) for j in range(n_rows)), b]
        for i, (row, b) in enumerate(zip(rows, rhs, strict=True))
    ]
    basis = [width + i for i in range(n_rows)]
    _run(table, basis, [Fraction(0)] * width + [Fraction(1)] * n_rows, width, keep=False)
    if sum(row[-1] for row, column in zip(table, basis, strict=True) if column >= width):
        return None
    cost = [Fraction(1 if orientation == "input" else -1)] + [Fraction(0)] * (width + n_rows - 1)
    _run(table, basis, cost, width, keep=True)
    return float(sum(row[-1] for row, column in zip(table, basis, strict=True) if column == 0))


def _programme(x, y, dmu, returns, orientation):
    x, y = ([[Fraction(float(v)) for v in row] for row in table] for table in (x, y))
    m, s, shrink = len(x[0]), len(y[0]), orientation == "input"
    signs = [1] * m + [-1] * s + ([] if returns == "crs" else [{"vrs": 0, "drs": 1, "irs": -1}[returns]])
    rows, rhs = [], []
    for i, sign in enumerate(signs):
        table, at, moved = (x, i, shrink) if i < m else (y, i - m, not shrink)
        values = [Fraction(1)] * len(x) if i == m + s else [row[at] for row in table]
        own = Fraction(1) if i == m + s else table[dmu][at]
        score = -own if moved and i < m + s else Fraction(0)
        slack = [Fraction(sign) if j == i else Fraction(0) for j in range(len(signs))]
        rows.append([score, *values, *slack])
        rhs.append(Fraction(0) if moved and i < m + s else own)
    return rows, rhs


def _run(table, basis, cost, width, *, keep):
    """Pivot until no reduced cost is negative; ``keep`` holds artificial variables at zero."""
    while True:
        prices = [cost[column] for column in basis]
        enter = next(
            (j for j in range(width) if j not in basis and _reduced(table, prices, cost, j) < 0), None
        )
        if enter is None:
            return
        stuck = [i for i, row in enumerate(table) if keep and basis[i] >= width and row[enter]]
        ratios = [(row[-1] / row[enter], basis[i], i) for i, row in enumerate(table) if row[enter] > 0]
        leave = stuck[0] if stuck else min(ratios)[2]
        pivot = table[leave][enter]
        table[leave] = [v / pivot for v in table[leave]]
        for i, row in enumerate(table):
            if i != leave and row[enter]:
                table[i] = [a - row[enter] * b for a, b in zip(row, table[leave], strict=True)]
        basis[leave] = enter


def _reduced(table, prices, cost, column):
    return cost[column] - sum(price * row[column] for price, row in zip(prices, table, strict=True) if price)
