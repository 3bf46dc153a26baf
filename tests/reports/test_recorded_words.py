"""Recorded sentences read out: clearer words, and nothing of what was recorded is lost."""

from decimal import Decimal

import pytest

from budgetperf.costing.panel import check_unit_alone
from budgetperf.findings import Finding, Severity, Where
from budgetperf.reports.baseline_words import diagnose
from budgetperf.reports.recorded_words import readable, told_readably
from tests.costing.factories import make_row
from tests.costing.test_panel import panel_of


@pytest.mark.parametrize(
    ("recorded", "read"),
    [
        ("（Cook距离0.067＞0.067）", "（Cook距离0.067，略高于界限）"),
        ("（Cook距离0.167＞0.067）", "（Cook距离0.167＞0.067）"),
        ("（Cook距离0.067＞0.0671）", "（Cook距离0.067＞0.0671）"),
        ("检验p=1e-09；", "检验p<0.001；"),
        ("涉及：const、log(道路面积)、人工；请", "涉及：常数项、道路面积的对数、人工；请"),
        ("（LR=0.000，p=1.000）：", "（LR=0.000，p=1.000）："),
        ("泵站p=1.2.3 2024年", "泵站p=1.2.3 2024年"),
    ],
)
def test_equal_figures_and_p_values_are_read_as_people_write_them(recorded: str, read: str) -> None:
    assert readable(recorded) == read


def test_a_unit_in_another_unit_of_measure_is_told_with_what_to_do() -> None:
    odd = [make_row("10", year=year, cost="100000", area="10") for year in (2023, 2024)]
    found = check_unit_alone(panel_of(*odd, *(make_row(f"D{n}", cost="10", area="10") for n in range(1, 4))))
    (told,) = told_readably(found)
    name, area = odd[0].name, panel_of(*odd).spec.work[0].label
    assert told.message.startswith(f"单元“{name}”每单位“{area}”的成本是其他单元的上千倍")
    assert "改正后重新上传" in told.message
    assert found[0].message.startswith(f"{name}的单位“")  # as packages keep it
    assert "改正后重新上传" in diagnose("costing.unit_alone", found).units[0].text


def test_what_is_told_of_near_limits_keeps_the_order_of_distances() -> None:
    rows = [
        Finding("costing.influence", Severity.NOTE, Where(pointer=f"/rows/{dmu}/2025"), f"{dmu}在2025年对回归影响偏大（Cook距离{far}＞0.067），请核对数据；未剔除")
        for dmu, far in (("A", Decimal("0.067")), ("B", Decimal("0.500")))
    ]  # fmt: skip
    units = diagnose("costing.influence", tuple(rows)).units
    assert [(one.dmu, one.rows[0][1]) for one in units] == [
        ("B", "Cook距离0.500＞0.067"),
        ("A", "Cook距离0.067，略高于界限"),
    ]
