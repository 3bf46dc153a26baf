"""What a batch of ledger entries may not do: make a budget, leave its year, come from tomorrow."""

from collections.abc import Callable

import pytest

from budgetperf.actions.context import Context
from budgetperf.actions.ledger import BatchForm, record_entries
from budgetperf.errors import Invalid
from tests import cast, story

Ctx = Callable[..., Context]


def batch(code: str, **entry: object) -> BatchForm:
    usual = {
        "project_code": code,
        "kind": "payment",
        "on_date": "2026-01-05",
        "amount": "100",
        "document_number": "1号",
    }
    return BatchForm.model_validate({"fiscal_year": 2026, "entries": [{**usual, **entry}]})


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"kind": "appropriation"}, "kind"),
        ({"on_date": "2027-01-01"}, "on_date"),
        ({"on_date": "2026-12-31"}, "on_date"),
        ({"economic_code": "不是科目"}, "economic_code"),
        ({"amount": "0"}, "amount"),
        ({"project_code": "nobody"}, "project_code"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_recorded(
    ctx: Ctx, entry: dict[str, object], field: str
) -> None:
    code = story.make_request(ctx).subject
    later = ctx(cast.FINANCE_REVIEWER, cast.NOW.replace(year=2026, month=1, day=10))
    with pytest.raises(Invalid) as refused:
        record_entries(later, batch(code, **entry))
    assert [finding.where.pointer for finding in refused.value.findings] == [f"/entries/0/{field}"]


def test_a_right_entry_is_recorded(ctx: Ctx) -> None:
    code = story.make_request(ctx).subject
    later = ctx(cast.FINANCE_REVIEWER, cast.NOW.replace(year=2026, month=1, day=10))
    assert record_entries(later, batch(code, economic_code="30201")) == 1


def entries(code: str, *found: dict[str, object]) -> BatchForm:
    return BatchForm(fiscal_year=2026, entries=tuple(e for one in found for e in batch(code, **one).entries))


def refused_at(ctx: Context, form: BatchForm) -> list[str]:
    with pytest.raises(Invalid) as refused:
        record_entries(ctx, form)
    return [finding.where.pointer for finding in refused.value.findings]


def test_the_same_entry_is_recorded_once(ctx: Ctx) -> None:
    code = story.make_request(ctx).subject
    later = ctx(cast.FINANCE_REVIEWER, cast.NOW.replace(year=2026, month=1, day=10))
    twice = entries(code, {}, {"document_number": "2号"}, {})
    assert refused_at(later, twice) == ["/entries/2/document_number"]
    assert record_entries(later, batch(code)) == 1
    assert refused_at(later, batch(code)) == ["/entries/0/document_number"]
    assert record_entries(later, batch(code, amount="101")) == 1


def test_no_more_is_refunded_than_was_paid(ctx: Ctx) -> None:
    code = story.make_request(ctx).subject
    later = ctx(cast.FINANCE_REVIEWER, cast.NOW.replace(year=2026, month=1, day=10))
    refund = {"kind": "refund", "amount": "101", "document_number": "退"}
    assert refused_at(later, entries(code, {}, refund)) == ["/entries/1/amount"]
    assert record_entries(later, entries(code, {}, {**refund, "amount": "100"})) == 2


def test_the_largest_amounts_are_recorded(ctx: Ctx) -> None:
    code = story.make_request(ctx).subject
    later = ctx(cast.FINANCE_REVIEWER, cast.NOW.replace(year=2026, month=1, day=10))
    most = {"amount": "9000000000000000"}
    assert record_entries(later, entries(code, most, {**most, "document_number": "2号"})) == 2
    with pytest.raises(ValueError, match="金额"):
        batch(code, amount="9000000000000001")
