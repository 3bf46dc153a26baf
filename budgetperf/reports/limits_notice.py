"""预算控制数下达通知 as a PDF: the paper itself, annex 1 with all lines, annex 2 with every reason.

Looks like an official paper (GB/T 9704): issuer's head, number, title, addressee, text, annexes,
seal. Red is a look only; the paper reads the same in black and white.
"""

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Spacer

from budgetperf.money import Money
from budgetperf.reports.faces import CELL, HEADING, Face
from budgetperf.reports.flow import Block, SigningArea
from budgetperf.reports.grid import Cell, Column, Grid, cells, fit
from budgetperf.reports.models import SHORT, Figure
from budgetperf.reports.notice import LimitLine, LimitsNoticePage
from budgetperf.reports.pdf import LANDSCAPE_WIDTH, PORTRAIT_WIDTH, build, turn

RED = Color(0.72, 0.05, 0.05)
ISSUER = Face(30, 46, bold=True)
TITLE = Face(20, 32, bold=True)
TEXT = Face(14, 27)
NUMBER = Face(12, 20)


def render(page: LimitsNoticePage) -> bytes:
    """Return the notice as a PDF (A4 portrait, annexes landscape)."""
    return build(lambda: _story(page), title=_title(page) + f"（{page.department}）", footer=page.footer)


def _title(page: LimitsNoticePage) -> str:
    return f"关于下达{page.year.year}年部门预算控制数的通知"


def _story(page: LimitsNoticePage) -> list[Flowable]:
    return [*_paper(page), *turn("landscape"), *_annex_lines(page), *turn("landscape"), *_annex_reasons(page)]


def _paper(page: LimitsNoticePage) -> list[Flowable]:
    return [
        Spacer(1, 12),
        Block(f"{page.issuer}文件", ISSUER, align="centre", colour=RED, after=10),
        Block(page.document_number, NUMBER, align="centre", after=4),
        HRFlowable(width="100%", thickness=1.6, color=RED, spaceBefore=2, spaceAfter=26),
        Block(_title(page), TITLE, align="centre", after=16),
        Block(f"{page.department}：", TEXT, align="left"),
        _opening(page),
        Spacer(1, 6),
        _summary(page),
        Spacer(1, 8),
        *(Block(text, TEXT, indent=2 * TEXT.size) for text in page.requirements[:-1]),
        _closing(page),
    ]


def _closing(page: LimitsNoticePage) -> KeepTogether:
    """The last paragraph, the annexes and the seal, on one page: a seal never stands without text."""
    annexes = "附件：1．预算控制数明细表\n　　　2．预算控制数形成说明"
    return KeepTogether(
        [
            *(Block(text, TEXT, indent=2 * TEXT.size) for text in page.requirements[-1:]),
            Block(annexes, TEXT, indent=2 * TEXT.size, align="left", after=10),
            SigningArea((), page.issuer, page.issued_on),
        ]
    )


def _opening(page: LimitsNoticePage) -> Block:
    limit = _figure(page, "limit", page.limit)
    count = Figure(f"{page.address}/count", str(len(page.lines)))
    text = (
        f"{page.basis}，现下达你部门{page.year.year}年预算控制数{limit.text}{page.unit.label}，涉及项目{count.text}个。"
        "请按控制数编制年度预算，不得突破。各项构成如下："
    )
    return Block(text, TEXT, indent=2 * TEXT.size, figures=(count,))


def _summary(page: LimitsNoticePage) -> Grid:
    rows = [cells("申报数合计", _figure(page, "summary/request", page.request))]
    rows += [
        cells(f"减：{ground.label}", _figure(page, f"summary/cut/{ground}", page.cut(ground)))
        for ground in page.grounds
    ]
    if page.adjusted or any(line.adjustments for line in page.lines):
        rows.append(cells("加：异议答复等调整", _figure(page, "summary/adjustments", page.adjusted)))
    rows.append(cells("控制数合计", _figure(page, "summary/limit", page.limit), bold=True))
    columns = fit((Column("构成", 300), Column(f"金额（{page.unit.label}）", 150, "right")), PORTRAIT_WIDTH)
    return Grid(columns, rows)


def _annex_lines(page: LimitsNoticePage) -> list[Flowable]:
    grounds = page.grounds
    columns = (
        Column("序号", 26, "centre"),
        Column("项目编码", 62),
        Column("项目名称", 140),
        Column("申报数", 62, "right"),
        *(Column(ground.label, 52, "right") for ground in grounds),
        Column("核减合计", 58, "right"),
        Column("调整", 52, "right"),
        Column("控制数", 62, "right"),
    )
    rows = [_line_row(page, number, line) for number, line in enumerate(page.lines, 1)]
    total = cells(
        "", "合　计", f"{len(page.lines)}个项目",
        _figure(page, "request", page.request),
        *(_figure(page, f"cut/{ground}", page.cut(ground)) for ground in grounds),
        _figure(page, "cuts", page.cut_total),
        _figure(page, "adjustments", page.adjusted),
        _figure(page, "limit", page.limit),
        bold=True,
    )  # fmt: skip
    identity = f"控制数＝申报数－核减合计＋调整。单位：{page.unit.label}"
    return [
        Block("附件1", CELL, align="left"),
        Block(f"{page.department}{page.year.year}年预算控制数明细表", HEADING, align="centre", after=2),
        Block(identity, CELL, align="right", after=4),
        Grid(fit(columns, LANDSCAPE_WIDTH), [*rows, total]),
    ]


def _line_row(page: LimitsNoticePage, number: int, line: LimitLine) -> tuple[Cell, ...]:
    def figure(key: str, amount: Money) -> Figure:
        return _figure(page, f"{line.code}/{key}", amount)

    return cells(
        str(number), line.code, line.name,
        figure("request", line.request),
        *(figure(f"cut/{ground}", line.cut(ground)) for ground in page.grounds),
        figure("cuts", line.cut_total),
        figure("adjustments", line.adjusted),
        figure("limit", line.limit),
    )  # fmt: skip


def _annex_reasons(page: LimitsNoticePage) -> list[Flowable]:
    columns = (
        Column("项目", 110),
        Column("环节", 84),
        Column("金额", 64, "right"),
        Column("核后金额", 64, "right"),
        Column("理由", 230),
        Column("依据", 130),
        Column("决策包摘要", 70),
    )
    rows = [row for line in page.lines for row in _reason_rows(page, line)]
    note = f"每个项目从申报数起逐项核减、调整至控制数，“核后金额”为该环节之后的金额。单位：{page.unit.label}"
    return [
        Block("附件2", CELL, align="left"),
        Block(f"{page.department}{page.year.year}年预算控制数形成说明", HEADING, align="centre", after=2),
        Block(note, CELL, align="right", after=4),
        Grid(fit(columns, LANDSCAPE_WIDTH), rows, groups=1),
    ]


def _reason_rows(page: LimitsNoticePage, line: LimitLine) -> list[tuple[Cell, ...]]:
    project, write = Cell(f"{line.code}\n{line.name}"), page.money.write
    left = line.request
    rows = [(project, *cells("申报数", write(left), write(left), "部门申报", "", ""))]
    for number, step in enumerate(line.steps, 1):
        left += step.change
        change = Figure(f"{page.address}/{line.code}/step/{number}", write(step.change))
        reasons = (step.reason, step.rule, step.package[:SHORT])
        rows.append((project, *cells(step.label, change, write(left), *reasons)))
    rows.append((project, *cells("控制数", write(line.limit), write(left), "下达数", "", "", bold=True)))
    return rows


def _figure(page: LimitsNoticePage, key: str, amount: Money) -> Figure:
    """Write an amount under its address; nothing taken or given is a dash."""
    return Figure(f"{page.address}/{key}", page.money.write(amount) if amount else "—")
