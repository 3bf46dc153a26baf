"""A cost panel handed in as a file: what it says, in whose prices, and what is to be told of it before it is kept."""

from dataclasses import dataclass, replace

from pydantic import ValidationError

from budgetperf.actions.context import Context
from budgetperf.actions.panels import (
    CostPanelForm,
    DriverForm,
    ObservationForm,
    PanelCode,
    UnitForm,
    price_index,
    projects,
    usability,
)
from budgetperf.costing.filing import check_slips
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import Form, Line, Year, ask
from budgetperf.reports.recorded_words import told_readably
from budgetperf.workbooks.cost_panel import refuse
from budgetperf.workbooks.panel_book import PanelBook, read_panel_book


class PanelHead(Form):
    """What a panel is called, and which year its costs are brought to."""

    code: PanelCode = ask("面板编码", "本系统内唯一，如 ROADS-2026；登记后不再改动")
    service: Line = ask("服务名称", "如：道路清扫保洁")
    cost_label: Line = ask("成本口径", "成本包括什么，如：清扫保洁全年支出")
    base_year: Year = ask("价格基年", "各年成本按现行价格指数折算到该年价格")
    fiscal_year: Year = ask("预算年度", "对应项目的动因值属于哪一年的预算")


@dataclass(frozen=True, slots=True)
class PricedPanel:
    """A panel beside itself in base-year prices.

    Parameters
    ----------
    panel : CostPanel
        As reported.
    index : PriceIndex
        In force.
    priced : CostPanel or None
        None where the index lacks a year or a region.
    findings : tuple of Finding
        Of the checks, the prices and the special cases in force now.
    """

    panel: CostPanel
    index: PriceIndex
    priced: CostPanel | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FiledPanel:
    """A file that may be kept."""

    form: CostPanelForm
    priced: PricedPanel


def read_panel_file(ctx: Context, head: PanelHead, content: bytes, *, name: str) -> FiledPanel:
    """Read a filled workbook or CSV.

    Raises
    ------
    Invalid
        With every error at its cell; nothing is kept of such a file.
    """
    book = read_panel_book(
        content,
        name=name,
        code=head.code,
        service=head.service,
        base_year=head.base_year,
        projects=projects(ctx).keys(),
    )
    panel = replace(book.panel, spec=replace(book.panel.spec, cost_label=head.cost_label))
    places, unusable = book.read.places, usability(ctx, panel)
    told = (*_past(ctx, head), *book.found, *(places.at_cells(unusable) if places else unusable))
    refuse(name, tuple(one for one in told if one.severity is Severity.ERROR))
    return FiledPanel(_written(head, panel, book), replace(priced_panel(ctx, panel), findings=told))


def _past(ctx: Context, head: PanelHead) -> tuple[Finding, ...]:
    """Warn of a budget year that is over: nothing is cut by its baselines any more."""
    if head.fiscal_year >= ctx.today.year:
        return ()
    text = f"预算年度{head.fiscal_year}已过，对应项目的基线不会再用于核减，请核对"
    return (Finding("cost_panel.past_year", Severity.WARNING, Where(pointer="/fiscal_year"), text),)


def _written(head: PanelHead, panel: CostPanel, book: PanelBook) -> CostPanelForm:
    """Return the form; a text no form can hold is refused by what it says."""
    try:
        return _form(head, panel, book)
    except ValidationError as error:
        texts = "、".join(f"“{str(one['input'])[:30]}”" for one in error.errors())
        raise Invalid(
            "cost_panel.text", f"这些单元格的文字过长，或含有不能使用的字符，请改正后再传：{texts}"
        ) from error


def priced_panel(ctx: Context, panel: CostPanel) -> PricedPanel:
    """Return a panel with its base-year prices by the index in force, and what must be told of it."""
    index = price_index(ctx)
    found = told_readably((*panel.check(), *check_slips(panel), *usability(ctx, panel)))
    try:
        return PricedPanel(panel, index, at_base_prices(panel, index), found)
    except Invalid:  # ``found`` says why
        return PricedPanel(panel, index, None, found)


def _form(head: PanelHead, panel: CostPanel, book: PanelBook) -> CostPanelForm:
    return CostPanelForm(
        code=head.code,
        service=head.service,
        cost_label=head.cost_label,
        base_year=head.base_year,
        drivers=tuple(
            DriverForm(code=one.code, label=one.label, uom=one.uom, logged=one.logged, role=one.role)
            for one in panel.spec.drivers
        ),
        rows=tuple(
            ObservationForm(
                dmu=row.dmu,
                name=row.name,
                year=row.year,
                region=row.group,
                cost=row.cost,
                drivers=dict(row.drivers),
                treatment=row.treatment,
            )
            for row in panel.rows
        ),
        units=tuple(
            UnitForm(
                project_code=unit.project,
                dmu=unit.dmu,
                fiscal_year=head.fiscal_year,
                drivers=dict(unit.drivers),
            )
            for unit in book.units
        ),
    )
