"""What a browser posts becomes the document of a form, exactly."""

from decimal import Decimal

from api.screens.fields import FieldKind, Preset, RowNote, Table, view
from api.screens.posted import kept, read_posted, with_row, without_row
from budgetperf.budget.form import DecisionForm, ObjectionForm
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import read
from budgetperf.lifecycle.exante.form import Declaration, ScoreForm
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.lifecycle.monitoring.form import MonitoringForm
from budgetperf.money import Money, MoneyUnit
from tests.cast import make_goal_form


def table(form: object, name: str) -> Table:
    return next(part for part in form.parts if isinstance(part, Table) and part.name == name)  # type: ignore[attr-defined]


def post_of(form: type, document: dict[str, object], unit: str = "wan") -> dict[str, list[str]]:
    """What the browser would send back of a shown page, unchanged."""
    shown = view(form, Preset(document, {}, {}))  # type: ignore[arg-type]
    cells = [
        cell
        for part in shown.parts
        for cell in ([c for row in part.rows for c in row.cells] if isinstance(part, Table) else [part])
    ]
    posted = {
        cell.name: [cell.value] for cell in cells if cell.kind is not FieldKind.TICK or cell.value == "true"
    }
    for cell in cells:
        chosen = [option.value for option in cell.options if option.chosen]
        if cell.kind is FieldKind.CHOICE:
            posted[cell.name] = chosen or [""]
    if "amount_unit" not in form.model_fields:  # type: ignore[attr-defined]
        posted["amount_unit"] = [unit]
    return posted


def test_goal_form_survives_the_page_unchanged() -> None:
    form = make_goal_form("123.4567")
    posted = post_of(GoalForm, form.model_dump(mode="json"))
    again, findings = read(GoalForm, read_posted(GoalForm, posted))
    assert findings == ()
    assert again == form


def test_amounts_are_converted_exactly_from_the_unit_chosen() -> None:
    posted = {"outcome": ["upheld"], "amount": ["0.000001"], "amount_unit": ["yi"], "reason": ["核实"]}
    form, findings = read(DecisionForm, read_posted(DecisionForm, posted))
    assert findings == ()
    assert form is not None
    assert form.amount == Money(10_000)


def test_fraction_of_a_fen_is_told_at_its_field() -> None:
    posted = {"outcome": ["upheld"], "amount": ["0.0000001"], "amount_unit": ["wan"], "reason": ["核实"]}
    form, findings = read(DecisionForm, read_posted(DecisionForm, posted))
    assert form is None
    assert [item.where.pointer for item in findings] == ["/amount"]
    assert "精确到分以下" in findings[0].message


def test_blank_rows_vanish_and_gaps_close() -> None:
    posted = {
        "funds.0.source": [""], "funds.0.amount": [" "],
        "funds.7.source": ["general"], "funds.7.amount": ["12"],
        "amount_unit": ["wan"],
    }  # fmt: skip
    document = read_posted(GoalForm, posted)
    assert document["funds"] == [{"source": "general", "amount": {"value": "12", "unit": "wan"}}]


def test_compulsory_yes_or_no_is_not_answered_by_silence() -> None:
    form, findings = read(Declaration, read_posted(Declaration, {"conflict": [""], "statement": ["承诺"]}))
    assert form is None
    assert [item.where.pointer for item in findings] == ["/conflict"]


def test_picks_are_read_as_a_list() -> None:
    document = read_posted(ObjectionForm, {"evidence": ["a" * 64, "b" * 64]})
    assert document["evidence"] == ["a" * 64, "b" * 64]


def test_rows_are_added_and_removed_without_script() -> None:
    assert with_row({}, "funds")["funds"] == [{}, {}]  # a blank one stood on the page already
    document = with_row({"funds": [{"source": "general"}]}, "funds")
    assert document["funds"] == [{"source": "general"}, {}]
    assert without_row(document, "funds", 0)["funds"] == [{}]


def test_draft_remembers_the_unit_of_the_page() -> None:
    draft = kept(DecisionForm, {"amount": ["3"], "amount_unit": ["yuan"]})
    assert view(DecisionForm, Preset(draft)).unit is MoneyUnit.YUAN


def test_findings_stand_at_their_field_and_in_the_summary() -> None:
    wrong = (
        Finding("a", Severity.ERROR, Where(pointer="/funds/0/amount"), "金额不对"),
        Finding("b", Severity.ERROR, Where(pointer="/funds"), "合计不符"),
        Finding("c", Severity.ERROR, Where(pointer="/nowhere"), "别处"),
    )
    shown = view(GoalForm, Preset({"funds": [{"source": "general", "amount": "100"}]}), findings=wrong)
    funds = table(shown, "funds")
    assert [item.message for item in funds.findings] == ["合计不符"]
    assert [item.message for item in funds.rows[0].cells[1].findings] == ["金额不对"]
    assert [item.href for item in shown.told] == ["#f-funds-0-amount", "#f-funds", ""]


def test_filed_fen_are_shown_in_the_unit_of_the_page() -> None:
    shown = view(GoalForm, Preset({"amount_unit": "wan", "request": "123456789"}))
    request = next(part for part in shown.parts if part.name == "request")
    assert not isinstance(request, Table)
    assert Decimal(request.value) == Decimal("123.456789")


def test_fixed_rows_cannot_be_added_or_removed() -> None:
    notes = {"rows": (RowNote("指标一", "≥95% · 30分", "产出指标"),)}
    shown = view(MonitoringForm, Preset({"rows": [{"key": "1"}]}, notes))
    rows = table(shown, "rows")
    assert rows.fixed
    assert rows.rows[0].note == notes["rows"][0]
    assert rows.rows[0].cells[0].fixed


def test_only_indicators_are_weighed() -> None:
    shown = view(GoalForm, Preset({}))
    assert [part.name for part in shown.parts if isinstance(part, Table) and part.weighed] == ["indicators"]
    assert not table(view(ScoreForm, Preset({})), "rows").weighed
