"""财政评价报告 as a PDF: what was judged, on which money, with which points lost, on which evidence."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, KeepTogether, Spacer

from budgetperf.ledger import RateBase
from budgetperf.reports.chart import LightsChart
from budgetperf.reports.faces import BODY, CELL, TITLE
from budgetperf.reports.flow import Block, SigningArea, heading, paragraphs
from budgetperf.reports.grid import Cell, Column, Grid, cells, fit
from budgetperf.reports.models import SHORT, Figure, write_points, write_rate
from budgetperf.reports.pages import CriterionLine, EvaluationReportPage, PromiseLine
from budgetperf.reports.pdf import PORTRAIT_WIDTH, build

KEPT: dict[bool | None, str] = {True: "兑现", False: "未兑现", None: "无法判断"}


def render(page: EvaluationReportPage) -> bytes:
    """Return the report as a PDF (A4 portrait)."""
    title = f"{page.head.project}（{page.head.year}）财政评价报告"
    return build(lambda: _story(page), title=title, footer=page.footer)


def _story(page: EvaluationReportPage) -> list[Flowable]:
    return [
        Block(page.head.project, TITLE, align="centre"),
        Block("财政评价报告", TITLE, align="centre", after=2),
        Block(f"（{page.head.year}）", CELL, align="centre", after=8),
        _summary(page),
        Spacer(1, 10),
        *heading("一、项目概况"),
        paragraphs(page.overview),
        *heading(f"二、资金情况（单位：{page.unit.label}）"),
        _money(page),
        Spacer(1, 8),
        *heading("三、评价方法"),
        paragraphs(page.method),
        *heading("四、评分情况"),
        _scores(page),
        Spacer(1, 8),
        *heading("五、事前承诺与实施结果对照"),
        _promises(page.promises),
        Spacer(1, 8),
        *heading("六、全年监控亮灯"),
        LightsChart(page.lights, page.address),
        Spacer(1, 8),
        *heading("七、主要绩效"),
        paragraphs(page.achievements),
        *heading("八、存在的问题"),
        *_problems(page),
        *heading("九、有关建议"),
        *(paragraphs(f"（{n}）{text}") for n, text in enumerate(page.suggestions, 1)),
        _closing(page),
    ]


def _closing(page: EvaluationReportPage) -> KeepTogether:
    """The conclusion and the seal, on one page: a seal never stands without text."""
    seal = SigningArea((), page.evaluator, page.issued_on)
    return KeepTogether([*heading("十、评价结论"), paragraphs(page.conclusion), Spacer(1, 12), seal])


def _summary(page: EvaluationReportPage) -> Grid:
    head = page.head
    label, wide = Column("", 62, "centre"), Column("", 175)
    rows = [
        cells("项目编码", head.code, "主管部门", head.department),
        cells("评价机构", page.evaluator, "实施单位", head.agency),
        cells(
            "评价得分",
            Figure(f"{page.address}/total", write_points(page.total)),
            "评价等级",
            Figure(f"{page.address}/grade", page.grade.label),
            bold=True,
        ),
    ]
    return Grid(fit((label, wide, label, wide), PORTRAIT_WIDTH), rows, head=False)


def _money(page: EvaluationReportPage) -> Grid:
    e, write, at = page.execution, page.money.write, f"{page.address}/money"

    def amount(key: str, text: str) -> Figure:
        return Figure(f"{at}/{key}", text)

    rows = [
        cells("年初预算数", amount("initial", write(e.initial)), "执行率（支出÷年初预算数）",
              amount("rate_initial", write_rate(e.rate(RateBase.INITIAL)))),
        cells("全年预算数（调整后）", amount("adjusted", write(e.adjusted)), "执行率（支出÷全年预算数）",
              amount("rate_adjusted", write_rate(e.rate(RateBase.ADJUSTED)))),
        cells("到位资金", amount("received", write(e.received)), "执行率（支出÷到位资金）",
              amount("rate_received", write_rate(e.rate(RateBase.RECEIVED)))),
        cells("实际支出", amount("paid", write(e.paid)), "资金到位率（到位资金÷全年预算数）",
              amount("arrival", write_rate(e.arrival_rate))),
        cells("上年结转（含在全年预算数内）", amount("carried_in", write(e.carried_in)), "", ""),
        cells("结转下年", amount("carried_out", write(e.carried_out)), "", ""),
    ]  # fmt: skip
    columns = (
        Column("项目", 130),
        Column("金额", 90, "right"),
        Column("比率及口径", 170),
        Column("数值", 90, "right"),
    )
    return Grid(fit(columns, PORTRAIT_WIDTH), rows)


def _scores(page: EvaluationReportPage) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    groups = groupby(page.criteria, key=lambda line: line.dimension)
    for number, (dimension, group) in enumerate(groups, 1):
        lines = list(group)
        subtotal = _sum(lines, key=f"dimension/{number}", dimension=dimension, name="小　计")
        rows += [_criterion(page, line) for line in lines]
        rows.append(_criterion(page, subtotal, bold=True))
    total = replace(_sum(page.criteria, key="sum", dimension="总　分", name=""), score=page.total)
    if not all(line.applicable for line in page.criteria):
        total = replace(total, reason="含不适用指标，总分已按适用分值换算")
    rows.append(_criterion(page, total, bold=True))
    columns = (
        Column("维度", 40, "centre"),
        Column("评价指标", 110),
        Column("分值", 36, "right"),
        Column("得分", 36, "right"),
        Column("失分", 36, "right"),
        Column("扣分理由", 210),
    )
    return Grid(fit(columns, PORTRAIT_WIDTH), rows, groups=1)


def _sum(lines: Sequence[CriterionLine], *, key: str, dimension: str, name: str) -> CriterionLine:
    weight = sum((line.weight for line in lines), Decimal(0))
    score = sum((line.score for line in lines), Decimal(0))
    return CriterionLine(key=key, dimension=dimension, name=name, weight=weight, score=score)


def _criterion(page: EvaluationReportPage, line: CriterionLine, *, bold: bool = False) -> tuple[Cell, ...]:
    at = f"{page.address}/score/{line.key}"
    return (
        Cell(line.dimension, bold=line.key == "sum"),
        *cells(
            line.name,
            Figure(f"{at}/weight", write_points(line.weight)),
            Figure(f"{at}/points", write_points(line.score) if line.applicable else "不适用"),
            Figure(f"{at}/lost", write_points(line.weight - line.score) if line.applicable else "—"),
            line.reason,
            bold=bold,
        ),
    )


def _promises(lines: tuple[PromiseLine, ...]) -> Grid:
    columns = (
        Column("事项", 110),
        Column("事前评估承诺", 130),
        Column("年度实际结果", 130),
        Column("是否兑现", 60, "centre"),
    )
    rows = [cells(line.name, line.promised, line.achieved, KEPT[line.kept]) for line in lines]
    return Grid(fit(columns, PORTRAIT_WIDTH), rows)


def _problems(page: EvaluationReportPage) -> list[Flowable]:
    if not page.problems:
        return [paragraphs("本次评价未发现需要整改的问题。")]
    story: list[Flowable] = []
    for number, problem in enumerate(page.problems, 1):
        story.append(paragraphs(f"（{number}）{problem.text}"))
        papers = "；".join(f"《{paper.title}》（摘要 {paper.digest[:SHORT]}）" for paper in problem.evidence)
        story.append(
            Block(f"佐证：{papers}", CELL, indent=2 * BODY.size, colour=Color(0.3, 0.3, 0.3), after=6)
        )
    return story
