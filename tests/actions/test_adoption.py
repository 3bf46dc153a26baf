"""A baseline adopted: a band for every project it answers for, none for others, none twice."""

from collections.abc import Callable
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
from budgetperf.store.costs import bands
from budgetperf.store.records import get_record
from tests import cast
from tests.actions.next_year import PANEL
from tests.actions.year import City

Visit = Callable[[Actor], Context]


def test_a_project_without_an_answer_is_told_and_gets_no_band(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = visit(cast.RULES_OFFICE)
    fitted = fit_baseline(ctx, FitForm(panel_code=PANEL, fiscal_year=2026), Seen()).record_id
    head = ctx.acting(cast.FINANCE_HEAD, ctx.now)
    record = get_record(head.session, head.actor, fitted)
    assert adoption.without_band(head, record) == ()
    decision, _ = adoption._answers(head, record)
    monkeypatch.setattr(adoption, "_answers", lambda *_: (decision, {}))
    [told] = adoption.without_band(head, record)
    assert "单元D02）没有测算结果" in told.message
    before = bands(head.session, 2026)
    assert adoption.adopt_baseline(head, fitted, NoForm(), Seen()).status == "adopted"
    assert bands(head.session, 2026) == before


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
