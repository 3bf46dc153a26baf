"""What people look at of a cost baseline: the same figures for page, PDF and workbook, read from its decision package.

Takes the package apart and names what an older one lacks. Loads nothing heavy and fits nothing;
the words of findings stand in ``baseline_words``, the model card in ``model_card``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from budgetperf.costing.claimed_costs import SpecialFactor, claimed_in, given_back
from budgetperf.costing.cost_baseline import BaselineTarget, Curve, DmuBaseline, LeftOut, Standing
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.costing.records import restore
from budgetperf.findings import Finding
from budgetperf.money import ZERO, Money, MoneyUnit
from budgetperf.provenance import DecisionPackage, Json
from budgetperf.reports.amounts import OWN_YEAR, Prices, prices_of
from budgetperf.reports.baseline_words import Diagnosis, diagnose, without_row
from budgetperf.reports.model_card import CardRow, card_rows
from budgetperf.reports.models import MoneyStyle, money_style
from budgetperf.reports.scatter import Scatter, ScatterPoint, scatter_of

TREATED = "特殊情形，不参加测算"
CLAIMED = "含特殊因素"
"""What a row is marked with whose cost holds an admitted special factor."""
SCREENED = "costing.screened"
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class DmuSheet:
    """What one dmu gets to see of itself.

    Parameters
    ----------
    dmu, name : str
    own : tuple of ScatterPoint
        Its rows.
    standing : Standing or None
        None where it has no answer, or the package is of an older kind.
    baselines : tuple of DmuBaseline
        Of its projects in the budget year.
    factors : tuple of SpecialFactor
        Admitted for it: set aside before the methods ran, given back to it.
    """

    dmu: str
    name: str
    own: tuple[ScatterPoint, ...]
    standing: Standing | None
    baselines: tuple[DmuBaseline, ...]
    factors: tuple[SpecialFactor, ...] = ()


@dataclass(frozen=True)
class BaselineView:
    """A baseline as people look at it.

    Parameters
    ----------
    package : DecisionPackage
    digest : str
        Of the package as it is kept.
    panel : CostPanel
        As filed, in money of the years.
    based : CostPanel
        The same in prices of the base year; ``panel`` itself without an index.
    prices : PriceIndex or None
    standings : tuple of Standing
        Every dmu at its latest year, in the order of the codes; empty where the package lacks them.
    baselines : tuple of DmuBaseline
        Of the projects of the budget year.
    scatter : Scatter
    factors : tuple of SpecialFactor
        Claims admitted, of those the reader may know of.
    left_out : tuple of LeftOut
    unanswered : tuple of Finding
        Who has no answer, and why.
    diagnoses : tuple of Diagnosis
        Of the panel and the methods, the gravest first.
    card : tuple of CardRow
    lacks : tuple of str
        What an older package does not hold, in words.
    """

    package: DecisionPackage
    digest: str
    panel: CostPanel
    based: CostPanel
    prices: PriceIndex | None
    standings: tuple[Standing, ...]
    baselines: tuple[DmuBaseline, ...]
    scatter: Scatter
    factors: tuple[SpecialFactor, ...]
    left_out: tuple[LeftOut, ...]
    unanswered: tuple[Finding, ...]
    diagnoses: tuple[Diagnosis, ...]
    card: tuple[CardRow, ...]
    lacks: tuple[str, ...]

    @property
    def title(self) -> str:
        """``道路清扫保洁成本绩效基线``."""
        return f"{self.panel.spec.service}成本绩效基线"

    @property
    def address(self) -> str:
        """Start of the ids of its figures."""
        return f"baseline/{self.panel.spec.code}/{self.package.period}"

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name of each dmu, of its latest row."""
        rows = sorted(self.panel.rows, key=lambda row: row.year)
        return {row.dmu: row.name for row in rows}

    @cached_property
    def methods(self) -> Mapping[str, str]:
        """Label of each method by its name, in the order of the edition."""
        found: dict[str, str] = {}
        for baseline in self._baselines():
            found |= {one.name: one.label for one in baseline.estimates if one.name not in found}
        return found

    @cached_property
    def money(self) -> MoneyStyle:
        """How the amounts of the baselines are written: 万元, none rounded."""
        ends = (m for one in self._baselines() for m in (one.point, one.lower, one.upper))
        own = (m for one in self.standings for m in (one.cost, one.payable or ZERO))
        return money_style(MoneyUnit.WAN, (*ends, *own))

    @cached_property
    def base_money(self) -> MoneyStyle:
        """How amounts in base-year prices are written: 万元, none rounded."""
        peers = (peer.cost for one in self._baselines() for peer in one.peers)
        return money_style(MoneyUnit.WAN, (*(row.cost for row in self.based.rows), *peers))

    @property
    def price_note(self) -> str:
        """The unit and the prices of the amounts of standings and baselines."""
        return f"金额单位：万元；{self.price_basis}"

    @property
    def price_basis(self) -> Prices:
        """The prices of the amounts of standings and baselines."""
        return OWN_YEAR if self.prices is not None else prices_of(self.panel)

    @cached_property
    def _latest(self) -> Mapping[str, DmuBaseline]:
        return {one.dmu: one.baseline for one in self.standings}

    def special_factor(self, one: DmuBaseline) -> Money:
        """Return what of a baseline was given back of admitted claims, in its own year's prices as it was added."""
        if self._latest.get(one.dmu) == one:
            return claimed_in(self.factors, one.dmu, one.year)
        return given_back(self.factors, one.dmu, one.year, prices=self.prices)

    def sheet(self, dmu: str) -> DmuSheet | None:
        """Return one dmu's own sheet; None for a dmu that is not in the baseline."""
        standing = next((one for one in self.standings if one.dmu == dmu), None)
        own = tuple(point for point in self.scatter.points if point.dmu == dmu)
        baselines = tuple(one for one in self.baselines if one.dmu == dmu)
        if not (standing or own or baselines):
            return None
        factors = tuple(one for one in self.factors if one.dmu == dmu)
        return DmuSheet(dmu, self.names.get(dmu, dmu), own, standing, baselines, factors)

    def _baselines(self) -> Iterator[DmuBaseline]:
        yield from (one.baseline for one in self.standings)
        yield from self.baselines


def baseline_view(
    package: DecisionPackage, *, digest: str = "", source: str = "", part: bool = False
) -> BaselineView:
    """Return what people look at of a baseline's package.

    Parameters
    ----------
    package : DecisionPackage
        Of ``costing.baseline/1`` or later.
    digest : str
        As kept, where ``package`` is only a part of it; its own by default.
    source : str
        The edition's main document, as printed; left out when empty.
    part : bool
        The package is cut to what one unit may see: nothing is said of the panel as a whole.

    Raises
    ------
    pydantic.ValidationError
        If the package is none of a baseline.
    """
    facts, result = _mapping(package.facts), _mapping(package.result)
    panel = restore(CostPanel, facts["panel"])
    prices = restore(PriceIndex, facts["prices"]) if facts.get("prices") else None
    based = at_base_prices(panel, prices) if prices else panel
    factors = restore(tuple[SpecialFactor, ...], facts.get("factors", []))
    tau = Decimal(str(_mapping(facts["spec"]).get("tau", "0.5")))
    answers = restore(_Answers, {key: result[key] for key in _ANSWERS if key in result})
    card = _mapping(result["card"])
    told = answers.left_out if "left_out" in result else _left_out(panel, card)
    left_out = tuple(replace(one, why=without_row(one.why, one.dmu, one.year)) for one in told)
    return BaselineView(
        package=package,
        digest=digest or package.digest,
        panel=panel,
        based=based,
        prices=prices,
        standings=answers.standings,
        baselines=answers.baselines,
        scatter=scatter_of(based, answers.curves, left_out, factors, tau=tau),
        factors=factors,
        left_out=left_out,
        unanswered=answers.unanswered,
        diagnoses=_diagnoses(panel, card, answers.findings, part=part),
        card=card_rows(package, panel, card, prices=prices, digest=digest or package.digest, source=source),
        lacks=tuple(_lacking(package, result)),
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    baselines: tuple[DmuBaseline, ...]
    standings: tuple[Standing, ...] = ()
    curves: tuple[Curve, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unanswered: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()


_ANSWERS = tuple(field.name for field in fields(_Answers))


def targets_of(package: DecisionPackage) -> tuple[BaselineTarget, ...]:
    """Return what the baselines of the budget year were asked for."""
    found = _mapping(package.facts)["targets"]
    assert isinstance(found, list | tuple)
    return tuple(restore(BaselineTarget, one) for one in found)


def place_of(standing: Standing) -> str:
    """Say where a dmu's cost lies against the band.

    Examples
    --------
    One of ``高于上限``, ``区间之内``, ``低于下限``.
    """
    if standing.gap_lower > ZERO:
        return "高于上限"
    return "低于下限" if standing.gap_upper < ZERO else "区间之内"


def gap_ratio(standing: Standing) -> Decimal | None:
    """Return the gap over the baseline, in per cent with one decimal; None of a baseline of nothing."""
    point = standing.baseline.point
    if not point:
        return None
    return (Decimal(100 * standing.gap.fen) / point.fen).quantize(_TENTH, ROUND_HALF_UP) + 0


def wan(amount: Money) -> str:
    """Write an amount in 万元, exactly, with two decimals at least.

    Examples
    --------
    >>> wan(Money(123_450_000)), wan(Money(1_234_500))
    ('123.45', '1.2345')
    """
    return money_style(MoneyUnit.WAN, (amount,)).write(amount)


def _mapping(value: Json) -> Mapping[str, Json]:
    assert isinstance(value, Mapping)
    return value


def _left_out(panel: CostPanel, card: Mapping[str, Json]) -> Iterator[LeftOut]:
    """Yield what an older package tells of rows left out: the sentences of its card, the rows' own marks."""
    told = card.get("screened", ())
    assert isinstance(told, list | tuple)
    for sentence in map(str, told):
        row = next((one for one in panel.rows if sentence.startswith(f"{one.dmu}{one.year}年")), None)
        yield LeftOut(row.dmu, row.year, sentence) if row else LeftOut("", 0, sentence)
    yield from (LeftOut(row.dmu, row.year, TREATED) for row in panel.rows if row.treatment)


def _diagnoses(
    panel: CostPanel, card: Mapping[str, Json], found: tuple[Finding, ...], *, part: bool
) -> tuple[Diagnosis, ...]:
    """Return what was found, a line for each code; of an older package the codes, with the sentences of the panel."""
    codes = card.get("findings", ())
    assert isinstance(codes, list | tuple)
    told: dict[str, list[Finding]] = {str(code): [] for code in codes}
    for finding in found or (() if part else panel.check()):
        if finding.code != SCREENED:  # told row by row in the list of what was left out
            told.setdefault(finding.code, []).append(finding)
    return tuple(
        sorted(
            (diagnose(code, tuple(ones)) for code, ones in told.items()), key=lambda one: -one.severity.rank
        )
    )


def _lacking(package: DecisionPackage, result: Mapping[str, Json]) -> Iterator[str]:
    missing = [
        word
        for key, word in (("standings", "各单位差距"), ("curves", "各方法曲线"), ("left_out", "剔除清单"))
        if key not in result
    ]
    if missing:
        yield (
            f"本决策包按较早的版本（{package.method}）生成，没有记录{'、'.join(missing)}；"
            "其他数字照原样列示。重新测算即可得到"
        )
