"""Self-evaluation forms in local layouts: what each edition names is printed, and nothing of the national one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.ledger import RateBase
from budgetperf.reports.pages import SelfEvaluationPage
from budgetperf.reports.self_evaluation import render
from tests.reports.local_pages import local_page, reviewed_page, unscored_page
from tests.reports.make import make_self_evaluation
from tests.reports.reading import destinations, page_texts, squeezed

SICHUAN = "sichuan/self_evaluation/2023-01-01"
HAIDIAN = "haidian/self_evaluation/2016-01-01"


def all_text(page: SelfEvaluationPage) -> str:
    return squeezed("".join(page_texts(render(page))))


def test_sichuan_prints_its_number_rows_columns_texts_and_signatures() -> None:
    text = all_text(local_page(SICHUAN))
    heads = ["部门预算项目支出绩效自评表", "报表编号：510000_0013zp", "其中：财政资金", "财政专户管理资金", "单位资金", "其他资金（社会投入资金和银行贷款）",
             "调整后预算数", "预算执行率", "指标性质", "指标值", "度量单位", "评价结论内容", "年中调整情况说明内容", "项目负责人（签字）", "财务负责人（签字）"]  # fmt: skip
    assert [head for head in heads if squeezed(head) not in text] == []
    assert "年度指标值" not in text
    assert "上年结转资金" not in text


def test_the_parts_of_a_target_stand_in_columns_of_their_own() -> None:
    assert "加装电梯数量≥20台次120台1515" in all_text(local_page(SICHUAN))


def test_a_text_nobody_filed_is_printed_as_a_blank_to_fill() -> None:
    page = local_page(SICHUAN)
    empty = replace(page, closing=tuple(replace(text, text="") for text in page.closing))
    assert "评价结论" in all_text(empty)


def test_haidian_prints_how_each_row_is_scored_and_divides_by_the_initial_budget() -> None:
    text = all_text(local_page(HAIDIAN, rate_base=RateBase.INITIAL))
    assert "得分计算方法" in text
    assert "方法2" in text
    assert "分值×执行率" in text
    assert "115.79%" in text
    assert "94.71%" in all_text(local_page(HAIDIAN))


def test_yinchuan_prints_both_scores_and_its_own_indicator() -> None:
    text = all_text(reviewed_page())
    assert "自评得分财政审核评分" in text
    assert "决策" in text
    assert "项目决策≤42万元/台41.6万元/台10108.5" in text
    assert "总分10095.07" in text


def test_a_form_without_scores_prints_no_points_and_no_total() -> None:
    text = all_text(unscored_page())
    assert "全年完成值" in text
    assert "未完成原因和改进措施" in text
    assert "94.71%" in text
    assert [word for word in ("分值", "得分", "总分", "等级") if word in text] == []


def test_each_number_of_a_local_form_is_a_destination() -> None:
    at = "self_evaluation/P0107/2025"
    wanted = {f"{at}/total", f"{at}/funds/1/paid", f"{at}/funds/total/rate", f"{at}/indicator/3/target"}
    assert wanted <= destinations(render(local_page(SICHUAN)))


@pytest.mark.parametrize("change", [{"total": None}, {"grade": None}])
def test_a_scored_form_without_a_score_is_never_printed(change: dict[str, None]) -> None:
    with pytest.raises(Invalid) as refusal:
        replace(make_self_evaluation(), **change)
    assert refusal.value.code == "reports.scores"
    page = make_self_evaluation()
    with pytest.raises(Invalid):
        replace(page, indicators=(replace(page.indicators[0], score=None), *page.indicators[1:]))


def test_a_local_form_whose_lines_do_not_add_up_is_never_printed() -> None:
    with pytest.raises(Invalid) as refusal:
        replace(local_page(SICHUAN), total=Decimal(90))
    assert refusal.value.code == "reports.total"
