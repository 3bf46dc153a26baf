"""The tables an indicator system is built from, and what comes out of it, without floats.

Plain frozen records in Decimal, ready for JSON, pages and files. Imports nothing heavy; nothing
is computed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from budgetperf.findings import Finding
from budgetperf.indicators import Direction
from budgetperf.statistics.errors import BadTable
from budgetperf.statistics.methods import Screen, WeightMethod

ONE_DIMENSION = "综合"


@dataclass(frozen=True, slots=True)
class IndicatorHead:
    """A candidate: its name, which way is better, its uom, and the dimension it belongs to."""

    name: str
    direction: Direction
    uom: str = ""
    dimension: str = ONE_DIMENSION


@dataclass(frozen=True, slots=True)
class ValueTable:
    """What each evaluand reached: ``rows[i][j]`` of evaluand i and indicator j."""

    indicators: tuple[IndicatorHead, ...]
    evaluands: tuple[str, ...]
    rows: tuple[tuple[Decimal, ...], ...]


@dataclass(frozen=True, slots=True)
class SurveyTable:
    """What each rater finds important: ``ratings[i][j]``, None where rater i did not judge j."""

    indicators: tuple[str, ...]
    raters: tuple[str, ...]
    ratings: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class PairTable:
    """Judgements in pairs, row against column, exact as they were written (1/3 stays 1/3)."""

    indicators: tuple[str, ...]
    judgements: tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class IndexTables:
    """All tables of one build."""

    survey: SurveyTable
    measured: ValueTable
    pairs: PairTable | None = None


def demand_same(tables: IndexTables) -> None:
    """Refuse tables that do not speak of the same candidates.

    Raises
    ------
    BadTable
    """
    names = [head.name for head in tables.measured.indicators]
    for what, others in (("重要性问卷", tables.survey), ("两两比较表", tables.pairs)):
        if others is not None and (odd := sorted(set(names) ^ set(others.indicators))):
            raise BadTable(f"{what}与指标数据表的指标不一致，请统一名称", places=odd)


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """What the raters make of one candidate; None where nobody (or one alone) judged."""

    indicator: str
    n: int
    mean: Decimal | None
    important_ratio: Decimal | None
    variation: Decimal | None
    degree: Decimal


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry drawn for a second look at the sheet it came from."""

    rater: str
    indicator: str
    rating: int


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two candidates above the bound of correlation."""

    first: str
    second: str
    r: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A candidate that went, at which step, and why."""

    indicator: str
    screen: Screen
    reason: str


@dataclass(frozen=True, slots=True)
class LoadingLine:
    """The rotated loadings of one indicator by factor, and its communality."""

    indicator: str
    loadings: tuple[Decimal, ...]
    communality: Decimal
    msa: Decimal


@dataclass(frozen=True, slots=True)
class FactorLines:
    """What the factor analysis found; ``shares`` are those of all variance, by rotated factor."""

    kmo: Decimal
    chi_square: Decimal
    df: int
    p_value: Decimal
    eigenvalues: tuple[Decimal, ...]
    shares: tuple[Decimal, ...]
    lines: tuple[LoadingLine, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """How consistent the judgements in pairs are."""

    lambda_max: Decimal
    consistency_index: Decimal
    random_index: Decimal
    consistency_ratio: Decimal


@dataclass(frozen=True, slots=True)
class WeightLine:
    """The weights of one indicator side by side; each method's weights sum to 1."""

    indicator: IndicatorHead
    variation: Decimal | None
    weights: Mapping[WeightMethod, Decimal]


@dataclass(frozen=True, slots=True)
class Standing:
    """Score and rank of an evaluand under one method; equal scores share the better rank."""

    score: Decimal
    rank: int


@dataclass(frozen=True, slots=True)
class EvaluandLine:
    """An evaluand under every method."""

    evaluand: str
    standings: Mapping[WeightMethod, Standing]


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """How far two methods rank alike; None where one of them ranks everybody the same."""

    first: WeightMethod
    second: WeightMethod
    kendall: Decimal | None
    spearman: Decimal | None


@dataclass(frozen=True, slots=True)
class IndexOutcome:
    """Everything a build found.

    Parameters
    ----------
    n_raters, n_evaluands : int
    survey : tuple of SurveyLine
        All candidates, in the order of the table.
    spot_check : tuple of CheckedEntry
    pairs : tuple of PairLine
    dropped : tuple of DroppedLine
    weights : tuple of WeightLine
        The indicators that stay.
    factor : FactorLines or None
    consistency : Consistency or None
    methods : tuple of WeightMethod
        Those that could be computed, in their fixed order.
    evaluands : tuple of EvaluandLine
        In the order of the table.
    agreement : tuple of AgreementLine
    findings : tuple of Finding
    """

    n_raters: int
    n_evaluands: int
    survey: tuple[SurveyLine, ...]
    spot_check: tuple[CheckedEntry, ...]
    pairs: tuple[PairLine, ...]
    dropped: tuple[DroppedLine, ...]
    weights: tuple[WeightLine, ...]
    factor: FactorLines | None
    consistency: Consistency | None
    methods: tuple[WeightMethod, ...]
    evaluands: tuple[EvaluandLine, ...]
    agreement: tuple[AgreementLine, ...]
    findings: tuple[Finding, ...] = field(default=())
