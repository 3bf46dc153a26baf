"""A baseline adopted: a band for every project it answers for, none for others, none twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from budgetperf.actions import adoption, panels
from budgetperf.actions.baseline import fit_baseline
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.simple import NoForm
from budgetperf.costing.form import FitForm
from budgetperf.errors import Invalid
from budgetperf.permissions import Actor
from budgetperf.store.adoptions import adoptions, project_baselines
from budgetperf.store.costs import bands
from budgetperf.store.records import get_record
from tests import cast
from tests.actions.test_special_factors import adopt_for_next_year, keep_for_next_year
from tests.actions.year import City

Visit = Callable[[Actor], Context]


def test_a_project_without_an_answer_is_told_and_no_older_band_cuts_it(
    visit: Visit, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = visit(cast.RULES_OFFICE)
    keep_for_next_year(ctx, city)
    adopt_for_next_year(ctx)
    head = ctx.acting(cast.FINANCE_HEAD, ctx.now)
    [old] = bands(head.session, 2027).values()
    ctx = head.acting(cast.RULES_OFFICE, ctx.now)
    fitted = fit_baseline(ctx, FitForm(panel_code="later", fiscal_year=2027), Seen()).record_id
    head = ctx.acting(cast.FINANCE_HEAD, ctx.now)
    record = get_record(head.session, head.actor, fitted)
    assert adoption.without_band(head, record) == adoption.in_two_panels(head, record) == ()
    assert adoption.without_projects(head, record) == ()
    [empty] = adoption.without_projects(head, replace(record, fiscal_year=2030))
    assert "没有2030年度的项目列入本成本面板" in empty.message
    decision, _ = adoption._answers(head, record)
    with monkeypatch.context() as patch:
        patch.setattr(adoption, "_answers", lambda *_: (decision, {}))
        [told] = adoption.without_band(head, record)
        assert "单元D02）没有测算结果" in told.message
        assert adoption.adopt_baseline(head, fitted, NoForm(), Seen()).status == "adopted"
    assert old.record_id != fitted
    assert bands(head.session, 2027) == {}
    assert [
        one.record_id for one in project_baselines(head.session, head.actor) if one.fiscal_year == 2027
    ] == []


def test_of_two_panels_the_baseline_adopted_last_counts_and_of_one_the_one_in_force(
    visit: Visit, city: City
) -> None:
    ctx = visit(cast.RULES_OFFICE)
    for code in ("later", "aside"):
        keep_for_next_year(ctx, city, code)
    for day, code in enumerate(("later", "later", "aside", "later")):
        adopt_for_next_year(ctx.acting(cast.RULES_OFFICE, ctx.now + timedelta(days=day // 2)), code)
        [band] = bands(ctx.session, 2027).values()
        known = adoptions(ctx.session)
        assert (known[band.record_id].panel_code, known[band.record_id].in_force) == (code, True)
        listed = [
            one.record_id for one in project_baselines(ctx.session, ctx.actor) if one.panel_code == code
        ]
        assert listed == [band.record_id]
        of_year = [one for one in project_baselines(ctx.session, ctx.actor) if one.fiscal_year == 2027]
        assert [one.record_id for one in of_year if one.counts] == [band.record_id]
    assert sorted(one.panel_code for one in of_year) == ["aside", "later"]
    [told] = adoption.in_two_panels(ctx, get_record(ctx.session, ctx.actor, band.record_id))
    assert told.message.endswith("同年还列入成本面板aside，以后采用的现行基线为准核减")
    ctx = ctx.acting(cast.RULES_OFFICE, ctx.now + timedelta(days=2))
    fitted = fit_baseline(ctx, FitForm(panel_code="aside", fiscal_year=2027), Seen()).record_id
    [told] = adoption.in_two_panels(ctx, get_record(ctx.session, ctx.actor, fitted))
    assert "还列入成本面板later" in told.message
    assert told.message.endswith("现按later的基线，采用本基线后改按本基线")


def test_two_projects_are_not_one_unit(visit: Visit, city: City) -> None:
    drivers: dict[str, Any] = {"length": "5"}
    units = [
        {"project_code": city.codes[key], "dmu": "D1", "fiscal_year": 2026, "drivers": drivers}
        for key in ("water", "drains")
    ]
    rows = [
        {
            "dmu": f"D{n}",
            "name": f"D{n}",
            "year": 2024,
            "cost": str(n * 1_000_000),
            "drivers": {"length": str(n)},
        }
        for n in range(1, 13)
    ]
    form = panels.CostPanelForm.model_validate(
        {
            "code": "twice", "service": "供水", "cost_label": "支出", "base_year": 2024, "rows": rows, "units": units,
            "drivers": [{"code": "length", "label": "管网长度", "uom": "公里"}],
        }
    )  # fmt: skip
    with pytest.raises(Invalid, match="只能对应一个项目") as refused:
        panels.keep_panel(visit(cast.RULES_OFFICE), form)
    assert refused.value.findings[0].where.pointer == "/units/1/dmu"
