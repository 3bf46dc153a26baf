"""The self-evaluation form: national layout, numbers, long forms."""

from dataclasses import replace
from decimal import Decimal

from budgetperf.reports.self_evaluation import render
from tests.reports.make import indicators, make_self_evaluation
from tests.reports.reading import destinations, page_texts, squeezed

HEADS = ("项目名称", "主管部门", "实施单位", "年初预算数", "全年预算数（A）", "全年执行数（B）", "执行率（B/A）", "预期目标", "实际完成情况",
         "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施", "总　分", "项目负责人（签字）", "财务负责人（签字）", "（盖章）")  # fmt: skip


def all_text(content: bytes) -> str:
    return squeezed("".join(page_texts(content)))


def test_every_heading_of_the_national_form_is_printed() -> None:
    text = all_text(render(make_self_evaluation()))
    assert [head for head in HEADS if squeezed(head) not in text] == []


def test_an_ordinary_form_is_one_page() -> None:
    assert len(page_texts(render(make_self_evaluation()))) == 1


def test_the_unit_and_the_fund_rows_are_printed_in_it() -> None:
    text = all_text(render(make_self_evaluation()))
    assert "金额单位：万元" in text
    assert "年度资金总额5,600.006,112.455,789.251094.71%9.47" in text
    assert "上年结转资金0.00312.45312.45—100.00%—" in text


def test_total_weight_and_grade_close_the_form() -> None:
    assert "总分10095.07等级：优" in all_text(render(make_self_evaluation()))


def test_an_indicator_that_does_not_apply_says_so_and_why_the_total_differs() -> None:
    first, *others = indicators()
    page = make_self_evaluation(
        lines=(replace(first, applicable=False, score=Decimal(0)), *others), total=Decimal("94.52")
    )
    text = all_text(render(page))
    assert "不适用" in text
    assert "已按适用分值换算" in text
    assert "换算" not in all_text(render(make_self_evaluation()))


def test_the_indicator_head_and_merged_labels_stand_on_every_page_of_a_long_form() -> None:
    first = indicators()[1]
    lines = tuple(
        replace(first, key=str(n), name=f"第{n}项产出", weight=Decimal(1), score=Decimal(1))
        for n in range(1, 91)
    )
    texts = [squeezed(text) for text in page_texts(render(make_self_evaluation(lines=lines)))]
    with_rows = [text for text in texts if "项产出" in text]
    assert len(with_rows) >= 3
    assert all(
        "偏差原因分析及改进措施" in text and "产出指标" in text and "数量指标" in text for text in with_rows
    )
    assert [n for n in range(1, 91) if not any(f"第{n}项产出" in text for text in texts)] == []


def test_a_form_without_indicators_prints() -> None:
    assert "（无）" in all_text(render(make_self_evaluation(lines=())))


def test_a_result_of_three_thousand_characters_runs_over_pages() -> None:
    result = "".join(f"第{n}户已改造；" for n in range(400))
    text = all_text(render(make_self_evaluation(goal_actual=result)))
    assert len(result) > 3000
    assert "第0户已改造；" in text
    assert "第399户已改造；" in text


def test_markup_in_a_text_is_printed_as_it_is() -> None:
    assert "<b>甲&乙</b>" in all_text(render(make_self_evaluation(goal_actual="<b>甲&乙</b>")))


def test_each_number_is_a_destination() -> None:
    names = destinations(render(make_self_evaluation()))
    at = "self_evaluation/P0107/2025"
    assert {
        f"{at}/total",
        f"{at}/grade",
        f"{at}/funds/total/paid",
        f"{at}/funds/other/rate",
        f"{at}/indicator/3/score",
    } <= names
