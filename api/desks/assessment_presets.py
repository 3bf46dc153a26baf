"""What the forms of an assessment start with: the roster as kept, the tasks, cells and marks that are asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from api.screens.fields import Preset, RowNote
from api.screens.page import Option
from api.screens.posted import MAX_ROWS
from budgetperf.actions.appeals import appeal_against
from budgetperf.actions.campaign_results import gather
from budgetperf.actions.campaign_work import Work
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import filed
from budgetperf.actions.context import Context
from budgetperf.actions.fact_reports import Report, report_of, standards
from budgetperf.actions.ratings import asked_of, improved_of, seat_of
from budgetperf.actions.task_books import issued_book, task_book_context
from budgetperf.errors import Conflict
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import (
    Asked,
    exemption_labels,
    period_labels,
    rated_periods,
    rater_groups,
)
from budgetperf.lifecycle.unit_assessment.form import BonusForm, TaskRow
from budgetperf.process.stages import Stage
from budgetperf.provenance import Json
from budgetperf.scoring.assessment import AssessmentRules, Track
from budgetperf.scoring.assessment_template import scale_of
from budgetperf.store.campaigns import (
    SeatFacts,
    UnitFacts,
    get_campaign,
    seats_of,
    sheet_of,
    suppliers_of,
    unit_by_subject,
)
from budgetperf.store.organisations import organisations
from budgetperf.store.people import logins_of
from budgetperf.store.records import RecordFacts

Start = Callable[[Context, RecordFacts], Preset]
MANY = 20_000
"""Choices on one page that a browser still shows without delay."""


def campaign_key(record: RecordFacts) -> str:
    """Return the subject of the campaign a record belongs to."""
    return record.subject.partition(".")[0]


def places(ctx: Context) -> tuple[Option, ...]:
    """Return the places that have both editions of a campaign."""
    titles: dict[str, dict[str, str]] = {}
    for edition in ctx.rules.editions:
        titles.setdefault(edition.jurisdiction, {})[edition.kind] = edition.title
    return tuple(
        Option(place, f"{kinds['unit_assessment']}（{place}）")
        for place, kinds in sorted(titles.items())
        if {"unit_assessment", "assessment_campaign"} <= set(kinds)
    )


def _bounded(rows: int, what: str) -> None:
    if rows > MAX_ROWS:
        raise Conflict(
            "form.too_long",
            f"{what}共{rows}行，超过网页填报的上限{MAX_ROWS}行，请下载 Excel 填报后上传，或通过接口报送",
        )


# ----------------------------------------------------------------------- roster


def _roster(ctx: Context, record: RecordFacts) -> Preset:
    work = work_for(ctx, get_campaign(ctx.session, record.id))
    seats = seats_of(ctx.session, record.id)
    _bounded(max(len(work.units), len(seats)), "考评对象或评分人")
    nodes = organisations(ctx.session)
    codes = {node.path: node.code for node in nodes}
    people = [unit.person_id for unit in work.units] + [unit.leader_id for unit in work.units]
    people += [seat.person_id for seat in seats]
    logins = logins_of(ctx.session, [person for person in people if person])
    given = {one.supplier: codes.get(one.path, "") for one in suppliers_of(ctx.session, record.id)}
    units: list[Json] = [_unit_row(unit, codes, logins) for unit in work.units]
    raters: list[Json] = [
        {
            "rater_group": seat.rater_group,
            "login": logins.get(seat.person_id or "", ""),
            "units": _rated(work, seat),
        }
        for seat in seats
    ]
    suppliers: list[Json] = [
        {"supplier": one.key, "organisation": given.get(one.key, "")} for one in work.rules.suppliers
    ]
    notes = tuple(
        RowNote(one.label, "、".join(_named(work.scheme, one.items)) if one.items else "其余各项")
        for one in work.rules.suppliers
    )
    return Preset(
        {"units": units, "suppliers": suppliers, "raters": raters},
        {"suppliers": notes},
        _roster_options(work, tuple(Option(node.code, f"{node.code} {node.name}") for node in nodes)),
    )


def _unit_row(unit: UnitFacts, codes: Mapping[str, str], logins: Mapping[str, str]) -> Json:
    return {
        "code": unit.code,
        "name": unit.name,
        "group": unit.group_key,
        "organisation": codes.get(unit.path, ""),
        "person": logins.get(unit.person_id or "", ""),
        "leader": logins.get(unit.leader_id or "", ""),
        "owner": unit.owner,
    }


def _roster_options(work: Work, nodes: tuple[Option, ...]) -> dict[str, tuple[Option, ...]]:
    options = {
        "UnitRow.group": tuple(
            Option(leaf.key, group_name(track, leaf.key))
            for track in work.scheme.tracks
            for leaf in track.leaves()
        ),
        "RaterRow.rater_group": tuple(Option(key, label) for key, label in rater_groups(work.scheme).items()),
    }
    if len(nodes) * (len(work.units) + len(work.rules.suppliers)) <= MANY:
        options |= {
            "UnitRow.organisation": (Option("", "（考评人员的不选）"), *nodes),
            "SupplierRow.organisation": nodes,
        }
    return options


def group_name(track: Track, group: str) -> str:
    """Return the kind of unit and its group, once where they are called the same."""
    label = next((one.label for one in track.groups if one.key == group), track.label)
    return label if label == track.label else f"{track.label}·{label}"


def _rated(work: Work, seat: SeatFacts) -> str:
    """Return whom a rater rates as the roster says it: nothing when it is everybody their group rates."""
    every = [
        unit.code
        for unit in work.units
        if rated_periods(work.scheme, [unit.member()], seat.rater_group)
        and (unit.person_id is None or unit.person_id != seat.person_id)
    ]
    return "" if sorted(seat.units) == sorted(every) else "、".join(seat.units)


def _named(scheme: AssessmentRules, items: Iterable[str]) -> Iterator[str]:
    labels = item_labels(scheme)
    yield from (labels.get(item, item) for item in items)


def item_labels(scheme: AssessmentRules) -> dict[str, str]:
    """Return the label of everything a fact can be about."""
    slots = {slot.item: slot.label for t in scheme.tracks for part in t.components for slot in part.slots}
    claims = {item.key: item.label for track in scheme.tracks for item in track.claimable()}
    vetoes = {veto.key: veto.label for track in scheme.tracks for veto in track.vetoes}
    stated = {one.key: one.label for one in scheme.statements}
    exempt = {one.key: one.label for one in scheme.exemptions}
    reached = {one.key: one.label for one in scheme.consequences}
    return slots | claims | vetoes | stated | exempt | reached


def _exemption(ctx: Context, record: RecordFacts) -> Preset:
    work = work_for(ctx, get_campaign(ctx.session, record.id))
    options = {
        "ExemptionForm.exemption": (
            Option("", "（恢复考评）"),
            *(Option(key, label) for key, label in exemption_labels(work.scheme).items()),
        ),
    }
    if len(work.units) <= MAX_ROWS:
        options["ExemptionForm.unit"] = tuple(
            Option(one.code, f"{one.code} {one.name}") for one in work.units
        )
    return Preset({}, options=options)


def _approval(ctx: Context, record: RecordFacts) -> Preset:
    bodies = work_for(ctx, get_campaign(ctx.session, record.id)).rules.approval.bodies
    rows: list[Json] = [{"body": body} for body in bodies]
    return Preset({"rows": rows}, {"rows": tuple(RowNote(body) for body in bodies)})


# --------------------------------------------------------------- books, progress


def _task_book(ctx: Context, record: RecordFacts) -> Preset:
    """A row for each item whose standard the book sets, and one for each thing to be mended."""
    unit = unit_by_subject(ctx.session, record.subject)
    known = task_book_context(ctx, work_for(ctx, get_campaign(ctx.session, unit.campaign_id)), unit)
    rows: list[Json] = [
        {"item": item, "task": label, "measure": label} for item, label in known.items.items()
    ]
    rows += [
        {"task": f"整改：{problem}"[:2000], "improvement": improvement}
        for improvement, problem in known.improvements.items()
    ]
    numbered: list[Json] = [
        {"key": str(n), **row} for n, row in enumerate(rows, 1) if isinstance(row, Mapping)
    ]
    choices = {"TaskRow.item": known.items, "TaskRow.improvement": known.improvements}
    return Preset(
        {"rows": numbered},
        options={
            name: (Option("", "（自定任务不选）"), *(Option(key, label) for key, label in chosen.items()))
            for name, chosen in choices.items()
        },
    )


def _progress(ctx: Context, record: RecordFacts) -> Preset:
    tasks = issued_book(ctx, record.subject, record.fiscal_year).rows
    notes = tuple(
        RowNote(
            f"{task.key} {task.measure}",
            f"目标 {_aim(task)}" + (f" · {task.due_on}前" if task.due_on else ""),
        )
        for task in tasks
    )
    rows: list[Json] = [{"key": task.key} for task in tasks]
    return Preset({"rows": rows}, {"rows": notes})


def _aim(task: TaskRow) -> str:
    return task.target_text if task.target is None else f"{plain_number(task.target)}{task.uom}"


# ----------------------------------------------------------------- facts, ratings


def _facts(ctx: Context, record: RecordFacts) -> Preset:
    """Every cell asked for, then yes or no to what is stated of a unit."""
    report = report_of(ctx, record)
    known = standards(ctx, report.work)
    groups = rater_groups(report.work.scheme)
    rows: list[Json] = []
    notes: list[RowNote] = []
    before = ""
    for one in report.cells():
        code, item = one.member.code, one.slot.item
        rater = f"{one.rater_group}/{_supplier(report)}" if one.rater_group else ""
        rows.append({"unit": code, "item": item, "rater": rater, "standard": known.get((code, item), "")})
        note = " · ".join(part for part in (groups.get(one.rater_group, ""), _asked_note(one)) if part)
        notes.append(RowNote(one.slot.label, note, "" if code == before else one.member.name))
        before = code
    labels, names = item_labels(report.work.scheme), {one.code: one.name for one in report.work.members}
    stated = [(code, item) for code, items in report.stated().items() for item in sorted(items)]
    for at, (code, item) in enumerate(stated):
        rows.append({"unit": code, "item": item, "rater": "", "value": "否"})
        notes.append(
            RowNote(f"{names[code]}：{labels[item]}", "填“是”或“否”", "" if at else "否决和认定事项")
        )
    _bounded(len(rows), "考评数据")
    return Preset({"rows": rows}, {"rows": tuple(notes)}, keys={"rows": 3})


def _supplier(report: Report) -> str:
    return next(one.label for one in report.work.rules.suppliers if one.key == report.supplier)


def _asked_note(one: Asked) -> str:
    scale = scale_of(one.part, one.slot).lstrip("，")
    return " · ".join(part for part in (one.part.label, scale) if part)


def _sheet(ctx: Context, record: RecordFacts) -> Preset:
    """The marks asked of a rater, unit by unit; what last year asked to be mended stands at the end."""
    sheet = sheet_of(ctx.session, record.id)
    seat, work = seat_of(ctx, sheet), work_for(ctx, get_campaign(ctx.session, sheet.campaign_id))
    rows: list[Json] = []
    notes: list[RowNote] = []
    before = ""
    for one in asked_of(work, seat, sheet.period):
        rows.append({"unit": one.member.code, "item": one.slot.item})
        group = "" if one.member.code == before else f"{one.member.name}（{one.member.code}）"
        notes.append(RowNote(one.slot.label, _asked_note(one), group))
        before = one.member.code
    names = {unit.code: unit.name for unit in work.units}
    for at, ((code, item), problem) in enumerate(improved_of(sheet).items()):
        rows.append({"unit": code, "item": item})
        notes.append(RowNote(f"{names[code]}：{problem}", "0至100分", "" if at else "上年整改事项复评"))
    _bounded(len(rows), "评分表")
    return Preset({"rows": rows}, {"rows": tuple(notes)}, keys={"rows": 2})


# ------------------------------------------------------------------------ claims


def _admission(ctx: Context, record: RecordFacts) -> Preset:
    return Preset({"value": plain_number(filed(ctx, record, BonusForm).value)})


def _decision(ctx: Context, record: RecordFacts) -> Preset:
    """The choices of a correction; only where the result itself is appealed against there is something to choose."""
    work = work_for(ctx, get_campaign(ctx.session, campaign_key(record)))
    unit = unit_by_subject(ctx.session, record.subject)
    track = work.scheme.track_of(unit.group_key)
    labels = item_labels(work.scheme)
    items = [] if track is None else [slot.item for part in track.components for slot in part.slots]
    items += [] if track is None else [veto.key for veto in track.vetoes]
    periods, groups = period_labels(work.scheme), rater_groups(work.scheme)
    seats = {seat.rater for seat in seats_of(ctx.session, work.campaign.id)}
    lines = gather(ctx, work) if appeal_against(ctx, record) is None else []
    brought = sorted({line.rater for line in lines if line.unit == unit.code} - seats - {""})
    options = {
        "CorrectionRow.unit": (Option("", "（不更正）"), Option(unit.code, unit.name)),
        "CorrectionRow.item": tuple(Option(item, labels[item]) for item in items),
        "CorrectionRow.period": (Option("", "全年"), *(Option(key, label) for key, label in periods.items())),
        "CorrectionRow.rater": (
            Option("", "（报送的数据）"),
            *(Option(one, _source(one, groups)) for one in brought),
        ),
    }
    return Preset({}, options=options)


def _source(rater: str, groups: Mapping[str, str]) -> str:
    """Write who brought the marks of a group of raters."""
    group, _, who = rater.partition("/")
    return f"{groups.get(group, group)}（{who}）"


STARTS: Mapping[tuple[Stage, str], Start] = {
    (Stage.ASSESSMENT, "enrol"): _roster,
    (Stage.ASSESSMENT, "exempt"): _exemption,
    (Stage.ASSESSMENT, "approve"): _approval,
    (Stage.TASK_BOOK, "file"): _task_book,
    (Stage.PROGRESS, "file"): _progress,
    (Stage.FACT_REPORT, "file"): _facts,
    (Stage.RATING, "submit"): _sheet,
    (Stage.BONUS, "admit"): _admission,
    (Stage.APPEAL, "decide"): _decision,
}
