"""Cost panels: dmu-years of cost and drivers as reported, and which project is which dmu. Imports nothing heavy."""

import re
from collections import Counter
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from sqlalchemy import insert

from budgetperf.actions.context import Context
from budgetperf.actions.payloads import PanelKept
from budgetperf.actions.rules import in_force
from budgetperf.costing.filing import check_slips, check_usable
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec, driver_value
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.records import record, restore
from budgetperf.costing.words import DriverRole
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.evidence import merkle
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import Amount, Form, Line, Year, ask
from budgetperf.money import Money
from budgetperf.permissions import Permission, may
from budgetperf.provenance import canonical_json
from budgetperf.rulebook.parameters import CostBaselineRules, PriceIndexRules
from budgetperf.store.costs import cost_panel, observations
from budgetperf.store.evidence import write_event
from budgetperf.store.listings import cost_panels
from budgetperf.store.records import list_evaluands
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.costs import CostObservation, CostPanelRow, CostUnit

ALL = 1_000_000
MOST_ROWS = 5_000


def _driver_value(value: object) -> Decimal:
    number = None if isinstance(value, bool | float) else driver_value(str(value))
    if number is None:
        raise ValueError(f"“{value}”不是数字，或超出可填报的范围")
    return number


DriverValue = Annotated[
    Decimal,
    BeforeValidator(_driver_value),
    PlainSerializer(lambda number: format(number, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,20})?$"}),
]


def _addressable(code: str) -> str:
    if re.search(r"[/\\?#%]", code) or code.startswith("."):
        raise ValueError(f"“{code}”不能含“/”“\\”“?”“#”“%”，也不能以“.”开头，因为编码要用在网址中")
    return code


def _panel_code(code: str) -> str:
    if code == "new":
        raise ValueError("“new”留作系统网址，请另用一个编码")
    return code


Code = Annotated[Line, AfterValidator(_addressable)]
PanelCode = Annotated[Code, AfterValidator(_panel_code)]


class DriverForm(Form):
    """A declared cost driver."""

    code: Line = ask("代码")
    label: Line = ask("名称")
    uom: Line = ask("计量单位")
    logged: bool = ask("取对数", default=True)
    role: DriverRole = ask("动因类别", default=DriverRole.WORK)


class ObservationForm(Form):
    """Cost and drivers of one dmu in one year."""

    dmu: Code = ask("单元编码")
    name: Line = ask("单元名称")
    year: Year = ask("年度")
    region: Line = ask("地区", default="")
    cost: Amount = ask("成本")
    drivers: dict[Line, DriverValue] = ask("动因值")
    treatment: Line = ask("特殊情形", default="")


class UnitForm(Form):
    """A project that is a dmu, with its drivers for a budget year."""

    project_code: Line = ask("项目编码")
    dmu: Line = ask("单元编码")
    fiscal_year: Year = ask("预算年度")
    drivers: dict[Line, DriverValue] = ask("动因值")


class CostPanelForm(Form):
    """A cost panel of one service."""

    code: PanelCode = ask("面板编码")
    service: Line = ask("服务名称")
    cost_label: Line = ask("成本口径")
    base_year: Year = ask("价格基年")
    drivers: Annotated[tuple[DriverForm, ...], Field(min_length=1)] = ask("动因")
    rows: Annotated[tuple[ObservationForm, ...], Field(min_length=1, max_length=MOST_ROWS)] = ask("观测值")
    units: tuple[UnitForm, ...] = ask("对应项目", default=())


def keep_panel(ctx: Context, form: CostPanelForm) -> int:
    """Keep a panel with its rows and units, all or nothing; return the number of rows.

    Raises
    ------
    Forbidden
        The actor may not fit baselines.
    Conflict
        There is a panel of this code: a correction is a panel of its own.
    Invalid
        What is wrong with the panel, with every finding; a unit without its drivers, or of an unknown project.
    """
    reason = may(ctx.actor, Permission("baseline:model:fit"), "", "登记成本面板")
    if reason:
        raise Forbidden("panels.forbidden", reason)
    refuse_taken(ctx, form.code)
    panel = panel_of(form)
    told = (*panel.check(), *check_slips(panel), *usability(ctx, panel))
    if errors := tuple(one for one in told if one.severity is Severity.ERROR):
        raise Invalid("panels.rows", f"成本面板有{len(errors)}处错误，改正后再试", errors)
    known = projects(ctx)
    _check_units(form, known)
    panel_id = ctx.ids.new()
    _write(ctx, panel_id, form, known)
    leaves = [canonical_json(row.model_dump(mode="json")) for row in form.rows]
    payload = PanelKept(form.code, len(leaves), merkle.root(leaves))
    write_event(
        ctx.session, form.code, kind="baseline.panel", actor=ctx.actor.id, at=ctx.now, payload=payload
    )
    return len(leaves)


def refuse_taken(ctx: Context, code: str) -> None:
    """Refuse a code that is taken.

    Raises
    ------
    Conflict
        There is a panel of this code.
    """
    if any(known.code == code for known in cost_panels(ctx.session)):
        raise Conflict(
            "panels.code", f"已有编码为“{code}”的成本面板，登记后不再改动；更正或续报请另用一个编码"
        )


def projects(ctx: Context) -> dict[str, str]:
    """Return the ids of the visible projects by code."""
    return {one.code: one.id for one in list_evaluands(ctx.session, ctx.actor, limit=ALL)}


def panel_of(form: CostPanelForm) -> CostPanel:
    """Return the panel a form declares."""
    drivers = tuple(DriverSpec(one.code, one.label, one.uom, one.logged, one.role) for one in form.drivers)
    rows = tuple(
        PanelRow(row.dmu, row.name, row.year, row.cost, row.drivers, row.region, row.treatment)
        for row in form.rows
    )
    return CostPanel(PanelSpec(form.code, form.service, form.cost_label, drivers, form.base_year), rows)


def load_panel(ctx: Context, code: str, *, dmu: str = "") -> tuple[str, CostPanel]:
    """Return the id and the rows of a stored panel; the rows of one unit if given."""
    facts = cost_panel(ctx.session, code)
    rows = tuple(
        PanelRow(
            row.dmu,
            row.name,
            row.year,
            Money(row.cost_fen),
            {key: Decimal(value) for key, value in row.drivers.items()},
            row.region,
            row.treatment,
        )
        for row in observations(ctx.session, facts.id, dmu)
    )
    return facts.id, CostPanel(restore(PanelSpec, facts.spec), rows)


def price_index(ctx: Context) -> PriceIndex:
    """Return the price index in force."""
    used = in_force(ctx, "price_index", PriceIndexRules)
    return PriceIndex(used.id, used.rules.values, used.edition.source, used.rules.regions)


def usability(ctx: Context, panel: CostPanel) -> tuple[Finding, ...]:
    """Return why a panel could never be fitted by the price index and the edition in force."""
    return check_usable(panel, prices=price_index(ctx), treatments=_treatments(ctx))


def _treatments(ctx: Context) -> frozenset[str] | None:
    """Return the special cases the edition in force knows; None before the first edition."""
    try:
        rules = in_force(ctx, "cost_baseline", CostBaselineRules).rules
    except NotFound:
        return None
    return frozenset(one.key for one in rules.treatments)


def _check_units(form: CostPanelForm, known: dict[str, str]) -> None:
    declared = {driver.code for driver in form.drivers}
    logged = {driver.code for driver in form.drivers if driver.logged}
    rows: tuple[ObservationForm | UnitForm, ...] = (*form.rows, *form.units)
    for row in rows:
        if row.drivers.keys() != declared:
            raise Invalid("panels.drivers", f"单元 {row.dmu} 的动因应恰为：{'、'.join(sorted(declared))}")
    for unit in form.units:
        if bad := [code for code in sorted(logged) if unit.drivers[code] <= 0]:
            raise Invalid("panels.drivers", f"项目 {unit.project_code} 的“{bad[0]}”须为正数")
    if unknown := [unit.project_code for unit in form.units if unit.project_code not in known]:
        raise Invalid("panels.project", f"没有编码为“{unknown[0]}”的项目")
    counted = Counter((unit.project_code, unit.fiscal_year) for unit in form.units)
    if twice := [code for (code, _), count in counted.items() if count > 1]:
        raise Invalid("panels.project", f"项目“{twice[0]}”在同一预算年度只能对应一个单元")
    projects_of = Counter((unit.dmu, unit.fiscal_year) for unit in form.units)
    if shared := [n for n, unit in enumerate(form.units) if projects_of[unit.dmu, unit.fiscal_year] > 1]:
        text = f"单元“{form.units[shared[-1]].dmu}”在同一预算年度只能对应一个项目，否则同一基线会用两次"
        place = Where(pointer=f"/units/{shared[-1]}/dmu")
        raise Invalid("panels.dmu", text, (Finding("panels.dmu", Severity.ERROR, place, text),))


def _write(ctx: Context, panel_id: str, form: CostPanelForm, known: dict[str, str]) -> None:
    connection = ctx.session.connection()
    spec = record(panel_of(form).spec)
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
                "treatment": row.treatment,
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
