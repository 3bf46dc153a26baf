"""The report of an indicator system says the same on paper, on the page and in Excel."""

import io

import pytest
from openpyxl import load_workbook

from budgetperf.reports.index_report import IndexReport, index_report, markdown
from budgetperf.statistics.outcome import outcome_of
from budgetperf.workbooks.index_book import index_book
from tests.statistics.makers import COMPUTED_ON, made_tables, make_spec


@pytest.fixture(scope="module")
def report() -> IndexReport:
    return index_report(outcome_of(made_tables(), make_spec()), make_spec(), computed_on=COMPUTED_ON)


def test_findings_come_first_and_cities_in_the_order_of_the_drafts_method(report: IndexReport) -> None:
    titles = [table.title for table in report.tables[:3]]
    assert titles == ["各方法权重对照", "综合得分与排名", "发现的问题"]
    assert report.tables[0].note.startswith("层次分析的一致性比率CR=")
    assert "每个指标不足5个对象" in str(report.tables[2].rows)
    standings = report.tables[1]
    at = standings.columns.index("因子载荷权重") + 1
    assert standings.columns[at] == "名次"
    assert [row[at] for row in standings.rows] == list(range(1, 22))


def test_every_row_fits_its_columns(report: IndexReport) -> None:
    for table in report.tables:
        assert {len(row) for row in table.rows} <= {len(table.columns)}, table.title


def test_the_text_holds_every_table(report: IndexReport) -> None:
    text = markdown(report)
    assert [f"## {table.title}" in text for table in report.tables] == [True] * len(report.tables)
    assert "一致性比率CR=0.0126" in text
    assert "与“一般公共预算收入”相关系数0.999" in text
    assert "几分及以上算选中：4" in text
    assert "自由度66，p＜0.0001" in text


def test_the_workbook_has_a_sheet_a_table_with_numbers_as_numbers(report: IndexReport) -> None:
    content = index_book(report)
    assert content == index_book(report)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == [table.title for table in report.tables]
    weights = next(table for table in report.tables if table.title == "各方法权重对照")
    sheet = book["各方法权重对照"]
    assert sheet["A3"].value == "地区生产总值"
    assert sheet["E3"].value == pytest.approx(float(str(weights.rows[0][4])))


def test_a_bar_in_a_name_does_not_break_the_text(report: IndexReport) -> None:
    named = index_report(
        outcome_of(made_tables(), make_spec()), make_spec(title="甲|乙"), computed_on=COMPUTED_ON
    )
    assert markdown(named).startswith("# 甲|乙\n")
