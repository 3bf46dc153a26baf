"""What a form starts with: the person's draft, the last filing, or what the system knows already."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from api.desks.assessment_presets import STARTS as ASSESSMENT_STARTS
from api.screens.fields import Document, Preset, RowNote, row_form
from api.screens.page import Option
from budgetperf.actions.context import Context
from budgetperf.actions.drafts import Begin, typed_before
from budgetperf.actions.exante import exante_gate, panel_result
from budgetperf.actions.goals import approved_goals, filed_goals
from budgetperf.actions.rule_editions import begun
from budgetperf.actions.rules import in_force, named
from budgetperf.actions.special_factors import claimed_panel
from budgetperf.errors import Conflict, Invalid
from budgetperf.forms import Form, fields
from budgetperf.indicators import Indicator, plain_number
from budgetperf.lifecycle.goals.form import indicator_tree
from budgetperf.process.stages import Stage
from budgetperf.provenance import Json
from budgetperf.scoring.exante import ExanteRules
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.scheme import Scheme
from budgetperf.store.costs import cost_panel, observations, panels_of
from budgetperf.store.evidence import attachments_of
from budgetperf.store.exante import panel_of
from budgetperf.store.organisations import organisation_at
from budgetperf.store.records import (
    RecordFacts,
    find_record,
    get_evaluand,
)

Start = Callable[[Context, RecordFacts], Preset]


def preset(
    ctx: Context, record: RecordFacts, verb: str, form: type[Form], *, begin: Begin | None = None
) -> Preset:
    """Return what the form of a verb starts with."""
    known = STARTS.get((record.stage, verb), _nothing)(ctx, record)
    typed = typed_before(ctx, record, form).document(begin)
    return known if typed is None else with_document(known, typed)


def filled_in(ctx: Context, record: RecordFacts, verb: str, form: type[Form]) -> Document:
    """Return what the page of a verb fills in where rows left as they are count as blank; nothing elsewhere."""
    some = any(rows.prefilled for meta in fields(form) if (rows := row_form(meta)))
    return STARTS[record.stage, verb](ctx, record).document if some else {}


def with_document(known: Preset, document: Document) -> Preset:
    """Return the preset holding another document; its fixed rows stay, filled from the document."""
    merged = dict(document)
    for table in known.notes:
        merged[table] = _merge(
            known.document.get(table), document.get(table), known_by=known.keys.get(table, 1)
        )
    return replace(known, document=merged)


def _merge(fixed: Json, typed: Json, *, known_by: int) -> list[Json]:
    """Return the fixed rows in their order, each with what was typed for its key: its first fields."""
    rows = [row for row in _list(fixed) if isinstance(row, Mapping)]
    if not rows:
        return []
    names = list(rows[0])[:known_by]

    def key(row: Mapping[str, Json]) -> tuple[str, ...]:
        return tuple(str(row.get(name) or "") for name in names)

    found = {key(row): row for row in _list(typed) if isinstance(row, Mapping)}
    return [{**row, **found.get(key(row), {})} for row in rows]


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []


def _nothing(_ctx: Context, _record: RecordFacts) -> Preset:
    return Preset({})


def _goals(ctx: Context, record: RecordFacts) -> Preset:
    project = get_evaluand(ctx.session, ctx.actor, record.subject)
    return Preset(
        {
            "project_name": project.name,
            "agency_name": organisation_at(ctx.session, project.path).name,
            "fiscal_year": record.fiscal_year,
            "amount_unit": "wan",
            "function_code": project.function_code,
            "nature": project.nature.value,
            "origin": project.origin.value,
            "starts_on": f"{record.fiscal_year}-01-01",
            "ends_on": f"{record.fiscal_year}-12-31",
        }
    )


def _indicators(ctx: Context, record: RecordFacts) -> Preset:
    _, goals = approved_goals(ctx, record.subject, record.fiscal_year)
    tree = indicator_tree(goals)
    return Preset({"rows": [{"key": item.key} for item in tree]}, {"rows": tuple(_indicator_notes(tree))})


def _indicator_notes(tree: Iterable[Indicator]) -> Iterable[RowNote]:
    before = None
    for item in tree:
        group = "" if item.level1 is before else item.level1.label
        before = item.level1
        yield RowNote(item.name, f"{item.target_label} · {plain_number(item.weight)}分", group)


def _criteria(scheme: Scheme, without: Iterable[str] = ()) -> Preset:
    left_out = set(without)
    rows: list[Json] = []
    notes = []
    for dimension in scheme.dimensions:
        group = f"{dimension.label}（{plain_number(dimension.weight)}分）"
        for criterion in dimension.criteria:
            if criterion.key in left_out:
                continue
            rows.append({"criterion": criterion.key})
            note = f"{criterion.source.clause} · 满分{plain_number(criterion.weight)}分"
            notes.append(RowNote(criterion.label, note, group))
            group = ""
    return Preset({"rows": rows}, {"rows": tuple(notes)})


def _sheet(ctx: Context, record: RecordFacts) -> Preset:
    panel = panel_of(ctx.session, record.id)
    rules = named(ctx, panel.edition, ExanteRules) if panel else in_force(ctx, "exante_project", ExanteRules)
    return _criteria(rules.rules.scheme)


def _finance_sheet(ctx: Context, _record: RecordFacts) -> Preset:
    rules = in_force(ctx, "finance_evaluation", FinanceEvaluationRules).rules
    return _criteria(rules.scheme, without=rules.money)


def _approval(ctx: Context, record: RecordFacts) -> Preset:
    return Preset({"approved": str(exante_gate(ctx, record, filed_goals(ctx, record)).most.fen)})


def _conclusion(ctx: Context, record: RecordFacts) -> Preset:
    try:
        suggested = panel_result(ctx, record).suggested
    except (Conflict, Invalid):  # sheets are missing: the guard of the move says so
        return Preset({})
    request = find_record(
        ctx.session, ctx.actor, record.subject, fiscal_year=record.fiscal_year, stage=Stage.REQUEST
    )
    asked = filed_goals(ctx, request).request.fen if request else 0
    return Preset({"conclusion": suggested.value, "recommended": str(asked)})


def _edition(ctx: Context, record: RecordFacts) -> Preset:
    return Preset(begun(ctx, record).model_dump(mode="json"))


def _claim(ctx: Context, record: RecordFacts) -> Preset:
    """Begin with the panel it was opened against and the years that has of the project; offer the project's files."""
    panel = cost_panel(ctx.session, claimed_panel(ctx, record))
    evaluand_id = record.evaluand_id or ""
    dmu = panels_of(ctx.session, evaluand_id, record.fiscal_year)[panel.code]
    years = [row.year for row in observations(ctx.session, panel.id, dmu)]
    files = attachments_of(ctx.session, evaluand_id)
    options = {
        "ClaimForm.panel_code": (Option(panel.code, f"{panel.service}（{panel.code}）"),),
        "ClaimForm.evidence": tuple(
            Option(item.digest, f"{item.filename}（{item.describes}）") for item in files
        ),
    }
    document: Document = {"panel_code": panel.code, "amounts": [{"year": year} for year in years]}
    return Preset(document, options=options)


STARTS: Mapping[tuple[Stage, str], Start] = {
    (Stage.REQUEST, "file"): _goals,
    (Stage.REQUEST, "approve"): _approval,
    (Stage.EXANTE, "score"): _sheet,
    (Stage.EXANTE, "conclude"): _conclusion,
    (Stage.MONITORING, "file"): _indicators,
    (Stage.SELF_EVALUATION, "file"): _indicators,
    (Stage.FINANCE_EVALUATION, "score"): _finance_sheet,
    (Stage.SPECIAL_FACTOR_CLAIM, "file"): _claim,
    (Stage.RULE, "file"): _edition,
    **ASSESSMENT_STARTS,
}
