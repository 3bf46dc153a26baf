"""Self-evaluation workbooks in local layouts."""

import io

from openpyxl import load_workbook

from budgetperf.reports.pages import SelfEvaluationPage
from budgetperf.workbooks.books import self_evaluation_book
from tests.reports.local_pages import local_page, reviewed_page, unscored_page


def rows_of(page: SelfEvaluationPage) -> list[tuple[object, ...]]:
    sheet = load_workbook(io.BytesIO(self_evaluation_book(page))).worksheets[0]
    return [
        tuple(cell for cell in row if cell not in (None, "")) for row in sheet.iter_rows(values_only=True)
    ]


def row_starting(page: SelfEvaluationPage, first: object) -> tuple[object, ...]:
    return next(row for row in rows_of(page) if row and row[0] == first)


def test_sichuan_has_its_rows_columns_and_texts() -> None:
    page = local_page("sichuan/self_evaluation/2023-01-01")
    heads = ("项目资金（万元）", "年初预算", "调整后预算数", "预算执行数", "预算执行率", "权重", "得分")
    assert row_starting(page, "项目资金（万元）") == heads
    assert row_starting(page, "年度资金总额") == ("年度资金总额", 5000, 6112.45, 5789.25, "94.71%", 10, 9.47)
    assert row_starting(page, "财政资金") == ("财政资金", 5000, 6112.45, 5789.25, "94.71%")
    assert row_starting(page, "单位资金") == ("单位资金", 0, 0, 0, "—")
    assert page.layout is not None
    assert row_starting(page, "一级指标") == tuple(page.layout.columns.values())
    assert row_starting(page, "产出指标")[2:8] == ("加装电梯数量", "≥", "20", "台次", "120台", 15)
    assert row_starting(page, "评价结论") == ("评价结论", "评价结论内容")
    assert row_starting(page, "报表编号") == ("报表编号", "510000_0013zp")
    assert row_starting(page, "总分") == ("总分", 95.07, "优")


def test_yinchuan_keeps_both_scores() -> None:
    row = row_starting(reviewed_page(), "决策")
    assert row[:3] == ("决策", "决策", "项目决策")
    assert row[-3:] == (10, 10, 8.5)


def test_a_form_without_scores_has_no_points() -> None:
    words = {str(cell) for row in rows_of(unscored_page()) for cell in row}
    assert words & {"分值", "得分", "总分"} == set()
    assert row_starting(unscored_page(), "年度资金总额") == ("年度资金总额", 6112.45, 5789.25, "94.71%")


def test_same_local_page_gives_the_same_bytes() -> None:
    assert self_evaluation_book(reviewed_page()) == self_evaluation_book(reviewed_page())
