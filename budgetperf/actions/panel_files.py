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
)
from budgetperf.actions.rules import in_force
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.errors import Invalid, NotFound
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import Form, Line, Year, ask
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.workbooks.cost_panel import REGION, TREATMENT, Cells
from budgetperf.workbooks.panel_book import PANEL, PanelBook, read_panel_book


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
        Of the checks, the prices and the special cases.
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
    priced = priced_panel(ctx, panel)
    if errors := _unfit(ctx, priced, book.cells):
        raise Invalid("cost_panel.unfit", f"成本面板有{len(errors)}处错误，改正后再试", errors)
    at_cells = {finding.code for finding in book.warnings}
    told = (*book.warnings, *(one for one in priced.findings if one.code not in at_cells))
    return FiledPanel(_written(head, panel, book), replace(priced, findings=told))


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
    found = list(panel.check())
    priced = None
    try:
        priced = at_base_prices(panel, index)
    except Invalid as error:
        found.append(Finding(error.code, Severity.WARNING, Where(sheet=PANEL), error.text))
    known = _treatments(ctx) or frozenset()
    found += [
        Finding(
            "cost_panel.treatment",
            Severity.WARNING,
            row.where,
            f"{row.name}{row.year}年的特殊情形“{row.treatment}”不在现行测算口径中，测算时会被拒绝，请核对",
        )
        for row in panel.rows
        if row.treatment and row.treatment not in known
    ]
    return PricedPanel(panel, index, priced, tuple(found))


def _unfit(ctx: Context, priced: PricedPanel, cells: Cells) -> tuple[Finding, ...]:
    """Return why the panel could never be fitted by the price index and the edition in force."""
    index, known = priced.index, _treatments(ctx)
    base = priced.panel.spec.base_year
    told: list[tuple[str, Where, str]] = []
    if base not in index.values:
        text = f"价格指数{index.code}没有{base}年的值，请另选基年，或先补充指数"
        told.append(("base_year", Where(pointer="/base_year"), text))
    for row in priced.panel.rows:
        if index.regions and row.group not in index.regions:
            text = f"价格指数{index.code}没有地区“{row.group}”的值，现有：{'、'.join(index.regions)}"
            told.append(("region", cells.get((row.dmu, row.year, REGION), Where(sheet=PANEL)), text))
        if known is not None and row.treatment and row.treatment not in known:
            text = f"特殊情形“{row.treatment}”不在现行测算口径中，请核对；可用：{'、'.join(sorted(known)) or '无'}"
            told.append(("treatment", cells[row.dmu, row.year, TREATMENT], text))
    return tuple(Finding(f"cost_panel.{code}", Severity.ERROR, where, text) for code, where, text in told)


def _treatments(ctx: Context) -> frozenset[str] | None:
    """Return the special cases the edition in force knows; None before the first edition."""
    try:
        rules = in_force(ctx, "cost_baseline", CostBaselineRules).rules
    except NotFound:
        return None
    return frozenset(one.key for one in rules.treatments)


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
