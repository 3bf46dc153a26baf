"""The finance evaluation report: both bases, lost points with reasons, evidence, promises, lights."""

from dataclasses import replace
from decimal import Decimal

from budgetperf.reports.evaluation_report import render
from budgetperf.reports.models import Evidence
from budgetperf.reports.pages import EvaluationReportPage, Problem
from tests.reports.make import CRITERIA, make_evaluation_report
from tests.reports.reading import destinations, page_texts, squeezed


def all_text(page: EvaluationReportPage) -> str:
    return squeezed("".join(page_texts(render(page))))


def test_every_chapter_is_there_in_order() -> None:
    text = all_text(make_evaluation_report())
    chapters = ("一、项目概况", "二、资金情况（单位：万元）", "三、评价方法", "四、评分情况", "五、事前承诺与实施结果对照", "六、全年监控亮灯",
                "七、主要绩效", "八、存在的问题", "九、有关建议", "十、评价结论")  # fmt: skip
    places = [text.index(chapter) for chapter in chapters]
    assert places == sorted(places)


def test_every_execution_rate_stands_beside_its_base() -> None:
    text = all_text(make_evaluation_report())
    assert "执行率（支出÷年初预算数）103.38%" in text
    assert "执行率（支出÷全年预算数）94.71%" in text
    assert "执行率（支出÷到位资金）94.71%" in text
    assert "资金到位率（到位资金÷全年预算数）100.00%" in text


def test_a_rate_without_base_is_a_dash() -> None:
    page = make_evaluation_report()
    nothing = replace(page.execution, received=replace(page.execution.received, fen=0))
    assert "执行率（支出÷到位资金）—" in all_text(replace(page, execution=nothing))


def test_dimensions_are_summed_with_lost_points() -> None:
    text = all_text(make_evaluation_report())
    assert "小计1513.51.5" in text
    assert "总分10092.287.72" in text


def test_a_lost_point_stands_with_its_reason() -> None:
    assert "绩效目标合理性32.50.5质量目标未区分片区" in all_text(make_evaluation_report())


def test_a_criterion_that_does_not_apply_loses_nothing() -> None:
    first, *others = CRITERIA
    page = make_evaluation_report(
        criteria=(replace(first, applicable=False, score=Decimal(0)), *others), total=Decimal("91.87")
    )
    text = all_text(page)
    assert "立项依据充分性5不适用—" in text
    assert "总分已按适用分值换算" in text


def test_a_promise_stands_beside_its_result() -> None:
    text = all_text(make_evaluation_report())
    assert "加装电梯数量120台120台兑现" in text
    assert "管网改造面积86,000㎡79,120㎡未兑现" in text
    assert "无法判断" in text


def test_the_lights_of_all_quarters_are_named_in_words() -> None:
    text = all_text(make_evaluation_report())
    assert [text.count(f"第{n}季度") for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    for word in ("红灯", "黄灯", "绿灯", "蓝灯"):
        assert text.count(word) >= 2, "once in the legend, once in the chart"
    assert text.count("—（未报）") == 2


def test_problems_name_their_evidence() -> None:
    problem = Problem("合同变更未报备。", (Evidence("变更台账", "ab" * 32),))
    text = all_text(make_evaluation_report(problems=(problem,)))
    assert "合同变更未报备。佐证：《变更台账》（摘要abababababab）" in text


def test_no_problem_is_said_in_words() -> None:
    assert "未发现需要整改的问题" in all_text(make_evaluation_report(problems=()))


def test_the_seal_never_stands_alone_on_a_page() -> None:
    for length in range(0, 1500, 100):
        texts = page_texts(render(replace(make_evaluation_report(), achievements="绩效" * length)))
        last = next(text for text in texts if "（盖章）" in text)
        assert "十、评价结论" in last


def test_each_number_is_a_destination() -> None:
    names = destinations(render(make_evaluation_report()))
    at = "evaluation_report/P0107/2025"
    assert {
        f"{at}/total",
        f"{at}/money/rate_received",
        f"{at}/score/O1/lost",
        f"{at}/score/dimension/4/points",
        f"{at}/lights/Q2/execution",
    } <= names
