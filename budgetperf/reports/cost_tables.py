"""The tables of a cost panel, its baseline and a claim's movement: one source for PDF and workbook.

Money stays ``Money`` and figures stay ``Decimal``; a renderer writes them. Nothing is computed
here that the views do not hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.cost_baseline import DmuBaseline, Peer, Standing
from budgetperf.costing.panel import CostPanel
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.reports.baseline_view import BaselineView, DmuSheet, gap_ratio, place_of
from budgetperf.reports.baseline_words import Diagnosis
from budgetperf.reports.movement_view import MovementView

Value: TypeAlias = str | int | Decimal | Money | None


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its title, its width in proportion (about characters), whether it holds numbers, whether changes.

    ``key`` makes its figures destinations on paper: ``<id of the row>/<key>``.
    """

    title: str
    width: int
    number: bool = False
    key: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class CostTable:
    """A table: the name of its sheet, what must be known to read it, its columns and rows.

    Parameters
    ----------
    title : str
    note : str
    heads : tuple of Head
    rows : tuple of tuple of Value
        Money in the unit the heads or the note name.
    groups : int
        The first so many columns merge neighbours of equal text on paper.
    ids : tuple of str
        An address for each row; empty where no figure is addressed.
    """

    title: str
    note: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    groups: int = 0
    ids: tuple[str, ...] = ()


def _amount(title: str, key: str = "", *, signed: bool = False) -> Head:
    return Head(f"{title}（万元）", 13, number=True, key=key, signed=signed)


FACTORS_NOTE = "特殊因素不参加测算，按基线所在年价格折算后加回本单位的基线，成本与基线都含。"
FACTOR = _amount("其中特殊因素", "special_factor")
ROWS_FOUND = "诊断明细"
CODE, NAME, YEAR = Head("单元编码", 10), Head("单元名称", 24), Head("年度", 7, number=True)


# ---------------------------------------------------------------- the baseline


def standings_table(view: BaselineView) -> CostTable:
    """Every dmu: cost, baseline with its band, gap with its interval, grade, payable amount where calibrated."""
    calibrated = any(one.payable is not None for one in view.standings)
    claimed = bool(view.factors)
    heads = (
        CODE, NAME, YEAR, _amount("成本", "cost"), _amount("基线", "point"), _amount("下限", "lower"),
        _amount("上限", "upper"), _amount("差距", "gap"), _amount("差距下限", "gap_lower"),
        _amount("差距上限", "gap_upper"), Head("差距率（%）", 9, number=True), Head("位置", 10),
        Head("证据等级", 8), *((_amount("应付额", "payable"),) if calibrated else ()),
        *((FACTOR,) if claimed else ()),
    )  # fmt: skip
    rows = tuple(
        (
            *_standing(one),
            *((one.payable,) if calibrated else ()),
            *((view.special_factor(one.baseline) or None,) if claimed else ()),
        )
        for one in view.standings
    )
    note = (
        f"{view.price_note}。差距＝成本－基线，正数为高于基线；差距下限＝成本－上限，差距上限＝成本－下限。"
        + (FACTORS_NOTE if claimed else "")
    )
    ids = tuple(f"{view.address}/{one.dmu}" for one in view.standings)
    return CostTable("各单位差距", note, heads, rows, ids=ids)


def _standing(one: Standing) -> tuple[Value, ...]:
    found = one.baseline
    return (
        one.dmu, one.name, one.year, one.cost, found.point, found.lower, found.upper, one.gap, one.gap_lower,
        one.gap_upper, gap_ratio(one), place_of(one), found.grade.value,
    )  # fmt: skip


def factors_table(view: BaselineView, factors: Sequence[SpecialFactor]) -> CostTable:
    """Special factors that were admitted, a row a year."""
    rows = tuple(
        (one.dmu, view.names.get(one.dmu, one.dmu), one.label, year, amount)
        for one in factors
        for year, amount in sorted(one.amounts.items())
    )
    heads = (CODE, NAME, Head("特殊因素", 40), YEAR, _amount("金额", "amount"))
    ids = tuple(
        f"{view.address}/{one.dmu}/special_factor/{at}/{year}"
        for at, one in enumerate(factors)
        for year in sorted(one.amounts)
    )
    return CostTable("已认定的特殊因素", f"当年价格，万元。{FACTORS_NOTE}", heads, rows, groups=3, ids=ids)


def baselines_table(view: BaselineView, baselines: Sequence[DmuBaseline]) -> CostTable:
    """The baselines of the budget year: point, band, what of them is special factors, grade."""
    claimed = bool(view.factors)
    heads = (
        CODE, NAME, YEAR, _amount("基线"), _amount("下限"), _amount("上限"), *((FACTOR,) if claimed else ()),
        Head("证据等级", 8), Head("各方法", 10), Head("提示", 44),
    )  # fmt: skip
    rows = tuple(
        (
            one.dmu, view.names.get(one.dmu, one.dmu), one.year, one.point, one.lower, one.upper,
            *((view.special_factor(one) or None,) if claimed else ()), one.grade.value,
            "一致" if one.methods_agree else "不一致", "；".join(found.message for found in one.findings),
        )
        for one in baselines
    )  # fmt: skip
    note = f"{view.price_note}。提示为空，即在样本范围之内且各方法一致。" + (FACTORS_NOTE if claimed else "")
    return CostTable("基线", note, heads, rows)


def methods_table(view: BaselineView) -> CostTable:
    """Models side by side: each method's point and interval, and the reconciled ones."""
    heads = [CODE, NAME, YEAR]
    for label in ("合成", *view.methods.values()):
        heads += [_amount(f"{label}{end}") for end in ("", "下限", "上限")]
    rows = []
    for one in shown_baselines(view):
        by = {found.name: found for found in one.estimates}
        cells: list[Value] = [one.point, one.lower, one.upper]
        for name in view.methods:
            found = by.get(name)
            cells += [found.point, found.lower, found.upper] if found else [None, None, None]
        rows.append((one.dmu, view.names.get(one.dmu, one.dmu), one.year, *cells))
    note = f"{view.price_note}。空白：该方法没有给出结果（规模超出样本，或未识别出无效率）。"
    return CostTable("方法对照", note, tuple(heads), tuple(rows))


def shown_baselines(view: BaselineView) -> tuple[DmuBaseline, ...]:
    """Return the baselines of the standings; those of the budget year where there are none."""
    return tuple(one.baseline for one in view.standings) or view.baselines


def asked_baselines(view: BaselineView) -> tuple[DmuBaseline, ...]:
    """Return the baselines of the budget year that no standing tells already."""
    told = [one.baseline for one in view.standings]
    return tuple(one for one in view.baselines if one not in told)


def peers_table(view: BaselineView, baselines: Sequence[DmuBaseline]) -> CostTable:
    """Each dmu's peers: year, cost, weight, distance."""
    heads = (
        CODE, NAME, Head("同类单位编码", 10), Head("同类单位", 24), YEAR, _amount("成本"),
        Head("权重", 9, number=True), Head("相似距离", 9, number=True),
    )  # fmt: skip
    rows = dict.fromkeys(  # the latest year and the budget year mostly have the same
        (one.dmu, view.names.get(one.dmu, one.dmu), *_peer(peer)) for one in baselines for peer in one.peers
    )
    note = (
        f"成本为{view.scatter.prices}，万元。权重：标杆由它们按此比例组成；空白为按动因最相近的单位。"
        "相似距离以各动因的标准差为单位，0为完全相同。"
    )
    return CostTable("同类单位", note, heads, tuple(rows), groups=2)


def _peer(peer: Peer) -> tuple[Value, ...]:
    return (peer.dmu, peer.name, peer.year, peer.cost, peer.weight, peer.distance)


def left_out_table(view: BaselineView, own: str = "") -> CostTable:
    """Rows no method was fitted on, and the rule; those of one unit if given."""
    rows = tuple(
        (one.dmu, view.names.get(one.dmu, one.dmu), one.year or None, one.why)
        for one in view.left_out
        if own in {"", one.dmu}
    )
    note = (
        "按规则版本事先定下的办法判定，不参加测算；这些单元的基线照常给出。" if rows else "没有数据被剔除。"
    )
    return CostTable("剔除", note, (CODE, NAME, YEAR, Head("规则与理由", 60)), rows)


def diagnoses_table(view: BaselineView, own: str = "") -> CostTable:
    """The findings of panel and methods, in plain words; on the paper of one unit with its own rows only."""
    heads = (Head("级别", 7), Head("发现", 24), Head("说明什么", 70))
    told = tuple(one.of_unit(own) for one in view.diagnoses) if own else view.diagnoses
    rows = tuple(
        (one.severity.label, one.title, "\n".join((one.meaning, *_particulars(view, one)))) for one in told
    )
    note = "关于整个面板和各方法；具体数据至多列出本单元的。" if own else ""
    return CostTable("诊断", note if rows else "没有需要提示的问题。", heads, rows)


def _particulars(view: BaselineView, one: Diagnosis) -> Iterator[str]:
    if one.message:
        yield f"具体：{one.message}"
    for unit in one.shown:
        yield f"{unit.dmu} {view.names.get(unit.dmu, '')}：{unit.text}"
    if one.more:
        yield f"另有{one.more}个单元，见Excel的“{ROWS_FOUND}”"


def found_rows_table(view: BaselineView) -> CostTable:
    """Every finding about a row, with none left out."""
    heads = (Head("发现", 24), CODE, NAME, YEAR, Head("具体", 60))
    rows = tuple(
        (one.title, unit.dmu, view.names.get(unit.dmu, unit.dmu), int(year), text)
        for one in view.diagnoses
        for unit in one.units
        for year, text in unit.rows
    )
    return CostTable(ROWS_FOUND, "", heads, rows)


def told_table(view: BaselineView) -> CostTable:
    """What was found about single dmus."""
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (one.dmu, view.names.get(one.dmu, one.dmu), one.year, found.message)
        for one in dict.fromkeys((*shown_baselines(view), *view.baselines))
        for found in one.findings
    )
    rows += tuple((None, None, None, found.message) for found in view.unanswered)
    return CostTable("各单位提示", "", (CODE, NAME, YEAR, Head("提示", 70)), rows)


def told_together(view: BaselineView) -> CostTable:
    """What was found about single dmus, those of whom the same is told together."""
    by: dict[str, list[str]] = {}
    for one in dict.fromkeys((*shown_baselines(view), *view.baselines)):
        for found in one.findings:
            text = found.message.removeprefix(one.dmu).removeprefix("：").removeprefix("的")
            by.setdefault(text, []).append(one.dmu)
    rows = [("、".join(dict.fromkeys(dmus)), text) for text, dmus in by.items()]
    rows += [("", found.message) for found in view.unanswered]
    return CostTable("各单位提示", "", (Head("单元编码", 30), Head("提示", 70)), tuple(rows))


def card_table(view: BaselineView) -> CostTable:
    """The model card."""
    heads = (Head("方面", 12), Head("项目", 20), Head("内容", 44), Head("含义", 50))
    rows = tuple((row.group, row.label, row.value, row.meaning) for row in view.card)
    return CostTable("模型卡", "", heads, rows, groups=1)


def own_tables(view: BaselineView, sheet: DmuSheet) -> Iterator[CostTable]:
    """Yield one dmu's own tables: where it stands, what each method says, its peers, what was found."""
    baselines = [sheet.standing.baseline] if sheet.standing else []
    baselines += [one for one in sheet.baselines if one not in baselines]
    heads = (
        Head("测算", 26), YEAR, _amount("基线", "point"), _amount("下限", "lower"), _amount("上限", "upper"),
        *((FACTOR,) if sheet.factors else ()),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    ids = []
    for one in baselines:
        back = (view.special_factor(one) or None,) if sheet.factors else ()
        rows.append(("合成基线", one.year, one.point, one.lower, one.upper, *back))
        rows += [
            (found.label, one.year, found.point, found.lower, found.upper, *back) for found in one.estimates
        ]
        names = ("reconciled", *(found.name for found in one.estimates))
        ids += [f"{view.address}/{sheet.dmu}/{one.year}/{name}" for name in names]
    yield CostTable("方法对照", f"{view.price_note}。", heads, tuple(rows), ids=tuple(ids))
    if sheet.factors:
        yield factors_table(view, sheet.factors)
    yield peers_table(view, baselines)
    told = tuple((one.year, found.message) for one in baselines for found in one.findings)
    note = "" if told else "本单元的基线没有单独的提示；整个测算的发现见“诊断”。"
    yield CostTable("提示", note, (YEAR, Head("提示", 90)), told)
    if (out := left_out_table(view, sheet.dmu)).rows:
        yield out
    yield diagnoses_table(view, sheet.dmu)


# ------------------------------------------------------------------- the panel


def panel_table(panel: CostPanel, based: CostPanel | None) -> CostTable:
    """The rows of a panel: cost of the year and in base-year prices, drivers with their units."""
    drivers = panel.spec.drivers
    heads = (
        CODE, NAME, YEAR, Head("地区", 10), Head("特殊情形", 10), _amount(panel.spec.cost_label, "cost"),
        *((_amount(f"{panel.spec.base_year}年价格", "based"),) if based else ()),
        *(Head(f"{one.label}（{one.uom}）", 12, number=True) for one in drivers),
    )  # fmt: skip
    rows = tuple(
        (
            row.dmu, row.name, row.year, row.group, row.treatment, row.cost,
            *((base.cost,) if based else ()), *(row.drivers.get(one.code) for one in drivers),
        )
        for row, base in zip(panel.rows, (based or panel).rows, strict=True)
    )  # fmt: skip
    ids = tuple(f"cost_panel/{panel.spec.code}/{row.dmu}/{row.year}" for row in panel.rows)
    return CostTable("成本面板", "", heads, rows, ids=ids)


def drivers_table(panel: CostPanel) -> CostTable:
    """The drivers: unit of measure, how they enter, what they are."""
    rows = tuple(
        (one.label, one.uom, "取对数" if one.logged else "水平值", one.role.label)
        for one in panel.spec.drivers
    )
    heads = (Head("成本动因", 24), Head("计量单位", 14), Head("进入方式", 12), Head("性质", 14))
    return CostTable("成本动因", "", heads, rows)


def findings_table(findings: Sequence[Finding]) -> CostTable:
    """What the checks of a panel found."""
    rows = tuple((one.severity.label, str(one.where), one.message) for one in findings)
    heads = (Head("级别", 8), Head("位置", 26), Head("内容", 70))
    return CostTable("检查结果", "" if rows else "没有发现问题。", heads, rows)


# ---------------------------------------------------------------- the movement


def movement_table(view: MovementView) -> CostTable:
    """Every dmu before and after a claim, the claimant first."""
    heads = (
        CODE, NAME, _amount("申请前基线", "before"), _amount("申请后基线", "after"), _amount("变动", "change", signed=True),
        Head("变动率（%）", 9, number=True, signed=True), _amount("加回的特殊因素", "given_back", signed=True),
        _amount("模型引起", "by_model", signed=True), _amount("申请前下限"), _amount("申请前上限"),
        _amount("申请后下限"), _amount("申请后上限"), Head("证据等级", 10),
    )  # fmt: skip
    rows = tuple(
        (
            row.dmu, row.name, row.before.point, row.after.point, row.change, row.change_percent, row.given_back,
            row.by_model, row.before.lower, row.before.upper, row.after.lower, row.after.upper, row.grades,
        )
        for row in view.rows
    )  # fmt: skip
    note = "变动＝加回的特殊因素＋模型引起；申请单位列第一行，其余按变动大小排列。证据等级有变动的，写明申请前→申请后。"
    ids = tuple(f"movement/{view.panel}/{view.fiscal_year}/{row.dmu}" for row in view.rows)
    return CostTable("各单位变动", note, heads, rows, ids=ids)


def claimed_table(view: MovementView) -> CostTable:
    """What is claimed, by year."""
    heads = (YEAR, _amount("申请金额"), _amount("当年成本"), Head("占成本（%）", 11, number=True))
    rows = tuple((one.year, one.amount, one.cost, one.percent) for one in view.claimed)
    return CostTable("申请金额", "当年价格，测算时先从该年成本中扣除。", heads, rows)


def admitted_table(view: MovementView) -> CostTable:
    """Claims admitted before, in both baselines."""
    rows = tuple((one.dmu, one.name, one.label) for one in view.admitted)
    note = "此前已同意，申请前后的基线都已计入。" if rows else "没有此前已同意的申请。"
    return CostTable("已同意的特殊因素", note, (CODE, NAME, Head("内容", 60)), rows)
