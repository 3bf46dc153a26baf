"""What a cost-benefit form refuses: lives and years nobody plans for."""

from collections.abc import Mapping

import pytest

from budgetperf.costing.form import BenefitForm, check_offsets_within_life
from budgetperf.forms import read


def document(*, life: object = 10, offset: object = 0) -> Mapping[str, object]:
    flow = {
        "year_offset": offset, "amount": "100", "kind": "capital", "label": "建设", "price_year": 2026, "source": "测算表",
    }  # fmt: skip
    option = {"code": "build", "label": "更新", "life_years": life, "evidence": "B", "flows": [flow]}
    return {"base_year": 2026, "options": [option]}


@pytest.mark.parametrize("life", [0, -1, 101, 10**30])
def test_a_life_is_one_to_a_hundred_years(life: int) -> None:
    _, [finding] = read(BenefitForm, document(life=life))
    assert (finding.where.pointer, finding.message) == (
        "/options/0/life_years",
        "寿命期（年）：超出可填报的范围",
    )


@pytest.mark.parametrize("offset", [-1, 101, 10**30])
def test_a_year_is_not_before_the_base_year_nor_after_any_life(offset: int) -> None:
    _, [finding] = read(BenefitForm, document(life=100, offset=offset))
    assert (finding.where.pointer, finding.message) == (
        "/options/0/flows/0/year_offset",
        "第几年：超出可填报的范围",
    )


@pytest.mark.parametrize(("life", "offset"), [(1, 0), (1, 1), (100, 100)])
def test_a_year_within_the_life_is_taken(life: int, offset: int) -> None:
    form, findings = read(BenefitForm, document(life=life, offset=offset))
    assert form is not None
    assert (findings, check_offsets_within_life(form)) == ((), ())


def test_a_year_after_the_life_is_told_at_its_field() -> None:
    form, _ = read(BenefitForm, document(life=10, offset=11))
    assert form is not None
    [finding] = check_offsets_within_life(form)
    assert finding.where.pointer == "/options/0/flows/0/year_offset"
    assert finding.message == "第几年：“建设”在第11年，方案“更新”的寿命期只有10年"
