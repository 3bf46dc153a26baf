from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.costing.frames import panel_frame
from budgetperf.costing.screening import ScreeningRule, screen
from budgetperf.costing.words import OutlierRule
from tests.costing.factories import make_panel

RULES = (
    ScreeningRule(OutlierRule.BACON, Decimal("0.05")),
    ScreeningRule(OutlierRule.GRUBBS, Decimal("0.05")),
    ScreeningRule(OutlierRule.ESD, Decimal("0.05"), at_most=5),
)


def with_outliers(*times: int):
    """A panel whose first rows cost several times as much."""
    panel = make_panel(n_dmus=30)
    rows = tuple(
        replace(row, cost=row.cost.times(Decimal(times[at]))) if at < len(times) else row
        for at, row in enumerate(panel.rows)
    )
    return replace(panel, rows=rows), rows[: len(times)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule.value)
def test_a_row_of_eight_times_the_cost_is_named_with_its_ratio(rule):
    panel, (wild,) = with_outliers(8)
    [found] = screen(panel_frame(panel), rule, levels=panel.spec.levels)
    assert (found.dmu, found.year) == (wild.dmu, wild.year)
    assert 4 < found.ratio < 16
    assert found.finding.message.startswith(f"{wild.dmu}{wild.year}年成本为同等条件中位水平的")
    assert rule.rule.label in found.finding.message
    assert found.finding.where.pointer == f"/rows/{wild.dmu}/{wild.year}"


@pytest.mark.parametrize("rule", [RULES[0], RULES[2]], ids=lambda rule: rule.rule.value)
def test_rows_that_would_hide_each_other_are_all_named(rule):
    panel, wild = with_outliers(9, 9, 9)
    found = screen(panel_frame(panel), rule, levels=panel.spec.levels)
    assert {(one.dmu, one.year) for one in found} >= {(row.dmu, row.year) for row in wild}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule.value)
def test_panels_without_outliers_are_left_alone_at_about_the_level(rule):
    named = 0
    for seed in range(40):
        panel = make_panel(n_dmus=30, seed=seed)
        named += bool(screen(panel_frame(panel), rule, levels=panel.spec.levels))
    assert named <= 8  # 2 expected at 5 %; more than 8 has a chance below one in a thousand


def test_the_order_of_the_rows_does_not_matter():
    panel, _ = with_outliers(9, 9)
    frame = panel_frame(panel)
    shuffled = frame.sample(frac=1, random_state=3)
    for rule in RULES:
        assert set(screen(shuffled, rule, levels=panel.spec.levels)) == set(
            screen(frame, rule, levels=panel.spec.levels)
        )


@pytest.mark.parametrize(
    ("rule", "alpha", "at_most", "told"),
    [
        (OutlierRule.BACON, "0", 0, "显著性水平"),
        (OutlierRule.ESD, "0.05", 0, "最多剔除的行数"),
        (OutlierRule.GRUBBS, "0.05", 2, "最多剔除的行数"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule, alpha, at_most, told):
    with pytest.raises(ValueError, match=told):
        ScreeningRule(rule, Decimal(alpha), at_most)
