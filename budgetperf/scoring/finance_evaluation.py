"""Finance evaluation (财政评价): the frame 决策 / 过程 / 产出 / 效益 of 财预〔2020〕10号 annex 2.

Holds the rules and the joining of an evaluator's points with the ledger's money. Its execution
rate is paid / money *received*, unlike that of self-evaluation.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.ledger import Execution
from budgetperf.money import Money
from budgetperf.scoring.facts import Fact, Measured, MoneyRatio, NotApplicable, Rated
from budgetperf.scoring.rules import Share, SourcedRule
from budgetperf.scoring.scheme import Scheme
from budgetperf.terms import Term


class MoneyTotal(Term):
    """A total of the ledger that a ratio is made of."""

    ADJUSTED = "adjusted", "全年预算数（调整后）"
    RECEIVED = "received", "到位资金"
    PAID = "paid", "支出资金"

    def of(self, execution: Execution) -> Money:
        """Read the total from ``execution``."""
        return {
            MoneyTotal.ADJUSTED: execution.adjusted,
            MoneyTotal.RECEIVED: execution.received,
            MoneyTotal.PAID: execution.paid,
        }[self]


class MoneyCriterion(SourcedRule):
    """A criterion that the ledger answers: ``part`` / ``base``."""

    part: MoneyTotal
    base: MoneyTotal


class ResultShare(SourcedRule):
    """The named dimensions (output and benefit) must hold at least this share of the total."""

    dimensions: tuple[str, ...]
    at_least: Share


class FinanceEvaluationRules(SourcedRule):
    """The scheme of one edition.

    Parameters
    ----------
    scheme : Scheme
    money : mapping of str to MoneyCriterion
        Criteria with formula ``execution``, by key; the evaluator rates all others.
    result_share : ResultShare
    """

    result_share: ResultShare
    money: dict[str, MoneyCriterion]
    scheme: Scheme

    @property
    def money_totals(self) -> frozenset[MoneyTotal]:
        """The totals of the ledger that the scheme reads."""
        return frozenset(total for rule in self.money.values() for total in (rule.part, rule.base))

    @model_validator(mode="after")
    def _results_weigh_enough(self) -> Self:
        weights = {dimension.key: dimension.weight for dimension in self.scheme.dimensions}
        if unknown := [key for key in self.result_share.dimensions if key not in weights]:
            raise ValueError(f"result_share 所列维度不在方案中：{'、'.join(unknown)}")
        results = sum((weights[key] for key in self.result_share.dimensions), Decimal(0))
        if results < self.result_share.at_least * self.scheme.total:
            raise ValueError(f"产出与效益权重合计{results}，低于总分的{self.result_share.at_least * 100}%")
        return self

    @model_validator(mode="after")
    def _money_is_known(self) -> Self:
        computed = {c.key for c in self.scheme.criteria() if c.formula.name == "execution"}
        if computed != set(self.money):
            raise ValueError("money 须恰好列出计分方法为 execution 的各评分项")
        return self


def finance_evaluation_facts(
    ratings: Mapping[str, Rated | Measured | NotApplicable],
    execution: Execution,
    *,
    rules: FinanceEvaluationRules,
) -> dict[str, Fact]:
    """Join the evaluator's ratings with the money criteria read from the ledger.

    Parameters
    ----------
    ratings : mapping of str to Rated, Measured or NotApplicable
        By criterion key, every criterion but the money ones.
    execution : Execution
        Money of the whole year.
    rules : FinanceEvaluationRules

    Returns
    -------
    dict of str to Fact
        For ``score(rules.scheme, facts)``.

    Raises
    ------
    Invalid
        ``scoring.computed`` if a money criterion was rated by hand.
    """
    if typed := sorted(set(ratings) & set(rules.money)):
        raise Invalid("scoring.computed", f"以下评分项由系统按收支数据计算，不得人工评分：{'、'.join(typed)}")
    money = {
        key: MoneyRatio(part=rule.part.of(execution), base=rule.base.of(execution))
        for key, rule in rules.money.items()
    }
    return {**ratings, **money}
