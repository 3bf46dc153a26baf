"""A form and what was typed into it, as the form page shows it; made from the fields of the form alone.

A document is plain JSON, as a draft keeps it: texts as typed, an amount as its text and unit. Reading what a browser
posted is the business of ``posted``; whether it is right, of the form itself and of the checks.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import NoneType
from typing import cast, get_args

from annotated_types import MaxLen

from api.screens.page import Option, told
from budgetperf.findings import Finding
from budgetperf.forms import FieldMeta, Form, fields
from budgetperf.indicators import plain_number
from budgetperf.money import Money, MoneyUnit
from budgetperf.provenance import Json
from budgetperf.terms import Term

Document = Mapping[str, Json]
UNIT = "amount_unit"
LONG = 200
NUMBERED = 2000
"""A text that may have more signs than this is a file, shown with the numbers of its lines."""

_LINE = re.compile(r":(\d+)$")


class FieldKind(Term):
    """How a field is asked."""

    LINE = "line", "文本"
    TEXT = "text", "多行文本"
    WHOLE = "whole", "整数"
    NUMBER = "number", "数字"
    AMOUNT = "amount", "金额"
    DAY = "day", "日期"
    CHOICE = "choice", "选择"
    YES_NO = "yes_no", "是或否"
    TICK = "tick", "勾选"
    PICKS = "picks", "多选"
    ROWS = "rows", "明细"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field as asked on the page."""

    name: str = told("name of the input, dotted: funds.0.amount")
    kind: FieldKind = told("how it is asked")
    label: str = told("Chinese label")
    why: str = told("why it is asked")
    required: bool = told("whether it must be filled")
    width: int = told("rough width in signs")
    value: str = told("what stands in it")
    options: tuple[Option, ...] = told("choices, blank first", default=())
    findings: tuple[Finding, ...] = told("what is wrong with it", default=())
    fixed: bool = told("shown, not to be changed", default=False)
    most: int = told("signs a longer text may have", default=0)

    @property
    def key(self) -> str:
        """Id of the element, for links from the summary."""
        return element_id("/" + self.name.replace(".", "/"))

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of a text whose lines are numbered; of any other, none."""
        return tuple(self.value.split("\n")) if self.most > NUMBERED else ()


@dataclass(frozen=True, slots=True)
class RowNote:
    """What the page says beside a row the form cannot choose: the indicator or criterion it is about."""

    title: str = told("what the row is about")
    note: str = told("target, weight or points", default="")
    group: str = told("heading over the rows of one group", default="")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of the form."""

    cells: tuple[Cell, ...] = told("its fields")
    note: RowNote | None = told("what a fixed row is about", default=None)


@dataclass(frozen=True, slots=True)
class Table:
    """A field that holds rows."""

    name: str = told("name of the field")
    label: str = told("Chinese label")
    why: str = told("why it is asked")
    required: bool = told("whether at least one row is needed")
    head: tuple[Cell, ...] = told("the fields of a row, blank: also the row added by script")
    rows: tuple[Row, ...] = told("the rows")
    fixed: bool = told("whether rows can neither be added nor removed")
    weighed: bool = told("whether a column of weights is summed on the page")
    findings: tuple[Finding, ...] = told("what is wrong with the table as a whole", default=())
    kind: FieldKind = told("always rows", default=FieldKind.ROWS)

    @property
    def key(self) -> str:
        """Id of the element, for links from the summary."""
        return element_id("/" + self.name)


Part = Cell | Table


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the summary of findings, with the element it is about."""

    finding: Finding = told("what is wrong")
    href: str = told("element to go to; empty when it is about the whole form")
    table: str = told("table of the row it is about, where the form has several", default="")
    row: int = told(
        "number of the row it is about; 0 when it is about none, or about a row with a name", default=0
    )
    about: str = told("name of the row it is about, as far as the finding does not say it", default="")


@dataclass(frozen=True, slots=True)
class FormView:
    """A whole form on a page."""

    parts: tuple[Part, ...] = told("fields and tables in order")
    unit: MoneyUnit = told("unit of all amounts on the page")
    units: tuple[Option, ...] = told(
        "units to choose from; empty where the form holds no money or asks by itself"
    )
    told: tuple[Told, ...] = told("all findings, for the summary")


@dataclass(frozen=True, slots=True)
class Preset:
    """What a form starts with, and what its fixed rows are about."""

    document: Document = told("first values")
    notes: Mapping[str, tuple[RowNote, ...]] = field(
        default_factory=dict, metadata={"help": "by table: one note per fixed row"}
    )
    options: Mapping[str, tuple[Option, ...]] = field(
        default_factory=dict, metadata={"help": "by form and field (GrantForm.scope): choices known only now"}
    )
    keys: Mapping[str, int] = field(
        default_factory=dict,
        metadata={"help": "by table: how many first fields a fixed row is known by; else one"},
    )


def element_id(pointer: str) -> str:
    """Return the id of the element at a JSON pointer."""
    return "f" + pointer.replace("/", "-")


def row_form(meta: FieldMeta) -> type[Form] | None:
    """Return the form of the rows of a field, or None."""
    inner = [item for item in get_args(meta.annotation) if isinstance(item, type) and issubclass(item, Form)]
    return inner[0] if inner else None


def kind_of(form: type[Form], meta: FieldMeta) -> FieldKind:
    """Tell how a field is asked."""
    if row_form(meta):
        return FieldKind.ROWS
    if tuple in {meta.annotation, getattr(meta.annotation, "__origin__", None)}:
        return FieldKind.PICKS
    plain = _plain(meta.annotation)
    if issubclass(plain, Term):
        return FieldKind.CHOICE
    if plain is bool:
        return FieldKind.YES_NO if meta.required else FieldKind.TICK
    simple = {Money: FieldKind.AMOUNT, Decimal: FieldKind.NUMBER, int: FieldKind.WHOLE, date: FieldKind.DAY}
    if plain in simple:
        return simple[plain]
    return FieldKind.TEXT if _most(form, meta) > LONG else FieldKind.LINE


def _most(form: type[Form], meta: FieldMeta) -> int:
    """Return how many signs a text may have; 0 where the form does not say."""
    limits = [item.max_length for item in form.model_fields[meta.name].metadata if isinstance(item, MaxLen)]
    return max(limits, default=0)


def _plain(annotation: object) -> type:
    """Return the type behind ``X``, ``X | None`` and ``Annotated[X, …]``."""
    found = [item for item in get_args(annotation) if item is not NoneType]
    while found:
        annotation, found = found[0], [item for item in get_args(found[0]) if item is not NoneType]
    return cast("type", annotation)


def chosen_unit(form: type[Form], document: Document) -> MoneyUnit:
    """Return the unit of the amounts of a document, 万元 unless it says otherwise."""
    code = document.get(UNIT)
    return next((unit for unit in MoneyUnit if unit.value == code), MoneyUnit.WAN) if form else MoneyUnit.WAN


def view(
    form: type[Form],
    preset: Preset,
    *,
    findings: Sequence[Finding] = (),
    unit: MoneyUnit | None = None,
    beside: Collection[str] = (),
) -> FormView:
    """Return the page of a form with what stands in it and what is wrong with it.

    Parameters
    ----------
    form : type of Form
    preset : Preset
        The document shown: a draft, the last filing or first values.
    findings : sequence of Finding
        By JSON pointer.
    unit : MoneyUnit
        Unit of the amounts where the form does not ask for it.
    beside : collection of str
        Pointers of what the page asks beside the form.
    """
    made = _Maker(preset, tuple(findings), unit or chosen_unit(form, preset.document))
    parts = tuple(made.part(form, meta) for meta in fields(form))
    money = any(kind_of(each, meta) is FieldKind.AMOUNT for each in _forms(form) for meta in fields(each))
    asks = UNIT in form.model_fields
    units = (
        tuple(Option(item.value, item.label, item is made.unit) for item in MoneyUnit)
        if money and not asks
        else ()
    )
    known = {*beside, *(pointer for part in parts for pointer in _pointers(part))}
    tables = [part for part in parts if isinstance(part, Table)]
    return FormView(
        parts, made.unit, units, tuple(_told(item, _href(item, known), tables) for item in findings)
    )


def _forms(form: type[Form]) -> tuple[type[Form], ...]:
    return (form, *(row for meta in fields(form) if (row := row_form(meta))))


def _pointers(part: Part) -> list[str]:
    if isinstance(part, Cell):
        return ["/" + part.name]
    return ["/" + part.name, *("/" + cell.name.replace(".", "/") for row in part.rows for cell in row.cells)]


def line_href(finding: Finding) -> str:
    """Return the address of the numbered line a finding is about; empty when it is about none."""
    line = _LINE.search(finding.where.pointer)
    return f"#l-{line[1]}" if line else ""


def _href(finding: Finding, known: set[str]) -> str:
    if href := line_href(finding):
        return href
    pointer = finding.where.pointer
    while pointer and pointer not in known:
        pointer = pointer.rpartition("/")[0]
    return "#" + element_id(pointer) if pointer else ""


def _told(finding: Finding, href: str, tables: Sequence[Table]) -> Told:
    """Return a line of the summary; what is about a row says which."""
    name, _, rest = finding.where.pointer.removeprefix("/").partition("/")
    table, number = next((one for one in tables if one.name == name), None), rest.partition("/")[0]
    if table is None or not number.isdecimal() or int(number) >= len(table.rows):
        return Told(finding, href)
    notes = [row.note for row in table.rows[: int(number) + 1] if row.note]
    if table.rows[int(number)].note is None:
        return Told(finding, href, table.label if len(tables) > 1 else "", int(number) + 1)
    named = (next((note.group for note in reversed(notes) if note.group), ""), notes[-1].title)
    return Told(finding, href, about=" · ".join(one for one in named if one and one not in finding.message))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Builds the parts of one page."""

    preset: Preset
    findings: tuple[Finding, ...]
    unit: MoneyUnit

    def part(self, form: type[Form], meta: FieldMeta) -> Part:
        value = self.preset.document.get(meta.name)
        rows = row_form(meta)
        return self.table(meta, rows, value) if rows else self.cell(form, meta, value)

    def cell(
        self, form: type[Form], meta: FieldMeta, value: Json, *, at: str = "", fixed: bool = False
    ) -> Cell:
        name = f"{at}{meta.name}"
        kind = self.kind(form, meta)
        text = self.text(kind, value)
        return Cell(
            name=name,
            kind=kind,
            label=meta.label,
            why=meta.why,
            required=meta.required,
            width=meta.width,
            value=text,
            options=self.options(form, meta, kind, value),
            findings=self.at("/" + name.replace(".", "/")),
            fixed=fixed,
            most=_most(form, meta),
        )

    def table(self, meta: FieldMeta, form: type[Form], value: Json) -> Table:
        notes = self.preset.notes.get(meta.name, ())
        documents = list(value) if isinstance(value, list | tuple) else []
        fixed = self.preset.keys.get(meta.name, 1) if notes else 0
        if not documents and not notes:
            documents = [{}]
        return Table(
            name=meta.name,
            label=meta.label,
            why=meta.why,
            required=meta.required,
            head=self.row(form, {}, at=f"{meta.name}.#.", fixed=fixed),
            rows=tuple(
                Row(
                    self.row(form, row, at=f"{meta.name}.{index}.", fixed=fixed),
                    notes[index] if index < len(notes) else None,
                )
                for index, row in enumerate(documents)
            ),
            fixed=bool(notes),
            weighed="weight" in form.model_fields and not notes,
            findings=self.at("/" + meta.name),
        )

    def row(self, form: type[Form], document: Json, *, at: str, fixed: int) -> tuple[Cell, ...]:
        known = document if isinstance(document, Mapping) else {}
        return tuple(
            self.cell(form, meta, known.get(meta.name), at=at, fixed=index < fixed)
            for index, meta in enumerate(fields(form))
        )

    def text(self, kind: FieldKind, value: Json) -> str:
        if isinstance(value, Mapping):
            return str(value.get("value", ""))
        if value is None or isinstance(value, list | tuple):
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if kind is FieldKind.AMOUNT and str(value).lstrip("-").isdigit():
            return plain_number(Money(int(str(value))).in_unit(self.unit))
        return str(value)

    def kind(self, form: type[Form], meta: FieldMeta) -> FieldKind:
        """Tell how a field is asked; a text whose choices are known is chosen."""
        kind = kind_of(form, meta)
        return FieldKind.CHOICE if kind is FieldKind.LINE and self.given(form, meta) else kind

    def given(self, form: type[Form], meta: FieldMeta) -> tuple[Option, ...]:
        return self.preset.options.get(f"{form.__name__}.{meta.name}", ())

    def options(self, form: type[Form], meta: FieldMeta, kind: FieldKind, value: Json) -> tuple[Option, ...]:
        given = self.given(form, meta)
        if kind is FieldKind.PICKS:
            picked = {str(item) for item in value} if isinstance(value, list | tuple) else set()
            return tuple(Option(item.value, item.label, item.value in picked) for item in given)
        if kind is FieldKind.CHOICE:
            terms = given or tuple(
                Option(term.value, term.label) for term in cast("type[Term]", _plain(meta.annotation))
            )
            return tuple(Option(item.value, item.label, item.value == value) for item in terms)
        return ()

    def at(self, pointer: str) -> tuple[Finding, ...]:
        return tuple(item for item in self.findings if item.where.pointer == pointer)
