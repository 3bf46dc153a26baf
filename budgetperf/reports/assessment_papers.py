"""The papers of an assessment as PDF: result notice, ranking table, score trace."""

from reportlab.platypus import Flowable, KeepTogether, Spacer

from budgetperf.indicators import plain_number
from budgetperf.reports.assessment_pages import (
    AssessmentNoticePage,
    AssessmentRankingPage,
    AssessmentTracePage,
    RankingTable,
    ResultLine,
    TraceBlock,
)
from budgetperf.reports.faces import BODY, CELL, TITLE
from budgetperf.reports.flow import Block, SigningArea, heading, paragraphs
from budgetperf.reports.grid import Cell, Column, Grid, cells, fit
from budgetperf.reports.models import Figure, write_points
from budgetperf.reports.pdf import LANDSCAPE_WIDTH, PORTRAIT_WIDTH, build

_NUMBERS = 60
"""Columns narrower than this hold numbers."""


def render_notice(page: AssessmentNoticePage) -> bytes:
    """Return the notice as a PDF (A4 portrait)."""
    title = f"考评结果通知书（{page.campaign}）{page.line.name}"
    return build(lambda: _notice(page), title=title, footer=page.footer)


def render_ranking(page: AssessmentRankingPage) -> bytes:
    """Return the ranking table as a PDF (A4 landscape)."""
    return build(
        lambda: _ranking(page),
        title=f"考评结果排名表（{page.campaign}）",
        footer=page.footer,
        first="landscape",
    )


def render_trace(page: AssessmentTracePage) -> bytes:
    """Return the score trace as a PDF (A4 portrait)."""
    title = f"考评计分明细（{page.campaign}）{page.line.name}"
    return build(lambda: _trace(page), title=title, footer=page.footer)


# ------------------------------------------------------------------------ notice


def _notice(page: AssessmentNoticePage) -> list[Flowable]:
    line = page.line
    return [
        Block("考评结果通知书", TITLE, align="centre", after=2),
        Block(f"{page.campaign}（{page.state}）", CELL, align="centre", after=10),
        Block(f"{line.name}：", BODY, align="left"),
        paragraphs(_opening(page), figures=_figures(page.subject, line)),
        _result(page.subject, line),
        Spacer(1, 8),
        *_adjusted(page),
        *_listed("否决事项", page.vetoes),
        *_listed("结果运用", line.consequences),
        *_listed("计分说明", line.reasons),
        *heading("申诉权利"),
        paragraphs(page.appeal),
        KeepTogether([Spacer(1, 8), SigningArea((), page.issuer, page.issued_on)]),
    ]


def _opening(page: AssessmentNoticePage) -> str:
    line = page.line
    if line.total is None:
        return f"{page.campaign}中，{line.name}（编码{line.code}，{line.group}）未参加考评，情况如下。"
    rank = f"在“{page.ranked_in}”中列第{line.rank}名，" if line.rank else ""
    return (
        f"现将{page.campaign}结果通知如下：{line.name}（编码{line.code}，{_kind(page.track, line.group)}）总分{line.total}分，"
        f"{rank}等次为“{line.grade}”。"
    )


def _kind(track: str, group: str) -> str:
    """Write the kind of unit and its group, once where they are called the same."""
    return track if track == group else f"{track}　{group}"


def _figures(subject: str, line: ResultLine) -> tuple[Figure, ...]:
    return (Figure(_address("notice", subject, "total"), str(line.total)),)


def _address(paper: str, subject: str, what: str) -> str:
    return f"assessment_{paper}/{subject}/{what}"


def _result(subject: str, line: ResultLine) -> Grid:
    """Return the parts of the total, bonus and penalty, and the total; nothing for who was not assessed."""
    weighed = any(part.factor != 1 for part in line.parts)
    columns = [Column("考评部分", 240), Column("满分", 60, "right"), Column("得分", 60, "right")]
    if weighed:
        columns += [Column("系数", 50, "right"), Column("折合", 60, "right")]
    rows = []
    for part in line.parts:
        points = "不适用" if part.points is None else str(part.points)
        counted = "—" if part.points is None else plain_number(part.points * part.factor)
        tail = (write_points(part.factor), counted) if weighed else ()
        rows.append(cells(part.label, write_points(part.out_of), points, *tail))
    blank = ("", "") if weighed else ()
    if line.total is not None:
        rows.append(cells("加分", "", f"+{write_points(line.bonus)}" if line.bonus else "0", *blank))
        rows.append(cells("扣分", "", f"-{write_points(line.penalty)}" if line.penalty else "0", *blank))
        total = Figure(_address("notice", subject, "table/total"), str(line.total))
        rows.append(cells("总分", "", *blank, total, bold=True))
    return Grid(fit(columns, PORTRAIT_WIDTH), rows)


def _adjusted(page: AssessmentNoticePage) -> list[Flowable]:
    if not page.adjusted:
        return []
    columns = (
        Column("类别", 50),
        Column("项目", 180),
        Column("数量", 50, "right"),
        Column("奖项或事由", 200),
    )
    rows = [cells(one.side, one.label, write_points(one.value), one.award) for one in page.adjusted]
    return [*heading("加分与扣分"), Grid(fit(columns, PORTRAIT_WIDTH), rows), Spacer(1, 8)]


def _listed(title: str, texts: tuple[str, ...]) -> list[Flowable]:
    if not texts:
        return []
    numbered = "\n".join(f"{number}．{text}" for number, text in enumerate(texts, 1))
    return [*heading(title), paragraphs(numbered)]


# ----------------------------------------------------------------------- ranking


def _ranking(page: AssessmentRankingPage) -> list[Flowable]:
    story: list[Flowable] = [
        Block("考评结果排名表", TITLE, align="centre", after=2),
        Block(f"{page.campaign}（{page.state}）　{page.note}", CELL, align="centre", after=6),
    ]
    for table in page.tables:
        story += [*heading(_kind(table.track, table.company)), _table(page, table), Spacer(1, 8)]
    return story


def _table(page: AssessmentRankingPage, table: RankingTable) -> Grid:
    grouped = any(line.group != table.company for line in table.lines)
    columns = (
        Column("名次", 28, "centre"),
        Column("编码", 46),
        Column("名称", 96),
        *((Column("分组", 60),) if grouped else ()),
        *(Column(label, 44, "right") for label in table.parts),
        Column("加分", 32, "right"),
        Column("扣分", 32, "right"),
        Column("总分", 42, "right"),
        Column("等次", 40, "centre"),
        Column("结果运用", 90),
        Column("说明", 110),
    )
    rows = [_ranked(page, line, grouped=grouped) for line in table.lines]
    return Grid(fit(columns, LANDSCAPE_WIDTH), rows)


def _ranked(page: AssessmentRankingPage, line: ResultLine, *, grouped: bool) -> tuple[Cell, ...]:
    points = ("不适用" if part.points is None else str(part.points) for part in line.parts)
    total = Figure(_address("ranking", f"{page.subject}.U.{line.code}", "total"), _or_dash(line.total))
    return cells(
        _or_dash(line.rank),
        line.code,
        line.name,
        *((line.group,) if grouped else ()),
        *points,
        write_points(line.bonus),
        write_points(line.penalty),
        total,
        line.grade or "—",
        "；".join(line.consequences),
        "；".join(line.reasons),
    )


def _or_dash(value: object) -> str:
    return "—" if value is None else str(value)


# ------------------------------------------------------------------------- trace


def _trace(page: AssessmentTracePage) -> list[Flowable]:
    line = page.line
    result = "未参加考评" if line.total is None else f"总分{line.total}分，第{line.rank}名，{line.grade}"
    story: list[Flowable] = [
        Block("考评计分明细", TITLE, align="centre", after=2),
        Block(f"{page.campaign}（{page.state}）", CELL, align="centre", after=8),
        paragraphs(f"{line.name}（编码{line.code}，{_kind(page.track, line.group)}）：{result}。以下逐步列出评分、权重、"
                   "计分方法和依据，可以手工复核；评分不列评分人。",
                   figures=(Figure(_address("trace", page.subject, "total"), str(line.total)),)),
    ]  # fmt: skip
    for number, block in enumerate(page.blocks, 1):
        story += _block(number, block)
    return story


def _block(number: int, block: TraceBlock) -> list[Flowable]:
    parts: list[Flowable] = [
        *heading(f"{number}．{block.title}"),
        Block(block.rule, CELL, align="left", after=4),
    ]
    if block.columns:
        columns = [_column(title, width) for title, width in block.columns]
        parts.append(Grid(fit(columns, PORTRAIT_WIDTH), [cells(*row) for row in block.rows]))
    if block.sums:
        parts += [Spacer(1, 4), Block("\n".join(block.sums), CELL, align="left", after=6)]
    return [*parts, Spacer(1, 4)]


def _column(title: str, width: int) -> Column:
    return Column(title, width, "right" if width < _NUMBERS else "left")
