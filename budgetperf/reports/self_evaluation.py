"""项目支出绩效自评表 as a PDF: the national layout of 财预〔2020〕10号, or the one its edition names."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from budgetperf.reports.columns import columns_of, fund_columns_of, has_scores, title_of
from budgetperf.reports.faces import CELL, TITLE
from budgetperf.reports.flow import Align, Block, SigningArea
from budgetperf.reports.grid import SIDE_WIDTH, Cell, Column, Grid, cells, fit
from budgetperf.reports.models import Figure, write_points, write_rate
from budgetperf.reports.pages import FundRow, IndicatorLine, SelfEvaluationPage
from budgetperf.reports.pdf import PORTRAIT_WIDTH, build
from budgetperf.scoring.form_layout import FundColumn, IndicatorColumn

INNER = PORTRAIT_WIDTH - SIDE_WIDTH
WIDTHS: Mapping[IndicatorColumn, tuple[float, Align]] = {
    "level1": (50, "centre"),
    "level2": (60, "centre"),
    "level3": (80, "left"),
    "target": (56, "centre"),
    "sign": (30, "centre"),
    "value": (44, "centre"),
    "uom": (34, "centre"),
    "actual": (56, "centre"),
    "weight": (28, "right"),
    "score": (32, "right"),
    "review": (40, "right"),
    "method": (84, "left"),
    "reason": (118, "left"),
}
FUND_WIDTHS: Mapping[FundColumn, tuple[float, Align]] = {
    "initial": (78, "right"),
    "adjusted": (78, "right"),
    "paid": (78, "right"),
    "weight": (34, "right"),
    "rate": (58, "right"),
    "score": (34, "right"),
    "method": (84, "left"),
}


def render(page: SelfEvaluationPage) -> bytes:
    """Return the form as a PDF (A4 portrait)."""
    title = f"{title_of(page)}（{page.head.year}）{page.head.project}"
    return build(lambda: _story(page), title=title, footer=page.footer)


def _story(page: SelfEvaluationPage) -> list[Flowable]:
    unit = f"（{page.head.year}）　　金额单位：{page.unit.label}"
    if page.layout and page.layout.number:
        unit += f"　　报表编号：{page.layout.number}"
    return [
        Block(title_of(page), TITLE, align="centre", after=2),
        Block(unit, CELL, align="centre", after=6),
        *_head(page),
        _funds(page),
        Grid(
            fit((Column("预期目标", 1), Column("实际完成情况", 1)), INNER),
            [cells(page.goal_expected, page.goal_actual)],
            side="年度总体目标",
        ),
        Grid(_columns(page), _indicator_rows(page), groups=2, side="绩效指标"),
        *_total(page),
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
    shown = fund_columns_of(page)
    titled = (Column(title, *FUND_WIDTHS[column]) for column, title in shown.items())
    total = _fund_row(page, "total", "年度资金总额", row=page.funds.total)
    parts = [
        _fund_row(page, line.key, f"{'　　　' if at else '其中：'}{line.label}", row=line.row)
        for at, line in enumerate(page.funds.rows)
    ]
    return Grid(fit((Column("资金来源", 110), *titled), INNER), [total, *parts], side="项目资金")


def _fund_row(page: SelfEvaluationPage, key: str, label: str, *, row: FundRow) -> tuple[Cell, ...]:
    at, write, funds = f"{page.address}/funds/{key}", page.money.write, page.funds
    total = key == "total"
    contents: Mapping[FundColumn, str | Figure] = {
        "initial": Figure(f"{at}/initial", write(row.initial)),
        "adjusted": Figure(f"{at}/adjusted", write(row.adjusted)),
        "paid": Figure(f"{at}/paid", write(row.paid)),
        "weight": Figure(f"{page.address}/funds/weight", _points(funds.weight)) if total else "—",
        "rate": Figure(f"{at}/rate", write_rate(row.execution.rate(page.rate_base))),
        "score": Figure(f"{page.address}/funds/score", _points(funds.score)) if total else "—",
        "method": funds.method if total else "—",
    }
    return cells(label, *(contents[column] for column in fund_columns_of(page)), bold=total)


def _columns(page: SelfEvaluationPage) -> tuple[Column, ...]:
    return fit([Column(title, *WIDTHS[column]) for column, title in columns_of(page).items()], INNER)


def _indicator_rows(page: SelfEvaluationPage) -> list[tuple[Cell, ...]]:
    rows = []
    for line in page.indicators:
        contents = _indicator_cells(page, line)
        rows.append(cells(*(contents[column] for column in columns_of(page))))
    return rows


def _indicator_cells(page: SelfEvaluationPage, line: IndicatorLine) -> Mapping[IndicatorColumn, str | Figure]:
    at = f"{page.address}/indicator/{line.key}"
    level1, level2 = line.level_labels
    return {
        "level1": level1,
        "level2": level2,
        "level3": line.name,
        "target": Figure(f"{at}/target", line.target),
        "sign": line.sign,
        "value": Figure(f"{at}/target", line.value),
        "uom": line.uom,
        "actual": Figure(f"{at}/actual", line.actual),
        "weight": Figure(f"{at}/weight", _points(line.weight)),
        "score": Figure(f"{at}/score", _points(line.score) if line.applicable else "不适用"),
        "review": Figure(f"{at}/review", _points(line.review)),
        "method": line.method,
        "reason": line.reason,
    }


def _total(page: SelfEvaluationPage) -> list[Grid]:
    if not has_scores(page) or page.total is None or page.grade is None:
        return []
    shown, widths = list(columns_of(page)), [column.width for column in _columns(page)]
    first = shown.index("weight")
    rest = shown[first:]
    rescaled = not all(line.applicable for line in page.indicators)
    note = "含不适用指标，已按适用分值换算" if rescaled else ""
    columns = (
        Column("", SIDE_WIDTH + sum(widths[:first]), "centre"),
        *(Column("", width, WIDTHS[column][1]) for column, width in zip(rest, widths[first:], strict=True)),
    )
    weight = _sum((page.funds.weight, *(line.weight for line in page.indicators)))
    contents: Mapping[IndicatorColumn, str | Figure] = {
        "weight": Figure(f"{page.address}/weight", write_points(weight)),
        "score": Figure(f"{page.address}/total", write_points(page.total)),
        "reason": Figure(f"{page.address}/grade", f"等级：{page.grade.label}"),
    }
    total = cells("总　分", *(contents.get(column, "") for column in rest), bold=True)
    told = [cells("说　明", *("" for _ in rest[1:]), note)] if note else []
    return [Grid(columns, [total, *told], head=False)]


def _points(value: Decimal | None) -> str:
    return "" if value is None else write_points(value)


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def _remarks(page: SelfEvaluationPage) -> list[Flowable]:
    columns = fit((Column("", 70, "centre"), Column("", 400)), PORTRAIT_WIDTH)
    filed = (("存在问题", page.problems), ("改进措施", page.measures))
    if page.layout:
        found = [cells(closing.label, closing.text) for closing in page.closing]
    else:
        found = [cells(label, text) for label, text in filed if text]
    return [Grid(columns, found, head=False)] if found else []
