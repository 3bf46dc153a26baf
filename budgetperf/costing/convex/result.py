"""What a convex regression returns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.costing.convex.cuts import Certificate
from budgetperf.costing.convex.hull import tightest
from budgetperf.costing.convex.options import ConvexReturns, ErrorForm, SecondStage, Shape
from budgetperf.costing.design import Floats, array, checked, table
from budgetperf.findings import Finding


@dataclass(frozen=True, slots=True, eq=False)
class CnlsResult:
    """A convex regression with labels.

    Parameters
    ----------
    fitted, residuals : Series (n,)
        f(x) + (z - z0)'b and y less it (additive); f(x) exp((z - z0)'b) and ln y less its
        logarithm. Unique, and so is the objective.
    function : Series (n,)
        f(x): the fit where the contextual variables are at ``reference``.
    intercepts : Series (n,)
    slopes : DataFrame (n, k)
        A supporting plane of f at each row. Where rows leave it free the plane is not unique, and
        at the rim of the sample it may be steep: compare ``function``, not these.
    effects, reference : Series (m,)
        b of the contextual variables, and z0: their means, or zero for an additive function of
        constant returns, which cannot take up their level.
    objective : float
        Sum of squared residuals.
    certificate : Certificate
    findings : tuple of Finding
    drivers : DataFrame (n, k)
        As given.
    shape, returns, form
        The options.
    """

    fitted: Floats
    residuals: Floats
    function: Floats
    intercepts: Floats
    slopes: pd.DataFrame
    effects: Floats
    reference: Floats
    objective: float
    certificate: Certificate
    findings: tuple[Finding, ...]
    drivers: pd.DataFrame
    shape: Shape
    returns: ConvexReturns
    form: ErrorForm

    @property
    def corrected(self) -> Floats:
        """The fit moved to its best row: the frontier of corrected CNLS, without noise.

        Notes
        -----
        Kuosmanen and Johnson (2010): every residual is inefficiency; an outlier moves all.
        """
        return self.moved(float((self.shape.sign * self.residuals).max()))

    def moved(self, by: float) -> Floats:
        """Return the fit moved by ``by`` to the efficient side, in the unit of the residuals."""
        step = self.shape.sign * by
        return self.fitted + step if self.form is ErrorForm.ADDITIVE else self.fitted * np.exp(step)

    def predict(self, X: pd.DataFrame) -> Floats:  # noqa: N803  # the field's letter for a design
        """Return the tightest function of the shape through the fit, contextual variables at ``reference``.

        Parameters
        ----------
        X : DataFrame (n_targets, k)
            Drivers, found by name.

        Returns
        -------
        Series (n_targets,)
            In the unit of y. NaN where the sample says nothing: a production unit that uses less
            than every combination of rows, a cost unit that delivers more.

        Raises
        ------
        BadTable, ValueError
            As ``checked`` says: a column of the fit is missing, a value is not finite.
        """
        name = "预测的自变量"
        targets = array(checked(table(X, name, columns=self.drivers.columns), name, X.index))
        values = tightest(array(self.function), array(self.drivers), targets, self.shape, self.returns)
        return pd.Series(values, index=X.index, name="function")


@dataclass(frozen=True, slots=True, eq=False)
class StonedResult:
    """A convex regression whose residuals are split into noise and inefficiency.

    Parameters
    ----------
    regression : CnlsResult
    frontier : Series (n,)
        The fit moved to the efficient side by E(u): best practice at each row's drivers and
        contextual variables, in the unit of y. NaN, as all below, when residuals show none.
    efficiency : Series (n,)
        Multiplicative: exp(-E(u | e)). Additive: 1 - E(u | e) / frontier (production),
        frontier / (frontier + E(u | e)) (cost); NaN where the frontier is not positive.
    inefficiency : Series (n,)
        E(u | e), in the unit of the residuals.
    sigma_u, sigma_v, mean_inefficiency : float
        su, sv and E(u) = su sqrt(2 / pi), in the unit of the residuals.
    skewness : float
        Of the residuals, in the production direction; negative as it should be.
    findings : tuple of Finding
        Those of the regression too.
    method : SecondStage
    """

    regression: CnlsResult
    frontier: Floats
    efficiency: Floats
    inefficiency: Floats
    sigma_u: float
    sigma_v: float
    mean_inefficiency: float
    skewness: float
    findings: tuple[Finding, ...]
    method: SecondStage
