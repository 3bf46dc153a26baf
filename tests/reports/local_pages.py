"""Self-evaluation pages in local layouts for the report and workbook tests."""

from dataclasses import replace
from decimal import Decimal

from budgetperf.ledger import RateBase
from budgetperf.reports.models import Signature
from budgetperf.reports.pages import FundLine, Funds, PrintedText, SelfEvaluationPage
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.form_layout import FormLayout
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.scoring.unscored_evaluation import UnscoredEvaluationRules
from tests.reports.make import fund, indicators, make_self_evaluation

BOOK = Rulebook.load()


def layout_of(edition: str) -> FormLayout:
    rules = BOOK.by_id(edition).rules
    assert isinstance(rules, SelfEvaluationRules | UnscoredEvaluationRules)
    assert rules.layout is not None
    return rules.layout


def local_page(edition: str, *, rate_base: RateBase = RateBase.ADJUSTED) -> SelfEvaluationPage:
    """A page in the layout of ``edition``; the first of its fund rows holds all the money."""
    layout, page = layout_of(edition), make_self_evaluation()
    first, *others = layout.fund_rows
    money = [fund("5,000", "6,112.45", "5,789.25"), *(fund("0", "0", "0") for _ in others)]
    labels = [row.label for row in (first, *others)]
    rows = tuple(
        FundLine(str(n), label, row) for n, (label, row) in enumerate(zip(labels, money, strict=True), 1)
    )
    lines = tuple(
        replace(line, sign="≥", value=f"{n}0", uom="台次", method=f"方法{n}")
        for n, line in enumerate(indicators(), 1)
    )
    closing = tuple(PrintedText(text.label, f"{text.label}内容") for text in layout.closing)
    return replace(
        page,
        layout=layout,
        funds=Funds(rows=rows, weight=Decimal(10), score=Decimal("9.47"), method="分值×执行率"),
        indicators=lines,
        closing=closing,
        signatures=tuple(Signature(role) for role in layout.signatures),
        rate_base=rate_base,
    )


def unscored_page() -> SelfEvaluationPage:
    """The transfer form: no weight, no score, no total, no grade."""
    page = local_page("national/transfer_evaluation/2020-01-01")
    lines = tuple(replace(line, weight=None, score=None) for line in page.indicators)
    funds = replace(page.funds, weight=None, score=None)
    return replace(page, funds=funds, indicators=lines, total=None, grade=None)


def reviewed_page() -> SelfEvaluationPage:
    """Yinchuan's form: a fixed indicator before the filed ones, one score already reviewed."""
    page = make_self_evaluation()
    layout = layout_of("yinchuan/self_evaluation/2020-02-25")
    lines = (
        replace(page.indicators[0], level2=None, group="决策", name="项目决策", review=Decimal("8.5")),
        *page.indicators[1:],
    )
    return replace(page, layout=layout, indicators=lines)
