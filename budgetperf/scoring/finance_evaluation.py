"""Finance evaluation (财政评价): the frame 决策 / 过程 / 产出 / 效益 of 财预〔2020〕10号 annex 2.

Holds the rules; the sheet is ``score(rules.scheme, facts)``. Its execution rate is paid / money
received, unlike that of self-evaluation.
"""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.scoring.rules import Share, SourcedRule
from budgetperf.scoring.scheme import Scheme


class ResultShare(SourcedRule):
    """The named dimensions (output and benefit) must hold at least this share of the total."""

    dimensions: tuple[str, ...]
    at_least: Share


class FinanceEvaluationRules(SourcedRule):
    """The scheme of one edition and the least weight of results."""

    result_share: ResultShare
    scheme: Scheme

    @model_validator(mode="after")
    def _results_weigh_enough(self) -> Self:
        weights = {dimension.key: dimension.weight for dimension in self.scheme.dimensions}
        if unknown := [key for key in self.result_share.dimensions if key not in weights]:
            raise ValueError(f"result_share 所列维度不在方案中：{'、'.join(unknown)}")
        results = sum((weights[key] for key in self.result_share.dimensions), Decimal(0))
        if results < self.result_share.at_least * self.scheme.total:
            raise ValueError(f"产出与效益权重合计{results}，低于总分的{self.result_share.at_least * 100}%")
        return self
