"""Cost panels: dmu-years of cost and drivers as reported, and which project is which dmu."""

from decimal import Decimal

from sqlalchemy import insert

from budgetperf.actions.context import Context
from budgetperf.actions.payloads import PanelKept
from budgetperf.actions.rules import in_force
from budgetperf.costing.panel import CostPanel, PanelRow, PanelSpec
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import restore
from budgetperf.errors import Forbidden, Invalid
from budgetperf.evidence import merkle
from budgetperf.forms import Amount, Form, Line, Number, Year, ask
from budgetperf.money import Money
from budgetperf.permissions import Permission, may
from budgetperf.provenance import canonical_json
from budgetperf.rulebook.parameters import PriceIndexRules
from budgetperf.store.costs import cost_panel, observations
from budgetperf.store.evidence import write_event
from budgetperf.store.records import list_evaluands
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.costs import CostObservation, CostPanelRow, CostUnit


class DriverForm(Form):
    """A declared cost driver."""

    code: Line = ask("代码")
    label: Line = ask("名称")
    uom: Line = ask("计量单位")


class ObservationForm(Form):
    """Cost and drivers of one dmu in one year."""

    dmu: Line = ask("单元编码")
    name: Line = ask("单元名称")
    year: Year = ask("年度")
    region: Line = ask("地区", default="")
    cost: Amount = ask("成本")
    drivers: dict[Line, Number] = ask("动因值")


class UnitForm(Form):
    """A project that is a dmu, with its drivers for a budget year."""

    project_code: Line = ask("项目编码")
    dmu: Line = ask("单元编码")
    fiscal_year: Year = ask("预算年度")
    drivers: dict[Line, Number] = ask("动因值")


class CostPanelForm(Form):
    """A cost panel of one service."""

    code: Line = ask("面板编码")
    service: Line = ask("服务名称")
    cost_label: Line = ask("成本口径")
    base_year: Year = ask("价格基年")
    drivers: tuple[DriverForm, ...] = ask("动因")
    rows: tuple[ObservationForm, ...] = ask("观测值")
    units: tuple[UnitForm, ...] = ask("对应项目", default=())


def keep_panel(ctx: Context, form: CostPanelForm) -> int:
    """Keep a panel with its rows and units, all or nothing; return the number of rows.

    Raises
    ------
    Forbidden
        The actor may not fit baselines.
    Invalid
        A row lacks a driver, or a unit names an unknown project.
    """
    reason = may(ctx.actor, Permission("baseline:model:fit"), "", "登记成本面板")
    if reason:
        raise Forbidden("panels.forbidden", reason)
    known = {
        evaluand.code: evaluand.id for evaluand in list_evaluands(ctx.session, ctx.actor, limit=1_000_000)
    }
    declared = {driver.code for driver in form.drivers}
    rows: tuple[ObservationForm | UnitForm, ...] = (*form.rows, *form.units)
    for row in rows:
        if row.drivers.keys() != declared:
            raise Invalid("panels.drivers", f"单元 {row.dmu} 的动因应恰为：{'、'.join(sorted(declared))}")
    if unknown := [unit.project_code for unit in form.units if unit.project_code not in known]:
        raise Invalid("panels.project", f"没有编码为“{unknown[0]}”的项目")
    panel_id = ctx.ids.new()
    _write(ctx, panel_id, form, known)
    leaves = [canonical_json(row.model_dump(mode="json")) for row in form.rows]
    payload = PanelKept(form.code, len(leaves), merkle.root(leaves))
    write_event(
        ctx.session, form.code, kind="baseline.panel", actor=ctx.actor.id, at=ctx.now, payload=payload
    )
    return len(leaves)


def _write(ctx: Context, panel_id: str, form: CostPanelForm, known: dict[str, str]) -> None:
    connection = ctx.session.connection()
    spec = {
        "code": form.code,
        "service": form.service,
        "cost_label": form.cost_label,
        "drivers": [{"code": d.code, "label": d.label, "uom": d.uom, "logged": True} for d in form.drivers],
        "base_year": form.base_year,
    }
    connection.execute(
        insert(table_of(CostPanelRow)).values(id=panel_id, code=form.code, service=form.service, spec=spec)
    )
    connection.execute(
        insert(table_of(CostObservation)),
        [
            {
                "panel_id": panel_id,
                "dmu": row.dmu,
                "year": row.year,
                "name": row.name,
                "region": row.region,
                "cost_fen": row.cost.fen,
                "drivers": row.model_dump(mode="json")["drivers"],
            }
            for row in form.rows
        ],
    )
    for unit in form.units:
        connection.execute(
            insert(table_of(CostUnit)).values(
                evaluand_id=known[unit.project_code],
                panel_id=panel_id,
                dmu=unit.dmu,
                fiscal_year=unit.fiscal_year,
                drivers=unit.model_dump(mode="json")["drivers"],
            )
        )


def load_panel(ctx: Context, code: str) -> tuple[str, CostPanel]:
    """Return the id and the rows of a stored panel."""
    facts = cost_panel(ctx.session, code)
    rows = tuple(
        PanelRow(
            row.dmu,
            row.name,
            row.year,
            Money(row.cost_fen),
            {key: Decimal(value) for key, value in row.drivers.items()},
            row.region,
        )
        for row in observations(ctx.session, facts.id)
    )
    return facts.id, CostPanel(restore(PanelSpec, facts.spec), rows)


def price_index(ctx: Context) -> PriceIndex:
    """Return the price index in force."""
    used = in_force(ctx, "price_index", PriceIndexRules)
    return PriceIndex(used.id, used.rules.values, used.edition.source, used.rules.regions)
