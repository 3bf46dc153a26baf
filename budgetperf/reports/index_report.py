"""The report of an indicator system: the same tables for the page, the workbook and the text.

Builds the tables from the outcome, weights and ranks first, and writes them as Markdown. Computes
nothing; the order of the evaluands is that of the method the draft takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from budgetperf.findings import Severity
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.methods import Retention
from budgetperf.statistics.records import EvaluandLine, FactorLines, IndexOutcome

Value: TypeAlias = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of the report: its Chinese heading, what must be known to read it, its cells."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The whole report."""

    title: str
    computed_on: date
    settings: tuple[tuple[str, str], ...]
    tables: tuple[ReportTable, ...]


def index_report(outcome: IndexOutcome, spec: IndexSpec, *, computed_on: date) -> IndexReport:
    """Return the report of a build."""
    return IndexReport(
        spec.title, computed_on, tuple(_settings(outcome, spec)), tuple(_tables(outcome, spec))
    )


def shown(value: Value) -> str:
    """Write a cell: figures with four decimals, nothing as a dash.

    Examples
    --------
    >>> shown(Decimal("0.123456")), shown(3), shown(None)
    ('0.1235', '3', '—')
    """
    if value is None:
        return "—"
    return f"{value:.4f}" if isinstance(value, Decimal) else str(value)


def markdown(report: IndexReport) -> str:
    """Return the report as Markdown."""
    lines = [f"# {report.title}", "", f"测算日期：{report.computed_on.isoformat()}", ""]
    lines += [f"- {name}：{value}" for name, value in report.settings]
    for table in report.tables:
        lines += ["", f"## {table.title}", ""]
        if table.note:
            lines += [table.note, ""]
        if not table.rows:
            lines.append(shown(None))
            continue
        lines += [_row(table.columns), _row(("---",) * len(table.columns))]
        lines += [_row(tuple(shown(cell) for cell in row)) for row in table.rows]
    return "\n".join(lines) + "\n"


def _small(p_value: Decimal) -> str:
    return f"={shown(p_value)}" if p_value >= Decimal("0.0001") else "＜0.0001"


def _ratio(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _settings(outcome: IndexOutcome, spec: IndexSpec) -> Iterator[tuple[str, str]]:
    yield "评分人", str(outcome.n_raters)
    yield "评价对象", str(outcome.n_evaluands)
    yield "候选指标", str(len(outcome.survey))
    yield "保留指标", str(len(outcome.weights))
    yield "草案采用的权重", spec.method.label
    yield "几分及以上算选中", str(spec.important_from)
    yield "隶属度下限", str(spec.membership_cut)
    yield "相关系数上限", str(spec.correlation_bound)
    yield "变异系数下限", str(spec.variation_cut)
    kept = f"{spec.cumulative}" if spec.retention is Retention.CUMULATIVE else ""
    yield "因子分析", f"{spec.extraction.label}、{spec.retention.label}{kept}、最大方差旋转"
    yield "抽查随机种子", str(spec.seed)


def _tables(outcome: IndexOutcome, spec: IndexSpec) -> Iterator[ReportTable]:
    yield _weights(outcome)
    yield _standings(outcome, spec)
    yield _findings(outcome)
    yield _agreement(outcome)
    yield from _screening(outcome)
    if outcome.factor:
        yield from _factor(outcome.factor)


def _findings(outcome: IndexOutcome) -> ReportTable:
    order = sorted(outcome.findings, key=lambda item: -item.severity.rank)
    errors = sum(item.severity is Severity.ERROR for item in order)
    note = f"共{len(order)}条，其中错误{errors}条；错误未消除前不宜采用相应方法的结果。" if order else ""
    rows = tuple((item.severity.label, item.message, item.source) for item in order)
    return ReportTable("发现的问题", note, ("级别", "内容", "依据"), rows)


def _standings(outcome: IndexOutcome, spec: IndexSpec) -> ReportTable:
    columns = [name for method in outcome.methods for name in (method.label, "名次")]

    def place(line: EvaluandLine) -> int:
        return line.standings[spec.method].rank if spec.method in line.standings else 0

    rows = tuple(
        (
            line.evaluand,
            *(cell for m in outcome.methods for cell in (line.standings[m].score, line.standings[m].rank)),
        )
        for line in sorted(outcome.evaluands, key=place)
    )
    note = "线性得分为各指标在本组最差（0）与最好（1）之间的位置按权重相加，满分100；因子综合得分以0为平均水平。同分同名次。"
    return ReportTable("综合得分与排名", note, ("评价对象", *columns), rows)


def _weights(outcome: IndexOutcome) -> ReportTable:
    methods = [method for method in outcome.methods if method.weighs]
    rows = tuple(
        (
            line.indicator.name,
            line.indicator.dimension,
            line.indicator.direction.label,
            line.variation,
            *(line.weights[method] for method in methods),
        )
        for line in outcome.weights
    )
    note = "各方法的权重合计均为1。"
    if found := outcome.consistency:
        note = (
            f"层次分析的一致性比率CR={shown(found.consistency_ratio)}（小于0.1为可以接受，Saaty 1980），"
            f"λmax={shown(found.lambda_max)}，CI={shown(found.consistency_index)}，"
            f"RI={shown(found.random_index)}。{note}"
        )
    columns = ("指标", "维度", "方向", "变异系数", *(method.label for method in methods))
    return ReportTable("各方法权重对照", note, columns, rows)


def _agreement(outcome: IndexOutcome) -> ReportTable:
    rows = tuple(
        (item.first.label, item.second.label, item.kendall, item.spearman) for item in outcome.agreement
    )
    note = "同一组评价对象在两种方法下名次的一致程度，1为完全一致。"
    return ReportTable("方法之间的一致性", note, ("方法一", "方法二", "Kendall τ", "Spearman ρ"), rows)


def _screening(outcome: IndexOutcome) -> Iterator[ReportTable]:
    yield ReportTable(
        "重要性与隶属度",
        "重要性五分制，5为很重要，1为很不重要；隶属度为选中该指标的评分人占全部评分人的比例。",
        ("指标", "评分数", "均值", "重要占比", "变异系数", "隶属度"),
        tuple((x.indicator, x.n, x.mean, x.important_ratio, x.variation, x.degree) for x in outcome.survey),
    )
    yield ReportTable(
        "删去的指标",
        "",
        ("指标", "步骤", "理由"),
        tuple((x.indicator, x.screen.label, x.reason) for x in outcome.dropped),
    )
    yield ReportTable(
        "高度相关的指标对",
        "",
        ("指标一", "指标二", "相关系数", "处理"),
        tuple((x.first, x.second, x.r, x.reason) for x in outcome.pairs),
    )
    yield ReportTable(
        "抽查的评分",
        "请与原始问卷逐条核对。",
        ("评分人", "指标", "评分"),
        tuple((x.rater, x.indicator, x.rating) for x in outcome.spot_check),
    )


def _factor(found: FactorLines) -> Iterator[ReportTable]:
    note = (
        f"KMO={shown(found.kmo)}；Bartlett球形检验χ²={shown(found.chi_square)}，"
        f"自由度{found.df}，p{_small(found.p_value)}。"
    )
    total = Decimal(len(found.eigenvalues))
    held = Decimal(0)
    rows: list[tuple[Value, ...]] = []
    for number, value in enumerate(found.eigenvalues, 1):
        held += value / total
        rotated = found.shares[number - 1] if number <= len(found.shares) else None
        rows.append((number, value, _ratio(value / total), _ratio(held), rotated))
    columns = ("序号", "特征值", "方差贡献率", "累计贡献率", "旋转后贡献率")
    yield ReportTable("因子与特征值", note, columns, tuple(rows))
    names = tuple(f"因子{number}" for number in range(1, len(found.shares) + 1))
    lines: tuple[tuple[Value, ...], ...] = tuple(
        (x.indicator, *x.loadings, x.communality, x.msa) for x in found.lines
    )
    yield ReportTable("旋转后的因子载荷", "", ("指标", *names, "共同度", "MSA"), lines)
