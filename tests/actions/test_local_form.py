"""The printed self-evaluation of a city whose edition names a layout: its rows, parts of targets and texts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from budgetperf.actions.context import Context
from budgetperf.actions.papers.self_evaluation import self_evaluation_page
from budgetperf.money import Money
from budgetperf.process.stages import Stage
from budgetperf.reports.pages import SelfEvaluationPage
from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.form_layout import FormLayout
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.store.ledger import execution_of
from budgetperf.store.records import RecordFacts, list_records
from tests import cast

BOOK = Rulebook.load()
NATIONAL = "national/self_evaluation/2020-02-25"


def layout_of(edition: str) -> FormLayout | None:
    return BOOK.by_id(edition).rules_as(SelfEvaluationRules).layout


def laid_out(edition: Edition, layout: FormLayout | None) -> Edition:
    """The national edition with a local layout, as a city's own edition would be."""
    if edition.id != NATIONAL:
        return edition
    rules = edition.rules_as(SelfEvaluationRules).model_copy(update={"layout": layout})
    return edition.model_copy(update={"rules": rules})


def pages(ctx: Context, edition: str = NATIONAL) -> list[SelfEvaluationPage]:
    packaged = Rulebook(tuple(laid_out(one, layout_of(edition)) for one in BOOK.editions))
    inside = replace(ctx, packaged=packaged)
    return [self_evaluation_page(inside, record) for record in evaluated(ctx)]


def evaluated(ctx: Context) -> list[RecordFacts]:
    return list(list_records(ctx.session, ctx.actor, stage=Stage.SELF_EVALUATION, fiscal_year=2025))


def money(page: SelfEvaluationPage) -> tuple[Money, Money, Money]:
    total = page.funds.total
    return total.initial, total.adjusted, total.paid


def in_ledger(ctx: Context, record: RecordFacts) -> tuple[Money, Money, Money]:
    found = execution_of(ctx.session, record.evaluand_id or "", 2025, until=date(2026, 1, 1))
    return found.initial, found.adjusted, found.paid


@pytest.mark.parametrize(
    "edition", [NATIONAL, "sichuan/self_evaluation/2023-01-01", "hubei/self_evaluation/2020-02-25"]
)
def test_the_rows_of_every_layout_sum_to_the_ledger(visit: Callable[..., Context], edition: str) -> None:
    ctx = visit(cast.FINANCE_REVIEWER)
    printed = pages(ctx, edition)
    assert [page.layout for page in printed] == [layout_of(edition)] * 3
    assert [money(page) for page in printed] == [in_ledger(ctx, record) for record in evaluated(ctx)]
    assert all(page.funds.total.paid.fen > 0 for page in printed)


def test_rows_texts_and_signatures_are_those_of_the_layout(visit: Callable[..., Context]) -> None:
    ctx = visit(cast.FINANCE_REVIEWER)
    page = pages(ctx, "sichuan/self_evaluation/2023-01-01")[0]
    assert [line.label for line in page.funds.rows] == [
        "财政资金",
        "财政专户管理资金",
        "单位资金",
        "其他资金（社会投入资金和银行贷款）",
    ]
    assert [text.label for text in page.closing][2:] == ["评价结论", "存在问题", "改进措施"]
    assert page.closing[0].text == "部分尾款未到支付节点"
    assert [signature.role for signature in page.signatures] == ["项目负责人", "财务负责人"]


def test_a_target_is_split_and_its_scoring_is_told(visit: Callable[..., Context]) -> None:
    for page in pages(visit(cast.FINANCE_REVIEWER)):
        for line in page.indicators:
            assert f"{line.sign}{line.value}{line.uom}" == line.target
            assert "分值" in line.method


def test_the_national_form_is_printed_without_a_layout(visit: Callable[..., Context]) -> None:
    page = pages(visit(cast.FINANCE_REVIEWER))[0]
    assert page.layout is None
    assert page.closing == ()
    assert [line.label for line in page.funds.rows] == ["当年财政拨款", "上年结转资金", "其他资金"]
