"""A fit the data do not carry ends with the sentence of its own failure, not as something nobody foresaw."""

import logging
from pathlib import Path

import pytest

from budgetperf.actions.panels import CostPanelForm, keep_panel
from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.statistics.errors import SingularCorrelation
from budgetperf.store.runs import RunState, runs
from budgetperf.store.session import Database
from tests import cast
from tests.workflows.city import wait
from tests.workflows.fit_city import fitting_house
from workflows.jobs import Jobs, prepare
from workflows.worker import _said, hopeless, working

OFFICE = cast.RULES_OFFICE


def panel(hectares: list[int]) -> CostPanelForm:
    """As many units, of 3, 4, 5… in the one driver and so much in the other."""
    rows = [
        {"dmu": f"D{at:02}", "name": f"{at}所", "year": 2024, "cost": str(10_000_000 * (at + 1) + at % 3 * 70_000),
         "drivers": {"area": str(3 + at), "hectares": str(other)}}
        for at, other in enumerate(hectares)
    ]  # fmt: skip
    drivers = [
        {"code": "area", "label": "保洁面积", "uom": "万平方米"},
        {"code": "hectares", "label": "保洁公顷", "uom": "公顷"},
    ]
    form = {"code": "road", "service": "道路清扫保洁", "cost_label": "支出", "base_year": 2024,
            "drivers": drivers, "rows": rows}  # fmt: skip
    return CostPanelForm.model_validate(form)


@pytest.mark.parametrize(
    ("hectares", "said"),
    [(list(range(3, 33)), "自变量几乎线性相关"), ([3, 4, 7], "数据行不足：现有3，至少需要4")],
)
def test_a_fit_the_data_do_not_carry_says_why(
    fresh_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, hectares: list[int], said: str
) -> None:
    with fitting_house(fresh_database, tmp_path) as house:
        prepare(fresh_database)
        with house.unit(OFFICE.id) as ctx:
            keep_panel(ctx, panel(hectares))
        jobs = Jobs(house)
        arguments = {"panel_code": "road", "fiscal_year": str(cast.YEAR)}
        run_id = jobs.start("batch.baseline", arguments, key="1", actor_id=OFFICE.id)
        with caplog.at_level(logging.ERROR), working(house, fresh_database):
            ended = wait(jobs, run_id, until=RunState.STOPPED, actor=OFFICE)
        jobs.close()
    assert said in ended.run.note
    assert "内部错误" not in ended.run.note
    assert not [one for one in caplog.records if one.name == "workflows.worker"]


def test_a_payable_total_no_rule_asks_for_is_refused_at_its_field_before_anything_runs(
    fresh_database: Database, tmp_path: Path
) -> None:
    with fitting_house(fresh_database, tmp_path) as house:
        prepare(fresh_database)
        jobs = Jobs(house)
        arguments = {"panel_code": "road", "fiscal_year": str(cast.YEAR), "payable_total": "1000000"}
        with pytest.raises(Invalid, match="没有规定按应付总额校准") as refused:
            jobs.start("batch.baseline", arguments, key="1", actor_id=OFFICE.id)
        with house.unit(OFFICE.id) as ctx:
            assert not runs(ctx.session)
        jobs.close()
    assert [str(one.where.pointer) for one in refused.value.findings] == ["/payable_total"]


def test_what_the_tables_of_an_index_do_not_carry_is_told_too_and_what_nobody_foresaw_is_not() -> None:
    assert _said("result", SingularCorrelation(1e9)).startswith(
        "步骤“result”未能办理：指标之间完全或几乎完全相关"
    )
    assert "内部错误（ValueError）" in _said("result", ValueError("math domain error"))


@pytest.mark.parametrize(
    ("kind", "error", "ends"),
    [
        ("batch.baseline", SingularCorrelation(1e9), True),
        ("batch.baseline", Invalid("costing.perfect_fit", "没有残差"), True),
        ("batch.movement", Invalid("costing.panel", "面板有错误"), True),
        ("batch.baseline", Conflict("baseline.moved", "有变动，请重试"), False),
        ("batch.baseline", NotFound("rules.none", "没有规则版本"), False),
        ("campaign.quarter", Invalid("goals.missing", "没有目标"), False),
    ],
)
def test_only_what_another_order_is_needed_for_ends_a_run(kind: str, error: Exception, *, ends: bool) -> None:
    assert hopeless(kind, error) is ends
