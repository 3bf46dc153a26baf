"""The shape of 政府收支分类 codes, and which money is fiscal."""

import pytest

from budgetperf.classification import EconomicCode, FunctionCode, FundSource


@pytest.mark.parametrize("code", ["212", "21203", "2120303"])
def test_a_function_code_has_three_levels(code: str) -> None:
    assert FunctionCode(code, 2025).code == code


@pytest.mark.parametrize("code", ["", "21", "2120", "212030", "21203031", "212a3", " 212", "２１２"])
def test_another_function_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="3、5或7位数字"):
        FunctionCode(code, 2025)


@pytest.mark.parametrize("code", ["302", "30201"])
def test_an_economic_code_has_two_levels(code: str) -> None:
    assert EconomicCode(code, 2025).code == code


@pytest.mark.parametrize("code", ["", "30", "3020", "3020101", "30a", "３０２"])
def test_another_economic_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="3或5位数字"):
        EconomicCode(code, 2025)


def test_three_budgets_are_fiscal_appropriations() -> None:
    assert {source.label for source in FundSource if source.fiscal} == {
        "一般公共预算",
        "政府性基金预算",
        "国有资本经营预算",
    }
