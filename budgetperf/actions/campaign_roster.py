"""Read a roster: codes, organisations and logins become units, suppliers and raters, each error at its cell."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from budgetperf.actions.context import Context
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.unit_assessment.cells import (
    Member,
    code_of,
    leaf_groups,
    own_groups,
    rated_periods,
    rater_groups,
    rating_oneself,
)
from budgetperf.lifecycle.unit_assessment.form import RaterRow, RosterForm, SupplierRow, UnitRow
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.raters import RaterGroup
from budgetperf.store.campaigns import (
    CampaignFacts,
    SeatFacts,
    SupplyingFacts,
    UnitFacts,
    campaign_of,
    seats_of,
    units_of,
)
from budgetperf.store.organisations import organisations
from budgetperf.store.people import ids_of

T = TypeVar("T")
_CODE = re.compile(r"[\w\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster as rows to be kept."""

    units: tuple[UnitFacts, ...]
    suppliers: tuple[SupplyingFacts, ...]
    seats: tuple[SeatFacts, ...]


def unit_subject(campaign: str, code: str) -> str:
    """Return the subject of a unit's records."""
    return f"{campaign}.U.{code}"


def supplier_subject(campaign: str, supplier: str) -> str:
    """Return the subject of a supplier's records."""
    return f"{campaign}.S.{supplier}"


def rating_subject(campaign: str) -> str:
    """Return the subject of all sheets: nothing in it tells whose they are."""
    return f"{campaign}.R"


def by_chance(ctx: Context, items: Iterable[T]) -> list[T]:
    """Return items in an order that nothing tells: that of the random ends of fresh ids."""
    keyed = [(ctx.ids.new()[::-1], item) for item in items]
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


class _Reader:
    """What the rows of a roster are read with; gathers findings."""

    def __init__(
        self, ctx: Context, campaign: CampaignFacts, scheme: AssessmentRules, rules: CampaignRules
    ) -> None:
        self.ctx, self.campaign, self.scheme, self.rules = ctx, campaign, scheme, rules
        self.findings: list[Finding] = []
        self.paths = {node.code: node.path for node in organisations(ctx.session)}
        self.people: dict[str, str] = {}

    def refuse(self, place: str, message: str) -> None:
        self.findings.append(Finding("campaign.roster", Severity.ERROR, Where(pointer=place), message))

    def known(self, mapping: dict[str, T], key: str, place: str, what: str) -> T | None:
        """Return what a code stands for; an empty code stands for nothing."""
        if key and key not in mapping:
            self.refuse(place, f"没有{what}“{key}”，请核对")
        return mapping.get(key)


def read_roster(
    ctx: Context, campaign: CampaignFacts, form: RosterForm, scheme: AssessmentRules, rules: CampaignRules
) -> tuple[Roster, tuple[Finding, ...]]:
    """Return the rows of a roster and what is wrong with it; raters are numbered by chance.

    The number that stands for a rater in facts and packages must not follow from the order of the list.
    """
    reader = _Reader(ctx, campaign, scheme, rules)
    logins = [row.person for row in form.units] + [row.leader for row in form.units]
    reader.people = ids_of(ctx.session, [*logins, *(row.login for row in form.raters)])
    units = tuple(_units(reader, form.units))
    _demand_each_once(reader, units)
    _demand_same_as_before(reader, units)
    suppliers = tuple(_suppliers(reader, form.suppliers))
    seats = tuple(_seats(reader, form.raters, units))
    _demand_whole(reader, form, units, seats)
    return Roster(units, suppliers, seats), tuple(reader.findings)


def _units(reader: _Reader, rows: Iterable[UnitRow]) -> Iterator[UnitFacts]:
    groups = leaf_groups(reader.scheme)
    listed = [row.model_copy(update={"group": code_of(groups, row.group)}) for row in rows]
    twice = {code for code, count in Counter(row.code for row in listed).items() if count > 1}
    codes = {row.code for row in listed}
    for at, row in enumerate(listed):
        place = f"/units/{at}"
        if not _CODE.fullmatch(row.code):
            reader.refuse(f"{place}/code", f"编码“{row.code}”只能由汉字、字母、数字、横线组成，至多40字")
        if row.code in twice:
            reader.refuse(f"{place}/code", f"编码“{row.code}”重复，一个考评对象只能列一行、属于一个分组")
        if row.group not in groups:
            reader.refuse(f"{place}/group", f"方案没有分组“{row.group}”，应为 {_choices(groups)} 之一")
        if bool(row.organisation) == bool(row.person):
            reader.refuse(
                f"{place}/organisation",
                "单位编码与本人账号填写其一：考评单位的填单位编码，考评人员的填本人账号",
            )
        if row.owner and row.owner not in codes:
            reader.refuse(f"{place}/owner", f"没有编码为“{row.owner}”的考评对象")
        path = reader.known(reader.paths, row.organisation, f"{place}/organisation", "编码的单位")
        person = reader.known(reader.people, row.person, f"{place}/person", "登录名")
        leader = reader.known(reader.people, row.leader, f"{place}/leader", "登录名")
        yield UnitFacts(
            reader.ctx.ids.new(),
            reader.campaign.id,
            unit_subject(reader.campaign.subject, row.code),
            row.code,
            row.name,
            row.group,
            path or "",
            person,
            leader,
            row.owner,
        )


def _choices(known: Mapping[str, str]) -> str:
    return "、".join(f"{label}（{key}）" for key, label in known.items()) or "（无）"


def _demand_each_once(reader: _Reader, units: tuple[UnitFacts, ...]) -> None:
    """Refuse a person listed twice, and an organisation listed twice in one track."""
    seen: dict[tuple[str, str], str] = {}
    for at, unit in enumerate(units):
        track = reader.scheme.track_of(unit.group_key)
        place = (unit.person_id, "") if unit.person_id else (unit.path, track.key if track else "")
        if place[0] and place in seen:
            column, what = _identity(unit)
            text = f"“{unit.name}”的{what}已以编码“{seen[place]}”登记，同一考评对象只能属于一个分组，请核对{what}或保留一行"
            reader.refuse(f"/units/{at}/{column}", text)
        seen.setdefault((str(place[0]), place[1]), unit.code)


def _identity(unit: UnitFacts) -> tuple[str, str]:
    """Return the field that says who is assessed, and what it is called."""
    return ("person", "人员") if unit.person_id else ("organisation", "单位")


def _demand_same_as_before(reader: _Reader, units: tuple[UnitFacts, ...]) -> None:
    """Refuse a code that stood for somebody else last year: history and rectification follow the code."""
    campaign = reader.campaign
    last = campaign_of(reader.ctx.session, campaign.jurisdiction, campaign.fiscal_year - 1)
    before = {one.code: one for one in units_of(reader.ctx.session, last.id)} if last else {}
    for at, unit in enumerate(units):
        known = before.get(unit.code)
        if known is not None and (known.path, known.person_id) != (unit.path, unit.person_id):
            column, what = _identity(unit)
            text = (
                f"{what}与上年不同：编码“{unit.code}”上年为“{known.name}”，往年后果和整改随编码结转；"
                f"请核对{what}，确为另一对象的请改用其他编码"
            )
            reader.refuse(f"/units/{at}/{column}", text)


def read_raters(
    ctx: Context,
    campaign: CampaignFacts,
    rows: tuple[RaterRow, ...],
    scheme: AssessmentRules,
    rules: CampaignRules,
) -> tuple[tuple[SeatFacts, ...], tuple[Finding, ...]]:
    """Return the seats of raters who join while the campaign runs, numbered after those who sit."""
    reader = _Reader(ctx, campaign, scheme, rules)
    reader.people = ids_of(ctx.session, [row.login for row in rows])
    seated = seats_of(ctx.session, campaign.id)
    sits = {(seat.rater_group, seat.person_id) for seat in seated}
    numbers = Counter(seat.rater_group for seat in seated)
    found = []
    listed = list(_listed(reader, rows, tuple(units_of(ctx.session, campaign.id))))
    for at, (group, person, _) in enumerate(listed):
        if (group, person) in sits:
            reader.refuse(f"/raters/{at}/login", f"“{rows[at].login}”已是该类别的评分人")
    for group, person, codes in by_chance(ctx, listed):
        numbers[group] += 1
        found.append(SeatFacts(ctx.ids.new(), campaign.id, group, numbers[group], person, codes))
    return tuple(found), tuple(reader.findings)


def _suppliers(reader: _Reader, rows: Iterable[SupplierRow]) -> Iterator[SupplyingFacts]:
    known = {supplier.key: supplier.label for supplier in reader.rules.suppliers}
    seen: set[str] = set()
    listed = [row.model_copy(update={"supplier": code_of(known, row.supplier)}) for row in rows]
    for at, row in enumerate(listed):
        if row.supplier not in known:
            text = f"方案没有数据提供方“{row.supplier}”，应为 {_choices(known)} 之一"
            reader.refuse(f"/suppliers/{at}/supplier", text)
        if row.supplier in seen:
            reader.refuse(f"/suppliers/{at}/supplier", f"数据提供方“{row.supplier}”重复")
        path = reader.known(reader.paths, row.organisation, f"/suppliers/{at}/organisation", "编码的单位")
        if row.supplier not in seen:
            seen.add(row.supplier)
            yield SupplyingFacts(reader.campaign.id, row.supplier, path or "")
    for key in known.keys() - seen:
        reader.refuse("/suppliers", f"数据提供方“{known[key]}”（{key}）尚未指定报送单位")


def _seats(reader: _Reader, rows: Iterable[RaterRow], units: tuple[UnitFacts, ...]) -> Iterator[SeatFacts]:
    """Yield the raters listed, and everybody who rates themselves, numbered by chance."""
    found = [*_listed(reader, rows, units), *_own(reader, units)]
    numbers: Counter[str] = Counter()
    for group, person, codes in by_chance(reader.ctx, found):
        numbers[group] += 1
        yield SeatFacts(reader.ctx.ids.new(), reader.campaign.id, group, numbers[group], person, codes)


def _listed(
    reader: _Reader, rows: Iterable[RaterRow], units: tuple[UnitFacts, ...]
) -> Iterator[tuple[str, str | None, list[str]]]:
    labels, own = rater_groups(reader.scheme), rating_oneself(reader.scheme)
    seen: set[tuple[str, str]] = set()
    listed = [row.model_copy(update={"rater_group": code_of(labels, row.rater_group)}) for row in rows]
    for at, row in enumerate(listed):
        place = f"/raters/{at}"
        person = reader.known(reader.people, row.login, f"{place}/login", "登录名")
        if row.rater_group not in labels:
            text = f"方案没有评分人类别“{row.rater_group}”，应为 {_choices(labels)} 之一"
            reader.refuse(f"{place}/rater_group", text)
        elif row.rater_group in own:
            text = f"“{labels[row.rater_group]}”由每人给自己评分，无需登记，请删除该行"
            reader.refuse(f"{place}/rater_group", text)
        if (row.rater_group, row.login) in seen:
            reader.refuse(f"{place}/login", f"“{row.login}”在该类别中重复，请合并为一行")
        seen.add((row.rater_group, row.login))
        yield row.rater_group, person, _rated(reader, row, place, units, person)


def _own(reader: _Reader, units: tuple[UnitFacts, ...]) -> Iterator[tuple[str, str | None, list[str]]]:
    for unit in units:
        for group in own_groups(reader.scheme, unit.member()):
            yield group, unit.person_id, [unit.code]


def _rated(
    reader: _Reader, row: RaterRow, place: str, units: tuple[UnitFacts, ...], person: str | None
) -> list[str]:
    """Return the codes a rater rates: those named, or all the group rates; never oneself."""
    by_code = {unit.code: unit for unit in units}
    named = [
        code.strip() for code in row.units.replace(",", "、").replace("，", "、").split("、") if code.strip()
    ]
    found = []
    for code in named or by_code:
        unit = by_code.get(code)
        if unit is None:
            reader.refuse(f"{place}/units", f"没有编码为“{code}”的考评对象")
        elif not rated_periods(reader.scheme, [unit.member()], row.rater_group):
            if named:
                reader.refuse(f"{place}/units", f"“{unit.name}”不由该类别评分人评分")
        elif unit.person_id is not None and unit.person_id == person:
            if named:
                reader.refuse(f"{place}/units", f"“{unit.name}”不能给本人评分")
        else:
            found.append(code)
    if not found:
        reader.refuse(f"{place}/units", "该评分人没有可评的对象")
    return found


def _demand_whole(
    reader: _Reader, form: RosterForm, units: tuple[UnitFacts, ...], seats: tuple[SeatFacts, ...]
) -> None:
    """Refuse an empty group of a track that is used, and a unit that too few rate."""
    if not form.units:
        reader.refuse("/units", "请至少登记一个考评对象")
    used = {unit.group_key for unit in units}
    for track in reader.scheme.tracks:
        leaves = track.leaves()
        if used.isdisjoint(leaf.key for leaf in leaves):
            continue
        for leaf in leaves:
            if leaf.key not in used:
                reader.refuse("/units", f"分组“{leaf.label}”（{leaf.key}）没有任何考评对象，请补登")
    rated = Counter((seat.rater_group, code) for seat in seats for code in seat.units)
    supplied = {item for supplier in reader.rules.suppliers for item in supplier.items}
    for unit in units:
        for group in _needed(reader.scheme, unit.member(), supplied):
            found = rated[group.key, unit.code]
            if found < group.at_least:
                text = f"“{unit.name}”至少需要{group.at_least}名“{group.label}”，现有{found}名"
                reader.refuse("/raters", text)


def _needed(scheme: AssessmentRules, member: Member, supplied: set[str]) -> Iterator[RaterGroup]:
    """Yield the groups of raters a unit needs; a survey that a supplier brings needs none."""
    track = scheme.track_of(member.group)
    for part in track.components if track else ():
        if part.raters and not supplied & {slot.item for slot in part.slots}:
            yield from part.raters.groups
