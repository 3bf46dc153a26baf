"""Intervals of best practice: of efficiencies under the stochastic frontier, of scores of an envelope, of conditions."""

from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.costing.conditions import correct_for_conditions, target_difference
from budgetperf.costing.design import CONST, log_cost
from budgetperf.costing.envelopment import fit_dea
from budgetperf.costing.envelopment.bootstrap import correct_bias
from budgetperf.costing.frontier import fit_sfa
from tests.simulations.claims import LEVEL, Claim, Count, Design, inside

TWO_SIDED = (1 + LEVEL) / 2
DRAWS, MEASURED = 100, 10
EFFECT = 0.3


def _sample(rng: np.random.Generator, n: int, waste: float, noise: float) -> tuple[np.ndarray, ...]:
    x, u = rng.uniform(1, 4, n), np.abs(rng.normal(0, waste, n))
    return x, u, 3 + 1.15 * x + u + rng.normal(0, noise, n) if noise else 3 + 1.15 * x + u


def efficiency(rng: np.random.Generator, n: int, *, waste: float, noise: float) -> Count:
    """The efficiency of every dmu of the sample."""
    x, u, y = _sample(rng, n, waste, noise)
    design = pd.DataFrame({CONST: 1.0, "x": x})
    table = fit_sfa(pd.Series(y), design, kind="cost", level=LEVEL).efficiency
    return inside(np.exp(-u), table["lower"], table["upper"])


def coefficient(rng: np.random.Generator, n: int, *, name: str, truth: float, waste: float) -> Count:
    """A coefficient of the frontier, by its standard error and the normal distribution."""
    x, _, y = _sample(rng, n, waste, 0.1)
    fit = fit_sfa(pd.Series(y), pd.DataFrame({CONST: 1.0, "x": x}), kind="cost")
    at = ("frontier", name)
    half = float(stats.norm.ppf(TWO_SIDED)) * fit.std_errors.loc[at]
    return inside(truth, fit.params.loc[at] - half, fit.params.loc[at] + half)


def score(rng: np.random.Generator, n: int, *, returns: str, noise: float) -> Count:
    """The efficiency of dmus of the sample, by the smoothed bootstrap; the true technology has these returns."""
    done, u = rng.uniform(1, 10, n), np.abs(rng.normal(0, 0.3, n))
    cost = 5 * done ** (1.0 if returns == "crs" else 1.3) * np.exp(u + rng.normal(0, 1, n) * noise)
    names = [f"D{i}" for i in range(n)]
    frames = pd.DataFrame({"cost": cost}, index=names), pd.DataFrame({"done": done}, index=names)
    some = names[:MEASURED]
    found = correct_bias(
        *frames, seed=1, returns=returns, draws=DRAWS, level=LEVEL,
        targets=(frames[0].loc[some], frames[1].loc[some]),
    )  # fmt: skip
    return inside(np.exp(-u[:MEASURED]), found.lower, found.upper)


def condition(rng: np.random.Generator, n: int) -> Count:
    """What a harsher condition takes from the log score, by the second stage's regression."""
    names = [f"D{i}" for i in range(n)]
    done, harsh = rng.uniform(1, 10, n), pd.DataFrame({"z": rng.uniform(0, 1, n)}, index=names)
    lost = np.abs(rng.normal(0, 0.2, n)) + EFFECT * harsh["z"].to_numpy()
    cost = pd.DataFrame({"cost": 5 * done * np.exp(lost)}, index=names)
    made = pd.DataFrame({"done": done}, index=names)
    fit = fit_dea(cost, made, returns="crs")
    corrected = correct_bias(cost, made, seed=1, returns="crs", draws=DRAWS).corrected
    apart = target_difference(harsh, fit.peers, cost["cost"])
    ols = correct_for_conditions(
        log_cost(fit.efficiency), apart, dependent=log_cost(corrected), fitted_on=apart, cap=0.4
    ).ols
    half = float(stats.t.ppf(TWO_SIDED, ols.df)) * ols.std_errors["z"]
    return inside(-EFFECT, ols.estimates["z"] - half, ols.estimates["z"] + half)


CLAIMS = (
    Claim(
        "sfa_efficiency", "随机前沿：效率", "本单位的效率exp(-u)",
        ("costing.frontier.fit.fit_sfa", "costing.frontier.efficiency.efficiency_table"),
        (
            Design("large", "无效率大于噪声（0.4，0.1）", partial(efficiency, waste=0.4, noise=0.1), replicates=60),
            Design("equal", "无效率与噪声相当（0.2，0.1）", partial(efficiency, waste=0.2, noise=0.1), replicates=60),
            Design("small", "无效率小（0.1，0.1）", partial(efficiency, waste=0.1, noise=0.1), replicates=60),
        ),
    ),
    Claim(
        "sfa_slope", "随机前沿：系数（估计±1.645倍标准误）", "前沿的弹性",
        ("costing.frontier.fit.fit_sfa",),
        (
            Design("large", "无效率大（0.4，0.1）", partial(coefficient, name="x", truth=1.15, waste=0.4), replicates=60),
        ),
    ),
    Claim(
        "sfa_constant", "随机前沿：常数项（估计±1.645倍标准误）", "前沿的水平",
        ("costing.frontier.fit.fit_sfa",),
        (
            Design("large", "无效率大（0.4，0.1）", partial(coefficient, name=CONST, truth=3.0, waste=0.4), replicates=60),
            Design("small", "无效率小（0.1，0.1）", partial(coefficient, name=CONST, truth=3.0, waste=0.1), replicates=60),
        ),
    ),
    Claim(
        "dea_score", "数据包络：修正偏差的效率", "本单位的效率",
        ("costing.envelopment.bootstrap.correct_bias",),
        (
            Design("vrs", "规模报酬可变，无噪声", partial(score, returns="vrs", noise=0.0), sizes=(20, 50), replicates=40),
            Design("crs", "规模报酬不变，无噪声", partial(score, returns="crs", noise=0.0), sizes=(20, 50), replicates=40),
            Design("vrs_noisy", "规模报酬可变，有噪声（0.1）", partial(score, returns="vrs", noise=0.1), assumed=False, sizes=(50,), replicates=40),
        ),
    ),
    Claim(
        "conditions", "当地条件修正：第二阶段系数", "条件对效率的影响",
        ("costing.ols.fit_ols",),
        (Design("crs", "规模报酬不变，无噪声", condition, sizes=(20, 50), replicates=40),),
    ),
)  # fmt: skip
