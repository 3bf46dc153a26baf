"""Stochastic frontiers: what the best practice would cost, and how far each unit is from it.

One call, ``fit_sfa``, for cross-section and panel; likelihoods, climb, efficiencies and findings
are in the other files. It takes pandas, and decides nothing about money.
"""

from dataclasses import replace
from functools import partial

import pandas as pd

from budgetperf.costing.conditioning import check_conditioning
from budgetperf.costing.coverage import demand_level
from budgetperf.costing.design import Floats, checked, labelled, orthogonal_basis, told_spans
from budgetperf.costing.errors import BadOption, NotConverged, TooFewRows
from budgetperf.costing.frontier.design import (
    LN_U,
    LN_V,
    MU,
    Sample,
    linear_part,
    scaling_part,
    standardise,
)
from budgetperf.costing.frontier.likelihood import (
    DensityFunction,
    exponential,
    half_normal,
    scaled_normal,
    truncated_normal,
)
from budgetperf.costing.frontier.model import CrossSection
from budgetperf.costing.frontier.optimum import Optimum, climb
from budgetperf.costing.frontier.panel import PanelModel, eta_part, periods
from budgetperf.costing.frontier.result import (
    FrontierKind,
    PanelPattern,
    Request,
    SfaResult,
    assembled,
)
from budgetperf.costing.words import Inefficiency

HIGHER = 0.01  # log likelihood by which a ridge is higher than a maximum


def fit_sfa(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    kind: FrontierKind | str = FrontierKind.PRODUCTION,
    distribution: Inefficiency | str = Inefficiency.HALF_NORMAL,
    inefficiency_mean: pd.DataFrame | None = None,
    inefficiency_variance: pd.DataFrame | None = None,
    inefficiency_scale: pd.DataFrame | None = None,
    panel: PanelPattern | str | None = None,
    level: float = 0.95,
) -> SfaResult:
    """Fit ``y = X b + v - u`` (production) or ``y = X b + v + u`` (cost) by maximum likelihood.

    Parameters
    ----------
    y : Series (n,)
        Output or cost, as a rule in logarithms: then exp(-u) is an efficiency.
    X : DataFrame (n, k)
        Regressors with the constant column brought by the caller.
    kind : {"production", "cost"}
    distribution : {"half_normal", "exponential", "truncated_normal"}
    inefficiency_mean : DataFrame (n, m), optional
        Covariates of mu (truncated normal); a constant is the caller's choice.
    inefficiency_variance : DataFrame (n, m), optional
        Covariates of ln su^2, with a constant.
    inefficiency_scale : DataFrame (n, m), optional
        Covariates z of the scaling property u = exp(z d) u0 (truncated normal); no constant.
    panel : {None, "invariant", "time_varying"}
        Battese and Coelli (1992); the index of ``y`` is then (dmu, period).
    level : float
        Coverage of the efficiency intervals, 0 to 1.

    Raises
    ------
    NoConstant
        If X, or the covariates of ln su^2, span no constant.
    TooFewRows, Collinear
        See ``design.orthogonal_basis``; also if there are not more rows than parameters.
    PerfectFit
        If least squares leaves no residual.
    NotConverged
        If the climb comes to no end: neither a maximum nor an edge, nor a plain (a finding each).
    BadTable, BadOption
        If a value is not finite (with its place), labels differ, or options contradict.

    Notes
    -----
    Densities: ``likelihood``; panel: ``panel``. Newton's method with analytic derivatives
    from starts by moments, on orthonormal columns. A wrong skewness, a variance that vanishes and
    a truncation point that runs away are findings; nothing is replaced to get past them.

    References
    ----------
    Aigner, Lovell and Schmidt (1977); Meeusen and van den Broeck (1977); Stevenson (1980);
    Battese and Coelli (1988, 1992); Caudill, Ford and Gropper (1995); Wang (2002); Wang and
    Schmidt (2002); Kumbhakar and Lovell (2000).
    """
    kind, distribution = FrontierKind(kind), Inefficiency(distribution)
    y = labelled(y, "因变量")
    covariates = {
        name: checked(frame, text, y.index)
        for name, frame, text in (
            ("mean", inefficiency_mean, "无效率均值的自变量"),
            ("variance", inefficiency_variance, "无效率方差的自变量"),
            ("scale", inefficiency_scale, "缩放变量"),
        )
        if frame is not None
    }
    pattern = None if panel is None else PanelPattern(panel)
    _check_options(distribution, covariates, pattern, level)
    response = checked(y.to_frame("y"), "因变量", y.index)["y"]
    sample = standardise(response, checked(X, "自变量", y.index), sign=kind.sign)
    model = _model(sample, distribution, covariates, pattern, y.index)
    needed = sum(part.size for part in model.parts) + 1
    if sample.n < needed:
        raise TooFewRows(f"{needed - 1}个参数的随机前沿数据行不足", n=sample.n, needed=needed)
    best, rival = _best(model)
    found = assembled(model, best, rival, Request(response, kind, distribution, level))
    told = check_conditioning(orthogonal_basis(X.astype("float64")).condition_number, pointer="/frontier")
    columns = {"因变量": response, **{str(name): X[name] for name in X}}
    told += told_spans(columns, typical=True)
    return replace(found, findings=found.findings + told)


def _check_options(
    distribution: Inefficiency, covariates: dict[str, pd.DataFrame], panel: PanelPattern | None, level: float
) -> None:
    demand_level(level)
    truncated = distribution is Inefficiency.TRUNCATED_NORMAL
    if not truncated and ("mean" in covariates or "scale" in covariates):
        raise BadOption(f"无效率均值与缩放变量只用于截断正态分布，现为{distribution.label}")
    if "scale" in covariates and len(covariates) > 1:
        raise BadOption("缩放模型的无效率均值与方差已由缩放变量决定，不能再给自变量")
    if panel is not None and covariates:
        raise BadOption("面板模型不支持无效率的自变量，请去掉，或按截面估计")
    if panel is not None and distribution is Inefficiency.EXPONENTIAL:
        raise BadOption("面板模型只有半正态与截断正态分布")


def _model(
    sample: Sample,
    distribution: Inefficiency,
    covariates: dict[str, pd.DataFrame],
    panel: PanelPattern | None,
    index: pd.Index,
) -> CrossSection | PanelModel:
    part = partial(linear_part, sample=sample)
    mean = [part(MU, covariates.get("mean"))] if distribution is Inefficiency.TRUNCATED_NORMAL else []
    variances = [part(LN_U, covariates.get("variance")), part(LN_V, None)]
    if panel is not None:
        time = [eta_part()] if panel is PanelPattern.TIME_VARYING else []
        return PanelModel(sample, (sample.part, *mean, *variances, *time), periods(index))
    if "scale" in covariates:
        scale = scaling_part(covariates["scale"], sample)
        return CrossSection(sample, (sample.part, *mean, variances[0], scale, variances[1]), scaled_normal)
    densities: dict[Inefficiency, DensityFunction] = {
        Inefficiency.HALF_NORMAL: half_normal,
        Inefficiency.EXPONENTIAL: exponential,
        Inefficiency.TRUNCATED_NORMAL: truncated_normal,
    }
    return CrossSection(sample, (sample.part, *mean, *variances), densities[distribution])


def _best(model: CrossSection | PanelModel) -> tuple[Optimum, Optimum | None]:
    """Climb from every start; return the highest maximum, and a ridge that is higher still.

    A maximum inside is the estimate even below a ridge: it is the root that a consistent start
    leads to, and what every published program prints. Without one the highest ridge is returned.
    """
    found, failed = [], None
    for start in model.starts():
        try:
            found.append(climb(model.surface, start, model.escaped))
        except NotConverged as error:
            failed = error
    if not found:
        assert failed is not None
        raise failed
    highest = max(found, key=lambda optimum: optimum.value)
    inside = [optimum for optimum in found if not optimum.ended]
    best = max(inside, key=lambda optimum: optimum.value) if inside else highest
    return best, highest if highest.value > best.value + HIGHER else None
