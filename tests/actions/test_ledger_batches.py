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
