"""Ex-ante evaluation (事前绩效评估): the five tests, the panel's means and the conclusion they suggest.

Holds the rules and the arithmetic. The conclusion itself is taken by people; composition,
conflicts and blindness of the panel are checked by ``lifecycle/exante`` with these figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from budgetperf.money import Money
from budgetperf.scoring.facts import Rated
from budgetperf.scoring.raters import PanelMeans, panel_means
from budgetperf.scoring.rules import Exact, Rule, Share, SourcedRule
from budgetperf.scoring.scheme import Criterion, Scheme
from budgetperf.scoring.score import ScoreSheet, score
from budgetperf.terms import Term


class Specialism(Term):
    """What an expert stands for on a panel."""

    BUSINESS = "business", "业务"
    MANAGEMENT = "management", "管理"
    FINANCE = "finance", "财务"


class ExanteConclusion(Term):
    """评估结论, best first."""

    SUPPORT = "support", "支持"
    PARTIAL = "partial", "部分支持"
    REJECT = "reject", "不支持"


class Threshold(SourcedRule):
    """From which request on a project is evaluated ex ante."""

    amount_fen: int = Field(ge=0)

    @property
    def amount(self) -> Money:
        """The amount; a request of exactly this much is evaluated."""
        return Money(self.amount_fen)


class PanelRule(SourcedRule):
    """How a panel is composed and counted.

    Parameters
    ----------
    size : int
        Experts needed; ``odd`` demands an odd number when more sit.
    specialisms : tuple of Specialism
        Each must be there at least once.
    drop_extremes : bool
        Whether the highest and the lowest value are dropped before the mean.
    """

    size: int = Field(ge=1)
    odd: bool
    specialisms: tuple[Specialism, ...]
    drop_extremes: bool


class CommentRule(SourcedRule):
    """A comment is compulsory for a criterion rated below this share of its points."""

    below: Share


class ConclusionCut(Rule):
    """A conclusion and the lowest mean total that suggests it (included).

    Parameters
    ----------
    conclusion : ExanteConclusion
        What it lets through: the request whole, a part of it, nothing.
    at_least : Decimal
    code, label : str
        The name an edition has for it (调整完善后支持); empty where it uses the three words above.
    """

    conclusion: ExanteConclusion
    at_least: Exact
    code: str = ""
    label: str = ""


class ConclusionRule(SourcedRule):
    """Cut-offs on the panel's mean total, best first, the last at 0.

    The conclusions are the three of ``ExanteConclusion``, or a set the edition names itself.
    """

    cut_offs: tuple[ConclusionCut, ...]

    @model_validator(mode="after")
    def _descending(self) -> Self:
        found = [cut.conclusion for cut in self.cut_offs]
        if any(cut.code or cut.label for cut in self.cut_offs):
            self._demand_names(found)
        elif found != list(ExanteConclusion):
            raise ValueError("结论须依次为 support、partial、reject，各写一次")
        edges = [cut.at_least for cut in self.cut_offs]
        if any(low >= high for high, low in pairwise(edges)) or edges[-1] != 0:
            raise ValueError("结论分数线须从高到低严格递减，最后一档为0")
        return self

    def _demand_names(self, found: list[ExanteConclusion]) -> None:
        for names in ([cut.code for cut in self.cut_offs], [cut.label for cut in self.cut_offs]):
            if not all(names) or len(set(names)) != len(names):
                raise ValueError("自定结论须逐档写明 code 和 label，不得重复")
        order = list(ExanteConclusion)
        ends = (found[0], found[-1]) == (ExanteConclusion.SUPPORT, ExanteConclusion.REJECT)
        if not ends or found != sorted(found, key=order.index):
            raise ValueError(
                "自定结论的 conclusion 须从 support 到 reject 排列，首档为 support，末档为 reject"
            )


class ExanteRules(SourcedRule):
    """Everything an edition says on the ex-ante evaluation of projects, or of policies."""

    threshold: Threshold
    panel: PanelRule
    comment: CommentRule
    conclusion: ConclusionRule
    scheme: Scheme


@dataclass(frozen=True, slots=True)
class ExanteResult:
    """Means of the panel and the conclusion they suggest."""

    means: PanelMeans
    suggested: ExanteConclusion


@dataclass(frozen=True, slots=True)
class NamedExanteResult(ExanteResult):
    """The same under an edition with conclusions of its own.

    Parameters
    ----------
    code, label : str
        The suggested conclusion as the edition names it; ``suggested`` says what it lets through.
    """

    code: str
    label: str


def rater_sheet(points: Mapping[str, Decimal], rules: ExanteRules) -> ScoreSheet:
    """Return one expert's sheet.

    Raises
    ------
    Invalid
        ``scoring.facts`` or ``scoring.points_range`` if a criterion is missing, unknown or
        rated outside its points.
    """
    return score(rules.scheme, {key: Rated(value) for key, value in points.items()})


def exante(ratings: Sequence[Mapping[str, Decimal]], rules: ExanteRules) -> ExanteResult:
    """Return the panel's means and the suggested conclusion.

    Parameters
    ----------
    ratings : sequence of mapping of str to Decimal
        One per expert: points by criterion key.
    rules : ExanteRules

    Notes
    -----
    The cut-offs are held against the printed mean: half up to the places of the scheme.

    Raises
    ------
    Invalid
        As ``rater_sheet`` and ``panel_means``.
    """
    sheets = [rater_sheet(points, rules) for points in ratings]
    means = panel_means(sheets, places=rules.scheme.places, drop_extremes=rules.panel.drop_extremes)
    cut_offs = rules.conclusion.cut_offs
    cut = next(cut for cut in cut_offs if means.total.mean >= cut.at_least)
    if cut.code:
        return NamedExanteResult(means, cut.conclusion, cut.code, cut.label)
    return ExanteResult(means, cut.conclusion)


def uncommented(
    points: Mapping[str, Decimal], comments: Mapping[str, str], *, rules: ExanteRules
) -> tuple[Criterion, ...]:
    """Return the criteria whose low rating needs a comment and has none."""
    return tuple(
        criterion
        for criterion in rules.scheme.criteria()
        if criterion.key in points
        and points[criterion.key] < rules.comment.below * criterion.weight
        and not comments.get(criterion.key, "").strip()
    )
