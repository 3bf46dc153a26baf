"""The papers of costing as PDF: cost panel, baseline report, one unit's own sheet, movement of a claim."""

from reportlab.platypus import Flowable

from budgetperf.reports import cost_flow as flow
from budgetperf.reports.baseline_view import BaselineView, gap_ratio, place_of, wan
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from budgetperf.reports.cost_tables import (
    admitted_table,
    asked_baselines,
    baselines_table,
    card_table,
    claimed_table,
    diagnoses_table,
    drivers_table,
    factors_table,
    findings_table,
    left_out_table,
    movement_table,
    own_tables,
    panel_table,
    shown_baselines,
    standings_table,
    told_together,
)
from budgetperf.reports.faces import BODY, TITLE
from budgetperf.reports.flow import Block, paragraphs
from budgetperf.reports.grid import Column, Grid, cells, fit
from budgetperf.reports.models import Figure, with_sign
from budgetperf.reports.pdf import LANDSCAPE_WIDTH, PORTRAIT_WIDTH, build, turn

# -------------------------------------------------------------------- baseline


def render_baseline(page: BaselinePage) -> bytes:
    """Return the baseline report as a PDF (A4; tables of all units lie across)."""
    title = f"{page.view.title}报告（{page.view.package.period}年度）"
    return build(lambda: _baseline(page, title), title=title, footer=page.footer)


def _baseline(page: BaselinePage, title: str) -> list[Flowable]:
    view, wide = page.view, LANDSCAPE_WIDTH
    story: list[Flowable] = [Block(title, TITLE, align="centre", after=8), paragraphs(_summary(view))]
    story += [paragraphs(text) for text in view.lacks]
    story += _pictures(view)
    story += flow.section(diagnoses_table(view), PORTRAIT_WIDTH)
    out = left_out_table(view)
    story += flow.section(out, PORTRAIT_WIDTH) if out.rows else [paragraphs(out.note)]
    story += turn("landscape")
    if view.standings:
        story += flow.section(standings_table(view), wide)
    if view.factors:
        story += flow.section(factors_table(view, view.factors), wide)
    if asked := asked_baselines(view):
        story += flow.section(baselines_table(view, asked), wide)
    story += _side_by_side(view)
    story += _peers(view)
    story += flow.section(told_together(view), wide) if told_together(view).rows else []
    return [*story, *flow.section(card_table(view), wide)]


def _summary(view: BaselineView) -> str:
    spec, standings = view.panel.spec, view.standings
    dmus = len({row.dmu for row in view.panel.rows})
    text = (
        f"对{dmus}个单元的{spec.service}成本（{spec.cost_label}），以{'、'.join(one.label for one in spec.drivers)}"
        f"为动因，用{'、'.join(view.methods.values())}共{len(view.methods)}种方法测算应有成本，合成基线与区间。"
    )
    if standings:
        places = [place_of(one) for one in standings]
        text += "".join(
            f"{places.count(place)}个单元{word}{end}"
            for place, word, end in (
                ("高于上限", "的成本高于区间上限", "，"),
                ("区间之内", "在区间之内", "，"),
                ("低于下限", "低于区间下限", "。"),
            )
        )
    return (
        f"{text}\n区间之内的差别不足以说明高低；高于上限也只是核对的线索，是否核减还要看证据等级和预算规则。"
    )


def _pictures(view: BaselineView) -> list[Flowable]:
    story: list[Flowable] = []
    if plot := flow.scatter(view):
        story += flow.headed("成本与首要动因", plot, PORTRAIT_WIDTH, note=flow.scatter_note(view))
    if bars := flow.gaps(view.standings):
        story += flow.headed("各单位差距的区间", bars, PORTRAIT_WIDTH)
    return story


def _side_by_side(view: BaselineView) -> list[Flowable]:
    """Return each method's point with its interval below, a column a method."""
    columns = [Column("单元编码", 44), Column("单元名称", 110), Column("年度", 30, "centre")]
    columns += [Column(label, 90, "centre") for label in ("合成基线", *view.methods.values())]
    rows = []
    for one in shown_baselines(view):
        by = {found.name: found for found in one.estimates}
        known = [by.get(name) for name in view.methods]
        texts = [
            f"{wan(found.point)}\n（{wan(found.lower)}至{wan(found.upper)}）" if found else "—"
            for found in (one, *known)
        ]
        rows.append(cells(one.dmu, view.names.get(one.dmu, one.dmu), str(one.year), *texts))
    note = f"{view.price_note}；括号内为区间。—：该方法没有给出结果（规模超出样本，或未识别出无效率）。"
    return flow.headed("方法对照", Grid(fit(columns, LANDSCAPE_WIDTH), rows), LANDSCAPE_WIDTH, note=note)


def _peers(view: BaselineView) -> list[Flowable]:
    """Return each dmu's peers in one cell; the workbook has them a row each."""
    columns = (Column("单元编码", 44), Column("单元名称", 130), Column("同类单位", 500))
    rows = []
    for one in shown_baselines(view):
        told = [
            f"{peer.name}（{peer.dmu}）{peer.year}年{wan(peer.cost)}"
            + (f"，权重{peer.weight}" if peer.weight is not None else f"，距离{peer.distance}")
            for peer in one.peers
        ]
        rows.append(cells(one.dmu, view.names.get(one.dmu, one.dmu), "；".join(told) or "—"))
    note = f"成本为{view.scatter.prices}，万元。写权重的是组成标杆的单位；写距离的是按动因最相近的单位（各动因的标准差为单位）。"
    return flow.headed("同类单位", Grid(fit(columns, LANDSCAPE_WIDTH), rows), LANDSCAPE_WIDTH, note=note)


# --------------------------------------------------------------- one unit's own


def render_dmu(page: DmuBaselinePage) -> bytes:
    """Return one unit's own sheet as a PDF (A4 portrait)."""
    title = f"{page.sheet.name}：{page.view.title}（{page.view.package.period}年度）"
    return build(lambda: _dmu(page, title), title=title, footer=page.footer)


def _dmu(page: DmuBaselinePage, title: str) -> list[Flowable]:
    view, sheet = page.view, page.sheet
    story: list[Flowable] = [Block(title, TITLE, align="centre", after=8), _opening(page)]
    story += [paragraphs(text) for text in view.lacks]
    if bars := flow.methods(sheet):
        story += flow.headed("各方法的测算", bars, PORTRAIT_WIDTH)
    if plot := flow.scatter(view, own=sheet):
        note = flow.scatter_note(view, own=True)
        story += flow.headed("成本与首要动因", plot, PORTRAIT_WIDTH, note=note)
    for table in own_tables(view, sheet):
        story += flow.section(table, PORTRAIT_WIDTH)
    return [*story, *flow.section(card_table(view), PORTRAIT_WIDTH)]


def _opening(page: DmuBaselinePage) -> Block:
    view, sheet = page.view, page.sheet
    if sheet.standing is None:
        return paragraphs(
            f"{sheet.name}（{sheet.dmu}）的预算年度基线如下。{_given_back(page)}"
            if sheet.baselines
            else "本单元没有基线。"
        )
    one = sheet.standing
    found = one.baseline
    text = (
        f"{one.name}（{one.dmu}）{one.year}年成本{wan(one.cost)}万元，基线{wan(found.point)}万元，"
        f"区间{wan(found.lower)}至{wan(found.upper)}万元；差距{wan(one.gap)}万元"
        f"（{wan(one.gap_lower)}至{wan(one.gap_upper)}），占基线{gap_ratio(one)}%，{place_of(one)}。"
        f"证据等级{found.grade.value}（{found.grade.label}）。"
    )
    if claimed := view.special_factor(found):
        text += f"成本与基线都含已认定的特殊因素{wan(claimed)}万元。"
    text += _given_back(page)
    if one.payable is not None:
        text += f"按应付总额校准后，应付{wan(one.payable)}万元。"
    figures = (Figure(f"{view.address}/{one.dmu}/gap", wan(one.gap)),)
    return paragraphs(text, figures=figures)


def _given_back(page: DmuBaselinePage) -> str:
    """Say what the baselines of the budget year hold of special factors."""
    return "".join(
        f"{one.year}年基线{wan(one.point)}万元，其中按该年价格加回的特殊因素{wan(back)}万元。"
        for one in asked_baselines(page.view)
        if one.dmu == page.sheet.dmu and (back := page.view.special_factor(one))
    )


# ----------------------------------------------------------------------- panel


def render_panel(page: CostPanelPage) -> bytes:
    """Return a cost panel as a PDF (A4 landscape)."""
    title = f"成本面板：{page.panel.spec.service}"
    return build(lambda: _panel(page, title), title=title, footer=page.footer, first="landscape")


def _panel(page: CostPanelPage, title: str) -> list[Flowable]:
    panel, wide = page.panel, LANDSCAPE_WIDTH
    years = sorted({row.year for row in panel.rows})
    prices = (
        f"折为{panel.spec.base_year}年价格，指数{page.prices.code}"
        if page.based
        else f"指数{page.prices.code}没有所需的年份或地区，未折算"
    )
    text = (
        f"编码{panel.spec.code}，{len({row.dmu for row in panel.rows})}个单元、{len(panel.rows)}行，"
        f"{'、'.join(f'{year}年' for year in years)}；成本：{panel.spec.cost_label}；价格：{prices}；指数来源：{page.prices.source}。"
    )
    return [
        Block(title, TITLE, align="centre", after=6),
        Block(text, BODY, align="left", after=6),
        *flow.section(drivers_table(panel), wide),
        *flow.section(findings_table(page.findings), wide),
        *flow.section(panel_table(panel, page.based), wide),
    ]


# -------------------------------------------------------------------- movement


def render_movement(page: MovementPage) -> bytes:
    """Return the movement of a claim as a PDF (A4 landscape)."""
    title = f"特殊因素影响测算：{page.view.label}"
    return build(lambda: _movement(page, title), title=title, footer=page.footer, first="landscape")


def _movement(page: MovementPage, title: str) -> list[Flowable]:
    view, wide = page.view, LANDSCAPE_WIDTH
    own = view.own
    prices = f"{view.price_year}年价格" if view.price_year else "各年当年价格，未折算"
    most = flow.MOST_MOVED
    cut = f"只画变动最大的{most}个单位，其余见表。" if len(view.rows) > most else ""
    weaker = f"{view.n_weakened}个单位的证据等级降低，降为C的不再据以核减。" if view.n_weakened else ""
    change, by_model, others = (with_sign(one, wan(one)) for one in (own.change, own.by_model, view.others))
    text = (
        f"{own.name}（{own.dmu}）就{view.service}申请特殊因素“{view.label}”。若同意，其{view.fiscal_year}年度基线由"
        f"{wan(own.before.point)}万元变为{wan(own.after.point)}万元，变动{change}万元（{with_sign(own.change_percent)}%），"
        f"其中加回的特殊因素{wan(own.given_back)}万元，模型引起{by_model}万元；其他单位中{view.n_moved}个有变动，"
        f"合计{others}万元。{weaker}基线为{prices}。"
    )
    return [
        Block(title, TITLE, align="centre", after=6),
        paragraphs(text),
        *flow.section(claimed_table(view), wide / 2),
        *flow.section(admitted_table(view), wide),
        *flow.headed("各单位变动图", flow.movements(view), wide, note=cut),
        *flow.section(movement_table(view), wide),
    ]
