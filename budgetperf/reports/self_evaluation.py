"""项目支出绩效自评表 as a PDF: the national layout of 财预〔2020〕10号."""

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from budgetperf.ledger import RateBase
from budgetperf.reports.faces import CELL, TITLE
from budgetperf.reports.flow import Block, SigningArea
from budgetperf.reports.grid import SIDE_WIDTH, Cell, Column, Grid, cells, fit
from budgetperf.reports.models import Figure, write_points, write_rate
from budgetperf.reports.pages import FundRow, SelfEvaluationPage
from budgetperf.reports.pdf import PORTRAIT_WIDTH, build

TITLE_TEXT = "项目支出绩效自评表"
INNER = PORTRAIT_WIDTH - SIDE_WIDTH
INDICATOR_COLUMNS = fit(
    (
        Column("一级指标", 50, "centre"),
        Column("二级指标", 60, "centre"),
        Column("三级指标", 80),
        Column("年度指标值", 56, "centre"),
        Column("实际完成值", 56, "centre"),
        Column("分值", 28, "right"),
        Column("得分", 32, "right"),
        Column("偏差原因分析及改进措施", 118),
    ),
    INNER,
)


def render(page: SelfEvaluationPage) -> bytes:
    """Return the form as a PDF (A4 portrait)."""
    title = f"{TITLE_TEXT}（{page.head.year}）{page.head.project}"
    return build(lambda: _story(page), title=title, footer=page.footer)


def _story(page: SelfEvaluationPage) -> list[Flowable]:
    unit = f"（{page.head.year}）　　金额单位：{page.unit.label}"
    return [
        Block(TITLE_TEXT, TITLE, align="centre", after=2),
        Block(unit, CELL, align="centre", after=6),
        *_head(page),
        _funds(page),
        Grid(
            fit((Column("预期目标", 1), Column("实际完成情况", 1)), INNER),
            [cells(page.goal_expected, page.goal_actual)],
            side="年度总体目标",
        ),
        Grid(INDICATOR_COLUMNS, _indicator_rows(page), groups=2, side="绩效指标"),
        _total(page),
        CondPageBreak(140),
        *_remarks(page),
        Spacer(1, 8),
        SigningArea(page.signatures, page.head.agency, page.filed_on),
    ]


def _head(page: SelfEvaluationPage) -> list[Flowable]:
    head = page.head
    one = fit((Column("", 70, "centre"), Column("", 400)), PORTRAIT_WIDTH)
    side = one[0].width
    two = fit((Column("", 1, "centre"), Column("", 1)), PORTRAIT_WIDTH / 2)
    two = (Column("", side, "centre"), Column("", two[0].width + two[1].width - side)) * 2
    return [
        Grid(one, [cells("项目名称", f"{head.project}（{head.code}）")], head=False),
        Grid(two, [cells("主管部门", head.department, "实施单位", head.agency)], head=False),
    ]


def _funds(page: SelfEvaluationPage) -> Grid:
    columns = fit(
        (
            Column("资金来源", 110),
            *(Column(title, 78, "right") for title in ("年初预算数", "全年预算数（A）", "全年执行数（B）")),
            Column("分值", 34, "right"),
            Column("执行率（B/A）", 58, "right"),
            Column("得分", 34, "right"),
        ),
        INNER,
    )
    funds, at = page.funds, f"{page.address}/funds"
    points = (
        Figure(f"{at}/weight", write_points(funds.weight)),
        Figure(f"{at}/score", write_points(funds.score)),
    )
    rows = [
        _fund_row(page, "total", "年度资金总额", row=funds.total, points=points),
        _fund_row(page, "appropriation", "其中：当年财政拨款", row=funds.appropriation),
        _fund_row(page, "carried_in", "　　　上年结转资金", row=funds.carried_in),
        _fund_row(page, "other", "　　　其他资金", row=funds.other),
    ]
    return Grid(columns, rows, side="项目资金")


def _fund_row(
    page: SelfEvaluationPage,
    key: str,
    label: str,
    *,
    row: FundRow,
    points: tuple[Figure, Figure] | None = None,
) -> tuple[Cell, ...]:
    at, write = f"{page.address}/funds/{key}", page.money.write
    weight, score = points or ("—", "—")
    return cells(
        label,
        Figure(f"{at}/initial", write(row.initial)),
        Figure(f"{at}/adjusted", write(row.adjusted)),
        Figure(f"{at}/paid", write(row.paid)),
        weight,
        Figure(f"{at}/rate", write_rate(row.execution.rate(RateBase.ADJUSTED))),
        score,
        bold=points is not None,
    )


def _indicator_rows(page: SelfEvaluationPage) -> list[tuple[Cell, ...]]:
    rows = []
    for line in page.indicators:
        at = f"{page.address}/indicator/{line.key}"
        score = write_points(line.score) if line.applicable else "不适用"
        rows.append(
            cells(
                line.level2.parent.label,
                line.level2.label,
                line.name,
                Figure(f"{at}/target", line.target),
                Figure(f"{at}/actual", line.actual),
                Figure(f"{at}/weight", write_points(line.weight)),
                Figure(f"{at}/score", score),
                line.reason,
            )
        )
    return rows


def _total(page: SelfEvaluationPage) -> Grid:
    widths = [column.width for column in INDICATOR_COLUMNS]
    rescaled = not all(line.applicable for line in page.indicators)
    note = "含不适用指标，已按适用分值换算" if rescaled else ""
    columns = (
        Column("", SIDE_WIDTH + sum(widths[:5]), "centre"),
        Column("", widths[5], "right"),
        Column("", widths[6], "right"),
        Column("", widths[7]),
    )
    weight = sum((line.weight for line in page.indicators), page.funds.weight)
    total = cells(
        "总　分",
        Figure(f"{page.address}/weight", write_points(weight)),
        Figure(f"{page.address}/total", write_points(page.total)),
        Figure(f"{page.address}/grade", f"等级：{page.grade.label}"),
        bold=True,
    )
    return Grid(columns, [total, *([cells("说　明", "", "", note)] if note else [])], head=False)


def _remarks(page: SelfEvaluationPage) -> list[Flowable]:
    columns = fit((Column("", 70, "centre"), Column("", 400)), PORTRAIT_WIDTH)
    filed = (("存在问题", page.problems), ("改进措施", page.measures))
    found = [cells(label, text) for label, text in filed if text]
    return [Grid(columns, found, head=False)] if found else []
