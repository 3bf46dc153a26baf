"""Quantile regression, solved exactly, and the quantile baseline with its bootstrap interval.

The optimum is a linear programme (Koenker and Bassett 1978) and is solved as one, with the
duality gap as certificate; iterated least squares (statsmodels ``QuantReg``) reaches four to six
digits only. Takes pandas and an explicit random generator, never a panel.
"""

from collections.abc import Collection
from dataclasses import dataclass

import highspy
import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular

from budgetperf.costing.design import Array, Floats, Prediction, array, log_cost, orthogonal_basis, regressors
from budgetperf.costing.errors import NotConverged, TooFewRows

GAP = 1e-7  # accepted relative duality gap
LEAST_LOSS = 1e-3  # of responses scaled to one: below it the gap is measured against this


@dataclass(frozen=True, slots=True, eq=False)
class QuantileResult:
    """A conditional quantile.

    Parameters
    ----------
    estimates : Series (k,)
    tau : float
    check_loss : float
        Sum of tau r+ + (1 - tau) r- at the optimum.
    gap : float
        Relative duality gap: the proof that no other estimate does better.
    pseudo_r2 : float
        1 - check_loss / check_loss of the unconditional quantile (Koenker and Machado 1999).
    n : int
    fitted, residuals : Series (n,)
    """

    estimates: Floats
    tau: float
    check_loss: float
    gap: float
    pseudo_r2: float
    n: int
    fitted: Floats
    residuals: Floats


class _QuantileProgram:
    """The dual programme of one design, re-solved with new row weights from the last basis.

    ``max y'd  s.t.  Q'd = 0,  w (tau - 1) <= d <= w tau``; the estimates are the multipliers of
    the k equalities. Weights only move bounds, so a bootstrap draw is a few simplex steps.
    """

    def __init__(self, y: Array, q: Array, tau: float) -> None:
        self.n, self.k = q.shape
        self.scale = float(np.abs(y - np.median(y)).max()) or 1.0
        self.y, self.q, self.tau = y / self.scale, q * np.sqrt(self.n), tau
        self.columns = np.arange(self.n, dtype=np.int32)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.n, self.k
        lp.col_cost_ = -self.y
        lp.col_lower_, lp.col_upper_ = np.full(self.n, tau - 1), np.full(self.n, tau)
        lp.row_lower_ = lp.row_upper_ = np.zeros(self.k)
        lp.a_matrix_.start_ = np.arange(self.n + 1, dtype=np.int32) * self.k
        lp.a_matrix_.index_ = np.tile(np.arange(self.k, dtype=np.int32), self.n)
        lp.a_matrix_.value_ = self.q.ravel()
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.passModel(lp)

    def solve(self, weights: Array) -> tuple[Array, float]:
        """Return the multipliers (k,) in the basis ``q`` given, and the relative gap."""
        self.solver.changeColsBounds(self.n, self.columns, weights * (self.tau - 1), weights * self.tau)
        self.solver.run()
        status = self.solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NotConverged("分位数回归", f"求解器返回{self.solver.modelStatusToString(status)}")
        solution = self.solver.getSolution()
        dual = np.asarray(solution.col_value)
        estimates = -np.asarray(solution.row_dual)
        loss = float(weights @ check(self.y - self.q @ estimates, self.tau))
        gap = abs(loss - float(self.y @ dual)) / max(loss, LEAST_LOSS)
        if gap > GAP:
            raise NotConverged("分位数回归", f"对偶间隙{gap:.2g}大于{GAP}")
        return estimates * np.sqrt(self.n) * self.scale, gap


def check(residuals: Array, tau: float) -> Array:
    """Return the check function of each residual: tau r above zero, (tau - 1) r below."""
    return np.where(residuals >= 0, tau * residuals, (tau - 1) * residuals)


def fit_quantile(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    tau: float,
) -> QuantileResult:
    """Fit the ``tau`` quantile of ``y`` given ``X``, exactly; ``X`` brings its own constant.

    Parameters
    ----------
    y : Series (n,)
    X : DataFrame (n, k)
    tau : float
        Strictly between 0 and 1.

    Raises
    ------
    TooFewRows, Collinear
        See ``design.orthogonal_basis``.
    NotConverged
        If the solver stops without an optimum certified by its duality gap.

    Notes
    -----
    Where the optimum is not unique (tau n an integer, repeated rows) one optimal vertex is
    returned; the loss is the same for all.
    """
    if not 0 < tau < 1:
        raise ValueError(f"分位点须在0和1之间，现为{tau}")
    basis = orthogonal_basis(X)
    values = array(y)
    multipliers, gap = _QuantileProgram(values, basis.q, tau).solve(np.ones(len(values)))
    estimates = pd.Series(solve_triangular(basis.r, multipliers), index=X.columns)
    residuals = y - X.to_numpy() @ estimates.to_numpy()
    loss = float(check(array(residuals), tau).sum())
    flat = float(check(values - np.quantile(values, tau, method="inverted_cdf"), tau).sum())
    return QuantileResult(
        estimates=estimates,
        tau=tau,
        check_loss=loss,
        gap=gap,
        pseudo_r2=1 - loss / flat if flat > 0 else 0.0,
        n=len(values),
        fitted=y - residuals,
        residuals=residuals,
    )


@dataclass(frozen=True, slots=True, eq=False)
class QuantileBaselineResult:
    """The ``tau`` quantile of cost given drivers, with bootstrap draws.

    Parameters
    ----------
    quantile : QuantileResult
        On log cost: exp of a quantile is the quantile of exp, no retransformation is needed.
    levels : tuple of str
    draws : DataFrame (n_draws, k)
        Estimates of each bootstrap sample.
    n_clusters : int
    """

    quantile: QuantileResult
    levels: tuple[str, ...]
    draws: pd.DataFrame
    n_clusters: int

    def predict(self, drivers: pd.DataFrame, *, level: float) -> Prediction:
        """Return the ``tau`` quantile of cost of new units, with its percentile interval.

        Notes
        -----
        The interval covers the *quantile*, not the cost of a single unit: it says how well the
        level of the tau-th unit is known. All draws and targets in one product.
        """
        z = regressors(drivers, levels=self.levels).to_numpy()
        point = np.exp(z @ self.quantile.estimates.to_numpy())
        tail = (1 - level) / 2
        low, high = np.quantile(np.exp(z @ self.draws.to_numpy().T), [tail, 1 - tail], axis=1)
        return Prediction(
            point=pd.Series(point, index=drivers.index),
            lower=pd.Series(np.minimum(low, point), index=drivers.index),
            upper=pd.Series(np.maximum(high, point), index=drivers.index),
            level=level,
        )


def fit_quantile_baseline(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    tau: float,
    groups: "pd.Series[str]",
    rng: np.random.Generator,
    n_draws: int = 400,
    levels: Collection[str] = (),
) -> QuantileBaselineResult:
    """Fit the quantile of log cost and bootstrap it by cluster.

    Parameters
    ----------
    y : Series (n,)
        Cost, positive.
    X : DataFrame (n, n_drivers)
        Drivers; no constant.
    tau : float
    groups : Series (n,)
        The dmu of each row: all rows of a dmu are drawn together.
    rng : numpy Generator
        The only source of chance.
    n_draws : int
    levels : collection of str
        Drivers that enter without logarithm.

    Raises
    ------
    TooFewRows, Collinear, NotConverged
        See ``fit_quantile``; also if there are not more clusters than coefficients.

    References
    ----------
    Hagemann (2017), cluster-robust bootstrap inference in quantile regression models.
    """
    design, target = regressors(X, levels=levels), log_cost(y)
    quantile = fit_quantile(target, design, tau=tau)
    codes, names = pd.factorize(groups)
    k, n_clusters = design.shape[1], len(names)
    if n_clusters <= k:
        raise TooFewRows(f"{k}个系数的聚类自助法单位数不足", n=n_clusters, needed=k + 1)
    basis = orthogonal_basis(design)
    program = _QuantileProgram(array(target), basis.q, tau)
    counts = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=n_draws)
    draws = [program.solve(weights[codes].astype("float64"))[0] for weights in counts]
    return QuantileBaselineResult(
        quantile=quantile,
        levels=tuple(levels),
        draws=pd.DataFrame(solve_triangular(basis.r, np.array(draws).T).T, columns=design.columns),
        n_clusters=n_clusters,
    )
