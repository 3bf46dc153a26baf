"""Intervals of agreement between raters: correlations, coefficients beyond chance, severities, trimmed means."""

from functools import partial

import numpy as np
import pandas as pd

from budgetperf.statistics.agreement import (
    cronbach_alpha,
    fit_severity,
    gwet_ac1,
    gwet_ac2,
    icc,
    stack_ratings,
    trimmed_mean,
)
from tests.simulations.claims import LEVEL, Claim, Count, Design, inside

RATERS, GRADES = 4, (1.0, 2.0, 3.0, 4.0)
OF_TARGET, OF_RATER, NOISE = 1.0, 0.25, 0.5  # variances of a score
# Kinds of target, how often each comes, and how raters grade it: (4, 4).
KINDS = np.array([0.4, 0.3, 0.2, 0.1])
GRADED = np.array(
    [[0.80, 0.15, 0.05, 0.00], [0.15, 0.70, 0.15, 0.00], [0.00, 0.15, 0.70, 0.15], [0.00, 0.05, 0.25, 0.70]]
)
STRICT = np.array([0.6, 0.2, -0.2, -0.6])


def scores(rng: np.random.Generator, n: int, *, by_rater: float) -> pd.DataFrame:
    """Scores of n targets by four raters, normal in every part."""
    target = rng.normal(0, OF_TARGET**0.5, (n, 1))
    rater = rng.normal(0, by_rater**0.5, (1, RATERS))
    return pd.DataFrame(target + rater + rng.normal(0, NOISE**0.5, (n, RATERS)))


def correlation(rng: np.random.Generator, n: int, *, form: str) -> Count:
    """A form of the intraclass correlation, under its own model."""
    by_rater = 0.0 if form.startswith("ICC(1") else OF_RATER
    row = icc(scores(rng, n, by_rater=by_rater), confidence=LEVEL).table.loc[form]
    noise = NOISE + (OF_RATER if form.startswith("ICC(2") else 0.0)
    return inside(
        OF_TARGET / (OF_TARGET + noise / (RATERS if form.endswith("k)") else 1)), row["low"], row["high"]
    )


def alpha(rng: np.random.Generator, n: int) -> Count:
    """Cronbach's alpha of parallel raters."""
    found = cronbach_alpha(scores(rng, n, by_rater=OF_RATER), confidence=LEVEL)
    return inside(OF_TARGET / (OF_TARGET + NOISE / RATERS), found.low, found.high)


def beyond_chance(rng: np.random.Generator, n: int, *, squared: bool) -> Count:
    """AC1 (or AC2 with quadratic weights) of a population of targets."""
    kind = rng.choice(len(KINDS), size=n, p=KINDS)
    given = np.array([rng.choice(GRADES, size=RATERS, p=GRADED[one]) for one in kind])
    table = pd.DataFrame(given)
    if squared:  # noqa: SIM108  # two calls read better
        found = gwet_ac2(table, categories=GRADES, confidence=LEVEL)
    else:
        found = gwet_ac1(table, categories=GRADES, confidence=LEVEL)
    return inside(true_coefficient(squared=squared), found.low, found.high)


def true_coefficient(*, squared: bool) -> float:
    """Return what Gwet's coefficient is of the whole population."""
    q = len(GRADES)
    apart = np.subtract.outer(GRADES, GRADES) / (GRADES[-1] - GRADES[0])
    weights = 1 - apart**2 if squared else np.eye(q)
    agreed = float((KINDS * np.einsum("tk,kl,tl->t", GRADED, weights, GRADED)).sum())
    shares = KINDS @ GRADED
    by_chance = float(weights.sum()) / (q * (q - 1)) * float((shares * (1 - shares)).sum())
    return (agreed - by_chance) / (1 - by_chance)


def middle(rng: np.random.Generator, n: int, *, heavy: bool) -> Count:
    """The trimmed mean of a symmetric column, a tenth left out at each end."""
    column = pd.Series(rng.standard_t(3, n) if heavy else rng.normal(0, 1, n))
    found = trimmed_mean(column, share=0.1, confidence=LEVEL)
    return inside(0.0, found.low, found.high)


def severity(rng: np.random.Generator, n: int) -> Count:
    """The severities of four raters who grade every target from 0 to 3."""
    able = rng.normal(0, 1, n)[:, None] - STRICT[None, :]
    steps = np.array([0.0, -1.0, 0.0, 1.0]).cumsum()
    odds = np.exp(np.arange(4) * able[:, :, None] - steps)
    share = (odds / odds.sum(axis=2, keepdims=True)).cumsum(axis=2)
    given = (rng.uniform(size=able.shape)[:, :, None] > share).sum(axis=2)
    table = pd.DataFrame(given, index=[f"T{i}" for i in range(n)], columns=list("abcd"))
    found = fit_severity(stack_ratings(table), confidence=LEVEL).severity
    return inside(STRICT, found["low"], found["high"])


FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")
CLAIMS = (
    Claim(
        "icc", "组内相关系数（六种）", "总体的组内相关系数", ("statistics.icc.icc",),
        tuple(Design(form, f"{form}，4位评委", partial(correlation, form=form), sizes=(20, 50)) for form in FORMS),
    ),
    Claim(
        "alpha", "克朗巴哈系数", "总体的信度", ("statistics.consistency.cronbach_alpha",),
        (Design("parallel", "4位平行的评委", alpha, sizes=(20, 50)),),
    ),
    Claim(
        "gwet", "Gwet系数", "总体的一致性系数", ("statistics.chance.gwet_ac1", "statistics.chance.gwet_ac2"),
        (
            Design("ac1", "AC1，4位评委4个等级", partial(beyond_chance, squared=False)),
            Design("ac2", "AC2（平方权重），4位评委4个等级", partial(beyond_chance, squared=True)),
        ),
    ),
    Claim(
        "trimmed", "截尾均值", "总体的截尾均值", ("statistics.trimmed.trimmed_mean",),
        (
            Design("normal", "正态", partial(middle, heavy=False)),
            Design("heavy", "厚尾（t分布，3个自由度）", partial(middle, heavy=True)),
        ),
    ),
    Claim(
        "severity", "多面模型：评委严厉度", "评委的严厉度", ("statistics.severity.fit_severity",),
        (Design("complete", "4位评委都评，4个等级", severity, sizes=(20, 50), replicates=40),),
    ),
)  # fmt: skip
