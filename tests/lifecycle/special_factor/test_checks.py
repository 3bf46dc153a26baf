"""Special-factor claims: each thing that is wrong is told at its field."""

from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.costing.panel import PanelRow
from budgetperf.lifecycle.special_factor.checks import ClaimContext, check
from budgetperf.lifecycle.special_factor.form import ClaimForm
from budgetperf.money import Money

FILE = "a" * 64
ROWS = {year: PanelRow("D03", "三所", year, Money(1_000_00), {"area": Decimal(2)}) for year in (2023, 2024)}
CONTEXT = ClaimContext("D03", ROWS, {}, frozenset({FILE}))


def make_claim(*amounts, evidence=(FILE,)):
    return ClaimForm.model_validate(
        {
            "panel_code": "road", "label": "桥隧保洁", "statement": "只有本所辖区有桥隧", "evidence": evidence,
            "amounts": [{"year": year, "amount": str(fen)} for year, fen in amounts],
        }
    )  # fmt: skip


def test_a_sound_claim_has_no_finding():
    assert check(make_claim((2023, 1), (2024, 99_999)), CONTEXT) == ()


@pytest.mark.parametrize(
    ("claim", "pointer", "told"),
    [
        (make_claim(), "/amounts", "至少写明一年"),
        (make_claim((2024, 0)), "/amounts/0/amount", "应大于0且小于该年成本0.1万元（1,000.00元）"),
        (make_claim((2023, 1), (2024, 100_000)), "/amounts/1/amount", "应大于0且小于该年成本"),
        (make_claim((2019, 1)), "/amounts/0/year", "没有单元 D03 2019年的数据"),
        (make_claim((2024, 1), evidence=()), "/evidence", "至少选择一份"),
        (make_claim((2024, 1), evidence=("b" * 64,)), "/evidence", "未上传到该项目"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(claim, pointer, told):
    [finding] = check(claim, CONTEXT)
    assert finding.where.pointer == pointer
    assert told in finding.message


def test_a_year_claimed_twice_is_told_at_both_rows():
    found = check(make_claim((2024, 1), (2024, 2)), CONTEXT)
    assert [finding.where.pointer for finding in found] == ["/amounts/0/year", "/amounts/1/year"]


def test_what_admitted_claims_took_is_named_where_the_rest_is_too_little():
    context = replace(CONTEXT, admitted={2024: Money(50_000)})
    [finding] = check(make_claim((2024, 100_000)), context)
    assert "小于该年成本扣除已认定特殊因素0.05万元（500.00元）后的0.1万元（1,000.00元）" in finding.message
    assert "扣除" not in check(make_claim((2024, 100_000)), CONTEXT)[0].message
