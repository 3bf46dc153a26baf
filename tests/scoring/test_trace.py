from decimal import Decimal

from budgetperf.scoring.facts import NotApplicable, Reached
from budgetperf.scoring.score import score
from budgetperf.scoring.self_evaluation import self_evaluation_facts, self_evaluation_scheme
from budgetperf.scoring.trace import trace
from tests.scoring.makers import make_execution, make_indicator, self_evaluation_rules

RULES = self_evaluation_rules()
INDICATORS = [make_indicator("1", "80"), make_indicator("2", "10")]
SCHEME = self_evaluation_scheme(INDICATORS, RULES)
FACTS = self_evaluation_facts(
    INDICATORS,
    {"1": Reached(Decimal(95)), "2": NotApplicable("本年未开展")},
    execution=make_execution(862_000, 1_000_000),
    rules=RULES,
)


def test_every_line_says_inputs_formula_points_and_clause() -> None:
    first, second, execution = trace(SCHEME, FACTS)
    assert first.text == (
        "指标1：目标值100，实际值95；达到目标值得满分，未达到的按 分值×实际值÷目标值 计分"
        "（目标值为0的，实际值不大于0得满分，否则不得分）；"
        "满分80分，得76分，失4分。依据：项目支出绩效自评计分口径，正向指标达标得满分，"
        "否则按实际值÷目标值；目标值为0的按系统实务（实务做法）"
    )
    assert "不适用：本年未开展" in second.text
    assert "不计分，其余各项按比例折算" in second.text
    assert (execution.inputs, execution.formula) == ("数额8,620.00元，基数10,000.00元", "execution")
    assert (execution.points, execution.lost) == (Decimal("8.62"), Decimal("1.38"))


def test_the_trace_gives_the_points_of_the_sheet() -> None:
    sheet = score(SCHEME, FACTS)
    assert [(line.key, line.points, line.lost) for line in trace(SCHEME, FACTS)] == [
        (line.key, line.points, line.lost) for line in sheet.lines
    ]
